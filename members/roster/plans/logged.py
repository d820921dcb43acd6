"""What the log says of people an import creates."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.db import models

from members.models import Member
from members.roster.plans.plan import PlannedPerson
from members.wording import SEALED, label_of
from tuanjian import masking
from tuanjian.officedates import OfficeDate


def created_in_words(person: PlannedPerson) -> dict[str, list[str | None]]:
    """The facts of somebody new with their labels, [nothing, word]; numbers and phones covered."""
    member = person.member
    given = person.values | {"league_status": member.league_status}
    words = {_label(name): _in_words(name, value) for name, value in given.items() if name not in SEALED}
    # The clear value is at hand; a record would have to open its seal.
    words |= {_label(name): mask(given[name]) for name, mask in _MASKS.items() if given.get(name)}
    return {label: [None, word] for label, word in words.items() if word}


_label = cache(label_of)
_MASKS: Final[dict[str, Callable[[str], str]]] = {"id_number": masking.mask_number, "phone": masking.mask_phone}


def _in_words(name: str, value: Any) -> str:
    """What ``wording.said`` says about a fact just given, without asking each record for it."""
    if isinstance(value, OfficeDate):
        return str(value)
    return _choices(name).get(value, str(value))


@cache
def _choices(name: str) -> dict[Any, str]:
    field = Member._meta.get_field(name)
    return dict(field.flatchoices) if isinstance(field, models.Field) else {}
