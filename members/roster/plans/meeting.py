"""Which rows of a file mean one person, over all its pieces.

A piece is planned by itself. Where its rows mean people that rows of earlier pieces mean as well, those are planned
once more before them: so a person comes out as if the whole file were planned at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from branches.models import Organization
from members.roster.plans.plan import PlannedRow
from members.roster.reading.rows import CleanRow

Key = tuple[str, ...]


def key_of(row: PlannedRow, place: Organization | None) -> Key | None:
    """What makes two rows one person: the number, else name, branch and month of birth."""
    if key := key_of_number(row.clean):
        return key
    if row.recognised is not None:
        return ("known", str(row.recognised.pk))
    facts = row.clean.facts
    if "name" in facts and place is not None:
        return ("name", facts["name"], place.full_name, str(facts.get("birth_date", ""))[:7])
    return None


def key_of_number(row: CleanRow) -> Key | None:
    """The same as far as it is known without the database: by the number, where there is one."""
    told = row.facts.get("id_number")
    return ("number", told["type"], told["number"]) if told else None


class Meeting:
    """The numbers of the rows planned so far, by what they mean. 100 bytes a row."""

    def __init__(self) -> None:
        # By hash: two people of one hash only have a row planned once more than needed.
        self._rows: dict[int, int | list[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def note(self, number: int, mark: Hashable) -> None:
        """The row means whoever has this mark: a key, or what else tells people apart."""
        place = hash(mark)
        known = self._rows.setdefault(place, number)
        if isinstance(known, list):
            if number not in known:
                known.append(number)
        elif known != number:
            self._rows[place] = [known, number]

    def rows_of(self, marks: Iterable[Hashable]) -> set[int]:
        """The rows that mean somebody with one of these marks."""
        found: set[int] = set()
        for mark in marks:
            known = self._rows.get(hash(mark))
            if known is not None:
                found.update(known if isinstance(known, list) else (known,))
        return found
