"""The tree as it opens, loads and is searched; the picker's answers."""

import datetime as dt

import pytest

from branches import browsing, tree
from branches.browsing import Rest
from branches.models import OrgType
from branches.picking import offered
from branches.tests.builders import a_grant, an_organization


def shape(nodes):
    return [(node.organization.short_name, node.lower, node.branches, shape(node.children)) for node in nodes]


def test_the_tree_opens_at_the_tops_of_the_own_scope_with_their_children(world):
    assert shape(browsing.opened(world.bureau_admin)) == [
        ("华岳局团委", 5, 3, [("测绘院团总支", 2, 2, []), ("水文队团总支", 1, 1, [])]),
    ]
    assert shape(browsing.opened(world.secretary)) == [("航测一室团支部", 0, 1, [])]
    assert browsing.opened(world.outsider) == []


def test_several_tops_stay_folded(world):
    a_grant(world.secretary, world.other_general, "observer")

    assert shape(browsing.opened(world.secretary)) == [("航测一室团支部", 0, 1, []), ("水文队团总支", 1, 1, [])]


def test_something_may_be_added_where_the_right_is_held_and_the_type_allows(world):
    nodes = browsing.opened(world.general_admin)

    assert [(node.organization, node.may_add) for node in (*nodes, *nodes[0].children)] == [
        (world.general, True),
        (world.branch, False),
        (world.sister_branch, False),
    ]
    assert [node.may_add for node in browsing.opened(world.observer)] == [False]


def test_many_children_come_in_portions(world, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_CHILDREN", 2)
    for number in (1, 2, 3):
        an_organization(f"{number} 组团支部", under=world.general)

    first = browsing.children(world.general, world.general_admin)
    last = browsing.children(world.general, world.general_admin, after=4)

    assert (len(first.nodes), first.rest) == (2, Rest(3, 2))
    assert (len(last.nodes), last.rest) == (1, None)


def test_closed_organisations_are_not_in_the_tree_but_are_found(world):
    tree.close(world.branch, on=dt.date(2026, 11, 20), by=world.general_admin, reason="合并")

    assert shape(browsing.children(world.general, world.general_admin).nodes) == [("航测二室团支部", 0, 1, [])]
    assert shape(browsing.found("航测一室", world.general_admin).nodes) == [
        ("测绘院团总支", 1, 1, [("航测一室团支部", 0, 0, [])]),
    ]


@pytest.mark.parametrize("text", ["航测一室", "测绘院航测一室支部委员会", "hcystzb", "HCYS", " 旧名团支部 ", "{code}"])
def test_names_initials_former_names_and_codes_lead_to_the_organisation(world, text):
    names = world.branch.full_name, world.branch.short_name
    tree.rename(world.branch, full_name=names[0] + "旧", short_name="旧名团支部", by=None)
    tree.rename(world.branch, full_name=names[0], short_name=names[1], by=None)

    found = browsing.found(text.format(code=world.branch.code.lower()), world.bureau_admin)

    assert shape(found.nodes) == [
        ("华岳局团委", 5, 3, [("测绘院团总支", 2, 2, [("航测一室团支部", 0, 1, [])])]),
    ]
    assert (found.hits, found.more) == (1, False)


def test_search_ends_at_the_edge_of_the_scope(world):
    assert shape(browsing.found("团支部", world.secretary).nodes) == [("航测一室团支部", 0, 1, [])]
    assert browsing.found("铸造车间", world.bureau_admin).nodes == []


def test_only_so_many_hits_are_shown(world, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_HITS", 2)

    found = browsing.found("团支部", world.bureau_admin)

    assert (found.hits, found.more) == (2, True)


@pytest.mark.parametrize("more", [0, 3])
def test_the_tree_costs_the_same_whatever_stands_in_it(world, django_assert_num_queries, more):
    for number in range(more):
        an_organization(f"{number} 组团支部", under=world.bureau)

    with django_assert_num_queries(9):
        browsing.opened(world.bureau_admin)


def test_a_new_organisation_is_put_last(world):
    assert browsing.next_order_number(world.general) == 10
    an_organization("三室团支部", under=world.general, order_number=47)
    assert browsing.next_order_number(world.general) == 50


def test_what_moves_along(world):
    assert browsing.moving_along(world.general) == {"lower": 2, "branches": 2}
    assert browsing.moving_along(world.branch) == {"lower": 0, "branches": 1}


def test_which_types_take_which():
    assert browsing.receiving(OrgType.BRANCH) == [
        OrgType.LEADING_BODY,
        OrgType.BASE_COMMITTEE,
        OrgType.WORK_COMMITTEE,
        OrgType.GENERAL_BRANCH,
    ]
    assert browsing.receiving(OrgType.LEADING_BODY) == [OrgType.LEADING_BODY]


def texts(found):
    return [each["text"] for each in found]


def test_the_picker_offers_what_is_in_scope_and_asked_for(world):
    assert offered(world.secretary) == [{"value": str(world.branch.pk), "text": "航测一室团支部", "note": ""}]
    assert offered(world.bureau_admin, q="航测二", type="branch", right="people") == [
        {"value": str(world.sister_branch.pk), "text": "航测二室团支部", "note": "测绘院团总支"}
    ]
    assert texts(offered(world.bureau_admin, receives="branch")) == ["华岳局团委", "测绘院团总支", "水文队团总支"]
    assert offered(world.observer, right="people") == []
    assert offered(world.outsider) == []
