"""What to answer about an ID number: wrong, free, already here, here before, or registered somewhere out of sight.

Outside the own scope the answer is the same to the letter whoever holds the number and wherever: it tells that the
number is taken and what to do, nothing else. Records entered by mistake (误录作废) do not hold a number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from branches.models import User
from members.models import Member, MemberStatus
from tuanjian import ages, sealing
from tuanjian.idnumbers import IdNumber, IdType, NumberRefused, read

TAKEN = "该证件号码已登记，不能重复新增。"
TAKEN_ADVICE = "如此人从其他团组织转来，请联系上级办理组织关系转接；如号码录错，请对照证件原件修改。"


@dataclass(frozen=True)
class Answer:
    """What stands beside the number. ``member`` only where the asking person may open the record."""

    sentence: str
    advice: str
    member: Member | None = None

    def refuse(self) -> None:
        """Refuse the number for this reason."""
        raise ValidationError({"id_number": f"{self.sentence}{self.advice}"})


def answer_about(number: str, *, id_type: IdType | str, user: User | None, but: Member | None = None) -> Answer | None:
    """Why this number cannot be entered, None if it is free. ``but`` is the record being corrected."""
    if not number:
        return None
    index = sealing.blind_index("member.id_number", number)
    holders = Member.objects.filter(id_number_index=index, id_type=id_type).exclude(status=MemberStatus.VOID)
    if but is not None:
        holders = holders.exclude(pk=but.pk)
    holder = holders.first()
    if holder is None:
        return None
    seen = Member.objects.visible_to(user).filter(pk=holder.pk).select_related("branch").first() if user else None
    return _about(seen) if seen is not None else Answer(TAKEN, TAKEN_ADVICE)


@dataclass(frozen=True)
class Check:
    """What can be said about a typed number before it is saved: a refusal, or what it tells and who has it."""

    refusal: str = ""
    told: IdNumber | None = None
    age: int | None = None
    answer: Answer | None = None


def check(text: str, *, id_type: IdType | str, user: User, on: dt.date, but: Member | None = None) -> Check:
    """Look at a number as typed, on that day. Writes nothing."""
    try:
        told = read(text, id_type=IdType(id_type), on=on)
    except NumberRefused as refused:
        return Check(refusal=refused.message)
    age = ages.age_on(told.birth_on, on) if told.birth_on else None
    return Check(told=told, age=age, answer=answer_about(told.number, id_type=told.id_type, user=user, but=but))


def _about(member: Member) -> Answer:
    place = member.branch.short_name if member.branch else "本组织"
    if not member.is_on_roster:
        sentence = f"{place}以前登记过此人：{member.name}（{member.get_status_display()}）。"
        return Answer(sentence, "回来的人沿用原记录，不要新增，请打开原记录办理。", member)
    return Answer(f"{place}已有此人：{member.name}。", "不需再新增，可打开原记录补填缺项。", member)
