from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian import officedates
from tuanjian.officedates import DateRefused, OfficeDate

MAY_4 = OfficeDate(date(2021, 5, 4))
MAY = OfficeDate(date(2021, 5, 1), is_month=True)


def refusal(read, *args, **options):
    with pytest.raises(DateRefused) as caught:
        read(*args, **options)
    return caught.value.code, str(caught.value)


def test_office_date_prints_as_precisely_as_it_is():
    assert (str(MAY_4), str(MAY)) == ("2021-05-04", "2021-05")


def test_month_is_kept_as_its_first_day():
    assert OfficeDate(date(2021, 5, 31), is_month=True) == MAY


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-04",
        "2021-5-4",
        "2021.05.04",
        "2021.5.4",
        "2021/5/4",
        "20210504",
        "20210504.0",
        "2021年5月4日",
        "2021年05月04号",
        " 2021 年 05 月 04 日",
        "2021 - 05 - 04",
        "２０２１－０５－０４",
        "２０２１．５．４",
        "２０２１年５月４日",
        "2021–05–04",
        "二〇二一年五月四日",
        "二零二一年五月四号",
        "2021年五月四日",
        "2021年5\u2f494\u2f47",
        "2021-05-04 00:00:00",
        "2021-05-04 08:30",
        "2021/5/4 8:30:00",
        "2021-05-04T23:59:00+00:00",
        "2021-05-04T00:01:00.000Z",
        "2021年5月4日 8:30",
        "'2021-05-04",
        "\ufeff2021-05-04\u200b",
        "\u00a02021-05-04\n",
        "2021 5 4",
        "2021。05。04",
        "2021、5、4",
        "2021·05·04",
        "2021.5.4.",
        "2021年5月4日生",
        "2021年5月4日出生",
        "2021.05.04至今",
        "2021年5月4日起",
        "2021年5月4日 星期二",
        "2021-05-04（公历）",
        "公历2021年5月4日",
        "2021.5.4日",
        "2021年5.4",
    ],
)
def test_read_takes_days(text):
    assert officedates.read(text) == MAY_4


@pytest.mark.parametrize(
    "text",
    [
        "2021-05",
        "2021-5",
        "2021.05",
        "2021.5",
        "2021/05",
        "202105",
        "202105.0",
        "2021年5月",
        "２０２１年０５月",
        "２０２１．０５",
        " 2021 年 05 月 ",
        "二〇二一年五月",
        "2021 05",
        "2021。5",
        "2021.05.",
        "2021.05—至今",
        "2021年5月至今",
        "2021.5生",
        "2021.05月",
        "2021年5月份",
        "2021年05",
        "2021/05/",
        "2021年5月入团",
    ],
)
def test_read_takes_months_and_invents_no_day(text):
    assert officedates.read(text) == MAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二四年十月十日", date(2024, 10, 10)),
        ("二〇二四年十一月二十日", date(2024, 11, 20)),
        ("二○二四年十二月三十一日", date(2024, 12, 31)),
        ("二〇二四年〇五月〇四日", date(2024, 5, 4)),
        ("2000年2月29日", date(2000, 2, 29)),
        ("20010102", date(2001, 1, 2)),
    ],
)
def test_read_takes_chinese_numerals_and_leap_days(text, day):
    assert officedates.read(text) == OfficeDate(day)


@pytest.mark.parametrize(("text", "month"), [("200104", date(2001, 4, 1)), ("194910", date(1949, 10, 1))])
def test_six_digits_are_a_year_and_a_month(text, month):
    assert officedates.read(text) == OfficeDate(month, is_month=True)


