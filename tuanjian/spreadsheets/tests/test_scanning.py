"""The quick scan and the XML parser have to give the same; whatever the scan cannot read it has to leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian.spreadsheets import scanning, worksheets, xlsx
from tuanjian.spreadsheets.cells import Limits
from tuanjian.spreadsheets.contents import Contents
from tuanjian.spreadsheets.gathering import Gathering, put_together
from tuanjian.spreadsheets.markup import walk
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.tests.workbooks import MAIN, a_row, a_sheet
from tuanjian.spreadsheets.values import Shown


def outcome(data, *, quick):
    """What a worksheet part gives one way or the other: its rows, or the code of the refusal; and if it was scanned."""
    messages = []
    gathering = Gathering(Limits(), messages.append)
    sheet = gathering.sheet("表")
    contents = Contents(gathering, strings=["甲", " ", "乙_x000D_"], shown=[Shown.NUMBER, Shown.DAY], date1904=False)
    scanned = False
    try:
        if quick:
            scanned = scanning.scan(data.encode(), sheet, contents, walk_frame=worksheets._walk_frame)
        if not scanned:
            elements = worksheets._Elements(sheet, contents)
            walk(data.encode(), elements.start, elements.end, elements.text)
    except FileRefused as refusal:
        return refusal.code, scanned
    sheet.finish()
    gathering.end(format="xlsx")
    return put_together(messages).sheets, scanned


texts = st.text(st.sampled_from("甲乙1 \u3000\n\t<>&;'\"]x_000D"), max_size=12)
values = st.one_of(
    st.integers(-3, 99_999).map(str),
    st.sampled_from(["", "0", "1", "2", "9", "1.50", "1E5", "4.0E+17", "noon", "#N/A"]),
)


@st.composite
def cells(draw, line):
    column = draw(st.sampled_from(["A", "B", "C", "Z", "AA", "XFD", "XFE"]))
    address = draw(st.sampled_from([f' r="{column}{line}"'] * 9 + ["", f' r="{column}{line + 1}"']))
    style = draw(st.sampled_from(["", ' s="0"', ' s="1"', ' s="7"']))
    kind = draw(st.sampled_from(["", "n", "s", "str", "b", "e", "d", "inlineStr"]))
    marked = f' t="{kind}"' if kind else ""
    inside = draw(texts)
    escaped = inside.replace("&", "&amp;").replace("<", "&lt;")
    if draw(st.integers(0, 9)):
        escaped = escaped.replace(">", "&gt;")
    formula = draw(st.sampled_from(["", "", "", "<f>A1&amp;B1</f>", '<f t="shared" si="0"/>', "<f>1</f>"]))
    body = draw(
        st.sampled_from(
            [
                f"{formula}<v>{draw(values)}</v>",
                f"{formula}<v>{escaped}</v>",
                f"<is><t>{escaped}</t></is>",
                f'<is><t xml:space="preserve">{escaped}</t></is>',
                f"<is><r><t>{escaped}</t></r></is>",
                formula,
                f"{formula}<v/>",
            ]
        )
    )
    return draw(st.sampled_from([f"<c{address}{style}{marked}>{body}</c>"] * 6 + [f"<c{address}{style}/>"]))


@st.composite
def sheets(draw):
    rows, line = [], 0
    for _ in range(draw(st.integers(0, 5))):
        line += draw(st.sampled_from([1, 1, 1, 2, 7]))
        attributes = draw(st.sampled_from(["", ' spans="1:9"', ' hidden="1"', ' ht="15" customHeight="1"']))
        if draw(st.integers(0, 3)):
            rows.append(f'<row r="{line}"{attributes}>{"".join(draw(st.lists(cells(line), max_size=4)))}</row>')
        else:
            rows.append(f'<row r="{line}"{attributes}/>')
    space = draw(st.sampled_from(["", "", "", "\n"]))
    return a_sheet(space.join(rows))


@pytest.mark.property
@given(sheets())
def test_the_scan_gives_what_the_parser_gives(data):
    by_scan, _ = outcome(data, quick=True)
    by_parser, _ = outcome(data, quick=False)

    assert by_scan == by_parser


@pytest.mark.property
@given(sheets(), st.integers(0, 400), st.text(st.sampled_from("<>&\"'/ ac1\x01\r!-?[]"), max_size=3))
def test_a_damaged_sheet_gives_the_same_either_way(data, place, damage):
    damaged = data[:place] + damage + data[place + 1 :]

    assert outcome(damaged, quick=True)[0] == outcome(damaged, quick=False)[0]


def test_what_programs_write_is_scanned():
    data = a_sheet(
        '<row r="1" spans="1:3" ht="14.25" x14ac:dyDescent="0.2"><c r="A1" s="1" t="s"><v>0</v></c>'
        '<c r="B1" s="1"><v>44320</v></c><c r="C1" s="1"/><c r="D1" t="str"><f>A1&amp;"a"</f><v>a</v></c></row>'
        '<row r="2" hidden="1"/>'
    ).replace("<worksheet", '<worksheet xmlns:x14ac="urn:x"', 1)

    assert outcome(data, quick=True)[1]


@pytest.mark.parametrize(
    "data",
    [
        f'<worksheet xmlns="{MAIN}"><!-- <sheetData> --><sheetData>{a_row(1, "甲")}</sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData>{a_row(1, "甲")}</sheetData><!-- </sheetData> --></worksheet>',
        a_sheet(a_row(1, "甲").replace("甲", "<![CDATA[甲]]>")),
        a_sheet(a_row(1, "甲").replace("甲", "甲]]&gt;")),
        a_sheet(a_row(1, "甲").replace("甲", "&#x7532;")),
        a_sheet(a_row(1, "甲").replace("<row", '<row xmlns="urn:x"', 1)),
        a_sheet(a_row(1, "甲").replace("<row", '<row x14ac:dyDescent="1"', 1)),
        a_sheet(a_row(1, "甲").replace("<row", '<row ht="1" ht="2"', 1)),
        a_sheet(a_row(1, "甲"), after="<sheetData/>"),
        a_sheet(a_row(1, "甲")).replace(MAIN, "urn:x"),
        a_sheet(a_row(1, "甲"), declaration='<?xml version="1.0" encoding="gb2312"?>'),
        a_sheet(a_row(1, "甲")).replace("</worksheet>", ""),
    ],
)
def test_unusual_sheets_give_the_same_either_way(data):
    assert outcome(data, quick=True)[0] == outcome(data, quick=False)[0]


@pytest.mark.parametrize("written", ["&#30002;", "&#x7532;", "&#65;&amp;&#x1F600;", "&#10;", "&#x20;"])
def test_characters_by_number_are_scanned(written):
    data = a_sheet(a_row(1, "甲").replace("甲", written))

    assert outcome(data, quick=True)[1]
    assert outcome(data, quick=True)[0] == outcome(data, quick=False)[0]


@pytest.mark.parametrize(
    "written", ["&#0;", "&#8;", "&#xD800;", "&#xFFFE;", "&#x110000;", "&#9999999;", "&#;", "&#x;", "&#6a;"]
)
def test_numbers_of_no_character_are_left_to_the_parser(written):
    data = a_sheet(a_row(1, "甲").replace("甲", written))

    assert not outcome(data, quick=True)[1]
    assert outcome(data, quick=True)[0] == outcome(data, quick=False)[0]


STRINGS = [
    "<si><t>甲</t></si><si><t/></si>",
    '<si><t xml:space="preserve"> 甲&amp;</t><phoneticPr fontId="1" type="noConversion"/></si>',
    "<si><r><t>甲</t></r><r><t>乙</t></r></si>",
    "<si><t>甲</t><rPh><t>JIA</t></rPh></si>",
    "<si><t>甲</t></si>\n<si><t>乙</t></si>",
    "<si><t>a&#65;</t></si>",
]


@pytest.mark.parametrize("strings", STRINGS)
def test_strings_are_the_same_either_way(strings):
    data = f'<sst xmlns="{MAIN}">{strings}</sst>'.encode()
    scanned = scanning.scan_strings(data, walk_frame=lambda frame: walk(frame, xlsx._ignore))

    parsed = xlsx._parsed_strings(data)

    assert (parsed if scanned is None else scanned) == parsed
