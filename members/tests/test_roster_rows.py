"""What one row of people says: every code of a cell or of cells against each other, with its column and sentence."""

import datetime as dt

import pytest

from members.dictionaries import IncomeBand
from members.models import RowKind
from members.roster.reading.layouts import lay_out
from members.roster.reading.rows import clean
from members.tests.sheets import a_sheet
from tuanjian.idnumbers import make_resident_number
from tuanjian.spreadsheets import Cell, Kind, Row, Sheet, Workbook

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 21)


def number(born, serial=2):
    """An ID number of a woman (an even serial) born that day."""
    return make_resident_number("379998", born, serial)


USUAL = {"姓名": "白雨桐", "身份证号": number(dt.date(2004, 6, 18)), "入团年月": "2018-12"}


def read(name="表", **cells):
    """The row with these cells beside the usual ones; None leaves a column out. Cells or texts."""
    values = {heading: value for heading, value in (USUAL | cells).items() if value is not None}
    row = {
        column: value if isinstance(value, Cell) else Cell(value, Kind.TEXT)
        for column, value in enumerate(values.values(), start=1)
        if value != ""
    }
    sheet = a_sheet(list(values), name=name)
    sheet.rows.append(Row(2, row))
    (clean_row,) = clean(lay_out(Workbook([sheet])), on=TODAY)
    return clean_row


def told(findings):
    return [(finding.code, finding.message, finding.column) for finding in findings]


def born(day, **cells):
    return {"身份证号": number(day), **cells}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (born(dt.date(2012, 11, 22), 入团年月=None), ("R_AGE_LOW", "未满 14 周岁，不能登记为团员。", "B")),
        (born(dt.date(1960, 1, 1), 入团年月=None), ("R_AGE_BAD", "年龄 66 周岁不合理，请核对。", "B")),
        ({"入团年月": "2026-12"}, ("R_DATE_FUTURE", "入团年月 2026-12 在今天之后，请核对。", "C")),
        (
            {"出生日期": "2004-06-19"},
            ("R_ID_BIRTH", "出生日期 2004-06-19 与身份证号不一致，请核对原件。", "D"),
        ),
        ({"出生日期": "2004-07"}, ("R_ID_BIRTH", "出生日期 2004-07 与身份证号不一致，请核对原件。", "D")),
        ({"性别": "男"}, ("R_ID_SEX", "性别“男”与身份证号不一致，请核对原件。", "D")),
        (
            {"民族": Cell("#N/A", Kind.ERROR)},
            ("R_CELL_ERROR", "民族的单元格是错误值（#N/A），请改正后重新上传。", "D"),
        ),
        (
            {"姓名": Cell("", Kind.FORMULA_EMPTY)},
            ("R_FORMULA", "姓名的单元格是没有计算结果的公式，请粘贴为数值。", "A"),
        ),
        ({"备注": "甲\x00乙"}, ("R_CONTROL", "备注含有看不见的控制字符，请重新填写。", "D")),
        ({"备注": "长" * 501}, ("R_LONG", "备注的内容超过长度上限（最多 500 个字），请缩短。", "D")),
        ({"备注": Cell("长", Kind.TEXT, cut=True)}, ("R_LONG", "备注的内容过长，请缩短。", "D")),
        ({"姓名": ""}, ("R_NAME_EMPTY", "姓名为空，请填写。", "A")),
        ({"身份证号": "", "民族": "汉族"}, ("R_ID_EMPTY", "身份证号为空，请填写。", "B")),
    ],
)
def test_rows_are_refused_with_the_sentence_and_the_column(cells, expected):
    assert told(read(**cells).problems) == [expected]


@pytest.mark.parametrize(
    ("born_on", "joined", "codes"),
    [
        # Before 2017 nobody under 12, in 2017 and 2018 nobody under 13, from 2019 nobody under 14.
        (dt.date(2004, 6, 18), "2016-06-17", ["R_JOIN_EARLY"]),
        (dt.date(2004, 6, 18), "2016-06-18", ["W_JOIN_EARLY"]),
        (dt.date(2004, 6, 18), "2017-06-17", ["R_JOIN_EARLY"]),
        (dt.date(2004, 6, 18), "2017-06-18", ["W_JOIN_EARLY"]),
        (dt.date(2005, 6, 18), "2019-06-17", ["R_JOIN_EARLY"]),
        (dt.date(2005, 6, 18), "2019-06-18", []),
        # Of a month its last day counts.
        (dt.date(2005, 6, 18), "2019-06", []),
        (dt.date(2005, 6, 18), "2019-05", ["R_JOIN_EARLY"]),
    ],
)
def test_the_age_at_joining_is_judged_by_the_rule_of_that_day(born_on, joined, codes):
    row = read(身份证号=number(born_on), 入团年月=joined)

    found = [finding.code for finding in (*row.problems, *row.warnings)]
    assert [code for code in found if code.endswith("JOIN_EARLY")] == codes


