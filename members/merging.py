"""合并团支部: everybody of one branch goes over into another, and the emptied one closes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import AccessGrant, Organization, User
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import Right
from members import closing, counted
from members.models import BranchMembership, CadreTerm, ImportState, Member, RosterImport
from tuanjian.locks import Lock, hold

END_REASON = "团支部合并"
# An import on its way would look for the branch it was made for.
UNDER_WAY = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.TO_CONFIRM, ImportState.WRITING)
MOST_NAMED = 50


@dataclass(frozen=True)
class Namesake:
    """Somebody who goes over, and somebody of the same name who is there already."""

    coming: Member
    there: Member

    @property
    def is_alike(self) -> bool:
        """Whether the birth date agrees too: probably one person with two records."""
        return self.coming.birth_on is not None and self.coming.birth_on == self.there.birth_on


@dataclass(frozen=True)
class Preview:
    """What merging would do. ``people`` and ``posts`` are handed back: nothing else is merged than was shown."""

    source: Organization
    into: Organization
    members: int
    people: int
    there: int
    posts: list[CadreTerm]
    accounts: list[AccessGrant]
    namesakes: list[Namesake]
    refusals: list[str]

    @property
    def others(self) -> int:
        return self.people - self.members

    @property
    def together(self) -> int:
        return self.people + self.there


def targets_for(source: Organization, *, by: User) -> OrganizationQuerySet:
    """Branches in force of the same tree that the user manages, ``source`` left out."""
    managed = Organization.objects.manageable_by(by, right=Right.STRUCTURE).active().branches()
    return managed.filter(root=source.root_id).exclude(pk=source.pk).in_screen_order()


def preview(source: Organization, *, into: Organization, by: User) -> Preview:
    """Look at what ``merge`` would do. Writes nothing; the number of queries does not depend on the people."""
    here = Member.objects.on_roster().filter(branch=source)
    coming: dict[str, list[Member]] = {}
    for person in here.filter(name__in=Member.objects.on_roster().filter(branch=into).values("name")).by_pinyin():
        coming.setdefault(person.name, []).append(person)
    there = Member.objects.on_roster().filter(branch=into, name__in=list(coming)).by_pinyin()
    namesakes = [Namesake(one, other) for other in there for one in coming[other.name]]
    terms = CadreTerm.objects.current().filter(organization=source).select_related("person").in_office_order()
    grants = AccessGrant.objects.filter(organization=source).lasting(timezone.localdate()).select_related("user")
    return Preview(
        source=source,
        into=into,
        members=Member.objects.league_members().filter(branch=source).count(),
        people=here.count(),
        there=Member.objects.on_roster().filter(branch=into).count(),
        posts=list(terms),
        accounts=list(grants.order_by("user__display_name", "id")),
        namesakes=namesakes[:MOST_NAMED],
        refusals=_refusals(source, into, by),
    )


@transaction.atomic
def merge(
    source: Organization, *, into: Organization, on: dt.date, reason: str, people: int, posts: int, by: User
) -> None:
    """Move everybody on the roster of ``source`` into the branch ``into``, end its posts, and close it, all or nothing.

    Branch history ends and begins on that day, for somebody who came later on the day of coming. People who are gone,
    void records and the activities held stay with the closed branch. ``people`` and ``posts`` are the numbers shown
    before; refuses when they are no longer true, and everything ``preview`` names in ``refusals`` or ``closing.close``
    refuses.
    """
    hold(Lock.TREE)
    locked = Organization.objects.select_for_update(no_key=True).filter(pk__in=[source.pk, into.pk]).order_by("pk")
    found = {row.pk: row for row in locked}
    source, into = found[source.pk], found[into.pk]
    if refusals := _refusals(source, into, by):
        raise ValidationError(refusals)
    _refuse_day(source, into, on)
    people_here = Member.objects.select_for_update(of=("self",), no_key=True).on_roster().filter(branch=source)
    coming = list(people_here.order_by("pk"))
    terms = CadreTerm.objects.select_for_update(of=("self",), no_key=True).current().filter(organization=source)
    ending = list(terms.select_related("person").order_by("pk"))
    if (len(coming), len(ending)) != (people, posts):
        raise ValidationError("预览之后人员或任职有变动，请核对下面新的数字，再次确认。")
    said = f"并入{into.short_name}" + (f"：{reason.strip()}" if reason.strip() else "")
    _end_posts(ending, source, on=on, reason=said, by=by)
    _bring_over(coming, source, into, on=on, reason=said, by=by)
    people_moved = {person.pk for person in coming} | {term.person_id for term in ending}
    counted.touch_people(people_moved, also=[source.pk, into.pk])
    closing.close(source, on=on, reason=said, by=by)
    arrived = {"并入": [None, source.short_name], "转入人员": [None, len(coming)]}
    audit.record(audit.Kind.CHANGED, into, by=by, at=into, changes=arrived, reason=reason.strip())


def _refusals(source: Organization, into: Organization, by: User) -> list[str]:
    """Whatever stands in the way of merging, each as a sentence."""
    said = []
    if source.pk == into.pk:
        return ["不能并入自己，请另选团支部。"]
    for organization in (source, into):
        if not organization.is_branch:
            kind = organization.get_org_type_display()
            said.append(f"{organization.short_name}是{kind}，只有团支部可以合并，请先移走或合并它的下级组织。")
        elif organization.is_closed:
            said.append(f"{organization.short_name}已撤销，不能合并。")
    if source.root_id != into.root_id:
        said.append("两个团支部不在同一组织树里，不能合并，请由各自上级商定后办理转接。")
    above = Organization.objects.manageable_by(by, right=Right.STRUCTURE, below=True).filter(pk=source.pk)
    managed = Organization.objects.manageable_by(by, right=Right.STRUCTURE).filter(pk=into.pk)
    if not (above.exists() and managed.exists()):
        said.append("两个团支部须都在您的管理范围内，合并由它们的上级办理。")
    waiting = RosterImport.objects.filter(organization=source, state__in=UNDER_WAY).count()
    if waiting:
        said.append(f"{source.short_name}还有 {waiting} 件没有办完的导入，请先确认或放弃，再合并。")
    return said


def _refuse_day(source: Organization, into: Organization, on: dt.date) -> None:
    if on > timezone.localdate():
        raise ValidationError({"merged_on": "合并日期不能晚于今天。"})
    for organization in (source, into):
        if organization.founded_on is not None and on < organization.founded_on:
            sentence = f"合并日期不能早于{organization.short_name}的成立时间（{organization.founded_on}）。"
            raise ValidationError({"merged_on": sentence})


def _end_posts(terms: list[CadreTerm], at: Organization, *, on: dt.date, reason: str, by: User) -> None:
    moment = timezone.now()
    for term in terms:
        term.ended_on = max(on, term.started_on) if term.started_on else on
        term.end_reason, term.ended_recorded_at = END_REASON, moment
        term.version += 1
    CadreTerm.objects.bulk_update(terms, ["ended_on", "end_reason", "ended_recorded_at", "version"])
    deeds = [(audit.Kind.ENDED, term, at, {"免职日期": [None, str(term.ended_on)]}) for term in terms]
    audit.record_many(deeds, by=by, reason=reason)


def _bring_over(
    people: list[Member], source: Organization, into: Organization, *, on: dt.date, reason: str, by: User
) -> None:
    moment = timezone.now()
    rows = list(BranchMembership.objects.filter(person__in=people, effective_to=None))
    since = {row.person_id: max(on, row.effective_from) for row in rows}
    for row in rows:
        row.effective_to, row.ended_recorded_at = since[row.person_id], moment
    BranchMembership.objects.bulk_update(rows, ["effective_to", "ended_recorded_at"])
    BranchMembership.objects.bulk_create(
        BranchMembership(person=person, branch=into, effective_from=since.get(person.pk, on), recorded_by=by)
        for person in people
    )
    for person in people:
        person.branch, person.updated_by, person.updated_at = into, by, moment
        person.version += 1
    Member.objects.bulk_update(people, ["branch", "updated_by", "updated_at", "version"])
    change = {"所在团支部": [source.short_name, into.short_name]}
    # Filed under both: whoever kept the person before finds out where they went, as with a move.
    audit.record_many([(audit.Kind.MOVED, person, source, change) for person in people], by=by, reason=reason)
    audit.record_many([(audit.Kind.MOVED, person, into, change) for person in people], by=by, reason=reason)
