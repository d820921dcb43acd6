"""The shape of the tree: the only writer of who stands under whom, under which name, in which order.

Every change happens under one tree lock (parallel additions and moves fail or corrupt paths without it), closes the
open ``Placement`` rows it makes untrue, opens new ones, and leaves an audit entry in the same transaction.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from branches import audit, freshness, naming
from branches.models import FormerName, Organization, OrganizationStatus, OrgType, Placement, User
from tuanjian import pinyin
from tuanjian.locks import Lock, hold
from tuanjian.middleware import LETTERS

# What may stand under what. A root may be of any type (docs/decisions/0001-tree.md).
ALLOWED_UNDER: dict[OrgType, frozenset[OrgType]] = {
    OrgType.LEADING_BODY: frozenset(OrgType),
    OrgType.WORK_COMMITTEE: frozenset({OrgType.BASE_COMMITTEE, OrgType.GENERAL_BRANCH, OrgType.BRANCH}),
    OrgType.BASE_COMMITTEE: frozenset({OrgType.BASE_COMMITTEE, OrgType.GENERAL_BRANCH, OrgType.BRANCH}),
    OrgType.GENERAL_BRANCH: frozenset({OrgType.BRANCH}),
    OrgType.BRANCH: frozenset(),
}
MAX_DEPTH = 40
# Stands in the log for a superior whose name its readers may not know.
_ELSEWHERE = "（范围外的组织）"


def allowed_types(under: Organization | None) -> list[OrgType]:
    """Types an organisation may have there, in the order of the dictionary."""
    return [kind for kind in OrgType if under is None or kind in ALLOWED_UNDER[OrgType(under.org_type)]]


def _lock(*organizations: Organization) -> None:
    """Take the tree lock and read these organisations again: what a form showed may have moved meanwhile."""
    hold(Lock.TREE)
    for organization in organizations:
        organization.refresh_from_db()


def new_code() -> str:
    """A code to be read out and typed: eight characters without look-alikes, derived from nothing."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


@transaction.atomic
def add(organization: Organization, *, under: Organization | None, by: User | None) -> Organization:
    """Save a new organisation below ``under``, or as a root.

    Its code is made unless it brings one. Refuses a type that may not stand there, a closed superior, a full name
    taken in the same tree and a short name taken by a sister organisation.
    """
    if under is None:
        _lock()
    else:
        _lock(under)
        _refuse_closed(under)
    _refuse_type(OrgType(organization.org_type), under)
    organization.full_name = naming.tidy(organization.full_name)
    organization.short_name = naming.tidy(organization.short_name)
    _refuse_names(organization, under, organization.full_name, organization.short_name)
    organization.code = organization.code or new_code()
    organization.short_name_initials = pinyin.initials(organization.short_name)[:60]
    if under is None:
        Organization.objects.add_root(instance=organization)
        organization.root = organization
    else:
        organization.root_id = under.root_id
        Organization.objects.add_child(under, instance=organization)
    organization.screen_order = _screen_order(organization, under)
    organization.save(update_fields=["root", "screen_order"])
    _open_placements(Organization.objects.filter(pk=organization.pk), timezone.now())
    audit.record(
        audit.Kind.CREATED, organization, by=by, at=organization, changes={"组织全称": [None, organization.full_name]}
    )
    freshness.touch([organization])
    return organization


@transaction.atomic
def rename(organization: Organization, *, full_name: str, short_name: str, by: User | None, reason: str = "") -> None:
    """Give an organisation other names; the old ones stay as 曾用名, because last year's rosters use them."""
    _lock(organization)
    _refuse_closed(organization)
    before = {"组织全称": organization.full_name, "组织简称": organization.short_name}
    after = {"组织全称": naming.tidy(full_name), "组织简称": naming.tidy(short_name)}
    if before == after:
        return
    _refuse_names(organization, _parent_of(organization), *after.values())
    organization.full_name, organization.short_name = after.values()
    FormerName.objects.create(
        organization=organization,
        full_name=before["组织全称"],
        short_name=before["组织简称"],
        until_on=timezone.localdate(),
    )
    organization.short_name_initials = pinyin.initials(organization.short_name)[:60]
    _save(organization, "full_name", "short_name", "short_name_initials")
    _replace_placements(Organization.objects.filter(pk=organization.pk))
    audit.record(
        audit.Kind.CHANGED, organization, by=by, at=organization, changes=audit.difference(before, after), reason=reason
    )
    freshness.touch([organization])


