"""The tree of organisations (组织树): what stands where, since when, under which names."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from branches.models.dictionaries import UnitCategory, UnitNature
from branches.models.lengths import no_longer_than
from branches.scoping import Right, Sight, managed_paths, seen_paths, within

if TYPE_CHECKING:
    from branches.models.accounts import User


class OrgType(models.TextChoices):
    """组织类别"""

    LEADING_BODY = "leading_body", "领导机关"
    BASE_COMMITTEE = "base_committee", "基层团委"
    WORK_COMMITTEE = "work_committee", "团工委"
    GENERAL_BRANCH = "general_branch", "团总支"
    BRANCH = "branch", "团支部"


class BranchKind(models.TextChoices):
    """Kind of branch (团支部类型); several are left out of rating and elections."""

    ORDINARY = "ordinary", "普通团支部"
    JOINT = "joint", "联合团支部"
    TEMPORARY = "temporary", "临时团支部"
    FLOATING = "floating", "流动团员团支部"
    ABROAD = "abroad", "出国（境）学习研究团员团支部"
    GRADUATES = "graduates", "毕业生团支部"
    DELAYED = "delayed", "延迟毕业团支部"
    TEACHERS = "teachers", "教师团支部"
    MIXED = "mixed", "混合团支部"
    FUNCTIONAL = "functional", "功能型团支部"


class OrganizationStatus(models.TextChoices):
    ACTIVE = "active", "正常"
    CLOSED = "closed", "已撤销"


class OrganizationQuerySet(MP_NodeQuerySet["Organization"]):
    def visible_to(self, user: User | AnonymousUser, *, sight: Sight = Sight.ORGANIZATIONS) -> Self:
        """Organisations the user may look at."""
        return self.filter(within(seen_paths(user, sight)))

    def manageable_by(self, user: User | AnonymousUser, *, right: Right, below: bool = False) -> Self:
        """Organisations in which the user holds the right; with ``below`` without those the grants stand on.

        What a level may not do to itself (rename, change its type, its own administrator) asks with ``below``;
        a root has nobody above, so there its own administrator decides.
        """
        paths = managed_paths(user, right)
        own_roots = Q(path__in=paths, depth=1)
        return self.filter(within(paths, below=True) | own_roots if below else within(paths))

    def under(self, organization: Organization, *, include_self: bool = True) -> Self:
        """The subtree of an organisation."""
        return self.filter(within([organization.path], below=not include_self))

    def children_of(self, organization: Organization) -> Self:
        return self.filter(within([organization.path], below=True), depth=organization.depth + 1)

    def ancestors_of(self, organization: Organization, *, include_self: bool = False) -> Self:
        """The way down from the root, in one query."""
        last = organization.depth + (1 if include_self else 0)
        steps = [organization.path[: depth * organization.steplen] for depth in range(1, last)]
        return self.filter(path__in=steps).order_by("path")

    def active(self) -> Self:
        return self.filter(status=OrganizationStatus.ACTIVE)

    def branches(self) -> Self:
        return self.filter(org_type=OrgType.BRANCH)

    def in_screen_order(self) -> Self:
        """The committee's own order, depth first."""
        return self.order_by("screen_order")


class OrganizationManager(MP_NodeManager["Organization"]):
    # MP_NodeManager.from_queryset() would lose these methods: its get_queryset names MP_NodeQuerySet itself.
    def get_queryset(self) -> OrganizationQuerySet:
        return OrganizationQuerySet(self.model, using=self._db)

    def visible_to(self, user: User | AnonymousUser, *, sight: Sight = Sight.ORGANIZATIONS) -> OrganizationQuerySet:
        return self.get_queryset().visible_to(user, sight=sight)

    def manageable_by(self, user: User | AnonymousUser, *, right: Right, below: bool = False) -> OrganizationQuerySet:
        return self.get_queryset().manageable_by(user, right=right, below=below)

    def under(self, organization: Organization, *, include_self: bool = True) -> OrganizationQuerySet:
        return self.get_queryset().under(organization, include_self=include_self)

    def children_of(self, organization: Organization) -> OrganizationQuerySet:
        return self.get_queryset().children_of(organization)

    def ancestors_of(self, organization: Organization, *, include_self: bool = False) -> OrganizationQuerySet:
        return self.get_queryset().ancestors_of(organization, include_self=include_self)

    def active(self) -> OrganizationQuerySet:
        return self.get_queryset().active()


