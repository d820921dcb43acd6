"""调度: a committee asks its lower organisations to complete certain items by a deadline, and keeps what came of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from branches.models import Organization, OrgType
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight, within

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class CampaignScope(models.TextChoices):
    DIRECT = "direct", "全部直属下级组织"
    CHOSEN = "chosen", "选定的直属下级组织"
    BRANCHES = "branches", "各级全部团支部"


class CampaignState(models.TextChoices):
    DRAFT = "draft", "草稿"
    RUNNING = "running", "进行中"
    FROZEN = "frozen", "已截止"
    ENDED = "ended", "已结束"
    WITHDRAWN = "withdrawn", "已撤销"


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    """Seen as a whole from the committee whose it is, and from above; those below see what is asked of themselves."""

    sight = Sight.ROSTER

    def of(self, organization: Organization) -> Self:
        """Those of an organisation and of what stands below it."""
        return self.filter(within([organization.path], "organization__path"))

    def running(self) -> Self:
        return self.filter(state=CampaignState.RUNNING)

    def frozen(self) -> Self:
        return self.filter(state=CampaignState.FROZEN)


class Campaign(models.Model):
    """调度 of an organisation among what stands below it. Written by ``reports.campaigns`` only."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    name = models.CharField("名称", max_length=60)
    scope = models.CharField("范围", max_length=10, choices=CampaignScope.choices)
    # Ids of the lower organisations chosen, until it is started; then the targets are kept.
    chosen = models.JSONField(default=list, editable=False)
    # Keys of completion_items.ITEMS, in their order.
    items = models.JSONField("项目", default=list, editable=False)
    starts_on = models.DateField("开始日期")
    deadline_at = models.DateTimeField("截止时间")
    notice = models.CharField("通知正文", max_length=500, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=CampaignState.choices, default=CampaignState.DRAFT, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟定人")
    made_at = models.DateTimeField("拟定时间", editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="启动人"
    )
    started_at = models.DateTimeField("启动时间", null=True, editable=False)
    frozen_at = models.DateTimeField("截止数据保存时间", null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="结束人"
    )
    ended_at = models.DateTimeField("结束时间", null=True, editable=False)
    reason = models.CharField("撤销原因", max_length=200, blank=True)
    # What its closing report says besides figures (``reports.campaigns.closing``); null until it is ended, and of those
    # that were ended before it was kept.
    report = models.JSONField("结束报告", null=True, editable=False)

    objects = CampaignQuerySet.as_manager()
    if TYPE_CHECKING:
        stages: RelatedManager[CampaignStage]
        targets: RelatedManager[CampaignTarget]

    class Meta:
        verbose_name = verbose_name_plural = "调度"
        ordering = ["-id"]
        constraints = [*no_longer_than("campaign", name=60, notice=500, reason=200)]
        indexes = [models.Index(fields=["state", "deadline_at"], name="campaign_state")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:campaign", args=[self.pk])

    @property
    def deadline_on(self) -> dt.date:
        return timezone.localdate(self.deadline_at)

    @property
    def is_draft(self) -> bool:
        return self.state == CampaignState.DRAFT

    @property
    def is_running(self) -> bool:
        return self.state == CampaignState.RUNNING

    @property
    def is_frozen(self) -> bool:
        return self.state == CampaignState.FROZEN

    @property
    def is_open(self) -> bool:
        """Whether what is missing now is still asked for."""
        return self.is_running or self.is_frozen

    @property
    def is_withdrawn(self) -> bool:
        return self.state == CampaignState.WITHDRAWN

    @property
    def has_result(self) -> bool:
        """Whether what stood there at the deadline is kept."""
        return self.frozen_at is not None

    @property
    def is_freezing(self) -> bool:
        """正在截止: the deadline is over, the worker has not kept the result yet."""
        return self.is_running and self.deadline_at <= timezone.now()

    @property
    def word(self) -> str:
        """State in words."""
        return "正在截止" if self.is_freezing else self.get_state_display()

    @property
    def chip(self) -> str:
        colours: dict[str, str] = {CampaignState.RUNNING: "busy", CampaignState.FROZEN: "care"}
        return colours.get(self.state, "neutral")


class CampaignStage(models.Model):
    """阶段: so much is to be done by the end of that day."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="stages")
    name = models.CharField("阶段", max_length=30)
    on = models.DateField("截止日")
    percent = models.PositiveSmallIntegerField("计划完成率")

    class Meta:
        verbose_name = verbose_name_plural = "调度阶段"
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "on"], name="campaign_stage_once_a_day"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="campaign_stage_percent"),
            *no_longer_than("campaign_stage", name=30),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.on} {self.percent}%"


class CampaignTarget(models.Model):
    """An organisation of which something is asked, under its names at the deadline, until then at the start.

    The row outlives its organisation (merged, import taken back), so the link is not enforced by the database.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="targets")
    organization = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, related_name="+")
    code = models.CharField(max_length=20, editable=False)
    full_name = models.CharField(max_length=120, editable=False)
    short_name = models.CharField(max_length=50, editable=False)
    org_type = models.CharField(max_length=20, choices=OrgType.choices, editable=False)
    screen_order = models.CharField(max_length=500, editable=False)
    if TYPE_CHECKING:
        counts: RelatedManager[CampaignCount]
        extensions: RelatedManager[CampaignExtension]

    class Meta:
        verbose_name = verbose_name_plural = "调度对象"
        ordering = ["screen_order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organization"], name="campaign_target_once"),
        ]

    def __str__(self) -> str:
        return self.short_name

    def name_after(self, organization: Organization) -> None:
        """Take over the names and the place in the order; does not save."""
        for field in NAMES:
            setattr(self, field, getattr(organization, field))


