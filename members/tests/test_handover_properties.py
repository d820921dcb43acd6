"""Whatever is granted, limited, asked for, handed over, disabled or merged: who has an administrator keeps one.

Every day, in whatever order; a closed organisation needs none, and begins anew when it is put in force again.
"""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches import applications, grants, registration, succession
from branches.models import AccessGrant, ChangeRequest, Organization, OrgType, RegistrationCode, Role, User
from branches.tests.builders import a_grant, a_user, an_organization
from members import closing, handover, merging
from members.handover import Handover, Occasion

pytestmark = [pytest.mark.django_db, pytest.mark.property]

NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
DEEDS = [
    *(
        "grant",
        "take_back",
        "set_end",
        "hand_over",
        "hand_over_by_code",
        "issue",
        "redeem",
        "void",
        "ask",
        "ask_by_name",
    ),
    *("approve", "send_back", "disable", "enable", "close", "merge", "reopen", "sleep"),
]
steps = st.lists(
    st.tuples(
        st.sampled_from(DEEDS),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(-3, 12),
        st.none() | st.integers(0, 20),
    ),
    min_size=1,
    max_size=16,
)


class Unit:
    """An organisation, the superior who acts on it, and three people who may come into office."""

    def __init__(self):
        above = an_organization("上级团委", org_type=OrgType.BASE_COMMITTEE)
        self.organization = an_organization("本单位团支部", under=above)
        self.other = an_organization("邻近团支部", under=above)
        self.superior = a_user(display_name="上级管理员")
        a_grant(self.superior, above)
        self.people = [a_user(display_name=f"管理员{number}") for number in range(3)]
        self.issued = []

    def person(self, number):
        return User.objects.get(pk=self.people[number % len(self.people)].pk)

    def given(self, number):
        rows = list(AccessGrant.objects.filter(organization=self.organization).order_by("id"))
        return rows[number % len(rows)] if rows else None

    @property
    def is_closed(self):
        return Organization.objects.get(pk=self.organization.pk).is_closed

    def administered_on(self, *days):
        rows = AccessGrant.objects.filter(organization=self.organization, role=Role.ADMINISTRATOR)
        open_ = list(rows.filter(user__is_active=True).select_related("user"))
        return [any(row.is_in_force(day) for row in open_) for day in days]

    def do(self, deed, first, second, days, length):
        today = timezone.localdate()
        day = today + dt.timedelta(days=days)
        until = None if length is None else day + dt.timedelta(days=length)
        given = self.given(second)
        if deed == "grant":
            grants.grant(
                self.person(first),
                organization=self.organization,
                role=Role.ADMINISTRATOR if second % 3 else Role.OBSERVER,
                starts_on=day,
                ends_on=until,
                by=self.superior,
            )
        elif deed == "take_back" and given:
            grants.take_back(given, by=self.superior)
        elif deed == "set_end" and given:
            grants.set_end(given, ends_on=until, by=self.superior)
        elif deed in ("hand_over", "hand_over_by_code"):
            self.hand_over(given, self.person(first), day, by_code=deed == "hand_over_by_code")
        elif deed == "issue":
            words = {"role": Role.ADMINISTRATOR, "holder_name": "接任者", "starts_on": day, "ends_on": until}
            self.issued.append(registration.issue(self.organization, **words, by=self.superior))
        elif deed in ("redeem", "void") and self.issued:
            row = RegistrationCode.objects.get(pk=self.issued[second % len(self.issued)].row.pk)
            if deed == "void":
                registration.void(row, by=self.superior)
            else:
                registration.redeem(row, user=self.person(first))
        elif deed in ("ask", "ask_by_name") and given:
            self.ask(given, self.person(first), by_name=deed == "ask_by_name")
        elif deed in ("approve", "send_back"):
            self.decide(deed == "approve")
        elif deed in ("disable", "enable"):
            self.set_active(self.person(first), deed == "enable")
        elif deed in ("close", "merge", "reopen"):
            self.end_or_begin(deed)

    def ask(self, leaving, coming, *, by_name):
        who = (
            {"successor": None, "successor_name": "接任者"} if by_name else {"successor": coming, "successor_name": ""}
        )
        applications.ask_for_administrator(
            self.organization, leaving=leaving, reason="工作调动", by=self.people[0], **who
        )

    def decide(self, agreed):
        for waiting in ChangeRequest.objects.waiting():
            if not agreed:
                applications.send_back(waiting, version=waiting.version, answer="请再商量", by=self.superior)
            elif issued := applications.approve(waiting, version=waiting.version, by=self.superior):
                self.issued.append(issued)

    def end_or_begin(self, deed):
        today, organization = timezone.localdate(), Organization.objects.get(pk=self.organization.pk)
        if deed == "close":
            closing.close(organization, on=today, reason="人员分流", by=self.superior)
        elif deed == "merge":
            other = Organization.objects.get(pk=self.other.pk)
            merging.merge(organization, into=other, on=today, reason="", people=0, posts=0, by=self.superior)
        else:
            closing.reopen(organization, reason="恢复建制", by=self.superior)

    def hand_over(self, given, coming, day, *, by_code):
        leaving = (given,) if given else ()
        who = {"successor_name": "接任者"} if by_code else {"successor": coming}
        asked = Handover(self.organization, Occasion.LEAVING, day, leaving=leaving, **who)
        issued = handover.hand_over(asked, by=self.superior)
        if issued:
            self.issued.append(issued)

    def set_active(self, user, active):
        with transaction.atomic():
            if not active:
                succession.refuse_disabling(user)
            User.objects.filter(pk=user.pk).update(is_active=active)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.booleans())
def test_no_interleaving_leaves_a_day_without_administrator(db, deeds, begun):
    with time_machine.travel(NOON, tick=False) as clock, transaction.atomic():
        check_every_day(deeds, clock, begun)
        transaction.set_rollback(True)


def check_every_day(deeds, clock, begun):
    unit = Unit()
    if begun:
        a_grant(unit.people[0], unit.organization)
    had = begun
    for step in deeds:
        if step[0] == "sleep":
            # Day by day: what was promised for the days ahead must come true.
            for _ in range(abs(step[3])):
                clock.shift(dt.timedelta(days=1))
                had = check_today(unit, had)
            continue
        before = list(AccessGrant.objects.order_by("id").values_list("pk", "ends_on", "ended_at"))
        try:
            with transaction.atomic():
                unit.do(*step)
        except ValidationError:
            assert list(AccessGrant.objects.order_by("id").values_list("pk", "ends_on", "ended_at")) == before
        had = check_today(unit, had)
        check_days_ahead(unit, had)


def check_today(unit, had):
    if unit.is_closed:
        return False
    [now] = unit.administered_on(timezone.localdate())
    assert now or not had
    return had or now


def check_days_ahead(unit, had):
    if unit.is_closed:
        return
    today = timezone.localdate()
    covered = had
    for day in unit.administered_on(*(today + dt.timedelta(days=ahead) for ahead in range(60))):
        assert day or not covered
        covered = covered or day