class Organization(MP_Node):
    """团组织: a committee, general branch or branch. Its place in the tree is changed by ``branches.tree`` only."""

    steplen: ClassVar[int] = 6

    code = models.CharField("组织编码", max_length=20, unique=True, editable=False)
    root = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    org_type = models.CharField("组织类别", max_length=20, choices=OrgType.choices)
    branch_kind = models.CharField(
        "团支部类型", max_length=20, choices=BranchKind.choices, default=BranchKind.ORDINARY, blank=True
    )
    full_name = models.CharField("组织全称", max_length=120)
    short_name = models.CharField("组织简称", max_length=50)
    short_name_initials = models.CharField(max_length=60, editable=False, default="")
    order_number = models.PositiveIntegerField("排序号", default=0, help_text="数字小的排在前面，由上级编排。")
    # Order number and path step of every level from the root down: one ORDER BY gives the committee's order,
    # depth first.
    screen_order = models.CharField(max_length=500, editable=False, db_index=True, default="")
    status = models.CharField(
        "状态", max_length=10, choices=OrganizationStatus.choices, default=OrganizationStatus.ACTIVE, editable=False
    )
    closed_on = models.DateField("撤销日期", null=True, editable=False)

    unit_nature = models.ForeignKey(UnitNature, models.PROTECT, verbose_name="单位性质", null=True, blank=True)
    unit_category = models.ForeignKey(UnitCategory, models.PROTECT, verbose_name="行业类别", null=True, blank=True)
    student = models.BooleanField("学生团组织", default=False, help_text="学生团组织的任期另有规定。")
    region_code = models.CharField("行政区划代码", max_length=6, blank=True)
    region_name = models.CharField("所在地区", max_length=60, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True, help_text="办公电话，不要填写个人手机号。")
    contact_email = models.EmailField("电子邮箱", max_length=100, blank=True)
    founded_on = models.DateField("成立时间", null=True, blank=True)
    founded_on_is_month = models.BooleanField(default=False, editable=False)
    last_election_on = models.DateField("最近一次换届时间", null=True, blank=True)
    last_election_on_is_month = models.BooleanField(default=False, editable=False)

    admin_quota = models.PositiveIntegerField("行政编制数", null=True, blank=True)
    admin_quota_filled = models.PositiveIntegerField("行政编制实际配备数", null=True, blank=True)
    institution_quota = models.PositiveIntegerField("事业编制数", null=True, blank=True)
    institution_quota_filled = models.PositiveIntegerField("事业编制实际配备数", null=True, blank=True)
    remark = models.CharField("备注", max_length=500, blank=True)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[OrganizationManager] = OrganizationManager()

    class Meta:
        verbose_name = verbose_name_plural = "团组织"
        ordering = ["screen_order"]
        constraints = [
            models.UniqueConstraint(
                fields=["root", "full_name"], condition=Q(status="active"), name="organization_full_name_once_per_root"
            ),
            models.CheckConstraint(
                condition=Q(status="active", closed_on=None) | Q(status="closed", closed_on__isnull=False),
                name="organization_closed_on_iff_closed",
            ),
            *no_longer_than("organization", full_name=120, short_name=50, remark=500, contact_phone=30),
            *no_longer_than("organization", region_code=6, region_name=60, address=120, contact_email=100),
        ]
        indexes = [
            models.Index(fields=["short_name"], name="organization_short_name", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["short_name_initials"], name="organization_initials", opclasses=["varchar_pattern_ops"]
            ),
            # Direct lower organisations, without looking through everything below.
            models.Index(fields=["depth", "path"], name="organization_level"),
        ]

    def __str__(self) -> str:
        return self.short_name

    def get_absolute_url(self) -> str:
        return reverse("reports:organization", args=[self.pk])

    @property
    def is_branch(self) -> bool:
        return self.org_type == OrgType.BRANCH

    @property
    def is_closed(self) -> bool:
        return self.status == OrganizationStatus.CLOSED

    @property
    def parent_path(self) -> str:
        """Path of the organisation above, "" at a root."""
        return self.path[: -self.steplen]


