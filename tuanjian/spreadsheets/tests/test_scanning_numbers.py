"""The quick scan beside the XML parser, on characters written by number and on rows cut apart at their own number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian.spreadsheets import scanning, xlsx
from tuanjian.spreadsheets.markup import walk
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.tests.test_scanning import outcome
from tuanjian.spreadsheets.tests.workbooks import MAIN, a_row, a_sheet, text

GOOD = [
    "&#22242;",
    "&#x56e2;",
    "&#x56E2;",
    "&#128512;",
    "&#x1F600;",
    "&#x10FFFF;",
    "&#0022242;",
    "&#9;",
    "&#xA;",
    "&#13;",
]
NAMED = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&amp;#65;", "&#38;lt;", "&#60;", "&#62;"]
BAD = ["&#0;", "&#x0;", "&#8;", "&#xD800;", "&#57343;", "&#xFFFE;", "&#65535;", "&#x110000;", "&#99999999;"]
BROKEN = ["&", "&;", "&#;", "&#x;", "&#X41;", "&#-1;", "&#１;", "&# 65;", "&#65", "&nbsp;", "&AMP;", "&a&#65;"]
MARKUP = ["<![CDATA[&#65;]]>", "<!-- 甲 -->", "<?pi?>", "]]>", "]]&gt;"]
PLAIN = ["甲", "团员", "a1", " ", ";", "；", "_x0041_", "_", "=", "\u3000", "\ufeff", "𫖯", "\x01", "\r\n"]


USUAL = [piece for piece in GOOD + NAMED + PLAIN if piece not in ("\x01", "\r\n")]


def written(*more, odd=True):
    """Text of a cell as it may stand in a file, made of pieces."""
    usual = st.sampled_from(USUAL)
    any_piece = st.sampled_from([*GOOD, *NAMED, *BAD, *BROKEN, *MARKUP, *PLAIN, *more])
    return st.lists(st.one_of(usual, usual, any_piece) if odd else usual, max_size=4).map("".join)


@st.composite
def cells(draw, column, line, *, odd):
    value = draw(written(f'{line}"', f'A{line}" t="s"', f'<c r="B{line}"', odd=odd))
    style = draw(st.sampled_from(["", "", ' s="0"', ' s="1"', f' s="{line}"']))
    usual_digits = ["0", "1", "2", "&#49;", "&#x31;"]
    digits = draw(st.sampled_from([*usual_digits, "9", "1.5", "1&#46;5", "", "٣"] if odd else usual_digits))
    usual = [
        f' t="inlineStr"><is><t>{value}</t></is></c>',
        f' t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>',
        f' t="s"><v>{digits}</v></c>',
        f' t="n"><v>{digits}</v></c>',
        f"><v>{digits}</v></c>",
        f' t="str"><f>{value}</f><v>{value}</v></c>',
        f' t="b"><v>{digits}</v></c>',
        "/>",
        "></c>",
    ]
    unusual = [
        f' t="inlineStr"><is><r><t>{value}</t></r><rPh><t>{value}</t></rPh></is></c>',
        f' t="e"><v>{value}</v></c>',
        ' t="inlineStr"><v>1</v></c>',
        ' t="s"><is><t>0</t></is></c>',
    ]
    return f'<c r="{column}{line}"{style}{draw(st.sampled_from(usual + unusual if odd else usual))}'


@st.composite
def sheets(draw):
    rows, line, odd = [], 0, draw(st.booleans())
    for _ in range(draw(st.integers(1, 5))):
        line += draw(st.sampled_from([1, 1, 1, 1, 2, 9]))
        usual = ["", "", ' spans="1:3"', f' spans="1:{line}"', ' hidden="1"']
        attributes = draw(st.sampled_from([*usual, ' hidden="1" hidden="0"'] if odd else usual))
        columns = draw(st.lists(st.sampled_from(["A", "B", "C", "AA", "XFD"]), max_size=4, unique=not odd))
        inside = "".join(draw(cells(column, line, odd=odd)) for column in columns)
        rows.append(f'<row r="{line}"{attributes}>{inside}</row>')
    return a_sheet("".join(rows))


@pytest.mark.property
@given(sheets())
def test_references_mean_to_the_scan_what_they_mean_to_the_parser(data):
    by_scan, _ = outcome(data, quick=True)
    by_parser, _ = outcome(data, quick=False)

    assert by_scan == by_parser


@pytest.mark.property
@given(sheets(), st.integers(0, 500), st.sampled_from([*BROKEN, '1"', '2"', "</c>", '<c r="', '<c r="B1"', "</row>"]))
def test_a_damaged_sheet_of_references_gives_the_same_either_way(data, place, damage):
    damaged = data[:place] + damage + data[place:]

    assert outcome(damaged, quick=True)[0] == outcome(damaged, quick=False)[0]


def by_each(strings):
    """What a list of strings gives by scan and by parser: texts or the code of the refusal; and if it was scanned."""
    data = f'<sst xmlns="{MAIN}">{strings}</sst>'.encode()
    try:
        scanned = scanning.scan_strings(data, walk_frame=lambda frame: walk(frame, xlsx._ignore))
    except FileRefused as refusal:
        scanned = refusal.code
    try:
        parsed = xlsx._parsed_strings(data)
    except FileRefused as refusal:
        parsed = refusal.code
    return (parsed if scanned is None else scanned), parsed, scanned is not None


@pytest.mark.property
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["<t>", "<t>", "<t>", '<t xml:space="preserve">', "<r><t>", "<rPh><t>"]),
            written("<si>", "</t>", "<si><t>"),
            st.sampled_from(
                ["</t>", "</t>", '</t><phoneticPr fontId="1" type="noConversion"/>', "</t></r>", "</t></rPh>"]
            ),
        ).map("".join),
        max_size=4,
    ),
    st.sampled_from(["", "", "", "\n", "甲"]),
)
def test_strings_of_references_are_the_same_either_way(strings, between):
    scanned, parsed, _ = by_each(between.join(f"<si>{string}</si>" for string in strings))

    assert scanned == parsed


@pytest.mark.parametrize(
    "value", [*GOOD, *NAMED, "&#22242;&#21592;", "a&#65;;b", "&#65;;", ";&#65;", "&#32;&#65;&#32;"]
)
def test_references_are_scanned(value):
    sheet = a_sheet(a_row(1, "甲").replace("甲", value), a_row(2, "乙", "甲").replace("甲", value))
    by_scan, by_parser = outcome(sheet, quick=True), outcome(sheet, quick=False)
    strings = by_each(f"<si><t>{value}</t></si><si><t>甲{value}</t></si>")

    assert by_scan == (by_parser[0], True)
    assert (strings[0], strings[2]) == (strings[1], True)


@pytest.mark.parametrize("value", BAD + BROKEN)
def test_what_refers_to_no_character_is_refused_as_the_parser_refuses_it(value):
    sheet = a_sheet(a_row(1, "甲"), a_row(2, "甲").replace("甲", f"乙{value}丙"))

    assert outcome(sheet, quick=True) == outcome(sheet, quick=False) == ("F_CORRUPT", False)
    assert by_each(f"<si><t>{value}</t></si>") == ("F_CORRUPT", "F_CORRUPT", False)


def test_a_number_and_a_mark_in_a_text_are_no_address():
    rows = [
        a_row(1, '1"', 'A1" s="1'),
        a_row(2, '2"', "乙"),
        '<row r="3"><c r="A3" s="3"/><c r="B3" s="3"><v>3</v></c></row>',
    ]
    (sheet,), scanned = outcome(a_sheet(*rows), quick=True)

    assert scanned
    assert [{column: cell.text for column, cell in row.cells.items()} for row in sheet.rows] == [
        {1: '1"', 2: 'A1" s="1'},
        {1: '2"', 2: "乙"},
        {2: "3"},
    ]


def test_rows_that_do_not_follow_one_another_are_scanned():
    (sheet,), scanned = outcome(a_sheet(a_row(2, "甲"), a_row(3, "乙"), a_row(11, "丙"), a_row(12, "丁")), quick=True)

    assert scanned
    assert [(row.line, row.cell(1)) for row in sheet.rows] == [
        (2, text("甲")),
        (3, text("乙")),
        (11, text("丙")),
        (12, text("丁")),
    ]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1</row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="B</row>',
        '<row r="1"><c r="A11"><v>1</v></c></row>',
        '<row r="1"><c r="A01"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" s="1" s="1"><v>1</v></c></row>',
        '<row r="1" spans="1:1" spans="1:1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>1</v></is></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
    ],
)
def test_rows_that_are_not_what_they_seem_are_refused_as_the_parser_refuses_them(row):
    data = a_sheet(row)

    assert outcome(data, quick=True)[0] == outcome(data, quick=False)[0] == "F_CORRUPT"


@pytest.mark.parametrize("between", ['1"', "1", '"', "甲", "&#65;", ' r="B1"'])
def test_text_between_cells_is_left_to_the_parser(between):
    data = a_sheet(f'<row r="1"><c r="A1"><v>1</v></c>{between}<c r="B1"><v>2</v></c></row>')

    assert outcome(data, quick=True) == (outcome(data, quick=False)[0], False)


def test_what_is_forgotten_on_the_way_is_judged_again(monkeypatch):
    data = a_sheet(*([f"甲{line % 3}", "乙", "&#65;", str(line)] for line in range(40)))
    whole = outcome(data, quick=True)
    monkeypatch.setattr(scanning, "_MOST_KNOWN", 3)

    assert outcome(data, quick=True) == whole == (outcome(data, quick=False)[0], True)
