"""What has changed since it was last counted."""

from django.db import models


class Touched(models.Model):
    """An organisation whose figures may have moved. Plain insert, no unique key: writers never wait for each other.

    The organisation may be gone when its turn comes (an import taken back removes it), so the link is not enforced.
    """

    organization = models.ForeignKey("branches.Organization", models.DO_NOTHING, db_constraint=False, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "待重新统计的组织"

    def __str__(self) -> str:
        return f"{self.organization_id} {self.at:%F %T}"
