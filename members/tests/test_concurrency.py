"""Two people at the same moment, on both databases: branches merged, records merged, and whatever is done beside."""

import datetime as dt

import pytest

from activities import recording
from activities.models import Activity, ActivityKind
from branches import tree
from branches.models import AuditEntry, Organization
from branches.tests.builders import an_organization
from branches.tests.threads import at_once, overlapping
from members import cadres, closing, merging, records, sameness
from members.dictionaries import LeaguePost
from members.models import BranchMembership, CadreTerm, Member, MemberStatus
from members.roster.running.applying import apply_plan
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import a_row, checked
from members.tests.rosters import members as sheet_of_members

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TODAY = dt.date(2026, 11, 21)
CLOSED = "航测一室团支部已撤销"


def now(row):
    """The row as a request of its own would read it."""
    return type(row).objects.get(pk=row.pk)


def merging_branches(world, *, into=None, people=1, posts=1):
    return lambda: merging.merge(
        now(world.branch),
        into=now(into or world.sister_branch),
        on=TODAY,
        reason="人员分流",
        people=people,
        posts=posts,
        by=now(world.bureau_admin),
    )


def merging_back(world):
    merging.merge(
        now(world.sister_branch),
        into=now(world.branch),
        on=TODAY,
        reason="人员分流",
        people=1,
        posts=0,
        by=now(world.bureau_admin),
    )


def nothing_is_lost(world):
    """Everybody in one open branch, with one stay in a branch under way, and no post in a closed organisation."""
    assert tree.find_problems() == []
    assert not Member.objects.on_roster().filter(branch__status="closed").exists()
    assert not CadreTerm.objects.current().filter(organization__status="closed").exists()
    stays = BranchMembership.objects.filter(effective_to=None)
    on_roster = Member.objects.on_roster().exclude(branch=None)
    assert sorted(stays.values_list("person", "branch")) == sorted(on_roster.values_list("pk", "branch"))


def test_of_two_merges_of_one_branch_one_gets_its_people(world):
    answers = at_once(merging_branches(world), merging_branches(world, into=world.other_branch))

    assert sorted(answers, key=bool) == [None, [f"{CLOSED}，不能合并。"]]
    into = Member.objects.get(pk=world.member.pk).branch
    assert into in (world.sister_branch, world.other_branch)
    assert AuditEntry.objects.filter(kind="moved", object_id=str(world.member.pk)).count() == 2
    nothing_is_lost(world)


def test_of_two_branches_merged_into_each_other_one_remains(world):
    answers = at_once(merging_branches(world), lambda: merging_back(world))

    assert [answer is None for answer in sorted(answers, key=bool)] == [True, False]
    assert Organization.objects.filter(pk__in=[world.branch.pk, world.sister_branch.pk], status="active").count() == 1
    nothing_is_lost(world)


def entering(world):
    return records.enter(
        Member(
            name="宋启明",
            branch=now(world.branch),
            id_type="111",
            id_number=an_id_number(),
            political_status="03",
            league_status="member",
            joined_on=dt.date(2016, 5, 1),
            ethnicity="01",
        ),
        by=now(world.general_admin),
    )


def correcting(world):
    member = now(world.member)
    records.correct(member, values={"remark": "住院"}, version=member.version, by=now(world.secretary))


def voiding(world):
    records.void([now(world.spare)], reason="测试数据", by=now(world.general_admin))


def bringing_in(world):
    """The other record of one person says that this is their branch."""
    kept, other = now(world.double), now(world.spare)
    sameness.merge(
        kept,
        other=other,
        take=["branch"],
        kept_version=kept.version,
        other_version=other.version,
        by=now(world.bureau_admin),
    )


def appointing(world):
    term = CadreTerm(
        person=now(world.spare), organization=now(world.branch), post=LeaguePost.DEPUTY_SECRETARY, nature="part_time"
    )
    cadres.appoint(term, by=now(world.general_admin))


def ending_a_post(world):
    cadres.end_term(now(world.secretary_term), on=TODAY, reason="工作调动", by=now(world.general_admin))


def noting_an_activity(world):
    lesson = Activity(
        organization=now(world.branch), kind=ActivityKind.objects.get(code="league_lesson"), topic="学习", held_on=TODAY
    )
    recording.record(lesson, details=recording.Details(), by=now(world.secretary))


def moving_the_branch(world):
    tree.move(now(world.branch), under=now(world.other_general), by=now(world.bureau_admin))


def closing_the_other(world):
    closing.close(now(world.empty), on=TODAY, reason="人员分流", by=now(world.bureau_admin))


def importing(world):
    apply_plan(now(world.roster), by=now(world.general_admin))


BESIDE_A_MERGE = [
    *(entering, correcting, voiding, bringing_in, appointing, ending_a_post),
    *(noting_an_activity, moving_the_branch, importing),
]


@pytest.fixture
def busy(world):
    """A second person in the branch, who has another record elsewhere."""
    world.spare = a_member("白雨桐", branch=world.branch)
    world.double = a_member("白雨桐", branch=world.other_branch)
    return world


