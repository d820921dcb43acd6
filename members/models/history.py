"""What happened to a person, each with its two dates: 生效日期 (effective) and 登记时间 (recorded)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.models.lengths import no_longer_than
from members.dictionaries import Evaluation, Registration
from members.models.people import LeagueStatus, Member, MemberStatus


class BranchMembership(models.Model):
    """所在团支部 over time. Whoever is on a roster has exactly one open row."""

    person = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    branch = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    effective_from = models.DateField("生效日期")
    effective_to = models.DateField("终止日期", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_recorded_at = models.DateTimeField("终止登记时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "所在团支部沿革"
        ordering = ["-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(effective_to=None), name="membership_one_open_per_person"
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="membership_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["branch", "effective_from"], name="membership_of_branch")]

    def __str__(self) -> str:
        return f"{self.person} {self.branch}"


class StatusChange(models.Model):
    """A change of 团籍 or 状态."""

    person = models.ForeignKey(Member, models.CASCADE, related_name="status_changes")
    league_status = models.CharField(max_length=10, choices=LeagueStatus.choices)
    status = models.CharField(max_length=20, choices=MemberStatus.choices)
    effective_on = models.DateField("生效日期")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "状态变更"
        ordering = ["-effective_on", "-id"]
        constraints = [*no_longer_than("status_change", reason=200)]

    def __str__(self) -> str:
        return f"{self.person} {self.get_status_display()}"


class MemberYear(models.Model):
    """评议等次 and 团籍注册 of a person in a year, as plain facts."""

    person = models.ForeignKey(Member, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField("年度")
    evaluation = models.CharField("评议等次", max_length=20, choices=Evaluation.choices, blank=True)
    registration = models.CharField("团籍注册", max_length=20, choices=Registration.choices, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度评议与注册"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["person", "year"], name="one_result_per_person_year")]

    def __str__(self) -> str:
        return f"{self.person} {self.year}"
