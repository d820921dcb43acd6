"""URLs of people: the records, then the cadres."""

from django.urls import URLPattern, path

from members.cadre_urls import urlpatterns as cadre_urls
from members.export_urls import urlpatterns as export_urls
from members.import_urls import urlpatterns as import_urls
from members.views import corrections, national, records, releases, sameness, traces

app_name = "members"
records_urls: list[URLPattern] = [
    path("members/", records.members, name="members"),
    path("youth/", records.youth, name="youth"),
    path("members/new/", records.new, name="new"),
    path("members/print/", records.members_print, name="members_print"),
    path("members/export/", records.members_export, name="members_export"),
    path("members/export/profile/", national.export_profile, name="export_profile"),
    path("members/export/requests/", releases.export_requests, name="export_requests"),
    path("members/export/requests/<int:pk>/", releases.export_request, name="export_request"),
    path("members/export/requests/<int:pk>/approve/", releases.export_approve, name="export_approve"),
    path("members/export/requests/<int:pk>/refuse/", releases.export_refuse, name="export_refuse"),
    path("members/export/requests/<int:pk>/fetch/", releases.export_fetch, name="export_fetch"),
    path("members/national/", national.mark, name="national_mark"),
    path("members/check-number/", records.check_number, name="check_number"),
    path("members/edit/", records.edit_ticked, name="edit_ticked"),
    path("members/void/", records.void_many, name="void_many"),
    path("members/outline/<int:pk>/", records.outline_children, name="outline"),
    path("members/<int:pk>/", records.member, name="member"),
    path("members/<int:pk>/edit/", records.edit, name="edit"),
    path("members/same/", sameness.same, name="same"),
    path("members/<int:pk>/same/", sameness.merge_records, name="merge_records"),
    path("members/corrections/", corrections.corrections, name="corrections"),
    path("members/<int:pk>/correction/", corrections.correction, name="correction"),
    path("members/<int:pk>/correction/reveal/", corrections.reveal_correction, name="reveal_correction"),
    path("members/<int:pk>/correction/ask/", corrections.ask_correction, name="ask_correction"),
    path("members/<int:pk>/different/", sameness.different, name="different"),
    path("members/<int:pk>/void/", records.void, name="void"),
    path("members/<int:pk>/restore/", records.restore, name="restore"),
    path("members/<int:pk>/reveal/", records.reveal, name="reveal"),
    path("members/<int:pk>/traces/", traces.traces, name="traces"),
    path("members/<int:pk>/national/withdraw/", national.withdraw, name="national_withdraw"),
]
urlpatterns = [*records_urls, *cadre_urls, *import_urls, *export_urls]
