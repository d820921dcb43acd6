"""Who of a file is known already: looked up by number, or by name and branch where there is none. A few queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from django.db.models import Q

from branches.models import Organization, User
from branches.scoping import Right, managed_paths, within
from members.models import CadreTerm, Correction, Member, MemberStatus
from members.models.roster import RowKind
from members.roster.reading.rows import CleanRow
from tuanjian import sealing
from tuanjian.idnumbers import IdType

NUMBER_FIELD: Final = "member.id_number"


class Known:
    """People in the database whom the rows of a file may mean, with the posts they hold now."""

    def __init__(
        self,
        rows: Iterable[CleanRow],
        top: Organization,
        *,
        by: User | None,
        lock: bool,
        listed: Callable[[], Collection[str]] | None = None,
        anybody: bool = True,
    ) -> None:
        """``by`` None means full rights below ``top``. With ``lock`` the people found stay as they are until commit.

        ``listed`` gives the indexes of all numbers of the file where the rows are a part of it; it is asked only where
        that matters. Where it is known that there is not ``anybody`` below ``top``, names are not looked up.
        """
        self._top = top
        self._managed = None if by is None else managed_paths(by, Right.PEOPLE)
        numbers: set[str] = set()
        names: set[str] = set()
        cadres: set[str] = set()
        self._indexes: dict[str, str] = {}
        for row in rows:
            if told := row.facts.get("id_number"):
                numbers.add(self.index_of(told["number"]))
            if name := row.facts.get("name"):
                names.add(name)
                if row.kind == RowKind.CADRES and not told:
                    cadres.add(name)
        self._listed = listed or (lambda: numbers)
        people = Member.objects.exclude(status=MemberStatus.VOID).select_related("branch")
        if lock:
            people = people.select_for_update(of=("self",), no_key=True)
        by_number = people.filter(id_number_index__in=numbers).order_by("pk")
        self._by_number = {(person.id_type, person.id_number_index): person for person in by_number}
        found = {person.pk: person for person in self._by_number.values()}
        self._by_name: dict[str, list[Member]] = {}
        namesakes = people.filter(within([top.path], "branch__path"), name__in=names if anybody else ())
        for person in namesakes.order_by("pk"):
            self._by_name.setdefault(person.name, []).append(found.setdefault(person.pk, person))
        # Cadres of these names who hold a post there, wherever they belong.
        holding = CadreTerm.objects.current().filter(within([top.path], "organization__path"), person__name__in=cadres)
        holders = people.filter(pk__in=holding.order_by().values("person")).order_by("pk") if cadres else ()
        for person in holders:
            found.setdefault(person.pk, person)
        self._terms: dict[int, list[CadreTerm]] = {}
        terms = CadreTerm.objects.current().filter(person__in=found).select_related("organization")
        for term in terms.order_by("pk"):
            self._terms.setdefault(term.person_id, []).append(term)
        self._holders: dict[tuple[str, int], list[Member]] = {}
        for person in found.values():
            for place in {term.organization_id for term in self._terms.get(person.pk, [])}:
                self._holders.setdefault((person.name, place), []).append(person)
        # Only verified records are corrected by asking.
        verified = [person.pk for person in found.values() if person.is_verified]
        asked = Correction.objects.waiting().filter(person__in=verified) if verified else ()
        self._corrections = {each.person_id: each for each in asked}

    def index_of(self, number: str) -> str:
        """The blind index of a number, worked out once."""
        if number not in self._indexes:
            self._indexes[number] = sealing.blind_index(NUMBER_FIELD, number)
        return self._indexes[number]

    def by_number(self, number: str, id_type: str) -> Member | None:
        """The person who holds this number."""
        return self._by_number.get((IdType(id_type).value, self.index_of(number)))

    def namesakes(self, name: str, branch: Organization | None) -> list[Member]:
        """People of this name in the branch, on the roster."""
        if branch is None or branch.pk is None:
            return []
        return [row for row in self._by_name.get(name, []) if row.branch_id == branch.pk and row.is_on_roster]

    def meant_by(self, row: CleanRow, place: Organization | None) -> list[Member]:
        """Whom a row without a readable number may mean: namesakes in the branch.

        For cadres also who holds a post at the place, as far as they are in reach of whoever imports.
        """
        name = row.facts["name"]
        people = self.namesakes(name, place)
        if row.kind != RowKind.CADRES or place is None or place.pk is None:
            return people
        holders = [each for each in self._holders.get((name, place.pk), []) if self._serves(each)]
        return [*people, *(each for each in holders if each not in people)]

    def _serves(self, person: Member) -> bool:
        return (person.is_on_roster or person.status == MemberStatus.OVERAGE) and self.is_in_reach(person)

    def is_listed(self, person: Member) -> bool:
        """Whether a row of the file has this person's number."""
        return person.id_number_index in self._listed()

    def correction_of(self, person: Member) -> Correction | None:
        """The correction of a verified record that waits for a level above."""
        return self._corrections.get(person.pk)

    def posts_of(self, person: Member) -> list[CadreTerm]:
        """The posts somebody holds now."""
        return self._terms.get(person.pk, []) if person.pk else []

    def is_in_reach(self, person: Member) -> bool:
        """Whether the person belongs to the organisation given and may be changed by whoever imports."""
        if person.branch is not None:
            return self._reaches(person.branch.path)
        return any(self._reaches(term.organization.path) for term in self.posts_of(person))

    def is_kept_elsewhere(self, person: Member) -> bool:
        """Whether the person belongs to a branch outside the organisation given that whoever imports keeps, too."""
        return person.branch is not None and self._managed is not None and self._manages(person.branch.path)

    def _reaches(self, path: str) -> bool:
        return path.startswith(self._top.path) and (self._managed is None or self._manages(path))

    def _manages(self, path: str) -> bool:
        return any(path.startswith(managed) for managed in self._managed or ())


def secretaries(organizations: Iterable[Organization]) -> Q:
    """Condition for the posts of secretary held now in these organisations."""
    return Q(organization__in=[row.pk for row in organizations if row.pk], ended_on=None, post="secretary")
