"""统计表: a statistical sheet for a 统计时点 as it was issued."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from branches.models import Organization
from branches.scoping import ScopedQuerySet, Sight


class SheetKind(models.TextChoices):
    LOWER = "lower", "直属下级数据统计"
    DETAILS = "details", "组织明细"
    CATEGORIES = "categories", "分行业统计"
    CADRE_AGES = "cadre_ages", "团干部年龄结构"
    YEAR = "year", "年度统计表"


class IssuedSheetQuerySet(ScopedQuerySet["IssuedSheet"]):
    sight = Sight.ROSTER


class IssuedSheet(models.Model):
    """定稿的统计表: heading, lines and notes as they were; printed again as it was, never counted again."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    kind = models.CharField("表名", max_length=20, choices=SheetKind.choices, editable=False)
    on = models.DateField("统计时点", editable=False)
    # The JSON of ``reports.sheets.tables.Sheet``.
    content = models.JSONField(editable=False)
    counted_at = models.DateTimeField("数据截至", editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制表人", editable=False
    )
    issued_at = models.DateTimeField("定稿时间", auto_now_add=True)

    objects = IssuedSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定稿统计表"
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "kind", "on"], name="issued_sheet_of_organization")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（统计时点 {self.on:%Y-%m-%d}）"

    def get_absolute_url(self) -> str:
        return reverse("reports:sheet", args=[self.pk])
