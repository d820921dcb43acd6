"""What one cell says: the value to keep, the words to show, or why it refuses its row.

Text, dates, numbers and phones go to the libraries that read them; words go to the dictionaries. An optional value that
cannot be used is left out and said so, a necessary one refuses.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from members.dictionaries import LeaguePost
from members.models.roster import RowKind
from members.roster.reading import words
from members.roster.reading.columns import DATES, label_of, simplified
from members.roster.reading.findings import CellRefused
from tuanjian import idnumbers, names, officedates, phones
from tuanjian.idnumbers import NumberRefused
from tuanjian.names import NameRefused
from tuanjian.officedates import DateRefused, OfficeDate
from tuanjian.phones import PhoneRefused
from tuanjian.placeholders import is_placeholder
from tuanjian.spreadsheets import Cell, Kind
from tuanjian.spreadsheets.cleaning import Vocabulary, fold, has_control_characters, tidy_line, tidy_text

_LONGEST: Final = {"work_unit": 100, "remark": 500, "email": 100, "full_name": 120, "short_name": 50, "phone": 30}
_EACH_ITS_OWN: Final = frozenset({"id_number", "name", "phone", "email", "member_no"})
_YEAR_ALONE = re.compile(r"((?:19|20)[0-9]{2})年?(?:\.0+)?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_SPACED_ID = re.compile(r"([0-9]{6})[-‐–—]([0-9]{8})[-‐–—]([0-9]{3}[0-9Xx])")
_ID_LABEL = re.compile(r"^\s*(?:居民)?身份证(?:号码?)?\s*[:：]?\s*(?=[0-9])")
_PHONE_LABEL = re.compile(r"^[\u4e00-\u9fff]{1,6}[:：]\s*(?=[0-9+])|(?<=[0-9])\s*[（(][^（()）0-9]*[)）]$")
_NAME_REMARK = re.compile(r"(?<=..)\s*[（(][男女][)）]$")
_TICKS: Final = frozenset("√✓✔☑")
_ALTERNATIVES = re.compile(r"[/／、,，;；()（）\s]+")
_OFFICE_PHONE = re.compile(r"[0-9][0-9 ()（）/、,，;；+-]{4,28}[0-9]|[0-9-]{5,20}(?:转|-)[0-9]{1,6}")
_MARKUP = re.compile(r"[<>{}\\|=*%$#@!?？！~^]")
_NOT_KEPT = "未导入该项"
# Values that are remembered; a column in which none repeats must not fill the memory.
_MOST_KNOWN: Final = 50_000
Warnings = tuple[tuple[str, str], ...]


class Value(NamedTuple):
    """What a cell holds: ``fact`` as it will be kept (nothing: None), ``shown`` in words, warnings as (code, text)."""

    fact: Any
    shown: str
    warnings: Warnings = ()


NOTHING: Final = Value(None, "")


class Cleaner:
    """Reads the cells of one file as of one day. Values that repeat are read once."""

    def __init__(self, on: dt.date) -> None:
        """``on`` is today, or the day judged by."""
        self.on = on
        self._known: dict[tuple[str, bool, bool, str | Cell], Value | CellRefused] = {}
        self._readers: dict[str, Callable[[Cell], Value]] = {
            "name": self._name,
            "id_number": self._id_number,
            "gender": lambda cell: _word(cell, words.GENDERS, "性别"),
            "ethnicity": lambda cell: _word(cell, words.ETHNICITIES, "民族"),
            "education": lambda cell: _word(cell, words.EDUCATIONS, "学历", plain=words.plain_education),
            "political_status": lambda cell: _word(cell, words.POLITICAL_STATUSES, "政治面貌"),
            "post_nature": lambda cell: _word(cell, words.NATURES, "团干部性质"),
            "org_type": lambda cell: _word(cell, words.ORG_TYPES, "组织类别"),
            "unit_category": lambda cell: _word(cell, self._categories, "行业类别"),
            "income_band": lambda cell: _word(cell, words.INCOMES, "收入档次", as_typed=True),
            "league_post": _posts,
            "email": _email,
            "member_no": _member_no,
            "work_unit": lambda cell: _text(cell, "work_unit", "工作单位"),
            "remark": _remark,
            "branch": _organization_name,
            "parent": _organization_name,
            "full_name": _full_name,
            "short_name": _short_name,
        }

    @cached_property
    def _categories(self) -> Vocabulary:
        """The dictionary that is data: one query, for a file that speaks of it."""
        return words.unit_categories()

    def read(self, field: str, cell: Cell, kind: RowKind, *, date1904: bool = False) -> Value:
        """The value of a cell in the column of this field; raises ``CellRefused``."""
        # A number is read for each row anyway; everything else repeats.
        if field in _EACH_ITS_OWN:
            return self._read(field, cell, kind, date1904=date1904)
        text, kind_of_cell, _, formula, month, cut = cell
        # Kinds are slow to look up, and nearly every cell is a plain text.
        said: str | Cell = text if kind_of_cell is Kind.TEXT and not (formula or month or cut) else cell
        key = (field, kind == RowKind.ORGANIZATIONS, date1904, said)
        known = self._known.get(key)
        if known is None:
            try:
                known = self._read(field, cell, kind, date1904=date1904)
            except CellRefused as refusal:
                known = refusal
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = known
        if isinstance(known, CellRefused):
            # Without what was under way when it was raised before: that would stay in memory.
            raise known.with_traceback(None)
        return known

    def _read(self, field: str, cell: Cell, kind: RowKind, *, date1904: bool) -> Value:
        label = label_of(field, kind)
        refuse_unreadable(cell, label, too_long="R_NAME_LONG" if field in ("name", "full_name") else "R_LONG")
        if not tidy_line(cell.text):
            return NOTHING
        if field in DATES:
            value = self._date(field, cell, label, date1904=date1904)
        elif field == "phone":
            value = _office_phone(cell) if kind == RowKind.ORGANIZATIONS else _phone(cell)
        else:
            value = self._readers[field](cell)
        return with_formula(value, cell, label)

    def _name(self, cell: Cell) -> Value:
        try:
            name = names.read_person_name(_NAME_REMARK.sub("", cell.text.strip()))
        except NameRefused as refusal:
            raise CellRefused(refusal.code, refusal.message) from None
        warnings: Warnings = (("W_NORMALISED", "姓名中的空格等已自动整理，请核对。"),) if name != cell.text else ()
        if rare := names.rare_characters(name):
            warnings += (("W_RARE", f"姓名含有生僻字或自造字“{rare}”，请核对显示是否正确。"),)
        return Value(name, name, warnings)

    def _id_number(self, cell: Cell) -> Value:
        text = _SPACED_ID.sub(r"\1\2\3", _ID_LABEL.sub("", cell.text))
        try:
            told = idnumbers.read(text, on=self.on, number_cell=cell.kind == Kind.NUMBER)
        except NumberRefused as refusal:
            raise CellRefused(refusal.code, refusal.message) from None
        fact = {
            "number": told.number,
            "type": told.id_type.value,
            "birth": str(told.birth_on) if told.birth_on else "",
            "gender": told.gender.value if told.gender else "",
        }
        tidied: Warnings = (
            (("W_NORMALISED", "身份证号中的空格、全角字符等已自动去掉，请核对。"),)
            if told.tidied or text != cell.text
            else ()
        )
        return Value(fact, told.number, tidied)

    def _date(self, field: str, cell: Cell, label: str, *, date1904: bool) -> Value:
        text = tidy_line(cell.text)
        if not any(character.isdigit() for character in text) and "#" not in text and is_placeholder(text):
            return NOTHING
        if year := _YEAR_ALONE.fullmatch(text):
            # Shown, so that the row can be checked by it, but no month is made up.
            return Value(None, year[1], (("W_PRECISION", f"{label}只写到年，{_NOT_KEPT}，请至少补到月。"),))
        try:
            found = self._office_date(cell, text, date1904=date1904)
        except DateRefused as refusal:
            raise CellRefused(refusal.code, f"{label}：{refusal.message}") from None
        if found.day > self.on:
            raise CellRefused("R_DATE_FUTURE", f"{label} {found} 在今天之后，请核对。")
        month: Warnings = (("W_PRECISION", f"{label}只写到月，按“年月”保存。"),) if found.is_month else ()
        return Value(str(found), str(found), month)

    def _office_date(self, cell: Cell, text: str, *, date1904: bool) -> OfficeDate:
        number = cell.kind == Kind.NUMBER
        if number and _SERIAL.fullmatch(text):
            return officedates.from_serial(float(text), epoch1904=date1904)
        found = officedates.read(text, number_cell=number)
        return OfficeDate(found.day, is_month=True) if cell.month else found


@lru_cache(maxsize=20_000)
def read_date(text: str) -> OfficeDate:
    """The date a fact holds: ``2021-05`` or ``2021-05-04``."""
    is_month = len(text) == 7
    return OfficeDate(dt.date.fromisoformat(f"{text}-01" if is_month else text), is_month=is_month)


def refuse_unreadable(cell: Cell, label: str, *, too_long: str = "R_LONG") -> None:
    """Refuse what no column can use: error values, formulas without result, control characters, text that was cut."""
    if cell.kind == Kind.ERROR:
        raise CellRefused("R_CELL_ERROR", f"{label}的单元格是错误值（{cell.text[:10]}），请改正后重新上传。")
    if cell.kind == Kind.FORMULA_EMPTY:
        raise CellRefused("R_FORMULA", f"{label}的单元格是没有计算结果的公式，请粘贴为数值。")
    if has_control_characters(cell.text):
        raise CellRefused("R_CONTROL", f"{label}含有看不见的控制字符，请重新填写。")
    if cell.cut:
        raise CellRefused(too_long, f"{label}的内容过长，请缩短。")


def with_formula(value: Value, cell: Cell, label: str) -> Value:
    """The value, with the warning that it came out of a formula if it did."""
    if not cell.formula or value == NOTHING:
        return value
    return value._replace(warnings=(*value.warnings, ("W_FORMULA", f"{label}取的是公式的计算结果，请核对。")))


def _word(
    cell: Cell,
    vocabulary: Vocabulary,
    label: str,
    *,
    as_typed: bool = False,
    plain: Callable[[str], str] = str,
) -> Value:
    text = tidy_line(cell.text)
    code = vocabulary.find(text) or vocabulary.find(plain(simplified(text)))
    if code is None:
        # “本科/学士” says one thing twice.
        said = [plain(word) for word in _ALTERNATIVES.split(simplified(text)) if word]
        codes = {vocabulary.find(word) for word in said if word}
        code = codes.pop() if len(codes) == 1 else None
    if code is not None:
        return Value(code, text if as_typed else vocabulary.labels[code])
    if text in _TICKS:
        return Value(None, "", (("W_VALUE_UNKNOWN", f"{label}打了“{text}”，看不出指哪一项，{_NOT_KEPT}。"),))
    if is_placeholder(text):
        return NOTHING
    near = vocabulary.near(text)
    hint = f"您是不是要填“{near}”？" if near else ""
    return Value(None, "", (("W_VALUE_UNKNOWN", f"{label}“{text[:20]}”不在字典中，{_NOT_KEPT}。{hint}"),))


def _posts(cell: Cell) -> Value:
    text = tidy_line(cell.text)
    if is_placeholder(text):
        return NOTHING
    posts, unknown = words.read_posts(text)
    if unknown and not (again := words.read_posts(simplified(text)))[1]:
        posts, unknown = again
    warnings: Warnings = ()
    if unknown:
        said = "、".join(unknown)[:40]
        warnings = (("W_VALUE_UNKNOWN", f"团内职务“{said}”不在字典中，请核对。"),)
    if not posts and not unknown:
        return NOTHING
    shown = "、".join([*(LeaguePost(post).label for post in posts), *unknown])
    return Value(
        {"posts": [post.value for post in posts], "titles": [title[:40] for title in unknown]}, shown, warnings
    )


def _phone(cell: Cell) -> Value:
    text = _PHONE_LABEL.sub("", tidy_line(cell.text))
    if "*" in text or "＊" in text:
        return Value(None, "", (("W_VALUE_UNKNOWN", f"手机号被遮盖（含 *），{_NOT_KEPT}。"),))
    if not any(character.isdigit() for character in text) and is_placeholder(text):
        return NOTHING
    try:
        phone = phones.read_mobile(text)
    except PhoneRefused as refusal:
        raise CellRefused("R_PHONE_BAD", refusal.message) from None
    if is_placeholder(phone):
        return Value(None, "", (("W_VALUE_UNKNOWN", f"手机号只是占位的号码，{_NOT_KEPT}。"),))
    tidied: Warnings = ()
    if phone != cell.text:
        tidied = (("W_NORMALISED", "手机号中的空格、区号等已自动去掉，请核对。"),)
    return Value(phone, phone, tidied)


def _office_phone(cell: Cell) -> Value:
    text = unicodedata.normalize("NFKC", tidy_line(cell.text))
    if is_placeholder(text):
        return NOTHING
    if not _OFFICE_PHONE.fullmatch(text) or len(text) > _LONGEST["phone"]:
        return Value(None, "", (("W_VALUE_UNKNOWN", f"联系电话“{text[:20]}”不像电话号码，{_NOT_KEPT}。"),))
    return Value(text, text)


def _email(cell: Cell) -> Value:
    text = unicodedata.normalize("NFKC", "".join(tidy_line(cell.text).split()))
    if is_placeholder(text):
        return NOTHING
    try:
        validate_email(text)
    except ValidationError:
        return Value(None, "", (("W_VALUE_UNKNOWN", f"邮箱“{text[:40]}”不是邮箱地址，{_NOT_KEPT}。"),))
    if len(text) > _LONGEST["email"]:
        raise CellRefused("R_LONG", f"邮箱的内容超过长度上限（最多 {_LONGEST['email']} 个字）。")
    return Value(text, text)


def _member_no(cell: Cell) -> Value:
    text = idnumbers.tidy(cell.text)
    if is_placeholder(text):
        return NOTHING
    if not re.fullmatch(r"[0-9A-Za-z]{1,16}", text):
        return Value(None, "", (("W_MEMBER_NO", f"发展团员编号“{text[:20]}”不是编号，{_NOT_KEPT}，请补正。"),))
    return Value(text, text)


def _text(cell: Cell, field: str, label: str) -> Value:
    text = tidy_line(cell.text)
    if is_placeholder(text):
        return NOTHING
    if len(text) > _LONGEST[field]:
        raise CellRefused("R_LONG", f"{label}的内容超过长度上限（最多 {_LONGEST[field]} 个字），请缩短。")
    return Value(text, text)


def _remark(cell: Cell) -> Value:
    # As typed: what looks like a placeholder or a formula may be all the office wanted to note.
    text = tidy_text(cell.text)
    if len(text) > _LONGEST["remark"]:
        raise CellRefused("R_LONG", f"备注的内容超过长度上限（最多 {_LONGEST['remark']} 个字），请缩短。")
    return Value(text, text)


def _organization_name(cell: Cell) -> Value:
    text = "".join(tidy_line(cell.text).split())
    return NOTHING if is_placeholder(text) else Value(text, text)


def _full_name(cell: Cell) -> Value:
    text = "".join(tidy_line(cell.text).split())
    if is_placeholder(text):
        raise CellRefused("R_NAME_BAD", "这里填的不是组织名称，请填写组织全称。")
    if len(text) > _LONGEST["full_name"]:
        raise CellRefused("R_NAME_LONG", f"组织全称过长（最多 {_LONGEST['full_name']} 个字），请核对。")
    if found := _MARKUP.search(text):
        raise CellRefused("R_NAME_BAD", f"组织全称含有不允许的字符“{found[0]}”，请改正。")
    if len(fold(text)) < 2 or text.isdecimal():
        raise CellRefused("R_NAME_BAD", "这里填的不是组织名称，请填写组织全称。")
    return Value(text, text)


def _short_name(cell: Cell) -> Value:
    text = "".join(tidy_line(cell.text).split())
    if is_placeholder(text):
        return NOTHING
    if len(text) > _LONGEST["short_name"]:
        raise CellRefused("R_LONG", f"组织简称过长（最多 {_LONGEST['short_name']} 个字），请缩短。")
    if found := _MARKUP.search(text):
        raise CellRefused("R_NAME_BAD", f"组织简称含有不允许的字符“{found[0]}”，请改正。")
    return Value(text, text)
