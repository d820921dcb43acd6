"""Taking in a file: sealed and kept, checked in the background."""

from __future__ import annotations

from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from members.models.roster import ImportPurpose, ImportState, RosterFile, RosterImport
from members.roster import purposes
from members.roster.running.rereading import OPEN
from members.tasks import check_roster

_LONGEST_NAME = 255
_MIB = 2**20
_NO_RIGHT = "您没有在这里导入的权限，请联系上级管理员。"


def start(
    file: File[bytes],
    *,
    organization: Organization,
    note: str,
    update_existing: bool,
    by: User,
    purpose: ImportPurpose = ImportPurpose.ROSTER,
) -> RosterImport:
    """Keep the file and have it checked as of today.

    Refuses an organisation where ``by`` lacks the right the purpose asks for, a closed one, an empty file and one
    larger than the limit. Everything else about the file is found out by the check.
    """
    managed = Organization.objects.active().manageable_by(by, right=purposes.named(purpose).right)
    if not managed.filter(pk=organization.pk).exists():
        raise ValidationError(_NO_RIGHT)
    content = content_of(file)
    with transaction.atomic():
        roster = RosterImport.objects.create(
            organization=organization,
            started_by=by,
            purpose=purpose,
            note=note.strip()[:200],
            file_name=PurePath(file.name or "名册").name[-_LONGEST_NAME:],
            as_of_on=timezone.localdate(),
            update_existing=update_existing,
        )
        kept = RosterFile(roster=roster, size=len(content))
        kept.content = content
        kept.save(force_insert=True)
        changes = {"内容": [None, roster.get_purpose_display()]}
        kind = audit.Kind.CREATED
        audit.record(kind, roster, by=by, at=organization, changes=changes, reason=roster.note, job=roster.job)
    if check_roster.enqueue(roster.pk).is_finished:
        # Where there is no background, it has been checked by now.
        roster.refresh_from_db()
    return roster


def content_of(file: File[bytes]) -> bytes:
    """What an uploaded file holds; refuses an empty one and one larger than the limit, beside the field ``file``."""
    limit = settings.TUANJIAN_IMPORT_LIMITS.upload_bytes
    if file.size and file.size > limit:
        raise ValidationError({"file": f"文件超过 {limit // _MIB} MB，请删除空白行、图片后另存再上传。"})
    content: bytes = file.read()
    if not content:
        raise ValidationError({"file": "文件是空的，请检查后重新上传。"})
    return content


def check_again(roster: RosterImport, *, by: User) -> None:
    """Check the kept file anew, as of today and with the rights of ``by``.

    Refuses an import that has been written, is being worked on, or whose file has been deleted.
    """
    if not RosterFile.objects.filter(roster=roster).exists():
        raise ValidationError("原文件已按期删除，请重新上传。")
    waiting = RosterImport.objects.filter(pk=roster.pk, state__in=OPEN)
    again = waiting.update(
        state=ImportState.UPLOADED, as_of_on=timezone.localdate(), started_by=by, error="", error_code=""
    )
    if not again:
        raise ValidationError("这次导入正在处理或已经写入，不能重新检查。")
    check_roster.enqueue(roster.pk)
    roster.refresh_from_db()


@transaction.atomic
def discard(roster: RosterImport, *, by: User) -> None:
    """放弃导入: the file and everything read from it are deleted, only that there was such an import stays.

    Refuses whoever lacks the right, and an import that has been written or is being worked on.
    """
    organizations = Organization.objects.manageable_by(by, right=purposes.of(roster).right)
    if not organizations.filter(pk=roster.organization_id).exists():
        raise ValidationError(_NO_RIGHT)
    open_states = [ImportState.UPLOADED, *OPEN]
    waiting = RosterImport.objects.filter(pk=roster.pk, state__in=open_states)
    if not waiting.update(state=ImportState.DISCARDED, fingerprint="", error="", error_code=""):
        raise ValidationError("这次导入正在处理或已经写入，不能放弃。")
    RosterFile.objects.filter(roster=roster).delete()
    roster.rows.all().delete()
    roster.mends.all().delete()
    roster.decisions.all().delete()
    roster.refresh_from_db()
    audit.record(audit.Kind.CHANGED, roster, by=by, at=roster.organization, changes={"状态": [None, "已放弃"]})
