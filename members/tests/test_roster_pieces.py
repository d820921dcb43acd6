"""A long file is planned and written piece by piece: everything comes out as if it had been done at once."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from branches.models import AuditEntry, Organization
from members.dictionaries import LeaguePost
from members.models import BranchMembership, CadreTerm, Choice, Correction, DifferentPeople, Member, StatusChange
from members.models.roster import ImportState, RosterChange
from members.roster.outcome.undoing import take_back
from members.roster.preview import pieces
from members.roster.preview.deciding import decide_all
from members.roster.preview.mending import mend
from members.roster.reading.findings import SECOND_SECRETARY
from members.roster.running.applying import MOVED, apply_plan
from members.roster.running.parking import ParkedPlan
from members.roster.running.starting import check_again
from members.tests.builders import a_cadre_term, a_member, a_young_person, an_id_number
from members.tests.rosters import (
    CADRE_HEADINGS,
    MEMBER_HEADINGS,
    ORGANIZATION_HEADINGS,
    YOUTH_HEADINGS,
    a_row,
    checked,
    members,
    older_number,
    states,
)

SLOW = settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = ("赵启明", "钱子昂", "白雨桐", "何静姝", "孙知远")


@pytest.fixture
def admin(world):
    return world.bureau_admin


@pytest.fixture
def in_pieces_of(monkeypatch):
    """Call it with the rows a piece has."""
    return lambda rows: monkeypatch.setattr(pieces, "PIECE", rows)


def preview(roster):
    """Everything the preview shows."""
    shown = ("number", "sheet", "line", "kind", "state", "label", "problems", "warnings", "changes", "offers")
    rows = [({name: getattr(row, name) for name in shown}, row.shown) for row in roster.rows.order_by("number")]
    findings = sorted(map(tuple, roster.counts["findings"]))
    return rows, roster.counts["rows"], roster.counts["branches"], findings


def everything(roster):
    """Everything that was written, whatever its keys, and what the import keeps of it."""
    people = [
        (
            m.name,
            m.id_number,
            m.phone,
            m.birth_on,
            m.gender,
            m.political_status,
            m.league_status,
            str(m.branch),
            m.version,
        )
        for m in Member.objects.select_related("branch")
    ]
    terms = CadreTerm.objects.values_list(
        *("person__name", "person__id_number_index", "organization__full_name", "post", "post_title"),
        *("nature", "started_on", "version"),
    )
    histories = [
        model.objects.values_list("person__name", "person__id_number_index", *columns)
        for model, *columns in (
            (BranchMembership, "branch__full_name", "effective_from", "effective_to"),
            (StatusChange, "league_status", "effective_on"),
            (Correction, "changes", "state"),
        )
    ]
    pairs = DifferentPeople.objects.values_list("first__name", "second__id_number_index")
    log = AuditEntry.objects.filter(job=roster.job).values_list("kind", "object_type", "object_label", "changes")
    changes = [
        (change.label, change.object_type, change.created, change.version, change.before_sealed and change.before)
        for change in roster.changes.all()
    ]
    targets = {row.number: row.target_id and name_of(row) for row in roster.rows.all()}
    numbers = sorted(roster.changes.values_list("number", flat=True))
    tables = (people, terms, *histories, pairs, log, changes)
    return [sorted(map(repr, table)) for table in tables], targets, numbers, roster.counts["written"]


def name_of(row):
    model = Organization if row.kind == "organizations" else Member
    target = model.objects.get(pk=row.target_id)
    return (target.full_name, "") if row.kind == "organizations" else (target.name, target.id_number)


def on_the_way(sheets, *, organization, by, choices=()):
    """What is shown, shown once more after the decisions, and written."""
    roster = checked(sheets, organization=organization, by=by)
    shown = [preview(roster)]
    for choice in choices:
        decide_all(roster, choice, by=by)
        roster.refresh_from_db()
        shown.append(preview(roster))
    apply_plan(roster, by=by)
    return shown, everything(roster)


def a_mixed_workbook(world):
    """Organisations, members, cadres and young people; several of them stand in two or three sheets."""
    numbers = [an_id_number(dt.date(2001, 1, day)) for day in range(1, 6)] + [older_number()]
    branch, sister = world.branch.short_name, world.sister_branch.short_name
    return {
        "组织": [
            ORGANIZATION_HEADINGS,
            ("测绘院团总支", "遥感二班团支部", "遥感二班", "团支部", None, None, None),
            ("测绘院团总支", "遥感一班团支部", "遥感一班", "团支部", None, None, None),
        ],
        "团员": [
            MEMBER_HEADINGS,
            a_row("赵启明", branch, number=numbers[0], post="组织委员"),
            a_row("钱子昂", "遥感一班团支部", number=numbers[1]),
            a_row("赵启明", branch, number=numbers[0]),
            a_row("孙知远", sister, number=numbers[2]),
            a_row("白雨桐", branch, number=world.member.id_number, phone="14000777777"),
            a_row("何静姝", branch, number=world.sister_member.id_number),
            a_row("白雨桐", branch, number=numbers[3]),
            a_row("周怀瑾", "遥感一班团支部", number=numbers[4], post="书记"),
        ],
        "团干部": [
            CADRE_HEADINGS,
            ("赵启明", numbers[0], branch, "书记", "2023-09", "兼职", "共青团员"),
            ("钱子昂", numbers[1], "华岳局团委", "委员", "2023-09", "兼职", "中共党员"),
            ("孙知远", numbers[2], "遥感一班团支部", "书记", "2023-09", "兼职", "共青团员"),
            ("孙知远", numbers[2], "遥感一班团支部", "书记", "2023-09", "兼职", "共青团员"),
            ("吴牧之", numbers[5], "华岳局团委", "副书记", "2022-01", "专职", "中共党员"),
            ("白雨桐", "3*****************", branch, "书记", None, "专职", None),
        ],
        "青年": [
            YOUTH_HEADINGS,
            ("钱子昂", "男", "2003-03", branch),
            ("钱子昂", "男", "2003-03", branch),
            ("冯令仪", "女", "2002-02", "遥感二班团支部"),
            ("白雨桐", "女", str(world.member.birth_on), branch),
        ],
    }


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 8])
def test_a_workbook_comes_out_alike_in_pieces_of_any_size(world, admin, in_pieces_of, piece):
    sheets, choices = a_mixed_workbook(world), (Choice.MERGE, Choice.MOVE, Choice.APPLY)
    with transaction.atomic():
        at_once = on_the_way(sheets, organization=world.bureau, by=admin, choices=choices)
        transaction.set_rollback(True)
    in_pieces_of(piece)

    piecemeal = on_the_way(sheets, organization=world.bureau, by=admin, choices=choices)

    assert piecemeal == at_once


LINES = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(["first", "second", "third", "known", "sister", "none", "bad"]),
    st.sampled_from(["航测一室团支部", "航测二室团支部"]),
    st.sampled_from([None, "书记", "委员", "干事甲"]),
)


@pytest.mark.property
@SLOW
@given(
    lists=st.fixed_dictionaries(
        {kind: st.lists(LINES, max_size=5) for kind in ("members", "cadres", "youth")},
    ).filter(lambda lists: lists["members"]),
    piece=st.integers(1, 4),
    choice=st.sampled_from(Choice.values),
)
def test_any_lists_come_out_alike_in_pieces(world, admin, lists, piece, choice):
    told = {"first": an_id_number(), "second": an_id_number(), "third": an_id_number(), "none": None, "bad": "123"}
    told |= {"known": world.member.id_number, "sister": world.sister_member.id_number}
    headings = ("姓名", "身份证号", "出生日期", "所在团支部", "团内职务", "手机号")
    phones = iter(range(14000500000, 14000600000))
    people = {
        kind: [(name, told[who], None, branch, post, str(next(phones))) for name, who, branch, post in rows]
        for kind, rows in lists.items()
    }
    cadres = [(name, number, branch, post, "2023-09") for name, number, _, branch, post, _ in people["cadres"]]
    sheets = {"团员名册": [(*headings, "入团年月"), *((*row, "2018-05") for row in people["members"])]}
    if cadres:
        sheets["团干部"] = [("姓名", "身份证号", "任职组织", "团内职务", "任现职年月"), *cadres]
    if people["youth"]:
        sheets["青年"] = [headings, *people["youth"]]
    ways = []
    for rows in (5_000, piece):
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            patch.setattr(pieces, "PIECE", rows)
            a_young_person("孙知远", branch=world.branch, phone="14000999999", id_number="")
            ways.append(on_the_way(sheets, organization=world.bureau, by=admin, choices=[Choice(choice)]))
            transaction.set_rollback(True)

    at_once, piecemeal = ways

    assert piecemeal == at_once


def test_two_secretaries_are_told_of_in_pieces_long_kept(world, admin, in_pieces_of):
    in_pieces_of(2)
    rows = [a_row(name, "航测二室团支部", number=an_id_number(), post="书记") for name in NAMES[:2]]
    others = [a_row("冯令仪", "航测一室团支部", number=an_id_number()) for _ in range(3)]

    roster = checked(members(rows[0], *others, rows[1]), organization=world.bureau, by=admin)

    warned = {row.line: [warning[0] for warning in row.warnings] for row in roster.rows.all()}
    told = [(key.split(".")[0], count) for key, _, _, count, _ in roster.counts["findings"]]
    assert (warned[2][-1], warned[6][-1]) == ("W_SECOND_SECRETARY", "W_SECOND_SECRETARY")
    assert ("W_SECOND_SECRETARY", 2) in told


def test_what_moved_in_one_piece_keeps_everything_from_being_written(world, admin, in_pieces_of):
    in_pieces_of(2)
    rows = [a_row(name, "航测一室团支部", number=an_id_number()) for name in NAMES]
    roster = checked(members(*rows), organization=world.bureau, by=admin)
    a_member("别人", branch=world.branch, id_number=rows[-1][1])
    before = Member.objects.count()

    with pytest.raises(ValidationError) as refused:
        apply_plan(roster, by=admin)

    assert refused.value.code == MOVED
    assert (Member.objects.count(), RosterChange.objects.count()) == (before, 0)


def test_a_cell_mended_in_an_early_piece_counts_in_a_late_one(world, admin, in_pieces_of):
    in_pieces_of(2)
    number = an_id_number()
    cadre = ("赵启明", number, world.branch.short_name, "书记", "2023-09", "兼职", "共青团员")
    rows = [a_row("赵启明", "航测一室团支部", number="123"), *(a_row(name, "航测一室团支部") for name in NAMES[1:])]
    roster = checked({**members(*rows), "团干部": [CADRE_HEADINGS, cadre]}, organization=world.bureau, by=admin)
    before = states(roster)[0]

    mend(roster.rows.get(number=1), "id_number", number, by=admin)
    apply_plan(roster, by=admin)

    assert (before, states(roster)[0]) == ((2, "invalid"), (2, "new"))
    assert Member.objects.filter(name="赵启明").count() == 1
    assert CadreTerm.objects.get(person__name="赵启明").post == LeaguePost.SECRETARY


def test_what_came_in_pieces_is_taken_back_whole(world, admin, in_pieces_of):
    in_pieces_of(3)
    a_cadre_term(person=world.sister_member, organization=world.sister_branch, post=LeaguePost.ORGANIZATION_OFFICER)
    had = Member.objects.count(), CadreTerm.objects.count(), Organization.objects.count()
    roster = checked(a_mixed_workbook(world), organization=world.bureau, by=admin)
    apply_plan(roster, by=admin)

    result = take_back(roster, by=admin)

    assert (result.kept, roster.state) == ([], ImportState.DONE)
    assert (Member.objects.count(), CadreTerm.objects.count(), Organization.objects.count()) == had


def test_only_what_has_to_be_written_is_put_aside(world, admin, in_pieces_of, monkeypatch):
    in_pieces_of(2)
    rows = [a_row(name, "航测一室团支部", number=an_id_number()) for name in NAMES]
    first = checked(members(*rows), organization=world.bureau, by=admin)
    apply_plan(first, by=admin)

    again = checked(members(*rows), organization=world.bureau, by=admin)
    apply_plan(again, by=admin)

    assert (again.changes.count(), again.counts["written"]["people_updated"]) == (0, 0)
    assert list(ParkedPlan().people_in_pieces()) == []


def of_second_secretaries(roster):
    """Line and sentence of each warning of a second secretary."""
    rows = roster.rows.order_by("number")
    return [(row.line, said) for row in rows for code, said, *_ in row.warnings if code == SECOND_SECRETARY]


@pytest.mark.parametrize("rows", [1, 2, 3, 10])
def test_two_secretaries_are_told_in_the_rows_of_both_wherever_a_piece_ends(world, admin, in_pieces_of, rows):
    in_pieces_of(rows)
    sister = world.sister_branch
    listed = [a_row(name, sister.short_name, post="书记" * (name != "钱子昂")) for name in NAMES[:2] + NAMES[4:]]

    roster = checked(members(*listed), organization=world.bureau, by=admin)

    sentence = f"{sister.short_name}有两名书记，请核对；离任的请办理免职。"
    assert of_second_secretaries(roster) == [(2, sentence), (4, sentence)]
    counted = {key: times for key, _, _, times, _ in roster.counts["findings"]}
    assert counted[f"{SECOND_SECRETARY}.league_post."] == 2
    apply_plan(roster, by=admin)
    assert CadreTerm.objects.current().filter(organization=sister, post=LeaguePost.SECRETARY).count() == 2


def test_the_secretary_there_is_counts_for_every_piece(world, admin, in_pieces_of):
    in_pieces_of(1)
    branch = world.branch.short_name
    itself = ("白雨桐", world.member.id_number, None, None, None, branch, "书记", None)
    listed = (itself, a_row("赵启明", branch, post="书记"), a_row("钱子昂", branch))

    roster = checked(members(*listed), organization=world.bureau, by=admin)

    assert of_second_secretaries(roster) == [(3, f"{branch}有两名书记，请核对；离任的请办理免职。")]


def test_a_check_that_broke_off_after_a_piece_begins_anew(world, admin, in_pieces_of):
    in_pieces_of(1)
    looked = []

    def breaks(execute, sql, *rest):
        if sql.startswith('SELECT "members_member"."id"'):
            looked.append(sql)
            if len(looked) == 3:  # two a piece
                raise ConnectionError("the server is gone")
        return execute(sql, *rest)

    with connection.execute_wrapper(breaks):
        rows = [a_row(name, world.branch.short_name) for name in NAMES[:2]]
        roster = checked(members(*rows), organization=world.bureau, by=admin)
    broken = roster.state, states(roster)
    check_again(roster, by=admin)

    assert broken == (ImportState.FAILED, [(2, "new")])
    assert (roster.state, states(roster)) == (ImportState.TO_CONFIRM, [(2, "new"), (3, "new")])
