"""Each rule asks for itself what somebody may see and change, whichever page asked before."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from branches import audit
from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant, a_user
from members import cadres, merging, outline, portrait, privacy, search
from members.cadre_tables import CadreFilter
from members.models import CadreTerm, Member, MemberStatus
from members.models.roster import RosterChange
from members.roster.gap_sheets.gaps import plan_gaps
from members.roster.outcome.effects import effects
from members.roster.outcome.handouts import uploaded_file
from members.roster.preview.staging import staged
from members.tests.builders import a_cadre_term, a_member
from members.tests.gap_sheets import NOTHING, a_sheet, fill, returned
from members.tests.rosters import a_row, checked, imported, members

TODAY = dt.date(2026, 11, 21)


def test_two_branches_are_merged_by_a_level_above_not_by_whoever_administers_both(world):
    both = a_user("both")
    a_grant(both, world.branch)
    a_grant(both, world.sister_branch)

    refusals = {
        user.username: merging.preview(world.branch, into=world.sister_branch, by=user).refusals
        for user in (both, world.general_admin)
    }

    assert refusals == {
        "both": ["两个团支部须都在您的管理范围内，合并由它们的上级办理。"],
        "general_admin": [],
    }


def test_nobody_is_a_candidate_for_somebody_who_does_not_see_them(world):
    def candidates(user):
        return set(cadres.candidates(world.general, by=user))

    assert candidates(world.general_admin) == {world.member, world.sister_member}
    assert candidates(world.secretary) == {world.member}
    assert candidates(world.auditor) == set()


def test_lists_of_cadres_offer_organisations_whose_people_one_sees(world):
    def offered(user):
        query = CadreFilter(QueryDict(""), CadreTerm.objects.all(), organization=world.branch, user=user)
        return [name for _, name in query.form.fields["organization"].widget.choices]

    assert offered(world.general_admin) == ["测绘院团总支", "航测一室团支部", "航测二室团支部"]
    assert offered(world.auditor) == ["航测一室团支部"]


def test_the_tree_beside_a_list_opens_what_is_seen(world):
    def below(user):
        nodes, rest = outline.children(user, of=world.general)
        return [node.organization for node in nodes], rest

    assert below(world.general_admin) == ([world.branch, world.sister_branch], 0)
    assert below(world.secretary) == ([world.branch], 0)
    assert below(world.auditor) == ([], 0)


def portrait_for(user, member):
    return portrait.portrait_of(Member.objects.get(pk=member.pk), user=user, on=TODAY)


def test_what_was_done_about_a_person_is_told_to_readers_of_the_log(world):
    audit.record(audit.Kind.CHANGED, world.member, by=world.secretary, at=world.branch, changes={"学历": ["", "本科"]})
    entry = AuditEntry.objects.get(object_type="members.member")

    told = {user.username: portrait_for(user, world.member).entries for user in (world.secretary, world.observer)}

    assert told == {"secretary": [entry], "observer": []}


def test_the_record_kept_of_two_is_named_to_whoever_sees_it(world):
    void = a_member("曹景行", branch=world.branch, status=MemberStatus.VOID)
    Member.objects.filter(pk=void.pk).update(merged_into=world.other_member)

    named = {user.username: portrait_for(user, void).merged_into for user in (world.bureau_admin, world.general_admin)}

    assert named == {"bureau_admin": world.other_member, "general_admin": None}


def test_a_cadre_without_a_branch_is_kept_where_the_post_is(world):
    cadre = a_member("沈牧之", branch=None, league_status="none", joined_on=None)
    a_cadre_term(person=cadre, organization=world.general, post="committee_member")

    kept = {
        user.username: portrait_for(user, cadre).may_manage
        for user in (world.general_admin, world.clerk, world.observer, world.officer)
    }

    assert kept == {"general_admin": True, "clerk": True, "observer": False, "officer": False}


def test_who_looked_at_a_record_is_told_to_whoever_sees_the_person_and_reads_the_log(world):
    both = a_user("officer_and_auditor")
    a_grant(both, world.general, Role.OFFICER)
    a_grant(both, world.bureau, Role.AUDITOR)

    able = {
        user.username: [privacy.may_read_traces(user, person) for person in (world.member, world.other_member)]
        for user in (world.general_admin, world.auditor, world.officer, both)
    }

    assert able == {
        "general_admin": [True, False],
        "auditor": [False, False],
        "officer": [False, False],
        "officer_and_auditor": [True, False],
    }


def test_what_an_import_wrote_leads_only_to_what_is_seen(world):
    roster = imported(
        members(a_row("费思源", world.branch.short_name, post="宣传委员")),
        organization=world.bureau,
        by=world.bureau_admin,
    )
    changes = list(RosterChange.objects.filter(roster=roster))

    linked = {
        user.username: sum(bool(effect.url) for effect in effects(changes, user=user))
        for user in (world.general_admin, world.foreign_admin)
    }

    assert linked == {"general_admin": 2, "foreign_admin": 0}


def test_a_search_names_the_posts_one_sees(world):
    a_cadre_term(person=world.member, organization=world.other_general, post="committee_member")

    def posts(user):
        [person] = search.find("白雨桐", user=user).people
        return [term.organization for term in person.posts]

    assert posts(world.bureau_admin) == [world.branch, world.other_general]
    assert posts(world.general_admin) == [world.branch]


def test_missing_facts_are_filled_in_with_the_rights_of_whoever_hands_them_in(world):
    a_member("钱子昂", branch=world.branch, **NOTHING)
    book = fill(a_sheet(world.general, world.general_admin), "钱子昂", {"民族": "回族"})
    roster = returned(book, world.general, world.general_admin)

    def planned_for(user):
        rows = [row for _, row in staged(roster)]
        return [row.state for row in plan_gaps(rows, organization=world.general, by=user).rows]

    planned = {user.username: planned_for(user) for user in (world.clerk, world.secretary, world.observer)}

    assert planned == {"clerk": ["update"], "secretary": ["update"], "observer": ["elsewhere"]}


def test_the_uploaded_file_is_for_who_may_export_in_clear(world):
    roster = checked(members(a_row("费思源", world.branch.short_name)), organization=world.branch, by=world.clerk)

    for user in (world.clerk, world.officer, world.foreign_admin):
        with pytest.raises(ValidationError, match="只有导入到的组织的管理员可以下载原文件"):
            uploaded_file(roster, purpose="与原表核对", by=user)

    assert uploaded_file(roster, purpose="与原表核对", by=world.secretary).startswith(b"PK")
    assert AuditEntry.objects.filter(kind=AuditEntry.Kind.EXPORTED).count() == 1
