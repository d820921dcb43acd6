"""完成率设置: how completion is measured. Weights, bounds and ranking are a committee's data, set for a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.completion_items import GROUPS
from reports.facts.changing import ids_in
from reports.models import CompletionScheme, Standing

MOST_WEIGHT: Final = 10

# How much is expected and entered, by the key of the group of items.
Sums = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class State:
    """How far an organisation is, from a rate in percent on; ``bounds`` says in words which rates those are."""

    word: str
    chip: str
    from_rate: float
    bounds: str


@dataclass(frozen=True)
class Scheme:
    """Weights by the key of a group, 1 where none is set; bounds of the states; what the ranking relies on.

    ``organization`` is the id of the committee that set it, None for what holds where nobody has set anything.
    """

    weights: Mapping[str, int] = field(default_factory=dict)
    care_from: int = 85
    busy_from: int = 95
    ranks: bool = False
    ranks_by: str = ""
    organization: int | None = None
    year: int | None = None

    @property
    def states(self) -> tuple[State, ...]:
        """From the largest gap to none. Where a group weighs nothing, something may be missing at 100 %, too."""
        care, busy = self.care_from, self.busy_from
        nearly, complete = (f"{busy}% 以上且有缺项", "无缺项") if self.leaves_out else (f"{busy}%–99.9%", "100%")
        return (
            State("缺口较大", "problem", 0, f"低于 {care}%"),
            State("待补录", "care", care, f"{care}%–{busy}%"),
            State("基本录齐", "busy", busy, nearly),
            State("已录齐", "good", 100, complete),
        )

    def weight_of(self, group: str) -> int:
        return self.weights.get(group, 1)

    @property
    def is_weighted(self) -> bool:
        """Whether any group counts otherwise than the others."""
        return any(self.weight_of(group.key) != 1 for group in GROUPS)

    @property
    def leaves_out(self) -> bool:
        """Whether any group does not count."""
        return not all(self.weight_of(group.key) for group in GROUPS)

    @property
    def weights_in_words(self) -> str:
        return "，".join(f"{group.label} {self.weight_of(group.key)}" for group in GROUPS)

    @property
    def for_one_group(self) -> Scheme:
        """The same where a single group is looked at: its own rate, whatever it weighs beside others."""
        return replace(self, weights={})

    def rate(self, sums: Sums) -> float | None:
        """Σ weight × actual ÷ Σ weight × expected in percent, never rounded up to 100; None where nothing counts."""
        expected = sum(self.weight_of(group) * numbers[0] for group, numbers in sums.items())
        actual = sum(self.weight_of(group) * numbers[1] for group, numbers in sums.items())
        if not expected:
            return None
        return 100.0 if actual == expected else min(99.9, 100 * actual / expected)

    def state_of(self, rate: float | None, missing: int) -> State:
        """The state at that rate; the last is only for those that lack nothing, whatever it weighs."""
        reached = 100.0 if rate is None else rate
        open_states = self.states[:-1] if missing else self.states
        return next(state for state in reversed(open_states) if reached >= state.from_rate)


DEFAULT: Final = Scheme()


def governing(organizations: Iterable[Organization], on: dt.date) -> dict[int, Scheme]:
    """The scheme each organisation is measured by on that day, by its id: its own or the nearest above it.

    What was set after that day does not count. Organisations stand where they stood that day, if that is known.
    """
    lineages = _lineages(list(organizations), on)
    midnight = timezone.make_aware(dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min))
    wanted = {pk for lineage in lineages.values() for pk in lineage}
    rows = CompletionScheme.objects.filter(organization__in=wanted, year__lte=on.year, set_at__lt=midnight)
    newest = {row.organization_id: row for row in rows.order_by("year", "set_at", "pk")}
    return {pk: _nearest(lineage, newest) for pk, lineage in lineages.items()}


def scheme_of(organization: Organization, on: dt.date) -> Scheme:
    """The scheme one organisation is measured by on that day."""
    return governing([organization], on)[organization.pk]


def scheme_asked(organization: Organization, on: dt.date, *, year: int, follows_above: bool, scheme: Scheme) -> Scheme:
    """What would hold there if this were set: the scheme itself, or that of the level above on that day."""
    if not follows_above:
        return replace(scheme, organization=organization.pk, year=year)
    above = Organization.objects.filter(path=organization.parent_path).first()
    return scheme_of(above, on) if above else DEFAULT


def name_of(scheme: Scheme, *, user: User) -> str:
    """Whose setting it is, as far as the person may see who stands there; "" where nobody has set anything."""
    if scheme.organization is None:
        return ""
    found = Organization.objects.visible_to(user).filter(pk=scheme.organization).first()
    return found.short_name if found else "上级组织"


@dataclass(frozen=True)
class Earlier:
    """A setting as the history shows it: who set what, and when."""

    row: CompletionScheme

    @property
    def scheme(self) -> Scheme:
        return scheme_in(self.row)


def set_by_itself(organization: Organization) -> list[Earlier]:
    """Everything ever set there, the newest first."""
    return [Earlier(row) for row in CompletionScheme.objects.filter(organization=organization).select_related("set_by")]


def said_in(row: CompletionScheme | None) -> dict[str, Any]:
    """What a row sets in words, for the log and to compare two."""
    if row is None or row.follows_above:
        return {"完成率": "按上级组织的设置"}
    scheme = scheme_in(row)
    return {
        "完成率": "按本级设置",
        "权重": scheme.weights_in_words,
        "“待补录”的下限": scheme.care_from,
        "“基本录齐”的下限": scheme.busy_from,
        "名次": f"列出，依据：{scheme.ranks_by}" if scheme.ranks else "不列",
    }


def scheme_in(row: CompletionScheme) -> Scheme:
    """What a row sets."""
    return Scheme(
        weights=row.weights,
        care_from=row.care_from,
        busy_from=row.busy_from,
        ranks=row.ranks,
        ranks_by=row.ranks_by,
        organization=row.organization_id,
        year=row.year,
    )


def is_set_at(organization: Organization) -> bool:
    """Whether there is a setting to make: a branch has nobody below it and is measured as those above say."""
    return not organization.is_branch


def checked(organization: Organization, *, year: int, follows_above: bool, scheme: Scheme) -> CompletionScheme:
    """The row that would be set, not saved. Refuses what ``set_scheme`` refuses."""
    today = timezone.localdate()
    if not is_set_at(organization):
        raise ValidationError("团支部没有下级组织，完成率按上级组织的设置计算。")
    if year not in years_open(today):
        raise ValidationError("只能设置本年度和下一年度，请重新选择年度。")
    if follows_above and organization.depth == 1:
        raise ValidationError("本组织没有上级组织，请按本级设置填写。")
    weights = {group.key: scheme.weight_of(group.key) for group in GROUPS}
    if not all(0 <= weight <= MOST_WEIGHT for weight in weights.values()):
        raise ValidationError(f"权重填 0 到 {MOST_WEIGHT} 的整数，请改正。")
    if not any(weights.values()):
        raise ValidationError("至少有一类项目的权重要大于 0，请改正。")
    if not 1 <= scheme.care_from < scheme.busy_from <= 99:
        raise ValidationError("“待补录”的下限要小于“基本录齐”的下限，两者都在 1 到 99 之间，请改正。")
    if scheme.ranks and not scheme.ranks_by:
        raise ValidationError("列出名次要写明依据的文件，请填写文件名称和文号。")
    row = CompletionScheme(
        organization=organization,
        year=year,
        follows_above=follows_above,
        weights=weights,
        care_from=scheme.care_from,
        busy_from=scheme.busy_from,
        ranks=scheme.ranks,
        ranks_by=scheme.ranks_by if scheme.ranks else "",
    )
    if said_in(row) == said_in(_newest(organization, year)):
        raise ValidationError("与现在的设置相同，没有需要保存的改动。")
    return row


@transaction.atomic
def set_scheme(
    organization: Organization, *, year: int, follows_above: bool, scheme: Scheme, by: User
) -> CompletionScheme:
    """Set how completion is measured there and below from today on; what days before show stays as it was.

    Refuses branches, years that are over or far ahead, weights that are none, bounds out of order, a ranking that
    relies on no document, and what is set already.
    """
    row = checked(organization, year=year, follows_above=follows_above, scheme=scheme)
    changes = audit.difference(said_in(_newest(organization, year)), said_in(row))
    row.set_by = by
    row.save(force_insert=True)
    audit.record(
        audit.Kind.CHANGED,
        organization,
        by=by,
        at=organization,
        changes={"年度": [None, year], **changes},
        reason="完成率设置",
    )
    return row


def years_open(today: dt.date) -> tuple[int, int]:
    """The years that can be set: this one and the next."""
    return today.year, today.year + 1


def _newest(organization: Organization, year: int) -> CompletionScheme | None:
    rows = CompletionScheme.objects.filter(organization=organization, year__lte=year)
    return rows.order_by("-year", "-set_at", "-pk").first()


def _nearest(lineage: Iterable[int], newest: Mapping[int, CompletionScheme]) -> Scheme:
    for pk in lineage:
        if pk in newest and not newest[pk].follows_above:
            return scheme_in(newest[pk])
    return DEFAULT


def _lineages(organizations: list[Organization], on: dt.date) -> dict[int, list[int]]:
    """From each organisation up to its root, by ids."""
    kept: dict[int, str] = {}
    if on < timezone.localdate():
        rows = Standing.objects.on(on).filter(organization__in=[each.pk for each in organizations])
        kept = dict(rows.values_list("organization_id", "lineage"))
    paths = {each.pk: each.path for each in organizations if each.pk not in kept and each.path}
    step = Organization.steplen
    above = {path[:end] for path in paths.values() for end in range(step, len(path) + 1, step)}
    ids = dict(Organization.objects.filter(path__in=above).order_by().values_list("path", "pk")) if above else {}
    lineages = {pk: [ids[path[:end]] for end in range(len(path), 0, -step)] for pk, path in paths.items()}
    lineages |= {pk: list(reversed(ids_in(lineage))) for pk, lineage in kept.items()}
    return {each.pk: lineages.get(each.pk, [each.pk]) for each in organizations}