@transaction.atomic
def change_type(organization: Organization, *, org_type: OrgType, by: User | None, reason: str = "") -> None:
    """Change 组织类别. Refuses a type that may not stand under the superior or over the present lower organisations."""
    _lock(organization)
    _refuse_closed(organization)
    if organization.org_type == org_type:
        return
    _refuse_type(org_type, _parent_of(organization))
    below = set(Organization.objects.children_of(organization).active().values_list("org_type", flat=True))
    if not below <= ALLOWED_UNDER[org_type]:
        raise ValidationError(f"下面还有不能设在{org_type.label}之下的组织，请先移走它们再改类别。")
    before = organization.get_org_type_display()
    organization.org_type = org_type
    _save(organization, "org_type")
    _replace_placements(Organization.objects.filter(pk=organization.pk))
    changes = {"组织类别": [before, org_type.label]}
    audit.record(audit.Kind.CHANGED, organization, by=by, at=organization, changes=changes, reason=reason)
    freshness.touch([organization])


@transaction.atomic
def move(organization: Organization, *, under: Organization, by: User | None, reason: str = "") -> None:
    """Put an organisation with all below it under another superior. People and records move along untouched.

    Refuses a move under itself, under one of its own lower organisations, where it already stands, and where its type
    or its names may not be.
    """
    _lock(organization, under)
    _refuse_closed(organization)
    _refuse_closed(under)
    old_parent = _parent_of(organization)
    if under.path.startswith(organization.path):
        raise ValidationError("不能移到自己或自己的下级组织之下，请另选上级组织。")
    if old_parent is not None and old_parent.pk == under.pk:
        raise ValidationError(f"{organization.short_name}已经在{under.short_name}之下，不需要移动。")
    _refuse_type(OrgType(organization.org_type), under)
    _refuse_names(organization, under, organization.full_name, organization.short_name)
    if organization.root_id != under.root_id:
        _refuse_names_of_subtree(organization, under)
    ancestors = list(Organization.objects.ancestors_of(organization))
    old_screen_order = organization.screen_order
    Organization.objects.move(organization, under, pos="last-child")
    organization.refresh_from_db()
    under.refresh_from_db()
    subtree = Organization.objects.under(organization)
    new_screen_order = _screen_order(organization, under)
    subtree.update(
        root=under.root_id,
        screen_order=Concat(Value(new_screen_order), Substr("screen_order", len(old_screen_order) + 1)),
        version=F("version") + 1,
    )
    organization.refresh_from_db()
    # Path steps of the organisations below are kept by the move, so the tails of their screen order stay true.
    _replace_placements(Organization.objects.under(organization))
    _record_move(organization, old_parent, under, by=by, reason=reason)
    freshness.touch([organization, *ancestors])


def _record_move(
    organization: Organization, old: Organization | None, new: Organization, *, by: User | None, reason: str
) -> None:
    """Also under the old superior, whose administrators would otherwise not find out what became of it.

    Neither entry names the other side, unless one lies above the other: their readers are not the same people.
    """
    known = old is None or new.path.startswith(old.path) or old.path.startswith(new.path)
    left = old.short_name if old else None
    arrived = {"上级组织": [left if known else _ELSEWHERE, new.short_name]}
    audit.record(audit.Kind.MOVED, organization, by=by, at=organization, changes=arrived, reason=reason)
    if old is not None:
        gone = {"上级组织": [left, new.short_name if known else _ELSEWHERE]}
        audit.record(audit.Kind.MOVED, organization, by=by, at=old, changes=gone, reason=reason)


@transaction.atomic
def set_order(organization: Organization, *, order_number: int, by: User | None) -> None:
    """Set the committee's own order number (排序号); everything below moves along on screen."""
    _lock(organization)
    _refuse_closed(organization)
    if organization.order_number == order_number:
        return
    before, organization.order_number = organization.order_number, order_number
    old = organization.screen_order
    new = _screen_order(organization, _parent_of(organization))
    _save(organization, "order_number")
    Organization.objects.under(organization).update(
        screen_order=Concat(Value(new), Substr("screen_order", len(old) + 1))
    )
    organization.refresh_from_db()
    _replace_placements(Organization.objects.under(organization))
    audit.record(audit.Kind.CHANGED, organization, by=by, at=organization, changes={"排序号": [before, order_number]})
    # What is kept by day names the order, too.
    freshness.touch(Organization.objects.under(organization).active())


