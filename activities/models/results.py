"""成果: what came of an activity, as a number with its unit (消杀 30 次, 慰问 2000 人次)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.models.records import Activity
from branches.models.lengths import no_longer_than


class ActivityResult(models.Model):
    """One figure of an activity; the unit stays a word of its own, so that like can be added to like."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="results")
    label = models.CharField("成果", max_length=50)
    count = models.PositiveIntegerField("数量")
    unit = models.CharField("单位", max_length=10)

    class Meta:
        verbose_name = verbose_name_plural = "活动成果"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="activity_result_positive"),
            *no_longer_than("activity_result", label=50, unit=10),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.count:,} {self.unit}"
