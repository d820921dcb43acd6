"""组织信息卡: one organisation on a sheet of paper – particulars, cadres, figures, lower organisations, health."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from branches import audit
from branches.elections import Term
from branches.models import Organization, User
from reports.completion.progress import Board, board_of
from reports.completion.sums import Completion
from reports.completion_items import GROUPS
from reports.counts import AgeLine, Counts, ages_of_members
from reports.portrait import Portrait, portrait_of
from reports.todos import Todo, health_of


@dataclass(frozen=True)
class GroupLine:
    """One group of items: how many are expected, entered and missing in the subtree."""

    label: str
    expected: int
    actual: int

    @property
    def missing(self) -> int:
        return self.expected - self.actual


@dataclass(frozen=True)
class LowerLine:
    """A direct lower organisation with its figures; no completion for those who see no people."""

    organization: Organization
    counts: Counts
    term: Term
    completion: Completion | None


@dataclass(frozen=True)
class Card:
    """The sheet, already cut to what the viewer may look at: ``board`` is None without sight of people."""

    portrait: Portrait
    board: Board | None
    ages: list[AgeLine]
    groups: list[GroupLine]
    lower: list[LowerLine]
    health: list[Todo]


@transaction.atomic
def printed_card(organization: Organization, on: dt.date, *, by: User) -> Card:
    """The card of an organisation as this person may see it; the log notes that it was put on paper."""
    portrait = portrait_of(organization, by, on)
    sees_people = portrait.may.sees_roster
    board = board_of(organization, on, user=by) if sees_people else None
    completions = {row.organization.pk: row for row in board.rows} if board else {}
    audit.record(audit.Kind.PRINTED, organization, by=by, at=organization, reason="组织信息卡")
    return Card(
        portrait=portrait,
        board=board,
        ages=ages_of_members(organization, on) if sees_people else [],
        groups=[GroupLine(group.label, *board.total.by_group[group.key]) for group in GROUPS] if board else [],
        lower=[
            LowerLine(row.organization, row.counts, row.term, completions.get(row.organization.pk))
            for row in portrait.lower
        ],
        health=[] if organization.is_closed else health_of(by, organization, on),
    )
