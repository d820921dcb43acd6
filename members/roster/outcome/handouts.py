"""Handing out refused rows and uploaded files: they hold numbers in clear, so the log says who took them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from pathlib import PurePath
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members import privacy
from members.models.roster import RosterFile, RosterImport
from members.roster.outcome.reporting import write_refused

_DIGEST: Final = "文件 SHA-256"


@transaction.atomic
def refused_rows(roster: RosterImport, *, by: User) -> bytes:
    """The refused rows as a workbook that can be mended and uploaded again; the log notes who took how many.

    Refuses when nothing was refused and when the file has been deleted. Asks no rights: whoever may import there may
    have them.
    """
    target = io.BytesIO()
    count = write_refused(roster, target, by=by)
    changes = {
        "内容": [None, "退回的行"],
        "行数": [None, count],
        _DIGEST: [None, _digest(target.getvalue())],
    }
    audit.record(audit.Kind.EXPORTED, roster, by=by, at=roster.organization, changes=changes, job=roster.job)
    return target.getvalue()


@transaction.atomic
def uploaded_file(roster: RosterImport, *, purpose: str, by: User) -> bytes:
    """The file as it was uploaded, numbers and all; the log says who took it and what for.

    Refuses a purpose that says nothing, whoever holds no right to uploaded files where it was imported, and a file that
    has been deleted.
    """
    managed = Organization.objects.manageable_by(by, right=Right.UPLOADED_FILE)
    if not managed.filter(pk=roster.organization_id).exists():
        raise ValidationError("只有导入到的组织的管理员可以下载原文件，请联系管理员。")
    reason = privacy.stated(purpose, of="下载", example="与原表核对")
    kept = RosterFile.objects.filter(roster=roster).first()
    if kept is None:
        raise ValidationError("原文件已按期删除，不能再下载。")
    content = kept.content
    kind, changes = audit.Kind.EXPORTED, {"内容": [None, "上传的原文件"]}
    changes |= {"文件大小": [None, f"{len(content)} 字节"], _DIGEST: [None, _digest(content)]}
    audit.record(kind, roster, by=by, at=roster.organization, changes=changes, reason=reason, job=roster.job)
    return content


def file_name(roster: RosterImport, *, on: dt.date) -> str:
    """What the workbook is called: as the file it comes from."""
    return f"{PurePath(roster.file_name).stem}有问题的行{on:%Y%m%d}.xlsx"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
