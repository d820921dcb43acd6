"""Show personal data without giving it away. Nobody masks anywhere else: see reports/tests/test_neutral.py."""

from typing import Final

# What nobody ever reads, not even its length: passwords.
HIDDEN: Final = "*" * 6


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
