"""Models of the organisation tree, of accounts and of the log; one topic a file."""

from branches.models.accounts import AccessGrant, Role, User
from branches.models.applications import ChangeRequest
from branches.models.audit import AuditEntry, AuditMention, AuditPending, AuditSeal
from branches.models.codes import RegistrationCode, ResetCode
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
from branches.models.pledges import PledgeText
from branches.models.sign_ins import SignIn

__all__ = [
    "AccessGrant",
    "AuditEntry",
    "AuditMention",
    "AuditPending",
    "AuditSeal",
    "BranchKind",
    "ChangeRequest",
    "FormerName",
    "Headcount",
    "KeyFingerprint",
    "OrgType",
    "Organization",
    "OrganizationStatus",
    "OrganizationYear",
    "Placement",
    "PledgeText",
    "RegistrationCode",
    "ResetCode",
    "Role",
    "SignIn",
    "Star",
    "TermRule",
    "Touched",
    "UnitCategory",
    "UnitNature",
    "User",
]
