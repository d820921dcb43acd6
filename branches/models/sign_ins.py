"""登录记录: what an account's owner is shown about the own log-ins, and which of them are still open."""

from __future__ import annotations

from django.db import models

from branches.models.accounts import User


class SignIn(models.Model):
    """A log-in, or a wrong password, of one account. The log keeps its own entry; this row is for the owner."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name="账号")
    at = models.DateTimeField("时间")
    address = models.GenericIPAddressField("地址", null=True)
    device = models.CharField("设备", max_length=60)
    succeeded = models.BooleanField("成功")
    # Names the row of the session store while the session lasts.
    session_key = models.CharField(max_length=40, editable=False, default="")
    ended_at = models.DateTimeField("退出时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-at"], name="sign_in_user"),
            models.Index(fields=["at"], name="sign_in_at"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%F %T}"
