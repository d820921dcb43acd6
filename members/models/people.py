"""The person record (团员、青年、团干部 in one table, one row for life)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from branches.models import Organization
from branches.models.lengths import no_longer_than
from branches.scoping import Right, ScopedQuerySet, Sight, managed_paths, seen_paths, within
from members.dictionaries import (
    PARTY,
    Education,
    Ethnicity,
    FileState,
    IncomeBand,
    Occupation,
    PoliticalStatus,
)
from members.models.rules import AgeRule, age_rules
from tuanjian import ages, masking, phones, pinyin, sealing
from tuanjian.idnumbers import Gender, IdType

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from branches.models import User
    from members.models.cadres import CadreTerm


class LeagueStatus(models.TextChoices):
    """团籍. Political status, age and posts are separate facts."""

    MEMBER = "member", "团员"
    RETAINED = "retained", "保留团籍"
    NONE = "none", "非团员"
    LEFT = "left", "已离团"


class MemberStatus(models.TextChoices):
    """人员状态"""

    NORMAL = "normal", "正常"
    IN_TRANSFER = "in_transfer", "转接中"
    FLOATING = "floating", "流动"
    LOST_CONTACT = "lost_contact", "失联核查中"
    SUSPENDED = "suspended", "停止团籍"
    TRANSFERRED_OUT = "transferred_out", "已转出"
    OVERAGE = "overage", "超龄离团"
    VOLUNTARY_EXIT = "voluntary_exit", "自愿退团"
    SELF_LAPSED = "self_lapsed", "自行脱团"
    EXPELLED = "expelled", "开除团籍"
    DECEASED = "deceased", "已故"
    VOID = "void", "误录作废"


GONE = (
    MemberStatus.TRANSFERRED_OUT,
    MemberStatus.OVERAGE,
    MemberStatus.VOLUNTARY_EXIT,
    MemberStatus.SELF_LAPSED,
    MemberStatus.EXPELLED,
    MemberStatus.DECEASED,
)
IN_LEAGUE = (LeagueStatus.MEMBER, LeagueStatus.RETAINED)


class MemberQuerySet(ScopedQuerySet["Member"]):
    sight = Sight.ROSTER

    def inside(self, paths: list[str]) -> Q:
        """People of the branches there, and people who hold a post there now, wherever their branch is."""
        by_post = Exists(_current_posts(within(paths, "organization__path")))
        return within(paths, "branch__path") | Q(by_post)

    def manageable_by(self, user: User | AnonymousUser, *, right: Right) -> Self:
        """A person is kept by the branch; whoever has none, by the organisation of the current post."""
        paths = managed_paths(user, right)
        by_post = Q(branch=None) & Exists(_current_posts(within(paths, "organization__path")))
        return self.filter(within(paths, "branch__path") | by_post)

    def of_branches_visible_to(self, user: User | AnonymousUser) -> Self:
        """People whose branch lies in the user's scope; posts aside, as rosters and counts have it."""
        return self.filter(within(seen_paths(user, Sight.ROSTER), "branch__path"))

    def on_roster(self) -> Self:
        """在册: neither gone nor entered by mistake."""
        return self.exclude(status__in=[*GONE, MemberStatus.VOID])

    def league_members(self) -> Self:
        """团员 on the roster, Party members who keep their membership included."""
        return self.on_roster().filter(league_status__in=IN_LEAGUE)

    def under(self, organization: Organization) -> Self:
        """People of the branches of a subtree."""
        return self.filter(within([organization.path], "branch__path"))

    def aged(self, from_age: int, to_age: int, on: dt.date) -> Self:
        """People of from_age to to_age full years on that day, both included."""
        earliest, latest = ages.born_between(from_age=from_age, to_age=to_age, on=on)
        return self.filter(birth_on__gte=earliest, birth_on__lte=latest)

    def youth(self, on: dt.date) -> Self:
        """青年 by the age bounds of that day, members included. Nobody where no rule is in force: a gap is no error."""
        rules = age_rules(on)
        if not {AgeRule.Kind.YOUTH_FROM, AgeRule.Kind.YOUTH_TO} <= rules.keys():
            return self.none()
        return self.on_roster().aged(rules[AgeRule.Kind.YOUTH_FROM], rules[AgeRule.Kind.YOUTH_TO], on)

    def non_member_youth(self, on: dt.date) -> Self:
        """非团员青年"""
        return self.youth(on).exclude(league_status__in=IN_LEAGUE)

    def cadres(self) -> Self:
        """团干部: whoever holds a post now."""
        return self.exclude(status=MemberStatus.VOID).filter(Exists(_current_posts(Q())))

    def party_under_28(self, on: dt.date) -> Self:
        """28 岁以下党员"""
        return self.on_roster().filter(political_status__in=PARTY).aged(0, 27, on)

    def due_to_leave(self, on: dt.date) -> Self:
        """Members of the leaving age without a League post (团章: 年满二十八周岁，没有担任团内职务)."""
        limit = age_rules(on).get(AgeRule.Kind.LEAVE_AT)
        if limit is None:
            return self.none()
        return self.league_members().aged(limit, 150, on).exclude(Exists(_current_posts(Q())))

    def reaching_leave_age(self, start: dt.date, end: dt.date) -> Self:
        """Members without a post whose birthday of the leaving age falls between the two days."""
        limit = age_rules(end).get(AgeRule.Kind.LEAVE_AT)
        if limit is None:
            return self.none()
        earliest, latest = ages.turns_within(limit, start, end)
        members = self.league_members().filter(birth_on__gte=earliest, birth_on__lte=latest)
        return members.exclude(Exists(_current_posts(Q())))

    def by_pinyin(self) -> Self:
        return self.order_by("pinyin", "id")


