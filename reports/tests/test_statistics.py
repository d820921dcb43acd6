"""团内大数据: its figures are those of the records, today and on the days that were kept."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from activities.models import Activity, ActivityKind
from branches.models import Headcount, Organization, OrgType
from branches.tests.builders import an_organization
from members import health
from members.dictionaries import LeaguePost
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports import columns
from reports.columns import BY_KEY, Counted
from reports.completion.schemes import DEFAULT, Scheme, set_scheme
from reports.completion.sums import completion_of
from reports.counts import counts_of
from reports.facts import settling
from reports.models import Standing
from reports.statistics import whole_tree
from reports.statistics.dashboard import PARTS, dashboard_of
from reports.statistics.leads import Leads
from reports.statistics.tables import RULE
from reports.statistics.whole_tree import BRANCHES, TREE, TreeAsked, table_of

PART = {part.key: part for part in PARTS}


def noon(day):
    return time_machine.travel(dt.datetime(2026, 11, day, 4, 0, tzinfo=dt.UTC), tick=True)


def furnished(world):
    a_member(branch=world.branch, gender="1", education="21", birth_on=dt.date(2001, 6, 18))
    a_young_person(branch=world.sister_branch)
    a_cadre_term(person=world.other_member, organization=world.other_general, post=LeaguePost.DEPUTY_SECRETARY)
    activity = Activity.objects.create(
        organization=world.branch, kind=ActivityKind.objects.get(code="league_lesson"), topic="团课",
        held_on=dt.date(2026, 5, 4), attended=3,
    )  # fmt: skip
    activity.attendances.create(person=world.member, state="present")


def cards(dashboard):
    return {card.column.key: card.cell.value for card in dashboard.cards}


def table_in(dashboard, key):
    return next(table for table in dashboard.all_tables if table.key == key)


def values(line):
    return {cell.heading: cell.value for cell in line.cells}


@pytest.mark.parametrize("settled", [False, True])
def test_cards_and_columns_are_those_of_counts_health_and_completion(world, today, settled):
    furnished(world)
    if settled:
        settling.settle()

    for organization in (world.bureau, world.general, world.branch):
        counts, shown = counts_of([organization], today)[organization.pk], dashboard_of(organization, today)
        flags = {flag.key: number for flag, number in health.counts(Organization.objects.under(organization), today)}
        asked = TreeAsked(rows=TREE, columns=columns.COLUMNS)
        row = next(row for row in table_of(organization, today, asked).rows if row.organization == organization)
        told = {column.key: cell.value for column, cell in zip(columns.COLUMNS, row.cells, strict=True)}
        plain = ("organizations", "committees", "general_branches", "branches", "members", "retained", "youth")
        plain += ("party_under_28", "turning_28_without_post", "cadres", "share_of_youth")
        assert {key: told[key] for key in plain} == {key: getattr(counts, key) for key in plain}
        assert told["cadres_part_time"] == counts.part_time_cadres
        assert {key: told[f"flag_{key}"] for key in flags} == flags
        completion = completion_of([organization], today)[organization.pk]
        assert [told[key] for key in ("expected", "actual", "missing", "rate")] == [
            completion.expected,
            completion.actual,
            completion.missing,
            completion.rate,
        ]
        assert {key: told[key] for key in cards(shown)} == cards(shown)


def test_every_part_adds_up_to_its_card(world, today):
    furnished(world)
    counted = cards(dashboard_of(world.bureau, today))

    members = {
        table.key: values(table.total) for table in dashboard_of(world.bureau, today, part=PART["members"]).tables
    }
    cadres = {table.key: table for table in dashboard_of(world.bureau, today, part=PART["cadres"]).tables}
    organizations = {table.key: table for table in dashboard_of(world.bureau, today, part=PART["organizations"]).tables}

    assert members["age"]["合计"] == members["education"]["人数"] == members["political"]["人数"] == counted["members"]
    assert {values(cadres[key].total)["人数"] for key in ("cadre_age", "cadre_nature", "cadre_sex")} == {
        counted["cadres"]
    }
    assert {values(organizations[key].total)["组织数"] for key in ("types", "categories")} == {counted["organizations"]}
    vacant = {line.label: line.cells[0].value for line in cadres["vacancies"].lines}
    assert (vacant["书记空缺"], vacant["换届已超期"]) == (5, 0)


def test_activities_by_kind_count_a_person_once_and_numbers_without_names_only_as_times(world, today):
    furnished(world)

    table = table_in(dashboard_of(world.general, today, part=PART["activities"]), "activity_kinds")

    assert [(line.label, values(line)) for line in table.rows] == [
        (name, {"次数": 1, "人次": 4, "人数": 1, "覆盖率（%）": 25.0}) for name in ("团课", "合计")
    ]


def test_moves_are_told_month_by_month_and_named_as_including_own_moves(world, today):
    table = table_in(dashboard_of(world.bureau, today, part=PART["moves"]), "moves")

    assert table.title == f"近 {len(table.lines)} 个月人员进出"
    assert [line.label for line in table.lines] == [
        f"{month:%Y-%m}" for month in [dt.date(2025, 11, 1), dt.date(2025, 12, 1)]
    ] + [f"2026-{month:02}" for month in range(1, 12)]
    assert "含本组织范围内的调动" in table.notes[0]


def test_lower_organisations_stand_in_the_committees_order_with_the_own_level_last(world, today):
    lower = dashboard_of(world.bureau, today).lower

    assert [line.label for line in lower.lines] == ["测绘院团总支", "水文队团总支", "华岳局团委本级"]
    assert lower.total.label == "合计（2 个直属下级及本级）"
    assert [line.url for line in lower.lines] == [
        f"/statistics/?organization={world.general.pk}",
        f"/statistics/?organization={world.other_general.pk}",
        "",
    ]
    assert sum(line.cells[0].value for line in lower.lines) == lower.total.cells[0].value
    assert dashboard_of(world.branch, today).lower is None


def test_a_past_day_is_told_under_the_names_of_then_and_compared(world):
    with noon(19):
        settling.settle()
    with noon(21):
        Organization.objects.filter(pk=world.general.pk).update(short_name="改名团总支")
        a_member(branch=world.branch)
        settling.settle()
        past = dashboard_of(world.bureau, dt.date(2026, 11, 19))
        now = dashboard_of(world.bureau, dt.date(2026, 11, 21), against=dt.date(2026, 11, 19))
        early = dashboard_of(world.bureau, dt.date(2026, 11, 18))

    assert past.lower.lines[0].label == "测绘院团总支"
    assert past.lower.lines[0].url == f"/statistics/?organization={world.general.pk}&on=2026-11-19"
    assert {cell.url for table in past.tables for line in table.rows for cell in line.cells} == {""}
    difference = {card.column.key: card.cell.difference for card in now.cards}
    assert (difference["members"], difference["organizations"]) == ("+1", "持平")
    assert values(now.lower.lines[0])["团员（人）"] - values(past.lower.lines[0])["团员（人）"] == 1
    assert [cell.difference for cell in now.lower.lines[0].cells][:1] == ["+1"]
    assert (early.is_known, early.cards, early.tables) == (False, [], [])


def test_both_days_are_measured_by_the_scheme_of_the_later_one(world):
    strict = Scheme(weights={"people": 3, "meetings": 0})
    with noon(19):
        settling.settle()
        before = dashboard_of(world.bureau, dt.date(2026, 11, 19))
    with noon(21):
        set_scheme(world.bureau, year=2026, follows_above=False, scheme=strict, by=world.bureau_admin)
        now = dashboard_of(world.bureau, dt.date(2026, 11, 21), against=dt.date(2026, 11, 19))

    assert cards(now)["rate"] != cards(before)["rate"]
    rates = [card.cell.difference for card in now.cards if card.column.key == "rate"]
    rates += [line.cells[4].difference for line in (*now.lower.lines, now.lower.total)]
    assert set(rates) == {"持平"}


def test_a_share_of_staff_needs_a_number_declared_for_the_organisation_itself(world, today):
    def shares(organization):
        found = {card.column.key: card.cell.text for card in dashboard_of(organization, today).cards}
        return [found.get(key) for key in ("staff", "members_of_staff")]

    Headcount.objects.create(
        organization=world.general, kind="staff", value=40, as_of_on=today, source="人事处", set_by=world.bureau_admin
    )

    assert shares(world.general) == ["40", "5.0"]
    assert shares(world.bureau) == [None, None]
    asked = TreeAsked(columns=(BY_KEY["staff"], BY_KEY["members_of_staff"]))
    assert [[cell.text for cell in row.cells] for row in table_of(world.bureau, today, asked).rows] == [
        ["40", "5.0"],
        ["—", "—"],
    ]


def test_figures_that_lists_show_lead_there_today_only(world, today):
    leads = Leads(world.branch, today)

    assert leads.of_column("age_18-22") == f"/members/?organization={world.branch.pk}&age=18-22"
    assert Leads(world.branch, today - dt.timedelta(days=1)).of_column("members") == ""
    assert leads.of_column("people") == ""


@pytest.mark.parametrize(
    ("rows", "names", "total"),
    [
        ("", ["测绘院团总支", "水文队团总支"], "合计（2 个直属下级及本级）"),
        (BRANCHES, ["航测一室团支部", "航测二室团支部", "一分队团支部"], "合计（所列 3 个组织）"),
        ("general_branch", ["测绘院团总支", "水文队团总支"], "合计（所列 2 个组织）"),
        ("work_committee", [], "合计（所列 0 个组织）"),
        (
            TREE,
            ["华岳局团委", "测绘院团总支", "航测一室团支部", "航测二室团支部", "水文队团总支", "一分队团支部"],
            "合计（本级及全部下级）",
        ),
    ],
)
@pytest.mark.parametrize("past", [False, True])
def test_the_whole_tree_lists_what_is_asked_for(world, rows, names, total, past):
    with noon(19):
        settling.settle()
    with noon(20 if past else 19):
        settling.settle()
        table = table_of(world.bureau, dt.date(2026, 11, 19), TreeAsked(rows=rows))

    assert [row.organization.short_name for row in table.rows] == names
    assert table.sum_name == total
    assert {row.above for row in table.rows if row.organization.is_branch} <= {"测绘院团总支", "水文队团总支"}


ADDITIVE = tuple(column for column in columns.COLUMNS if not column.is_rate and column.key not in ("state", "staff"))


@pytest.mark.parametrize("past", [False, True])
def test_lower_organisations_and_the_own_level_add_up_to_the_total(world, past):
    with noon(19):
        furnished(world)
        settling.settle()
    with noon(20 if past else 19):
        settling.settle()
        table = table_of(world.bureau, dt.date(2026, 11, 19), TreeAsked(columns=ADDITIVE))

    lines = [[cell.value for cell in cells] for cells in (*(row.cells for row in table.rows), table.own_level)]
    assert [sum(numbers) for numbers in zip(*lines, strict=True)] == [cell.value for cell in table.total]
    assert table.own_name == "华岳局团委本级"


@pytest.mark.parametrize(
    "asked", [{"rows": TREE}, {"rows": BRANCHES}, {"state": "problem"}, {"by": BY_KEY["members"]}, {"picked": ()}]
)
def test_where_other_lines_are_listed_there_is_no_own_level(world, today, asked):
    assert table_of(world.bureau, today, TreeAsked(**asked)).own_level == ()


@pytest.mark.parametrize("past", [False, True])
def test_organisations_that_were_picked_are_listed_alone(world, past):
    with noon(19):
        settling.settle()
    picked = (world.other_branch.pk, world.general.pk, world.branch.pk)
    with noon(20 if past else 19):
        settling.settle()
        day, members = dt.date(2026, 11, 19), (BY_KEY["members"],)
        table = table_of(world.bureau, day, TreeAsked(rows="base_committee", columns=members, picked=picked))
        elsewhere = table_of(world.general, day, TreeAsked(picked=(world.other_branch.pk, world.general.pk)))

    assert [row.organization.short_name for row in table.rows] == ["测绘院团总支", "航测一室团支部", "一分队团支部"]
    # The branch below the general branch that is listed too counts in it.
    assert (table.sum_name, [cell.value for cell in table.total]) == ("合计（所列 3 个组织）", [3])
    assert [row.organization for row in elsewhere.rows] == [world.general]


def kept_with_those_who_left(world):
    """A day as it was kept while whoever had taken part and left still counted: two of one."""
    settling.settle()
    attended = {f"{family}@2026": 2 for family in ("persons", "persons:league_lesson")}
    for row in Standing.objects.filter(organization__in=(world.general, world.branch)):
        place = "own" if row.organization_id == world.branch.pk else "below"
        Standing.objects.filter(pk=row.pk).update(**{place: {**getattr(row, place), **attended}})


def test_a_coverage_above_the_whole_is_explained_and_any_other_is_not(world):
    with noon(19):
        before = dashboard_of(world.general, dt.date(2026, 11, 19))
        kept_with_those_who_left(world)
    with noon(20):
        settling.settle()
        day, asked = dt.date(2026, 11, 19), (TreeAsked(), TreeAsked(columns=(BY_KEY["members"],)))
        card = next(card for card in dashboard_of(world.branch, day).cards if card.column.key == "coverage")
        lower = dashboard_of(world.general, day).lower
        kinds = table_in(dashboard_of(world.branch, day, part=PART["activities"]), "activity_kinds")
        table, without = (table_of(world.general, day, each) for each in asked)

    assert card.cell.value == 200
    assert card.note == "参加 2 人，其中有的已离开名册；统计时点在册 1 人"
    assert all(columns.ABOVE_WHOLE in each.notes for each in (lower, kinds, table))
    assert not any(columns.ABOVE_WHOLE in each.notes for each in (before.lower, without))


@pytest.mark.parametrize(("rows", "said"), [("", "，合计只计一次"), (TREE, "，合计只计一次"), (BRANCHES, "")])
def test_that_cadres_count_everywhere_is_said_beneath_their_columns(world, today, rows, said):
    with_cadres, without = (
        table_of(world.bureau, today, TreeAsked(rows=rows, columns=(BY_KEY[key],))) for key in ("cadres", "members")
    )

    assert with_cadres.notes == (RULE, f"一名团干部在几个组织任职的，各组织都计{said}。")
    assert without.notes == (RULE,)


def test_what_has_no_figure_has_no_unit(world, today):
    empty = an_organization("空团支部", under=world.general)

    shown = {card.column.key: (card.cell.text, card.unit) for card in dashboard_of(empty, today).cards}

    assert shown["coverage"] == shown["share_of_youth"] == ("—", "")
    assert shown["members"] == ("0", "人")


def test_rates_and_their_differences_are_rounded_alike():
    assert columns.in_words(56.25, is_rate=True) == "56.3"
    assert columns.in_words(95.74, is_rate=True) == "95.7"


def test_what_stands_below_something_listed_is_summed_once(world, today):
    outer = an_organization("外层团委", under=world.bureau, org_type=OrgType.BASE_COMMITTEE)
    inner = an_organization("内层团委", under=outer, org_type=OrgType.BASE_COMMITTEE)
    a_member(branch=an_organization("内层团支部", under=inner))

    table = table_of(world.bureau, today, TreeAsked(rows="base_committee", columns=(BY_KEY["members"],)))

    assert [[cell.value for cell in row.cells] for row in table.rows] == [[1], [1]]
    assert [cell.value for cell in table.total] == [1]


def test_lines_are_sorted_filtered_and_summed_as_asked(world, today):
    a_member(branch=world.sister_branch)
    members = BY_KEY["members"]

    def names(**asked):
        table = table_of(world.bureau, today, TreeAsked(rows=BRANCHES, columns=(members,), **asked))
        return [row.organization.short_name for row in table.rows], [cell.value for cell in table.total]

    assert names(sort="-members") == (["航测二室团支部", "航测一室团支部", "一分队团支部"], [4])
    assert names(sort="members")[0] == ["航测一室团支部", "一分队团支部", "航测二室团支部"]
    assert names(sort="rate")[0] == ["航测一室团支部", "航测二室团支部", "一分队团支部"]
    assert names(by=members, at_least=2) == (["航测二室团支部"], [2])
    assert names(by=members, at_most=1) == (["航测一室团支部", "一分队团支部"], [2])
    assert names(by=BY_KEY["staff"], at_least=0) == ([], [])
    assert names(state="good") == ([], [])
    assert len(names(state="problem")[0] + names(state="care")[0]) == 3


def test_a_table_nobody_can_read_is_refused(world, today, monkeypatch):
    monkeypatch.setattr(whole_tree, "MOST_ROWS", 2)

    with pytest.raises(ValidationError) as refusal:
        table_of(world.bureau, today, TreeAsked(rows=BRANCHES))

    assert refusal.value.messages == ["超过 2 个组织，一张表列不下。请改列直属下级，或先选择一个下级组织。"]


def test_every_column_reads_in_an_organisation_of_which_nothing_is_known():
    counted = Counted({}, dt.date(2026, 11, 21), DEFAULT)

    texts = {column.key: column.text(counted, column.value(counted)) for column in columns.COLUMNS}

    assert {key for key, text in texts.items() if text == "—"} == {
        *("share_of_youth", "staff", "youth_of_staff", "members_of_staff", "rate", "coverage")
    }
    assert set(texts.values()) == {"—", "0", "已录齐"}
    assert len({column.heading for column in columns.COLUMNS}) == len(columns.COLUMNS)
