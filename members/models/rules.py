"""Age rules with their years: what counts as youth, when one may join, when one leaves."""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from branches.models.dictionaries import DatedRule
from branches.models.lengths import no_longer_than


class AgeRule(DatedRule):
    """An age of a document, valid for some years. Ages are in full years (周岁)."""

    class Kind(models.TextChoices):
        YOUTH_FROM = "youth_from", "青年年龄下限"
        YOUTH_TO = "youth_to", "青年年龄上限"
        LEAVE_AT = "leave_at", "超龄离团年龄"
        JOIN_REFUSED_BELOW = "join_refused_below", "入团年龄低于此数不予登记"
        JOIN_WARNED_BELOW = "join_warned_below", "入团年龄低于此数提示核对"
        MEMBER_FROM = "member_from", "登记为团员的最低年龄"

    kind = models.CharField("项目", max_length=30, choices=Kind.choices)
    age = models.PositiveSmallIntegerField("周岁")

    class Meta(DatedRule.Meta):
        verbose_name = verbose_name_plural = "年龄规定"
        ordering = ["kind", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="age_rule_once_per_start"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="age_rule_ends_after_start"
            ),
            *no_longer_than("age_rule", source=200),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.age}"


def age_rules(on: dt.date) -> dict[str, int]:
    """Ages that hold on that day, by kind. On a join date: the rule of that day, not of today.

    The newest rule begun by then counts, also past its last day while nobody has entered its successor: a forgotten row
    must not stop the office. Before the first rule of a kind there is none.
    """
    rows = AgeRule.objects.filter(valid_from__lte=on).order_by("valid_from")
    return dict(rows.values_list("kind", "age"))
