"""Query forms of 应录尽录."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property

from branches.models import Organization, User
from branches.scoping import Sight
from reports.campaigns.asking import asking, wanted_by
from reports.completion import gap_list
from reports.completion.gaps import EVERYTHING as EVERYTHING_MISSING
from reports.completion.moved import week_before
from reports.completion.opening import Tab
from reports.completion.progress import EVERYTHING, Asked
from reports.completion.sums import STATES
from reports.completion_items import GROUPS, ITEMS
from reports.forms.days import ComparedQuery, DayField
from reports.models import Campaign

# What links on the page hand on.
CARRIED = ("on", "against", "item", "state", "rows")


def _item_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Each group as a whole, then item by item."""
    choices: list[tuple[str, str | list[tuple[str, str]]]] = [("", "全部项目")]
    for group in GROUPS:
        single = [(f"{group.key}.{item.key}", item.label) for item in ITEMS.values() if item.group == group]
        choices.append((group.label, [(f"{group.key}.", f"{group.label}（全部）"), *single]))
    return choices


class CompletionQuery(ComparedQuery):
    """Of which day, which items, which state, which organisations."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    item = forms.ChoiceField(
        label="项目", required=False, choices=[("", "全部项目"), *((group.key, group.label) for group in GROUPS)]
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), *((state.chip, state.word) for state in STATES)]
    )
    rows = forms.ChoiceField(
        label="列出", required=False, choices=[("", "直属下级组织"), ("branches", "各级全部团支部")]
    )

    @property
    def asks_more(self) -> bool:
        """Whether one of the fields behind 展开 is in use."""
        return self.asked.picks_organizations

    @property
    def chosen_tab(self) -> Tab:
        """What of an organisation is looked at."""
        chosen = self._read.get("tab")
        return next((tab for tab in Tab if tab.key == chosen), Tab.MISSING)

    @property
    def asked(self) -> Asked:
        """What the table is to show."""
        answers = self._read
        if not answers:
            return EVERYTHING
        return Asked(
            group=next((group for group in GROUPS if group.key == answers["item"]), None),
            state=next((state for state in STATES if state.chip == answers.get("state")), None),
            every_branch=answers.get("rows") == "branches",
        )

    @property
    def in_words(self) -> str:
        """The conditions used, as they stand on what leaves the system."""
        asked = self.asked
        said = [
            f"项目：{asked.group.label}" if asked.group else "",
            f"状态：{asked.state.word}" if asked.state else "",
            "列出各级全部团支部" if asked.every_branch else "",
            f"对比：{self.compared}" if self.compared else "",
        ]
        return "，".join(word for word in said if word)

    def carried(self, organization: Organization | None) -> str:
        """The conditions as a query string, with the organisation whose table it is; "" where nothing is to carry."""
        answers = self._read
        conditions = {name: answers[name] for name in CARRIED if answers.get(name)}
        if self.day == timezone.localdate():
            conditions.pop("on", None)
        above = {"organization": organization.pk} if organization else {}
        return urlencode(above | conditions)


class MovesQuery(CompletionQuery):
    """Between which days, and which items."""

    state = rows = tab = None  # type: ignore[assignment]  # how Django takes fields of a form away
    against = DayField(label="从", required=False)
    on = DayField(label="到", required=False)

    @property
    def since(self) -> dt.date:
        """The day compared with; a week before where none is chosen."""
        return self.compared or week_before(self.day)


class GapQuery(forms.Form):
    """缺项清单: which items, of which organisations. What cannot be read is not asked for."""

    item = forms.ChoiceField(label="项目", required=False, choices=_item_choices)
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="调度", required=False, empty_label="不限调度",
        error_messages={"invalid_choice": "这次调度已经结束，或者不涉及本组织，下面是全部缺项。"},
    )  # fmt: skip
    lower = forms.ModelChoiceField(
        Organization.objects.none(), label="直属下级", required=False, empty_label="本级及全部下级"
    )
    q = forms.CharField(
        label="组织", required=False, max_length=50, widget=forms.TextInput(attrs={"placeholder": "名称、简称或首字母"})
    )

    def __init__(self, data: QueryDict, *, organization: Organization, user: User) -> None:
        super().__init__(data)
        self.organization = organization
        campaigns = asking(organization)
        cast("forms.ModelChoiceField[Campaign]", self.fields["campaign"]).queryset = campaigns
        # Where nobody asks for anything there is nothing to choose; what is asked for all the same is refused.
        if not data.get("campaign") and not campaigns.exists():
            del self.fields["campaign"]
        if organization.is_branch:
            del self.fields["lower"], self.fields["q"]
            return
        lower = Organization.objects.visible_to(user, sight=Sight.ROSTER).active().children_of(organization)
        cast("forms.ModelChoiceField[Organization]", self.fields["lower"]).queryset = lower.in_screen_order()

    @cached_property
    def asked(self) -> gap_list.Asked:
        """What the list is to show."""
        answers = self.cleaned_data if self.is_valid() else {}
        chosen = answers.get("item") or ""
        campaign = self.asked_by
        lower: Organization | None = answers.get("lower")
        return gap_list.Asked(
            group=next((group for group in GROUPS if f"{group.key}." == chosen), None),
            item=next((item for item in ITEMS.values() if f"{item.group.key}.{item.key}" == chosen), None),
            lower=lower.pk if lower else None,
            text=answers.get("q") or "",
            within=wanted_by(campaign, self.organization) if campaign else EVERYTHING_MISSING,
            campaign=campaign.pk if campaign else None,
        )

    @property
    def asked_by(self) -> Campaign | None:
        """The campaign whose items are listed."""
        return self.cleaned_data.get("campaign") if self.is_valid() else None

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return self.asked != gap_list.Asked()


class StepQuery(forms.Form):
    """Where 逐项补录 stands: place and key of the step just left. For which campaign is read by ``GapQuery``."""

    at = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)
    was = forms.CharField(max_length=60, required=False)

    @property
    def place(self) -> dict[str, Any]:
        """Arguments of ``gaps.address_after``; the beginning where nothing can be read."""
        answers = self.cleaned_data if self.is_valid() else {}
        return {"at": answers.get("at") or 0, "was": answers.get("was") or ""}
