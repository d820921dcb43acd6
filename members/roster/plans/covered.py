"""Numbers covered with asterisks, as our own lists have them: never taken for numbers, only held against a record.

Whoever uploads a list that left the system changes nobody's number by it. A row is known by branch, name, the
characters that show and the date of birth together; where nobody fits, it stays refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from members.models import Member
from members.models.roster import RowKind
from members.roster.reading.findings import Finding
from members.roster.reading.rows import CleanRow
from members.wording import said
from tuanjian import idnumbers

_COVERED: Final = "R_ID_MASKED"
_EMPTY: Final = "R_ID_EMPTY"


def is_covered(row: CleanRow) -> bool:
    """Whether the number of the row is refused because it is covered, or left empty in a row of a cadre without one."""
    return any(_can_do_without(row, problem) for problem in row.problems)


def _can_do_without(row: CleanRow, problem: Finding) -> bool:
    empty = row.kind == RowKind.CADRES and problem.code == _EMPTY and "birth_date" in row.facts
    return problem.field == "id_number" and (problem.code == _COVERED or empty)


def recognise(row: CleanRow, people: Iterable[Member]) -> Member | None:
    """The one of these people a row with a covered number shows, None if nobody or several fit.

    Only the cover our lists use will do: more characters would let somebody try out what is behind it.
    """
    number = idnumbers.tidy(row.cells["id_number"][0]) if "id_number" in row.cells else ""
    birth = row.facts.get("birth_date")
    fitting = [
        person
        for person in people
        if person.id_number_masked == number and birth in (None, said(person, "birth_on") or None)
    ]
    return fitting[0] if len(fitting) == 1 else None


def take_as_not_given(row: CleanRow) -> None:
    """Drop the refusal: the row is known without its number."""
    row.problems = [problem for problem in row.problems if not _can_do_without(row, problem)]
