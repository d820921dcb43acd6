"""抽取: whom a spot check is about is left to a lot that anybody can repeat.

The population is a list of keys, one a record, sorted by their bytes. Each key is given the SHA-256 of
``seed + ":" + key``; the records with the smallest values are drawn, the smallest first. The same seed and the same
list give the same sample on any machine. A draw is kept the moment it is made and never changed, so nobody can draw
until the sample pleases.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.models import Organization, Placement, User
from branches.models.organizations import OrganizationQuerySet
from members.models import CadreTerm, Member
from reports.models import SpotCheck, SpotKind, SpotPopulation, SpotRecord

# A sample somebody can carry to the files, and a population a request can number.
MOST_DRAWN: Final = 1_000
MOST_IN_POPULATION: Final = 300_000
UNITS: Final = {SpotKind.MEMBERS: "名团员", SpotKind.CADRES: "项任职", SpotKind.ORGANIZATIONS: "个组织"}
_PREFIXES: Final = {SpotKind.MEMBERS: "person", SpotKind.CADRES: "post", SpotKind.ORGANIZATIONS: "organization"}


@dataclass(frozen=True)
class Terms:
    """What is to be drawn: everything somebody fills in. Either ``number`` or ``percent``."""

    name: str
    kind: SpotKind
    number: int | None = None
    percent: int | None = None
    chosen: Sequence[Organization] = ()
    entered_since: dt.date | None = None
    seed: str = ""


@transaction.atomic
def draw(organization: Organization, terms: Terms, *, reason: str = "", by: User) -> SpotCheck:
    """Draw, and keep seed, population and sample.

    Without a seed the system takes one at random. More than there are draws all. While an earlier draw of the same
    kind is not wholly looked at, a new one counts as drawing again and takes a reason. Refuses a branch, what cannot
    be drawn from, too large a population or sample, and organisations that are not lower ones.
    """
    if organization.is_branch:
        raise ValidationError("团支部没有下级组织，请在上级组织抽查。")
    earlier = unfinished(organization, terms.kind)
    if earlier is not None and not reason.strip():
        raise ValidationError({"reason": f"“{earlier}”还没有检查完，再抽一次算重抽，请写明原因；原来的抽查仍保留。"})
    return _draw(_filled(organization, terms), again=earlier, reason=reason, by=by)


@transaction.atomic
def draw_again(check: SpotCheck, *, reason: str, seed: str = "", by: User) -> SpotCheck:
    """Draw once more by the same terms among whoever is there now, with the reason. The earlier draw stays as it is."""
    if not reason.strip():
        raise ValidationError({"reason": "请写明重抽的原因，列表和报告里都会写明。"})
    terms = Terms(
        name=check.name,
        kind=SpotKind(check.kind),
        number=check.number,
        percent=check.percent,
        chosen=list(_lower(check.organization).filter(pk__in=check.chosen)),
        entered_since=check.entered_since,
        seed=seed,
    )
    if len(terms.chosen) != len(check.chosen):
        raise ValidationError("原来选定的组织有的已经撤并，不能照原样重抽，请另行抽查。")
    return _draw(_filled(check.organization, terms), again=check, reason=reason, by=by)


def unfinished(organization: Organization, kind: str) -> SpotCheck | None:
    """The newest draw of this kind there of which not everything was looked at."""
    rows = SpotCheck.objects.filter(organization=organization, kind=kind, records__verdict="")
    return rows.order_by("-pk").first()


def sample_of(keys: Iterable[str], *, seed: str, size: int) -> list[str]:
    """So many of the keys, in the order of the draw; depends on nothing but seed and keys."""
    return sorted(set(keys), key=lambda key: (value_of(key, seed=seed), key))[:size]


def value_of(key: str, *, seed: str) -> str:
    """What a key is ordered by: the SHA-256 of seed, colon and key, in hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def written(keys: Iterable[str]) -> str:
    """The list of a population as it is kept, handed out and digested: sorted by bytes, a line feed after each key."""
    return "".join(f"{key}\n" for key in sorted(set(keys), key=str.encode))


