"""What people put right on the screen about an uploaded file: single cells, and how its sheets are to be read."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.models.lengths import no_longer_than
from members.models.roster import ImportPurpose, RosterImport
from tuanjian import sealing

SEALED_AS = "roster.mend"


class RosterMend(models.Model):
    """A cell as somebody wrote it in the preview; it stands in place of the cell of the file whenever that is read."""

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="mends")
    sheet = models.CharField("工作表", max_length=100)
    line = models.PositiveIntegerField("行号")
    field = models.CharField(max_length=40)
    sealed = models.TextField()
    mended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    mended_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "在预览中改的单元格"
        constraints = [
            *no_longer_than("rostermend", sheet=100, field=40),
            models.UniqueConstraint(fields=["roster", "sheet", "line", "field"], name="roster_mend_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.line}"

    @property
    def text(self) -> str:
        """What was written; raises ``sealing.SealBroken``."""
        return sealing.unseal(SEALED_AS, self.sealed)

    @text.setter
    def text(self, text: str) -> None:
        self.sealed = sealing.seal(SEALED_AS, text)


class RosterShape(models.Model):
    """How somebody arranged a file, to be taken for their next file of the same
    headings (``members.roster.reading.arranging``)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=ImportPurpose.choices)
    shape = models.CharField(max_length=64)
    # How the sheet was arranged, as ``RosterImport.arranged`` keeps it. Headings by place, no cells.
    arranged = models.JSONField(default=dict)
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "记住的表格识别"
        constraints = [
            *no_longer_than("rostershape", shape=64),
            models.UniqueConstraint(fields=["user", "purpose", "shape"], name="roster_shape_once"),
        ]

    def __str__(self) -> str:
        return self.shape[:8]
