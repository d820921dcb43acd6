"""Synthetic document and phone numbers: no person has them, and none is given twice."""

from __future__ import annotations

import datetime as dt
from random import Random

from tuanjian.idnumbers import Gender, make_resident_number

# An area that was never assigned and a block of phones that rings nowhere.
AREA = "379998"
PHONE_BLOCK = "14000"


class Numbers:
    """Gives numbers out, each once."""

    def __init__(self, lot: Random) -> None:
        self._lot = lot
        self._given: set[str] = set()
        self._tails = lot.sample(range(100_000, 1_000_000), 10_000)

    def resident(self, birth_on: dt.date, gender: Gender) -> str:
        """Number of a resident identity card with the right check character."""
        while True:
            serial = self._lot.randrange(1, 499) * 2 + (1 if gender == Gender.MALE else 0)
            number = make_resident_number(AREA, birth_on, serial)
            if number not in self._given:
                self._given.add(number)
                return number

    def phone(self) -> str:
        return f"{PHONE_BLOCK}{self._tails.pop()}"

    def member_no(self, year: int) -> str:
        """发展团员编号: the year of joining and eight digits."""
        while True:
            number = f"{year}{self._lot.randrange(37_990_000, 37_999_999)}"
            if number not in self._given:
                self._given.add(number)
                return number
