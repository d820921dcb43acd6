"""Whom a row means where that is not plain: 疑似同一人, people without a number, people of other branches.

Nothing of this happens silently. A row that may mean somebody on the roster offers what can be decided, and nothing of
it is written until somebody has.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from branches.models import Organization
from members.models import Member, MemberStatus
from members.models.people import IN_LEAGUE
from members.models.roster import Choice
from members.roster.plans.people import Known
from members.roster.plans.plan import PlannedRow
from members.roster.reading.findings import NAME_DIFFERS

_OTHER_NUMBER: Final = (Choice.SAME, Choice.MERGE, Choice.DIFFERENT)
_NO_NUMBER: Final = (Choice.APPLY, Choice.DIFFERENT)
_SEVERAL: Final = (Choice.DIFFERENT,)
# Where people known already are not updated.
_LEFT_AS_THEY_ARE: Final = (Choice.MERGE, Choice.DIFFERENT)
# Numbers that differ in more places are hardly one number mistyped.
_FEW: Final = 4


class Meaning(NamedTuple):
    """Whom a row means: ``member``, None for somebody new.

    ``offers`` is what may be decided, ``asks`` why, in a sentence, while nobody has. With ``number`` the number of the
    row becomes the member's. ``others`` are people somebody said it does not mean.
    """

    member: Member | None
    offers: tuple[Choice, ...] = ()
    asks: str = ""
    number: bool = False
    others: tuple[Member, ...] = ()


def meaning_of(row: PlannedRow, place: Organization | None, known: Known, decision: Choice | None) -> Meaning:
    """Whom the row means, as far as its facts and the decision about it tell."""
    told = row.clean.facts.get("id_number")
    if told:
        member = known.by_number(told["number"], told["type"])
        if member is not None:
            return Meaning(member)
        return _decided(row, _suspects(row, place, known), decision, number=told["number"])
    if row.recognised is not None:
        return Meaning(row.recognised)
    fitting = _of_that_month(row, known.namesakes(row.clean.facts["name"], place))
    if len(fitting) == 1 and _is_certain(row, fitting[0]):
        return Meaning(fitting[0])
    return _decided(row, fitting, decision)


def meant_though_refused(row: PlannedRow, place: Organization | None, known: Known) -> Member | None:
    """Whom a refused row is about: the holder of its number, else the only one of the name in the branch."""
    told = row.clean.facts.get("id_number")
    member = known.by_number(told["number"], told["type"]) if told else row.recognised
    if member is None and "name" in row.clean.facts:
        suspects = _suspects(row, place, known)
        member = suspects[0] if len(suspects) == 1 else None
    return member


def without_updates(meaning: Meaning, decision: Choice | None) -> Meaning:
    """The meaning where people known already stay as they are: the row is about one of them, or about somebody new."""
    if meaning.offers in ((), _SEVERAL):
        return meaning
    asks = "" if decision in _LEFT_AS_THEY_ARE else meaning.asks
    return meaning._replace(offers=_LEFT_AS_THEY_ARE, asks=asks, number=False)


def compare_names(row: PlannedRow, member: Member) -> None:
    """Warn where a row has the number of somebody of another name: as often a wrong number as a new name."""
    name = row.clean.facts.get("name")
    if name and name != member.name and "id_number" in row.clean.facts:
        row.clean.warn(NAME_DIFFERS, f"姓名与在册的“{member.name}”不同，请核对是否填错号码。", "name")


def may_move(member: Member) -> bool:
    """Whether an import may move somebody to another branch; a transfer under way goes its own way."""
    return member.branch is not None and member.status not in (MemberStatus.IN_TRANSFER, MemberStatus.SUSPENDED)


def _suspects(row: PlannedRow, place: Organization | None, known: Known) -> list[Member]:
    """Namesakes in the branch whom no row of the file means by their own number, with another number or none.

    Whatever their date of birth: without a number it was typed, and perhaps wrongly.
    """
    return [each for each in known.namesakes(row.clean.facts["name"], place) if not known.is_listed(each)]


def _of_that_month(row: PlannedRow, people: list[Member]) -> list[Member]:
    """Those whose month of birth is the row's, or either of them is not known."""
    born = str(row.clean.facts.get("birth_date", ""))[:7]
    return [each for each in people if not born or not each.birth_on or str(each.birth_on)[:7] == born]


def _is_certain(row: PlannedRow, member: Member) -> bool:
    """青年 are known by name, branch and month of birth; members are not known without their number."""
    return bool(row.clean.facts.get("birth_date") and member.birth_on) and member.league_status not in IN_LEAGUE


def _decided(row: PlannedRow, suspects: list[Member], decision: Choice | None, *, number: str = "") -> Meaning:
    if not suspects:
        return Meaning(None)
    only = suspects[0] if len(suspects) == 1 else None
    offers = _SEVERAL if only is None else _OTHER_NUMBER if number and only.id_number_index else _NO_NUMBER
    if decision == Choice.DIFFERENT:
        return Meaning(None, offers, others=tuple(suspects))
    if decision in offers:
        return Meaning(only, offers, number=bool(number) and decision != Choice.MERGE)
    return Meaning(only, offers, _question(row, only, number))


def _question(row: PlannedRow, only: Member | None, number: str) -> str:
    if only is None:
        return "同一团支部有几名同名的人，不能判断是哪一位，请填写证件号码；确是另一个人的，请选“不是同一人”。"
    if not number:
        return "同一团支部已有同名的人，这一行没有证件号码，不能确定是同一人，请选择怎样处理。"
    if only.id_number_index:
        differ = _how_they_differ(number, only.id_number)
        return f"同一团支部已有同名的人，{differ}，疑似同一人，请核对号码后选择怎样处理。"
    if not _of_that_month(row, [only]):
        return "同一团支部已有同名、没有证件号码的人，登记的出生年月与这一行不同，请核对是否同一人后选择怎样处理。"
    return "同一团支部已有同名、没有证件号码的人，疑似同一人，请选择怎样处理。"


def _how_they_differ(one: str, other: str) -> str:
    """Where two numbers differ, without saying any of their characters: both are masked wherever this is read."""
    places = [str(place) for place, (here, there) in enumerate(zip(one, other, strict=False), 1) if here != there]
    if len(one) != len(other) or len(places) > _FEW:
        return "证件号码不同"
    return f"证件号码只有第 {'、'.join(places)} 位不同"