@transaction.atomic
def close(organization: Organization, *, on: dt.date, by: User | None, reason: str) -> None:
    """Close an organisation (撤销). Refuses while anything active stands below it.

    People are looked after by ``members.closing``, which calls this.
    """
    _lock(organization)
    _refuse_closed(organization)
    below = Organization.objects.under(organization, include_self=False).active().count()
    if below:
        raise ValidationError(f"下面还有 {below} 个组织，请先移走或撤销它们。")
    organization.status, organization.closed_on = OrganizationStatus.CLOSED, on
    _save(organization, "status", "closed_on")
    _replace_placements(Organization.objects.filter(pk=organization.pk))
    audit.record(
        audit.Kind.CLOSED,
        organization,
        by=by,
        at=organization,
        changes={"状态": ["正常", "已撤销"], "撤销日期": [None, str(on)]},
        reason=reason,
    )
    freshness.touch([organization])


@transaction.atomic
def reopen(organization: Organization, *, by: User | None, reason: str) -> None:
    """Put a closed organisation in force again, where and under the names it had; nothing else comes back.

    Refuses one in force, one whose superior is closed, and names that others have taken meanwhile.
    """
    _lock(organization)
    if not organization.is_closed:
        raise ValidationError(f"{organization.short_name}没有撤销，不需要恢复。")
    parent = _parent_of(organization)
    if parent is not None and parent.is_closed:
        raise ValidationError(f"上级组织{parent.short_name}已撤销，请先恢复上级组织。")
    _refuse_type(OrgType(organization.org_type), parent)
    _refuse_names(organization, parent, organization.full_name, organization.short_name)
    changes = {"状态": ["已撤销", "正常"], "撤销日期": [str(organization.closed_on), None]}
    organization.status, organization.closed_on = OrganizationStatus.ACTIVE, None
    _save(organization, "status", "closed_on")
    _replace_placements(Organization.objects.filter(pk=organization.pk))
    audit.record(audit.Kind.RESTORED, organization, by=by, at=organization, changes=changes, reason=reason)
    freshness.touch([organization])


@dataclass
class PlacedNode:
    """An organisation as it stood at a moment, with what stood below it then."""

    placement: Placement
    children: list[PlacedNode] = field(default_factory=list)
    # How many stand below where ``children`` does not list them.
    below: int = 0


def as_of(moment: dt.datetime, *, among: QuerySet[Placement] | None = None) -> list[PlacedNode]:
    """The tree at any moment, from ``Placement`` alone: roots, or the tops of those ``among`` that held then."""
    rows = Placement.objects.all() if among is None else among
    rows = rows.filter(Q(to_at=None) | Q(to_at__gt=moment), from_at__lte=moment).order_by("screen_order")
    nodes = {row.organization_id: PlacedNode(row) for row in rows}
    tops: list[PlacedNode] = []
    for node in nodes.values():
        above = nodes.get(node.placement.parent_id) if node.placement.parent_id else None
        (above.children if above else tops).append(node)
    return tops


def find_problems() -> list[str]:
    """Everything wrong with the tree, in words for the console; empty when paths and placements agree."""
    bad = Organization.objects.find_problems()
    problems = [f"treebeard: {name} {rows}" for name, rows in zip(BAD_LISTS, bad, strict=True) if rows]
    by_path = {row.path: row for row in Organization.objects.all()}
    open_rows: dict[int, list[Placement]] = {}
    for row in Placement.objects.filter(to_at=None):
        open_rows.setdefault(row.organization_id, []).append(row)
    for organization in by_path.values():
        parent = by_path.get(organization.parent_path)
        ids = [by_path[organization.path[:end]].pk for end in range(6, len(organization.path) + 1, 6)]
        rows = open_rows.pop(organization.pk, [])
        if len(rows) != 1:
            problems.append(f"{organization.code}: {len(rows)} open placements")
            continue
        row = rows[0]
        if row.lineage != _lineage(ids) or row.parent_id != (parent.pk if parent else None):
            problems.append(f"{organization.code}: placement says another lineage than the path")
        if (row.full_name, row.short_name) != (organization.full_name, organization.short_name):
            problems.append(f"{organization.code}: placement has other names")
        if organization.root_id != ids[0]:
            problems.append(f"{organization.code}: wrong root")
        if organization.screen_order != _screen_order(organization, parent):
            problems.append(f"{organization.code}: wrong screen order")
    problems += [f"placement left open for missing organisation {pk}" for pk in open_rows]
    return problems


