"""Root of the URLs; each app names its own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("branches.urls")),
    path("", include("members.urls")),
    path("", include("activities.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "reports.errors.bad_request"
handler403 = "reports.errors.forbidden"
handler404 = "reports.errors.not_found"
handler500 = "reports.errors.server_error"
