"""保密承诺: the text everybody confirms before working with the data of others."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models


class PledgeTextQuerySet(models.QuerySet["PledgeText"]):
    def in_force(self, on: dt.date) -> Self:
        """The texts begun by that day, the one that counts first."""
        return self.filter(valid_from__lte=on).order_by("-valid_from")


class PledgeText(models.Model):
    """A version of the pledge. A new one is added, never an old one changed: accounts name the one they confirmed."""

    valid_from = models.DateField("启用日期", unique=True, help_text="从这一天起，每个账号登录后重新确认一次。")
    text = models.TextField("承诺内容", help_text="每段一行。")

    objects = PledgeTextQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保密承诺"
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"保密承诺（{self.valid_from} 版）"

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]
