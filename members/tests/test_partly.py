"""After a mend or a decision only what hangs together is planned; it has to come out as if everything had been."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from branches.tests.builders import a_grant, a_user
from members.dictionaries import LeaguePost
from members.models import LeagueStatus
from members.models.roster import Choice, RosterImport, RowKind, RowState
from members.roster.preview.deciding import decide
from members.roster.preview.mending import mend
from members.roster.preview.relating import related, ties_of_kept
from members.roster.preview.replanning import plan_again
from members.roster.preview.staging import PLANNED
from members.roster.running.starting import check_again
from members.tests.builders import a_cadre_term, a_member, an_id_number
from members.tests.rosters import CADRE_HEADINGS, ORGANIZATION_HEADINGS, YOUTH_HEADINGS, a_row, checked, members
from tuanjian.idnumbers import make_resident_number

NAMES = ("费思源", "葛云帆", "赵启明")
NUMBERS = [make_resident_number("379998", dt.date(2001, 6, 18), serial) for serial in (11, 33, 55, 77)]
BRANCHES = ("航测一室团支部", "航测二室团支部", "新建团支部", "航测九室")
POSTS = (None, "书记", "组织委员", "副书记、书记")

TEXTS = {
    "name": st.sampled_from([*NAMES, ""]),
    "id_number": st.sampled_from([*NUMBERS, "379998200106180013", ""]),
    "branch": st.sampled_from(BRANCHES),
    "league_post": st.sampled_from(POSTS),
    "political_status": st.sampled_from(["共青团员", "群众"]),
    "phone": st.sampled_from(["14000000001", "12", ""]),
}
member_rows = st.builds(
    lambda name, number, branch, post: a_row(name, branch, number=number, post=post, phone="14000000001"),
    *(TEXTS[each] for each in ("name", "id_number", "branch", "league_post")),
)
cadre_rows = st.tuples(
    *(TEXTS[each] for each in ("name", "id_number", "branch", "league_post")), *map(st.just, ("2024-05", "兼职", ""))
)
youth_rows = st.tuples(TEXTS["name"], st.just("男"), st.sampled_from(["2001-06", "2003-01-02"]), TEXTS["branch"])
mends = st.one_of(*(st.tuples(st.integers(0, 30), st.just(field), text) for field, text in TEXTS.items()))
decisions = st.tuples(st.integers(0, 30), st.just("decide"), st.integers(0, 4))
deeds = st.lists(st.one_of(mends, decisions), min_size=1, max_size=6)


@pytest.fixture
def recorded(world):
    """Records that the rows may mean: some by number, some by name only, some twice, one of them a secretary."""
    people = [
        a_member("费思源", branch=world.branch, id_number=NUMBERS[0], birth_on=dt.date(2001, 6, 18)),
        a_member("葛云帆", branch=world.sister_branch, id_number=NUMBERS[1], birth_on=dt.date(2001, 6, 18)),
        a_member("赵启明", branch=world.branch, id_number="", league_status=LeagueStatus.NONE),
        a_member("赵启明", branch=world.branch, id_number="", league_status=LeagueStatus.NONE),
        a_member("卫远", branch=world.other_branch, id_number=NUMBERS[2]),
    ]
    a_cadre_term(person=people[1], organization=world.sister_branch, post=LeaguePost.SECRETARY)
    return people


def kept(roster):
    """Everything a plan leaves behind."""
    columns = ("number", "sheet", "line", *PLANNED)
    rows = [
        ({name: getattr(row, name) for name in columns}, row.content["read"]["facts"], row.shown)
        for row in roster.rows.order_by("number")
    ]
    return rows, roster.fingerprint, roster.counts


def a_workbook(member_lines, cadre_lines, youth_lines):
    new = ("测绘院团总支", "新建团支部", "新建团支部", "团支部", "国有企业", None, None)
    sheets = {"团组织": [ORGANIZATION_HEADINGS, new]} | members(*member_lines)
    sheets |= {"团干部": [CADRE_HEADINGS, *cadre_lines]} if cadre_lines else {}
    # Here the branch is what the line above says.
    sections = [
        ("一、航测一室团支部",),
        (NAMES[0], NUMBERS[3], "共青团员"),
        ("航测九室团支部",),
        (NAMES[1], NUMBERS[2], ""),
    ]
    sheets["花名册"] = [("姓名", "身份证号", "政治面貌"), *sections]
    return sheets | ({"青年": [YOUTH_HEADINGS, *youth_lines]} if youth_lines else {})


@settings(
    max_examples=15,
    # Shrinking a workbook takes longer than reading it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(member_rows, min_size=1, max_size=8),
    st.lists(cadre_rows, max_size=4),
    st.lists(youth_rows, max_size=3),
    deeds,
)
def test_part_of_a_file_is_planned_as_the_whole_would_be(
    world, recorded, member_lines, cadre_lines, youth_lines, deeds
):
    sheets, admin = a_workbook(member_lines, cadre_lines, youth_lines), world.general_admin
    roster = checked(sheets, organization=world.general, by=admin)

    for at, field, said in deeds:
        people = roster.rows.exclude(kind=RowKind.ORGANIZATIONS).order_by("number")
        rows = [row for row in people if field != "decide" or row.offers]
        if not rows:
            continue
        row = rows[at % len(rows)]
        if field == "decide":
            # One more than there are choices takes the decision back.
            decide(row, dict(enumerate(map(Choice, row.offers))).get(said % (len(row.offers) + 1)), by=admin)
        elif row.kind != RowKind.YOUTH or field != "league_post":
            mend(row, field, said or "", by=admin)

    alone = kept(RosterImport.objects.get(pk=roster.pk))
    plan_again(RosterImport.objects.get(pk=roster.pk), by=admin)
    assert kept(RosterImport.objects.get(pk=roster.pk)) == alone
    check_again(roster, by=admin)
    assert kept(RosterImport.objects.get(pk=roster.pk)) == alone


def rewritten(roster, deed):
    """The numbers of the rows that were written anew: each is sealed otherwise then."""
    before = dict(roster.rows.values_list("number", "sealed"))
    deed()
    after = dict(roster.rows.values_list("number", "sealed"))
    return [number for number in sorted(after) if after[number] != before[number]]


def row_of(roster, number):
    return roster.rows.get(number=number)


def test_only_rows_that_come_out_otherwise_are_written(world):
    number, admin = an_id_number(), world.general_admin
    rows = [a_row("费思源", "航测一室团支部", number=number), a_row("葛云帆", "航测一室团支部", number=number)]
    roster = checked(members(*rows, a_row("赵启明", "航测一室团支部")), organization=world.general, by=admin)

    name = rewritten(roster, lambda: mend(row_of(roster, 3), "name", "赵明启", by=admin))
    number = rewritten(roster, lambda: mend(row_of(roster, 1), "id_number", an_id_number(), by=admin))

    assert (name, number) == ([3], [1, 2])


def test_a_decision_about_one_row_leaves_the_others_alone(world):
    a_member("费思源", branch=world.branch)
    rows = [a_row("费思源", "航测一室团支部"), a_row("葛云帆", "航测一室团支部")]
    roster = checked(members(*rows), organization=world.general, by=world.general_admin)
    before = row_of(roster, 1).state

    written = rewritten(roster, lambda: decide(row_of(roster, 1), Choice.DIFFERENT, by=world.general_admin))

    assert (before, row_of(roster, 1).state, written) == (RowState.ASKED, RowState.NEW, [1])


def test_a_second_secretary_of_the_same_place_is_told_of_on_both_rows(world):
    rows = [a_row("费思源", "航测二室团支部", post="书记"), a_row("葛云帆", "航测二室团支部", post="委员")]
    roster = checked(members(*rows), organization=world.general, by=world.general_admin)

    mend(row_of(roster, 2), "league_post", "书记", by=world.general_admin)

    codes = [[warning[0] for warning in row.warnings] for row in roster.rows.order_by("number")]
    assert ["W_SECOND_SECRETARY" in each for each in codes] == [True, True]


def test_a_record_whose_own_number_leaves_the_file_may_be_meant_by_its_namesake(world):
    mine = an_id_number()
    a_member("费思源", branch=world.branch, id_number=mine)
    rows = [a_row("费思远", "航测一室团支部", number=mine), a_row("费思源", "航测一室团支部")]
    roster = checked(members(*rows), organization=world.general, by=world.general_admin)
    before = [row.state for row in roster.rows.order_by("number")]

    mend(row_of(roster, 1), "id_number", an_id_number(), by=world.general_admin)

    assert (before, [row.state for row in roster.rows.order_by("number")]) == (
        [RowState.UPDATE, RowState.NEW],
        [RowState.NEW, RowState.ASKED],
    )


@pytest.mark.parametrize("changed", ["record", "planner"])
def test_what_changed_meanwhile_has_all_rows_planned(world, changed):
    mender = world.general_admin
    other = an_id_number()
    rows = [a_row("费思源", "航测一室团支部"), a_row("葛云帆", "航测一室团支部", number=other)]
    roster = checked(members(*rows), organization=world.general, by=mender)
    a_member("葛云帆", branch=world.branch, id_number=other)
    if changed == "record":
        number = row_of(roster, 1).content["read"]["facts"]["id_number"]["number"]
        a_member("费思源", branch=world.branch, id_number=number)
    else:
        mender = a_user("colleague")
        a_grant(mender, world.general)

    mend(row_of(roster, 1), "phone", "14000000002", by=mender)

    stored = RosterImport.objects.get(pk=roster.pk)
    assert (row_of(roster, 2).state != RowState.NEW, stored.planned_by) == (True, mender)
    planned = kept(stored)
    plan_again(stored, by=mender)
    assert kept(stored) == planned


def test_a_mended_organisation_is_found_by_the_rows_that_name_it(world):
    new = ("测绘院团总支", "航测九室团支部", "航测九室团支部", "团支部", "国有企业", None, None)
    sheets = {"团组织": [ORGANIZATION_HEADINGS, new]} | members(a_row("费思源", "航测八室团支部"))
    roster = checked(sheets, organization=world.general, by=world.general_admin)
    before = row_of(roster, 2).state

    mend(row_of(roster, 1), "full_name", "航测八室团支部", by=world.general_admin)

    assert (before, row_of(roster, 2).state) == (RowState.INVALID, RowState.NEW)


def test_rows_of_a_version_before_are_planned_whole_once(world):
    """Imports that were checked before there were ties have none; the first mend gives them theirs."""
    rows = [a_row("费思源", "航测一室团支部"), a_row("葛云帆", "航测一室团支部")]
    roster = checked(members(*rows), organization=world.general, by=world.general_admin)
    roster.rows.update(number_mark="", place_id=None, leads="")
    RosterImport.objects.filter(pk=roster.pk).update(planned_by=None)

    mend(row_of(roster, 1), "name", "费思远", by=world.general_admin)

    marks = roster.rows.values_list("number_mark", "place_id")
    assert all(len(mark) == 64 and place == world.branch.pk for mark, place in marks)


def test_more_rows_than_asked_for_are_not_told_apart(world):
    number = an_id_number()
    rows = [a_row(name, "航测一室团支部", number=number) for name in ("费思源", "葛云帆", "赵启明")]
    roster = checked(
        members(*rows, a_row("卫远", "航测一室团支部")), organization=world.general, by=world.general_admin
    )
    ties = ties_of_kept(row_of(roster, 1))

    assert related(roster, ties, most=2) is None
    assert related(roster, ties, most=3).rows == {row_of(roster, number).pk for number in (1, 2, 3)}
