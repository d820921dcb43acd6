"""A successor who does not register in time: whoever waits stays in office, and the superior finds it to be done."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from branches import grants, registration, succession
from branches.models import AuditEntry, Organization, RegistrationCode, Role
from branches.tests.builders import a_grant, a_user

TODAY = dt.date(2026, 11, 21)
AFTERWARDS = dt.datetime(2026, 12, 12, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def late(world):
    """支书 hands over to 陆小明, whose code ran out; then it is 12 December."""
    leaving = [world.secretary.grants.get()]
    asked = {"holder_name": "陆小明", "leaving": leaving, "starts_on": dt.date(2026, 12, 31)}
    issued = registration.issue_to_successor(world.branch, **asked, by=world.general_admin)
    with time_machine.travel(AFTERWARDS, tick=False):
        yield issued.row


def overdue(world):
    return [str(row) for row in Organization.objects.filter(succession.successor_overdue(timezone.now()))]


def test_an_organisation_waits_once_the_code_ran_out(world, late):
    others = registration.issue(world.sister_branch, role=Role.ADMINISTRATOR, holder_name="甲", by=world.general_admin)
    with time_machine.travel(late.expires_at - dt.timedelta(minutes=1), tick=False):
        before = overdue(world)

    assert (before, overdue(world)) == ([], ["航测一室团支部"])
    assert registration.overdue_codes(world.branch).get() == late
    assert others.row.expires_at > timezone.now()


@pytest.mark.parametrize("how", ["used", "void", "taken back"])
def test_nobody_waits_for_a_code_that_is_done_with(world, late, how):
    if how == "used":
        RegistrationCode.objects.filter(pk=late.pk).update(used_at=timezone.now())
    elif how == "void":
        RegistrationCode.objects.filter(pk=late.pk).update(voided_at=timezone.now())
    else:
        a_grant(a_user(), world.branch)
        grants.take_back(world.secretary.grants.get(), by=world.general_admin)

    assert overdue(world) == []


def test_the_next_code_keeps_the_day_and_whom_it_relieves(world, late):
    again = registration.issue(world.branch, role=Role.ADMINISTRATOR, holder_name="陆小明", by=world.general_admin)
    given = registration.redeem(again.row, user=world.outsider)

    old = world.secretary.grants.get()
    assert (given.starts_on, old.ends_on) == (dt.date(2026, 12, 31), dt.date(2026, 12, 30))
    assert overdue(world) == []


def test_a_code_for_somebody_else_begins_at_once_and_relieves_nobody(world, late):
    other = registration.issue(world.branch, role=Role.ADMINISTRATOR, holder_name="林小白", by=world.general_admin)

    assert other.row.starts_on is None
    assert world.secretary.grants.get().ends_with_code == late


def test_the_handover_is_called_off_by_voiding_the_code_that_ran_out(world, late):
    registration.void(late, by=world.general_admin)

    late.refresh_from_db()
    assert (late.voided_at, world.secretary.grants.get().ends_with_code) == (timezone.now(), None)
    assert AuditEntry.objects.filter(kind="voided", actor=world.general_admin).count() == 1
    with pytest.raises(ValidationError, match="已作废或已过期，不需要作废"):
        registration.void(late, by=world.general_admin)


def test_a_code_that_ran_out_and_relieves_nobody_needs_no_voiding(world):
    issued = registration.issue(world.branch, role=Role.ADMINISTRATOR, by=world.general_admin)

    with time_machine.travel(AFTERWARDS), pytest.raises(ValidationError, match="已过期，不需要作废"):
        registration.void(issued.row, by=world.general_admin)


def test_the_superior_is_led_to_a_new_code(world, late, signed_in):
    client = signed_in(world.general_admin)
    again = f"{reverse('branches:code_new', args=[world.branch.pk])}?again={late.pk}"

    page = client.get(reverse("branches:grants", args=[world.branch.pk])).content.decode()
    form = client.get(again).context["form"]

    assert "接任人陆小明还没有注册，注册码 2026-12-11 已过期。" in page
    assert "支书继续负责，直到接任人使用新的注册码。" in page
    assert (again in page, reverse("branches:code_void", args=[late.pk]) in page) == (True, True)
    assert (form["role"].value(), form["holder_name"].value()) == ("administrator", "陆小明")


def test_voiding_says_that_the_handover_is_off(world, late, signed_in):
    page = signed_in(world.general_admin).get(reverse("branches:code_void", args=[late.pk])).content.decode()

    assert "作废后交接取消，原管理员继续负责。" in page


def test_who_is_leaving_is_told_to_ask_the_superior(world, late, signed_in):
    page = signed_in(world.secretary).get(reverse("branches:grants", args=[world.branch.pk])).content.decode()

    assert "请联系上级团组织的管理员重新生成注册码。" in page
    assert "?again=" not in page


@pytest.mark.parametrize("again", ["0", "x", "²", "9" * 30])
def test_an_id_of_nothing_begins_the_form_with_nothing(world, late, signed_in, again):
    client, url = signed_in(world.general_admin), reverse("branches:code_new", args=[world.branch.pk])

    form = client.get(url, {"again": again}).context["form"]

    assert form["holder_name"].value() is None


def test_a_code_of_another_organisation_tells_nothing(world, late, signed_in):
    url = reverse("branches:code_new", args=[world.sister_branch.pk])

    assert "陆小明" not in signed_in(world.general_admin).get(url, {"again": late.pk}).content.decode()


def test_the_table_of_lower_organisations_finds_them(world, late, signed_in):
    page = signed_in(world.bureau_admin).get(
        reverse("branches:lower"), {"organization": world.bureau.pk, "all": "1", "administrator": "overdue"}
    )

    assert [row.record.short_name for row in page.context["table"].page] == ["航测一室团支部"]
