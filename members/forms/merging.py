"""Forms of merging: two branches, and two records of one person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.utils import timezone

from branches.forms.layout import grouped
from branches.forms.picking import OrganizationChoiceField
from branches.models import Organization, OrgType, User
from branches.scoping import Right
from members import merging
from members.sameness import Line
from tuanjian.fields import OfficeDateField


class MergeTargetForm(forms.Form):
    """Into which branch: those in force of the same tree that the user manages."""

    into = OrganizationChoiceField(label="并入哪个团支部")

    def __init__(self, data: QueryDict | None = None, *, source: Organization, user: User) -> None:
        super().__init__(data)
        into = self.fields["into"]
        if isinstance(into, OrganizationChoiceField):
            offered = merging.targets_for(source, by=user)
            into.offer(offered, chosen=self.data.get("into"), right=Right.STRUCTURE, type=OrgType.BRANCH)

    @property
    def helper(self) -> FormHelper:
        return grouped(("并入", ["into"]), css_class="form-grid-1")


class MergeForm(forms.Form):
    """When and why, with the numbers the page showed."""

    merged_on = OfficeDateField(label="合并日期", day_required=True)
    reason = forms.CharField(label="依据", max_length=120, required=False, help_text="写进操作日志，例如批复文号。")
    people = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    posts = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"merged_on": timezone.localdate()})

    @property
    def day(self) -> dt.date:
        return self.cleaned_data["merged_on"].day  # type: ignore[no-any-return]  # an OfficeDate, as the field says

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of ``merging.merge``."""
        data = self.cleaned_data
        return {"on": self.day, "reason": data["reason"], "people": data["people"], "posts": data["posts"]}


class ReopenForm(forms.Form):
    """恢复 of a closed organisation."""

    reason = forms.CharField(label="恢复原因", max_length=200, help_text="写进操作日志，例如批复文号。")


class SameForm(forms.Form):
    """Which record has a fact right, for each fact in which they differ, and the versions that were compared."""

    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, lines: list[Line]) -> None:
        super().__init__(data)
        self.lines = lines
        for line in self._open:
            self.fields[f"take_{line.field}"] = forms.ChoiceField(
                label=line.label, choices=[("kept", line.kept), ("other", line.other)], initial=line.proposed
            )

    @property
    def _open(self) -> list[Line]:
        return [line for line in self.lines if line.field and not line.locked]

    @property
    def rows(self) -> list[tuple[Line, str]]:
        """Each fact in which they differ, with what is chosen now."""
        differing = [line for line in self.lines if line.field]
        return [(line, "kept" if line.locked else str(self[f"take_{line.field}"].value())) for line in differing]

    @property
    def agreed(self) -> list[Line]:
        """Facts in which the records agree."""
        return [line for line in self.lines if not line.field]

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of ``sameness.merge``."""
        data = self.cleaned_data
        take = [line.field for line in self._open if data[f"take_{line.field}"] == "other"]
        return {"take": take, "kept_version": data["kept_version"], "other_version": data["other_version"]}
