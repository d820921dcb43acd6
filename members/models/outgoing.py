"""导出: lists that are made in the background, kept sealed for a few days, and fetched by whoever had them made."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from branches.models import Organization, User
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight
from members.models.files import SealedFile


class ListKey(models.TextChoices):
    """Lists that can be taken out; ``members.lists.kinds`` says how each is queried and written."""

    MEMBERS = "members", "团员花名册"
    YOUTH = "youth", "青年名单"
    CADRES = "cadres", "团干部名单"
    ORGANIZATIONS = "organizations", "团组织名单"
    ACTIVITIES = "activities", "活动清单"


class ExportState(models.TextChoices):
    WAITING = "waiting", "等待生成"
    MAKING = "making", "正在生成"
    READY = "ready", "可以下载"
    FAILED = "failed", "没有生成"
    DELETED = "deleted", "已删除"


class ExportQuerySet(ScopedQuerySet["Export"]):
    sight = Sight.ROSTER

    def own(self, user: User) -> Self:
        """Those this person had made: nobody fetches anybody else's."""
        return self.filter(made_by=user)


class Export(models.Model):
    """A list as it was queried. Until ``lease_until`` whoever makes it is taken to be alive.

    ``scope`` is what the maker saw when it was made: keys of the organisations, and of the own branches, whose phones
    stand in clear. Who sees less by now no longer gets the file.
    """

    list_key = models.CharField("名单", max_length=20, choices=ListKey.choices, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导出人")
    query = models.TextField("查询", editable=False, blank=True)
    asked = models.TextField("条件", editable=False, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=ExportState.choices, default=ExportState.WAITING, editable=False
    )
    done = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    error = models.CharField("原因", max_length=300, blank=True, editable=False)
    rows = models.PositiveIntegerField("行数", default=0, editable=False)
    size = models.PositiveIntegerField("大小", default=0, editable=False)
    sha256 = models.CharField("文件 SHA-256", max_length=64, blank=True, editable=False)
    scope = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField("申请时间", auto_now_add=True)
    made_at = models.DateTimeField("生成时间", null=True, editable=False)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        ordering = ["-id"]
        constraints = [*no_longer_than("export", error=300)]
        indexes = [
            models.Index(fields=["made_by", "-id"], name="export_of_user"),
            models.Index(fields=["state", "made_at"], name="export_state"),
        ]

    def __str__(self) -> str:
        return f"{self.organization.short_name}{self.get_list_key_display()}"

    def get_absolute_url(self) -> str:
        return reverse("members:export", args=[self.pk])

    @property
    def job(self) -> str:
        """How the log names this export."""
        return f"导出 {self.pk}"

    @property
    def percent(self) -> int:
        """How far it has come."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def is_under_way(self) -> bool:
        return self.state in (ExportState.WAITING, ExportState.MAKING)

    @property
    def deleted_on(self) -> dt.datetime | None:
        """When the file is deleted."""
        return self.made_at + dt.timedelta(days=settings.TUANJIAN_EXPORT_DAYS) if self.made_at else None


class ExportFile(SealedFile):
    """The workbook."""

    seal = "export.file"

    export = models.OneToOneField(Export, models.CASCADE, primary_key=True, related_name="file")

    class Meta:
        verbose_name = verbose_name_plural = "导出文件"