NAMES: Final = ("code", "full_name", "short_name", "org_type", "screen_order")


class CampaignCount(models.Model):
    """The figures of a target at a moment of the campaign; never changed once written."""

    class Moment(models.TextChoices):
        START = "start", "启动时"
        DEADLINE = "deadline", "截止时"
        EXTENSION = "extension", "延期截止时"
        END = "end", "结束时"

    class Gone(models.TextChoices):
        CLOSED = "closed", "已撤销"
        MOVED = "moved", "已转出"

    target = models.ForeignKey(CampaignTarget, models.CASCADE, related_name="counts")
    moment = models.CharField(max_length=10, choices=Moment.choices, editable=False)
    # Keys of reports.facts.keys, of the items asked for.
    figures = models.JSONField(default=dict, editable=False)
    gone = models.CharField(max_length=10, choices=Gone.choices, blank=True, editable=False)
    # Another target that has these figures among its own; null where none did.
    within = models.ForeignKey(CampaignTarget, models.CASCADE, null=True, related_name="+", editable=False)
    # The part of the figures that was counted in others already when this one was taken in above them.
    elsewhere = models.JSONField(default=dict, editable=False)
    counted_at = models.DateTimeField("数据截至", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "调度结果"
        constraints = [models.UniqueConstraint(fields=["target", "moment"], name="campaign_count_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.get_moment_display()}"

    @property
    def apart(self) -> dict[str, int]:
        """The figures that no other target has at that moment: what it adds to the sums."""
        if self.within_id is not None:
            return {}
        return {key: value - self.elsewhere.get(key, 0) for key, value in self.figures.items()}


class CampaignExtension(models.Model):
    """延期: an organisation may finish later, until the end of a day. The newest counts."""

    target = models.ForeignKey(CampaignTarget, models.CASCADE, related_name="extensions")
    until_on = models.DateField("延期至")
    reason = models.CharField("原因", max_length=100)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="批准人")
    granted_at = models.DateTimeField("批准时间", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "调度延期"
        ordering = ["id"]
        constraints = [*no_longer_than("campaign_extension", reason=100)]

    def __str__(self) -> str:
        return f"{self.target} {self.until_on}"

    @property
    def is_over(self) -> bool:
        return self.until_on < timezone.localdate()
