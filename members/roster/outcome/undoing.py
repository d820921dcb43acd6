"""撤回导入: what an import created goes, what it changed returns – unless somebody has worked on it since.

Posts first, then people, then organisations from below upwards. What stays is named with who touched it and when.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from branches import audit
from branches.founding import remove_many
from branches.models import AuditEntry, Organization, User
from branches.scoping import Right, managed_paths
from members import counted
from members.models import BranchMembership, CadreTerm, Correction, DifferentPeople, Member, StatusChange
from members.models.roster import ImportState, RosterChange, RosterImport
from members.roster import purposes
from members.roster.plans.writing import ORGANIZATION_COLUMNS, PERSON_COLUMNS, TERM_COLUMNS
from members.wording import in_words
from tuanjian import bulk
from tuanjian.locks import Lock, hold

_REASON: Final = "撤回导入"
_OF_HISTORY: Final = (BranchMembership, StatusChange)
# What goes with a person, and needs nobody to stay.
_GOES_ALONG: Final = (*_OF_HISTORY, DifferentPeople)
_DATES: Final = frozenset({"birth_on", "joined_on", "started_on", "founded_on"})
STILL_NEEDED: Final = "已有其他记录引用"


@dataclass
class Returned:
    """What taking back came to: how many objects returned, and what was kept, with the reason."""

    returned: int = 0
    kept: list[RosterChange] = field(default_factory=list)


@transaction.atomic
def take_back(roster: RosterImport, *, by: User, branches: Iterable[Organization] | None = None) -> Returned:
    """Take back everything an import wrote that nobody has touched since; a second time does nothing more.

    With ``branches`` only what it wrote about these organisations and the people in them: the import stays 已完成 while
    there is more to take back. Refuses an import that has not been written, whoever lacks the right its purpose asks
    for where it was written, and – where organisations were written – whoever does not manage the structure.
    """
    hold(Lock.TREE)
    rows = RosterImport.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    stored = rows.get(pk=roster.pk)
    managed = Organization.objects.manageable_by(by, right=purposes.of(stored).right)
    if not managed.filter(pk=stored.organization_id).exists():
        raise ValidationError("您现在没有在这里撤回导入的权限，请联系上级管理员。")
    if stored.state == ImportState.TAKEN_BACK:
        return Returned(kept=list(stored.changes.filter(returned_at=None)), returned=stored.counts["returned"])
    if stored.state != ImportState.DONE:
        raise ValidationError(f"这次导入的状态是“{stored.get_state_display()}”，没有可撤回的内容。")
    part = None if branches is None else {row.pk for row in branches}
    changed = stored.changes.filter(object_type=Organization._meta.label_lower, returned_at=None)
    if part is not None:
        changed = changed.filter(branch__in=part)
    structure = Organization.objects.manageable_by(by, right=Right.STRUCTURE).filter(pk=stored.organization_id)
    if changed.exists() and not structure.exists():
        raise ValidationError("这次导入新建或修改过团组织，请由管理员撤回。")
    return TakingBack(stored, by, part).take_back()


class TakingBack:
    """One taking back, under way: what returned, what is kept and why."""

    def __init__(self, roster: RosterImport, by: User, part: Collection[int] | None = None) -> None:
        self.roster, self.by, self.moment = roster, by, timezone.now()
        self._managed = managed_paths(by, purposes.of(roster).right)
        self._deeds: list[tuple[AuditEntry.Kind, models.Model, Organization | None, Mapping[str, Any]]] = []
        self._touched: set[int] = set()
        # People that stay, and phones of those that go or get another: see ``counted``.
        self.people: set[int] = set()
        self._phones: set[str | None] = set()
        self._returned: list[RosterChange] = []
        self._kept: dict[int, RosterChange] = {}
        self._changes: dict[str, list[RosterChange]] = defaultdict(list)
        waiting = list(roster.changes.filter(returned_at=None).select_related("branch").order_by("-number"))
        for change in waiting if part is None else _in_part(waiting, part):
            self._changes[change.object_type].append(change)

    def take_back(self) -> Returned:
        for object_type, take_back_objects in _returns.items():
            take_back_objects(self, self._changes[object_type])
        self._take_back_terms(self._of(CadreTerm))
        self._withdraw_corrections(self._of(Correction))
        self._take_back_people(self._of(Member))
        audit.record_many(self._deeds, by=self.by, reason=_REASON, job=self.roster.job)
        self._take_back_organizations(self._of(Organization))
        counted.touch_people(self.people, phones=self._phones, also=self._touched)
        return self._finish()

    def _of(self, model: type[models.Model]) -> list[RosterChange]:
        return self._changes[model._meta.label_lower]

    def _take_back_terms(self, changes: list[RosterChange]) -> None:
        now = CadreTerm.objects.select_for_update(of=("self",), no_key=True).select_related("person", "organization")
        terms = now.in_bulk([change.object_id for change in changes])
        created = self.untouched([change for change in changes if change.created], terms)
        for change in created:
            if term := terms.get(change.object_id):
                self.people.add(term.person_id)
                self.note(term, term.organization, {"团内职务": [term.title, None]})
        CadreTerm.objects.filter(pk__in=[change.object_id for change in created]).delete()
        restored = self.untouched([change for change in changes if not change.created], terms)
        for change in restored:
            term = terms[change.object_id]
            self.people.add(term.person_id)
            self.note(term, term.organization, {"任职": ["导入时更新", "恢复原状"]})
        rows = (_restored(change, TERM_COLUMNS, terms[change.object_id].version) for change in restored)
        bulk.update_rows(CadreTerm, "id", [*TERM_COLUMNS, "version"], rows)

    def _withdraw_corrections(self, changes: list[RosterChange]) -> None:
        """What nobody above has decided about yet is no longer asked for."""
        now = Correction.objects.select_for_update(of=("self",), no_key=True).select_related("person__branch")
        asked = now.in_bulk([change.object_id for change in changes])
        going = self.untouched(changes, asked)
        for change in going:
            if correction := asked.get(change.object_id):
                self.note(correction, correction.person.branch, {"状态": [correction.get_state_display(), "已撤销"]})
        # Deciding raises the version: what nobody touched still waits.
        Correction.objects.filter(pk__in=[change.object_id for change in going]).update(
            state=Correction.State.WITHDRAWN,
            decided_at=self.moment,
            decided_by=self.by,
            version=models.F("version") + 1,
        )

    def _take_back_people(self, changes: list[RosterChange]) -> None:
        people = Member.objects.select_for_update(of=("self",), no_key=True).select_related("branch")
        people_now = people.in_bulk([change.object_id for change in changes])
        created = self.untouched([change for change in changes if change.created], people_now)
        needed = _needed(Member, [change.object_id for change in created])
        going = self.unneeded(created, needed)
        for change in going:
            if member := people_now.get(change.object_id):
                self.note(member, change.branch, {"姓名": [member.name, None]})
                self._phones.add(member.phone_index)
        keys = [change.object_id for change in going]
        for history in _OF_HISTORY:
            history._default_manager.filter(person__in=keys).delete()
        Member.objects.filter(pk__in=keys).delete()
        self._restore_people([change for change in changes if not change.created], people_now)

    def _restore_people(self, changes: list[RosterChange], people: dict[int, Member]) -> None:
        restored = self._within_reach(self.untouched(changes, people), people)
        written = [change.written for change in restored]
        BranchMembership.objects.filter(pk__in=[ids["membership"] for ids in written if "membership" in ids]).delete()
        StatusChange.objects.filter(pk__in=[ids["status"] for ids in written if "status" in ids]).delete()
        ended = [(ids["ended"], None, None) for ids in written if "ended" in ids]
        bulk.update_rows(BranchMembership, "id", ["effective_to", "ended_recorded_at"], ended)
        rows = []
        for change in restored:
            member = people[change.object_id]
            if member.branch_id:
                # Where somebody came from and where they went are both counted anew.
                self._touched.add(member.branch_id)
            self.people.add(member.pk)
            self._phones.add(member.phone_index)
            before, image = in_words(member), change.before
            for column in image:
                value = _value(column, image[column])
                # Setting a number that is there already would only seal it anew.
                if getattr(member, column) != value:
                    setattr(member, column, value)
            self.note(member, change.branch, audit.difference(before, in_words(member)))
            row = (member.pk, *(getattr(member, column) for column in PERSON_COLUMNS), member.version + 1)
            rows.append((*row, self.moment, self.by.pk))
            if member.branch_id:
                self._touched.add(member.branch_id)
        bulk.update_rows(Member, "id", [*PERSON_COLUMNS, "version", "updated_at", "updated_by_id"], rows)

    def _within_reach(self, changes: list[RosterChange], people: Mapping[int, Member]) -> list[RosterChange]:
        """Those who do not go back into a branch that is closed, or that whoever takes back does not keep."""
        homes = {change.pk: change.before["branch_id"] for change in changes if "ended" in change.written}
        open_ = Organization.objects.active().filter(pk__in=set(homes.values())).values_list("pk", "path")
        kept = {pk for pk, path in open_ if any(path.startswith(managed) for managed in self._managed)}
        staying = [change for change in changes if change.pk in homes and homes[change.pk] not in kept]
        for change in staying:
            self._keep(change, "原来所在的团支部已撤销，或不在您的管理范围，请由上级办理")
            self._returned.remove(change)
        return [change for change in changes if change not in staying]

    def _take_back_organizations(self, changes: list[RosterChange]) -> None:
        organizations = Organization.objects.in_bulk([change.object_id for change in changes])
        created = self.untouched([change for change in changes if change.created], organizations)
        # What a kept organisation stands under has to stay too.
        needed = _needed(Organization, [change.object_id for change in created])
        staying = Organization.objects.filter(pk__in={*needed}).values_list("path", flat=True)
        going = {change.object_id for change in created} - needed.keys()
        paths = [*staying, *self._paths_of_others_below(created, organizations, going)]
        for change in created:
            organization = organizations.get(change.object_id)
            if organization and any(path.startswith(organization.path) for path in paths):
                needed.setdefault(change.object_id, "下面还有其他组织")
        going_changes = self.unneeded(created, needed)
        gone = [row for change in going_changes if (row := organizations.get(change.object_id)) is not None]
        # What goes is to leave the figures of its superiors.
        self._touched |= {row.pk for row in gone}
        remove_many(gone, by=self.by, reason=_REASON, job=self.roster.job)
        restored = self.untouched([change for change in changes if not change.created], organizations)
        rows = []
        for change in restored:
            organization = organizations[change.object_id]
            rows.append((*_restored(change, ORGANIZATION_COLUMNS, organization.version), self.moment))
            deed = (AuditEntry.Kind.UNDONE, organization, organization, {"基本信息": ["导入时更新", "恢复原状"]})
            audit.record_many([deed], by=self.by, reason=_REASON, job=self.roster.job)
            self._touched.add(organization.pk)
        bulk.update_rows(Organization, "id", [*ORGANIZATION_COLUMNS, "version", "updated_at"], rows)

    def _paths_of_others_below(
        self, created: list[RosterChange], organizations: dict[int, Organization], going: set[int]
    ) -> list[str]:
        """Paths of organisations below those that would go which are not of this import."""
        tops = [row for change in created if (row := organizations.get(change.object_id)) and row.numchild]
        inside: models.Q = models.Q(pk__in=())
        for top in tops:
            inside |= models.Q(path__startswith=top.path)
        return list(Organization.objects.filter(inside).exclude(pk__in=going).values_list("path", flat=True))

    def untouched(self, changes: list[RosterChange], now: Mapping[int, Any]) -> list[RosterChange]:
        """Those still as the import left them; created objects that are gone already count as returned."""
        touched = [change for change in changes if _is_touched(change, now)]
        said = _last_touched(touched, self.roster)
        for change in touched:
            self._keep(change, said.get(change.object_id, "之后有改动"))
        kept = {change.pk for change in touched}
        untouched = [change for change in changes if change.pk not in kept]
        self._returned += untouched
        return untouched

    def unneeded(self, changes: list[RosterChange], needed: Mapping[int, str]) -> list[RosterChange]:
        """Those nothing else needs; the others are kept with the reason."""
        for change in changes:
            if change.object_id in needed:
                self._keep(change, needed[change.object_id])
                self._returned.remove(change)
        return [change for change in changes if change.object_id not in needed]

    def _keep(self, change: RosterChange, because: str) -> None:
        change.kept_because = because[:200]
        self._kept[change.pk] = change

    def note(self, subject: models.Model, place: Organization | None, changes: Mapping[str, Any]) -> None:
        """Have the log say what was taken back; the place counts as changed."""
        self._deeds.append((AuditEntry.Kind.UNDONE, subject, place, changes))
        if place is not None:
            self._touched.add(place.pk)

    def _finish(self) -> Returned:
        returned = [change.pk for change in self._returned]
        RosterChange.objects.filter(roster=self.roster, pk__in=returned).update(
            returned_at=self.moment, kept_because=""
        )
        kept = sorted(self._kept.values(), key=lambda change: change.number)
        bulk.update_rows(RosterChange, "id", ["kept_because"], [(change.pk, change.kept_because) for change in kept])
        roster, told = self.roster, self.roster.counts.get("returned", 0)
        waiting = roster.changes.filter(returned_at=None)
        # What an earlier part left behind is still there.
        staying = waiting.filter(kept_because__gt="").count()
        roster.counts = {**roster.counts, "returned": told + len(returned), "kept": staying}
        # Where only a part was asked for, the rest can be taken back later.
        if not waiting.filter(kept_because="").exists():
            roster.state, roster.taken_back_at, roster.taken_back_by = ImportState.TAKEN_BACK, self.moment, self.by
        roster.save(update_fields=["state", "taken_back_at", "taken_back_by", "counts"])
        self._note_import(len(returned), len(kept))
        return Returned(len(returned), kept)

    def _note_import(self, returned: int, kept: int) -> None:
        changes = {"撤回": [None, returned], "保留": [None, kept]}
        roster, kind = self.roster, AuditEntry.Kind.UNDONE
        audit.record(kind, roster, by=self.by, at=roster.organization, changes=changes, job=roster.job)


Return = Callable[[TakingBack, list[RosterChange]], None]
_returns: dict[str, Return] = {}


def register_return(model: type[models.Model], take_back_objects: Return) -> None:
    """Have objects of an app above taken back by ``take_back_objects``, before posts, people and organisations.

    It gets the changes of its objects, latest first, asks ``untouched`` (and ``unneeded``) which of them may return,
    removes or restores those and notes each.
    """
    _returns[model._meta.label_lower] = take_back_objects


def _in_part(changes: list[RosterChange], part: Collection[int]) -> list[RosterChange]:
    """What was written about these organisations and the people in them, posts elsewhere of those people included."""
    people = {
        each.object_id for each in changes if each.object_type == Member._meta.label_lower and each.branch_id in part
    }
    posts = [each.object_id for each in changes if each.object_type == CadreTerm._meta.label_lower]
    holders = dict(CadreTerm.objects.filter(pk__in=posts).values_list("pk", "person_id"))
    return [
        each
        for each in changes
        if each.branch_id in part
        or (each.object_type == CadreTerm._meta.label_lower and holders.get(each.object_id) in people)
    ]


def _is_touched(change: RosterChange, now: Mapping[int, Any]) -> bool:
    row = now.get(change.object_id)
    if row is None:
        return not change.created
    return bool(row.version != change.version)


def _restored(change: RosterChange, columns: Iterable[str], version: int) -> tuple[Any, ...]:
    before = change.before
    return (change.object_id, *(_value(column, before[column]) for column in columns), version + 1)


def _value(column: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if value and column in _DATES else value


def _last_touched(changes: list[RosterChange], roster: RosterImport) -> dict[int, str]:
    """Who changed these objects last and when, in words. One query."""
    if not changes:
        return {}
    entries = AuditEntry.objects.filter(
        object_type=changes[0].object_type, object_id__in=[str(change.object_id) for change in changes]
    )
    said: dict[int, str] = {}
    for entry in entries.exclude(job=roster.job).order_by("id"):
        at = timezone.localtime(entry.at)
        said[int(entry.object_id)] = f"{entry.actor_name}于 {at:%Y-%m-%d %H:%M} {entry.get_kind_display()}"
    return said


def links_that_keep(model: type[models.Model]) -> Iterator[models.ForeignObjectRel]:
    """The relations to objects of this model because of which one stays that an import created."""
    along = _GOES_ALONG if model is Member else ()
    for link in model._meta.related_objects:
        harmless = link.on_delete in (models.SET_NULL, models.DO_NOTHING)
        related = link.related_model
        if not harmless and related not in (*along, model) and related._meta.label_lower != "branches.touched":
            yield link


def _needed(model: type[models.Model], keys: list[int]) -> dict[int, str]:
    """Those of the objects that something else points at, with what. One query per kind of link."""
    needed: dict[int, str] = {}
    for link in links_that_keep(model):
        name, related = link.field.name, link.related_model
        rows = related._default_manager.filter(**{f"{name}__in": keys}).values_list(name, flat=True)
        for key in rows.distinct().order_by():
            needed.setdefault(key, f"{STILL_NEEDED}（{related._meta.verbose_name}）")
    return needed
