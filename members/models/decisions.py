"""What people decide about an import: what becomes of single rows, and corrections of verified records it asks for."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight
from members.models.people import Member
from members.models.roster import Choice, RosterImport
from tuanjian import sealing

SEALED_AS = "member.correction"


class RosterDecision(models.Model):
    """What somebody decided about a row that is not clear by itself; one a row, the last one holds."""

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="decisions")
    sheet = models.CharField("工作表", max_length=100)
    line = models.PositiveIntegerField("行号")
    choice = models.CharField("处理", max_length=10, choices=Choice.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入时的处理"
        constraints = [
            *no_longer_than("rosterdecision", sheet=100),
            models.UniqueConstraint(fields=["roster", "sheet", "line"], name="roster_decision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.line}"


class CorrectionQuerySet(ScopedQuerySet["Correction"]):
    path_lookup = "person__branch__path"
    sight = Sight.ROSTER

    def waiting(self) -> CorrectionQuerySet:
        return self.filter(state=Correction.State.WAITING)


class Correction(models.Model):
    """更正申请: other name or number for a verified record; a level above decides (``members.corrections``)."""

    class State(models.TextChoices):
        WAITING = "waiting", "待审核"
        APPROVED = "approved", "已更正"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤销"

    person = models.ForeignKey(Member, models.PROTECT, related_name="corrections", verbose_name="人员")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    # The wanted facts, by attribute; the number is among them.
    sealed = models.TextField()
    # Labels with [present, wanted], numbers masked.
    changes = models.JSONField(default=dict)
    reason = models.CharField("申请理由", max_length=300)
    evidence = models.CharField("依据材料", max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    made_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("办理时间", null=True)
    answer = models.CharField("办理意见", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正申请"
        ordering = ["-id"]
        constraints = [
            *no_longer_than("correction", reason=300, evidence=300, answer=300),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="waiting"), name="correction_once_while_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | ~Q(state="waiting") & Q(decided_at__isnull=False),
                name="correction_decided_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}更正申请"

    @property
    def values(self) -> dict[str, Any]:
        """The wanted facts, by attribute; raises ``sealing.SealBroken``."""
        values: dict[str, Any] = json.loads(sealing.unseal(SEALED_AS, self.sealed))
        return values

    @values.setter
    def values(self, values: dict[str, Any]) -> None:
        self.sealed = sealing.seal(SEALED_AS, json.dumps(values))
