"""Show personal data without giving it away. Nobody masks anywhere else: see reports/tests/test_neutral.py."""

import re
from typing import Final

# What nobody ever reads, not even its length: passwords.
HIDDEN: Final = "*" * 6
# In the middle of a text, also in groups and full-width.
_NUMBER: Final = re.compile(r"[0-9０-９](?:[ 　\-－]?[0-9０-９]){14,}[ 　\-－]?[xXｘＸ]?")
_MOBILE: Final = re.compile(
    r"(?<![0-9０-９])(?:(?:[+＋]|00)?(?:86|８６)[ 　\-－]?)?[1１](?:[ 　\-－]?[0-9０-９]){10}(?![0-9０-９])"
)
_BETWEEN: Final = re.compile(r"\W+")


def mask_number(head: str, length: int = 18) -> str:
    """Return the first two characters and asterisks; nothing to show gives nothing.

    Positions 15–18 never appear: with the area and the day of birth they restore the number.
    """
    return head[:2] + "*" * (length - len(head[:2])) if head else ""


def mask_phone(phone: str) -> str:
    """Return 140****3456; a number too short to keep seven digits is covered altogether."""
    if len(phone) < 11:
        return "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_name(name: str) -> str:
    """Return the first character and one asterisk for each of the others; a single character is covered."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def mask_landline(phone: str) -> str:
    """Return 0871-****3456 for 区号-号码; without an area code only the last four digits show."""
    area, mark, local = phone.partition("-") if phone.startswith("0") and "-" in phone else ("", "", phone)
    if len(local) <= 4:
        return area + mark + "*" * len(local)
    return area + mark + "*" * (len(local) - 4) + local[-4:]


def without_numbers(text: str) -> str:
    """The text with everything masked that could be an ID number or a mobile phone."""
    masked = _NUMBER.sub(lambda found: mask_number(number := _bare(found), len(number)), text)
    return _MOBILE.sub(lambda found: mask_phone(_bare(found)[-11:]), masked)


def _bare(found: re.Match[str]) -> str:
    return _BETWEEN.sub("", found[0])
