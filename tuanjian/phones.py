"""Read mobile numbers as people type them."""

import re

from tuanjian.idnumbers import tidy


class PhoneRefused(ValueError):
    """A number that is no mobile number; ``message`` tells the user what to do."""

    code = "R_PHONE_BAD"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS = re.compile(r"[-‐‑‒–—−.·()（）]+")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=[0-9]{11}$))")
_AS_NUMBER = re.compile(r"([0-9]{11})\.0+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
_SEVERAL = re.compile(r"[0-9]{11}[/,;、，；|][0-9]{11}.*")
_LANDLINE = re.compile(r"0[0-9]{9,11}")


def read_mobile(text: str) -> str:
    """Return the eleven digits of a mainland mobile number; raises PhoneRefused.

    Blanks, separators, full width, invisible characters, +86, 0086 and 86, and the .0 of a number cell are removed.
    A number that only fills the cell, such as 13000000000, has the shape of a number: see ``placeholders``.
    """
    if _MOBILE.fullmatch(text):
        return text
    plain = tidy(text)
    if as_number := _AS_NUMBER.fullmatch(plain):
        plain = as_number[1]
    if _SCIENTIFIC.fullmatch(plain):
        raise PhoneRefused("手机号被表格软件改成了数字，后几位已丢失，请把该列设为“文本”后重新填写。")
    digits = _COUNTRY.sub("", _SEPARATORS.sub("", plain))
    if not _MOBILE.fullmatch(digits):
        raise PhoneRefused(_why_not(digits))
    return digits


def tail(phone: str) -> str:
    """Return the last four digits, by which people look up a number they half remember."""
    return phone[-4:]


def _why_not(digits: str) -> str:
    if not digits:
        return "手机号为空，请填写。"
    if "*" in digits:
        return "手机号被遮盖（含 *），请填写完整号码。"
    if _SEVERAL.fullmatch(digits):
        return "这里只能填写一个手机号。"
    for character in digits:
        if character not in "0123456789":
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            return f"手机号里有“{shown}”，应为 11 位数字。"
    if _LANDLINE.fullmatch(digits):
        return "这像是固定电话，请填写 11 位手机号。"
    if len(digits) != 11:
        return f"手机号应为 11 位，现为 {len(digits)} 位。"
    return f"没有以 {digits[:2]} 开头的手机号，请核对。"
