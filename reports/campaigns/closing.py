"""What the closing report says besides figures – causes, deeds, names – kept when a campaign is ended.

A report that is quoted must not change with a renamed organisation, a moved branch or a corrected record, so an ended
campaign is shown with what was kept. One that was ended before this was kept is shown with what is known today.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from reports.campaigns.drafting import items_in_words
from reports.campaigns.lowering import Causes, Lowered, causes_in, is_told_of
from reports.models import Campaign, CampaignExtension


@dataclass(frozen=True)
class Deed:
    """A step of the campaign: what, by whom, when."""

    what: str
    who: str
    at: dt.datetime


@dataclass(frozen=True)
class Closing:
    """``causes`` is None where the items depend on no declared number and on no roster.

    ``approvers`` says by the id of a later deadline who granted it; ``is_kept`` whether this is what was kept at the
    end, or what is known today.
    """

    full_name: str
    short_name: str
    items: list[str]
    deeds: list[Deed]
    approvers: dict[int, str]
    causes: Causes | None
    is_kept: bool


def closing_of(campaign: Campaign) -> Closing:
    """What was kept when it was ended; until then, and where nothing was kept, what is known now."""
    if campaign.report is None:
        return _now(campaign)
    kept = campaign.report
    return Closing(
        full_name=kept["full_name"],
        short_name=kept["short_name"],
        items=kept["items"],
        deeds=[Deed(each["what"], each["who"], _moment(each["at"])) for each in kept["deeds"]],
        approvers={int(pk): name for pk, name in kept["approvers"].items()},
        causes=_causes(kept["causes"]),
        is_kept=True,
    )


def kept_of(campaign: Campaign) -> dict[str, Any]:
    """What is known now, to be kept as the row's ``report``: plain words and numbers."""
    known = _now(campaign)
    causes = known.causes
    return {
        "full_name": known.full_name,
        "short_name": known.short_name,
        "items": known.items,
        "deeds": [_plain(each) for each in known.deeds],
        "approvers": {str(pk): name for pk, name in known.approvers.items()},
        "causes": None
        if causes is None
        else {
            "lines": [_plain(each) for each in causes.lines],
            "left_off": causes.left_off,
            "people_left_off": causes.people_left_off,
        },
    }


def _now(campaign: Campaign) -> Closing:
    known = [
        ("拟定", campaign.made_by, campaign.made_at),
        ("启动", campaign.started_by, campaign.started_at),
        ("保存截止数据", "系统", campaign.frozen_at),
        ("结束", campaign.ended_by, campaign.ended_at),
    ]
    granted = CampaignExtension.objects.filter(target__campaign=campaign).select_related("granted_by")
    return Closing(
        full_name=campaign.organization.full_name,
        short_name=campaign.organization.short_name,
        items=items_in_words(campaign),
        deeds=[Deed(what, str(who), at) for what, who, at in known if at is not None],
        approvers={each.pk: str(each.granted_by) for each in granted},
        causes=causes_in(campaign) if is_told_of(campaign) else None,
        is_kept=False,
    )


def _plain(each: Deed | Lowered) -> dict[str, str]:
    return {**asdict(each), "at": each.at.isoformat()}


def _causes(kept: dict[str, Any] | None) -> Causes | None:
    if kept is None:
        return None
    lines = [Lowered(**{**each, "at": _moment(each["at"])}) for each in kept["lines"]]
    return Causes(lines, kept["left_off"], kept["people_left_off"])


def _moment(said: str) -> dt.datetime:
    return dt.datetime.fromisoformat(said)
