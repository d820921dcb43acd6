"""How completion is measured: what a committee has set for a year and the years after."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.models.lengths import no_longer_than


class CompletionScheme(models.Model):
    """完成率设置 of a committee: weights of the groups of items, bounds of the states, whether places are shown.

    Never overwritten: a change is a new row. Holds from its year on, until a later year has one of its own; within
    a year the newest counts. ``follows_above`` says that the level above decides again.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="completion_schemes")
    year = models.PositiveSmallIntegerField("年度")
    follows_above = models.BooleanField("按上级组织的设置", default=False)
    weights = models.JSONField("权重", default=dict)
    care_from = models.PositiveSmallIntegerField("“待补录”的下限")
    busy_from = models.PositiveSmallIntegerField("“基本录齐”的下限")
    ranks = models.BooleanField("列出名次", default=False)
    ranks_by = models.CharField("依据的文件", max_length=150, blank=True)
    set_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "完成率设置"
        ordering = ["-set_at", "-id"]
        constraints = [
            *no_longer_than("completion_scheme", ranks_by=150),
            models.CheckConstraint(
                condition=Q(care_from__gte=1, care_from__lt=F("busy_from"), busy_from__lte=99),
                name="completion_scheme_bounds_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ranks=False) | ~Q(ranks_by=""), name="completion_scheme_ranks_by_a_document"
            ),
        ]
        indexes = [models.Index(fields=["organization", "-set_at"], name="completion_scheme_newest")]

    def __str__(self) -> str:
        return f"{self.year} 年完成率设置"
