"""URLs of lists that leave the system, and of comparing with the national one."""

from django.urls import URLPattern, path

from members.views import comparisons, exports

urlpatterns: list[URLPattern] = [
    path("exports/", exports.exports, name="exports"),
    path("exports/new/<str:kind>/", exports.list_export, name="list_export"),
    path("exports/<int:pk>/", exports.export, name="export"),
    path("exports/<int:pk>/progress/", exports.export_progress, name="export_progress"),
    path("exports/<int:pk>/file/", exports.export_file, name="export_file"),
    path("exports/<int:pk>/again/", exports.export_again, name="export_again"),
    path("exports/<int:pk>/delete/", exports.export_delete, name="export_delete"),
    path("comparisons/", comparisons.comparisons, name="comparisons"),
    path("comparisons/new/", comparisons.comparison_new, name="comparison_new"),
    path("comparisons/<int:pk>/", comparisons.comparison, name="comparison"),
    path("comparisons/<int:pk>/progress/", comparisons.comparison_progress, name="comparison_progress"),
    path("comparisons/<int:pk>/export/", comparisons.comparison_export, name="comparison_export"),
    path("comparisons/<int:pk>/delete/", comparisons.comparison_delete, name="comparison_delete"),
]
