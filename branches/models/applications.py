"""申请: what an organisation may not change about itself and asks the level above to change."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models.accounts import AccessGrant, User
from branches.models.lengths import no_longer_than
from branches.models.organizations import Organization, OrgType
from branches.scoping import Right, ScopedQuerySet, Sight, managed_paths, within


class ChangeRequestQuerySet(ScopedQuerySet["ChangeRequest"]):
    sight = Sight.ORGANIZATIONS

    def waiting(self) -> Self:
        return self.filter(state=ChangeRequest.State.WAITING)

    def decidable_by(self, user: User | AnonymousUser) -> Self:
        """Requests waiting for this user: of organisations below, and not the user's own."""
        below = within(managed_paths(user, Right.STRUCTURE), "organization__path", below=True)
        return self.waiting().filter(below).exclude(made_by=user.pk)


class ChangeRequest(models.Model):
    """申请 of an organisation to its superior, with what became of it. Its wanted values depend on the kind."""

    class Kind(models.TextChoices):
        NAME = "name", "更名"
        TYPE = "type", "改类别"
        ADMINISTRATOR = "administrator", "更换管理员"

    class State(models.TextChoices):
        WAITING = "waiting", "待审核"
        APPROVED = "approved", "已通过"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤销"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="requests", verbose_name="团组织")
    kind = models.CharField("申请事项", max_length=20, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    full_name = models.CharField("新的组织全称", max_length=120, blank=True)
    short_name = models.CharField("新的组织简称", max_length=50, blank=True)
    # Named for what it is: the type as it was is the organisation's.
    wanted_type = models.CharField("新的组织类别", max_length=20, choices=OrgType.choices, blank=True)
    leaving = models.ForeignKey(
        AccessGrant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="卸任的管理员"
    )
    successor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接任者账号"
    )
    successor_name = models.CharField("接任者姓名", max_length=50, blank=True)
    # How it was when the request was made; the log does not keep that for ever.
    present = models.CharField("现为", max_length=200, blank=True)
    reason = models.CharField("申请理由", max_length=300)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    made_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    decided_at = models.DateTimeField("办理时间", null=True)
    answer = models.CharField("办理意见", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=Q(state="waiting"),
                name="request_once_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | ~Q(state="waiting") & Q(decided_at__isnull=False),
                name="request_decided_has_time",
            ),
            *no_longer_than("request", full_name=120, short_name=50, successor_name=50),
            *no_longer_than("request", present=200, reason=300, answer=300),
        ]
        indexes = [models.Index(fields=["organization", "state"], name="request_of_organization")]

    def __str__(self) -> str:
        return f"{self.organization}{self.get_kind_display()}申请"

    def get_absolute_url(self) -> str:
        return reverse("branches:application", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def wanted(self) -> str:
        """What is asked for, in words."""
        if self.kind == self.Kind.NAME:
            return f"{self.full_name}（{self.short_name}）"
        if self.kind == self.Kind.TYPE:
            return self.get_wanted_type_display()
        return str(self.successor) if self.successor else f"{self.successor_name}（没有账号，凭注册码开通）"
