"""The shape of the tree: adding, renaming, moving, ordering, closing, and the tree of the past."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import tree
from branches.models import AuditEntry, FormerName, Organization, OrgType, Placement
from branches.tests.builders import an_organization


def test_adding_keeps_a_placement_and_an_entry(world):
    added = an_organization("航测三室团支部", under=world.general, by=world.general_admin)

    placement = Placement.objects.get(organization=added)
    assert placement.lineage == f"/{world.bureau.pk}/{world.general.pk}/{added.pk}/"
    assert (placement.parent_id, placement.to_at) == (world.general.pk, None)
    assert added.root_id == world.bureau.pk
    assert AuditEntry.objects.filter(kind="created", object_id=str(added.pk), actor=world.general_admin).count() == 1
    assert tree.find_problems() == []


def test_a_branch_takes_nothing_below_it(world):
    with pytest.raises(ValidationError) as refusal:
        an_organization("小组", under=world.branch, org_type=OrgType.BRANCH)

    assert refusal.value.messages == ["团支部之下不能设团支部，请改选组织类别或上级组织。"]
    assert not Organization.objects.filter(short_name="小组").exists()


def test_a_full_name_stands_once_in_a_tree_but_also_in_another(world):
    with pytest.raises(ValidationError) as refusal:
        an_organization("另一个团支部", full_name=world.branch.full_name, under=world.other_general)

    assert refusal.value.messages == ["同一组织树里已有这个全称，请核对是否重复建立。"]
    assert an_organization("同名团支部", full_name=world.branch.full_name, under=world.foreign_bureau).pk


def test_sisters_need_different_short_names(world):
    with pytest.raises(ValidationError) as refusal:
        an_organization(world.branch.short_name, under=world.general)

    assert refusal.value.messages == ["同一上级之下已有这个简称，请换一个能区分的简称。"]


def test_renaming_keeps_the_former_name(world):
    old = world.branch.full_name
    moment = timezone.now()

    tree.rename(
        world.branch,
        full_name="中国共产主义青年团华岳局测绘院遥感室支部委员会",
        short_name="遥感室团支部",
        by=world.general_admin,
    )

    assert FormerName.objects.get().full_name == old
    assert Placement.objects.filter(organization=world.branch).count() == 2
    [root] = [node for node in tree.as_of(moment) if node.placement.organization_id == world.bureau.pk]
    assert root.children[0].children[0].placement.full_name == old
    assert tree.find_problems() == []


def test_moving_a_subtree_moves_all_below_and_keeps_the_past(world):
    moment = timezone.now()

    tree.move(world.general, under=world.foreign_bureau, by=None, reason="划转")

    world.branch.refresh_from_db()
    assert world.branch.root_id == world.foreign_bureau.pk
    assert list(Organization.objects.ancestors_of(world.branch)) == [world.foreign_bureau, world.general]
    then = {node.placement.organization_id: node for node in tree.as_of(moment)}
    assert [child.placement.short_name for child in then[world.bureau.pk].children] == ["测绘院团总支", "水文队团总支"]
    assert tree.find_problems() == []


@pytest.mark.parametrize(
    ("what", "where", "sentence"),
    [
        ("general", "general", "不能移到自己或自己的下级组织之下，请另选上级组织。"),
        ("bureau", "general", "不能移到自己或自己的下级组织之下，请另选上级组织。"),
        ("branch", "general", "航测一室团支部已经在测绘院团总支之下，不需要移动。"),
        ("general", "other_general", "团总支之下不能设团总支，请改选组织类别或上级组织。"),
    ],
)
def test_moves_that_are_refused(world, what, where, sentence):
    before = list(Organization.objects.order_by("pk").values_list("pk", "path"))

    with pytest.raises(ValidationError) as refusal:
        tree.move(getattr(world, what), under=getattr(world, where), by=None)

    assert refusal.value.messages == [sentence]
    assert list(Organization.objects.order_by("pk").values_list("pk", "path")) == before


def test_the_order_number_orders_the_screen_depth_first(world):
    tree.set_order(world.general, order_number=20, by=world.bureau_admin)
    tree.set_order(world.other_general, order_number=10, by=world.bureau_admin)

    names = [row.short_name for row in Organization.objects.under(world.bureau).in_screen_order()]
    assert names == [
        "华岳局团委", "水文队团总支", "一分队团支部", "测绘院团总支", "航测一室团支部", "航测二室团支部",
    ]  # fmt: skip
    assert tree.find_problems() == []


def test_closing_waits_for_what_stands_below(world):
    with pytest.raises(ValidationError) as refusal:
        tree.close(world.general, on=dt.date(2026, 11, 21), by=world.bureau_admin, reason="合并")

    assert refusal.value.messages == ["下面还有 2 个组织，请先移走或撤销它们。"]


def test_a_closed_organisation_stays_and_frees_its_name(world):
    tree.close(world.branch, on=dt.date(2026, 11, 21), by=world.general_admin, reason="合并")

    world.branch.refresh_from_db()
    assert world.branch.is_closed
    assert an_organization(world.branch.short_name, full_name=world.branch.full_name, under=world.general).pk
    assert tree.find_problems() == []


def test_changing_the_type_respects_what_stands_above_and_below(world):
    with pytest.raises(ValidationError) as refusal:
        tree.change_type(world.general, org_type=OrgType.BRANCH, by=None)

    assert refusal.value.messages == ["下面还有不能设在团支部之下的组织，请先移走它们再改类别。"]
    tree.change_type(world.general, org_type=OrgType.BASE_COMMITTEE, by=None)
    assert tree.find_problems() == []


def test_a_closed_organisation_is_left_as_it_was(world):
    tree.close(world.branch, on=dt.date(2026, 11, 21), by=None, reason="合并")

    for deed in (
        lambda: tree.rename(world.branch, full_name="新全称", short_name="新简称", by=None),
        lambda: tree.change_type(world.branch, org_type=OrgType.GENERAL_BRANCH, by=None),
        lambda: tree.set_order(world.branch, order_number=5, by=None),
    ):
        with pytest.raises(ValidationError) as refusal:
            deed()
        assert refusal.value.messages == ["航测一室团支部已撤销，不能再变动。"]