def unclear(text, reason):
    return "R_DATE_AMBIG", f"日期“{text}”写法有歧义（{reason}），请写成 2021-05-04。"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("04/05/2021", "分不清年、月、日"),
        ("31.12.2021", "分不清年、月、日"),
        ("4-5-21", "分不清年、月、日"),
        ("21/5/4", "分不清年、月、日"),
        ("21.5.4", "分不清年、月、日"),
        ("21.5", "分不清年、月、日"),
        ("05/2021", "分不清年、月、日"),
        ("05042021", "分不清年、月、日"),
        ("31122021", "分不清年、月、日"),
        ("190504", "年份只有两位"),
        ("210504", "年份只有两位"),
        ("990504", "年份只有两位"),
        ("99年5月", "年份只有两位"),
        ("21年5月4日", "年份只有两位"),
        ("二一年五月", "年份只有两位"),
        ("5月4日", "没有写年份"),
        ("五月四日", "没有写年份"),
    ],
)
def test_read_asks_instead_of_guessing(text, reason):
    assert refusal(officedates.read, text) == unclear(text, reason)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "日期为空，请填写，如 2021-05-04。"),
        (" \u200b", "日期为空，请填写，如 2021-05-04。"),
        ("2021-02-29", "日期 2021-02-29 不存在，请核对后重新填写。"),
        ("2021年2月30日", "日期 2021-02-30 不存在，请核对后重新填写。"),
        ("2021年13月", "日期 2021-13 不存在，请核对后重新填写。"),
        ("2021-00-01", "日期 2021-00-01 不存在，请核对后重新填写。"),
        ("20210532", "日期 2021-05-32 不存在，请核对后重新填写。"),
        ("202113", "日期 2021-13 不存在，请核对后重新填写。"),
        ("二〇二一年二月三十日", "日期 2021-02-30 不存在，请核对后重新填写。"),
        ("0000-00-00", "日期 0000-00-00 的年份不合理，请核对后重新填写。"),
        ("1821-05-04", "日期 1821-05-04 的年份不合理，请核对后重新填写。"),
        ("99999999", "日期 9999-99-99 的年份不合理，请核对后重新填写。"),
        ("2021", "日期“2021”只写了年份，请至少写到月，如 2021-05。"),
        ("2021年", "日期“2021年”只写了年份，请至少写到月，如 2021-05。"),
        ("二〇二一年", "日期“二〇二一年”只写了年份，请至少写到月，如 2021-05。"),
        ("二〇二一年夏", "日期“二〇二一年夏”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("大前年", "日期“大前年”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("##########", "日期“##########”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("noon", "日期“noon”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("2021-05-04 25:00", "日期“2021-05-04 25:00”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("2021\x005", "日期“2021?5”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("٢٠٢١-٠٥-٠٤", "日期“٢٠٢١-٠٥-٠٤”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("5" * 30_000, "日期“55555555555555555555…”无法识别，请写成 2021-05-04 或 2021-05。"),
        ("44320", "“44320”是表格软件的内部数字，不是日期，请写成 2021-05-04。"),
    ],
)
def test_read_refuses_what_is_no_date(text, sentence):
    assert refusal(officedates.read, text) == ("R_DATE_BAD", sentence)


def test_read_refuses_a_month_where_the_day_is_required():
    refused = refusal(officedates.read, "2021.05", day_required=True)

    assert refused == ("R_DATE_BAD", "日期“2021.05”只写到月，这里要写到日，如 2021-05-04。")
    assert officedates.read("2021.05.04", day_required=True) == MAY_4


def test_number_cell_may_have_lost_the_zero_of_october():
    refused = refusal(officedates.read, "2024.1", number_cell=True)

    assert refused == (
        "R_DATE_AMBIG",
        "日期“2024.1”写法有歧义（可能是 1 月，也可能是 10 月），请写成 2024-01 或 2024-10。",
    )
    assert str(officedates.read("2024.1")) == "2024-01"
    assert str(officedates.read("2024.11", number_cell=True)) == "2024-11"


@pytest.mark.parametrize("text", ["44320", "44320.5", "44320.999"])
def test_read_takes_serials_where_they_are_expected(text):
    assert officedates.read(text, serials=True) == MAY_4


@pytest.mark.parametrize(
    ("value", "epoch1904", "day"),
    [
        (44320, False, date(2021, 5, 4)),
        (44319.9999999999, False, date(2021, 5, 4)),
        (44320.9, False, date(2021, 5, 4)),
        (42858, True, date(2021, 5, 4)),
        (14611, False, date(1940, 1, 1)),
        (65745, False, date(2079, 12, 31)),
    ],
)
def test_from_serial_counts_days_of_both_epochs(value, epoch1904, day):
    assert officedates.from_serial(value, epoch1904=epoch1904) == OfficeDate(day)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (14610, "14610"),
        (65746, "65746"),
        (0, "0"),
        (-5, "-5"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_from_serial_refuses_numbers_outside_the_window(value, shown):
    assert refusal(officedates.from_serial, value) == ("R_DATE_BAD", f"数字 {shown} 不是日期，请写成 2021-05-04。")


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        (None, MAY, MAY),
        (None, MAY_4, MAY_4),
        (MAY, MAY_4, MAY_4),
        (MAY_4, MAY, MAY_4),
        (MAY_4, OfficeDate(date(2021, 5, 5)), OfficeDate(date(2021, 5, 5))),
        (MAY_4, OfficeDate(date(2021, 6, 1), is_month=True), OfficeDate(date(2021, 6, 1), is_month=True)),
        (MAY, OfficeDate(date(2020, 5, 1), is_month=True), OfficeDate(date(2020, 5, 1), is_month=True)),
    ],
)
def test_month_never_overwrites_a_day_within_it(old, new, kept):
    assert officedates.month_never_overwrites_day(old, new) == kept


HAN_DIGITS = "〇一二三四五六七八九"


def in_han(number):
    tens, ones = divmod(number, 10)
    if not tens:
        return HAN_DIGITS[ones]
    return ("" if tens == 1 else HAN_DIGITS[tens]) + "十" + (HAN_DIGITS[ones] if ones else "")


def han_year(year):
    return "".join(HAN_DIGITS[int(digit)] for digit in str(year))


def shapes_of_day(day):
    y, m, d = day.year, day.month, day.day
    return [
        f"{y}-{m:02}-{d:02}",
        f"{y}-{m}-{d}",
        f"{y}.{m:02}.{d:02}",
        f"{y}.{m}.{d}",
        f"{y}/{m}/{d}",
        f"{y}{m:02}{d:02}",
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}日",
        f"{han_year(y)}年{in_han(m)}月{in_han(d)}日",
        f"{y}-{m:02}-{d:02} 00:00:00",
        f"{y}-{m:02}-{d:02}T23:59:59+08:00",
    ]


