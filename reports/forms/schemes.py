"""The form of 完成率设置."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.http import QueryDict
from django.utils import timezone

from branches.models import Organization
from reports.completion.schemes import MOST_WEIGHT, Scheme, scheme_of, years_open
from reports.completion_items import GROUPS

OWN, ABOVE = "own", "above"
BASES = [(OWN, "按本级设置"), (ABOVE, "按上级组织的设置")]


def year_choices() -> list[tuple[int, str]]:
    """This year and the next."""
    return [(year, f"{year} 年") for year in years_open(timezone.localdate())]


class SchemeForm(forms.Form):
    """What to set for a year. Filled in with what holds now; a root has no level above to follow."""

    year = forms.TypedChoiceField(
        label="年度", coerce=int, choices=year_choices, help_text="从这一年起有效，以后年度没有另行设置的沿用。"
    )
    care_from = forms.IntegerField(
        label="“待补录”从（%）", min_value=1, max_value=99, help_text="完成率低于它的为“缺口较大”。"
    )
    busy_from = forms.IntegerField(
        label="“基本录齐”从（%）", min_value=1, max_value=99, help_text="“已录齐”始终是没有缺项。"
    )
    ranks = forms.BooleanField(label="表中列出名次", required=False)
    ranks_by = forms.CharField(
        label="列出名次依据的文件",
        max_length=150,
        required=False,
        help_text="文件名称和文号，印在表下。表格仍按状态和组织顺序排列。",
    )

    def __init__(self, data: QueryDict | None, *, organization: Organization) -> None:
        today = timezone.localdate()
        scheme = scheme_of(organization, today)
        super().__init__(data, initial=self._initial(organization, scheme) | {"year": today.year})
        self.fields["basis"] = forms.ChoiceField(
            label="完成率", widget=forms.RadioSelect, choices=BASES[:1] if organization.depth == 1 else BASES
        )
        for group in GROUPS:
            self.fields[f"weight_{group.key}"] = forms.IntegerField(
                label=group.label, min_value=0, max_value=MOST_WEIGHT
            )
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Fieldset("年度", "year", "basis"),
            Fieldset("权重（0 到 10，0 为不计入完成率，缺项照列）", *(f"weight_{group.key}" for group in GROUPS)),
            Fieldset("分组界限", "care_from", "busy_from"),
            Fieldset("名次", "ranks", Field("ranks_by", wrapper_class="span-2")),
        )

    @staticmethod
    def _initial(organization: Organization, scheme: Scheme) -> dict[str, Any]:
        is_own = scheme.organization == organization.pk or organization.depth == 1
        return {
            "basis": OWN if is_own else ABOVE,
            "care_from": scheme.care_from,
            "busy_from": scheme.busy_from,
            "ranks": scheme.ranks,
            "ranks_by": scheme.ranks_by,
            **{f"weight_{group.key}": scheme.weight_of(group.key) for group in GROUPS},
        }

    @property
    def asked(self) -> dict[str, Any]:
        """Arguments of ``schemes.set_scheme`` besides who sets it."""
        data = self.cleaned_data
        scheme = Scheme(
            weights={group.key: data[f"weight_{group.key}"] for group in GROUPS},
            care_from=data["care_from"],
            busy_from=data["busy_from"],
            ranks=data["ranks"],
            ranks_by=data["ranks_by"],
        )
        return {"year": data["year"], "follows_above": data["basis"] == ABOVE, "scheme": scheme}

    @property
    def in_words(self) -> str:
        """Names what is asked for, so that only what was shown is confirmed."""
        data = self.cleaned_data
        weights = "-".join(str(data[f"weight_{group.key}"]) for group in GROUPS)
        ranks = data["ranks_by"] if data["ranks"] else ""
        return f"{data['year']}:{data['basis']}:{weights}:{data['care_from']}:{data['busy_from']}:{ranks}"

    @property
    def is_confirmed(self) -> bool:
        """Whether just this was shown before."""
        return self.is_valid() and self.data.get("confirmed") == self.in_words
