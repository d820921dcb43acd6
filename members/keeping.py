"""Which columns of this app are sealed (``branches.rekeying`` changes their keys)."""

from __future__ import annotations

from typing import Final

from branches.rekeying import Sealed
from members.models import ComparisonFile, ComparisonRow, ExportFile, Member
from members.models.decisions import SEALED_AS as CORRECTION
from members.models.decisions import Correction
from members.models.mends import SEALED_AS, RosterMend
from members.models.roster import RosterChange, RosterFile, RosterRow

SEALED_COLUMNS: Final = (
    Sealed(Member, "id_number_sealed", "member.id_number", "id_number", ("id_number_index", "id_number_tail_index")),
    Sealed(Member, "phone_sealed", "member.phone", "phone", ("phone_index", "phone_tail_index")),
    Sealed(RosterFile, "sealed", "roster.file"),
    Sealed(RosterRow, "sealed", "roster.row"),
    Sealed(RosterMend, "sealed", SEALED_AS),
    Sealed(Correction, "sealed", CORRECTION),
    Sealed(RosterChange, "before_sealed", "roster.change"),
    Sealed(ExportFile, "sealed", "export.file"),
    Sealed(ComparisonFile, "sealed", "comparison.file"),
    Sealed(ComparisonRow, "sealed", "comparison.row"),
)
