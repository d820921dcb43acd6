"""Where figures lead: to the list that shows just what they count. Lists know today only."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from branches.models import Organization
from reports.completion_items import ITEMS
from reports.facts.keys import ACTUAL, EXPECTED, Figures


@dataclass(frozen=True)
class Leads:
    """Addresses of the lists of one organisation; all are "" on a day that is over."""

    organization: Organization
    on: dt.date

    @cached_property
    def is_today(self) -> bool:
        return self.on >= timezone.localdate()

    def to(self, view: str, **asked: str) -> str:
        """The list of this page, narrowed by these conditions."""
        if not self.is_today:
            return ""
        before, behind = _address(view, tuple(asked.items()))
        return f"{before}{self.organization.pk}{behind}"

    def organizations(self, **asked: str) -> str:
        return self.to("branches:lower", all="1", **asked)

    def members(self, **asked: str) -> str:
        return self.to("members:members", **asked)

    def cadres(self, **asked: str) -> str:
        return self.to("members:cadres", **asked)

    def activities(self, since: dt.date, until: dt.date, **asked: str) -> str:
        return self.to("activities:activities", since=str(since), until=str(until), **asked)

    def activities_in_month(self, month: dt.date) -> str:
        """Those of one month as far as it is over on the day of the page."""
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        return self.activities(month.replace(day=1), min(last, self.on))

    def missing(self, item: str, figures: Figures, *, just: int) -> str:
        """缺项清单 of one item; "" where the list holds more than ``just`` so many, or less."""
        owed = figures.get(EXPECTED + item, 0) - figures.get(ACTUAL + item, 0)
        if not self.is_today or owed != just:
            return ""
        asked = urlencode({"item": f"{ITEMS[item].group.key}.{item}"})
        return f"{reverse('reports:missing', args=[self.organization.pk])}?{asked}"

    def of_column(self, key: str) -> str:
        """Where the figure of a column leads; "" for what no list shows."""
        if key.startswith("flag_"):
            return self.to("members:health", flag=key.removeprefix("flag_"))
        if key.startswith("age_"):
            return self.members(age=key.removeprefix("age_"))
        return OF_COLUMN[key](self) if key in OF_COLUMN else ""


OF_COLUMN: Final[dict[str, Callable[[Leads], str]]] = {
    "organizations": Leads.organizations,
    "general_branches": lambda leads: leads.organizations(org_type="general_branch"),
    "branches": lambda leads: leads.organizations(org_type="branch"),
    "members": Leads.members,
    "retained": lambda leads: leads.members(league_status="retained"),
    "men": lambda leads: leads.members(gender="1"),
    "women": lambda leads: leads.members(gender="2"),
    "youth": lambda leads: leads.to("members:youth"),
    "share_of_youth": lambda leads: leads.to("members:youth"),
    "turning_28_without_post": lambda leads: leads.members(leaving="month"),
    "cadres": Leads.cadres,
    "rate": lambda leads: leads.to("reports:completion"),
    "missing": lambda leads: leads.to("reports:completion"),
    "activities": lambda leads: leads.activities(leads.on.replace(month=1, day=1), leads.on),
    "activities_month": lambda leads: leads.activities_in_month(leads.on),
}


# A table of two hundred organisations asks for the same dozen addresses two hundred times.
@lru_cache(maxsize=256)
def _address(view: str, asked: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """What stands before and behind the number of the organisation."""
    behind = urlencode(asked)
    return f"{reverse(view)}?organization=", f"&{behind}" if behind else ""


def to_dashboard(pk: int, on: dt.date, against: dt.date | None = None, part: str = "") -> str:
    """The page 团内大数据 of an organisation, for the same days and the same part."""
    asked: dict[str, str] = {}
    if on < timezone.localdate():
        asked["on"] = str(on)
    if against is not None:
        asked["against"] = str(against)
    if part:
        asked["part"] = part
    before, behind = _address("reports:statistics", tuple(asked.items()))
    return f"{before}{pk}{behind}"
