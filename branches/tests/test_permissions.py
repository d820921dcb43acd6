"""What the pages offer; who works on an organisation."""

import datetime as dt

import pytest
from django.utils import timezone

from branches import tree
from branches.models import Role
from branches.permissions import permissions_on
from branches.scoping import Right, Sight
from branches.tests.builders import a_grant, a_user
from branches.workers import Above, GrantState, working_above, working_on

ON = dt.date(2026, 11, 21)


def offered(organization, user):
    may = permissions_on(organization, user)
    return (may.sees_roster, may.structure, may.structure_from_above, may.people, may.grants_from_above, may.may_add)


@pytest.mark.parametrize(
    ("who", "where", "expected"),
    [
        ("bureau_admin", "bureau", (True, True, True, True, True, True)),
        ("bureau_admin", "general", (True, True, True, True, True, True)),
        ("general_admin", "general", (True, True, False, True, False, True)),
        ("general_admin", "branch", (True, True, True, True, True, False)),
        ("clerk", "branch", (True, False, False, True, False, False)),
        ("observer", "branch", (True, False, False, False, False, False)),
        ("auditor", "branch", (False, False, False, False, False, False)),
        ("outsider", "branch", (False, False, False, False, False, False)),
    ],
)
def test_who_is_offered_what(world, who, where, expected):
    assert offered(getattr(world, where), getattr(world, who)) == expected


def test_rights_of_several_grants_add_up(world):
    a_grant(world.auditor, world.branch, Role.ENTRY_CLERK)

    may = permissions_on(world.branch, world.auditor)

    assert may.rights == {Right.PEOPLE, Right.ACTIVITIES}
    assert may.sights == set(Sight)


def test_nothing_is_added_below_a_closed_organisation(world):
    tree.close(world.other_branch, on=ON, by=None, reason="撤销")
    tree.close(world.other_general, on=ON, by=None, reason="撤销")

    assert permissions_on(world.other_general, world.bureau_admin).may_add is False


def working(organization, viewer, **options):
    return [
        (str(work.given.user), work.given.role, work.state.label, work.from_above, work.may_end)
        for work in working_on(organization, viewer, on=ON, **options)
    ]


def test_who_works_here_and_from_above(world):
    assert working(world.branch, world.bureau_admin) == [
        ("支书", "administrator", "生效中", False, True),
        ("总支管理员", "administrator", "生效中", True, False),
        ("录入员", "entry_clerk", "生效中", True, False),
        ("观察员", "observer", "生效中", True, False),
        ("局级管理员", "administrator", "生效中", True, False),
        ("干事", "officer", "生效中", True, False),
        ("审计员", "auditor", "生效中", True, False),
    ]


def test_people_of_levels_above_the_own_scope_are_counted_and_not_named(world):
    a_grant(a_user(is_active=False), world.bureau, Role.OFFICER)

    assert [row[0] for row in working(world.branch, world.general_admin)] == ["支书", "总支管理员", "录入员", "观察员"]
    assert working_above(world.branch, world.general_admin, on=ON) == [
        Above("华岳局团委", Role.ADMINISTRATOR, 1),
        Above("华岳局团委", Role.OFFICER, 1),
        Above("华岳局团委", Role.AUDITOR, 1),
    ]
    assert working_above(world.branch, world.bureau_admin, on=ON) == []


def test_the_own_level_does_not_end_its_administrators_nor_itself(world):
    a_grant(a_user(display_name="第二书记"), world.branch)
    a_grant(a_user(display_name="小录"), world.branch, Role.ENTRY_CLERK)

    own = [row for row in working(world.branch, world.secretary) if not row[3]]

    assert own == [
        ("支书", "administrator", "生效中", False, False),
        ("第二书记", "administrator", "生效中", False, False),
        ("小录", "entry_clerk", "生效中", False, True),
    ]


def test_ended_grants_are_shown_when_asked_for(world):
    a_grant(a_user(display_name="已到期"), world.branch, ends_on=dt.date(2026, 11, 20))
    a_grant(a_user(display_name="已收回"), world.branch, ended_at=timezone.now())
    a_grant(a_user(display_name="未开始"), world.branch, starts_on=dt.date(2026, 12, 1))

    now = [row[0] for row in working(world.branch, world.general_admin) if not row[3]]
    ever = {row[0]: row[2] for row in working(world.branch, world.general_admin, past=True) if not row[3]}

    assert now == ["支书", "未开始"]
    assert ever == {"支书": "生效中", "已到期": "已到期", "已收回": "已收回", "未开始": "未开始"}
    assert [state.label for state in GrantState] == ["生效中", "未开始", "已到期", "已收回"]
