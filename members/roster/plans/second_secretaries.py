"""Two secretaries in one organisation: one of them has left, and only the office knows who."""

from __future__ import annotations

from collections.abc import Iterable

from branches.models import Organization
from members.dictionaries import LeaguePost
from members.models import CadreTerm
from members.roster.plans.people import secretaries
from members.roster.plans.plan import PlannedPerson, PlannedRow
from members.roster.reading.findings import SECOND_SECRETARY, Finding

# An organisation by its key, one that is not saved yet by identity.
_Place = tuple[str, int]


class SecondSecretaries:
    """Whom the rows of a file make secretary of what, and which rows say so."""

    def __init__(self) -> None:
        self._places: dict[_Place, Organization] = {}
        # By the first row about them, the key of somebody who is known.
        self._holders: dict[_Place, dict[int, int | None]] = {}
        # By the same, the rows that speak of posts, with the letter of their column.
        self._rows: dict[int, dict[int, str]] = {}

    def note(self, rows: Iterable[tuple[int, PlannedRow]], people: Iterable[PlannedPerson]) -> None:
        """Look at planned rows, with their numbers, and the people they are about."""
        about: dict[int, PlannedPerson] = {}
        for person in people:
            for term in person.terms:
                if term.post == LeaguePost.SECRETARY:
                    place = _place(term.organization)
                    self._places.setdefault(place, term.organization)
                    self._holders.setdefault(place, {})[person.first] = person.member.pk
                    about[id(person)] = person
        if not about:
            return
        for number, row in rows:
            if row.person is not None and id(row.person) in about and row.clean.facts.get("league_post"):
                self._rows.setdefault(row.person.first, {})[number] = row.clean.letters.get("league_post", "")

    def warnings(self) -> dict[int, Finding]:
        """What is to be said of which rows, once all have been looked at. One query."""
        held: dict[int, set[int]] = {}
        for post in CadreTerm.objects.filter(secretaries(self._places.values())):
            held.setdefault(post.organization_id, set()).add(post.person_id)
        doubtful: dict[int, str] = {}
        for key, place in self._places.items():
            now = held.get(place.pk, set()) if place.pk else set()
            others = [first for first, known in self._holders[key].items() if known not in now]
            if len(now) + len(others) > 1:
                doubtful |= dict.fromkeys(others, place.short_name)
        return {
            number: Finding(SECOND_SECRETARY, f"{name}有两名书记，请核对；离任的请办理免职。", "league_post", column)
            for first, name in doubtful.items()
            for number, column in self._rows.get(first, {}).items()
        }


def _place(organization: Organization) -> _Place:
    return ("known", organization.pk) if organization.pk else ("new", id(organization))
