"""通报: what a committee tells the organisations below it: drafted, numbered, issued, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from branches.models import Organization
from branches.models.lengths import no_longer_than
from branches.scoping import RIGHTS, ScopedQuerySet, Sight, held_by, seen_paths, within
from members.models.files import SealedFile
from reports.models.campaigns import Campaign

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from branches.models import User


class CircularKind(models.TextChoices):
    ENTRY = "entry", "信息录入进度通报"
    ORG_LIFE = "org_life", "三会两制一课月度通报"
    CAMPAIGN = "campaign", "调度情况通报"


class CircularState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已印发"
    WITHDRAWN = "withdrawn", "已撤回"


class Audience(models.TextChoices):
    """发送范围"""

    DIRECT = "direct", "直属下级组织"
    ALL = "all", "各级下级组织"


class Listing(models.TextChoices):
    """What the table of 信息录入进度 lists."""

    LOWER = "lower", "直属下级组织"
    BRANCHES = "branches", "各级全部团支部"


class CircularQuerySet(ScopedQuerySet["Circular"]):
    sight = Sight.ROSTER

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the organisations in sight, and those that were sent to one of them."""
        paths = seen_paths(user, self.sight)
        sent = CircularDelivery.objects.filter(within(paths, "organization__path"), circular=OuterRef("pk"))
        return self.filter(self.inside(paths) | Q(Exists(sent)))


class Circular(models.Model):
    """通报. Once issued it says for ever what it said then, whatever happens to the tree and to people.

    ``figures`` are those of the draft, with names as they were; ``parts`` the text, part by part, each as it was made
    out of the figures (``made``) and as it stands (``text``). ``chosen`` holds the organisations somebody picked for
    praise and criticism. All three are the JSON of ``reports.circulars``.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="发文组织")
    kind = models.CharField("种类", max_length=20, choices=CircularKind.choices)
    state = models.CharField(
        "状态", max_length=10, choices=CircularState.choices, default=CircularState.DRAFT, editable=False
    )
    audience = models.CharField("发送范围", max_length=10, choices=Audience.choices, default=Audience.ALL)
    title = models.CharField("标题", max_length=100)
    prefix = models.CharField("机关代字", max_length=30)
    addressee = models.CharField("主送", max_length=200)
    signature = models.CharField("署名", max_length=120)
    on = models.DateField("统计时点", editable=False)
    since = models.DateField("对比时点", null=True, editable=False)
    month = models.DateField("月份", null=True, editable=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="+", verbose_name="调度", editable=False
    )
    listing = models.CharField("列出", max_length=10, choices=Listing.choices, default=Listing.LOWER, editable=False)
    counted_at = models.DateTimeField("数据截至", editable=False)
    figures = models.JSONField(default=dict, editable=False)
    parts = models.JSONField(default=list, editable=False)
    chosen = models.JSONField(default=dict, editable=False)
    year = models.PositiveSmallIntegerField(null=True, editable=False)
    number = models.PositiveIntegerField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟稿人", editable=False
    )
    made_at = models.DateTimeField("拟稿时间", auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="印发人", editable=False
    )
    issued_at = models.DateTimeField("印发时间", null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤回人", editable=False
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, editable=False)
    withdrawal_reason = models.CharField("撤回原因", max_length=200, blank=True)

    objects = CircularQuerySet.as_manager()
    if TYPE_CHECKING:
        deliveries: RelatedManager[CircularDelivery]
        file: CircularFile

    class Meta:
        verbose_name = verbose_name_plural = "通报"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year", "prefix", "number"], name="circular_number_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, issued_at=None)
                | (~Q(state="draft") & Q(number__isnull=False, year__isnull=False, issued_at__isnull=False)),
                name="circular_numbered_iff_issued",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | (Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")),
                name="circular_withdrawn_with_reason",
            ),
            *no_longer_than("circular", title=100, prefix=30, addressee=200, signature=120, withdrawal_reason=200),
        ]
        indexes = [models.Index(fields=["organization", "state"], name="circular_of_organization")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:circular", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == CircularState.DRAFT

    @property
    def is_withdrawn(self) -> bool:
        return self.state == CircularState.WITHDRAWN

    @property
    def symbol(self) -> str:
        """发文字号 (GB/T 9704—2012, 7.2.5), "" while it is a draft."""
        return f"{self.prefix}〔{self.year}〕{self.number}号" if self.number else ""


class CircularFile(SealedFile):
    """The Word file as it was issued."""

    seal = "circular.file"

    circular = models.OneToOneField(Circular, models.CASCADE, primary_key=True, related_name="file")

    class Meta:
        verbose_name = verbose_name_plural = "通报文件"


class DeliveryQuerySet(ScopedQuerySet["CircularDelivery"]):
    sight = Sight.ROSTER

    def unread(self) -> Self:
        """Not opened yet by anybody who works for the organisation; those of withdrawn ones need no reading."""
        return self.filter(read_at=None, circular__state=CircularState.ISSUED)

    def receivable_by(self, user: User) -> Self:
        """Those the user would receive by opening them: unread, sent to an organisation the user works for itself.

        Who only looks on receives for nobody; a level above does not receive for the one below.
        """
        works_for = {held.organization_id for held in held_by(user) if RIGHTS[held.role]}
        return self.unread().filter(organization__in=works_for)


class CircularDelivery(models.Model):
    """收文: an organisation an issued circular was sent to, under its name of then, and who opened it there.

    Rows outlive their organisation (an import taken back removes organisations), so the link is not enforced.
    """

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="deliveries")
    organization = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.CharField("组织", max_length=50, editable=False)
    place = models.PositiveIntegerField(editable=False)
    read_at = models.DateTimeField("签收时间", null=True, editable=False)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签收人", editable=False
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报收文"
        ordering = ["circular", "place"]
        constraints = [
            models.UniqueConstraint(fields=["circular", "organization"], name="circular_sent_once_to_each"),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None) | Q(read_at__isnull=False, read_by__isnull=False),
                name="circular_read_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["organization", "read_at"], name="circular_sent_to")]

    def __str__(self) -> str:
        return f"{self.name} {self.circular}"


class CircularTemplateQuerySet(ScopedQuerySet["CircularTemplate"]):
    sight = Sight.ROSTER

    def in_use(self) -> Self:
        """Neither replaced nor taken back."""
        return self.filter(retired_at=None)


class CircularTemplate(models.Model):
    """A committee's own Word template for one kind of circular; the newest that is not retired is used."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    kind = models.CharField("种类", max_length=20, choices=CircularKind.choices, editable=False)
    file_name = models.CharField("文件", max_length=255, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    retired_at = models.DateTimeField("停用时间", null=True, editable=False)

    objects = CircularTemplateQuerySet.as_manager()
    if TYPE_CHECKING:
        file: CircularTemplateFile

    class Meta:
        verbose_name = verbose_name_plural = "通报模板"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=Q(retired_at=None),
                name="circular_template_one_in_use_per_kind",
            ),
            *no_longer_than("circular_template", file_name=255),
        ]

    def __str__(self) -> str:
        return self.file_name


class CircularTemplateFile(SealedFile):
    """The uploaded template."""

    seal = "circular.template"

    template = models.OneToOneField(CircularTemplate, models.CASCADE, primary_key=True, related_name="file")

    class Meta:
        verbose_name = verbose_name_plural = "通报模板文件"
