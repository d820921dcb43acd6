"""A committee's own Word template: handed in, checked, sealed, used from then on, taken out of use."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.circulars import template_checks, word
from reports.models import CircularKind, CircularTemplate, CircularTemplateFile

SHIPPED_IN_USE: Final = "现在用的就是系统模板。"
_LONGEST_NAME: Final = 255


def in_use(organization: Organization, kind: str) -> bytes:
    """The template circulars of this kind are laid out by: the organisation's own, else the shipped one."""
    own = own_of(organization, kind)
    return own.file.content if own else word.shipped(kind)


def own_of(organization: Organization, kind: str) -> CircularTemplate | None:
    """The organisation's own template in use."""
    rows = CircularTemplate.objects.in_use().filter(organization=organization, kind=kind)
    return rows.select_related("file", "uploaded_by").first()


@transaction.atomic
def hand_in(organization: Organization, file: File[bytes], *, kind: str, by: User) -> CircularTemplate:
    """Use this template from now on; what is issued already stays as it is.

    Refuses, beside the field ``file``, whatever ``template_checks.check`` refuses, and an empty file.
    """
    if file.size and file.size > template_checks.LARGEST:
        raise ValidationError({"file": f"模板超过 {template_checks.LARGEST // 2**20} MB，请删去图片后再上传。"})
    content: bytes = file.read()
    if not content:
        raise ValidationError({"file": "文件是空的，请检查后重新上传。"})
    try:
        template_checks.check(content, CircularKind(kind))
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal
    _retire(organization, kind)
    template = CircularTemplate.objects.create(
        organization=organization,
        kind=kind,
        file_name=PurePath(file.name or "模板.docx").name[-_LONGEST_NAME:],
        uploaded_by=by,
    )
    kept = CircularTemplateFile(template=template)
    kept.content = content
    kept.save(force_insert=True)
    changes = {"种类": [None, template.get_kind_display()]}
    audit.record(audit.Kind.CREATED, template, by=by, at=organization, changes=changes)
    return template


@transaction.atomic
def retire(organization: Organization, *, kind: str, template: int, by: User) -> None:
    """Go back to the shipped template. Refuses where that is in use, or another than the one with this id."""
    own = own_of(organization, kind)
    if own is None:
        raise ValidationError(SHIPPED_IN_USE)
    if own.pk != template:
        raise ValidationError("这个模板刚刚被他人换过，请重新打开后再办理。")
    _retire(organization, kind)
    audit.record(audit.Kind.ENDED, own, by=by, at=organization)


def _retire(organization: Organization, kind: str) -> None:
    # One after the other; two that hand in at once would both find none in use.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    rows = CircularTemplate.objects.in_use().filter(organization=organization, kind=kind)
    rows.update(retired_at=timezone.now())
