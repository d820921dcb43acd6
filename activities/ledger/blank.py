"""The empty list of activities to be filled in."""

from __future__ import annotations

from django.utils import timezone

from activities.ledger.cells import kinds_in_use
from activities.ledger.columns import COLUMNS, KIND, KINDS
from branches.models import Organization, User
from branches.scoping import Right
from members.roster.handed_out.blanks import plan_blank
from members.roster.handed_out.choices import names_below
from tuanjian.spreadsheets.writing import WorkbookPlan


def build(organization: Organization, by: User) -> WorkbookPlan:
    """The template, with the kinds of activity in use and the organisations whose activities ``by`` keeps there."""
    kinds = [kind.name for kind in kinds_in_use(timezone.localdate()).values()]
    lists = {KINDS: kinds, **names_below(organization, by=by, right=Right.ACTIVITIES)}
    return plan_blank([("活动", KIND, COLUMNS)], lists)
