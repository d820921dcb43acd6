from django.urls import path

from reports.views import help, organizations, search, vacancies, workbench

app_name = "reports"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("todos/", workbench.todos, name="todos"),
    path("help/", help.help_page, name="help"),
    path("search/", search.search, name="search"),
    path("organizations/without-secretary/", vacancies.vacancies, name="vacancies"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
]
