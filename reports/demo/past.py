"""A year of figures for the demo: what was entered when, counted day by day as the worker would have counted it.

The unit entered its people over the year and filled in what was missing bit by bit. For each day kept, what had not
been entered yet is taken out of the records, everything is counted, and the records are put back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Final

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from activities.models import Activity
from branches import freshness
from branches.models import Organization, OrganizationStatus, Touched
from members.models import BranchMembership, CadreTerm, Member, MemberStatus
from reports.demo.clock import Deed
from reports.demo.days import days_before
from reports.facts import settling
from reports.facts.changing import changes_of
from reports.models import FactsDay
from tuanjian import bulk

# Months far back change little on a chart; of the last three every week is kept.
DAYS_BACK: Final[tuple[int, ...]] = (365, 330, 300, 270, 240, 210, 180, 150, 120, *range(98, 0, -7), 1)
# How much of the people had been entered a year ago, and on which day the last of them was.
ENTERED_AT_FIRST: Final = 0.4
ALL_ENTERED: Final = 1
FILLED_LATER: Final = 0.35
BLANK: Final = {"education": "", "ethnicity": "", "political_status": "", "phone_index": None, "work_unit": ""}


def remember(
    root: Organization, *, as_of: dt.date, days_back: Sequence[int] = DAYS_BACK, deeds: Sequence[Deed] = ()
) -> None:
    """Keep figures of these days before ``as_of``, the earliest first; the records are as before.

    The deeds are done on the way, each when the figures of its day stand there. Nothing may have been settled yet;
    at the end every organisation waits for it.
    """
    lot = Random(f"{root.code} past")
    people = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    came = _came_ago(as_of)
    entered = {pk: min(_some_time_ago(lot), came.get(pk, DAYS_BACK[0])) for pk in people}
    filled = [
        (pk, lot.choice(list(BLANK)), lot.randint(2, max(entered[pk], 3)))
        for pk in people
        if lot.random() < FILLED_LATER
    ]
    everything = list(Organization.objects.active().values_list("pk", flat=True))
    for back, following in zip(days_back, (*days_back[1:], 0), strict=False):
        day = days_before(as_of, back)
        with transaction.atomic():
            _take_out([pk for pk in people if entered[pk] < back], day)
            Organization.objects.filter(founded_on__gt=day, numchild=0).update(
                status=OrganizationStatus.CLOSED, closed_on=day
            )
            _blank([(pk, name) for pk, name, since in filled if since < back])
            changes = changes_of(everything, day)
            transaction.set_rollback(True)
        settling.keep(changes, day)
        # On the days in between nothing moved, as far as this past goes.
        FactsDay.objects.bulk_create(_settled(days_before(as_of, each)) for each in range(back, following, -1))
        due = [deed for deed in deeds if following < deed.days_back <= back]
        for deed in sorted(due, key=lambda deed: (-deed.days_back, deed.at)):
            # Those figures were the latest then, and nothing waited.
            Touched.objects.all().delete()
            deed.happen(as_of)
    Touched.objects.all().delete()
    freshness.touch(everything)
    # The column fills itself with the moment of loading.
    evenings = ((pk, _evening(days_before(as_of, back))) for pk, back in entered.items())
    bulk.update_rows(Member, "id", ["created_at"], evenings)


def _some_time_ago(lot: Random) -> int:
    """How many days ago somebody was entered: some before the year began, the others mostly at its beginning."""
    if lot.random() < ENTERED_AT_FIRST:
        return DAYS_BACK[0]
    return ALL_ENTERED + int((DAYS_BACK[0] - ALL_ENTERED) * lot.betavariate(2.2, 1.6))


def _came_ago(as_of: dt.date) -> dict[int, int]:
    """How many days ago everybody came to their first branch: nobody was entered before."""
    first = BranchMembership.objects.order_by().values_list("person").annotate(came=Min("effective_from"))
    return {person: max((as_of - came).days, ALL_ENTERED) for person, came in first}


def _take_out(people: list[int], day: dt.date) -> None:
    CadreTerm.objects.filter(Q(person__in=people) | Q(started_on__gt=day)).delete()
    Member.objects.filter(pk__in=people).update(status=MemberStatus.VOID)
    Activity.objects.filter(recorded_at__gt=_evening(day)).update(is_void=True)


def _blank(facts: list[tuple[int, str]]) -> None:
    for name, nothing in BLANK.items():
        Member.objects.filter(pk__in=[pk for pk, field in facts if field == name]).update(**{name: nothing})


def _evening(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 30)))


def _settled(day: dt.date) -> FactsDay:
    moment = _evening(day)
    return FactsDay(day=day, opened_at=moment - dt.timedelta(hours=23, minutes=59), settled_at=moment)
