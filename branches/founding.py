"""Many organisations at once (组建): setting them up under one lock, and removing such a set again.

Beside ``tree``, which it shares its rules and its lock with, the only writer of the tree's shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from branches import audit, freshness, naming, tree
from branches.models import AuditEntry, Organization, OrgType, Placement, User
from tuanjian import bulk, pinyin
from tuanjian.locks import Lock, hold

_COLUMNS = tuple(field.name for field in Organization._meta.concrete_fields)


class New(NamedTuple):
    """An organisation to be set up below a superior, which may be one of the same set; None makes a root."""

    organization: Organization
    under: Organization | None


@transaction.atomic
def add_many(new: Sequence[New], *, by: User | None, reason: str = "", job: str = "") -> list[Organization]:
    """Save new organisations, superiors before those below them, with placements and log entries.

    A handful of statements per level, whatever the number. Superiors are read again under the lock. Refuses what
    ``tree.add`` refuses, and then saves none.
    """
    hold(Lock.TREE)
    _renew([each.under for each in new if each.under is not None and each.under.pk is not None])
    steps: dict[str, int] = {}
    organizations: list[Organization] = []
    for organization, key in zip((each.organization for each in new), _keys(len(new)), strict=True):
        organization.pk = key
        organization.full_name = naming.tidy(organization.full_name)
        organization.short_name = naming.tidy(organization.short_name)
        organization.short_name_initials = pinyin.initials(organization.short_name)[:60]
        organization.code = organization.code or tree.new_code()
    _refuse(new)
    for organization, under in new:
        _place(organization, under, steps)
        organizations.append(organization)
    moment = timezone.now()
    for organization in organizations:
        organization.created_at = organization.updated_at = moment
    rows = ([getattr(row, _attribute(column)) for column in _COLUMNS] for row in organizations)
    # Roots point at themselves; a deferred constraint is checked when everything is there.
    bulk.insert_rows(Organization, _COLUMNS, rows)
    _count_children(new)
    tree._open_placements(Organization.objects.filter(pk__in=[row.pk for row in organizations]), moment)
    for organization in organizations:
        organization._state.adding = False
        organization._state.db = "default"
    deeds = [(AuditEntry.Kind.CREATED, row, row, {"组织全称": [None, row.full_name]}) for row in organizations]
    audit.record_many(deeds, by=by, reason=reason, job=job)
    freshness.touch(organizations)
    return organizations


@transaction.atomic
def remove_many(
    organizations: Iterable[Organization], *, by: User | None, reason: str, job: str = ""
) -> list[Organization]:
    """Remove organisations that were set up by mistake; the log and the placements stay, which remember them.

    Whoever calls has made sure that nothing but what goes with them points at them. Refuses an organisation with
    others below it that stay.
    """
    hold(Lock.TREE)
    gone = list(Organization.objects.filter(pk__in=[row.pk for row in organizations]).order_by("-depth", "path"))
    paths = {row.path for row in gone}
    for row in gone:
        below = Organization.objects.under(row, include_self=False).exclude(path__in=paths)
        if row.numchild and below.exists():
            raise ValidationError(f"{row.short_name}下面还有其他组织，不能撤回，请先移走它们。")
    deeds = [(AuditEntry.Kind.UNDONE, row, row, {"组织全称": [row.full_name, None]}) for row in gone]
    audit.record_many(deeds, by=by, reason=reason, job=job)
    Placement.objects.filter(organization__in=gone, to_at=None).update(to_at=timezone.now())
    # A root points at itself.
    Organization.objects.filter(pk__in=[row.pk for row in gone], depth=1).update(root=None)
    Organization.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return gone


def _attribute(column: str) -> str:
    field = Organization._meta.get_field(column)
    return field.attname if isinstance(field, models.ForeignKey) else column


def _keys(count: int) -> list[int]:
    return bulk.reserve_ids(Organization, count)


def _renew(superiors: list[Organization]) -> None:
    """Read the superiors again: what a plan saw may have moved meanwhile."""
    now = Organization.objects.in_bulk({row.pk for row in superiors})
    for row in superiors:
        fresh = now.get(row.pk)
        if fresh is None:
            raise ValidationError(f"{row.short_name}已不存在，请重新检查后再导入。")
        for field in Organization._meta.concrete_fields:
            setattr(row, field.attname, getattr(fresh, field.attname))
        tree._refuse_closed(row)


def _refuse(new: Sequence[New]) -> None:
    """The rules of ``tree.add`` about types and names, asked for all at once."""
    seen: set[int] = set()
    names: set[tuple[object, str]] = set()
    sisters: set[tuple[int, str]] = set()
    known = [each.under for each in new if each.under is not None and not each.under._state.adding]
    taken = set(
        Organization.objects.active()
        .filter(root__in={row.root_id for row in known}, full_name__in=[row.organization.full_name for row in new])
        .values_list("root_id", "full_name")
    )
    below = Organization.objects.active().filter(depth__in={row.depth + 1 for row in known})
    short = below.filter(short_name__in=[row.organization.short_name for row in new]).values_list("path", "short_name")
    taken_short = {(path[: -Organization.steplen], name) for path, name in short}
    for organization, under in new:
        if under is not None and under._state.adding and id(under) not in seen:
            raise ValueError("a superior has to come before the organisations below it")
        seen.add(id(organization))
        if not organization.full_name or not organization.short_name:
            raise ValidationError("请填写组织全称和组织简称。")
        if under is None:
            tree._refuse_names(organization, None, organization.full_name, organization.short_name)
            top: object = organization.pk
            organization.depth = 1
        else:
            tree._refuse_type(OrgType(organization.org_type), under)
            top = under.root_id if not under._state.adding else _top_of(under, new)
            if (top, organization.full_name) in taken or (top, organization.full_name) in names:
                raise ValidationError(f"同一组织树里已有全称“{organization.full_name}”，请核对是否重复建立。")
            own = (under.pk, organization.short_name)
            if own in sisters or (not under._state.adding and (under.path, organization.short_name) in taken_short):
                message = f"同一上级之下已有简称“{organization.short_name}”，请换一个能区分的简称。"
                raise ValidationError(message)
            sisters.add(own)
            # Known before the path is: the depth counts for the rules of those below.
            organization.depth = under.depth + 1
        names.add((top, organization.full_name))


def _top_of(organization: Organization, new: Sequence[New]) -> object:
    """The root of somebody in the set: its own key, or the root of the superior outside it."""
    above = {id(each.organization): each.under for each in new}
    under = above.get(id(organization))
    if under is None:
        return organization.pk
    return under.root_id if not under._state.adding else _top_of(under, new)


def _place(organization: Organization, under: Organization | None, steps: dict[str, int]) -> None:
    """Give the next path below the superior, with depth, root and order."""
    parent_path = under.path if under is not None else ""
    depth = under.depth + 1 if under is not None else 1
    if parent_path not in steps:
        # Below a superior of the same set nobody can stand yet.
        is_bare = under is not None and (under._state.adding or not under.numchild)
        steps[parent_path] = 0 if is_bare else _last_step(parent_path, depth)
    steps[parent_path] += 1
    organization.path = Organization._get_path(parent_path, depth, steps[parent_path])
    organization.depth, organization.numchild = depth, 0
    organization.root_id = under.root_id if under is not None else organization.pk
    organization.screen_order = tree._screen_order(organization, under)


def _last_step(parent_path: str, depth: int) -> int:
    last = (
        Organization.objects.filter(path__startswith=parent_path, depth=depth)
        .order_by("-path")
        .values_list("path", flat=True)
        .first()
    )
    return Organization._str2int(last[-Organization.steplen :]) if last else 0


def _count_children(new: Sequence[New]) -> None:
    children: dict[int, int] = {}
    for _, under in new:
        if under is not None:
            children[under.pk] = children.get(under.pk, 0) + 1
    by_count: dict[int, list[int]] = {}
    for key, count in children.items():
        by_count.setdefault(count, []).append(key)
    for count, keys in by_count.items():
        Organization.objects.filter(pk__in=keys).update(numchild=F("numchild") + count)
    for _, under in new:
        if under is not None and under.pk in children:
            under.numchild += children.pop(under.pk)
