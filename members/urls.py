"""URLs of people: the records, then the cadres."""

from django.urls import URLPattern, path

from members.cadre_urls import urlpatterns as cadre_urls
from members.views import records

app_name = "members"
records_urls: list[URLPattern] = [
    path("members/", records.members, name="members"),
    path("youth/", records.youth, name="youth"),
    path("members/new/", records.new, name="new"),
    path("members/print/", records.members_print, name="members_print"),
    path("members/export/", records.members_export, name="members_export"),
    path("members/check-number/", records.check_number, name="check_number"),
    path("members/edit/", records.edit_ticked, name="edit_ticked"),
    path("members/void/", records.void_many, name="void_many"),
    path("members/outline/<int:pk>/", records.outline_children, name="outline"),
    path("members/<int:pk>/", records.member, name="member"),
    path("members/<int:pk>/edit/", records.edit, name="edit"),
    path("members/<int:pk>/void/", records.void, name="void"),
    path("members/<int:pk>/restore/", records.restore, name="restore"),
    path("members/<int:pk>/reveal/", records.reveal, name="reveal"),
]
urlpatterns = [*records_urls, *cadre_urls]
