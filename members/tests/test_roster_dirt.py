"""Cells made dirty in every way offices know clean to the value they were made from; what cannot be kept is refused."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.dictionaries import Education, Ethnicity, LeaguePost, PoliticalStatus, PostNature
from members.models import RowKind
from members.roster.plans.directory import canonical
from members.roster.reading.cells import Cleaner
from members.roster.reading.findings import CellRefused
from tuanjian.idnumbers import Gender, make_resident_number
from tuanjian.spreadsheets import Cell, Kind

TODAY = dt.date(2026, 11, 21)
pytestmark = pytest.mark.property
FAST = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# What nobody sees: zero-width, bidi, byte order marks; and blanks of all widths.
UNSEEN = ["", "\u200b", "\u200e", "\u202a", "\u202c", "\ufeff", "\u2060"]
BLANKS = ["", " ", "\u3000", "\u00a0", "\t", "\n", " \u3000 "]
edges = st.lists(st.sampled_from([*UNSEEN, *BLANKS]), max_size=3).map("".join)


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@st.composite
def strewn(draw, text, *, between=UNSEEN):
    """The text with dirt around it and things nobody sees inside."""
    pieces = [character + draw(st.sampled_from(between)) for character in text]
    return draw(edges) + "".join(pieces) + draw(edges)


def widened(text):
    return st.sampled_from([text, wide(text)])


@pytest.fixture
def cleaner(db):
    return Cleaner(TODAY)


def shown(cleaner, field, text, kind=RowKind.MEMBERS):
    return cleaner.read(field, Cell(text, Kind.TEXT), kind).shown


NAMES = st.one_of(
    st.text("王李张刘陈杨赵黄周吴雨桐静姝启明子昂思源", min_size=2, max_size=4),
    st.sampled_from(["阿依古丽·买买提", "买买提·艾力", "卓玛", "𫖯川", "JOHN SMITH"]),
)


@FAST
@given(st.data(), NAMES)
def test_names(cleaner, data, name):
    dot = data.draw(st.sampled_from("·•・．‧∙"))
    dirty = data.draw(strewn(name.replace("·", dot)))

    assert shown(cleaner, "name", dirty) == name


@FAST
@given(st.data(), st.text("王李张雨桐静姝", min_size=2, max_size=3))
def test_names_of_chinese_set_apart(cleaner, data, name):
    dirty = data.draw(strewn(name, between=["", " ", "\u3000", "\u00a0", "  "]))

    assert shown(cleaner, "name", dirty) == name


NUMBERS = st.builds(
    lambda born, serial: make_resident_number("379998", born, serial),
    st.dates(dt.date(1960, 1, 1), dt.date(2012, 1, 1)),
    st.integers(1, 999),
)


@FAST
@given(st.data(), NUMBERS)
def test_id_numbers(cleaner, data, number):
    text = data.draw(widened(data.draw(st.sampled_from([number, number.lower(), f"'{number}"]))))
    dirty = data.draw(strewn(text, between=[*UNSEEN, " ", "\u3000"]))

    assert shown(cleaner, "id_number", dirty) == number


@FAST
@given(NUMBERS)
def test_id_numbers_that_lost_digits_are_never_repaired(cleaner, number):
    lost = f"{float(number[:17] + '0'):.14E}"

    for cell in (Cell(lost, Kind.TEXT), Cell(number[:15] + "000", Kind.NUMBER, lost)):
        with pytest.raises(CellRefused) as refusal:
            cleaner.read("id_number", cell, RowKind.MEMBERS)
        assert refusal.value.code == "R_ID_PRECISION"


@FAST
@given(st.data(), st.integers(0, 99_999_999))
def test_phones(cleaner, data, number):
    phone = f"140{number:08d}"
    mark = data.draw(st.sampled_from(["", " ", "-", "‐", "—", "·", "\u3000"]))
    text = mark.join((phone[:3], phone[3:7], phone[7:]))
    text = data.draw(st.sampled_from(["", "+86", "+86 ", "0086-", "86"])) + text
    dirty = data.draw(strewn(data.draw(widened(text))))

    value = cleaner.read("phone", Cell(dirty, Kind.TEXT), RowKind.MEMBERS)

    # 14000000000 only fills a cell and is left out with a warning; anything else is the number.
    assert value.shown == phone or (value.fact is None and value.warnings)


DAYS = st.dates(dt.date(2000, 1, 1), TODAY)


@FAST
@given(st.data(), DAYS)
def test_days(cleaner, data, day):
    y, m, d = day.year, day.month, day.day
    text = data.draw(
        st.sampled_from(
            [
                *(f"{y}-{m:02d}-{d:02d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}.{m:02d}.{d:02d}", f"{y}{m:02d}{d:02d}"),
                *(f"{y}年{m}月{d}日", f"{y}年{m:02d}月{d:02d}日", f"{y} 年 {m} 月 {d} 日", f"{y}—{m}—{d}"),
                *(f"{y}-{m:02d}-{d:02d} 00:00:00", f"{y}/{m}/{d} 8:30", f"{y}年{m}月{d}号"),
            ]
        )
    )
    dirty = data.draw(strewn(data.draw(widened(text))))

    assert shown(cleaner, "joined_on", dirty) == day.isoformat()


@FAST
@given(st.data(), DAYS)
def test_months_stay_months(cleaner, data, day):
    y, m = day.year, day.month
    shapes = [f"{y}-{m:02d}", f"{y}.{m:02d}", f"{y}/{m}", f"{y}年{m}月", f"{y}{m:02d}", f"{y}年{m:02d}月"]
    dirty = data.draw(strewn(data.draw(widened(data.draw(st.sampled_from(shapes))))))

    assert shown(cleaner, "joined_on", dirty) == f"{y}-{m:02d}"


@FAST
@given(DAYS, st.booleans(), st.floats(0, 0.99))
def test_day_numbers_of_both_epochs(cleaner, day, date1904, time):
    epoch = dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30)
    serial = (day - epoch).days + round(time, 5)
    cell = Cell(f"{serial:.5f}".rstrip("0").rstrip("."), Kind.NUMBER, f"{serial:.5f}")

    assert cleaner.read("joined_on", cell, RowKind.MEMBERS, date1904=date1904).shown == day.isoformat()


WORDS = {
    "ethnicity": Ethnicity,
    "education": Education,
    "political_status": PoliticalStatus,
    "post_nature": PostNature,
    "gender": Gender,
}
LABELS = [
    (field, entry.label, entry.value)
    for field, entries in WORDS.items()
    for entry in entries
    # Nothing is kept of a sex that is not stated.
    if entry not in (Gender.UNKNOWN, Gender.NOT_STATED)
]


@FAST
@given(st.data(), st.sampled_from(LABELS))
def test_words_of_dictionaries(cleaner, data, word):
    field, label, code = word
    dirty = data.draw(strewn(label, between=["", "\u200b", " ", "\u3000"]))

    assert cleaner.read(field, Cell(dirty, Kind.TEXT), RowKind.MEMBERS).fact == code


POSTS = [post for post in LeaguePost if post is not LeaguePost.OTHER]


@FAST
@given(st.data(), st.lists(st.sampled_from(POSTS), min_size=1, max_size=3, unique=True))
def test_posts_with_their_level_and_in_company(cleaner, data, posts):
    level = data.draw(st.sampled_from(["", "团支部"]))
    mark = data.draw(st.sampled_from(["、", "，", ",", ";", "/", "兼", " 、 "]))
    dirty = data.draw(edges) + mark.join(f"{level}{post.label}" for post in posts) + data.draw(edges)

    assert cleaner.read("league_post", Cell(dirty, Kind.TEXT), RowKind.MEMBERS).fact["posts"] == posts


@FAST
@given(st.data(), st.sampled_from(["航测一室", "第三勘查院", "2021级机电1班"]))
def test_branches(cleaner, data, name):
    ending = data.draw(st.sampled_from(["团支部", "支部", "支部委员会"]))
    prefix = data.draw(st.sampled_from(["", "共青团", "中国共产主义青年团"]))
    dirty = data.draw(strewn(prefix + name + ending, between=["", "\u200b", " ", "\u3000"]))

    assert canonical(shown(cleaner, "branch", dirty)) == f"{name}支部"


@FAST
@given(
    st.text(max_size=40), st.sampled_from([*WORDS, "name", "id_number", "phone", "joined_on", "league_post", "remark"])
)
def test_anything_is_read_or_refused_with_a_sentence(cleaner, text, field):
    said = _answer(cleaner, field, text)

    assert said is None or said.endswith(("。", "？"))


def _answer(cleaner, field, text):
    """The sentence about a cell, None where it is taken without one."""
    try:
        warnings = cleaner.read(field, Cell(text, Kind.TEXT), RowKind.MEMBERS).warnings
    except CellRefused as refusal:
        return refusal.message
    return warnings[0][1] if warnings else None