BAD_LISTS = ("bad characters", "bad path length", "orphans", "wrong depth", "wrong numchild")


def _parent_of(organization: Organization) -> Organization | None:
    return Organization.objects.filter(path=organization.parent_path).first() if organization.depth > 1 else None


def _save(organization: Organization, *fields: str) -> None:
    organization.version += 1
    organization.save(update_fields=[*fields, "version", "updated_at"])


def _screen_order(organization: Organization, parent: Organization | None) -> str:
    step = f"{organization.order_number:06d}{organization.path[-organization.steplen :]}"
    return (parent.screen_order if parent else "") + step


def _lineage(ids: list[int]) -> str:
    return "".join(f"/{pk}" for pk in ids) + "/"


def _replace_placements(organizations: QuerySet[Organization]) -> None:
    moment = timezone.now()
    Placement.objects.filter(organization__in=organizations, to_at=None).update(to_at=moment)
    _open_placements(organizations, moment)


def _open_placements(organizations: QuerySet[Organization], moment: dt.datetime) -> None:
    rows = list(organizations.order_by("path"))
    wanted = {row.path[:end] for row in rows for end in range(6, len(row.path) + 1, 6)}
    ids = dict(Organization.objects.filter(path__in=wanted).values_list("path", "id"))
    Placement.objects.bulk_create(
        Placement(
            organization=row,
            parent_id=ids.get(row.parent_path),
            code=row.code,
            full_name=row.full_name,
            short_name=row.short_name,
            org_type=row.org_type,
            status=row.status,
            screen_order=row.screen_order,
            lineage=_lineage([ids[row.path[:end]] for end in range(6, len(row.path) + 1, 6)]),
            from_at=moment,
        )
        for row in rows
    )


def _refuse_closed(organization: Organization) -> None:
    if organization.is_closed:
        raise ValidationError(f"{organization.short_name}已撤销，不能再变动。")


def _refuse_type(org_type: OrgType, under: Organization | None) -> None:
    if under is None:
        return
    if org_type not in ALLOWED_UNDER[OrgType(under.org_type)]:
        raise ValidationError(
            {"org_type": f"{under.get_org_type_display()}之下不能设{org_type.label}，请改选组织类别或上级组织。"}
        )
    if under.depth >= MAX_DEPTH:
        raise ValidationError("组织层级过深，请检查上级组织是否选对。")


def _refuse_names(organization: Organization, under: Organization | None, full_name: str, short_name: str) -> None:
    for name, value, label in (("full_name", full_name, "组织全称"), ("short_name", short_name, "组织简称")):
        if not value:
            raise ValidationError({name: f"请填写{label}。"})
    others = Organization.objects.active().exclude(pk=organization.pk)
    if under is None:
        # Another tree may use the same full name; two roots of one name could not be told apart.
        taken = others.filter(depth=1, full_name=full_name)
    else:
        taken = others.filter(root=under.root_id, full_name=full_name)
    if taken.exists():
        raise ValidationError({"full_name": "同一组织树里已有这个全称，请核对是否重复建立。"})
    if under is not None:
        sisters = Organization.objects.children_of(under).active().exclude(pk=organization.pk)
        if sisters.filter(short_name=short_name).exists():
            raise ValidationError({"short_name": "同一上级之下已有这个简称，请换一个能区分的简称。"})


def _refuse_names_of_subtree(organization: Organization, under: Organization) -> None:
    moving = Organization.objects.under(organization).active().values("full_name")
    taken = Organization.objects.active().filter(root=under.root_id, full_name__in=moving).first()
    if taken is not None:
        raise ValidationError(f"目标组织树里已有全称“{taken.full_name}”，请先改名再移动。")
