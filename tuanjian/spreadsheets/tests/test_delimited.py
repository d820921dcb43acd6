import pytest

from tuanjian.spreadsheets.cells import Row, Sheet, Workbook
from tuanjian.spreadsheets.reading import read_in_process
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.tests.workbooks import text

TABLE = "姓名,民族\r\n李小明,汉族\r\n"
ROWS = [Row(1, {1: text("姓名"), 2: text("民族")}), Row(2, {1: text("李小明"), 2: text("汉族")})]


@pytest.fixture
def read(tmp_path):
    def read(data):
        path = tmp_path / "a.csv"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_in_process(path, name="a.csv")

    return read


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        b"\xff\xfe" + TABLE.encode("utf-16-le"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", ";").encode("gb18030"),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("\r\n", "\r").encode(),
        TABLE.replace("李小明", '"李小明"').encode(),
        (TABLE.replace("\r\n", "," * 90 + "\r\n") + ",,,,\r\n\r\n").encode(),
    ],
)
def test_encodings_and_delimiters_are_found(read, data):
    assert read(data) == Workbook([Sheet("csv", rows=ROWS)], format="csv", called="a")


def test_four_byte_characters_are_kept(read):
    rows = read("姓名,民族\n𫖯川,汉族\n".encode("gb18030")).sheets[0].rows

    assert rows[1] == Row(2, {1: text("𫖯川"), 2: text("汉族")})


def test_lines_are_records(read):
    rows = read('姓名,备注\n李小明,"甲班\n乙班,""借调"""\n\n王一,无\n').sheets[0].rows

    assert [(row.line, row.cell(2).text) for row in rows] == [(1, "备注"), (2, '甲班\n乙班,"借调"'), (4, "无")]


def test_uneven_records_are_kept_and_marked(read):
    rows = read("名册\n姓名,民族,备注\n甲,汉族\n乙,汉族,无,多余\n丙,汉族,无,\n丁,汉族,\n").sheets[0].rows

    assert [(row.cell(1).text, row.ragged) for row in rows] == [
        ("名册", False),
        ("姓名", False),
        ("甲", True),
        ("乙", True),
        ("丙", False),
        ("丁", False),
    ]


@pytest.mark.parametrize(
    "titles",
    [
        "单位：甲厂,,填报日期：2026年11月,,\n",
        "单位：甲厂,填报日期：2026年11月\n",
        "甲厂,,,,\n填报人：,王一,,电话：,140\n,,,,\n",
    ],
)
def test_a_title_of_several_cells_is_no_measure_of_the_rows(read, titles):
    rows = read(titles + "姓名,民族,学历,职务,备注\n甲,汉族,本科,书记,\n乙,汉族,,,借调\n丙,汉族,本科\n").sheets[0].rows

    assert [(row.cell(1).text, row.ragged) for row in rows[-3:]] == [("甲", False), ("乙", False), ("丙", True)]


def test_a_field_of_any_length_is_read(read):
    (_, row) = read("姓名,备注\n甲," + "长" * 200_000 + "\n").sheets[0].rows

    assert (row.cell(1).text, row.cell(2).cut) == ("甲", True)


def test_text_kept_from_becoming_a_number_is_bare_again(read):
    rows = read('姓名,身份证号\n甲,"=""379998200107040619"""\n').sheets[0].rows

    assert rows[1].cell(2) == text("379998200107040619")


def test_control_characters_are_left_for_the_column_to_judge(read):
    assert read("姓名,民族\n甲,\0\0\n").sheets[0].rows[1].cell(2) == text("\0\0")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x00\xff\xfe\xff\xfa", "F_ENCODING"),
        (b"\xef\xbb\xbf\xc1\xf5,a", "F_ENCODING"),
        (b"\xff\xfea", "F_ENCODING"),
        ("姓名\n李小明\n", "F_DELIM"),
        ("姓名,民族;学历\n", "F_DELIM"),
        ('姓名,民族\n"李小明,汉族\n王一,汉族\n', "F_CORRUPT"),
        ('姓名,民族\n"李"小明,汉族\n', "F_CORRUPT"),
        (" \r\n\t\n", "F_EMPTY"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused(read, data, code):
    with pytest.raises(FileRefused) as refusal:
        read(data)

    assert refusal.value.code == code