class FormerName(models.Model):
    """曾用名: rosters of earlier years still use it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="former_names")
    full_name = models.CharField("曾用全称", max_length=120)
    short_name = models.CharField("曾用简称", max_length=50)
    until_on = models.DateField("用至")

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        ordering = ["-until_on", "-id"]
        constraints = [*no_longer_than("former_name", full_name=120, short_name=50)]

    def __str__(self) -> str:
        return self.short_name


class Placement(models.Model):
    """Where an organisation stood, under which names, from–to. Exactly one open row each.

    ``lineage`` lists the ids from the root down ("/1/4/9/"): ids never change, paths do. Rows outlive their
    organisation (an import taken back removes organisations), so the links are not enforced by the database.
    """

    organization = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, related_name="placements")
    parent = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    code = models.CharField(max_length=20)
    full_name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=50)
    org_type = models.CharField(max_length=20, choices=OrgType.choices)
    status = models.CharField(max_length=10, choices=OrganizationStatus.choices, default=OrganizationStatus.ACTIVE)
    screen_order = models.CharField(max_length=500)
    lineage = models.CharField(max_length=600)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "组织沿革"
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(to_at=None), name="placement_one_open_per_organization"
            ),
            models.CheckConstraint(
                condition=Q(to_at=None) | Q(to_at__gte=F("from_at")), name="placement_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["organization", "from_at"], name="placement_of_organization")]

    def __str__(self) -> str:
        return f"{self.short_name} {self.from_at:%F %T}"


class Headcount(models.Model):
    """A number somebody above or a named list answers for: expected members and youth, staff in all.

    Never computed, never overwritten: a new declaration is a new row, the newest ``as_of_on`` counts.
    """

    class Kind(models.TextChoices):
        EXPECTED_MEMBERS = "expected_members", "应有团员数"
        EXPECTED_YOUTH = "expected_youth", "应有青年数"
        STAFF = "staff", "职工总数"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="headcounts")
    kind = models.CharField("项目", max_length=20, choices=Kind.choices)
    value = models.PositiveIntegerField("人数")
    as_of_on = models.DateField("截至日期")
    source = models.CharField("依据", max_length=100, help_text="例如：局人事处名册、上级核定。")
    set_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "核定人数"
        ordering = ["-as_of_on", "-id"]
        constraints = [*no_longer_than("headcount", source=100)]
        indexes = [models.Index(fields=["organization", "kind", "-as_of_on"], name="headcount_latest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class Star(models.TextChoices):
    """对标定级 result."""

    FIVE = "5", "五星级"
    FOUR = "4", "四星级"
    THREE = "3", "三星级"
    LAGGING = "lagging", "后进"
    SLACK = "slack", "软弱涣散"
    NONE = "none", "未定级"


class OrganizationYear(models.Model):
    """Result of an organisation in a year, as a plain fact."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField("年度")
    star = models.CharField("星级", max_length=10, choices=Star.choices)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "对标定级结果"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["organization", "year"], name="one_star_per_organization_year")]

    def __str__(self) -> str:
        return f"{self.year} {self.get_star_display()}"


def latest_headcounts(organizations: models.QuerySet[Organization], on: dt.date) -> dict[tuple[int, str], Headcount]:
    """For each organisation and kind the declaration that counts on that day, in one query."""
    rows: dict[tuple[int, str], Headcount] = {}
    declared = Headcount.objects.filter(organization__in=organizations, as_of_on__lte=on).order_by("as_of_on", "id")
    for row in declared:
        rows[row.organization_id, row.kind] = row
    return rows
