"""Models of people: who they are, which branch they belong to, which posts they hold."""

from members.models.cadres import CadreTerm
from members.models.comparing import Comparison, ComparisonFile, ComparisonRow, ComparisonState, Outcome
from members.models.decisions import Correction, RosterDecision
from members.models.exports import ExportColumn, ExportField, ExportProfile
from members.models.history import BranchMembership, MemberYear, StatusChange
from members.models.mends import RosterMend, RosterShape
from members.models.national import NationalMark
from members.models.outgoing import Export, ExportFile, ExportState, ListKey
from members.models.people import LeagueStatus, Member, MemberStatus
from members.models.releases import ExportRequest, PrivacyLimits
from members.models.roster import (
    Choice,
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
    "Choice",
    "Comparison",
    "ComparisonFile",
    "ComparisonRow",
    "ComparisonState",
    "Correction",
    "DifferentPeople",
    "Export",
    "ExportColumn",
    "ExportField",
    "ExportFile",
    "ExportProfile",
    "ExportRequest",
    "ExportState",
    "ImportState",
    "LeagueStatus",
    "ListKey",
    "Member",
    "MemberStatus",
    "MemberYear",
    "NationalMark",
    "Outcome",
    "PrivacyLimits",
    "RosterChange",
    "RosterDecision",
    "RosterFile",
    "RosterImport",
    "RosterMend",
    "RosterRow",
    "RosterShape",
    "RowKind",
    "RowState",
    "StatusChange",
]
