"""Which rows of a file may come out otherwise because of another one: those that may mean the same people, and those
whose people are to be secretary of the same organisation.

Found by what ``staging`` keeps of each row, without opening any. What is found is closed: no row of it is planned
otherwise because of a row outside, but for the organisations of the file, which are planned with any of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from django.db.models import Q

from branches.models import Organization
from branches.scoping import within
from members.models import Member
from members.models.roster import RosterImport, RosterRow, RowKind
from members.roster.plans.plan import PlannedRow
from members.roster.preview.staging import LED_END, ties_of

# By what rows hang together: the index of a number, a name, the key of a person, an organisation they are to lead.
Tie = tuple[Literal["number", "name", "person", "leads"], str]
_KEPT: Final = ("number_mark", "label", "target_id", "leads")


def ties_of_planned(rows: Iterable[PlannedRow]) -> set[Tie]:
    """The ties of the rows of people among these."""
    found: set[Tie] = set()
    for row in rows:
        if row.clean.kind != RowKind.ORGANIZATIONS:
            number, _, leads = ties_of(row)
            found |= _ties(number, row.label, row.target_id, leads)
    return found


def ties_of_kept(row: RosterRow) -> set[Tie]:
    """The ties a row of people had when it was planned last."""
    return _ties(row.number_mark, row.label, row.target_id, row.leads)


def _ties(number: str, name: str, person: int | None, leads: str) -> set[Tie]:
    found: set[Tie] = {("leads", led) for led in leads.split(LED_END) if led}
    found |= {("number", number)} if number else set()
    found |= {("name", name)} if name else set()
    found |= {("person", str(person))} if person is not None else set()
    return found


class Related(NamedTuple):
    """Rows that hang together, by key, and all their ties."""

    rows: set[int]
    ties: set[Tie]


def related(roster: RosterImport, ties: set[Tie], *, most: int) -> Related | None:
    """All rows of people that hang together by these ties, however far; None if they are more than that."""
    people = roster.rows.exclude(kind=RowKind.ORGANIZATIONS).order_by()
    found: set[int] = set()
    known: set[Tie] = set()
    asked = ties
    while asked:
        asked = asked | _recorded(asked, roster.organization)
        known |= asked
        following: set[Tie] = set()
        for pk, number, name, person, leads in people.filter(_tied_by(asked)).values_list("pk", *_KEPT):
            found.add(pk)
            following |= _ties(number, name, person, leads)
        if len(found) > most:
            return None
        asked = following - known
    return Related(found, known)


def _tied_by(ties: set[Tie]) -> Q:
    tied = (
        Q(number_mark__in=_of("number", ties)) | Q(label__in=_of("name", ties)) | Q(target_id__in=_of("person", ties))
    )
    for led in _of("leads", ties):
        tied |= Q(leads__contains=f"{led}{LED_END}")
    return tied


def _recorded(ties: set[Tie], top: Organization) -> set[Tie]:
    """A record ties its number to its name: a row of that name may mean it unless another row has its number."""
    meant = Q(id_number_index__in=_of("number", ties)) | Q(pk__in=_of("person", ties))
    namesakes = Q(within([top.path], "branch__path"), name__in=_of("name", ties))
    found: set[Tie] = set()
    # One after the other: each finds its index, both at once find none.
    for condition in (meant, namesakes):
        for number, name in Member.objects.filter(condition).values_list("id_number_index", "name"):
            found |= _ties(number or "", name, None, "")
    return found


def _of(kind: str, ties: set[Tie]) -> list[str]:
    return [value for each, value in ties if each == kind]
