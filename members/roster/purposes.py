"""What a file may be imported for. Upload, check, preview, commit, taking back and refused rows are the same for all;
a purpose says which columns there are and how its rows are read, planned and written.

Apps above add their own when they start: this module cannot know them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members.models.roster import ImportPurpose, RosterImport, RowKind
from members.roster.plans import planning, writing
from members.roster.plans.plan import Plan
from members.roster.reading import columns, layouts, rows
from members.roster.reading.arranging import Arranged
from members.roster.reading.columns import Column
from members.roster.reading.families import ROSTER, Family
from members.roster.reading.findings import Finding
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.rows import CleanRow
from tuanjian.spreadsheets import Workbook


class LayingOut(Protocol):
    """File → sheets with their rows, read as ``arranged`` says by the sheet's name; raises ``FileRefused``."""

    def __call__(
        self, workbook: Workbook, /, *, arranged: Mapping[str, Arranged] | None = None
    ) -> list[SheetLayout]: ...


class Planning(Protocol):
    """Rows × database → plan; writes nothing. ``by`` None plans with full rights below the organisation."""

    def __call__(
        self,
        rows: Iterable[CleanRow],
        /,
        *,
        organization: Organization,
        by: User | None,
        update_existing: bool = True,
        lock: bool = False,
    ) -> Plan: ...


class PlanningPieces(Protocol):
    """Plans the rows of one file piece by piece, each as if all were planned at once."""

    def plan(self, rows: Sequence[CleanRow], /) -> Plan:
        """Plan the next rows of the file."""
        ...

    def late_warnings(self) -> Mapping[int, Finding]:
        """Warnings that only the whole file shows, by the number of the row; once all pieces are planned."""
        ...


class Writing(Protocol):
    """Plan → database, inside the caller's transaction; returns how many of what, by the keys of ``count_words``.

    Keeps a ``RosterChange`` for everything it writes and notes each in the log with the import's ``job``: by ``log``,
    which its caller closes, or by itself.
    """

    def __call__(self, roster: RosterImport, plan: Any, /, *, by: User, log: audit.Recording) -> dict[str, int]: ...


@dataclass(frozen=True)
class Purpose:
    """One purpose of importing.

    ``right`` is asked for at the organisation imported to, at upload, check, commit and taking back. ``columns`` are
    all columns of a kind of row, ``shown`` the fields of it a preview has room for, the first of them its name.
    ``finding_words`` are half-sentences for codes of findings that only this purpose knows, ``families`` the sheets it
    reads, ``locked`` fields nobody writes anew in the preview. ``planner`` makes what plans in pieces, from what
    ``planning.Planner`` takes; without it a file is planned at once, however long. With ``asks`` its planning takes
    what people decided about the rows (``answers``). Sheets that are not understood can be arranged by hand if
    ``arranges``; a form of ours that comes back is either that form or not.
    """

    key: ImportPurpose
    right: Right
    lay_out: LayingOut
    clean: Callable[[Iterable[SheetLayout], dt.date], Iterable[CleanRow]]
    plan: Planning
    write: Writing
    columns: Callable[[RowKind], Sequence[Column]]
    shown: Mapping[RowKind, tuple[str, ...]]
    count_words: Mapping[str, str]
    finding_words: Mapping[str, str] = field(default_factory=dict)
    families: Sequence[Family] = ROSTER
    locked: frozenset[str] = frozenset()
    planner: Callable[..., PlanningPieces] | None = None
    asks: bool = False
    arranges: bool = True

    @property
    def label(self) -> str:
        return str(self.key.label)

    @property
    def kinds(self) -> list[RowKind]:
        """What sheets of this purpose may list."""
        return [kind for kind in RowKind if self.columns(kind)]

    def mendable(self, kind: RowKind | str) -> list[str]:
        """The fields of such rows that may be written anew in the preview."""
        return [column.field for column in self.columns(RowKind(kind)) if column.field not in self.locked]

    def column(self, field: str, kind: RowKind | str) -> Column | None:
        """The column of a field, None if rows of this kind have none."""
        return next((column for column in self.columns(RowKind(kind)) if column.field == field), None)


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Offer files to be imported for this purpose; registering it again replaces it."""
    _purposes[purpose.key] = purpose


def of(roster: RosterImport) -> Purpose:
    """The purpose of an import."""
    return named(roster.purpose)


def named(key: str) -> Purpose:
    """The purpose of this key; raises KeyError if nobody offers it."""
    return _purposes[key]


def offered() -> list[Purpose]:
    """All purposes, in the order of ``ImportPurpose``."""
    return [_purposes[key] for key in ImportPurpose.values if key in _purposes]


def _clean_roster(sheets: Iterable[SheetLayout], on: dt.date) -> Iterable[CleanRow]:
    return rows.clean(sheets, on=on)


def _write_roster(roster: RosterImport, plan: Any, /, *, by: User, log: audit.Recording) -> dict[str, int]:
    return writing.Writing(roster, by=by, log=log).write(plan)


PEOPLE_SHOWN: Final = ("name", "id_number", "branch", "joined_on", "phone")
register(
    Purpose(
        key=ImportPurpose.ROSTER,
        right=Right.PEOPLE,
        lay_out=layouts.lay_out,
        clean=_clean_roster,
        plan=planning.plan_rows,
        write=_write_roster,
        columns=lambda kind: columns.ALL.get(kind, ()),
        shown={
            RowKind.ORGANIZATIONS: ("full_name", "short_name", "parent", "org_type", "phone"),
            RowKind.MEMBERS: PEOPLE_SHOWN,
            RowKind.CADRES: ("name", "id_number", "branch", "league_post", "phone"),
            RowKind.YOUTH: ("name", "id_number", "branch", "birth_date", "phone"),
        },
        count_words=writing.COUNT_WORDS,
        planner=planning.Planner,
        asks=True,
    )
)