@pytest.mark.parametrize("deed", BESIDE_A_MERGE, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("merge_first", [True, False], ids=["merge first", "deed first"])
def test_a_branch_is_merged_whole_whatever_is_done_in_it_meanwhile(busy, deed, merge_first):
    if deed is importing:
        sheet = sheet_of_members(a_row("费思源", "航测一室团支部"))
        busy.roster = checked(sheet, organization=busy.general, by=busy.general_admin)
    merge, beside = merging_branches(busy, people=2), lambda: deed(busy)

    first, second = overlapping(*((merge, beside) if merge_first else (beside, merge)))

    assert first is None
    assert second is None or len(second) == 1
    nothing_is_lost(busy)


def test_nobody_is_merged_into_a_branch_that_is_being_closed(world):
    empty = an_organization("空团支部", under=world.general)

    def close():
        closing.close(now(empty), on=TODAY, reason="人员分流", by=now(world.bureau_admin))

    answers = overlapping(close, merging_branches(world, into=empty))

    assert answers == [None, ["空团支部已撤销，不能合并。"]]
    nothing_is_lost(world)


def test_a_branch_somebody_is_being_merged_into_is_not_closed(world):
    empty = an_organization("空团支部", under=world.general)

    def close():
        closing.close(now(empty), on=TODAY, reason="人员分流", by=now(world.bureau_admin))

    answers = overlapping(merging_branches(world, into=empty), close)

    assert answers == [None, ["空团支部还有 1 名在册人员，请先移走或办理完毕，再撤销。"]]
    nothing_is_lost(world)


def merging_records(kept, other, by):
    """Both versions as the page showed them, before anything else happened."""
    versions = {"kept_version": kept.version, "other_version": other.version}
    return lambda: sameness.merge(now(kept), other=now(other), take=[], by=now(by), **versions)


def one_stands(world, other):
    """Of the two records one is void and names the other, which has the post."""
    void = Member.objects.get(status=MemberStatus.VOID)
    stands = now(world.member if void.pk == other.pk else other)
    assert (stands.status, stands.merged_into_id, void.merged_into_id) == (MemberStatus.NORMAL, None, stands.pk)
    assert now(world.secretary_term).person_id == stands.pk
    nothing_is_lost(world)


MERGED_ALREADY = [
    ["其中一条记录刚被他人修改，请重新比对后再合并。"],
    ["白雨桐的一条记录是“误录作废”，只有在册的记录可以合并。"],
]


@pytest.mark.parametrize("together", [at_once, overlapping])
def test_of_two_records_merged_into_each_other_one_stands(world, together):
    other = a_member("白雨桐", branch=world.sister_branch)
    there = merging_records(world.member, other, world.general_admin)
    back = merging_records(other, world.member, world.bureau_admin)

    answers = together(there, back)

    assert sorted(answers, key=bool)[0] is None
    assert sorted(answers, key=bool)[1] in MERGED_ALREADY
    one_stands(world, other)


# PostgreSQL does not wait for the person, SQLite has waited for everything.
NOT_NOW = [
    ["白雨桐的记录正由他人办理，请稍后再登记。"],
    ["白雨桐的状态是“误录作废”，不能登记任职，请先核对人员状态。"],
]


@pytest.mark.parametrize("merge_first", [True, False], ids=["merge first", "appointed first"])
def test_nobody_is_appointed_on_a_record_that_is_merged_away(world, merge_first):
    other = a_member("白雨桐", branch=world.sister_branch)
    merge = merging_records(world.member, other, world.general_admin)

    def appoint():
        post = CadreTerm(person=now(other), organization=now(world.sister_branch), post=LeaguePost.SECRETARY)
        cadres.appoint(post, by=now(world.general_admin))

    answers = overlapping(*((merge, appoint) if merge_first else (appoint, merge)))

    assert answers[0] is None
    assert answers[1] in (NOT_NOW if merge_first else [None])
    one_stands(world, other)
    assert not CadreTerm.objects.current().filter(person=other).exists()


@pytest.mark.parametrize("void_first", [True, False], ids=["void first", "appointed first"])
def test_nobody_is_appointed_on_a_record_that_is_being_voided(world, void_first):
    spare = a_member("白雨桐", branch=world.sister_branch)

    def void():
        records.void([now(spare)], reason="测试数据", by=now(world.general_admin))

    def appoint():
        post = CadreTerm(person=now(spare), organization=now(world.sister_branch), post=LeaguePost.SECRETARY)
        cadres.appoint(post, by=now(world.general_admin))

    answers = overlapping(*((void, appoint) if void_first else (appoint, void)))

    assert answers[0] is None
    assert answers[1] in (NOT_NOW if void_first else [["白雨桐现任航测二室团支部书记，请先办理免职再作废。"]])
    assert CadreTerm.objects.current().filter(person=spare).exists() is not void_first
