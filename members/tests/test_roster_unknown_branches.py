"""Names of branches nobody knows: created with the import by who may, or said to mean one that is there."""

import pytest
from django.core.exceptions import ValidationError

from branches.models import Organization, OrgType
from members.models import Member
from members.roster.outcome.undoing import take_back
from members.roster.preview.deciding import call_branch, want_branch
from members.roster.running.applying import apply_plan
from members.roster.running.starting import check_again
from members.tests.rosters import a_row, checked, members, states


@pytest.fixture
def admin(world):
    return world.bureau_admin


def test_an_unknown_branch_is_created_before_its_people(world, admin):
    roster = checked(members(a_row("赵启明", "遥感室团支部")), organization=world.bureau, by=admin)
    unknown = states(roster)

    want_branch(roster, name="遥感室团支部", parent=world.general, org_type=OrgType.BRANCH, by=admin)
    apply_plan(roster, by=admin)

    created = Organization.objects.get(short_name="遥感室团支部")
    assert (unknown, states(roster)) == ([(2, "invalid")], [(2, "new")])
    assert (created.parent_path, Member.objects.get(name="赵启明").branch) == (world.general.path, created)
    assert created.full_name == f"{world.general.full_name.removesuffix('总支部委员会')}遥感室支部委员会"
    take_back(roster, by=admin)
    assert not Organization.objects.filter(short_name="遥感室团支部").exists()


def test_a_branch_is_created_by_the_names_somebody_gives_it(world, admin):
    roster = checked(members(a_row("赵启明", "一支部")), organization=world.bureau, by=admin)

    names = {"full_name": "中国共产主义青年团测绘院第一支部委员会", "short_name": "测绘院第一团支部"}
    want_branch(roster, name="一支部", parent=world.general, org_type=OrgType.BRANCH, by=admin, **names)
    apply_plan(roster, by=admin)

    branch = Member.objects.get(name="赵启明").branch
    assert (branch.full_name, branch.short_name) == tuple(names.values())


def test_a_branch_wanted_before_names_could_be_given_is_created_as_the_file_calls_it(world, admin):
    roster = checked(members(a_row("赵启明", "遥感室团支部")), organization=world.bureau, by=admin)
    roster.new_branches = [{"name": "遥感室团支部", "parent_id": world.general.pk, "org_type": "branch"}]
    roster.save(update_fields=["new_branches"])

    check_again(roster, by=admin)
    roster.refresh_from_db()
    apply_plan(roster, by=admin)

    assert Member.objects.get(name="赵启明").branch.full_name == "遥感室团支部"


def test_only_who_manages_the_structure_creates_a_branch(world, admin):
    roster = checked(members(a_row("赵启明", "遥感室团支部")), organization=world.general, by=world.clerk)

    with pytest.raises(ValidationError, match="由管理员办理"):
        want_branch(roster, name="遥感室团支部", parent=world.general, org_type=OrgType.BRANCH, by=world.clerk)

    want_branch(roster, name="遥感室团支部", parent=world.general, org_type=OrgType.BRANCH, by=world.general_admin)
    check_again(roster, by=world.clerk)
    assert states(roster) == [(2, "invalid")]


@pytest.mark.parametrize(
    ("name", "under", "org_type", "sentence"),
    [
        ("遥感室团支部", "branch", "branch", "之下不能设"),
        ("遥感室团支部", "foreign", "branch", "上级组织须是"),
        ("航测一室团支部", "general", "branch", "不需要新建"),
        (" ", "general", "branch", "请填写"),
    ],
)
def test_branches_that_cannot_be_are_refused(world, admin, name, under, org_type, sentence):
    roster = checked(members(a_row("赵启明", "遥感室团支部")), organization=world.bureau, by=admin)
    parent = {"branch": world.branch, "general": world.general, "foreign": world.foreign_branch}[under]

    with pytest.raises(ValidationError, match=sentence):
        want_branch(roster, name=name, parent=parent, org_type=OrgType(org_type), by=admin)

    roster.refresh_from_db()
    assert roster.new_branches == []


def test_a_name_of_the_file_is_said_to_mean_a_branch(world, admin):
    roster = checked(members(a_row("赵启明", "一室")), organization=world.bureau, by=admin)

    call_branch(roster, name="一室", organization=world.branch, by=admin)
    known = states(roster)
    call_branch(roster, name="一室", organization=None, by=admin)

    assert (known, states(roster)) == ([(2, "new")], [(2, "invalid")])
    with pytest.raises(ValidationError, match="请选择"):
        call_branch(roster, name="一室", organization=world.foreign_branch, by=admin)
