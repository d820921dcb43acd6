"""操作日志: append-only; who did what to what, where that stood at the time, what it was before and after."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from branches.models.organizations import Placement
from branches.scoping import SIGHTS, Sight, held_by

if TYPE_CHECKING:
    from branches.models.accounts import User


def placements_seen_by(user: User | AnonymousUser, sight: Sight) -> models.QuerySet[Placement]:
    """Where organisations stood while they lay in the scope that gives the user this sight."""
    inside = Q(pk__in=())
    for held in held_by(user):
        if sight in SIGHTS[held.role]:
            inside |= Q(lineage__contains=f"/{held.organization_id}/")
    return Placement.objects.filter(inside)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Entries whose organisation lay in the user's scope when they were written."""
        return self.filter(placement__in=placements_seen_by(user, Sight.LOG))

    def about(self, *objects: tuple[str, Collection[str]]) -> Self:
        """Entries about any of these objects, given as type and ids, and entries that mention them among others."""
        wanted = Q(pk__in=())
        for object_type, object_ids in objects:
            named = Q(object_type=object_type, object_id__in=object_ids)
            mentions = AuditMention.objects.filter(named).values("entry")
            wanted |= named | Q(pk__in=mentions)
        return self.filter(wanted)


class AuditEntry(models.Model):
    """One thing somebody did. Written in the transaction of the deed by ``branches.audit``; never changed."""

    class Kind(models.TextChoices):
        CREATED = "created", "新增"
        CHANGED = "changed", "修改"
        MOVED = "moved", "移动"
        CLOSED = "closed", "撤销"
        ENDED = "ended", "终止"
        VOIDED = "voided", "作废"
        DELETED = "deleted", "删除"
        RESTORED = "restored", "恢复"
        GRANTED = "granted", "授权"
        REVOKED = "revoked", "收回授权"
        SIGNED_IN = "signed_in", "登录"
        SIGNED_OUT = "signed_out", "退出"
        SIGN_IN_FAILED = "sign_in_failed", "登录失败"
        PASSWORD = "password", "修改密码"
        PLEDGED = "pledged", "保密承诺"
        REVEALED = "revealed", "查看明文"
        EXPORTED = "exported", "导出"
        PRINTED = "printed", "打印"
        IMPORTED = "imported", "导入"
        UNDONE = "undone", "撤回导入"
        REFUSED = "refused", "被拒绝"
        JOB = "job", "后台任务"

    at = models.DateTimeField("时间")
    actor = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+", verbose_name="操作人")
    actor_name = models.CharField("操作人", max_length=60)
    kind = models.CharField("操作", max_length=20, choices=Kind.choices)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField("对象", max_length=150)
    placement = models.ForeignKey(Placement, models.PROTECT, null=True, related_name="+")
    changes = models.JSONField("变更", default=dict)
    reason = models.CharField("原因", max_length=300, blank=True)
    job = models.CharField("任务", max_length=60, blank=True)
    request_number = models.CharField("编号", max_length=12, blank=True)
    # Binds the rows of AuditMention to the entry; empty where it mentions nobody else.
    mentions_digest = models.CharField(max_length=64, editable=False, blank=True, default="")
    mac = models.CharField(max_length=64, editable=False)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["actor", "at"], name="audit_actor"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.get_kind_display()} {self.object_label}"


class AuditMention(models.Model):
    """Whom an entry is about besides its object: the people on a list that was exported or printed."""

    entry = models.ForeignKey(AuditEntry, models.CASCADE, related_name="mentions")
    object_type = models.CharField(max_length=60, editable=False)
    object_id = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "日志涉及对象"
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_mention")]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"


class AuditPending(models.Model):
    """Queue of entries that no seal lists yet: the hot path only inserts here, so writers never wait for the chain."""

    entry = models.OneToOneField(AuditEntry, models.CASCADE, primary_key=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "待封存日志"

    def __str__(self) -> str:
        return str(self.pk)


class AuditSeal(models.Model):
    """A link of the chain: explicit list of (id, mac), digest over that list and the link before.

    Links are kept for ever. When the entries of one have become too old, the note of their removal is added to it.
    """

    number = models.PositiveBigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    entries = models.JSONField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    removed_at = models.DateTimeField(null=True)
    removal_mac = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "日志封存"
        ordering = ["number"]
        indexes = [models.Index(fields=["sealed_at"], name="audit_sealed_at")]

    def __str__(self) -> str:
        return str(self.number)
