"""Rows of a list × database → plan. Writes nothing; the number of queries does not depend on the number of rows."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from activities.attending import Rolls
from activities.ledger.columns import TEXTS
from activities.models import Activity, ActivityKind, Attendance, ExternalParticipants
from activities.wording import Details
from branches.models import Organization, User
from branches.scoping import Right, managed_paths
from members.models import Member
from members.models.roster import RowState
from members.roster.plans.directory import Directory
from members.roster.plans.plan import Plan, PlannedRow
from members.roster.reading.findings import ELSEWHERE
from members.roster.reading.rows import CleanRow
from tuanjian import sealing

# Warnings only the preview shows.
RECORDED: Final = "W_RECORDED"
PLACE_ASSUMED: Final = "W_PLACE_ASSUMED"
_FIELDS: Final = {"present": "people", "leave": "leave", "absent": "absent"}
_NEAR: Final = 0.6
Key = tuple[int, str, str, str]


@dataclass(eq=False)
class ActivityRow(PlannedRow):
    """A row with the activity it is about: one to be recorded, or the one that stands there already."""

    activity: Activity | None = None
    details: Details = field(default_factory=Details)

    @property
    def label(self) -> str:
        return str(self.clean.facts.get("topic", ""))[:120]

    @property
    def subject(self) -> Activity | None:
        return self.activity


@dataclass
class ActivityPlan(Plan):
    """The rows of a list, and the activities to be recorded among them."""

    @property
    def new(self) -> list[ActivityRow]:
        """The rows that become records, in the order of the file."""
        return [row for row in self.rows if isinstance(row, ActivityRow) and row.state == RowState.NEW]

    @cached_property
    def fingerprint(self) -> str:
        """Names the plan, with the people meant by the names."""
        meant = [sorted(noted.person_id for noted in row.details.attendances) for row in self.new]
        return sealing.blind_index("activities.plan", json.dumps([super().fingerprint, meant]))


def plan_activities(
    rows: Iterable[CleanRow],
    /,
    *,
    organization: Organization,
    by: User | None,
    update_existing: bool = True,
    lock: bool = False,
) -> ActivityPlan:
    """Plan what importing this list under the organisation records, for somebody with the rights of ``by``.

    What is recorded already – same organisation, day, kind and topic – stays as it is, whatever ``update_existing``
    says: who was there is corrected in the record, where it can be seen. With ``lock`` nobody else records activities
    of these organisations until the transaction ends.
    """
    planned = [ActivityRow(row) for row in rows]
    planning = _Planning(planned, organization, by, lock=lock)
    for row in planned:
        planning.plan(row)
    return ActivityPlan(list(planned))


class _Planning:
    def __init__(self, rows: Sequence[ActivityRow], top: Organization, by: User | None, *, lock: bool) -> None:
        self._may = by is None or any(top.path.startswith(path) for path in managed_paths(by, Right.ACTIVITIES))
        self._directory = Directory(top)
        self._elsewhere = _visible_elsewhere(rows, self._directory, by)
        for row in rows:
            row.place = self._place(row)
        places = {row.place.pk: row.place for row in rows if row.place is not None}
        if lock:
            list(Organization.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk"))
        self._rolls = Rolls(places.values(), user=by)
        self._kinds = {kind.code: kind for kind in ActivityKind.objects.all()}
        self._recorded = _recorded(rows, places)
        self._lines: dict[Key, tuple[str, int]] = {}

    def plan(self, row: ActivityRow) -> None:
        """Decide what becomes of one row."""
        clean = row.clean
        if not self._may:
            clean.refuse("R_OUT_OF_SCOPE", "您现在没有在这里登记活动的权限，请联系上级管理员。", "branch")
        if clean.facts.get("kind", "") not in {"", *self._kinds}:
            clean.refuse("R_VALUE_UNKNOWN", "这个活动类型已经删除，请重新检查后改填其他类型。", "kind")
        key = _key(row)
        if key is not None:
            self._refuse_twice(row, key)
        standing = self._recorded.get(key) if key is not None else None
        if row.state == RowState.ELSEWHERE and not clean.problems:
            return
        if standing is not None and not clean.problems:
            row.activity = standing
            message = "已有这条活动记录（组织、日期、类型和主题相同），没有改动；要修改请打开原记录。"
            clean.warn(RECORDED, message, "topic")
            return
        attendances = self._attendances(row)
        if clean.problems or row.place is None:
            row.state = RowState.INVALID
            return
        row.state = RowState.NEW
        row.activity, row.details = self._activity(row, row.place), Details(attendances, _guests(row))

    def _place(self, row: ActivityRow) -> Organization | None:
        """The organisation the row names, or that its section or sheet stands for, or the one imported to."""
        clean, top = row.clean, self._directory.top
        name = clean.facts.get("branch", "")
        if name:
            place = self._named(row, name)
        else:
            found = (self._directory.find(text).organization for text in clean.places)
            place = next((organization for organization in found if organization is not None), None)
            if place is None and clean.claimed:
                return self._named(row, clean.claimed)
            place = place or top
            if "branch" in clean.letters or (place is top and not top.is_branch):
                clean.warn(PLACE_ASSUMED, f"没有写团组织，登记为{place.short_name}的活动，请核对。", "branch")
        if place is not None:
            clean.shown["branch"] = place.full_name
        return place

    def _named(self, row: ActivityRow, name: str) -> Organization | None:
        found, top = self._directory.find(name), self._directory.top.short_name
        if found.organization is not None:
            return found.organization
        if found.several:
            row.clean.refuse("R_BRANCH_UNKNOWN", f"有多个组织叫“{name}”，请填写全称。", "branch")
        elif name in self._elsewhere:
            row.state = RowState.ELSEWHERE
            message = f"“{name}”不在“{top}”及其下级组织中，没有导入；请导入到它自己或它的上级组织。"
            row.clean.warn(ELSEWHERE, message, "branch")
        else:
            message = f"在“{top}”及其下级组织中找不到“{name}”，请核对名称。{self._directory.proposal(name)}"
            row.clean.refuse("R_BRANCH_UNKNOWN", message, "branch")
        return None

    def _refuse_twice(self, row: ActivityRow, key: Key) -> None:
        here = (row.clean.sheet, row.clean.line)
        first = self._lines.setdefault(key, here)
        if first != here:
            where = f"第 {first[1]} 行" if first[0] == here[0] else f"工作表“{first[0]}”第 {first[1]} 行"
            message = f"与本文件{where}是同一次活动（组织、日期、类型和主题相同），请删去重复的行。"
            row.clean.refuse("R_ACTIVITY_DUP", message, "topic")

    def _activity(self, row: ActivityRow, place: Organization) -> Activity:
        facts = row.clean.facts
        texts = {name: facts[name] for name in TEXTS if name in facts}
        return Activity(
            organization=place,
            kind=self._kinds[facts["kind"]],
            topic=facts["topic"],
            held_on=dt.date.fromisoformat(facts["held_on"]),
            attended=facts.get("attended"),
            **texts,
        )

    def _attendances(self, row: ActivityRow) -> list[Attendance]:
        """The people of the names; a name that means nobody or several refuses the row."""
        facts, place = row.clean.facts, row.place
        if place is None or "held_on" not in facts:
            return []
        day = dt.date.fromisoformat(facts["held_on"])
        noted: dict[int, Attendance] = {}
        for name, born, state, reason in facts.get("names", []):
            person = self._person(row, place, day, name=name, born=born, column=_FIELDS[state])
            if person is not None and person.pk in noted:
                row.clean.refuse("R_PERSON_TWICE", f"“{name}”在这一行写了两次，请删去一处。", _FIELDS[state])
            elif person is not None:
                noted[person.pk] = Attendance(person=person, state=state, reason=reason)
        return list(noted.values())

    def _person(
        self, row: ActivityRow, place: Organization, day: dt.date, *, name: str, born: str, column: str
    ) -> Member | None:
        belonging = self._rolls.people_of(place, day)
        meant = [person for person in belonging if person.name == name and _born(person).startswith(born)]
        if len(meant) == 1:
            return meant[0]
        if meant:
            row.clean.refuse("R_PERSON_SEVERAL", _say_several(place, name, meant), column)
        elif any(person.name == name for person in self._rolls.ever_in(place)):
            about = f"出生年月 {born} 的“{name}”" if born else f"“{name}”"
            where = "名册上" if place.is_branch else "在任团干部中"
            message = f"{about} {day} 不在{place.short_name}的{where}，请核对日期和姓名。"
            row.clean.refuse("R_PERSON_UNKNOWN", message, column)
        else:
            row.clean.refuse("R_PERSON_UNKNOWN", _say_unknown(place, name, belonging), column)
        return None


def _key(row: ActivityRow) -> Key | None:
    """What makes two rows, or a row and a record, the same activity, as ``recording.doubles_of`` has it."""
    facts = row.clean.facts
    if row.place is None or not {"held_on", "kind", "topic"} <= facts.keys():
        return None
    return (row.place.pk, facts["held_on"], facts["kind"], facts["topic"])


def _recorded(rows: Sequence[ActivityRow], places: dict[int, Organization]) -> dict[Key, Activity]:
    """The standing records of these days. One query."""
    days = {row.clean.facts["held_on"] for row in rows if "held_on" in row.clean.facts}
    records = Activity.objects.standing().filter(organization__in=places, held_on__in=days).select_related("kind")
    return {
        (record.organization_id, str(record.held_on), record.kind.code, record.topic): record
        for record in records.order_by("-id")
    }


def _visible_elsewhere(rows: Sequence[ActivityRow], directory: Directory, by: User | None) -> set[str]:
    """Names in the list that organisations outside the subtree carry, as far as the user may know of them."""
    names = {name for row in rows if (name := row.clean.facts.get("branch"))}
    unknown = {name for name in names if directory.find(name).organization is None}
    if by is None or not unknown:
        return set()
    visible = Organization.objects.active().visible_to(by).exclude(pk__in=directory.by_pk)
    return {name for pair in visible.values_list("full_name", "short_name") for name in pair} & unknown


def _guests(row: ActivityRow) -> list[ExternalParticipants]:
    said = row.clean.facts.get("guests", [])
    return [ExternalParticipants(description=description, count=count) for description, count in said]


def _born(person: Member) -> str:
    return f"{person.birth_on:%Y-%m}" if person.birth_on else ""


def _say_several(place: Organization, name: str, meant: Sequence[Member]) -> str:
    births = [_born(person) for person in meant]
    if all(births) and len(set(births)) == len(births):
        choice = "或".join(f"“{name}（{born}）”" for born in sorted(births))
        return f"{place.short_name}有 {len(meant)} 个“{name}”，请按出生年月写成{choice}。"
    return f"{place.short_name}有 {len(meant)} 个“{name}”，无法区分，请在这里删去，导入后打开活动记录勾选。"


def _say_unknown(place: Organization, name: str, belonging: Sequence[Member]) -> str:
    where = "名册上" if place.is_branch else "在任团干部中"
    near = difflib.get_close_matches(name, [person.name for person in belonging], n=1, cutoff=_NEAR)
    hint = f"您是不是要写“{near[0]}”？" if near else "外来人员请写到“列席和来宾”。"
    return f"{place.short_name}的{where}没有“{name}”，请核对姓名。{hint}"
