"""Which columns of spot checks are sealed (``branches.rekeying`` changes their keys)."""

from __future__ import annotations

from typing import Final

from branches.rekeying import Sealed
from reports.models import SpotFact
from reports.models.spot_checks import SEALED_AS

SEALED_COLUMNS: Final = (Sealed(SpotFact, "entered_sealed", SEALED_AS),)
