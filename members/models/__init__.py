"""Models of people: who they are, which branch they belong to, which posts they hold."""

from members.models.cadres import CadreTerm
from members.models.history import BranchMembership, MemberYear, StatusChange
from members.models.people import LeagueStatus, Member, MemberStatus
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

__all__ = [
    "AgeRule",
    "BranchMembership",
    "CadreTerm",
    "ImportState",
    "LeagueStatus",
    "Member",
    "MemberStatus",
    "MemberYear",
    "RosterChange",
    "RosterFile",
    "RosterImport",
    "RosterRow",
    "RowKind",
    "RowState",
    "StatusChange",
]
