"""Models of what branches do."""

from activities.models.records import Activity, ActivityKind, Attendance, ExternalParticipants
from activities.models.results import ActivityResult

__all__ = ["Activity", "ActivityKind", "ActivityResult", "Attendance", "ExternalParticipants"]
