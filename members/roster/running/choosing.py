"""What somebody chose on the page 表格识别: kept, remembered for their next such file, and the file checked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from members.models.mends import RosterShape
from members.models.roster import ImportState, RosterFile, RosterImport, RowKind
from members.roster import purposes
from members.roster.reading.arranging import Arranged
from members.roster.running.rereading import OPEN, REMEMBERED
from members.tasks import check_roster
from tuanjian.spreadsheets import FileRefused


@transaction.atomic
def arrange(roster: RosterImport, arranged: Mapping[str, Arranged], *, by: User) -> None:
    """Have the sheets read so, now and in the next files of ``by`` with the same headings; the file is checked again.

    Cells written anew before are dropped where the sheet is read otherwise. Refuses whoever may not import there, an
    import that has been written or is being worked on, one whose file is gone, and an arrangement that makes no sense.
    """
    rows = RosterImport.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    locked = rows.get(pk=roster.pk)
    managed = Organization.objects.active().manageable_by(by, right=purposes.of(locked).right)
    if not managed.filter(pk=locked.organization_id).exists():
        raise ValidationError("您现在没有在这里导入的权限，请联系上级管理员。")
    if locked.state not in OPEN:
        raise ValidationError(f"这次导入的状态是“{locked.get_state_display()}”，不能再改。")
    if not RosterFile.objects.filter(roster=locked).exists():
        raise ValidationError("原文件已按期删除，请重新上传。")
    _refuse_nonsense(locked, arranged)
    said = {name: each.as_json() for name, each in arranged.items()}
    differing = [name for name in said if said[name] != _bare(locked.arranged.get(name, {}))]
    _remember(locked, said, by)
    locked.mends.filter(sheet__in=[name[:100] for name in differing]).delete()
    locked.decisions.filter(sheet__in=[name[:100] for name in differing]).delete()
    locked.arranged, locked.state, locked.started_by = said, ImportState.UPLOADED, by
    locked.as_of_on, locked.error, locked.error_code = timezone.localdate(), "", ""
    locked.save(update_fields=["arranged", "state", "started_by", "as_of_on", "error", "error_code"])
    changes = {"表格识别": [None, "、".join(name[:40] for name in said)]}
    audit.record(audit.Kind.CHANGED, locked, by=by, at=locked.organization, changes=changes, job=locked.job)
    transaction.on_commit(lambda: check_roster.enqueue(locked.pk))


def _refuse_nonsense(roster: RosterImport, arranged: Mapping[str, Arranged]) -> None:
    families = purposes.of(roster).families
    for name, each in arranged.items():
        if each.kind == RowKind.IGNORED:
            continue
        family = each.family(families)
        if family is None:
            raise ValidationError(f"这里不能导入“{each.kind.label}”，请重新选择工作表“{name}”的内容。")
        try:
            each.refuse_nonsense(name, family)
        except FileRefused as refusal:
            raise ValidationError(refusal.message) from None


def _remember(roster: RosterImport, said: Mapping[str, dict[str, Any]], by: User) -> None:
    shapes = {sheet["name"]: sheet.get("shape", "") for sheet in roster.sheets}
    for name, each in said.items():
        if shape := shapes.get(name):
            keys = {"user": by, "purpose": roster.purpose, "shape": shape}
            RosterShape.objects.update_or_create(**keys, defaults={"arranged": each})


def _bare(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != REMEMBERED}
