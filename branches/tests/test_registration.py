"""注册码: who may make one, what it gives, when it stops working."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import grants, registration
from branches.models import AuditEntry, RegistrationCode, Role, User
from branches.registration import Reach
from branches.tests.builders import PASSWORD, a_grant, a_user

PERSON = {"username": "luxiaoming", "display_name": "陆小明", "phone": "14000009999", "password": PASSWORD}


def a_code(world, organization=None, *, role=Role.ADMINISTRATOR, by=None, **more):
    return registration.issue(organization or world.branch, role=role, by=by or world.general_admin, **more)


def held(user):
    return [(row.organization.short_name, row.role, row.granted_by) for row in user.grants.order_by("id")]


def entries(*kinds):
    rows = AuditEntry.objects.filter(kind__in=kinds).order_by("id")
    return [(row.kind, row.object_type, row.actor and row.actor.username, row.placement.short_name) for row in rows]


def test_a_code_opens_an_account_with_its_role_in_the_name_of_its_maker(world):
    issued = a_code(world, holder_name="陆小明", ends_on=dt.date(2027, 6, 30))

    user, given = registration.open_account(registration.find(issued.shown), **PERSON)

    assert held(user) == [("航测一室团支部", "administrator", world.general_admin)]
    assert (given.starts_on, given.ends_on) == (dt.date(2026, 11, 21), dt.date(2027, 6, 30))
    assert (user.phone, user.pledge, user.check_password(PASSWORD)) == ("14000009999", None, True)
    assert registration.find(issued.code) is None
    assert entries("granted") == [("granted", "branches.accessgrant", "general_admin", "航测一室团支部")]
    made = AuditEntry.objects.get(kind="created", object_type="branches.user")
    assert (made.actor, made.reason, made.changes["手机号"]) == (
        world.general_admin,
        "凭注册码开通账号",
        [None, "140****9999"],
    )


def test_only_the_digest_is_kept(world):
    issued = a_code(world)

    row = RegistrationCode.objects.get()
    stored = [str(getattr(row, field.attname)) for field in RegistrationCode._meta.concrete_fields]
    assert [text for text in stored if issued.code in text or issued.shown in text] == []
    assert issued.code not in str(list(AuditEntry.objects.values()))


def test_an_account_that_exists_takes_the_role_and_wakes(world):
    sleeper = a_user("sleeper")
    issued = a_code(world, world.other_branch, role=Role.ENTRY_CLERK, by=world.bureau_admin)

    registration.redeem(registration.find(issued.code), user=sleeper)

    assert held(sleeper) == [("一分队团支部", "entry_clerk", world.bureau_admin)]
    assert RegistrationCode.objects.get().used_by == sleeper


def test_the_console_makes_the_first_code_of_a_tree(world):
    issued = registration.issue(world.foreign_bureau, role=Role.ADMINISTRATOR, by=None)

    user, _ = registration.open_account(registration.find(issued.code), **PERSON)

    assert held(user) == [("长江厂团委", "administrator", None)]


@pytest.mark.parametrize(
    ("by", "organization", "role", "sentence"),
    [
        ("secretary", "branch", Role.ADMINISTRATOR, "本级管理员由上级组织设置，请联系上级管理员办理。"),
        ("secretary", "general", Role.ENTRY_CLERK, "您在这个组织没有授权管理的权限。"),
        ("secretary", "sister_branch", Role.ENTRY_CLERK, "您在这个组织没有授权管理的权限。"),
        ("officer", "branch", Role.OBSERVER, "您在这个组织没有授权管理的权限。"),
        ("system_admin", "branch", Role.ADMINISTRATOR, "您在这个组织没有授权管理的权限。"),
    ],
)
def test_nobody_makes_a_code_for_more_than_could_be_granted(world, by, organization, role, sentence):
    with pytest.raises(ValidationError) as refusal:
        a_code(world, getattr(world, organization), role=role, by=getattr(world, by))

    assert refusal.value.messages == [sentence]
    assert not RegistrationCode.objects.exists()


def test_an_end_in_the_past_is_refused(world):
    with pytest.raises(ValidationError) as refusal:
        a_code(world, ends_on=dt.date(2026, 11, 20))

    assert refusal.value.message_dict == {"ends_on": ["“授权至”已经过去，请检查日期。"]}


def test_another_code_for_the_same_holder_makes_the_first_one_void(world):
    first, other, again = a_code(world), a_code(world, holder_name="陆小明"), a_code(world)

    works = [registration.find(issued.code) is not None for issued in (first, other, again)]

    assert works == [False, True, True]


def test_a_code_lasts_twenty_days(world):
    issued = a_code(world)
    nearly, over = (timezone.now() + dt.timedelta(days=20, seconds=extra) for extra in (-60, 60))

    with time_machine.travel(nearly):
        before = registration.find(issued.code)
    with time_machine.travel(over):
        after = registration.find(issued.code)

    assert (before, after) == (issued.row, None)


def test_a_code_dies_with_the_rights_of_its_maker(world):
    issued = a_code(world)

    world.general_admin.grants.update(ended_at=timezone.now())

    assert registration.find(issued.code) is None


def test_a_code_dies_with_the_account_of_its_maker(world):
    issued = a_code(world)

    User.objects.filter(pk=world.general_admin.pk).update(is_active=False)

    assert registration.find(issued.code) is None


def test_a_voided_code_opens_nothing(world):
    issued = a_code(world)

    registration.void(issued.row, by=world.general_admin)

    assert registration.find(issued.code) is None
    assert entries("voided") == [("voided", "branches.registrationcode", "general_admin", "航测一室团支部")]
    with pytest.raises(ValidationError) as refusal:
        registration.void(issued.row, by=world.general_admin)
    assert refusal.value.messages == ["这个注册码已使用、已作废或已过期，不需要作废。"]


def test_the_own_level_does_not_void_the_code_of_its_administrator(world):
    issued = a_code(world)

    with pytest.raises(ValidationError):
        registration.void(issued.row, by=world.secretary)

    assert registration.find(issued.code) == issued.row


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"username": "clerk"}, {"username": ["这个用户名已被使用，请换一个。"]}),
        ({"phone": "14000008888"}, {"phone": ["这个手机号已有账号，请在下面“已有账号”处用密码接受授权。"]}),
    ],
)
def test_names_and_phones_belong_to_one_account(world, changed, sentences):
    world.clerk.phone = "14000008888"
    world.clerk.save()
    issued = a_code(world)
    accounts = User.objects.count()

    with pytest.raises(ValidationError) as refusal:
        registration.open_account(registration.find(issued.code), **PERSON | changed)

    assert refusal.value.message_dict == sentences
    assert (User.objects.count(), registration.find(issued.code)) == (accounts, issued.row)


def test_a_role_that_one_has_already_does_not_spend_the_code(world):
    issued = a_code(world)

    with pytest.raises(ValidationError) as refusal:
        registration.redeem(issued.row, user=world.secretary)

    assert refusal.value.messages == ["支书在航测一室团支部已有管理员授权，不需要重复授权。"]
    assert registration.find(issued.code) == issued.row


def test_nobody_takes_a_code_of_the_own_making(world):
    issued = a_code(world, role=Role.OBSERVER)

    with pytest.raises(ValidationError) as refusal:
        registration.redeem(issued.row, user=world.general_admin)

    assert refusal.value.messages == ["不能给自己授权，请由上级管理员办理。"]


def test_of_two_people_with_one_code_the_second_comes_too_late(world):
    row = registration.find(a_code(world).code)
    registration.redeem(row, user=a_user("first"))

    with pytest.raises(ValidationError) as refusal:
        registration.redeem(row, user=world.outsider)

    assert refusal.value.messages == ["这个码不正确或已失效。请逐个字符核对；仍不行的，请向发码的上级要一个新的。"]
    assert held(world.outsider) == []


def sheet(world, **choice):
    return registration.issue_sheet(
        world.bureau, **{"reach": Reach.ALL, "vacant_only": False} | choice, by=world.bureau_admin
    )


def test_a_sheet_holds_a_code_for_every_lower_organisation(world):
    issued = sheet(world)

    assert [(each.row.organization.short_name, each.row.role) for each in issued] == [
        ("测绘院团总支", "administrator"),
        ("航测一室团支部", "administrator"),
        ("航测二室团支部", "administrator"),
        ("水文队团总支", "administrator"),
        ("一分队团支部", "administrator"),
    ]
    assert [registration.find(each.code) for each in issued] == [each.row for each in issued]
    printed = AuditEntry.objects.get(kind="printed")
    assert (printed.placement.organization, printed.changes) == (world.bureau, {"注册码": [None, "5 个"]})
    assert len(entries("created")) >= 5


def test_a_sheet_for_those_without_administrator_directly_below(world):
    assert [each.row.organization for each in sheet(world, reach=Reach.DIRECT, vacant_only=True)] == [
        world.other_general
    ]


def test_a_sheet_without_anybody_on_it_is_refused(world):
    a_grant(a_user(), world.other_general)

    with pytest.raises(ValidationError) as refusal:
        sheet(world, reach=Reach.DIRECT, vacant_only=True)

    assert refusal.value.messages == ["没有符合条件的下级组织，不需要打印。请换一个范围。"]


def test_a_sheet_has_its_limit(world, monkeypatch):
    monkeypatch.setattr(registration, "MOST_ON_A_SHEET", 4)

    with pytest.raises(ValidationError) as refusal:
        sheet(world)

    assert refusal.value.messages == ["一次最多打印 4 个组织，请缩小范围，或在下级组织的页面分别打印。"]
    assert not RegistrationCode.objects.exists()


def test_open_codes_are_those_that_could_still_be_used(world):
    used, void, waiting = (a_code(world, holder_name=name) for name in ("陆一", "陆二", "陆三"))
    registration.redeem(used.row, user=world.outsider)
    registration.void(void.row, by=world.general_admin)

    assert list(registration.open_codes(world.branch)) == [waiting.row]


def test_what_came_by_code_can_be_taken_back(world):
    issued = a_code(world, role=Role.OFFICER)
    given = registration.redeem(issued.row, user=world.outsider)

    grants.take_back(given, by=world.general_admin)

    given.refresh_from_db()
    assert given.ended_at is not None