def digest_of(text: str) -> str:
    """SHA-256 of such a list; sha256sum gives the same for the file."""
    return hashlib.sha256(text.encode()).hexdigest()


def scope_in_words(check: SpotCheck) -> str:
    """Among whom was drawn."""
    chosen = "、".join(map(str, Organization.objects.get_queryset().filter(pk__in=check.chosen).in_screen_order()))
    since = f"，{check.entered_since} 以后录入的" if check.entered_since else ""
    return f"{chosen or f'{check.organization}及全部下级组织'}{since}"


def size_in_words(check: SpotCheck) -> str:
    """How many were asked for."""
    return f"{check.number:,} {UNITS[SpotKind(check.kind)]}" if check.number else f"{check.percent}%"


def _filled(organization: Organization, terms: Terms) -> SpotCheck:
    name, seed = terms.name.strip(), terms.seed.strip()
    if not name:
        raise ValidationError({"name": "请填写抽查名称。"})
    if (terms.number is None) == (terms.percent is None):
        raise ValidationError({"number": "抽取数量和抽取比例请填写其中一项。"})
    if terms.number is not None and not 1 <= terms.number <= MOST_DRAWN:
        raise ValidationError({"number": f"抽取数量请填 1 至 {MOST_DRAWN:,} 的整数。"})
    if terms.percent is not None and not 1 <= terms.percent <= 100:
        raise ValidationError({"percent": "抽取比例请填 1 至 100 的整数。"})
    if terms.entered_since and terms.entered_since > timezone.localdate():
        raise ValidationError({"entered_since": "录入日期还没有到，请改为今天或以前。"})
    lower = set(_lower(organization).values_list("pk", flat=True)) if terms.chosen else set()
    for each in terms.chosen:
        if each.pk not in lower:
            raise ValidationError({"chosen": f"{each}不是现有的直属下级组织，请重新选择。"})
    return SpotCheck(
        organization=organization,
        name=name,
        kind=terms.kind,
        number=terms.number,
        percent=terms.percent,
        chosen=[each.pk for each in terms.chosen],
        entered_since=terms.entered_since,
        seed=seed or secrets.token_hex(8),
        seed_is_given=bool(seed),
    )


def _draw(check: SpotCheck, *, again: SpotCheck | None, reason: str, by: User) -> SpotCheck:
    rows = _population_of(check)
    if not rows:
        raise ValidationError("范围内没有可以抽查的记录，请放宽范围后再抽取。")
    if len(rows) > MOST_IN_POPULATION:
        raise ValidationError(f"范围内超过 {MOST_IN_POPULATION:,} 条记录，请选定部分下级组织分别抽查。")
    size = min(check.number or math.ceil(len(rows) * (check.percent or 0) / 100), len(rows))
    if size > MOST_DRAWN:
        raise ValidationError({"percent": f"按这个比例要抽 {size:,} 条，一次最多 {MOST_DRAWN:,} 条，请降低比例。"})
    keys = written(rows)
    check.population_size, check.population_digest = len(rows), digest_of(keys)
    check.again, check.reason = again, reason.strip()[:200]
    check.drawn_by, check.drawn_at = by, timezone.now()
    check.save(force_insert=True)
    SpotPopulation.objects.create(check_of=check, keys=keys)
    _keep(check, [(key, rows[key]) for key in sample_of(rows, seed=check.seed, size=size)])
    audit.record(
        audit.Kind.CREATED, check, by=by, at=check.organization, changes=_said(check, size), reason=check.reason
    )
    return check


def _said(check: SpotCheck, size: int) -> dict[str, list[Any]]:
    said = {
        "名称": check.name,
        "抽查对象": check.get_kind_display(),
        "范围": scope_in_words(check),
        "抽取": size_in_words(check),
        "种子": check.seed,
        "总体": check.population_size,
        "总体名单 SHA-256": check.population_digest,
        "抽中": size,
        "重抽": str(check.again) if check.again else None,
    }
    return {label: [None, value] for label, value in said.items()}


