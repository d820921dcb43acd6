"""Facts of organisations with the days on which they held, as they were known on those days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.db import connection, models
from django.db.models import F, Q

from branches.models import Organization, OrgType


def stood_in(lineage: str, lookup: str = "lineage") -> Q:
    """Condition that what has its lineage at ``lookup`` stood in the subtree with this lineage, its top included.

    PostgreSQL asks for the beginning, which its index answers: a plain range needs another one, and loses rows where
    the database compares as a dictionary does ("/1/22/5/" behind "/1/220", as in most locales). SQLite compares byte
    by byte, and has no index for a beginning.
    """
    if connection.vendor == "postgresql":
        return Q(**{f"{lookup}__startswith": lineage})
    return Q(**{f"{lookup}__gte": lineage, f"{lookup}__lt": lineage[:-1] + chr(ord("/") + 1)})


class StandingQuerySet(models.QuerySet["Standing"]):
    def on(self, day: dt.date) -> Self:
        """The rows that held on that day; one each organisation in force then."""
        return self.filter(Q(to_day=None) | Q(to_day__gt=day), from_day__lte=day)

    def on_any(self, days: Iterable[dt.date]) -> Self:
        """The rows that held on at least one of these days."""
        held = Q(pk__in=())
        for day in days:
            held |= Q(from_day__lte=day) & (Q(to_day=None) | Q(to_day__gt=day))
        return self.filter(held)

    def now(self) -> Self:
        """The rows that hold until the next settlement."""
        return self.filter(to_day=None)

    def below(self, standing: Standing) -> Self:
        """Everything that stood below at the time, itself not."""
        return self.filter(stood_in(standing.lineage)).exclude(lineage=standing.lineage)


class Standing(models.Model):
    """What was counted in an organisation (``own``) and in everything below it (``below``), from–to by day.

    Written by ``reports.facts.settling`` only. A day's last figures are that day's figures: nothing is back-dated.
    The organisation is also named by code and names as they were: rows outlive merges and imports taken back, so the
    links are not enforced by the database. ``lineage`` lists the ids from the root down ("/1/4/9/") as ``Placement``
    does. Both figures map a key (``reports.facts.keys``) to a whole number; a key that is not there is 0.
    """

    organization = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, related_name="standings")
    parent = models.ForeignKey(Organization, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    code = models.CharField(max_length=20)
    full_name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=50)
    org_type = models.CharField(max_length=20, choices=OrgType.choices)
    screen_order = models.CharField(max_length=500)
    lineage = models.CharField(max_length=600)
    own = models.JSONField(default=dict)
    below = models.JSONField(default=dict)
    from_day = models.DateField()
    to_day = models.DateField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计数据"
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(to_day=None), name="standing_one_open_per_organization"
            ),
            models.UniqueConstraint(fields=["organization", "from_day"], name="standing_once_a_day"),
            models.CheckConstraint(
                condition=Q(to_day=None) | Q(to_day__gt=F("from_day")), name="standing_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "from_day"], name="standing_of_parent"),
            models.Index(fields=["lineage"], name="standing_lineage", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.short_name} {self.from_day:%F}"

    @property
    def is_branch(self) -> bool:
        return self.org_type == OrgType.BRANCH

    def as_organization(self) -> Organization:
        """The organisation under its names and type of then, for pages; not to be saved."""
        return Organization(
            pk=self.organization_id,
            code=self.code,
            full_name=self.full_name,
            short_name=self.short_name,
            org_type=self.org_type,
            screen_order=self.screen_order,
        )


class FactsDay(models.Model):
    """A day on which figures were kept: when it was opened – everything counted anew – and last settled.

    Between opening and the first settlement ``settled_at`` is that of the day before: so old are the figures.
    """

    day = models.DateField(primary_key=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "统计日"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%F}"
