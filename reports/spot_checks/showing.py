"""The records of a draw as a list shows them: people of other branches than the own by surname until one is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from branches.models import Organization, User
from members import privacy
from members.models import Member
from reports.models import SpotCheck, SpotRecord
from reports.models.spot_checks import TO_MEND, SpotCheckQuerySet, SpotRecordQuerySet

UNSEEN = "已不在管理范围内"


@dataclass(frozen=True)
class Listed:
    """A record and whom it is about, in words."""

    record: SpotRecord
    whom: str


def listed(user: User, records: Iterable[SpotRecord]) -> list[Listed]:
    """These records with names as the user sees them. Two queries."""
    records = list(records)
    own = privacy.roster_branches(user)
    keys = [record.person_id for record in records if record.person_id]
    people = {
        person.pk: privacy.name_as_seen(person, own)
        for person in Member.objects.visible_to(user).filter(pk__in=keys).only("name", "branch")
    }
    return [
        Listed(record, people.get(record.person_id, UNSEEN) if record.person_id else record.organization_name)
        for record in records
    ]


def records_of(check: SpotCheck) -> SpotRecordQuerySet:
    """The records of a draw as the sheet has them."""
    return SpotRecord.objects.of(check).in_sheet_order()


def found_about(user: User, organization: Organization) -> SpotRecordQuerySet:
    """What draws found about an organisation and below, newest draw first."""
    rows = SpotRecord.objects.visible_to(user).found_below(organization).select_related("check_of__organization")
    return rows.order_by("-check_of", "screen_order", "number")


def checks_of(user: User, organization: Organization) -> SpotCheckQuerySet:
    """Draws of an organisation and below, newest first, each with how many were drawn, looked at, wait for mending."""
    rows = SpotCheck.objects.visible_to(user).of(organization).select_related("organization", "drawn_by")
    return rows.annotate(
        drawn=Count("records"),
        checked=Count("records", filter=~Q(records__verdict="")),
        to_mend=Count("records", filter=Q(records__follow_up__in=TO_MEND)),
    ).order_by("-pk")
