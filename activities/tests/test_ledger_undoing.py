"""Taking back a list, and rows in = rows accounted for."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import recording
from activities.models import Activity, Attendance, ExternalParticipants
from activities.tests.ledgers import HEADINGS, a_list, a_row, checked, imported
from activities.wording import details_of
from branches.models import AuditEntry
from members.models import Member
from members.roster.outcome.undoing import take_back
from members.roster.running.applying import apply_plan
from members.tests import rosters


def test_what_was_recorded_goes_entirely(world):
    headings = (*HEADINGS, "列席人数")
    roster = imported(
        a_list((*a_row(people="白雨桐"), 3), headings=headings), organization=world.branch, by=world.secretary
    )

    result = take_back(roster, by=world.secretary)

    roster.refresh_from_db()
    assert (result.returned, result.kept, roster.state) == (1, [], "taken_back")
    assert [model.objects.count() for model in (Activity, Attendance, ExternalParticipants)] == [0, 0, 0]
    entry = AuditEntry.objects.get(object_type="activities.activity", kind="undone")
    assert (entry.changes, entry.job) == ({"主题": ["学习团章", None]}, f"活动清单导入 {roster.pk}")


def test_what_somebody_worked_on_is_kept_and_named(world):
    rows = [a_row("甲"), a_row("乙"), a_row("丙")]
    roster = imported(a_list(*rows), organization=world.branch, by=world.secretary)
    corrected, voided, _ = Activity.objects.order_by("id")
    corrected.place = "会议室"
    recording.correct(corrected, details=details_of(corrected), version=1, by=world.general_admin)
    recording.void(voided, reason="测试数据", by=world.secretary)

    result = take_back(roster, by=world.secretary)

    assert result.returned == 1
    assert [(change.label, change.kept_because.split("于")[0]) for change in result.kept] == [
        ("甲", "总支管理员"),
        ("乙", "支书"),
    ]
    assert list(Activity.objects.order_by("id").values_list("topic", flat=True)) == ["甲", "乙"]


def test_people_a_roster_brought_stay_while_an_activity_names_them(world):
    people = rosters.imported(
        rosters.members(rosters.a_row("赵启明", "航测一室团支部")), organization=world.branch, by=world.secretary
    )
    activities = imported(a_list(a_row(people="赵启明")), organization=world.branch, by=world.secretary)

    first = take_back(people, by=world.secretary)
    take_back(activities, by=world.secretary)

    assert [change.label for change in first.kept] == ["赵启明"]
    assert Member.objects.filter(name="赵启明").exists()
    assert not Activity.objects.exists()


CELLS = {
    "branch": [None, "航测一室团支部", "航测二室", "一分队团支部", "没有的", "/"],
    "held_on": ["2026-11-10", "2026年11月9日", "2026-13-01", "2027-01-01", None, "05/06/2026", "合计"],
    "kind": ["团课", "支部大会", "团科", None, "主题团日活动"],
    "topic": ["甲", "乙", None, "待补", "学" * 101],
    "people": [None, "白雨桐", "白雨桐、白雨桐", "何静姝", "全体团员", "15", "白雨桐（请假）"],
    "attended": [None, 15, "许多", "1人", 0],
}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=st.lists(st.tuples(*(st.sampled_from(values) for values in CELLS.values())), min_size=1, max_size=8))
def test_rows_in_are_rows_accounted_for(world, rows):
    sheets = a_list(a_row("一定在"), *rows)

    roster = checked(sheets, organization=world.general, by=world.general_admin)

    left_out = {line for line, _ in roster.sheets[0]["left_out"]}
    counted = set(roster.rows.values_list("line", flat=True))
    filled = {line for line, row in enumerate(rows, start=3) if any(cell is not None for cell in row)}
    assert counted | left_out == filled | {2}
    assert not counted & left_out
    assert sum(roster.counts["rows"]["activities"].values()) == len(counted)
    assert all(row.problems for row in roster.rows.filter(state="invalid"))
    taken = roster.counts["rows"]["activities"]["new"]
    apply_plan(roster, by=world.general_admin)
    assert Activity.objects.count() == taken
    take_back(roster, by=world.general_admin)
    assert not Activity.objects.exists()
