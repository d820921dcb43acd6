"""随机抽查: records drawn by lot and held against the files, what was found, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse

from branches.models import Organization
from branches.models.lengths import no_longer_than
from branches.scoping import Right, ScopedQuerySet, Sight, managed_paths, within
from members.models import CadreTerm, Member
from tuanjian import sealing

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from branches.models import User

SEALED_AS: Final = "spot_check.entered"


class SpotKind(models.TextChoices):
    """抽查对象"""

    MEMBERS = "members", "团员"
    CADRES = "cadres", "团干部"
    ORGANIZATIONS = "organizations", "团组织"


class Verdict(models.TextChoices):
    """检查结果"""

    RIGHT = "right", "无问题"
    WRONG = "wrong", "有不一致或缺漏"
    UNREAL = "unreal", "记录不真实"


class UnrealReason(models.TextChoices):
    """Why a record is not real (真实)."""

    NOBODY = "nobody", "查无此人（组织）"
    LEFT = "left", "已离开本单位"
    TWICE = "twice", "重复录入"
    OTHER = "other", "其他"


class Basis(models.TextChoices):
    """What the record was held against."""

    FILE = "file", "查阅档案"
    PERSON = "person", "向本人核实"
    BOTH = "both", "查阅档案并向本人核实"


class FollowUp(models.TextChoices):
    """整改"""

    NONE = "", "不需整改"
    OPEN = "open", "待整改"
    RETURNED = "returned", "退回重改"
    MENDED = "mended", "待复核"
    CONFIRMED = "confirmed", "已整改"


TO_MEND: Final = (FollowUp.OPEN, FollowUp.RETURNED)
# What lists may be asked for, so that each rate opens into the records it lacks.
BLANK: Final = "blank"
FINDINGS: Final = {
    Verdict.UNREAL.value: Verdict.UNREAL.label,
    "wrong": "有不一致",
    "missing": "有缺漏",
    BLANK: "有空缺、未列缺漏",
}


class SpotCheckQuerySet(ScopedQuerySet["SpotCheck"]):
    """Seen as a whole from the committee whose it is, and from above; those below see what was found about them."""

    sight = Sight.ROSTER

    def of(self, organization: Organization) -> Self:
        """Those of an organisation and of what stands below it."""
        return self.filter(within([organization.path], "organization__path"))


class SpotCheck(models.Model):
    """一次抽查: who drew what from whom, by which seed. Never changed once it is drawn; a second draw is a new row."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("抽查对象", max_length=20, choices=SpotKind.choices)
    # Either so many, or so many of a hundred.
    number = models.PositiveIntegerField("抽取数量", null=True, blank=True)
    percent = models.PositiveSmallIntegerField("抽取比例", null=True, blank=True)
    # Ids of the direct lower organisations it is limited to; none means all.
    chosen = models.JSONField(default=list, editable=False)
    entered_since = models.DateField("录入日期不早于", null=True, blank=True)
    seed = models.CharField("种子", max_length=40)
    seed_is_given = models.BooleanField(default=False, editable=False)
    population_size = models.PositiveIntegerField("总体数量", editable=False)
    population_digest = models.CharField("总体名单 SHA-256", max_length=64, editable=False)
    again = models.ForeignKey("self", models.PROTECT, null=True, related_name="redraws", editable=False)
    reason = models.CharField("重抽原因", max_length=200, blank=True)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="抽取人")
    drawn_at = models.DateTimeField("抽取时间", editable=False)

    objects = SpotCheckQuerySet.as_manager()
    if TYPE_CHECKING:
        records: RelatedManager[SpotRecord]
        population: SpotPopulation

    class Meta:
        verbose_name = verbose_name_plural = "随机抽查"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None, percent__isnull=False) | Q(number__isnull=False, percent=None),
                name="spot_check_number_or_percent",
            ),
            models.CheckConstraint(condition=Q(again=None) | ~Q(reason=""), name="spot_check_again_has_reason"),
            *no_longer_than("spot_check", name=60, seed=40, reason=200),
        ]
        indexes = [models.Index(fields=["organization", "kind"], name="spot_check_of_organization")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:spot_check", args=[self.pk])

    @property
    def seed_in_words(self) -> str:
        """The seed, and that somebody named it where the system did not take it at random."""
        return f"{self.seed}（手工指定）" if self.seed_is_given else self.seed


class SpotPopulation(models.Model):
    """总体名单: the keys among which was drawn, sorted, one a line. No personal data: numbers of records."""

    check_of = models.OneToOneField(SpotCheck, models.CASCADE, primary_key=True, related_name="population")
    keys = models.TextField(editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "抽查总体名单"

    def __str__(self) -> str:
        return str(self.check_of)


class SpotRecordQuerySet(ScopedQuerySet["SpotRecord"]):
    """All of a draw for its committee and above. A branch sees those of its own that were looked at.

    Not earlier: who knows what was drawn tidies it up before anybody comes.
    """

    sight = Sight.ROSTER

    def inside(self, paths: list[str]) -> Q:
        """Those of draws made there, and those found about people and organisations there."""
        own = within(paths, "organization__path") | within(paths, "person__branch__path")
        return within(paths, "check_of__organization__path") | ~Q(verdict="") & own

    def manageable_by(self, user: User | AnonymousUser, *, right: Right) -> Self:
        """With REPORTS what the user may check and settle; with any other right what the user may mend."""
        return self.checkable_by(user) if right is Right.REPORTS else self.mendable_by(user)

    def checkable_by(self, user: User | AnonymousUser) -> Self:
        """Whose draw lies where the user holds the right REPORTS."""
        return self.filter(within(managed_paths(user, Right.REPORTS), "check_of__organization__path"))

    def mendable_by(self, user: User | AnonymousUser) -> Self:
        """Whose record the user keeps: of people with the right PEOPLE, of organisations with STRUCTURE."""
        organizations = Q(check_of__kind=SpotKind.ORGANIZATIONS)
        people, structure = managed_paths(user, Right.PEOPLE), managed_paths(user, Right.STRUCTURE)
        return self.filter(~organizations & self.inside(people) | organizations & self.inside(structure))

    def of(self, check: SpotCheck) -> Self:
        """All of a draw."""
        return self.filter(check_of=check)

    def found_below(self, organization: Organization) -> Self:
        """What was found about an organisation, its people, and what stands below it."""
        place = within([organization.path], "organization__path") | within([organization.path], "person__branch__path")
        return self.filter(place).exclude(verdict="")

    def to_mend(self) -> Self:
        return self.filter(follow_up__in=TO_MEND)

    def to_confirm(self) -> Self:
        return self.filter(follow_up=FollowUp.MENDED)

    def finding(self, name: str) -> Self:
        """Those a rate lacks: not real, with something wrong, with something missing (``FINDINGS``)."""
        if name == Verdict.UNREAL:
            return self.filter(verdict=name)
        if name == BLANK:
            # Kept before what is blank was 缺漏 by itself.
            named = Count("facts", filter=Q(facts__mark=SpotFact.Mark.MISSING))
            return self.annotate(named=named).filter(facts_expected__gt=F("facts_present") + F("named"))
        return self.filter(Exists(SpotFact.objects.filter(record=OuterRef("pk"), mark=name)))

    def in_sheet_order(self) -> Self:
        """As the sheet has them: the committee's order, then the order of the draw."""
        return self.order_by("screen_order", "number")


class SpotRecord(models.Model):
    """抽中的记录, under the organisation's name of then, with what was found and what became of it.

    People and organisations may go (an import taken back), so these links are not enforced by the database.
    """

    check_of = models.ForeignKey(SpotCheck, models.CASCADE, related_name="records", verbose_name="抽查")
    number = models.PositiveIntegerField("抽中序号", editable=False)
    key = models.CharField(max_length=40, editable=False)
    person = models.ForeignKey(Member, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    term = models.ForeignKey(CadreTerm, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    organization = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    organization_name = models.CharField("组织", max_length=50, editable=False)
    screen_order = models.CharField(max_length=500, editable=False)
    # The direct lower organisation of the committee it stands in.
    lower_name = models.CharField("直属下级组织", max_length=50, editable=False)
    lower_order = models.CharField(max_length=500, editable=False)

    verdict = models.CharField("检查结果", max_length=10, choices=Verdict.choices, blank=True, editable=False)
    unreal_reason = models.CharField("不真实的情形", max_length=10, choices=UnrealReason.choices, blank=True)
    basis = models.CharField("核对方式", max_length=10, choices=Basis.choices, blank=True, editable=False)
    note = models.CharField("检查备注", max_length=200, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="检查人"
    )
    checked_at = models.DateTimeField("检查时间", null=True, editable=False)
    # What the rates are made of, as it stood when the record was looked at.
    facts_expected = models.PositiveSmallIntegerField(default=0, editable=False)
    facts_present = models.PositiveSmallIntegerField(default=0, editable=False)
    facts_checked = models.PositiveSmallIntegerField(default=0, editable=False)
    facts_right = models.PositiveSmallIntegerField(default=0, editable=False)

    follow_up = models.CharField("整改", max_length=10, choices=FollowUp.choices, blank=True, editable=False)
    mended_note = models.CharField("整改情况", max_length=200, blank=True)
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="整改人"
    )
    mended_at = models.DateTimeField("整改时间", null=True, editable=False)
    answer = models.CharField("复核意见", max_length=200, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复核人"
    )
    settled_at = models.DateTimeField("复核时间", null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SpotRecordQuerySet.as_manager()
    if TYPE_CHECKING:
        facts: RelatedManager[SpotFact]

    class Meta:
        verbose_name = verbose_name_plural = "抽查记录"
        ordering = ["check_of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["check_of", "number"], name="spot_record_number_once"),
            models.CheckConstraint(
                condition=Q(verdict="", checked_at=None) | ~Q(verdict="") & Q(checked_at__isnull=False),
                name="spot_record_checked_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=["", "right"]) | Q(follow_up=""), name="spot_record_right_needs_no_mending"
            ),
            *no_longer_than("spot_record", note=200, mended_note=200, answer=200),
        ]
        indexes = [
            models.Index(fields=["organization", "follow_up"], name="spot_record_of_organization"),
            models.Index(fields=["person"], name="spot_record_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.check_of}第 {self.number} 号"

    def get_absolute_url(self) -> str:
        return reverse("reports:spot_record", args=[self.pk])

    @property
    def is_checked(self) -> bool:
        return bool(self.verdict)

    @property
    def waits_for_mending(self) -> bool:
        return self.follow_up in TO_MEND

    @property
    def waits_for_confirming(self) -> bool:
        return self.follow_up == FollowUp.MENDED

    @property
    def may_be_checked_again(self) -> bool:
        """Whether what was found may still be put right by who found it."""
        return self.follow_up in (FollowUp.NONE, FollowUp.OPEN)

    @property
    def word(self) -> str:
        """State in words."""
        if not self.verdict:
            return "未检查"
        return self.get_follow_up_display() if self.follow_up else self.get_verdict_display()

    @property
    def chip(self) -> str:
        return CHIPS[self.follow_up or self.verdict]


CHIPS: Final[dict[str, str]] = {
    "": "neutral",
    Verdict.RIGHT: "good",
    FollowUp.OPEN: "care",
    FollowUp.RETURNED: "problem",
    FollowUp.MENDED: "busy",
    FollowUp.CONFIRMED: "good",
}


class SpotFact(models.Model):
    """A fact that is not as the file has it: what was entered then, what the file says. The record itself stays."""

    class Mark(models.TextChoices):
        WRONG = "wrong", "不一致"
        MISSING = "missing", "缺漏"
        UNSURE = "unsure", "无法核对"

    record = models.ForeignKey(SpotRecord, models.CASCADE, related_name="facts")
    key = models.CharField(max_length=40, editable=False)
    label = models.CharField("项目", max_length=30, editable=False)
    mark = models.CharField("检查结果", max_length=10, choices=Mark.choices, editable=False)
    # In words, numbers masked.
    entered = models.CharField("当时填写", max_length=200, blank=True, editable=False)
    # Number or phone in clear, to tell whether it was changed since; shown to nobody.
    entered_sealed = models.TextField(default="", editable=False)
    file_says = models.CharField("应为", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查不一致项"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["record", "key"], name="spot_fact_once"),
            *no_longer_than("spot_fact", file_says=100),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.label}"

    @property
    def entered_in_clear(self) -> str:
        """What stood there then, "" for facts that are not sealed."""
        return sealing.unseal(SEALED_AS, self.entered_sealed)

    @property
    def needs_mending(self) -> bool:
        return self.mark != SpotFact.Mark.UNSURE

    @property
    def is_excused(self) -> bool:
        """Whether it is blank and somebody said why that is no 缺漏."""
        return self.mark == SpotFact.Mark.UNSURE and not self.entered and bool(self.file_says)

    @property
    def word(self) -> str:
        """What was found about it, in words."""
        return "不算缺漏" if self.is_excused else self.get_mark_display()

    @property
    def says_word(self) -> str:
        """What ``file_says`` is, before it."""
        return "应为" if self.needs_mending else "说明："
