"""应录数的变动: what became less because somebody lowered a declared number, or because people left, with who and when.

Names no people: how many left which organisation, noted by whom on which day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from branches.models import AuditEntry, Headcount, Organization
from branches.scoping import within
from members.models import BranchMembership, Member
from reports.completion_items import ITEMS, NUMBERS, PEOPLE
from reports.models import Campaign, CampaignScope

# More lines than anybody reads; more people at once than are looked up in the log. What is left off is said.
MOST_LINES: Final = 500
MOST_PEOPLE: Final = 2_000
# A membership ends and the log says so in one transaction, which takes a moment.
_ONE_DEED: Final = dt.timedelta(minutes=2)
UNKNOWN: Final = "—"


@dataclass(frozen=True)
class Lowered:
    """One cause for which less is expected: where, what, who, when."""

    at: dt.datetime
    organization: str
    what: str
    who: str
    source: str = ""


@dataclass(frozen=True)
class Causes:
    """The newest lines, how many more there were, and how many people left without standing in any."""

    lines: list[Lowered]
    left_off: int = 0
    people_left_off: int = 0

    @property
    def unlisted(self) -> str:
        """What is left off, in words; empty where nothing is."""
        told = [f"{self.left_off:,} 条"] if self.left_off else []
        told += [f"{self.people_left_off:,} 人离开名册的记录"] if self.people_left_off else []
        return f"另有 {'、'.join(told)}未列。" if told else ""


def causes_in(campaign: Campaign) -> Causes:
    """What was lowered since the start, until now or until it ended, newest first. Six queries at most."""
    if campaign.started_at is None:
        return Causes([])
    groups = {ITEMS[key].group for key in campaign.items if key in ITEMS}
    paths = _paths(campaign)
    until = campaign.ended_at or timezone.now()
    found = _headcounts(paths, campaign.items, campaign.started_at, until) if NUMBERS in groups else []
    people_left_off = 0
    if PEOPLE in groups:
        leavers, people_left_off = _leavers(paths, campaign.started_at, until)
        found += leavers
    lines = sorted(found, key=lambda line: line.at, reverse=True)
    return Causes(lines[:MOST_LINES], len(lines[MOST_LINES:]), people_left_off)


def is_told_of(campaign: Campaign) -> bool:
    """Whether its items depend on declared numbers or on rosters at all; where not, nothing is said about them."""
    return bool({ITEMS[key].group for key in campaign.items if key in ITEMS} & {NUMBERS, PEOPLE})


def _paths(campaign: Campaign) -> list[str]:
    """Tops of the subtrees it is about."""
    if campaign.scope != CampaignScope.CHOSEN:
        return [campaign.organization.path]
    chosen = Organization.objects.under(campaign.organization, include_self=False)
    return list(chosen.filter(pk__in=campaign.targets.values("organization_id")).values_list("path", flat=True))


def _headcounts(paths: list[str], items: Collection[str], since: dt.datetime, until: dt.datetime) -> list[Lowered]:
    """Declarations by which the number that counts became smaller."""
    kinds = [kind for kind in (Headcount.Kind.EXPECTED_MEMBERS, Headcount.Kind.EXPECTED_YOUTH) if kind in items]
    declared = Headcount.objects.filter(within(paths, "organization__path"), kind__in=kinds, set_at__lte=until)
    moved = declared.filter(set_at__gte=since).values("organization_id")
    counting: dict[tuple[int, str], Headcount] = {}
    found = []
    rows = declared.filter(organization__in=moved).select_related("organization", "set_by")
    for row in rows.order_by("id"):
        known = counting.get((row.organization_id, row.kind))
        if known is not None and row.as_of_on < known.as_of_on:
            continue
        counting[row.organization_id, row.kind] = row
        if known is not None and row.value < known.value and row.set_at >= since:
            what = f"{row.get_kind_display()}由 {known.value} 核定为 {row.value}"
            found.append(Lowered(row.set_at, row.organization.short_name, what, str(row.set_by), row.source))
    return found


def _leavers(paths: list[str], since: dt.datetime, until: dt.datetime) -> tuple[list[Lowered], int]:
    """How many left the roster of a branch, by whom it was noted and when; moves beside it count as leaving, too.

    With it the number of people beyond those looked up.
    """
    left = BranchMembership.objects.filter(
        within(paths, "branch__path"), ended_recorded_at__gte=since, ended_recorded_at__lte=until
    )
    rows = list(
        left.order_by("-ended_recorded_at").values_list("branch__short_name", "person_id", "ended_recorded_at")[
            :MOST_PEOPLE
        ]
    )
    said = _said_of([person for _, person, _ in rows], since)
    counted: Counter[tuple[str, str, dt.date]] = Counter()
    latest: dict[tuple[str, str, dt.date], dt.datetime] = {}
    for branch, person, ended_at in rows:
        at = ended_at or until
        key = (branch, _who(said.get(person, []), at), timezone.localdate(at))
        counted[key] += 1
        latest.setdefault(key, at)
    lines = [Lowered(latest[key], key[0], f"{number} 人离开本支部名册", key[1]) for key, number in counted.items()]
    return lines, left.count() - len(rows) if len(rows) == MOST_PEOPLE else 0


def _said_of(people: list[int], since: dt.datetime) -> dict[int, list[tuple[dt.datetime, str]]]:
    """When and by whom something was done about these people, as the log has it."""
    entries = AuditEntry.objects.filter(
        object_type=Member._meta.label_lower, object_id__in=[str(pk) for pk in people], at__gte=since - _ONE_DEED
    )
    said: dict[int, list[tuple[dt.datetime, str]]] = {}
    for person, at, who in entries.order_by("id").values_list("object_id", "at", "actor_name"):
        said.setdefault(int(person), []).append((at, who))
    return said


def _who(deeds: list[tuple[dt.datetime, str]], at: dt.datetime) -> str:
    nearest = min(deeds, key=lambda deed: abs(deed[0] - at), default=None)
    return nearest[1] if nearest is not None and abs(nearest[0] - at) <= _ONE_DEED else UNKNOWN
