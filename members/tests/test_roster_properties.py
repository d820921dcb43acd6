"""What holds for any import: every row is accounted for, our own lists change nothing when they come back."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import Organization
from members import papers
from members.dictionaries import Education, Ethnicity, LeaguePost, PoliticalStatus
from members.filters import as_listed
from members.models import BranchMembership, CadreTerm, LeagueStatus, Member, StatusChange
from members.roster.outcome.undoing import take_back
from members.tests.builders import a_cadre_term, a_member, an_id_number
from members.tests.rosters import a_file, a_row, checked, codes, imported, members, states, warned
from tuanjian.idnumbers import Gender

SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def admin(world):
    return world.bureau_admin


def stored():
    """Whole tables, versions and times included."""
    tables = (Organization, Member, CadreTerm, BranchMembership, StatusChange)
    return [list(model.objects.order_by("pk").values()) for model in tables]


def our_list(world, *, by, people=None):
    """The list of members as it leaves the system, on its way back in."""
    people = as_listed(Member.objects.under(world.bureau) if people is None else people)
    content = papers.roster_as_workbook(
        people, world.bureau, title="团员花名册", asked="", on=dt.date(2026, 11, 21), by=by
    )
    return ContentFile(content, name="花名册.xlsx")


def covered_row(member, **instead):
    """A line about the member as our list has it."""
    line = {
        "姓名": member.name,
        "身份证号": member.id_number_masked,
        "出生日期": str(member.birth_on),
        "政治面貌": "共青团员",
        "所在团支部": member.branch.short_name,
    } | instead
    return {"团员": [list(line), list(line.values())]}


def test_our_own_list_changes_nothing(world, admin):
    before = stored()

    roster = imported(our_list(world, by=admin), organization=world.bureau, by=admin)

    assert (codes(roster), {state for _, state in states(roster)}) == ([], {"same"})
    assert roster.rows.count() == Member.objects.under(world.bureau).count()
    assert stored() == before


def test_a_list_with_the_phones_of_the_own_branch_changes_nothing(world):
    before = stored()
    people = Member.objects.filter(branch=world.branch)

    roster = imported(our_list(world, by=world.secretary, people=people), organization=world.branch, by=world.secretary)

    assert ({state for _, state in states(roster)}, stored()) == ({"same"}, before)


def test_posts_held_elsewhere_and_standing_stay_as_they_are(world, admin):
    member = a_member("高若溪", branch=world.branch, political_status=PoliticalStatus.PARTY_MEMBER)
    a_cadre_term(person=member, organization=world.bureau, post=LeaguePost.DEPUTY_SECRETARY)
    a_cadre_term(person=member, organization=world.bureau, post=LeaguePost.OTHER, post_title="外联部部长")
    before = stored()

    roster = imported(our_list(world, by=admin), organization=world.bureau, by=admin)

    assert ({state for _, state in states(roster)}, stored()) == ({"same"}, before)


def test_what_was_mended_in_our_list_is_an_update_of_just_that(world, admin):
    number = world.member.id_number
    sheets = covered_row(world.member, 工作单位="测绘院")

    roster = imported(sheets, organization=world.bureau, by=admin)

    person = Member.objects.get(pk=world.member.pk)
    row = roster.rows.get()
    assert (row.state, row.changes) == ("update", {"工作单位": [None, "测绘院"]})
    assert (person.work_unit, person.id_number, person.version) == ("测绘院", number, 2)


@pytest.mark.parametrize(
    "instead",
    [
        {"姓名": "赵启明"},
        {"身份证号": "11****************"},
        {"身份证号": "379998**********18"},
        {"出生日期": "2001-06-19"},
        {"出生日期": "2001-06"},
        {"所在团支部": "航测二室团支部"},
    ],
)
def test_a_covered_number_that_fits_nobody_stays_refused(world, admin, instead):
    roster = checked(covered_row(world.member, **instead), organization=world.bureau, by=admin)

    assert codes(roster) == [(2, ["R_ID_MASKED"])]


def test_namesakes_born_on_one_day_are_not_told_apart(world, admin):
    a_member(world.member.name, branch=world.branch, birth_on=world.member.birth_on)

    roster = checked(covered_row(world.member), organization=world.bureau, by=admin)

    assert codes(roster) == [(2, ["R_ID_MASKED"])]


def test_nobody_outside_the_organisation_given_is_recognised(world, admin):
    roster = checked(covered_row(world.member), organization=world.sister_branch, by=admin)

    row = roster.rows.get()
    assert (row.state, row.target_id) == ("invalid", None)


def test_one_person_with_and_without_the_number_is_changed_once(world, admin):
    headings = ("姓名", "身份证号", "所在团支部", "工作单位", "备注")
    whole = (world.member.name, world.member.id_number, world.branch.short_name, "测绘院", None)
    covered = (world.member.name, world.member.id_number_masked, world.branch.short_name, None, "骨干")

    imported({"一": [headings, whole], "二": [headings, covered]}, organization=world.bureau, by=admin)

    person = Member.objects.get(pk=world.member.pk)
    assert (person.work_unit, person.remark, person.version) == ("测绘院", "骨干", 2)


def test_other_blanks_are_no_change(world, admin):
    Member.objects.filter(pk=world.member.pk).update(work_unit="测绘院  一室", remark="第一行\r\n第二行 ")
    before = stored()

    roster = imported(our_list(world, by=admin), organization=world.bureau, by=admin)

    assert ({state for _, state in states(roster)}, stored()) == ({"same"}, before)


TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)
FACTS = st.fixed_dictionaries(
    {
        "birth_on": st.dates(dt.date(1999, 1, 1), dt.date(2000, 12, 31)),
        "gender": st.sampled_from([Gender.MALE, Gender.FEMALE, Gender.UNKNOWN]),
        "ethnicity": st.sampled_from(["", *Ethnicity.values]),
        "education": st.sampled_from(["", *Education.values]),
        "political_status": st.sampled_from(["", *PoliticalStatus.values]),
        "league_status": st.sampled_from([LeagueStatus.MEMBER, LeagueStatus.RETAINED, LeagueStatus.NONE]),
        "joined_on": st.sampled_from([None, dt.date(2016, 5, 1), dt.date(2016, 5, 4)]),
        "joined_on_is_month": st.booleans(),
        "member_no": st.sampled_from(["", "201612345678", "2016x1", "无"]),
        "phone": st.sampled_from(["", "14000123456", "13000000000"]),
        "work_unit": TEXTS,
        "remark": TEXTS,
    }
)


@pytest.mark.property
@SLOW
@given(
    people=st.lists(FACTS, min_size=1, max_size=6),
    posts=st.lists(st.sampled_from(LeaguePost.values), unique=True, max_size=2),
)
def test_the_list_of_any_people_changes_nothing(world, admin, people, posts):
    with transaction.atomic():
        made = [a_member(branch=world.branch, **facts) for facts in people]
        for post in posts:
            a_cadre_term(person=made[0], organization=world.bureau, post=post, post_title="干事" * (post == "other"))
        before = stored()

        roster = imported(our_list(world, by=admin), organization=world.bureau, by=admin)

        # Namesakes of one birthday and facts against the rules may be refused, nothing else may happen.
        assert {state for _, state in states(roster)} <= {"same", "invalid"}
        assert len(states(roster)) == Member.objects.under(world.bureau).count()
        assert stored() == before
        # The next people begin where these did.
        transaction.set_rollback(True)


@pytest.mark.property
@SLOW
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(["赵启明", "钱子昂", "白雨桐", "", "合计", "周1", "示例"]),
            st.sampled_from(["new", "known", "again", "", "无", "37****************", "123"]),
            st.sampled_from(["航测一室团支部", "没有的支部", "", "测绘院团总支"]),
            st.sampled_from(["2016-05", "2030-01", "昨天", None]),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_every_line_of_the_file_is_accounted_for(world, admin, lines):
    numbers = {"again": an_id_number(), "known": world.member.id_number, "new": None}
    rows = [a_row(name, branch, number=numbers.get(who, who), joined=joined) for name, who, branch, joined in lines]
    # A file of nothing but titles and totals is refused as a whole.
    rows.append(a_row("孙知远", "航测二室团支部"))
    before = stored()

    roster = checked(a_file(members(*rows)), organization=world.bureau, by=admin)

    left_out = [line for sheet in roster.sheets for line, _ in sheet["left_out"]]
    kept = [line for line, _ in states(roster)]
    counted = sum(number for kind in roster.counts["rows"].values() for number in kind.values())
    assert sorted(kept + left_out) == list(range(2, 2 + len(rows)))
    assert counted == len(kept)
    assert stored() == before
    assert all(problems for line, problems in codes(roster))
    assert not {line for line, _ in warned(roster)} & set(left_out)


@pytest.mark.property
@SLOW
@given(
    whole=st.lists(st.sampled_from(["new", "known", "sister"]), unique=True, min_size=1),
    mended=st.sampled_from([None, "测绘院", "测绘院二室"]),
    post=st.sampled_from([None, "书记", "组织委员、宣传委员"]),
)
def test_taking_back_leaves_everybody_as_before(world, admin, whole, mended, post):
    known = {"known": world.member, "sister": world.sister_member}
    headings = ("姓名", "身份证号", "政治面貌", "所在团支部", "团内职务", "工作单位")
    rows = [
        (
            known[who].name if who in known else "赵启明",
            known[who].id_number if who in known else an_id_number(),
            "共青团员",
            known[who].branch.short_name if who in known else "航测一室团支部",
            *(post, mended),
        )
        for who in whole
    ]
    before = _without_versions(stored())
    roster = imported({"团员": [headings, *rows]}, organization=world.bureau, by=admin)

    result = take_back(roster, by=admin)

    assert (result.kept, _without_versions(stored())) == ([], before)


def _without_versions(tables):
    # What is sealed anew has another token; the index beside it says that the number is the same.
    raised = {"version", "updated_at", "updated_by_id", "id_number_sealed", "phone_sealed"}
    return [[{name: value for name, value in row.items() if name not in raised} for row in rows] for rows in tables]
