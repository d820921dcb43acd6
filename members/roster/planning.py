"""Rows × database → plan. Writes nothing; the number of queries does not depend on the number of rows."""

from __future__ import annotations

from collections.abc import Iterable

from branches.models import Organization, User
from branches.scoping import Right, managed_paths
from members.dictionaries import LeaguePost
from members.models import CadreTerm
from members.models.roster import RowKind
from members.roster.answers import NONE, Answers
from members.roster.columns import PEOPLE_KINDS
from members.roster.directory import Directory
from members.roster.enrolling import Enrolling
from members.roster.findings import SECOND_SECRETARY
from members.roster.organizing import Organizing
from members.roster.people import Known, secretaries
from members.roster.plan import PlannedPerson, PlannedRow, RosterPlan
from members.roster.rows import CleanRow


def plan_rows(
    rows: Iterable[CleanRow],
    *,
    organization: Organization,
    by: User | None,
    update_existing: bool = True,
    lock: bool = False,
    answers: Answers = NONE,
) -> RosterPlan:
    """Plan what importing these rows under the organisation does, for somebody with the rights of ``by``.

    ``by`` None plans with full rights below the organisation (commands). Organisations come first, then members, cadres
    and young people: later rows may mean what earlier ones create. The rows' problems and warnings grow with what the
    database says about them. With ``lock`` the people found are locked until the transaction ends. ``answers`` are what
    people decided about the rows and the names in them; without one a doubtful row is 待确定.
    """
    planned = [PlannedRow(row) for row in rows]
    directory = Directory(organization)
    organizing = Organizing(
        directory,
        may_change=by is None or _manages(by, Right.STRUCTURE, organization),
        update_existing=update_existing,
    )
    organizing.plan([row for row in planned if row.clean.kind == RowKind.ORGANIZATIONS])
    organizations = organizing.plan_wanted(answers)
    of_people = [row for row in planned if row.clean.kind != RowKind.ORGANIZATIONS]
    known = Known([row.clean for row in of_people], organization, by=by, lock=lock)
    enrolling = Enrolling(directory, known, update_existing=update_existing, decisions=answers.decisions)
    if by is not None and not _manages(by, Right.PEOPLE, organization):
        for row in of_people:
            row.clean.refuse("R_OUT_OF_SCOPE", "您现在没有在这里录入人员的权限，请联系上级管理员。", "branch")
    for kind in PEOPLE_KINDS:
        for row in of_people:
            if row.clean.kind == kind:
                enrolling.plan(row)
    _warn_of_second_secretaries(of_people, enrolling.people)
    return RosterPlan(planned, organizations, enrolling.people)


def _manages(by: User, right: Right, organization: Organization) -> bool:
    return any(organization.path.startswith(path) for path in managed_paths(by, right))


def _warn_of_second_secretaries(rows: list[PlannedRow], people: list[PlannedPerson]) -> None:
    """Two secretaries in one organisation: one of them has left, and only the office knows who. One query."""
    holders: dict[int, list[PlannedPerson]] = {}
    places: dict[int, Organization] = {}
    for person in people:
        for term in person.terms:
            if term.post == LeaguePost.SECRETARY:
                places[id(term.organization)] = term.organization
                holders.setdefault(id(term.organization), []).append(person)
    held: dict[int, set[int]] = {}
    for post in CadreTerm.objects.filter(secretaries(places.values())):
        held.setdefault(post.organization_id, set()).add(post.person_id)
    doubtful: dict[int, str] = {}
    for key, place in places.items():
        now = held.get(place.pk, set()) if place.pk else set()
        others = [person for person in holders[key] if person.member.pk not in now]
        if len(now) + len(others) > 1:
            doubtful |= {id(person): place.short_name for person in others}
    for row in rows:
        if row.person is not None and id(row.person) in doubtful and row.clean.facts.get("league_post"):
            message = f"{doubtful[id(row.person)]}有两名书记，请核对；离任的请办理免职。"
            row.clean.warn(SECOND_SECRETARY, message, "league_post")
