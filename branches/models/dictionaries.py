"""Dictionaries of the tree that are data: a committee's words and the rules that change with the year."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from branches.models.lengths import no_longer_than


class Entry(models.Model):
    """A word that can be chosen; retired words stay on old records and are no longer offered."""

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    order_number = models.PositiveIntegerField("排序号", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["order_number", "code"]
        constraints = [*no_longer_than("%(class)s", code=20, name=40)]

    def __str__(self) -> str:
        return self.name


class UnitNature(Entry):
    """单位性质 of the unit an organisation belongs to."""

    class Meta(Entry.Meta):
        verbose_name = verbose_name_plural = "单位性质"


class UnitCategory(Entry):
    """单位所属行业类别 (16 categories of the provincial system)."""

    class Meta(Entry.Meta):
        verbose_name = verbose_name_plural = "行业类别"


class DatedRule(models.Model):
    """A rule of a document with its years; what changes with the year is a new row, never an ``if``."""

    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    source = models.CharField("依据", max_length=200)

    class Meta:
        abstract = True
        ordering = ["valid_from"]

    @staticmethod
    def in_force(on: dt.date) -> Q:
        """Condition for the rows that hold on that day."""
        return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))

    def clean(self) -> None:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": "“至”不能早于“自”，请检查日期。"})


class TermRule(DatedRule):
    """任期: after how many years which type of organisation elects anew (换届)."""

    org_type = models.CharField("组织类别", max_length=20)
    student = models.BooleanField("学生团组织", default=False)
    years = models.PositiveSmallIntegerField("任期（年）")
    shift_months = models.PositiveSmallIntegerField("可提前或延期（月）")

    class Meta(DatedRule.Meta):
        verbose_name = verbose_name_plural = "任期规定"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="term_rule_ends_after_start"
            ),
            *no_longer_than("term_rule", source=200),
        ]

    def __str__(self) -> str:
        return f"{self.org_type} {self.years} 年"
