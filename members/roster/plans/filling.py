"""The facts a row says about a person: which are new, which change, which a level above has to be asked for.

Empty cells leave what is there, the word for it clears; what an earlier row of the file gave stands.
"""

from __future__ import annotations

from typing import Any, Final

from members.models import Member
from members.records import LOCKED
from members.roster.plans.people import Known
from members.roster.plans.plan import PlannedPerson, PlannedRow
from members.roster.reading.cells import read_date
from members.roster.reading.findings import FILLED_ELSEWHERE
from members.roster.reading.findings import LOCKED as LOCKED_WARNING
from members.wording import label_of, said
from tuanjian import idnumbers, masking, sealing
from tuanjian.officedates import OfficeDate, month_never_overwrites_day
from tuanjian.spreadsheets.cleaning import tidy_line, tidy_text

# Facts that go into a column of the same name, and those that go into another.
_SAME: Final = ("name", "gender", "ethnicity", "education", "political_status", "member_no")
_MORE: Final = ("phone", "email", "work_unit", "income_band", "remark")
_DATES: Final = {"birth_date": "birth_on", "joined_on": "joined_on"}
# What is entered by hand may be spaced otherwise than what is read from a cell.
_TIDIED: Final = {"remark": tidy_text, "work_unit": tidy_line, "member_no": idnumbers.tidy}


class Facts:
    """Gives people of one file their facts."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def give(self, row: PlannedRow, person: PlannedPerson) -> None:
        """Everything the row says about the person but standing and posts."""
        facts = row.clean.facts
        if "id_number" in facts and person.is_new:
            self.give_number(row, person)
        for field in row.clean.cleared:
            self._clear(row, person, field)
        for field in (*_SAME, *_MORE):
            if field in facts:
                self._give(row, person, field, field, facts[field])
        for field, attribute in _DATES.items():
            if field in facts:
                self._give(row, person, field, attribute, read_date(facts[field]))

    def give_number(self, row: PlannedRow, person: PlannedPerson) -> None:
        """The number of somebody new; or, once somebody has decided so, another one for a known person."""
        told = row.clean.facts["id_number"]
        wanted = {"id_number": told["number"], "id_type": told["type"]}
        if person.is_new or "id_number" in person.values:
            person.values = wanted | person.values
            return
        change = [person.member.id_number_masked or None, masking.mask_number(told["number"])]
        if person.member.is_verified:
            self._correct(row, person, "id_number", wanted, change)
            return
        person.values |= wanted
        row.changes[label_of("id_number")] = person.changes[label_of("id_number")] = change

    def _correct(
        self, row: PlannedRow, person: PlannedPerson, name: str, wanted: dict[str, str], change: list[str | None]
    ) -> None:
        """Name and number of a verified record are not changed: a level above is asked to, once."""
        waiting = self._known.correction_of(person.member)
        label = label_of(name)
        if waiting is not None:
            message = f"{label}与已核实的记录不同，此人已有更正申请待审核，请等待上级办理。"
            row.clean.warn(LOCKED_WARNING, message, name)
            return
        person.corrections |= wanted
        row.changes[f"申请更正{label}"] = person.asked[label] = change
        message = f"已核实的记录不直接改{label}，确认后向上级提出更正申请。"
        row.clean.warn(LOCKED_WARNING, message, name)

    def _clear(self, row: PlannedRow, person: PlannedPerson, field: str) -> None:
        """What the file says is to be empty, with the word for it."""
        if field in person.given:
            return
        person.given.add(field)
        if not person.is_new and _stored(person.member, field) not in (None, ""):
            person.values[field] = ""
            row.changes[label_of(field)] = person.changes[label_of(field)] = [said(person.member, field), None]

    def _give(self, row: PlannedRow, person: PlannedPerson, field: str, attribute: str, value: Any) -> None:
        """Keep the value if nobody gave one before it, the person lacks it or it says something else."""
        if attribute in person.given:
            if attribute in person.values and field != "gender" and person.values[attribute] != value:
                label = label_of(attribute)
                message = f"{label}与本文件前面的行不同，以前面的为准，请核对。"
                row.clean.warn(FILLED_ELSEWHERE, message, field)
            return
        person.given.add(attribute)
        if person.is_new:
            person.values[attribute] = value
            return
        if isinstance(value, OfficeDate):
            value = month_never_overwrites_day(_stored_date(person.member, attribute), value)
        if _stored(person.member, attribute) == _comparable(attribute, value):
            return
        if attribute in _TIDIED and _TIDIED[attribute](getattr(person.member, attribute)) == value:
            return
        if person.member.is_verified and attribute == "name":
            self._correct(row, person, "name", {"name": value}, [person.member.name, value])
            return
        if person.member.is_verified and attribute in LOCKED:
            if "id_number" in person.corrections:
                # It follows from the number a level above is asked for.
                return
            row.clean.warn(LOCKED_WARNING, f"已核实的记录不改{label_of(attribute)}，请向上级申请更正。", field)
            return
        person.values[attribute] = value
        shown = masking.mask_phone(value) if attribute == "phone" else row.clean.shown.get(field, str(value))
        change = [said(person.member, attribute) or None, shown]
        row.changes[label_of(attribute)] = person.changes[label_of(attribute)] = change


def _stored_date(member: Member, attribute: str) -> OfficeDate | None:
    day = getattr(member, attribute)
    return OfficeDate(day, is_month=getattr(member, f"{attribute}_is_month")) if day else None


def _stored(member: Member, attribute: str) -> Any:
    if attribute in _DATES.values():
        return _stored_date(member, attribute)
    return member.phone_index if attribute == "phone" else getattr(member, attribute)


def _comparable(attribute: str, value: Any) -> Any:
    return sealing.blind_index("member.phone", value) if attribute == "phone" else value
