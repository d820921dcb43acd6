"""不是同一人: what the office has decided about two records that look like one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from members.models.people import Member


class DifferentPeople(models.Model):
    """Somebody looked at two records and said that they are two people; the pair is not asked about again."""

    # The record entered first stands first, so that a pair has one row.
    first = models.ForeignKey(Member, models.CASCADE, related_name="different_after")
    second = models.ForeignKey(Member, models.CASCADE, related_name="different_before")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    said_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "不是同一人"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="different_people_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="different_people_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first}、{self.second}"
