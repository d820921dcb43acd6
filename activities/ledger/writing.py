"""The records a list turns into, and their taking back."""

from __future__ import annotations

from activities import recording
from activities.ledger.planning import ActivityPlan
from activities.models import Activity, Attendance
from branches import audit
from branches.models import User
from members.models.roster import RosterChange, RosterImport
from members.roster.outcome.undoing import TakingBack
from members.roster.plans.writing import Change, keep_changes


def write(roster: RosterImport, plan: ActivityPlan, /, *, by: User, log: audit.Recording) -> dict[str, int]:
    """Record the new activities of the plan, each with its own entry beside ``log``.

    Everything ``recording.record_many`` refuses, it refuses.
    """
    records = [(row.activity, row.details) for row in plan.new if row.activity is not None]
    recording.record_many(records, by=by, reason=roster.note, job=roster.job)
    changes = (Change(activity, True, activity.version, activity.organization) for activity, _ in records)
    keep_changes(roster, changes)
    return {"activities_created": len(records)}


def take_back(taking: TakingBack, changes: list[RosterChange]) -> None:
    """Delete the activities an import recorded, with their attendance, unless somebody changed or voided them since."""
    now = Activity.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    activities = now.in_bulk([change.object_id for change in changes])
    going = taking.untouched(changes, activities)
    for change in going:
        if activity := activities.get(change.object_id):
            taking.note(activity, activity.organization, {"主题": [activity.topic, None]})
    keys = [change.object_id for change in going]
    taking.people |= set(Attendance.objects.filter(activity__in=keys).values_list("person_id", flat=True))
    Activity.objects.filter(pk__in=keys).delete()
