"""导入: an uploaded file, its rows, and what it changed. State stays on the server: preview, commit, taking back
and the workbook of refused rows all work on these rows."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Organization
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight
from members.models.files import SealedFile
from tuanjian import sealing

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from members.models.decisions import RosterDecision
    from members.models.mends import RosterMend


class ImportPurpose(models.TextChoices):
    """What a file is imported for; ``members.roster.purposes`` says what each reads and writes."""

    ROSTER = "roster", "名册"
    GAPS = "gaps", "缺项补录"
    ACTIVITIES = "activities", "活动清单"


class RowKind(models.TextChoices):
    """What a sheet lists."""

    ORGANIZATIONS = "organizations", "团组织"
    MEMBERS = "members", "团员"
    CADRES = "cadres", "团干部"
    YOUTH = "youth", "青年"
    ACTIVITIES = "activities", "活动"
    IGNORED = "ignored", "未读取"


class RowState(models.TextChoices):
    """What becomes of a row."""

    NEW = "new", "新增"
    UPDATE = "update", "更新"
    SAME = "same", "无变化"
    INVALID = "invalid", "有误"
    ELSEWHERE = "elsewhere", "不在管理范围"
    ASKED = "asked", "待确定"


class Choice(models.TextChoices):
    """What a person may decide about a row (``members.roster.preview.deciding``)."""

    MOVE = "move", "调入本支部"
    SAME = "same", "就是同一人，更正证件号"
    MERGE = "merge", "就是同一人，保留原证件号"
    DIFFERENT = "different", "不是同一人"
    APPLY = "apply", "按此人更新"


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    CHECKING = "checking", "检查中"
    TO_ARRANGE = "to_arrange", "待识别"
    TO_CONFIRM = "to_confirm", "待确认"
    WRITING = "writing", "写入中"
    DONE = "done", "已完成"
    TAKEN_BACK = "taken_back", "已撤回"
    DISCARDED = "discarded", "已放弃"
    FAILED = "failed", "失败"


class RosterImportQuerySet(ScopedQuerySet["RosterImport"]):
    path_lookup = "organization__path"
    sight = Sight.ROSTER


class RosterImport(models.Model):
    """An import of a file under an organisation. Until ``lease_until`` whoever works on it is taken to be alive."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="roster_imports", verbose_name="导入到")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导入人")
    purpose = models.CharField("内容", max_length=20, choices=ImportPurpose.choices, default=ImportPurpose.ROSTER)
    note = models.CharField("说明", max_length=200, blank=True)
    file_name = models.CharField("文件名", max_length=255)
    as_of_on = models.DateField("检查日期")
    update_existing = models.BooleanField("更新已存在的数据", default=True)
    state = models.CharField("状态", max_length=20, choices=ImportState.choices, default=ImportState.UPLOADED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    # {"rows": {kind: {state: number}}, "branches": ids of the branches the file lists people of,
    #  "findings": classes of what is wrong (members.roster.preview.classifying), "written": {what: number},
    #  "returned": number, "kept": number,
    #  "moved": rows that came out otherwise when it was to be written: how many, the first with their earlier states}
    counts = models.JSONField(default=dict)
    # One a sheet: name, kind, heading row, columns, unmapped headings, warnings, lines left out. No cells.
    sheets = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    # By the name of the sheet, how somebody wants it to be read (``members.roster.reading.layouts.Arranged``).
    arranged = models.JSONField(default=dict)
    # Branches to be made first, as somebody wanted it in the preview: name, parent_id, org_type; and names of the file
    # that mean an organisation, with its key.
    new_branches = models.JSONField(default=list)
    named_branches = models.JSONField(default=dict)
    error_code = models.CharField(max_length=20, blank=True)
    error = models.CharField("失败原因", max_length=300, blank=True)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    checked_at = models.DateTimeField("检查时间", null=True)
    # With whose rights its rows were planned last.
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField("写入时间", null=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField("撤回时间", null=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RosterImportQuerySet.as_manager()
    if TYPE_CHECKING:
        rows: RelatedManager[RosterRow]
        changes: RelatedManager[RosterChange]
        mends: RelatedManager[RosterMend]
        decisions: RelatedManager[RosterDecision]

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        ordering = ["-id"]
        constraints = [*no_longer_than("rosterimport", note=200, file_name=255, error=300)]
        indexes = [models.Index(fields=["state", "lease_until"], name="roster_import_lease")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def job(self) -> str:
        """How the log names this import."""
        return f"{self.get_purpose_display()}导入 {self.pk}"

    @property
    def percent(self) -> int:
        """How far the present step has come."""
        return self.done * 100 // self.total if self.total else 0

    def has_lost_its_worker(self, now: dt.datetime) -> bool:
        """Whether nobody works on it any more though its state says so."""
        return (
            self.state in (ImportState.CHECKING, ImportState.WRITING)
            and self.lease_until is not None
            and self.lease_until < now
        )


class RosterFile(SealedFile):
    """The uploaded file."""

    seal = "roster.file"

    roster = models.OneToOneField(RosterImport, models.CASCADE, primary_key=True, related_name="file")
    size = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "导入文件"


class RosterRow(models.Model):
    """A row of the file: what was read, what is planned with it, what is wrong with it.

    Problems, warnings and changes hold no number and no phone; everything that was read is sealed.
    """

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    sheet = models.CharField("工作表", max_length=100)
    line = models.PositiveIntegerField("行号")
    kind = models.CharField(max_length=20, choices=RowKind.choices)
    state = models.CharField("状态", max_length=20, choices=RowState.choices)
    label = models.CharField("名称", max_length=120, blank=True)
    target_id = models.BigIntegerField(null=True)
    problems = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    # What may be decided about it, values of ``Choice``.
    offers = models.JSONField(default=list)
    # By these rows are found that come out otherwise when another one changes (``members.roster.preview.relating``):
    # the index of the number, the organisation a row of people belongs to, those its person is to be secretary of.
    # Another index key makes the index stale, as it does the fingerprint: the import has to be checked again.
    number_mark = models.CharField(max_length=64, blank=True, editable=False)
    place_id = models.BigIntegerField(null=True, editable=False)
    leads = models.TextField(blank=True, editable=False)
    sealed = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = "导入的行"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["roster", "number"], name="roster_row_once")]
        indexes = [
            models.Index(fields=["roster", "state", "number"], name="roster_row_state"),
            models.Index(fields=["roster", "kind", "number"], name="roster_row_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.line}"

    @property
    def content(self) -> dict[str, Any]:
        """``read``: the row as in the file; ``shown``: its values as planned. Raises ``sealing.SealBroken``."""
        return opened(self.sealed)

    @property
    def shown(self) -> dict[str, str]:
        """The values as they will be kept, by field."""
        shown: dict[str, str] = self.content["shown"]
        return shown


def opened(sealed: str) -> dict[str, Any]:
    """What the column ``sealed`` of a row holds; raises ``sealing.SealBroken``."""
    content: dict[str, Any] = json.loads(sealing.unseal("roster.row", sealed))
    return content


class RosterChange(models.Model):
    """One thing the import wrote: what it was before (sealed), and at which version the import left it."""

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    created = models.BooleanField()
    version = models.PositiveIntegerField()
    label = models.CharField(max_length=120)
    branch = models.ForeignKey(Organization, models.SET_NULL, null=True, related_name="+")
    before_sealed = models.TextField(blank=True)
    # Ids of the rows of history that were written with it, by model.
    written = models.JSONField(default=dict)
    returned_at = models.DateTimeField(null=True)
    kept_because = models.CharField("未撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入的变更"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="roster_change_once"),
            models.CheckConstraint(condition=Q(created=False) | Q(before_sealed=""), name="roster_change_before"),
        ]
        indexes = [models.Index(fields=["object_type", "object_id"], name="roster_change_object")]

    def __str__(self) -> str:
        return self.label

    @property
    def before(self) -> dict[str, Any]:
        """The columns as they were; raises ``sealing.SealBroken``."""
        before: dict[str, Any] = json.loads(sealing.unseal("roster.change", self.before_sealed))
        return before
