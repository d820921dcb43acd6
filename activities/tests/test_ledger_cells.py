"""Rows of a list before anybody asks the database: what is read, what is refused with which sentence."""

import datetime as dt

import pytest

from activities.ledger.columns import FAMILY, lay_out
from activities.ledger.rows import clean
from activities.models import ActivityKind
from members.roster.reading.families import Recognised, recognise
from tuanjian.spreadsheets import Cell, FileRefused, Kind, Row, Sheet, Workbook

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 21)
HEADINGS = {
    "held_on": "活动日期", "kind": "活动类型", "topic": "主题", "people": "参加人员", "attended": "参加人数",
    "leave": "请假人员", "absent": "缺席人员", "guests": "列席和来宾", "place": "地点", "minutes": "内容",
}  # fmt: skip
RIGHT = {"held_on": "2026-11-10", "kind": "团课", "topic": "学习团章"}


def a_sheet(*lines, name="活动", **more):
    rows = [
        Row(
            line,
            {
                column: text if isinstance(text, Cell) else Cell(text, Kind.TEXT)
                for column, text in enumerate(texts, start=1)
                if text is not None
            },
        )
        for line, texts in enumerate(lines, start=1)
        if texts
    ]
    return Sheet(name, rows=rows, **more)


def read(**facts):
    """The row that says this beside what every row has to say."""
    said = RIGHT | facts
    sheet = a_sheet([HEADINGS[name] for name in said], list(said.values()))
    (row,) = clean(lay_out(Workbook([sheet])), TODAY)
    return row


def refused(**facts):
    return [(problem.field, problem.message) for problem in read(**facts).problems]


def test_every_heading_of_ours_is_recognised_as_its_field():
    told = {column.field: recognise(column.heading, FAMILY) for column in FAMILY.columns}

    assert told == {column.field: Recognised(column.field, 0) for column in FAMILY.columns}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("*活动日期", "held_on"),
        ("会议时间", "held_on"),
        ("活动名称", "topic"),
        ("开展支部", "branch"),
        ("参会人员名单", "people"),
        ("实到人数", "attended"),
        ("缺席人员及原因", "absent"),
        ("列席领导", "guests"),
        ("活动主要内容", "minutes"),
    ],
)
def test_headings_are_read_by_meaning(heading, field):
    found = recognise(heading, FAMILY)

    assert found is not None
    assert found.field == field


@pytest.mark.parametrize("heading", ["序号", "应到人数", "备注", "填报时间", "支部大会次数", "结束时间"])
def test_headings_of_other_things_mean_nothing(heading):
    assert recognise(heading, FAMILY) is None


def test_dates_in_words_are_rows_and_signatures_are_not():
    sheet = a_sheet(
        ["航测一室团支部活动台账"],
        ["活动日期", "活动类型", "主题"],
        ["2026年11月10日", "团课", "学习团章"],
        ["2026年11月11日"],
        ["合计", "1次"],
    )

    (layout,) = lay_out(Workbook([sheet]))

    assert [row.line for row in layout.rows] == [3]
    assert layout.left_out == [(4, "合计、说明或签字"), (5, "合计、说明或签字")]
    assert layout.titles == ["航测一室团支部活动台账"]


def test_a_time_of_day_beside_the_date_is_left_alone():
    sheet = a_sheet(["日期", "会议时间", "类型", "主题"], ["2026-11-10", "14:30", "团课", "学习团章"])

    (row,) = clean(lay_out(Workbook([sheet])), TODAY)

    assert (row.facts["held_on"], row.problems) == ("2026-11-10", [])


@pytest.mark.parametrize(
    ("headings", "code", "sentence"),
    [
        (
            ["姓名", "身份证号"],
            "F_NO_HEADER",
            "没有找到表头（至少要有“活动日期”“活动类型”“主题”这几列），请补上表头后重新上传。",
        ),
        (["活动日期", "主题"], "F_MISSING_COLUMN", "工作表“活动”缺少必填的列“活动类型”，请补上后重新上传。"),
    ],
)
def test_a_sheet_of_other_things_is_refused(headings, code, sentence):
    with pytest.raises(FileRefused) as refusal:
        lay_out(Workbook([a_sheet(headings, ["甲", "乙"])]))

    assert (refusal.value.code, refusal.value.message) == (code, sentence)


def test_a_whole_row_is_read():
    row = read(
        people="白雨桐、何静姝（2001-06）",
        leave="曹景行（出差）",
        absent="赵宁（病假）、钱远",
        guests="局团委2人、社区居民３０人、李书记、王主任",
        place="会议室",
        minutes="第一项\n第二项",
    )

    assert row.problems == row.warnings == []
    assert row.facts == {
        "held_on": "2026-11-10",
        "kind": "league_lesson",
        "topic": "学习团章",
        "guests": [["局团委", 2], ["社区居民", 30], ["李书记、王主任", 2]],
        "place": "会议室",
        "minutes": "第一项\n第二项",
        "names": [
            ["白雨桐", "", "present", ""],
            ["何静姝", "2001-06", "present", ""],
            ["曹景行", "", "leave", "出差"],
            ["赵宁", "", "leave", "病假"],
            ["钱远", "", "absent", ""],
        ],
    }
    assert (row.shown["kind"], row.shown["people"]) == ("团课", "白雨桐、何静姝")


