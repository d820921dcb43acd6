"""Which columns of circulars are sealed (``branches.rekeying`` changes their keys)."""

from __future__ import annotations

from typing import Final

from branches.rekeying import Sealed
from reports.models import CircularFile, CircularTemplateFile

SEALED_COLUMNS: Final = (
    Sealed(CircularFile, "sealed", "circular.file"),
    Sealed(CircularTemplateFile, "sealed", "circular.template"),
)
