"""URLs of cadres, contacts and closing."""

from django.urls import URLPattern, path

from members.views import cadres, closing, handover, health, merging

urlpatterns: list[URLPattern] = [
    path("cadres/", cadres.cadres, name="cadres"),
    path("organizations/<int:pk>/cadres/", cadres.organization_cadres, name="organization_cadres"),
    path("organizations/<int:pk>/cadres/new/", cadres.cadre_new, name="cadre_new"),
    path("cadre-terms/<int:pk>/edit/", cadres.cadre_edit, name="cadre_edit"),
    path("cadre-terms/<int:pk>/end/", cadres.cadre_end, name="cadre_end"),
    path("contacts/", cadres.contacts, name="contacts"),
    path("contacts/print/", cadres.contacts_print, name="contacts_print"),
    path("organizations/<int:pk>/close/", closing.close, name="close"),
    path("organizations/<int:pk>/reopen/", closing.reopen, name="reopen"),
    path("organizations/<int:pk>/merge/", merging.merge, name="merge"),
    path("organizations/health/", health.organizations_health, name="health"),
    path("organizations/health/print/", health.health_print, name="health_print"),
    path("organizations/health/export/", health.health_export, name="health_export"),
    path("organizations/<int:pk>/handover/", handover.handover, name="handover"),
]
