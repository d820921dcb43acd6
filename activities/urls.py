"""URLs of activities."""

from django.urls import path

from activities.views import records

app_name = "activities"
urlpatterns = [
    path("activities/", records.activities, name="activities"),
    path("activities/new/", records.new_here, name="new_here"),
    path("organizations/<int:pk>/activities/new/", records.new, name="new"),
    path("activities/<int:pk>/", records.activity, name="activity"),
    path("activities/<int:pk>/edit/", records.edit, name="edit"),
    path("activities/<int:pk>/void/", records.void, name="void"),
    path("activities/<int:pk>/restore/", records.restore, name="restore"),
]