def _current_posts(where: Q) -> models.QuerySet[CadreTerm]:
    from members.models.cadres import CadreTerm

    return CadreTerm.objects.filter(where, person=OuterRef("pk"), ended_on=None)


class Member(models.Model):
    """人员: one row per person for life. 团员青年, 青年, 团干部 and 28 岁以下党员 are computed, never stored.

    ID number and phone are sealed (docs/decisions/0004-sealing.md); setting ``id_number`` or ``phone`` seals them and
    renews the indexes. Nothing here is deleted from pages; a mistaken row gets the status 误录作废.
    """

    name = models.CharField("姓名", max_length=50)
    former_name = models.CharField("曾用名", max_length=50, blank=True)
    pinyin = models.CharField(max_length=200, editable=False, default="")
    initials = models.CharField(max_length=50, editable=False, default="")
    id_type = models.CharField("证件类型", max_length=10, choices=IdType.choices, default=IdType.RESIDENT)
    id_number_sealed = models.TextField(editable=False, default="")
    id_number_index = models.CharField(max_length=64, editable=False, null=True)
    id_number_tail_index = models.CharField(max_length=64, editable=False, null=True)
    # The province only. Area, birth date and the last four together would restore the number.
    id_number_head = models.CharField(max_length=2, editable=False, default="")
    gender = models.CharField("性别", max_length=1, choices=Gender.choices, default=Gender.UNKNOWN)
    birth_on = models.DateField("出生日期", null=True, blank=True)
    birth_on_is_month = models.BooleanField(default=False, editable=False)
    ethnicity = models.CharField("民族", max_length=2, choices=Ethnicity.choices, blank=True)
    native_place = models.CharField("籍贯", max_length=60, blank=True)
    education = models.CharField("学历", max_length=2, choices=Education.choices, blank=True)
    political_status = models.CharField("政治面貌", max_length=2, choices=PoliticalStatus.choices, blank=True)
    joined_party_on = models.DateField("入党时间", null=True, blank=True)
    joined_party_on_is_month = models.BooleanField(default=False, editable=False)
    applied_to_party = models.BooleanField("是否递交入党申请书", null=True, blank=True)

    league_status = models.CharField("团籍", max_length=10, choices=LeagueStatus.choices)
    status = models.CharField(
        "状态", max_length=20, choices=MemberStatus.choices, default=MemberStatus.NORMAL, editable=False
    )
    branch = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="所在团支部", related_name="people", null=True, blank=True
    )
    joined_on = models.DateField("入团年月", null=True, blank=True)
    joined_on_is_month = models.BooleanField(default=False, editable=False)
    member_no = models.CharField("发展团员编号", max_length=16, blank=True)
    file_state = models.CharField("电子档案", max_length=20, choices=FileState.choices, blank=True)
    dues_paid_until = models.DateField("团费缴至", null=True, blank=True, help_text="缴到哪个月，存为该月第一天。")

    phone_sealed = models.TextField(editable=False, default="")
    phone_index = models.CharField(max_length=64, editable=False, null=True)
    phone_tail_index = models.CharField(max_length=64, editable=False, null=True)
    email = models.EmailField("电子邮箱", max_length=100, blank=True)
    work_unit = models.CharField("工作单位", max_length=100, blank=True)
    occupation = models.CharField("职业", max_length=30, choices=Occupation.choices, blank=True)
    income_band = models.CharField("收入档次", max_length=20, choices=IncomeBand.choices, blank=True)
    household_region = models.CharField("户籍所在地", max_length=100, blank=True)
    is_volunteer = models.BooleanField("志愿者注册", null=True, blank=True)
    volunteer_since_on = models.DateField("注册志愿者时间", null=True, blank=True)
    remark = models.CharField("备注", max_length=500, blank=True)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    verified_on = models.DateField("核实日期", null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    # Set together with 误录作废 when two records of one person are made one (``members.sameness``).
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="merged_records", verbose_name="合并到"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = MemberQuerySet.as_manager()
    if TYPE_CHECKING:
        terms: RelatedManager[CadreTerm]

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ["pinyin", "id"]
        constraints = [
            # A record entered by mistake must not stand in the way of the right one.
            models.UniqueConstraint(
                fields=["id_type", "id_number_index"],
                condition=~Q(status="void"),
                name="member_once_per_id_number",
            ),
            models.CheckConstraint(
                condition=Q(id_number_index__isnull=False)
                | ~Q(league_status__in=["member", "retained"])
                | Q(status="void"),
                name="member_in_league_has_id_number",
            ),
            models.CheckConstraint(
                condition=Q(branch__isnull=False) | ~Q(league_status__in=["member", "retained"]) | Q(status="void"),
                name="member_in_league_has_branch",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["overage", "voluntary_exit", "self_lapsed", "expelled"])
                | Q(league_status="left"),
                name="member_exit_status_means_left",
            ),
            *no_longer_than("member", name=50, member_no=16, work_unit=100, remark=500, native_place=60),
            *no_longer_than("member", former_name=50, email=100, household_region=100),
        ]
        # Pattern operators: on PostgreSQL a prefix search uses the index whatever the collation; SQLite ignores them.
        indexes = [
            models.Index(fields=["branch", "status", "league_status"], name="member_of_branch"),
            models.Index(fields=["name"], name="member_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["pinyin", "id"], name="member_pinyin"),
            models.Index(fields=["initials"], name="member_initials", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["id_number_index"], name="member_id_number"),
            models.Index(fields=["phone_index"], name="member_phone"),
            models.Index(fields=["phone_tail_index"], name="member_phone_tail"),
            models.Index(fields=["id_number_tail_index"], name="member_id_number_tail"),
            models.Index(fields=["birth_on"], name="member_birth"),
            models.Index(fields=["created_at"], name="member_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:member", args=[self.pk])

    @property
    def id_number(self) -> str:
        """ID number in clear. Showing it to somebody is a logged act: see ``members.privacy``."""
        return sealing.unseal("member.id_number", self.id_number_sealed)

    @id_number.setter
    def id_number(self, value: str) -> None:
        self.id_number_sealed = sealing.seal("member.id_number", value)
        self.id_number_index = sealing.blind_index("member.id_number", value) or None
        self.id_number_tail_index = sealing.blind_index("member.id_number_tail", value[-4:]) or None
        self.id_number_head = value[:2]

    @property
    def id_number_masked(self) -> str:
        return masking.mask_number(self.id_number_head) if self.id_number_head else ""

    @property
    def phone(self) -> str:
        """Phone in clear."""
        return sealing.unseal("member.phone", self.phone_sealed)

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_sealed = sealing.seal("member.phone", value)
        self.phone_index = sealing.blind_index("member.phone", value) or None
        self.phone_tail_index = sealing.blind_index("member.phone_tail", phones.tail(value)) if value else None

    @property
    def phone_masked(self) -> str:
        return masking.mask_phone(self.phone) if self.phone_sealed else ""

    @property
    def is_in_league(self) -> bool:
        return self.league_status in IN_LEAGUE and self.is_on_roster

    @property
    def is_on_roster(self) -> bool:
        return self.status not in (*GONE, MemberStatus.VOID)

    @property
    def is_verified(self) -> bool:
        """Verified records keep name and number; changing them takes two people."""
        return self.verified_on is not None

    def age_on(self, day: dt.date) -> int | None:
        return ages.age_on(self.birth_on, day) if self.birth_on else None

    def spell_name(self) -> None:
        """Renew the pinyin columns from the name; every writer of ``name`` calls this."""
        self.pinyin = pinyin.sort_key(self.name)[:200]
        self.initials = pinyin.initials(self.name)[:50]
