"""指定组织 of a table: some organisations of a subtree, searched for as one types, ticked, or written by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from branches.browsing import MOST_HITS
from branches.models import Organization
from reports.statistics.whole_tree import choosable

MOST_PICKED: Final = 100
# So many are named where the conditions are said in words.
MOST_NAMED: Final = 5
_BETWEEN = re.compile(r"[、，,；;\n]+")


class PickedWidget(forms.SelectMultiple):
    """Searched for as one types; without script a list, and a line to write names in that the list does not show."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        written = format_html(
            '<noscript><input class="form-control" name="{}" aria-label="组织名称" placeholder="名称，用顿号隔开">'
            "</noscript>",
            name,
        )
        return super().render(name, value, attrs, renderer) + written


@dataclass(frozen=True)
class Picked:
    """What was asked for by number or name, and what of it stands in the subtree, in the committee's order."""

    organization: Organization
    asked: Sequence[str]
    found: Sequence[Organization]

    @property
    def is_asked(self) -> bool:
        return bool(self.asked)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(each.pk for each in self.found)

    @property
    def values(self) -> list[str]:
        """As the list has them."""
        return [str(pk) for pk in self.ids]

    @property
    def kept(self) -> list[str]:
        """As the address and a saved table keep it: what was found, else what was asked, so that it stays a choice."""
        return self.values or list(self.asked)

    @property
    def in_words(self) -> str:
        names = "、".join(each.short_name for each in self.found[:MOST_NAMED])
        more = "等" if len(self.found) > MOST_NAMED else ""
        return f"指定的 {len(self.found):,} 个组织{'：' if names else ''}{names}{more}"

    @property
    def note(self) -> str:
        """How it goes with what else can be chosen, and what could not be listed."""
        numbers, names = _told(self.asked)
        known = {*self.values, *(each.short_name for each in self.found), *(each.full_name for each in self.found)}
        lost = [each for each in (*numbers, *names) if each not in known]
        said = "只列指定的组织，不看“列出”。"
        return f"{said}有 {len(lost)} 个不在{self.organization.short_name}及其下级之中，没有列出。" if lost else said

    def offer(self, field: Any) -> None:
        """Offer the first of the subtree beside those picked; the others are searched for."""
        names = [(str(each.pk), each.short_name) for each in self.found]
        field.choices = names
        first = choosable(self.organization).active().exclude(pk__in=self.ids)[:MOST_HITS]
        field.widget.choices = [*names, *((str(each.pk), each.short_name) for each in first)]
        address = f"{reverse('branches:pick')}?under={self.organization.pk}"
        field.widget.attrs |= {"data-picker-url": address, "data-placeholder": "名称、简称或首字母"}


def picked_in(organization: Organization, asked: Iterable[str]) -> Picked:
    """What of it stands in the subtree: by number, or by full or short name. At most one query."""
    told = [each for each in asked if each.strip()]
    numbers, names = _told(told)
    if not told:
        return Picked(organization, told, [])
    named = Q(pk__in=[int(each) for each in numbers]) | Q(short_name__in=names) | Q(full_name__in=names)
    return Picked(organization, told, list(choosable(organization).filter(named)[: MOST_PICKED + 1]))


def _told(asked: Iterable[str]) -> tuple[list[str], list[str]]:
    """Numbers and names, each once."""
    words = [word.strip() for each in asked for word in _BETWEEN.split(each) if word.strip()]
    numbers = [word for word in words if word.isascii() and word.isdigit() and len(word) < 18]
    return list(dict.fromkeys(numbers)), list(dict.fromkeys(word for word in words if word not in numbers))
