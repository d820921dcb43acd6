"""Keeping a choice of rows and columns under a name: one's own, nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.models import Organization, User
from reports.models import SavedTable

MOST_SAVED: Final = 50


@transaction.atomic
def save_choice(organization: Organization, *, name: str, choice: Mapping[str, Any], by: User) -> SavedTable:
    """Keep the choice. Refuses a name that is taken among one's own, and more than ``MOST_SAVED``."""
    # The row of the person keeps two windows from saving at once what only one may.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    own = SavedTable.objects.filter(user=by)
    if own.count() >= MOST_SAVED:
        raise ValidationError(f"最多保存 {MOST_SAVED} 张统计表，请先删除不用的。")
    _refuse_taken(own, name)
    saved = SavedTable.objects.create(user=by, organization=organization, name=name, choice=dict(choice))
    audit.record(audit.Kind.CREATED, saved, by=by, at=organization, changes={"名称": [None, name]})
    return saved


@transaction.atomic
def rename(saved: SavedTable, *, name: str, by: User) -> SavedTable:
    """Give it another name. Refuses one that is taken among one's own; the same name changes nothing."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _refuse_taken(SavedTable.objects.filter(user=by).exclude(pk=saved.pk), name)
    before = SavedTable.objects.values_list("name", flat=True).get(pk=saved.pk)
    if before != name:
        saved.name = name
        saved.save(update_fields=["name", "saved_at"])
        audit.record(audit.Kind.CHANGED, saved, by=by, at=saved.organization, changes={"名称": [before, name]})
    return saved


@transaction.atomic
def delete(saved: SavedTable, *, by: User) -> None:
    """Take it away; the figures themselves are not touched."""
    audit.record(audit.Kind.DELETED, saved, by=by, at=saved.organization, changes={"名称": [saved.name, None]})
    saved.delete()


def _refuse_taken(others: Any, name: str) -> None:
    if others.filter(name=name).exists():
        raise ValidationError({"name": "您已有同名的统计表，请换一个名称。"})
