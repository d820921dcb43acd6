"""What is wrong or worth a look in a row, with its code and a sentence that says what to do.

``R_`` codes refuse the row, ``W_`` codes let it in. The codes are part of the contract of ``manage.py plan_roster``.
"""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One problem or warning. ``column`` is the letter of the column in the file, "" where none is to blame."""

    code: str
    message: str
    field: str = ""
    column: str = ""


# An ID number that was a number to a spreadsheet program; it is filled in again, never repaired.
LOST_DIGITS = "R_ID_PRECISION"
# Warnings that only the preview shows; the contract of the command does not know them.
OTHER_BRANCH = "W_OTHER_BRANCH"
SAME_PERSON = "W_SAME_PERSON"
SECOND_SECRETARY = "W_SECOND_SECRETARY"
KNOWN = "W_KNOWN"
GONE = "W_GONE"
ELSEWHERE = "W_ELSEWHERE"
LOCKED = "W_LOCKED"
DIFFERS = "W_ORGANIZATION_DIFFERS"
FILLED_ELSEWHERE = "W_FILLED_ELSEWHERE"
FILLED_MEANWHILE = "W_FILLED_MEANWHILE"
NAME_DIFFERS = "W_NAME_DIFFERS"
STRUCK_OUT = "W_STRUCK_OUT"
OURS = frozenset(
    {
        *(OTHER_BRANCH, SAME_PERSON, SECOND_SECRETARY, KNOWN, GONE, ELSEWHERE, LOCKED, DIFFERS, FILLED_ELSEWHERE),
        *(NAME_DIFFERS, STRUCK_OUT),
    }
)


class CellRefused(Exception):
    """A cell that refuses its row."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
