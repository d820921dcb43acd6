"""What reports keep: facts by day, campaigns, circulars, issued sheets."""

from reports.models.campaigns import (
    Campaign,
    CampaignCount,
    CampaignExtension,
    CampaignScope,
    CampaignStage,
    CampaignState,
    CampaignTarget,
)
from reports.models.circulars import (
    Audience,
    Circular,
    CircularDelivery,
    CircularFile,
    CircularKind,
    CircularState,
    CircularTemplate,
    CircularTemplateFile,
    Listing,
)
from reports.models.facts import FactsDay, Standing
from reports.models.schemes import CompletionScheme
from reports.models.sheets import IssuedSheet, SheetKind
from reports.models.spot_checks import (
    Basis,
    FollowUp,
    SpotCheck,
    SpotFact,
    SpotKind,
    SpotPopulation,
    SpotRecord,
    UnrealReason,
    Verdict,
)
from reports.models.statistics import SavedTable

__all__ = [
    "Audience",
    "Basis",
    "Campaign",
    "CampaignCount",
    "CampaignExtension",
    "CampaignScope",
    "CampaignStage",
    "CampaignState",
    "CampaignTarget",
    "Circular",
    "CircularDelivery",
    "CircularFile",
    "CircularKind",
    "CircularState",
    "CircularTemplate",
    "CircularTemplateFile",
    "CompletionScheme",
    "FactsDay",
    "FollowUp",
    "IssuedSheet",
    "Listing",
    "SavedTable",
    "SheetKind",
    "SpotCheck",
    "SpotFact",
    "SpotKind",
    "SpotPopulation",
    "SpotRecord",
    "Standing",
    "UnrealReason",
    "Verdict",
]
