"""How the facts of a person read: on the page, side by side when two people wrote, and in the log."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from django.db.models import Field

from members.models import Member
from tuanjian.officedates import OfficeDate

# Columns that keep whether only the month is known, in a second column beside them.
MONTHS = ("birth_on", "joined_party_on", "joined_on")
# What a person record says besides its number and phone, in the order of the form.
FACTS = (
    *("name", "former_name", "id_type", "birth_on", "gender", "ethnicity", "native_place", "education"),
    *("political_status", "joined_party_on", "applied_to_party", "league_status", "joined_on", "member_no"),
    *("file_state", "dues_paid_until", "is_volunteer", "volunteer_since_on", "work_unit", "occupation"),
    *("income_band", "household_region", "email", "remark"),
)


def label_of(name: str) -> str:
    """What the office calls a column; number and phone included, whose columns are sealed."""
    if name in SEALED:
        return SEALED[name]
    field = Member._meta.get_field(name)
    return str(field.verbose_name) if isinstance(field, Field) else name


SEALED = {"id_number": "证件号码", "phone": "手机号"}


def said(member: Member, name: str) -> str:
    """A fact in words, "" where nothing is known; number and phone masked."""
    if name in SEALED:
        return str(getattr(member, f"{name}_masked"))
    value = getattr(member, name)
    if isinstance(value, bool):
        yes, no = ("已注册", "未注册") if name == "is_volunteer" else ("是", "否")
        return yes if value else no
    if isinstance(value, dt.date):
        return in_month_or_day(member, name, value)
    if value in (None, ""):
        return ""
    return _labels(name).get(value, str(value))


@cache
def _labels(name: str) -> dict[Any, str]:
    """The words of a column with choices. Asking the record for them goes through all choices each time."""
    field = Member._meta.get_field(name)
    return {value: str(label) for value, label in getattr(field, "flatchoices", ())}


def in_month_or_day(member: Member, name: str, value: dt.date) -> str:
    """A date as precise as it is known."""
    is_month = name == "dues_paid_until" or (name in MONTHS and getattr(member, f"{name}_is_month"))
    return str(OfficeDate(value, is_month=is_month))


def in_words(member: Member) -> dict[str, str | None]:
    """Everything the record says, by label, for the log. Number and phone are left out: see ``records``."""
    return {label_of(name): said(member, name) or None for name in FACTS}
