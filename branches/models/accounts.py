"""Accounts, and who may work on which part of the tree."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from branches.models.lengths import no_longer_than
from branches.models.organizations import Organization
from branches.models.pledges import PledgeText
from branches.scoping import Role, ScopedQuerySet, Sight, in_force
from tuanjian import masking, phones, sealing

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = ["AccessGrant", "Role", "User"]


class User(AbstractBaseUser, PermissionsMixin):
    """账号. Says who logs in, not who somebody is in the League: the person, if any, points here (``Member.user``)."""

    username = models.CharField(
        "用户名",
        max_length=50,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "这个用户名已被使用，请换一个。"},
    )
    display_name = models.CharField("姓名", max_length=50)
    phone_sealed = models.TextField(editable=False, default="")
    phone_index = models.CharField(max_length=64, editable=False, null=True, unique=True)
    is_active = models.BooleanField("启用", default=True, help_text="停用后立即不能登录，授权保留备查。")
    is_staff = models.BooleanField(
        "可进系统后台", default=False, help_text="系统后台只管理字典、账号、授权和日志，不因此看到人员。"
    )
    date_joined = models.DateTimeField("开通时间", default=timezone.now, editable=False)
    pledge = models.ForeignKey(
        PledgeText, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="保密承诺"
    )
    pledged_at = models.DateTimeField("承诺时间", null=True, editable=False)
    # Part of every session's hash: raising it ends them all at their next request.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()
    if TYPE_CHECKING:
        grants: RelatedManager[AccessGrant]

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            *no_longer_than("user", username=50, display_name=50),
            models.CheckConstraint(
                condition=Q(pledge=None, pledged_at=None) | Q(pledge__isnull=False, pledged_at__isnull=False),
                name="user_pledge_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_session_auth_hash(self) -> str:
        """What a session must still match: the password, and the epoch that leaving everywhere raises."""
        return salted_hmac(
            "branches.User.session", f"{self.password}.{self.session_epoch}", algorithm="sha256"
        ).hexdigest()

    @property
    def phone(self) -> str:
        """Phone in clear."""
        return sealing.unseal("user.phone", self.phone_sealed)

    @phone.setter
    def phone(self, value: str) -> None:
        value = phones.read_mobile(value) if value else ""
        self.phone_sealed = sealing.seal("user.phone", value)
        self.phone_index = sealing.blind_index("user.phone", value) or None

    @property
    def phone_masked(self) -> str:
        return masking.mask_phone(self.phone) if self.phone_sealed else ""


class AccessGrantQuerySet(ScopedQuerySet["AccessGrant"]):
    sight = Sight.ORGANIZATIONS

    def in_force(self, on: dt.date) -> AccessGrantQuerySet:
        return self.filter(in_force(on))

    def lasting(self, on: dt.date) -> AccessGrantQuerySet:
        """In force that day or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), ended_at=None)


class AccessGrant(models.Model):
    """授权: who works where, in which role, from–to. Holding a post is something else (``members.CadreTerm``)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name="账号")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="grants", verbose_name="团组织")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    starts_on = models.DateField("自")
    ends_on = models.DateField("至", null=True, blank=True, help_text="最后一天；留空为不限期。")
    ended_at = models.DateTimeField("收回时间", null=True, editable=False)
    # A successor without account has been given this code: until it is used, somebody must stay in office.
    ends_with_code = models.ForeignKey(
        "branches.RegistrationCode", models.SET_NULL, null=True, editable=False, related_name="relieves"
    )
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, editable=False)
    granted_at = models.DateTimeField("授权时间", auto_now_add=True)

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="grant_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["user", "organization", "role"], condition=Q(ended_at=None), name="grant_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.organization} {self.get_role_display()}"

    def is_in_force(self, on: dt.date) -> bool:
        return self.ended_at is None and self.starts_on <= on and (self.ends_on is None or self.ends_on >= on)