def _lower(organization: Organization) -> OrganizationQuerySet:
    return Organization.objects.active().children_of(organization)


def _population_of(check: SpotCheck) -> dict[str, int]:
    """Key → id of every record among which is drawn."""
    tops = list(_lower(check.organization).filter(pk__in=check.chosen)) if check.chosen else [check.organization]
    since = check.entered_since
    began = timezone.make_aware(dt.datetime.combine(since, dt.time.min)) if since else None
    prefix = _PREFIXES[SpotKind(check.kind)]
    rows: dict[str, int] = {}
    for top in tops:
        found = _entered(check.kind, top, began, itself=bool(check.chosen))
        rows |= {f"{prefix}-{name}": pk for name, pk in found[: MOST_IN_POPULATION + 1]}
    return rows


def _entered(kind: str, top: Organization, began: dt.datetime | None, *, itself: bool) -> QuerySet[Any, Any]:
    """Name and id of the records of a subtree, with ``itself`` of its top too, entered at that moment or later."""
    if kind == SpotKind.ORGANIZATIONS:
        below = Organization.objects.active().under(top, include_self=itself).order_by()
        return (below.filter(created_at__gte=began) if began else below).values_list("code", "pk")
    if kind == SpotKind.CADRES:
        terms = CadreTerm.objects.current().under(top).order_by()
        return (terms.filter(recorded_at__gte=began) if began else terms).values_list("pk", "pk")
    people = Member.objects.league_members().under(top).order_by()
    return (people.filter(created_at__gte=began) if began else people).values_list("pk", "pk")


def _keep(check: SpotCheck, sample: list[tuple[str, int]]) -> None:
    """One row for each record drawn, under the names of now."""
    keys = [pk for _, pk in sample]
    people, terms = {}, {}
    if check.kind == SpotKind.MEMBERS:
        people = dict(Member.objects.filter(pk__in=keys).values_list("pk", "branch_id"))
        places = {pk: branch or 0 for pk, branch in people.items()}
    elif check.kind == SpotKind.CADRES:
        terms = {term.pk: term for term in CadreTerm.objects.filter(pk__in=keys)}
        places = {pk: term.organization_id for pk, term in terms.items()}
    else:
        places = {pk: pk for pk in keys}
    organizations = Organization.objects.in_bulk(set(places.values()))
    lower = _lower_of(check.organization, list(organizations))
    records = []
    for number, (key, pk) in enumerate(sample, 1):
        organization = organizations[places[pk]]
        above = lower.get(organization.pk, check.organization)
        records.append(
            SpotRecord(
                check_of=check,
                number=number,
                key=key,
                person_id=pk if check.kind == SpotKind.MEMBERS else terms[pk].person_id if terms else None,
                term_id=pk if terms else None,
                organization=organization,
                organization_name=organization.short_name,
                screen_order=organization.screen_order,
                lower_name=above.short_name,
                lower_order=above.screen_order,
            )
        )
    SpotRecord.objects.bulk_create(records, batch_size=500)


def step_below(lineage: str, top: int) -> int | None:
    """The id that stands next after the top in a lineage; None for the top itself and for what is not below it."""
    _, _, after = lineage.partition(f"/{top}/")
    return int(after.partition("/")[0]) if after else None


def _lower_of(top: Organization, keys: list[int]) -> dict[int, Organization]:
    """For each of these organisations below the top the direct lower one it stands in, by what the lineage says."""
    lineages = Placement.objects.filter(organization__in=keys, to_at=None).values_list("organization_id", "lineage")
    steps: dict[int, int] = {}
    for pk, lineage in lineages:
        step = step_below(lineage, top.pk)
        if step:
            steps[pk] = step
    found = Organization.objects.in_bulk(set(steps.values()))
    return {pk: found[step] for pk, step in steps.items() if step in found}
