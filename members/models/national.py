"""国家系统已办: a person's record has been brought up to date in the national system, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models.lengths import no_longer_than
from members.models.people import Member

if TYPE_CHECKING:
    from django.db.models.query import QuerySet


class NationalMark(models.Model):
    """Somebody says: what stood in this person's record at ``version`` stands in the national system since that day.

    It stands until it is withdrawn, and is up to date while the record has that version. The record itself does not
    change by it, so its version stays.
    """

    # Protected, so that whoever takes an import back sees that there is something to undo elsewhere.
    person = models.ForeignKey(Member, models.PROTECT, related_name="national_marks", verbose_name="姓名")
    version = models.PositiveIntegerField(editable=False)
    done_on = models.DateField("办理日期")
    note = models.CharField("备注", max_length=100, blank=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "国家系统已办"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "version"], condition=Q(withdrawn_at=None), name="national_mark_once_per_version"
            ),
            *no_longer_than("national_mark", note=100),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.in_words}"

    @property
    def in_words(self) -> str:
        return f"已办 {self.done_on}"

    @property
    def short(self) -> str:
        """As a list has room for: without the year if it is this one."""
        same = self.done_on.year == timezone.localdate().year
        return f"已办 {self.done_on:%m-%d}" if same else self.in_words


def standing_marks() -> QuerySet[NationalMark]:
    """Marks not withdrawn, the newest first."""
    return NationalMark.objects.filter(withdrawn_at=None).order_by("-id")
