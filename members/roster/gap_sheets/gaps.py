"""缺项补录: what a 缺项补录表 that comes back fills in. Only what a person lacks now; nothing that stands is changed.

Set-based like the roster: the people meant, who holds a number and how many share a phone are looked up once.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right, managed_paths
from members.completeness import FILLING_TEXTS, SHARED_BY, member_no_fits, with_gaps
from members.duplicates import TAKEN, TAKEN_ADVICE
from members.models import Member, MemberStatus
from members.models.people import IN_LEAGUE
from members.models.roster import ImportPurpose, RosterImport, RowKind, RowState
from members.records import LOCKED, refuse_contradictions
from members.roster import purposes
from members.roster.gap_sheets.gap_columns import COLUMNS, FAMILY, GAPS, KEY, KIND, Gap, lacks
from members.roster.gap_sheets.gap_rows import clean_gaps, lay_out_gaps
from members.roster.plans.plan import PlannedPerson, PlannedRow, RosterPlan
from members.roster.plans.writing import COUNT_WORDS, Writing
from members.roster.reading import findings
from members.roster.reading.cells import read_date
from members.roster.reading.rows import CleanRow, Rules, judge_ages
from members.wording import label_of, said
from tuanjian import masking, sealing
from tuanjian.idnumbers import Gender
from tuanjian.officedates import OfficeDate

_BAD: Final = "R_GAP_VALUE"
# Rules of age are asked again only where what they look at is filled in.
_WATCHED: Final = ("birth_on", "joined_on")


def plan_gaps(
    rows: Iterable[CleanRow],
    /,
    *,
    organization: Organization,
    by: User | None,
    update_existing: bool = True,
    lock: bool = False,
) -> RosterPlan:
    """Plan what filling in these rows does, for somebody with the rights of ``by`` below the organisation.

    ``update_existing`` means nothing here: what stands is never changed. A handful of queries, however many rows; with
    ``lock`` the people meant are locked until the transaction ends.
    """
    planned = [PlannedRow(row) for row in rows]
    filling = Filling([row.clean for row in planned], organization, by=by, lock=lock)
    for row in planned:
        filling.plan(row)
    changed = [row.person for row in planned if row.state == RowState.UPDATE and row.person is not None]
    return RosterPlan(planned, people=changed)


class Filling:
    """Plans the rows of one file."""

    def __init__(self, rows: list[CleanRow], top: Organization, *, by: User | None, lock: bool) -> None:
        self._top = top
        self._managed = None if by is None else managed_paths(by, Right.PEOPLE)
        self._today, self._rules = timezone.localdate(), Rules()
        people = with_gaps(Member.objects.filter(pk__in=[row.facts[KEY][1] for row in rows if KEY in row.facts]))
        people = people.select_related("branch")
        self._people = (people.select_for_update(of=("self",), no_key=True) if lock else people).in_bulk()
        given = {_index_of_number(row) for row in rows} - {""}
        holders = Member.objects.exclude(status=MemberStatus.VOID).filter(id_number_index__in=given)
        self._held = set(holders.values_list("id_type", "id_number_index"))
        self._numbers: dict[tuple[str, str], CleanRow] = {}
        self._sharing = self._count_phones(rows)
        self._lines: dict[int, CleanRow] = {}

    def _count_phones(self, rows: list[CleanRow]) -> Counter[str]:
        """How many people would have each phone of the file, once all of it was filled in."""
        given: Counter[str] = Counter()
        for row in rows:
            person = self._people.get(row.facts[KEY][1]) if KEY in row.facts else None
            index = sealing.blind_index("member.phone", row.facts.get("phone", ""))
            if index and person is not None and person.phone_index != index:
                given[index] += 1
        known = Member.objects.on_roster().filter(phone_index__in=given).order_by().values_list("phone_index")
        given.update(dict(known.annotate(Count("pk"))))
        return given

    def plan(self, row: PlannedRow) -> None:
        """Plan one row, in the order of the file."""
        member = self._meant(row)
        if member is None:
            row.state = row.state if row.state == RowState.ELSEWHERE else RowState.INVALID
            return
        row.person, row.place = person, _ = PlannedPerson(member), member.branch
        self._compare_name(row, member)
        row.clean.shown["branch"] = member.branch.short_name if member.branch else ""
        if not member.is_on_roster:
            message = f"系统中此人的状态是“{member.get_status_display()}”，没有改动，请打开原记录办理。"
            row.clean.warn(findings.GONE, message, "name")
            return
        for gap in GAPS:
            if gap.field in row.clean.facts:
                self._give(row, person, gap)
        if not row.problems:
            self._judge(row, person)
        if row.problems:
            row.state, row.changes, person.values = RowState.INVALID, {}, {}
        elif row.changes:
            row.state, person.changes = RowState.UPDATE, dict(row.changes)

    def _meant(self, row: PlannedRow) -> Member | None:
        """The person the row means, if something may be done about them."""
        clean = row.clean
        if KEY not in clean.facts:
            return None
        root, key = clean.facts[KEY]
        if root != self._top.root_id:
            clean.refuse("R_GAP_KEY", "这一行来自另一个单位的补录表，请用本单位下载的缺项补录表。", KEY)
            return None
        member = self._people.get(key)
        if member is None or member.status == MemberStatus.VOID:
            clean.refuse("R_GAP_KEY", "系统中已没有此人的记录，请删去这一行。", KEY)
            return None
        if not self._reaches(member):
            row.state = RowState.ELSEWHERE
            message = f"此人现在不在{self._top.short_name}您管理的范围内，没有改动；如已转走，不用再补录。"
            clean.warn(findings.ELSEWHERE, message, "name")
            return None
        first = self._lines.setdefault(key, clean)
        if first is not clean:
            where = f"第 {first.line} 行" if first.sheet == clean.sheet else f"工作表“{first.sheet}”第 {first.line} 行"
            clean.refuse("R_ID_DUP", f"与本文件{where}是同一个人，请删去重复的行。", KEY)
            return None
        return member

    def _reaches(self, member: Member) -> bool:
        if member.branch is None or not member.branch.path.startswith(self._top.path):
            return False
        return self._managed is None or any(member.branch.path.startswith(path) for path in self._managed)

    def _compare_name(self, row: PlannedRow, member: Member) -> None:
        written = row.clean.facts.get("name", "")
        if written and written != member.name:
            message = f"表中的姓名“{written[:20]}”与记录中的“{member.name}”不同，姓名没有改动，请核对是不是同一个人。"
            row.clean.warn(findings.NAME_DIFFERS, message, "name")
        row.clean.facts["name"] = row.clean.shown["name"] = member.name

    def _give(self, row: PlannedRow, person: PlannedPerson, gap: Gap) -> None:
        """Take what was filled in, if the person lacks it, the record is open for it and it is no gap again."""
        value, member = row.clean.facts[gap.field], person.member
        if not lacks(member, gap.attribute):
            if not _stands(member, gap, value):
                message = f"{gap.column.heading}已由他人填写，没有改动。"
                row.clean.warn(findings.FILLED_MEANWHILE, message, gap.field)
            return
        if member.is_verified and gap.attribute in LOCKED:
            message = f"已核实的记录不改{label_of(gap.attribute)}，请向上级申请更正。"
            row.clean.warn(findings.LOCKED, message, gap.field)
            return
        if gap.field == "id_number":
            self._give_number(row, person, value)
        elif gap.field in ("birth_date", "joined_on"):
            self._set(row, person, gap.attribute, read_date(value), str(read_date(value)))
        else:
            self._refuse_remaining(row, member, gap, value)
            shown = masking.mask_phone(value) if gap.field == "phone" else row.clean.shown[gap.field]
            self._set(row, person, gap.attribute, value, shown)

    def _give_number(self, row: PlannedRow, person: PlannedPerson, told: dict[str, str]) -> None:
        """The number and what follows from it, unless it is somebody else's or says what the record does not."""
        number = (told["type"], _index_of_number(row.clean))
        if number in self._held:
            row.clean.refuse("R_ID_TAKEN", TAKEN.replace("新增", "登记") + TAKEN_ADVICE, "id_number")
            return
        first = self._numbers.setdefault(number, row.clean)
        if first is not row.clean:
            message = f"与本文件第 {first.line} 行填的是同一个号码，请对照证件原件核对。"
            row.clean.refuse("R_ID_DUP", message, "id_number")
            return
        born, sex = person.member.birth_on, person.member.gender
        precision = 7 if person.member.birth_on_is_month else 10
        if told["birth"] and born and str(born)[:precision] != told["birth"][:precision]:
            row.clean.refuse(
                "R_ID_BIRTH", f"身份证号与记录中的出生日期 {str(born)[:precision]} 不符，请核对原件。", "id_number"
            )
        if told["gender"] and sex in (Gender.MALE, Gender.FEMALE) and sex != told["gender"]:
            row.clean.refuse("R_ID_SEX", "身份证号与记录中的性别不符，请核对原件。", "id_number")
        self._refuse_other_words(row.clean, told)
        self._set(row, person, "id_number", told["number"], masking.mask_number(told["number"]))
        person.values["id_type"] = told["type"]
        if told["birth"] and (born is None or person.member.birth_on_is_month):
            self._set(row, person, "birth_on", read_date(told["birth"]), told["birth"])
        if told["gender"] and sex not in (Gender.MALE, Gender.FEMALE):
            self._set(row, person, "gender", told["gender"], Gender(told["gender"]).label)

    def _refuse_other_words(self, clean: CleanRow, told: dict[str, str]) -> None:
        """Birth date and sex written beside the number have to agree with it."""
        written = clean.facts.get("birth_date", "")
        if written and told["birth"] and not told["birth"].startswith(written):
            clean.refuse("R_ID_BIRTH", f"出生日期 {written} 与身份证号不一致，请核对原件。", "birth_date")
        if clean.facts.get("gender") and told["gender"] and clean.facts["gender"] != told["gender"]:
            clean.refuse("R_ID_SEX", f"性别“{clean.shown['gender']}”与身份证号不一致，请核对原件。", "gender")

    def _refuse_remaining(self, row: PlannedRow, member: Member, gap: Gap, value: str) -> None:
        """Refuse what would count as missing again."""
        clean = row.clean
        if gap.field == "phone":
            index = sealing.blind_index("member.phone", value)
            if member.phone_index == index or self._sharing[index] >= SHARED_BY:
                clean.refuse("R_PHONE_SHARED", "这个手机号有多人共用，不算已填，请填写本人的手机号。", "phone")
        elif gap.field == "work_unit" and value.casefold() in FILLING_TEXTS:
            clean.refuse(_BAD, f"“{value}”不是实际情况，请填写实际情况，暂时不清楚的请留空。", "work_unit")
        elif gap.field == "member_no":
            written = clean.facts.get("joined_on")
            joined = read_date(written).day if written else member.joined_on
            if joined is None:
                clean.refuse(_BAD, "填写发展团员编号要同时填写入团年月。", "joined_on")
            elif not member_no_fits(value, joined):
                message = f"发展团员编号与入团年份（{joined.year}）不符，应为 12 位、前四位是入团年份，请核对。"
                clean.refuse(_BAD, message, "member_no")

    def _set(self, row: PlannedRow, person: PlannedPerson, attribute: str, value: Any, shown: str) -> None:
        # The number comes first, and what follows from it is exact.
        if attribute in person.values:
            return
        person.values[attribute] = value
        row.changes[label_of(attribute)] = [said(person.member, attribute) or None, shown]

    def _judge(self, row: PlannedRow, person: PlannedPerson) -> None:
        """Hold the record as it would be against the rules of age and of 团籍."""
        after = _after(person)
        watched = any(attribute in person.values for attribute in _WATCHED)
        if watched and after.league_status in IN_LEAGUE and after.birth_on is not None:
            dates = {"birth_date": str(after.birth_on)}
            if after.joined_on is not None:
                dates["joined_on"] = str(OfficeDate(after.joined_on, is_month=after.joined_on_is_month))
            trial = CleanRow(row.clean.sheet, row.clean.line, RowKind.MEMBERS, facts=dates, letters=row.clean.letters)
            judge_ages(trial, self._today, self._rules)
            row.problems.extend(trial.problems)
            row.warnings.extend(trial.warnings)
        if "political_status" not in person.values:
            return
        try:
            refuse_contradictions(after)
        except ValidationError as refusal:
            for message in refusal.messages:
                row.clean.refuse(_BAD, message, "political_status")


