"""The columns of a 缺项补录表, and the 补录编号 that says whom a row means.

The number is sealed, not readable and not to be made up: it holds the person and the root of the tree the sheet was
made for, so a row pasted into the sheet of another unit is noticed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, NamedTuple

from branches.models import Organization
from members.completeness import FACTS
from members.models import Member
from members.models.roster import RowKind
from members.roster.reading.columns import Column, column_of
from members.roster.reading.families import Family
from tuanjian import sealing
from tuanjian.sealing import SealBroken

KIND: Final = RowKind.MEMBERS
KEY: Final = "key"
# What stands in cells nothing has to be done about; both are passed over when the sheet comes back.
FILLED: Final = "已填"
NOT_ASKED: Final = "不要求"
_SEALED_AS: Final = "gaps.key"
_ELSEWHERE_CALLED: Final = {"birth_on": "birth_date"}


class Gap(NamedTuple):
    """A fact that may be filled in: the attribute of ``Member`` and the column it stands in."""

    attribute: str
    column: Column

    @property
    def field(self) -> str:
        return self.column.field


class Key(NamedTuple):
    """Whom a row means, and the root of the tree it was made for."""

    root: int
    person: int


def _gap(attribute: str) -> Gap:
    column = column_of(_ELSEWHERE_CALLED.get(attribute, attribute), KIND)
    return Gap(attribute, replace(column, kinds=(KIND,), required=(), headings={}))


# The number of the document first: birth date and sex follow from it.
GAPS: Final = (_gap("id_number"), *(_gap(fact.field) for fact in FACTS))
COLUMNS: Final = (
    Column(KEY, "补录编号", (KIND,), required=(KIND,), width=10, note="系统用来认人的编号，请不要改动。"),
    replace(column_of("name", KIND), kinds=(KIND,), required=(), width=10, note=""),
    replace(column_of("branch", KIND), kinds=(KIND,), required=(), width=26, note=""),
    *(gap.column for gap in GAPS),
)
FAMILY: Final = Family(
    COLUMNS,
    KIND,
    suffices=lambda fields: KEY in fields and "name" in fields and len(fields) > 2,
    needs=(KEY, "name"),
    named=("name",),
    lists_something=lambda texts: bool(texts.get(KEY)),
    repeated=re.compile("补录编号"),
    decisive=(KEY, "name"),
    unmerged=tuple(column.field for column in COLUMNS),
)


def key_of(member: Member, organization: Organization) -> str:
    """The 补录编号 of a person in sheets made for this organisation; another one each time."""
    return sealing.seal(_SEALED_AS, f"{organization.root_id} {member.pk}")


def read_key(text: str) -> Key | None:
    """Whom a 补录编号 means; None for one this site has not made or that was changed."""
    try:
        root, _, person = sealing.unseal(_SEALED_AS, text.strip()).partition(" ")
        return Key(int(root), int(person))
    except (SealBroken, ValueError):
        return None


def lacks(member: Member, attribute: str) -> bool:
    """Whether the person lacks this fact now. ``member`` comes out of ``completeness.with_gaps``.

    A 发展团员编号 may be given together with the year of joining it depends on.
    """
    if attribute == "id_number":
        return not member.id_number_index
    if attribute == "member_no" and getattr(member, "lacks_joined_on") and not member.member_no:  # noqa: B009
        return True
    return bool(getattr(member, f"lacks_{attribute}"))


def holds(member: Member, attribute: str) -> bool:
    """Whether anything stands in the record there."""
    return bool(getattr(member, {"id_number": "id_number_index", "phone": "phone_index"}.get(attribute, attribute)))
