"""Query forms of 应录尽录."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms

from branches.models import Organization
from reports.completion import STATES
from reports.completion_items import GROUPS
from reports.progress import EVERYTHING, Asked


class CompletionQuery(forms.Form):
    """Which items, which state, which organisations. What cannot be read is not asked for."""

    organization = forms.CharField(required=False, widget=forms.HiddenInput)
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
    def asked(self) -> Asked:
        """What the table is to show."""
        if not self.is_valid():
            return EVERYTHING
        answers = self.cleaned_data
        return Asked(
            group=next((group for group in GROUPS if group.key == answers["item"]), None),
            state=next((state for state in STATES if state.chip == answers["state"]), None),
            every_branch=answers["rows"] == "branches",
        )

    @property
    def in_words(self) -> str:
        """The conditions used, as they stand on what leaves the system."""
        asked = self.asked
        said = [
            f"项目：{asked.group.label}" if asked.group else "",
            f"状态：{asked.state.word}" if asked.state else "",
            "列出各级全部团支部" if asked.every_branch else "",
        ]
        return "，".join(word for word in said if word)

    def carried(self, organization: Organization | None) -> str:
        """The conditions as a query string, with the organisation whose table it is; "" where nothing is to carry."""
        answers = self.cleaned_data if self.is_valid() else {}
        conditions = {name: answers[name] for name in ("item", "state", "rows") if answers.get(name)}
        above = {"organization": organization.pk} if organization else {}
        return urlencode(above | conditions)


class StepQuery(forms.Form):
    """Where 逐项补录 stands: place and key of the step just left."""

    at = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)
    was = forms.CharField(max_length=60, required=False)

    @property
    def place(self) -> dict[str, Any]:
        """Arguments of ``gaps.address_after``; the beginning where nothing can be read."""
        answers = self.cleaned_data if self.is_valid() else {}
        return {"at": answers.get("at") or 0, "was": answers.get("was") or ""}
