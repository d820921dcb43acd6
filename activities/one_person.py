"""What becomes of attendance when two records of one person are made one."""

from __future__ import annotations

from collections.abc import Collection

from activities.models import Attendance
from members import sameness
from members.models import Member


def offer() -> None:
    """Let ``members.sameness`` know; called when the app starts."""
    sameness.add_mover("activities.Attendance.person", move_attendances)


def move_attendances(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """Attendance passes over. Where both were noted at one activity, whoever was present was; it counts once."""
    mine = {row.activity_id: row for row in Attendance.objects.filter(person=kept)}
    twice = []
    for row in Attendance.objects.filter(person=other, activity__in=mine):
        twice.append(row.pk)
        known = mine[row.activity_id]
        if row.state == Attendance.State.PRESENT != known.state:
            known.state, known.reason = row.state, ""
            known.save(update_fields=["state", "reason"])
    Attendance.objects.filter(pk__in=twice).delete()
    return "到会记录", Attendance.objects.filter(person=other).update(person=kept)
