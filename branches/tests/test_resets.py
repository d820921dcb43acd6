"""重置码: for whom a superior may make one, and what it does."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import resets
from branches.models import AuditEntry, ResetCode, Role, User
from branches.tests.builders import PASSWORD, a_grant, a_user

NEW = "qingshan-lvshui-2026"


def test_the_owner_chooses_the_new_password_and_nobody_else_knows_it(world):
    issued = resets.issue(world.secretary, by=world.general_admin)
    epoch = world.secretary.session_epoch

    resets.use(resets.find(issued.shown), new_password=NEW)

    world.secretary.refresh_from_db()
    assert world.secretary.check_password(NEW)
    assert world.secretary.session_epoch == epoch + 1
    assert resets.find(issued.code) is None
    made, changed = AuditEntry.objects.filter(kind__in=("created", "password"), actor__isnull=False).order_by("id")
    assert (made.actor, made.object_label, made.placement.organization) == (
        world.general_admin,
        "支书的重置码",
        world.branch,
    )
    assert (changed.actor, changed.reason) == (world.secretary, "使用重置码")
    assert issued.code not in str(list(AuditEntry.objects.values())) + str(list(ResetCode.objects.values()))


def test_the_old_password_works_until_the_code_is_used(world):
    resets.issue(world.secretary, by=world.general_admin)

    world.secretary.refresh_from_db()
    assert world.secretary.check_password(PASSWORD)


def may(world, by):
    """The people of the world for whom this person may make a code."""
    names = ["bureau_admin", "general_admin", "secretary", "officer", "clerk", "observer", "auditor", "outsider"]
    users = {name: getattr(world, name) for name in (*names, "foreign_admin", "system_admin")}
    allowed = resets.resettable(users.values(), getattr(world, by))
    return [name for name, user in users.items() if user.pk in allowed]


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        ("bureau_admin", ["general_admin", "secretary", "officer", "clerk", "observer", "auditor"]),
        ("general_admin", ["secretary", "clerk", "observer"]),
        ("secretary", []),
        ("officer", []),
        ("clerk", []),
        ("system_admin", []),
        ("foreign_admin", []),
    ],
)
def test_only_from_above_and_never_beside(world, by, allowed):
    assert may(world, by) == allowed


@pytest.mark.parametrize("beyond", ["bureau", "other_branch", "foreign_branch"])
def test_one_grant_elsewhere_is_one_too_many(world, beyond):
    a_grant(world.secretary, getattr(world, beyond), Role.OBSERVER)

    assert "secretary" not in may(world, "general_admin")


def test_a_grant_to_come_counts_and_one_that_is_over_does_not(world):
    a_grant(world.secretary, world.bureau, Role.OBSERVER, starts_on=dt.date(2026, 12, 1))
    a_grant(world.clerk, world.bureau, Role.OBSERVER, ends_on=dt.date(2026, 11, 20))

    assert may(world, "general_admin") == ["clerk", "observer"]


def test_no_administrator_of_a_root_takes_over_the_account_of_another(world):
    equal = a_user("equal")
    a_grant(equal, world.bureau)

    with pytest.raises(ValidationError) as refusal:
        resets.issue(equal, by=world.bureau_admin)

    assert refusal.value.messages == [
        f"您不能给{equal}生成重置码：这个账号还有本级或您管理范围以外的授权，请由其上级管理员办理。"
    ]
    assert not ResetCode.objects.exists()


def test_not_for_oneself(world):
    with pytest.raises(ValidationError) as refusal:
        resets.issue(world.general_admin, by=world.general_admin)

    assert refusal.value.messages == ["不能给自己生成重置码。记得密码的，请用“修改密码”；忘记的，请联系上级管理员。"]


def test_a_code_lasts_two_days(world):
    issued = resets.issue(world.secretary, by=world.general_admin)
    nearly, over = (timezone.now() + dt.timedelta(days=2, seconds=extra) for extra in (-60, 60))

    with time_machine.travel(nearly):
        before = resets.find(issued.code)
    with time_machine.travel(over):
        after = resets.find(issued.code)

    assert (before, after) == (issued.row, None)


def test_a_second_code_makes_the_first_one_void(world):
    first, second = (resets.issue(world.secretary, by=world.general_admin) for _ in range(2))

    assert (resets.find(first.code), resets.find(second.code)) == (None, second.row)


def test_a_code_dies_when_its_maker_could_not_make_it_any_more(world):
    issued = resets.issue(world.secretary, by=world.general_admin)

    a_grant(world.secretary, world.bureau, Role.OBSERVER)

    assert resets.find(issued.code) is None


def test_a_code_does_not_wake_a_disabled_account(world):
    issued = resets.issue(world.secretary, by=world.general_admin)

    User.objects.filter(pk=world.secretary.pk).update(is_active=False)

    assert resets.find(issued.code) is None


def test_of_two_uses_the_second_comes_too_late(world):
    row = resets.find(resets.issue(world.secretary, by=world.general_admin).code)
    resets.use(row, new_password=NEW)

    with pytest.raises(ValidationError) as refusal:
        resets.use(row, new_password="taohua-liushui-2026")

    assert refusal.value.messages == ["这个码不正确或已失效。请逐个字符核对；仍不行的，请向发码的上级要一个新的。"]
    world.secretary.refresh_from_db()
    assert world.secretary.check_password(NEW)


def test_the_console_helps_the_topmost_administrator(world):
    issued = resets.issue_at_console(world.bureau_admin)

    assert resets.find(issued.code) == issued.row
    with pytest.raises(ValidationError) as refusal:
        resets.issue_at_console(a_user("stopped", is_active=False))
    assert "已停用" in refusal.value.messages[0]


def test_the_back_office_helps_anybody_but_oneself(world):
    issued = resets.issue_by_staff(world.bureau_admin, by=world.system_admin)

    assert resets.find(issued.code) == issued.row
    for user, by in ((world.system_admin, world.system_admin), (world.secretary, world.bureau_admin)):
        with pytest.raises(ValidationError):
            resets.issue_by_staff(user, by=by)
