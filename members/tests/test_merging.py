"""Merging two branches: who goes over, what ends, what stands in the way."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches import tree
from branches.models import AccessGrant, AuditEntry, Organization
from branches.tests.builders import a_grant, a_user, an_organization
from members import merging
from members.dictionaries import LeaguePost
from members.models import BranchMembership, CadreTerm, Member, MemberStatus, RosterImport
from members.tests.builders import a_cadre_term, a_member, a_young_person
from members.tests.rosters import an_import

DAY = dt.date(2026, 11, 20)


def merge(world, *, by=None, source=None, into=None, on=DAY, people=1, posts=1):
    source, into = source or world.branch, into or world.sister_branch
    by = by or world.general_admin
    merging.merge(source, into=into, on=on, reason="局团委〔2026〕5 号", people=people, posts=posts, by=by)


def refusal_of(world, **arguments):
    entries = AuditEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        merge(world, **arguments)
    assert AuditEntry.objects.count() == entries
    assert Member.objects.get(pk=world.member.pk).branch_id == world.branch.pk
    return refusal.value.messages


def test_everybody_goes_over_and_the_emptied_branch_closes(world):
    grant = AccessGrant.objects.get(user=world.secretary)
    gone = a_member("沈牧之", branch=world.branch, status=MemberStatus.TRANSFERRED_OUT)

    merge(world)

    member = Member.objects.get(pk=world.member.pk)
    assert (member.branch_id, member.version) == (world.sister_branch.pk, world.member.version + 1)
    assert list(
        BranchMembership.objects.filter(person=member)
        .order_by("effective_from")
        .values_list("branch", "effective_from", "effective_to")
    ) == [(world.branch.pk, dt.date(2016, 5, 1), DAY), (world.sister_branch.pk, DAY, None)]
    term = CadreTerm.objects.get(pk=world.secretary_term.pk)
    assert (term.ended_on, term.end_reason, term.version) == (DAY, "团支部合并", 2)
    closed = Organization.objects.get(pk=world.branch.pk)
    assert (closed.is_closed, closed.closed_on) == (True, DAY)
    assert AccessGrant.objects.get(pk=grant.pk).ended_at is not None
    assert Member.objects.get(pk=gone.pk).branch_id == world.branch.pk
    assert tree.find_problems() == []


def test_the_log_tells_of_it_on_both_sides(world):
    merge(world)

    entries = AuditEntry.objects.exclude(reason="").order_by("id")
    assert [(entry.kind, entry.placement.organization_id, entry.changes) for entry in entries] == [
        ("ended", world.branch.pk, {"免职日期": [None, "2026-11-20"]}),
        ("moved", world.branch.pk, {"所在团支部": ["航测一室团支部", "航测二室团支部"]}),
        ("moved", world.sister_branch.pk, {"所在团支部": ["航测一室团支部", "航测二室团支部"]}),
        ("revoked", world.branch.pk, {"角色": ["管理员", None]}),
        ("closed", world.branch.pk, {"状态": ["正常", "已撤销"], "撤销日期": [None, "2026-11-20"]}),
        ("changed", world.sister_branch.pk, {"并入": [None, "航测一室团支部"], "转入人员": [None, 1]}),
    ]


def test_somebody_who_came_later_goes_over_on_the_day_of_coming(world):
    late = a_member("宋启明", branch=world.branch)
    BranchMembership.objects.filter(person=late).update(effective_from=dt.date(2026, 11, 21))

    merge(world, people=2)

    rows = late.memberships.order_by("id").values_list("effective_from", "effective_to")
    assert list(rows) == [(dt.date(2026, 11, 21), dt.date(2026, 11, 21)), (dt.date(2026, 11, 21), None)]


def test_the_preview_counts_and_names_namesakes(world):
    there = a_member("白雨桐", branch=world.sister_branch)
    a_young_person(branch=world.branch)
    a_cadre_term(person=world.sister_member, organization=world.branch, post=LeaguePost.PUBLICITY_OFFICER)

    seen = merging.preview(world.branch, into=world.sister_branch, by=world.general_admin)

    assert (seen.members, seen.others, seen.people, seen.there, seen.together) == (1, 1, 2, 2, 4)
    assert [term.person.name for term in seen.posts] == ["白雨桐", "何静姝"]
    assert [str(grant.user) for grant in seen.accounts] == ["支书"]
    assert [(pair.coming, pair.there, pair.is_alike) for pair in seen.namesakes] == [(world.member, there, True)]
    assert seen.refusals == []


def test_the_preview_costs_the_same_whatever_the_number_of_people(world):
    a_member("白雨桐", branch=world.sister_branch)
    with CaptureQueriesContext(connection) as few:
        merging.preview(world.branch, into=world.sister_branch, by=world.general_admin)
    for name in ("白雨桐", "宋启明", "何静姝"):
        a_member(name, branch=world.branch)
        a_member(name, branch=world.sister_branch)
    with CaptureQueriesContext(connection) as many:
        merging.preview(world.branch, into=world.sister_branch, by=world.general_admin)

    assert len(many) == len(few)


@pytest.mark.parametrize("who", ["secretary", "clerk", "observer", "foreign_admin", "outsider"])
def test_who_does_not_manage_both_may_not(world, who):
    said = refusal_of(world, by=getattr(world, who))

    assert said == ["两个团支部须都在您的管理范围内，合并由它们的上级办理。"]


def test_a_target_out_of_the_own_scope_is_refused(world):
    said = refusal_of(world, into=world.other_branch, by=world.general_admin)

    assert said == ["两个团支部须都在您的管理范围内，合并由它们的上级办理。"]


def test_different_levels_closed_ones_other_trees_and_itself_are_refused(world):
    closed = an_organization("三室团支部", under=world.general)
    tree.close(closed, on=DAY, by=None, reason="")
    everywhere = a_user()
    a_grant(everywhere, world.bureau)
    a_grant(everywhere, world.foreign_bureau)

    assert refusal_of(world, into=world.other_general, by=world.bureau_admin) == [
        "水文队团总支是团总支，只有团支部可以合并，请先移走或合并它的下级组织。"
    ]
    assert refusal_of(world, into=closed) == ["三室团支部已撤销，不能合并。"]
    assert refusal_of(world, into=world.branch) == ["不能并入自己，请另选团支部。"]
    assert refusal_of(world, into=world.foreign_branch, by=everywhere) == [
        "两个团支部不在同一组织树里，不能合并，请由各自上级商定后办理转接。"
    ]


def test_an_import_under_way_is_in_the_way(world):
    an_import(world.branch, by=world.secretary)
    RosterImport.objects.update(state="to_confirm")

    assert refusal_of(world) == ["航测一室团支部还有 1 件没有办完的导入，请先确认或放弃，再合并。"]


def test_what_changed_since_the_preview_is_refused(world):
    a_member("宋启明", branch=world.branch)

    assert refusal_of(world) == ["预览之后人员或任职有变动，请核对下面新的数字，再次确认。"]


def test_a_day_to_come_or_before_the_founding_is_refused(world):
    Organization.objects.filter(pk=world.sister_branch.pk).update(founded_on=dt.date(2026, 11, 21))

    assert refusal_of(world, on=dt.date(2026, 11, 22)) == ["合并日期不能晚于今天。"]
    assert refusal_of(world) == ["合并日期不能早于航测二室团支部的成立时间（2026-11-21）。"]