@pytest.mark.parametrize(
    ("joined", "member_no", "kept", "sentence"),
    [
        ("2018-12", "201812345678", "201812345678", None),
        ("2018-12", "", None, "2018 年入团的应有发展团员编号（2017 年起必须有），请补正。"),
        ("2018-12", "201912345678", None, "发展团员编号与入团年份（2018）不符，未导入该项，请补正。"),
        ("2018-12", "2018123", None, "发展团员编号与入团年份（2018）不符，未导入该项，请补正。"),
        ("2018-12", "编号遗失", None, "发展团员编号“编号遗失”不是编号，未导入该项，请补正。"),
    ],
)
def test_the_number_of_a_member_fits_the_year_of_joining_or_is_left_out(joined, member_no, kept, sentence):
    row = read(入团年月=joined, 发展团员编号=member_no)

    assert row.facts.get("member_no") == kept
    assert [finding.message for finding in row.warnings if finding.code == "W_MEMBER_NO"] == (
        [sentence] if sentence else []
    )
    assert row.problems == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (born(dt.date(1998, 11, 21), 入团年月="2013-05"), ("W_AGE_HIGH", "已满 28 周岁，请确认是否保留团籍。", "B")),
        ({"姓名": "白 雨桐"}, ("W_NORMALISED", "姓名中的空格等已自动整理，请核对。", "A")),
        ({"姓名": "𫖯川"}, ("W_RARE", "姓名含有生僻字或自造字“𫖯”，请核对显示是否正确。", "A")),
        (
            {"民族": Cell("汉族", Kind.TEXT, formula=True)},
            ("W_FORMULA", "民族取的是公式的计算结果，请核对。", "D"),
        ),
        ({"入团年月": "2018-12", "民族": "汗族"}, ("W_VALUE_UNKNOWN", None, "D")),
        ({"出生日期": "2004年"}, ("W_PRECISION", "出生日期只写到年，未导入该项，请至少补到月。", "D")),
        ({"手机号": "140****0001"}, ("W_VALUE_UNKNOWN", "手机号被遮盖（含 *），未导入该项。", "D")),
        ({"邮箱": "没有邮箱的人"}, ("W_VALUE_UNKNOWN", "邮箱“没有邮箱的人”不是邮箱地址，未导入该项。", "D")),
    ],
)
def test_rows_go_in_with_a_word_about_what_was_done_or_left_out(cells, expected):
    row = read(**cells)

    code, message, column = expected
    assert row.problems == []
    assert (code, column) in [(finding.code, finding.column) for finding in row.warnings]
    assert message is None or expected in told(row.warnings)


@pytest.mark.parametrize(
    ("heading", "typed", "proposed"),
    [
        ("民族", "汗族", "汉族"),
        ("民族", "朝鲜簇", "朝鲜族"),
        ("政治面貌", "共青团园", "共青团员"),
        ("学历", "大学本料", "本科"),
        ("团干部性质", "专职团", "专职"),
    ],
)
def test_near_misses_of_the_dictionaries_are_asked_about_and_not_taken(heading, typed, proposed):
    row = read(**{heading: typed})

    sentences = [finding.message for finding in row.warnings if finding.code == "W_VALUE_UNKNOWN"]
    assert [f"您是不是要填“{proposed}”？" in sentence for sentence in sentences] == [True]
    assert not {finding.field for finding in row.warnings if finding.code == "W_VALUE_UNKNOWN"} & row.facts.keys()


@pytest.mark.parametrize(
    ("heading", "typed", "shown"),
    [
        ("学历", "本科/学士", "本科"),
        ("学历", "全日制大学本科学历", "本科"),
        ("学历", "大学本科（在读）", "本科在读"),
        ("学历", "大學專科（高職）", "大专"),
        ("民族", "漢", "汉族"),
        ("民族", "维族", "维吾尔族"),
        ("政治面貌", "中共党员（保留团籍）", "中共党员"),
        ("政治面貌", "党员（预备）", "中共预备党员"),
        ("政治面貌", "团员/入党积极分子", "共青团员"),
        ("是否团员", "是", "共青团员"),
        ("是否团员", "否", "群众"),
        ("手机号", "14000000021（微信同号）", "14000000021"),
        ("手机号", "手机：140 0000 0021", "14000000021"),
        ("姓名", "白雨桐（女）", "白雨桐"),
        ("身份证号", "379998-20040618-0025", "379998200406180025"),
        ("团内职务", "團支部書記", "书记"),
        ("团内职务", "组委", "组织委员"),
        ("学历", "本科（全日制）", "本科"),
        ("学历", "研究生（博士）", "博士研究生"),
        ("政治面貌", "预备中共党员", "中共预备党员"),
        ("性别", "女同志", "女"),
        ("邮箱", "ｍ１＠ｅｘａｍｐｌｅ．ｉｎｖａｌｉｄ", "m1@example.invalid"),
        ("身份证号", "居民身份证：379998200406180025", "379998200406180025"),
        ("出生日期", "2004年6月18日 星期五", "2004-06-18"),
        ("出生日期", "公历2004-06-18", "2004-06-18"),
    ],
)
def test_what_only_one_thing_can_be_meant_by_is_taken(heading, typed, shown):
    row = read(**{heading: typed})

    assert (row.problems, shown in row.shown.values()) == ([], True)


