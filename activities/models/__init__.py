"""Models of what branches do."""

from activities.models.records import Activity, ActivityKind, Attendance, ExternalParticipants

__all__ = ["Activity", "ActivityKind", "Attendance", "ExternalParticipants"]
