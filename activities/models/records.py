"""活动记录: what took place, who was there, what came of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from branches.models import Organization
from branches.models.dictionaries import Entry
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight, within
from members.models import Member

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from activities.models.results import ActivityResult

# Recorded later than this after the day, an activity counts as 补录: shown, never refused.
LATE_AFTER = dt.timedelta(days=30)


class ActivityKind(Entry):
    """Kind of activity (支部大会, 团课, 主题团日 …) as data: a committee adds its own."""

    class Group(models.TextChoices):
        ORG_LIFE = "org_life", "三会两制一课"
        THEME = "theme", "主题教育"
        SERVICE = "service", "服务与关怀"
        OTHER = "other", "其他"

    group = models.CharField("类别", max_length=20, choices=Group.choices, default=Group.OTHER)

    class Meta(Entry.Meta):
        verbose_name = verbose_name_plural = "活动类型"


class ActivityQuerySet(ScopedQuerySet["Activity"]):
    sight = Sight.ROSTER

    def under(self, organization: Organization) -> ActivityQuerySet:
        return self.filter(within([organization.path], "organization__path"))

    def standing(self) -> ActivityQuerySet:
        """Without those entered by mistake."""
        return self.filter(is_void=False)

    def with_numbers(self) -> ActivityQuerySet:
        """Each with ``present_count``, ``expected_count`` and ``guest_count``, in the same query."""
        noted = Attendance.objects.all()
        return self.annotate(
            present_count=_of_activity(noted.filter(state=Attendance.State.PRESENT), Count("pk")),
            expected_count=_of_activity(noted, Count("pk")),
            guest_count=_of_activity(ExternalParticipants.objects.all(), Sum("count")),
        )


def _of_activity(rows: QuerySet[Any], number: Count | Sum) -> Coalesce:
    mine = rows.filter(activity=OuterRef("pk")).order_by().values("activity")
    return Coalesce(Subquery(mine.annotate(number=number).values("number")), 0)


class Activity(models.Model):
    """活动: one meeting, lesson or event of an organisation."""

    class Mode(models.TextChoices):
        ON_SITE = "on_site", "现场"
        ONLINE = "online", "线上"
        MIXED = "mixed", "线上线下结合"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="activities", verbose_name="主办组织")
    kind = models.ForeignKey(ActivityKind, models.PROTECT, verbose_name="活动类型")
    topic = models.CharField("主题", max_length=100)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    mode = models.CharField("方式", max_length=10, choices=Mode.choices, default=Mode.ON_SITE)
    place = models.CharField("地点", max_length=100, blank=True)
    host = models.CharField("主持人", max_length=50, blank=True)
    recorder = models.CharField("记录人", max_length=50, blank=True)
    # People of ours who were there, where they were only counted. With names noted the names are the number.
    attended = models.PositiveIntegerField("参加人数", null=True, blank=True)
    agenda = models.TextField("议题", max_length=2_000, blank=True)
    minutes = models.TextField("内容记录", max_length=10_000, blank=True)
    resolution = models.TextField("决议", max_length=2_000, blank=True)
    is_void = models.BooleanField("误录作废", default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = ActivityQuerySet.as_manager()
    if TYPE_CHECKING:
        attendances: RelatedManager[Attendance]
        externals: RelatedManager[ExternalParticipants]
        results: RelatedManager[ActivityResult]

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        ordering = ["-held_on", "-id"]
        constraints = [
            *no_longer_than("activity", topic=100, place=100, agenda=2_000, minutes=10_000, resolution=2_000),
            *no_longer_than("activity", host=50, recorder=50),
            models.CheckConstraint(condition=Q(attended=None) | Q(attended__gt=0), name="activity_attended_positive"),
        ]
        indexes = [models.Index(fields=["organization", "-held_on"], name="activity_of_organization")]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("activities:activity", args=[self.pk])

    @property
    def days_late(self) -> int:
        """Days between the activity and its being recorded, 0 unless they are more than the usual."""
        passed = timezone.localdate(self.recorded_at) - self.held_on
        return passed.days if passed > LATE_AFTER else 0


class Attendance(models.Model):
    """应到 and 实到: a person of ours expected at an activity."""

    class State(models.TextChoices):
        PRESENT = "present", "出席"
        LEAVE = "leave", "请假"
        ABSENT = "absent", "缺席"

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Member, models.PROTECT, related_name="attendances")
    state = models.CharField("到会情况", max_length=10, choices=State.choices)
    reason = models.CharField("缺席原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到会情况"
        constraints = [
            models.UniqueConstraint(fields=["activity", "person"], name="attendance_once_per_person"),
            *no_longer_than("attendance", reason=100),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_state_display()}"


class ExternalParticipants(models.Model):
    """People from outside, as a number: guests, partner units, served public."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="externals")
    description = models.CharField("来自", max_length=100)
    count = models.PositiveIntegerField("人数")

    class Meta:
        verbose_name = verbose_name_plural = "外部参加人员"
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="external_participants_positive"),
            *no_longer_than("external_participants", description=100),
        ]

    def __str__(self) -> str:
        return f"{self.description} {self.count}"
