"""Which keys the database was sealed with."""

from django.db import models


class KeyFingerprint(models.Model):
    """Fingerprint of a key, so that a start with another key is refused before anything is written with it."""

    name = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64)
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "密钥指纹"

    def __str__(self) -> str:
        return self.name
