"""Files people hand in or take out, sealed. Rows of their own: lists of what they belong to need not carry them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tuanjian import sealing


class SealedFile(models.Model):
    """A file that belongs to one row and goes before it. ``seal`` names what it is sealed for (``members.keeping``)."""

    seal: ClassVar[str]

    sealed = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def content(self) -> bytes:
        """The file as it was; raises ``sealing.SealBroken``."""
        return sealing.unseal_bytes(self.seal, bytes(self.sealed))

    @content.setter
    def content(self, data: bytes) -> None:
        self.sealed = sealing.seal_bytes(self.seal, data)
