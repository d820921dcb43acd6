"""A year of a unit, day by day: what was shown on a day is what is shown of it ever after."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from branches.models import Organization
from members.models import Member
from members.roster.outcome.undoing import take_back
from members.tests.rosters import a_row, imported, members
from reports.circulars import issuing
from reports.completion.sums import completion_of
from reports.counts import counts_of
from reports.facts import recounting, settling
from reports.models import Circular, CircularDelivery, CircularFile, CircularKind, IssuedSheet, SheetKind
from reports.sheets import issuing as sheets
from reports.tests.circulars import an_issued
from reports.tests.walking import DEEDS, Walk

pytestmark = [pytest.mark.django_db, pytest.mark.property]
DAYS = 365
LOOKED_AT = 50
BUSY = 110
# What has to have happened in the year, whatever is drawn besides.
IN_ANY_YEAR = ("imports", "takes_back", "move", "merge", "correct", "void", "end", "issues", "fixes", "withdraws")
TRIES = 25


class Year(Walk):
    """The same walk with files that come in and are taken back, and with circulars."""

    def __init__(self, world, seed):
        super().__init__(world, seed)
        self.files = []

    def until_done(self, deed):
        """Try it with other people and places until the rules let it be done; each try and how it ended."""
        for _ in range(TRIES):
            tried = self.step([deed])
            yield tried
            if tried[1]:
                return

    def imports(self):
        branch, people = self.a_branch(), list(Member.objects.on_roster().filter(id_type="resident"))
        rows = [a_row("赵启明", branch.short_name, phone=self.dice.choice(self.phones))]
        if people:
            known = self.dice.choice(people)
            rows.append(a_row(known.name, branch.short_name, number=known.id_number, post="团员"))
        self.files.append(imported(members(*rows), organization=self.world.bureau, by=self.by))

    def takes_back(self):
        if self.files:
            take_back(self.files.pop(), by=self.by)

    def issues(self):
        kind = self.dice.choice(list(CircularKind)[:2])
        more = {"month": (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)}
        an_issued(
            self.world.bureau,
            by=self.by,
            on=timezone.localdate(),
            kind=kind,
            **(more if kind == CircularKind.ORG_LIFE else {}),
        )

    def fixes(self):
        sheets.issue(self.world.bureau, kind=self.dice.choice(SheetKind.values), on=timezone.localdate(), by=self.by)

    def withdraws(self):
        if issued := Circular.objects.filter(state="issued").first():
            issuing.withdraw(issued, reason="数字有误", by=self.by)


def shown(day):
    """Completion and figures of every organisation, as pages show them of that day."""
    everywhere = list(Organization.objects.order_by("pk"))
    completion = completion_of(everywhere, day)
    parts = {pk: (each.expected, each.actual, each.on_time, each.missing) for pk, each in completion.items()}
    return parts, {pk: counts for pk, counts in counts_of(everywhere, day).items() if counts.organizations}


def issued():
    """All that is fixed in what was issued."""
    circulars = Circular.objects.exclude(state="draft").order_by("pk")
    return (
        list(circulars.values("pk", "number", "title", "figures", "issued_at", "counted_at")),
        list(CircularFile.objects.order_by("pk").values_list("pk", "sealed")),
        list(CircularDelivery.objects.order_by("pk").values_list("pk", "name")),
        list(IssuedSheet.objects.order_by("pk").values_list("pk", "content")),
    )


@pytest.mark.parametrize("seed", [0])
def test_fifty_days_of_a_year_say_later_what_they_said_then(world, seed):
    year, then, papers = Year(world, seed), {}, []
    first = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
    deeds = [*IN_ANY_YEAR * 3, *year.dice.choices(DEEDS, k=BUSY - 3 * len(IN_ANY_YEAR))]
    year.dice.shuffle(deeds)
    busy = dict(zip(sorted(year.dice.sample(range(DAYS), BUSY)), deeds, strict=True))
    done = set()

    for number in range(DAYS):
        if number not in busy and number % 7:
            continue
        with time_machine.travel(first + dt.timedelta(days=number), tick=True):
            settling.settle()
            if number in busy:
                done |= {deed for deed, was_done in year.until_done(busy[number]) if was_done}
                settling.settle()
            then[timezone.localdate()] = shown(timezone.localdate())
            papers.append(issued())

    with time_machine.travel(first + dt.timedelta(days=DAYS), tick=True):
        settling.settle()
        for day in year.dice.sample(sorted(then), LOOKED_AT):
            assert shown(day) == then[day], day
        assert list(recounting.drifts(timezone.localdate())) == []
        last = issued()
    for paper in papers:
        for now, before in zip(last, paper, strict=True):
            assert now[: len(before)] == before
    assert done >= {*IN_ANY_YEAR}
