"""Models of the organisation tree, of accounts and of the log; one topic a file."""

from branches.models.accounts import AccessGrant, Role, User
from branches.models.audit import AuditEntry, AuditPending, AuditSeal
from branches.models.dictionaries import TermRule, UnitCategory, UnitNature
from branches.models.freshness import Touched
from branches.models.keys import KeyFingerprint
from branches.models.organizations import (
    BranchKind,
    FormerName,
    Headcount,
    Organization,
    OrganizationStatus,
    OrganizationYear,
    OrgType,
    Placement,
    Star,
)

__all__ = [
    "AccessGrant",
    "AuditEntry",
    "AuditPending",
    "AuditSeal",
    "BranchKind",
    "FormerName",
    "Headcount",
    "KeyFingerprint",
    "OrgType",
    "Organization",
    "OrganizationStatus",
    "OrganizationYear",
    "Placement",
    "Role",
    "Star",
    "TermRule",
    "Touched",
    "UnitCategory",
    "UnitNature",
    "User",
]
