"""Particulars of an organisation (基本信息) and the numbers declared for it (核定人数)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit, freshness
from branches.models import AuditEntry, Headcount, Organization, User
from branches.scoping import Right
from tuanjian.officedates import OfficeDate, month_never_overwrites_day

# Dates of which only the month may be known; beside each stands <field>_is_month.
OFFICE_DATES = ("founded_on", "last_election_on")


@dataclass(frozen=True)
class Difference:
    """A field in which what was typed and what is stored now are not the same, in words."""

    label: str
    typed: str
    stored: str


class Stale(Exception):
    """The organisation was changed by somebody else after the form was opened. Nothing was written."""

    def __init__(self, organization: Organization, differences: list[Difference], last: AuditEntry | None) -> None:
        super().__init__(f"{organization} is at version {organization.version} now")
        self.organization = organization
        self.differences = differences
        self.last = last


@transaction.atomic
def correct(organization: Organization, *, values: Mapping[str, Any], version: int, by: User) -> None:
    """Write particulars (names, type and place have rules of their own, in ``tree``).

    Dates of OFFICE_DATES come as ``OfficeDate`` or None; a month does not overwrite a day within it. Refuses a closed
    organisation, dates in the future and an election before the founding. Raises ``Stale`` when ``version`` is no
    longer the present one and something would really change.
    """
    stored = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if stored.is_closed:
        raise ValidationError(f"{stored}已撤销，不能再修改。")
    columns = _columns(stored, values)
    before = _in_words(stored, values)
    for column, value in columns.items():
        setattr(stored, column, value)
    after = _in_words(stored, values)
    changes = audit.difference(before, after)
    if not changes:
        return
    if stored.version != version:
        differences = [Difference(label, after[label] or "未填", before[label] or "未填") for label in changes]
        raise Stale(stored, differences, _last_change(stored))
    _refuse_dates(stored)
    stored.version += 1
    stored.save(update_fields=[*columns, "version", "updated_at"])
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored, changes=changes)
    freshness.touch([stored])


def kinds_to_declare(organization: Organization, by: User) -> list[Headcount.Kind]:
    """Expected numbers are set by a level above; 职工总数 by whoever manages the organisation."""
    if Organization.objects.manageable_by(by, right=Right.STRUCTURE, below=True).filter(pk=organization.pk).exists():
        return list(Headcount.Kind)
    return [Headcount.Kind.STAFF]


@transaction.atomic
def declare(
    organization: Organization, *, kind: Headcount.Kind, value: int, as_of_on: dt.date, source: str, by: User
) -> Headcount:
    """Declare a number with its date and source. Earlier declarations stay; the newest date counts.

    Refuses a closed organisation, a date in the future, a missing source, and an expected number declared by the own
    level, which would set itself the bar it is measured by.
    """
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再核定人数。")
    if kind not in kinds_to_declare(organization, by):
        raise ValidationError({"kind": f"{kind.label}由上级团组织核定，请联系上级管理员。"})
    if as_of_on > timezone.localdate():
        raise ValidationError({"as_of_on": "截至日期不能晚于今天。"})
    if not source.strip():
        raise ValidationError({"source": "请写明依据，例如：局人事处名册。"})
    declared = Headcount.objects.create(
        organization=organization, kind=kind, value=value, as_of_on=as_of_on, source=source.strip(), set_by=by
    )
    changes = {kind.label: [None, value], "截至日期": [None, str(as_of_on)], "依据": [None, declared.source]}
    audit.record(audit.Kind.CREATED, declared, by=by, at=organization, changes=changes)
    # Staff declared above covers everything below.
    covered = Organization.objects.under(organization).active() if kind == Headcount.Kind.STAFF else [organization]
    freshness.touch(covered)
    return declared


def declarations(organization: Organization) -> QuerySet[Headcount]:
    """Everything declared so far, newest first, with who declared it."""
    return organization.headcounts.select_related("set_by").order_by("-as_of_on", "-id")


def _columns(stored: Organization, values: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in values.items():
        if name not in OFFICE_DATES:
            columns[name] = value
            continue
        known = _office_date(stored, name)
        kept = month_never_overwrites_day(known, value) if value else None
        columns[name] = kept.day if kept else None
        columns[f"{name}_is_month"] = bool(kept and kept.is_month)
    return columns


def _office_date(organization: Organization, name: str) -> OfficeDate | None:
    day = getattr(organization, name)
    return OfficeDate(day, is_month=getattr(organization, f"{name}_is_month")) if day else None


def _in_words(organization: Organization, values: Mapping[str, Any]) -> dict[str, str]:
    """The fields by their Chinese names, as they read on the page; "" for what is empty."""
    words = {}
    for name in values:
        field = Organization._meta.get_field(name)
        value = getattr(organization, name)
        if name in OFFICE_DATES:
            value = _office_date(organization, name)
        elif isinstance(value, bool):
            value = "是" if value else "否"
        elif getattr(field, "choices", None):
            value = getattr(organization, f"get_{name}_display")()
        words[str(getattr(field, "verbose_name", name))] = "" if value is None else str(value)
    return words


def _last_change(organization: Organization) -> AuditEntry | None:
    return AuditEntry.objects.filter(object_type=organization._meta.label_lower, object_id=str(organization.pk)).first()


def _refuse_dates(organization: Organization) -> None:
    today = timezone.localdate()
    founded, elected = organization.founded_on, organization.last_election_on
    if founded and founded > today:
        raise ValidationError({"founded_on": "成立时间不能晚于今天。"})
    if elected and elected > today:
        raise ValidationError({"last_election_on": "最近一次换届时间不能晚于今天。"})
    if founded and elected and (elected.year, elected.month) < (founded.year, founded.month):
        raise ValidationError({"last_election_on": "最近一次换届时间不能早于成立时间，请核对。"})
