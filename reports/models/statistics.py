"""全树统计表 kept under a name: which organisations and figures somebody looks at again and again."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Organization, User
from branches.scoping import ScopedQuerySet, Sight

NAME_LENGTH = 40


class SavedTableQuerySet(ScopedQuerySet["SavedTable"]):
    sight = Sight.ROSTER

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, of organisations one may still look at."""
        return super().visible_to(user).filter(user=user.pk)


class SavedTable(models.Model):
    """保存的统计表: somebody's own choice of rows, columns, order and conditions; the day is chosen anew each time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="保存人", editable=False
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", verbose_name="组织", editable=False
    )
    name = models.CharField("名称", max_length=NAME_LENGTH)
    # Fields of ``reports.forms.statistics.TreeQuery`` as they stand in the address.
    choice = models.JSONField(default=dict, editable=False)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    objects = SavedTableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保存的统计表"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_table_name_once_a_user"),
            models.CheckConstraint(condition=Q(name__length__lte=NAME_LENGTH), name="saved_table_name_length"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        asked = {"organization": self.organization_id, **self.choice}
        return f"{reverse('reports:statistics_table')}?{urlencode(asked, doseq=True)}"
