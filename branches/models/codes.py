"""注册码 and 重置码: one use, a limited time, kept only as a keyed digest."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from branches.models.accounts import AccessGrant, User
from branches.models.lengths import no_longer_than
from branches.models.organizations import Organization
from branches.scoping import Role, ScopedQuerySet, Sight


def unspent(at: dt.datetime) -> Q:
    """Condition on codes: not used, not void, not past their time."""
    return Q(used_at=None, voided_at=None, expires_at__gt=at)


class RegistrationCodeQuerySet(ScopedQuerySet["RegistrationCode"]):
    sight = Sight.ORGANIZATIONS

    def unspent(self, at: dt.datetime) -> Self:
        return self.filter(unspent(at))

    def overdue(self, at: dt.datetime) -> Self:
        """Ran out before the successor used them: somebody in office still waits to be relieved."""
        waiting = AccessGrant.objects.lasting(timezone.localdate(at)).filter(ends_with_code=OuterRef("pk"))
        return self.filter(Exists(waiting), used_at=None, voided_at=None, expires_at__lte=at)


class RegistrationCode(models.Model):
    """注册码: whoever enters it gets an account, or one more grant, with this role on this organisation."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="registration_codes", verbose_name="团组织"
    )
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    holder_name = models.CharField("领用人", max_length=50, blank=True)
    # A handover arranged for a later day: the role does not begin before.
    starts_on = models.DateField("授权自", null=True, blank=True)
    ends_on = models.DateField("授权至", null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField("生成时间", editable=False)
    expires_at = models.DateTimeField("有效期至", editable=False)
    used_at = models.DateTimeField("使用时间", null=True, editable=False)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)

    objects = RegistrationCodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "注册码"
        ordering = ["-id"]
        constraints = [
            *no_longer_than("registration_code", holder_name=50),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(voided_at=None), name="registration_code_used_or_void"
            ),
        ]
        indexes = [models.Index(fields=["organization", "expires_at"], name="code_organization")]

    def __str__(self) -> str:
        holder = f"（{self.holder_name}）" if self.holder_name else ""
        return f"{self.organization} {self.get_role_display()}注册码{holder}"


class ResetCode(models.Model):
    """重置码: whoever enters it sets a new password for this account."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="账号")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField("生成时间", editable=False)
    expires_at = models.DateTimeField("有效期至", editable=False)
    used_at = models.DateTimeField("使用时间", null=True, editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "重置码"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user}的重置码"