def shapes_of_month(day):
    y, m = day.year, day.month
    return [
        f"{y}-{m:02}",
        f"{y}.{m:02}",
        f"{y}.{m}",
        f"{y}/{m}",
        f"{y}{m:02}",
        f"{y}年{m}月",
        f"{han_year(y)}年{in_han(m)}月",
    ]


EVERY_DAY = [date(1950, 1, 1) + timedelta(days=n) for n in range((date(2080, 1, 1) - date(1950, 1, 1)).days)]


@pytest.mark.property
def test_every_day_reads_back_in_every_shape():
    wrong = [text for day in EVERY_DAY for text in shapes_of_day(day) if officedates.read(text) != OfficeDate(day)]

    assert wrong == []


@pytest.mark.property
def test_every_month_reads_back_in_every_shape():
    months = [day for day in EVERY_DAY if day.day == 1]

    wrong = [text for m in months for text in shapes_of_month(m) if officedates.read(text) != OfficeDate(m, True)]

    assert wrong == []


@pytest.mark.property
def test_every_day_reads_back_from_its_serial():
    serials = {day: (day - date(1899, 12, 30)).days for day in EVERY_DAY}

    wrong = [day for day, serial in serials.items() if officedates.read(str(serial), serials=True).day != day]

    assert wrong == []


@pytest.mark.property
@given(st.dates(date(1950, 1, 1), date(2079, 12, 31)), st.times())
def test_full_width_and_stamps_read_back(day, time):
    wide = {ord(narrow): ord(narrow) + 0xFEE0 for narrow in "0123456789-:."}

    assert officedates.read(f"{day} {time}".translate(wide)) == OfficeDate(day)


@pytest.mark.property
@given(st.text() | st.text("0123456789.-/年月日〇一二十 T:Z", max_size=14), st.booleans(), st.booleans())
def test_any_text_is_read_or_refused_with_a_sentence(text, serials, number_cell):
    refused = outcome(text, serials=serials, number_cell=number_cell)

    assert refused is None or (refused.code in {"R_DATE_BAD", "R_DATE_AMBIG"} and refused.message.endswith("。"))


def outcome(text, **options):
    try:
        officedates.read(text, **options)
    except DateRefused as refused:
        return refused
    return None
