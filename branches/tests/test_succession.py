"""An organisation that has an administrator is never a day without one."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import grants, registration, succession
from branches.models import AccessGrant, AuditEntry, Organization, RegistrationCode, Role
from branches.succession import Span, first_gap, first_lost
from branches.tests.builders import a_grant, a_user

TODAY = dt.date(2026, 11, 21)
NOBODY_AFTER = "2026-11-30 以后航测一室团支部没有管理员接续：请把“至”留空，或先授权不限期的接任管理员。"


def day(number):
    return dt.date(2026, 11, number)


def ends(given):
    given.refresh_from_db()
    return (given.ends_on, given.ended_at is not None)


@pytest.mark.parametrize(
    ("spans", "gap"),
    [
        ([], day(21)),
        ([Span(day(1))], None),
        ([Span(day(1), day(25))], day(26)),
        ([Span(day(1), day(25)), Span(day(26))], None),
        ([Span(day(1), day(25)), Span(day(27))], day(26)),
        ([Span(day(22))], day(21)),
        ([Span(day(20), day(30)), Span(day(1), day(23)), Span(day(24))], None),
    ],
)
def test_the_first_day_that_nobody_covers(spans, gap):
    assert first_gap(spans, TODAY) == gap


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ([Span(day(1))], [Span(day(1))], None),
        ([Span(day(1))], [], day(21)),
        ([Span(day(1))], [Span(day(1), day(25))], day(26)),
        ([Span(day(1))], [Span(day(1), day(25)), Span(day(26))], None),
        ([Span(day(25))], [], day(25)),
        ([Span(day(1), day(22))], [Span(day(1), day(22))], None),
        ([], [Span(day(25), day(26))], None),
    ],
)
def test_the_first_day_that_is_lost(before, after, lost):
    assert first_lost(before, after, TODAY) == lost


def test_an_administrator_up_to_a_day_needs_somebody_who_goes_on(world):
    deed = {"organization": world.sister_branch, "role": Role.ADMINISTRATOR, "starts_on": TODAY, "ends_on": day(30)}

    with pytest.raises(ValidationError) as refusal:
        grants.grant(world.outsider, **deed, by=world.general_admin)
    a_grant(a_user(), world.sister_branch, starts_on=dt.date(2026, 12, 1))
    given = grants.grant(world.outsider, **deed, by=world.general_admin)

    assert refusal.value.message_dict == {
        "ends_on": ["2026-11-30 以后航测二室团支部没有管理员接续：请把“至”留空，或先授权不限期的接任管理员。"]
    }
    assert given.ends_on == day(30)


def test_others_may_be_granted_up_to_a_day(world):
    given = grants.grant(
        world.outsider, organization=world.sister_branch, role=Role.OBSERVER, starts_on=TODAY, ends_on=day(30),
        by=world.general_admin,
    )  # fmt: skip

    assert given.ends_on == day(30)


def test_a_code_for_an_administrator_up_to_a_day_is_refused_at_once(world):
    with pytest.raises(ValidationError) as refusal:
        registration.issue(world.sister_branch, role=Role.ADMINISTRATOR, ends_on=day(30), by=world.general_admin)

    assert "没有管理员接续" in refusal.value.messages[0]
    assert not RegistrationCode.objects.exists()


def test_taking_back_leaves_nobody_later_either(world):
    last = world.secretary.grants.get()
    a_grant(a_user(), world.branch, ends_on=day(30))

    with pytest.raises(ValidationError) as refusal:
        grants.take_back(last, by=world.general_admin)

    assert refusal.value.messages == [
        "这样办理后，航测一室团支部从 2026-12-01 起没有管理员，请先授权新的管理员再收回。"
    ]
    assert ends(last) == (None, False)


def test_a_disabled_account_does_not_go_on(world):
    last = world.secretary.grants.get()
    a_grant(a_user(is_active=False), world.branch)

    with pytest.raises(ValidationError) as refusal:
        grants.take_back(last, by=world.general_admin)

    assert refusal.value.messages == ["航测一室团支部只有这一位管理员，请先授权新的管理员再收回。"]


def test_the_end_of_a_grant_is_set_and_lifted(world):
    given = a_grant(a_user(), world.branch)

    grants.set_end(given, ends_on=day(30), by=world.general_admin, reason="轮岗")
    limited = ends(given)
    grants.set_end(given, ends_on=None, by=world.general_admin)

    assert (limited, ends(given)) == ((day(30), False), (None, False))
    assert list(AuditEntry.objects.filter(kind="changed").order_by("id").values_list("changes", "reason")) == [
        ({"至": ["不限期", "2026-11-30"]}, "轮岗"),
        ({"至": ["2026-11-30", "不限期"]}, ""),
    ]


@pytest.mark.parametrize(
    ("by", "ends_on", "sentence"),
    [
        ("general_admin", day(30), NOBODY_AFTER),
        ("general_admin", day(20), "“至”不能早于今天，也不能早于“自”，请检查日期。"),
        ("secretary", day(30), "不能改自己的授权期限，请由上级管理员办理。"),
        ("observer", day(30), "您在这个组织没有授权管理的权限。"),
    ],
)  # fmt: skip
def test_ends_that_are_refused(world, by, ends_on, sentence):
    given = world.secretary.grants.get()

    with pytest.raises(ValidationError) as refusal:
        grants.set_end(given, ends_on=ends_on, by=getattr(world, by))

    assert refusal.value.messages == [sentence]
    assert ends(given) == (None, False)


def test_rights_move_on_the_day(world):
    old = world.secretary.grants.get()

    given = grants.hand_over(
        world.branch, leaving=[old], successor=world.outsider, on=day(30), by=world.general_admin, reason="离任"
    )

    assert (given.user, given.starts_on, given.ends_on) == (world.outsider, day(30), None)
    assert ends(old) == (day(29), False)


def test_rights_move_at_once_when_the_day_has_come(world):
    old = world.secretary.grants.get()

    given = grants.hand_over(
        world.branch, leaving=[old], successor=world.outsider, on=day(1), by=world.general_admin, reason="离任"
    )

    assert (given.starts_on, ends(old)) == (TODAY, (None, True))


def test_the_administrator_of_a_root_hands_over_the_own_rights(world):
    own = world.bureau_admin.grants.get()

    grants.hand_over(
        world.bureau, leaving=[own], successor=world.outsider, on=TODAY, by=world.bureau_admin, reason="离任"
    )

    assert ends(own) == (None, True)
    assert grants.administrators_of(world.bureau, TODAY) == [world.outsider]


@pytest.mark.parametrize(
    ("by", "successor", "sentence"),
    [
        ("general_admin", None, "航测一室团支部只有这一位管理员，请填写接任的管理员。"),
        ("general_admin", "general_admin", "不能给自己授权，请由上级管理员办理。"),
        ("secretary", "outsider", "本级管理员由上级组织设置，请联系上级管理员办理。"),
        ("foreign_admin", "outsider", "您在这个组织没有授权管理的权限。"),
    ],
)
def test_handovers_of_rights_that_are_refused(world, by, successor, sentence):
    old, coming = world.secretary.grants.get(), getattr(world, successor) if successor else None
    before = AccessGrant.objects.count()

    with pytest.raises(ValidationError) as refusal:
        grants.hand_over(world.branch, leaving=[old], successor=coming, on=TODAY, by=getattr(world, by), reason="离任")

    assert refusal.value.messages == [sentence]
    assert (AccessGrant.objects.count(), ends(old)) == (before, (None, False))


def test_a_grant_of_another_organisation_is_not_handed_over(world):
    elsewhere = world.general_admin.grants.get()

    with pytest.raises(ValidationError) as refusal:
        grants.hand_over(
            world.branch, leaving=[elsewhere], successor=world.outsider, on=TODAY, by=world.bureau_admin, reason="离任"
        )

    assert refusal.value.messages == ["交出的授权中有的已经收回或到期，请刷新后重新核对。"]


def to_a_successor(world, **more):
    old = world.secretary.grants.get()
    asked = {"holder_name": "陆小明", "leaving": [old], "starts_on": TODAY} | more
    return old, registration.issue_to_successor(world.branch, **asked, by=world.general_admin)


def test_whoever_leaves_stays_until_the_code_is_used(world):
    old, issued = to_a_successor(world)
    waiting = ends(old)

    registration.redeem(issued.row, user=world.outsider)

    assert (waiting, ends(old)) == ((None, False), (None, True))
    assert grants.administrators_of(world.branch, TODAY) == [world.outsider]


def test_a_code_used_early_begins_on_the_day(world):
    old, issued = to_a_successor(world, starts_on=day(30))

    given = registration.redeem(issued.row, user=world.outsider)

    assert (given.starts_on, ends(old)) == (day(30), (day(29), False))


def test_a_code_made_anew_relieves_the_same_person(world):
    old, lost = to_a_successor(world)

    again = registration.issue(world.branch, role=Role.ADMINISTRATOR, holder_name="陆小明", by=world.general_admin)
    registration.redeem(again.row, user=world.outsider)

    lost.row.refresh_from_db()
    assert lost.row.voided_at is not None
    assert ends(old) == (None, True)


def test_a_void_code_relieves_nobody_and_neither_does_the_next(world):
    old, issued = to_a_successor(world)

    registration.void(issued.row, by=world.general_admin)
    later = registration.issue(world.branch, role=Role.ADMINISTRATOR, holder_name="陆小明", by=world.general_admin)
    registration.redeem(later.row, user=world.outsider)

    assert ends(old) == (None, False)
    assert grants.administrators_of(world.branch, TODAY) == [world.secretary, world.outsider]


def test_a_code_for_nobody_is_refused(world):
    with pytest.raises(ValidationError) as refusal:
        to_a_successor(world, holder_name="")

    assert refusal.value.messages == ["请填写接任者的姓名。"]


def test_the_back_office_does_not_disable_the_last_administrator(world, signed_in):
    client = signed_in(world.system_admin)
    address = reverse("admin:branches_user_change", args=[world.secretary.pk])
    off = {"username": "secretary", "display_name": "支书"}

    answer = client.post(address, off)
    world.secretary.refresh_from_db()
    still = world.secretary.is_active
    a_grant(a_user(), world.branch)
    client.post(address, off)

    world.secretary.refresh_from_db()
    assert "航测一室团支部只有这一位管理员，请先授权接任的管理员再停用。" in answer.content.decode()
    assert (still, world.secretary.is_active) == (True, False)


def test_the_back_office_grants_no_administrator_up_to_a_day(world, signed_in):
    data = {
        "user": world.outsider.pk, "organization": world.sister_branch.pk, "role": "administrator",
        "starts_on": "2026-11-21", "ends_on": "2026-11-30",
    }  # fmt: skip

    answer = signed_in(world.system_admin).post(reverse("admin:branches_accessgrant_add"), data, follow=True)

    assert "没有管理员接续" in answer.content.decode()
    assert not world.outsider.grants.exists()


def test_which_organisations_will_have_nobody(world):
    a_grant(a_user(), world.sister_branch, ends_on=day(26))
    a_grant(a_user(), world.other_branch, ends_on=dt.date(2026, 12, 10))

    def found(condition):
        return {str(row) for row in Organization.objects.filter(condition)}

    assert found(succession.lapsing(TODAY, 7)) == {"航测二室团支部"}
    assert found(succession.lapsing(TODAY, 30)) == {"航测二室团支部", "一分队团支部"}
    assert found(succession.without_administrator(TODAY)) == {"水文队团总支", "铸造车间团支部"}


def test_the_end_of_a_grant_has_a_page(world, signed_in):
    given = a_grant(a_user(display_name="小录"), world.branch, Role.ENTRY_CLERK)
    client, address = signed_in(world.secretary), reverse("branches:grant_dates", args=[given.pk])

    shown = client.get(address).content.decode()
    answer = client.post(address, {"ends_on": "2026-11-30", "reason": "实习结束"})

    assert "小录，航测一室团支部录入员，2020-01-01 起" in shown
    assert answer["Location"] == reverse("branches:grants", args=[world.branch.pk])
    assert ends(given) == (day(30), False)
    assert [signed_in(who).get(address).status_code for who in (world.outsider, world.observer)] == [404, 403]
