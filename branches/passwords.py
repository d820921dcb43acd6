"""Rules for passwords, in sentences of our own: Django lacks a translation for some and says 你 in others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator, validate_password
from django.core.exceptions import ValidationError

from branches.models import Organization, User
from tuanjian import pinyin

HELP = "至少 10 个字符，不能全是数字；不要用常见密码，也不要出现用户名、姓名、手机号、证件号码或单位名称。"
_TELLING = "密码里不要出现用户名、姓名、手机号、证件号码、单位名称或“团建”等字样，请换一个。"
_SENTENCES = {
    "password_too_short": "新密码太短，请至少用 10 个字符。",
    "password_entirely_numeric": "新密码不能全是数字，请加入字母或符号。",
    "password_too_common": "这个密码太常见，容易被猜到，请换一个。",
    "password_too_similar": "新密码与用户名或姓名太相近，请换一个。",
    "password_telling": _TELLING,
}
_LEAGUE_WORDS = ("tuanjian", "gongqingtuan", "tuanzhibu", "tuanzongzhi", "tuanwei", "团建", "共青团", "团支部", "团委")
_TYPE_WORDS = re.compile(r"(团支部|团总支|团工委|团委|总支|支部)$")
_NUMBERS = re.compile(r"1[3-9]\d{9}|\d{17}[\dx]")
_SHORTEST = 4
_DECORATION = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class LongEnough(MinimumLengthValidator):
    """The stock rule with our sentence."""

    def get_error_message(self) -> str:
        return f"密码太短，至少需要 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"


class NotCommon(CommonPasswordValidator):
    """The stock list, also where digits or signs were put before or behind one of its words, or it stands there twice.

    Few of the list are as long as ours have to be; these are the longer ones that people make of them.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        plain = password.strip().casefold()
        bare = _DECORATION.sub("", plain)
        half = bare[: len(bare) // 2]
        tried = {plain, bare, half if half * 2 == bare else bare}
        for each in tried:
            super().validate(each)


class NotTelling:
    """Refuses what an acquaintance would try first: the user name, the phone, any ID number, names of the own units."""

    def validate(self, password: str, user: User | None = None) -> None:
        words = [*_LEAGUE_WORDS]
        if isinstance(user, User):
            words += [user.username, user.phone, *_spellings([user.display_name, *_units_of(user)])]
        refuse_words(password, words)

    def get_help_text(self) -> str:
        return _TELLING


def refuse_words(password: str, words: Iterable[str]) -> None:
    """Refuse a password that contains one of the words, whatever stands between their characters."""
    plain = _squeezed(password)
    pieces = {_squeezed(word) for word in words}
    telling = any(piece in plain for piece in pieces if len(piece) >= _SHORTEST or (not piece.isascii() and piece))
    if telling or _NUMBERS.search(plain):
        raise ValidationError(_TELLING, code="password_telling")


def check(password: str, user: User, *, unit: Organization | None = None) -> None:
    """Hold a new password against all rules of the site, in our sentences; ``unit`` is one the account is to join."""
    errors: list[ValidationError] = []
    try:
        validate_password(password, user)
        if unit is not None:
            refuse_words(password, _spellings([unit.short_name]))
    except ValidationError as refusal:
        errors = list(refusal.error_list)
    if errors:
        raise ValidationError(
            [ValidationError(_SENTENCES.get(error.code or "", str(error.message)), code=error.code) for error in errors]
        )


def _squeezed(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _spellings(names: Iterable[str]) -> list[str]:
    """Names as they are written and in pinyin, without the word that says which type of organisation it is."""
    stems = [_TYPE_WORDS.sub("", name) for name in names]
    return [*stems, *map(pinyin.sort_key, stems)]


def _units_of(user: User) -> list[str]:
    if user._state.adding:
        return []
    return list(Organization.objects.filter(grants__user=user).order_by("pk").values_list("short_name", flat=True))
