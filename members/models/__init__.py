"""Models of people: who they are, which branch they belong to, which posts they hold."""

from members.models.cadres import CadreTerm
from members.models.exports import ExportColumn, ExportField, ExportProfile
from members.models.history import BranchMembership, MemberYear, StatusChange
from members.models.national import NationalMark
from members.models.people import LeagueStatus, Member, MemberStatus
from members.models.releases import ExportRequest, PrivacyLimits
from members.models.roster import (
    ImportState,
    RosterChange,
    RosterFile,
    RosterImport,
    RosterRow,
    RowKind,
    RowState,
)
from members.models.rules import AgeRule
from members.models.sameness import DifferentPeople

__all__ = [
    "AgeRule",
    "BranchMembership",
    "CadreTerm",
    "DifferentPeople",
    "ExportColumn",
    "ExportField",
    "ExportProfile",
    "ExportRequest",
    "ImportState",
    "LeagueStatus",
    "Member",
    "MemberStatus",
    "MemberYear",
    "NationalMark",
    "PrivacyLimits",
    "RosterChange",
    "RosterFile",
    "RosterImport",
    "RosterRow",
    "RowKind",
    "RowState",
    "StatusChange",
]
