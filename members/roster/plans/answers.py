"""What people have said about an import, beside what its file says: decisions about rows, and what names mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from branches.models import OrgType
from members.models.roster import Choice, RosterImport


class WantedBranch(NamedTuple):
    """An organisation somebody wants to be created with the import, because rows name it and nobody knows it.

    ``name`` is what the file calls it, and what it is to be called where neither of the other names is given.
    """

    name: str
    parent_id: int
    org_type: OrgType
    full_name: str = ""
    short_name: str = ""


@dataclass(frozen=True)
class Answers:
    """``decisions`` by sheet and line; ``new_branches`` in the order of asking; ``named_branches`` keys of
    organisations by the name the file has for them."""

    decisions: Mapping[tuple[str, int], Choice] = field(default_factory=dict)
    new_branches: Sequence[WantedBranch] = ()
    named_branches: Mapping[str, int] = field(default_factory=dict)


NONE: Final = Answers()


def answers_to(roster: RosterImport) -> Answers:
    """Everything said about this import so far. One query, none before anybody has seen its rows."""
    rows = roster.decisions.values_list("sheet", "line", "choice") if roster.checked_at else ()
    return Answers(
        {(sheet, line): Choice(choice) for sheet, line, choice in rows},
        [WantedBranch(**each | {"org_type": OrgType(each["org_type"])}) for each in roster.new_branches],
        dict(roster.named_branches),
    )
