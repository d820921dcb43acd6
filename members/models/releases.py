"""Clear numbers leaving the system: how many without a second person, and the requests a second person decides."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from branches.models import Organization
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight
from members.models.exports import ExportProfile

# Nobody decides after so long; an approval is used within a day.
DECIDED_WITHIN: Final = dt.timedelta(days=7)
FETCHED_WITHIN: Final = dt.timedelta(hours=24)
LONGEST_QUERY: Final = 2_000


class PrivacyLimits(models.Model):
    """What one person may do alone with clear numbers outside the own branch. One row per tree, on its root."""

    organization = models.OneToOneField(
        Organization, models.PROTECT, limit_choices_to={"depth": 1}, related_name="+", verbose_name="最上级组织"
    )
    reveals_per_hour = models.PositiveSmallIntegerField(
        "每人每小时查看次数",
        default=30,
        validators=[MinValueValidator(1, "请填 1 以上的数字。")],
        help_text="本支部以外的证件号码和手机号，超过就拒绝并记入日志。",
    )
    rows_without_approval = models.PositiveIntegerField(
        "免批准导出人数", default=200, help_text="每人 24 小时内导出本支部以外的明文号码，超过须由另一名管理员批准。"
    )
    approve_minors = models.BooleanField(
        "未满 18 周岁须批准", default=False, help_text="本支部以外的名单里有未满 18 周岁的人，不论多少都须批准。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "明文限额"
        constraints = [
            models.CheckConstraint(condition=Q(reveals_per_hour__gte=1), name="privacy_limits_some_reveals"),
        ]

    def __str__(self) -> str:
        return self.organization.short_name

    def clean(self) -> None:
        if self.organization_id and self.organization.depth != 1:
            raise ValidationError({"organization": "限额按整棵组织树设定，请选择最上级组织。"})

    @classmethod
    def of(cls, organization: Organization | None) -> PrivacyLimits:
        """The limits of the tree in which the organisation stands, those of a new row where nobody set any."""
        stored = cls.objects.filter(organization=organization.root_id).first() if organization else None
        return stored or cls()


class ExportRequestQuerySet(ScopedQuerySet["ExportRequest"]):
    sight = Sight.ROSTER

    def waiting(self) -> Self:
        """Those that can still be decided."""
        return self.filter(state=ExportRequest.State.WAITING, requested_at__gt=timezone.now() - DECIDED_WITHIN)

    def ready_for(self, user: AnonymousUser | models.Model) -> Self:
        """Those the user has asked for and may fetch now."""
        limit = timezone.now() - FETCHED_WITHIN
        return self.filter(state=ExportRequest.State.APPROVED, requested_by=user.pk, decided_at__gt=limit)


class ExportRequest(models.Model):
    """明文导出申请. Holds the question, never the people: the file is made anew when it is fetched."""

    class State(models.TextChoices):
        WAITING = "waiting", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "不批准"
        FETCHED = "fetched", "已下载"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    profile = models.ForeignKey(ExportProfile, models.PROTECT, related_name="+", verbose_name="导出方案")
    query = models.TextField("查询", editable=False, blank=True)
    asked = models.TextField("条件", editable=False, blank=True)
    purpose = models.CharField("导出用途", max_length=100)
    rows = models.PositiveIntegerField("人数", editable=False)
    minors = models.PositiveIntegerField("其中未满 18 周岁", editable=False, default=0)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间", editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True, editable=False)
    decision_note = models.CharField("意见", max_length=100, blank=True)
    fetched_at = models.DateTimeField("下载时间", null=True, editable=False)

    objects = ExportRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "明文导出申请"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("requested_by")),
                name="export_request_two_people",
            ),
            *no_longer_than("export_request", purpose=100, decision_note=100),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="export_request_state")]

    def __str__(self) -> str:
        return f"{self.profile} {self.rows} 人"

    def get_absolute_url(self) -> str:
        return reverse("members:export_request", args=[self.pk])

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it can no longer be decided or fetched."""
        if self.state == self.State.WAITING:
            return self.requested_at + DECIDED_WITHIN
        if self.state == self.State.APPROVED and self.decided_at is not None:
            return self.decided_at + FETCHED_WITHIN
        return None

    @property
    def is_over(self) -> bool:
        """Whether nobody decided or fetched it in time."""
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def word(self) -> str:
        """State in words."""
        return "已过期" if self.is_over else self.get_state_display()

    @property
    def chip(self) -> str:
        colours = {self.State.WAITING: "care", self.State.APPROVED: "good", self.State.REFUSED: "problem"}
        return "neutral" if self.is_over else colours.get(self.State(self.state), "neutral")