@pytest.mark.parametrize("typed", ["无", "/", "——", "暂无", "（无）", "无。"])
@pytest.mark.parametrize("heading", ["入团年月", "出生日期", "学历", "手机号", "备用邮箱"])
def test_a_word_for_nothing_is_an_empty_cell(heading, typed):
    empty, filled = read(**{heading: ""}), read(**{heading: typed})

    assert (filled.facts, filled.problems, filled.warnings) == (empty.facts, empty.problems, empty.warnings)


@pytest.mark.parametrize("typed", ["8000—10000元", "8000元-10000元", "8001-10000元", "8000～10000"])
def test_bands_of_income_are_written_in_many_ways(typed):
    row = read(入团年月="", 收入档次=typed)

    assert (row.facts["income_band"], row.warnings) == (IncomeBand.UP_TO_10000, [])


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "2018年12月份",
            "2018.12月",
            "2018年12",
            "2018、12",
            "2018，12",
            "2018·12",
            "2018/12/",
            "2018 12",
            "2018\\12",
        ),
        *("2018-12", "二〇一八年十二月", "２０１８．１２"),
    ],
)
def test_months_are_written_in_many_ways(typed):
    row = read(入团年月=typed)

    assert (row.problems, row.facts["joined_on"]) == ([], "2018-12")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("18年12月", "R_DATE_AMBIG"),
        ("2018.13月", "R_DATE_BAD"),
        ("2018年12月（初中）", "R_DATE_BAD"),
        ("约2018年12月", "R_DATE_BAD"),
        ("2018.12.00", "R_DATE_BAD"),
        (Cell("2018.1", Kind.NUMBER, "2018.1"), "R_DATE_AMBIG"),
    ],
)
def test_dates_that_would_have_to_be_guessed_are_refused(typed, code):
    row = read(入团年月=typed)

    assert ([finding.code for finding in row.problems], "joined_on" in row.facts) == ([code], False)


@pytest.mark.parametrize(
    ("heading", "typed"),
    [("政治面貌", "√"), ("政治面貌", "中共党员、共青团员"), ("学历", "本科/大专"), ("政治面貌", "入党积极分子")],
)
def test_what_may_be_one_thing_or_another_is_left_out_with_a_word(heading, typed):
    row = read(**{heading: typed})

    assert row.problems == []
    assert "W_VALUE_UNKNOWN" in [finding.code for finding in row.warnings]
    assert not {"education", "political_status"} & row.facts.keys()


def test_hidden_ragged_and_merged_rows_are_told():
    sheet = a_sheet(list(USUAL))
    cells = {column: Cell(value, Kind.TEXT) for column, value in enumerate(USUAL.values(), start=1)}
    sheet.rows.extend([Row(2, cells, hidden=True), Row(3, cells, ragged=True)])

    hidden, ragged = clean(lay_out(Workbook([sheet])), on=TODAY)

    assert ("W_HIDDEN", "这是隐藏的行，请确认。", "") in told(hidden.warnings)
    assert told(ragged.problems) == [("R_RAGGED", "这一行的列数与表头不一致，请检查分隔符后重新上传。", "")]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (Cell("379998200406180000", Kind.NUMBER, "3.79998200406180E+17"), "R_ID_PRECISION"),
        (Cell("3.79998E+17", Kind.TEXT), "R_ID_PRECISION"),
        ("379998040618002", "R_ID_15"),
        ("379998********0021", "R_ID_MASKED"),
        ("E12345678", "R_ID_TYPE"),
        ("379998200402300021", "R_ID_DATE"),
        ("37999820040618002", "R_ID_FORMAT"),
    ],
)
def test_numbers_that_are_none_are_told_apart(written, code):
    row = read(身份证号=written)

    assert ([finding.code for finding in row.problems], "id_number" in row.facts) == ([code], False)


def test_dates_of_the_other_epoch_are_the_same_days():
    serial = {False: "43252", True: "41790"}
    for date1904, stored in serial.items():
        head = a_sheet([*USUAL])
        cells = {
            1: Cell("白雨桐", Kind.TEXT),
            2: Cell(USUAL["身份证号"], Kind.TEXT),
            3: Cell(stored, Kind.NUMBER, stored),
        }
        sheet = Sheet("表", rows=[*head.rows, Row(2, cells)], date1904=date1904)

        (row,) = clean(lay_out(Workbook([sheet])), on=TODAY)

        assert row.shown["joined_on"] == "2018-06-01"


def test_young_people_may_come_without_a_number_unless_they_are_members():
    headings = {"身份证号": "", "入团年月": None, "出生日期": "2004-06"}

    youth = read(name="青年名册", 政治面貌="群众", **headings)
    member = read(name="青年名册", 政治面貌="共青团员", **headings)

    assert (youth.kind, youth.problems) == (RowKind.YOUTH, [])
    assert told(member.problems) == [("R_ID_EMPTY", "政治面貌是共青团员的要填写身份证号。", "B")]