def _after(person: PlannedPerson) -> Member:
    """The record as it would be."""
    after = copy.copy(person.member)
    for attribute, value in person.values.items():
        if isinstance(value, OfficeDate):
            setattr(after, attribute, value.day)
            setattr(after, f"{attribute}_is_month", value.is_month)
        elif attribute not in ("id_number", "phone"):
            setattr(after, attribute, value)
    return after


def _index_of_number(row: CleanRow) -> str:
    told = row.facts.get("id_number")
    return sealing.blind_index("member.id_number", told["number"]) if told else ""


def _stands(member: Member, gap: Gap, value: Any) -> bool:
    """Whether just this stands in the record: the same file once more."""
    if gap.field == "id_number":
        return member.id_number_index == sealing.blind_index("member.id_number", value["number"])
    if gap.field == "phone":
        return member.phone_index == sealing.blind_index("member.phone", value)
    if gap.field in ("birth_date", "joined_on"):
        stored = getattr(member, gap.attribute)
        return stored is not None and str(stored).startswith(value)
    return bool(getattr(member, gap.attribute) == value)


def _write_gaps(roster: RosterImport, plan: RosterPlan, /, *, by: User, log: audit.Recording) -> dict[str, int]:
    written = Writing(roster, by=by, log=log).write(plan)
    filled = sum(len(person.changes) for person in plan.people)
    return {"people_updated": written["people_updated"], "facts_filled": filled}


def offer() -> None:
    """Let files be imported for this; called when the app starts."""
    purposes.register(
        purposes.Purpose(
            key=ImportPurpose.GAPS,
            right=Right.PEOPLE,
            lay_out=lay_out_gaps,
            clean=clean_gaps,
            plan=plan_gaps,
            write=_write_gaps,
            columns=lambda kind: COLUMNS if kind == KIND else (),
            # What was filled in stands beside them; of most facts a row says nothing.
            shown={KIND: ("name", "branch")},
            count_words={"people_updated": COUNT_WORDS["people_updated"], "facts_filled": "补录缺项"},
            families=(FAMILY,),
            locked=frozenset({KEY, "name", "branch"}),
            arranges=False,
        )
    )
