"""Form fields over the reading libraries."""

import datetime as dt

import pytest
from django import forms
from django.core.exceptions import ValidationError

from tuanjian.fields import MobileField, OfficeDateField, PersonNameField, YesNoField, office_date
from tuanjian.officedates import OfficeDate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016.05", OfficeDate(dt.date(2016, 5, 1), is_month=True)),
        ("2016年5月4日", OfficeDate(dt.date(2016, 5, 4))),
        ("  ", None),
    ],
)
def test_dates_are_read_as_written(text, expected):
    assert OfficeDateField(required=False).clean(text) == expected


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (OfficeDateField(), "21-5-4", "分不清年、月、日"),
        (OfficeDateField(day_required=True), "2016-05", "这里要写到日"),
        (MobileField(), "1865318305", "手机号应为 11 位，现为 10 位。"),
        (PersonNameField(), "张3", "姓名"),
    ],
)
def test_refusals_carry_the_sentence_of_the_library(field, text, sentence):
    with pytest.raises(ValidationError) as refusal:
        field.clean(text)

    assert sentence in refusal.value.messages[0]


def test_dates_are_shown_as_precise_as_they_are():
    field = OfficeDateField()

    assert field.prepare_value(OfficeDate(dt.date(2016, 5, 1), is_month=True)) == "2016-05"
    assert field.prepare_value(dt.date(2016, 5, 4)) == "2016-05-04"
    assert field.prepare_value("2016.5") == "2016.5"
    assert not field.has_changed(OfficeDate(dt.date(2016, 5, 1), is_month=True), "2016-05")


def test_names_and_phones_are_tidied():
    assert PersonNameField().clean(" 白 雨桐 ") == "白雨桐"
    assert MobileField().clean("+86 140-0012-3456") == "14000123456"
    assert (PersonNameField(required=False).clean(""), MobileField(required=False).clean("")) == ("", "")


def test_yes_or_no_has_a_third_answer():
    class Asked(forms.Form):
        volunteer = YesNoField(yes="已注册", no="未注册")

    assert [Asked({"volunteer": text}).fields["volunteer"].clean(text) for text in ("true", "false", "")] == [
        True, False, None,
    ]  # fmt: skip
    assert 'value="false" id="id_volunteer_1" checked' in Asked(initial={"volunteer": False})["volunteer"].as_widget()
    assert "checked" not in Asked()["volunteer"].as_widget()


def test_two_columns_become_one_value():
    assert office_date(dt.date(2016, 5, 1), True) == OfficeDate(dt.date(2016, 5, 1), is_month=True)
    assert office_date(None, False) is None
