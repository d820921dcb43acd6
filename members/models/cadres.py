"""任职: who holds which post in which organisation, from–to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.models.lengths import no_longer_than
from branches.scoping import ScopedQuerySet, Sight, within
from members.dictionaries import LeaguePost, PostManner, PostNature
from members.models.people import Member


class CadreTermQuerySet(ScopedQuerySet["CadreTerm"]):
    sight = Sight.ROSTER

    def current(self) -> CadreTermQuerySet:
        return self.filter(ended_on=None)

    def under(self, organization: Organization) -> CadreTermQuerySet:
        return self.filter(within([organization.path], "organization__path"))

    def in_office_order(self) -> CadreTermQuerySet:
        """By organisation, secretary first, as the dictionary of posts has it."""
        return self.order_by("organization__screen_order", "rank", "person__pinyin", "id")


class CadreTerm(models.Model):
    """A post held in an organisation. Being secretary does not by itself log in (that is ``AccessGrant``)."""

    person = models.ForeignKey(Member, models.PROTECT, related_name="terms", verbose_name="姓名")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="terms", verbose_name="任职组织")
    post = models.CharField("团内职务", max_length=30, choices=LeaguePost.choices)
    post_title = models.CharField("职务名称", max_length=40, blank=True, help_text="选“其他”时填写。")
    rank = models.PositiveSmallIntegerField(editable=False, default=0)
    nature = models.CharField("团干部性质", max_length=20, choices=PostNature.choices, blank=True)
    manner = models.CharField("任职方式", max_length=20, choices=PostManner.choices, blank=True)
    is_party_committee_member = models.BooleanField("是否同级党委（支部）成员", null=True, blank=True)
    started_on = models.DateField("任现职年月", null=True, blank=True)
    started_on_is_month = models.BooleanField(default=False, editable=False)
    ended_on = models.DateField("免职日期", null=True, blank=True)
    end_reason = models.CharField("免职原因", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_recorded_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CadreTermQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["organization__screen_order", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization", "post", "post_title"],
                condition=Q(ended_on=None),
                name="post_held_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="post_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(post="other") | ~Q(post_title=""), name="other_post_has_title"),
            *no_longer_than("post", post_title=40, end_reason=200),
        ]
        indexes = [
            models.Index(fields=["organization", "ended_on"], name="post_of_organization"),
            models.Index(fields=["person", "ended_on"], name="post_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.title}"

    @property
    def title(self) -> str:
        return self.post_title or LeaguePost(self.post).label

    @staticmethod
    def rank_of(post: str) -> int:
        """Place of the post in the dictionary; ``rank`` is kept so that lists can be ordered by it."""
        return LeaguePost.values.index(post)
