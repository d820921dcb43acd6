"""与国家系统核对: a list out of the other system held against the people here. Nobody's record changes by it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organization, User
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight
from members.models.files import SealedFile
from members.models.people import Member
from tuanjian import sealing

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class ComparisonState(models.TextChoices):
    WAITING = "waiting", "等待核对"
    COMPARING = "comparing", "正在核对"
    DONE = "done", "已核对"
    FAILED = "failed", "没有核对"
    DELETED = "deleted", "已到期"


class Outcome(models.TextChoices):
    """What a line of the result says; people who agree are counted and not kept."""

    DIFFERENT = "different", "内容不同"
    ONE_SIDED = "one_sided", "只有一边填写"
    ONLY_HERE = "only_here", "只在本系统"
    ONLY_THERE = "only_there", "只在国家系统"
    UNCLEAR = "unclear", "需要人工辨认"


class ComparisonQuerySet(ScopedQuerySet["Comparison"]):
    sight = Sight.ROSTER


class Comparison(models.Model):
    """One file of the other system against one organisation and everything below it."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核对人")
    file_name = models.CharField("文件", max_length=255, editable=False)
    state = models.CharField(
        "状态", max_length=10, choices=ComparisonState.choices, default=ComparisonState.WAITING, editable=False
    )
    done = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    error = models.CharField("原因", max_length=300, blank=True, editable=False)
    # {"same": n, outcome: n, "here": people compared, "there": rows of the file, "fields": {field: differing}}
    counts = models.JSONField(default=dict, editable=False)
    left_out = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    done_at = models.DateTimeField("核对时间", null=True, editable=False)

    objects = ComparisonQuerySet.as_manager()
    if TYPE_CHECKING:
        rows: RelatedManager[ComparisonRow]

    class Meta:
        verbose_name = verbose_name_plural = "国家系统核对"
        ordering = ["-id"]
        constraints = [*no_longer_than("comparison", file_name=255, error=300)]
        indexes = [models.Index(fields=["state", "created_at"], name="comparison_state")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("members:comparison", args=[self.pk])

    @property
    def job(self) -> str:
        """How the log names this comparison."""
        return f"核对 {self.pk}"

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0

    @property
    def is_under_way(self) -> bool:
        return self.state in (ComparisonState.WAITING, ComparisonState.COMPARING)

    @property
    def deleted_on(self) -> dt.datetime:
        """When the result is deleted."""
        return self.created_at + dt.timedelta(days=settings.TUANJIAN_COMPARISON_DAYS)


class ComparisonFile(SealedFile):
    """The uploaded file, until it has been read."""

    seal = "comparison.file"

    comparison = models.OneToOneField(Comparison, models.CASCADE, primary_key=True, related_name="file")

    class Meta:
        verbose_name = verbose_name_plural = "核对的文件"


class ComparisonRowQuerySet(models.QuerySet["ComparisonRow"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Lines about nobody here, and lines about people still in sight: somebody may have moved since."""
        return self.filter(Q(target_id=None) | Q(target_id__in=Member.objects.visible_to(user).values("pk")))


class ComparisonRow(models.Model):
    """One line of the result. Values are sealed; numbers are kept masked even so."""

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField("结果", max_length=12, choices=Outcome.choices, editable=False)
    # The person here, if there is one. No foreign key: a passing result must not stand in the way of the record.
    target_id = models.BigIntegerField(null=True, editable=False)
    name = models.CharField("姓名", max_length=50, editable=False)
    # Names of the differing fields between commas, so that one can be asked for.
    fields = models.CharField(max_length=300, blank=True, editable=False)
    sealed = models.TextField(editable=False)

    objects = ComparisonRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核对结果"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "number"], name="comparison_row_once"),
            *no_longer_than("comparison_row", name=50, fields=300),
        ]
        indexes = [models.Index(fields=["comparison", "outcome", "number"], name="comparison_row_outcome")]

    def __str__(self) -> str:
        return self.name

    @property
    def content(self) -> dict[str, Any]:
        """``number``, ``branch``, ``where`` (sheet and line), ``pairs`` [[field, here, there]], ``why``, ``people``.

        Raises ``sealing.SealBroken``.
        """
        content: dict[str, Any] = json.loads(sealing.unseal("comparison.row", self.sealed))
        return content
