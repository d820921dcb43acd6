from django.urls import path

from reports.views import completion, help, organizations, search, vacancies, workbench

app_name = "reports"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("todos/", workbench.todos, name="todos"),
    path("help/", help.help_page, name="help"),
    path("search/", search.search, name="search"),
    path("completion/", completion.completion, name="completion"),
    path("completion/<int:pk>/", completion.completion_of, name="completion_of"),
    path("completion/<int:pk>/print/", completion.completion_print, name="completion_print"),
    path("organizations/without-secretary/", vacancies.vacancies, name="vacancies"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
]
