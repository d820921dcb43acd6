from django.urls import path

from reports.views import completion, handover, help, moving, organizations, search, vacancies, workbench

app_name = "reports"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("todos/", workbench.todos, name="todos"),
    path("help/", help.help_page, name="help"),
    path("search/", search.search, name="search"),
    path("completion/", completion.completion, name="completion"),
    path("completion/export/", completion.completion_export, name="completion_export"),
    path("completion/table/", completion.completion_table, name="completion_table"),
    path("completion/<int:pk>/", completion.completion_of, name="completion_of"),
    path("completion/<int:pk>/print/", completion.completion_print, name="completion_print"),
    path("completion/<int:pk>/next/", completion.next_gap, name="next_gap"),
    path("organizations/without-secretary/", vacancies.vacancies, name="vacancies"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
    path("organizations/<int:pk>/handover/sheet/", handover.handover_sheet, name="handover_sheet"),
    path("organizations/<int:pk>/move/confirm/", moving.move_confirm, name="move_confirm"),
    path("organizations/<int:pk>/card/", organizations.card, name="card"),
]
