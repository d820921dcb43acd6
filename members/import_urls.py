"""URLs of the import."""

from django.urls import URLPattern, path

from members.views import blanks, gaps, imports, imports_done, imports_mending

urlpatterns: list[URLPattern] = [
    path("imports/", imports.history, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/templates/", blanks.blanks, name="blanks"),
    path("imports/templates/<str:kind>/", blanks.blank, name="blank"),
    path("imports/gaps/", gaps.gaps, name="gaps"),
    path("imports/gaps/<int:pk>/", gaps.gap_sheet, name="gap_sheet"),
    path("imports/<int:pk>/", imports.page, name="import"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/rows/<int:number>/", imports.row, name="import_row"),
    path("imports/<int:pk>/rows/<int:number>/mend/", imports_mending.mend, name="import_mend"),
    path("imports/<int:pk>/decide/", imports_mending.decide, name="import_decide"),
    path("imports/<int:pk>/names/", imports_mending.names, name="import_names"),
    path("imports/<int:pk>/sheets/", imports_mending.sheets, name="import_sheets"),
    path("imports/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("imports/<int:pk>/check-again/", imports.check_again, name="import_check_again"),
    path("imports/<int:pk>/discard/", imports.discard, name="import_discard"),
    path("imports/<int:pk>/refused/", imports_done.refused, name="import_refused"),
    path("imports/<int:pk>/absent/", imports_done.absent, name="import_absent"),
    path("imports/<int:pk>/changes/", imports_done.changes, name="import_changes"),
    path("imports/<int:pk>/file/", imports_done.file, name="import_file"),
    path("imports/<int:pk>/take-back/", imports_done.take_back, name="import_take_back"),
]