@pytest.mark.parametrize(
    ("facts", "attended"),
    [
        ({"attended": "15"}, 15),
        ({"attended": "１５人"}, 15),
        ({"attended": Cell("15", Kind.NUMBER)}, 15),
        ({"people": "15 人"}, 15),
        ({"people": "15", "attended": "15"}, 15),
        ({"attended": "无"}, None),
    ],
)
def test_a_number_alone_is_the_number_of_people(facts, attended):
    row = read(**facts)

    assert (row.problems, row.facts.get("attended"), "names" in row.facts) == ([], attended, False)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("支部大会", "branch_assembly"),
        ("团员大会", "branch_assembly"),
        ("支部委员会会议", "committee_meeting"),
        ("主题团日活动", "theme_day"),
        ("上团课", "league_lesson"),
        ("志愿活动", "volunteer_service"),
        ("技能竞赛", "contest"),
    ],
)
def test_kinds_are_known_under_the_words_people_use(word, code):
    assert read(kind=word).facts["kind"] == code


def test_a_kind_of_ones_own_goes_before_a_synonym_and_retired_kinds_are_gone():
    ActivityKind.objects.create(code="own", name="技能竞赛", order_number=900)
    ActivityKind.objects.filter(code="care").update(retired_on=TODAY)

    assert read(kind="技能竞赛").facts["kind"] == "own"
    assert "不在系统的活动类型中" in refused(kind="关怀慰问")[0][1]


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"held_on": None, "place": "会议室"}, "held_on", "活动日期为空，请填写。"),
        ({"kind": "无"}, "kind", "活动类型为空，请填写。"),
        ({"topic": "待补"}, "topic", "主题为空，请填写。"),
        ({"held_on": "2026-11"}, "held_on", "活动日期：日期“2026-11”只写到月，这里要写到日，如 2021-05-04。"),
        (
            {"held_on": Cell("2026-11-01", Kind.NUMBER, month=True)},
            "held_on",
            "活动日期 2026-11 只写到月，请写到日，如 2026-03-05。",
        ),
        (
            {"held_on": "03/04/2026"},
            "held_on",
            "活动日期：日期“03/04/2026”写法有歧义（分不清年、月、日），请写成 2021-05-04。",
        ),
        (
            {"held_on": "2026-11-22"},
            "held_on",
            "活动日期 2026-11-22 在今天之后，请核对；活动举行以后再导入。",
        ),
        ({"kind": "团科"}, "kind", "活动类型“团科”不在系统的活动类型中。您是不是要填“团课”？"),
        ({"topic": "学" * 101}, "topic", "主题的内容超过长度上限（最多 100 个字），请缩短。"),
        ({"place": Cell("#REF!", Kind.ERROR)}, "place", "地点的单元格是错误值（#REF!），请改正后重新上传。"),
        (
            {"people": "白雨桐、全体团员"},
            "people",
            "参加人员：“全体团员”不是姓名，请逐个写出姓名，或者不写姓名、只填参加人数。",
        ),
        (
            {"people": "白雨桐、何静姝（请假）"},
            "people",
            "参加人员：何静姝注明“请假”，没来的人请写到“请假人员”或“缺席人员”。",
        ),
        ({"attended": "许多"}, "attended", "参加人数“许多”不是人数，请只填数字。"),
        ({"attended": "0"}, "attended", "参加人数“0”不合理，请核对。"),
        ({"attended": "100000"}, "attended", "参加人数“100000”不合理，请核对。"),
        ({"guests": "居民100000人"}, "guests", "列席和来宾“居民100000人”的人数不合理，请核对。"),
        (
            {"guests": "远" * 101},
            "guests",
            "列席和来宾的内容超过长度上限（每项最多 100 个字），请缩短。",
        ),
        ({"leave": f"何静姝（{'远' * 101}）"}, "leave", "缺席原因超过长度上限（最多 100 个字），请缩短。"),
        (
            {"people": "15", "attended": "14"},
            "attended",
            "参加人员写的是 15 人，参加人数写的是 14 人，请核对。",
        ),
        (
            {"attended": "14", "leave": "何静姝"},
            "attended",
            "写了请假或缺席的人，就请在“参加人员”里逐个写出到会的人；不逐个登记的，只填参加人数。",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_do(facts, field, sentence):
    assert refused(**facts) == [(field, sentence)]


def test_names_are_the_number_and_remarks_are_spoken_of():
    row = read(people="白雨桐（书记）、何静姝", attended="15")

    assert [warning.message for warning in row.warnings] == [
        "参加人员括号里的说明没有保存：白雨桐（书记）。",
        "参加人数写的是 15，参加人员有 2 个姓名，按姓名登记，请核对。",
    ]
    assert "attended" not in row.facts
