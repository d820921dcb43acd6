"""The least an import could be: read, judge each value, write. No preview, no log, no before-images, nothing to take
back, the whole file refused for one wrong row. It fills the tables an import fills, with all their indexes."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
from typing import Any, Final

from measuring import lists, sites

_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_PHONE: Final = re.compile(r"1[3-9][0-9]{9}")
_GENDERS: Final = {"男": "1", "女": "2"}
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def import_list(content: bytes) -> float:
    """Seconds from the bytes of the workbook to the committed rows."""
    from django.db import transaction

    from branches.models import Organization
    from members.dictionaries import Education, Ethnicity
    from members.models import BranchMembership, CadreTerm, Member, StatusChange
    from members.roster.reading import words
    from tuanjian import bulk, pinyin

    start = time.perf_counter()
    branches = dict(Organization.objects.values_list("full_name", "pk"))
    ethnicities, educations = ({label: code for code, label in each.choices} for each in (Ethnicity, Education))
    user, now = sites.administrator().pk, dt.datetime.now(dt.UTC)
    fields = [field.name for field in Member._meta.concrete_fields]
    blank = {field.name: field.get_default() for field in Member._meta.concrete_fields}
    blank |= {"created_by": user, "updated_by": user, "created_at": now, "updated_at": now, "joined_on_is_month": True}
    rows: list[list[Any]] = []
    posts: list[tuple[int, str, str, str]] = []
    for line in _lines(content):
        _, name, gender, number, birth, ethnicity, education, _, joined, member_no, branch, post, since, *rest = line
        nature, phone, email, unit, income, remark, _ = rest
        if not _is_resident_number(number) or not _PHONE.fullmatch(phone) or not _MONTH.fullmatch(joined):
            raise ValueError(f"{name} is wrong")
        person = blank | {
            "name": name,
            "pinyin": pinyin.sort_key(name),
            "initials": pinyin.initials(name),
            "gender": _GENDERS[gender],
            "birth_on": dt.date.fromisoformat(birth),
            "ethnicity": ethnicities[ethnicity],
            "education": educations[education],
            "political_status": "03",
            "joined_on": dt.date.fromisoformat(f"{joined}-01"),
            "member_no": member_no,
            "branch": branches[branch],
            "email": email,
            "work_unit": unit,
            "income_band": words.INCOMES.find(income),
            "remark": remark,
            "league_status": "member",
            **_sealed(number, phone),
        }
        if post:
            posts.append((len(rows), _code_of_post(post), nature, since))
        rows.append([person[name] for name in fields])
    with transaction.atomic():
        keys = bulk.reserve_ids(Member, len(rows))
        for key, row in zip(keys, rows, strict=True):
            row[0] = key
        bulk.insert_rows(Member, fields, rows)
        at, joined_at = fields.index("branch"), fields.index("joined_on")
        columns = ("person", "branch", "effective_from", "recorded_at", "recorded_by")
        bulk.insert_rows(BranchMembership, columns, ((row[0], row[at], row[joined_at], now, user) for row in rows))
        bulk.insert_rows(
            StatusChange,
            ("person", "league_status", "status", "effective_on", "recorded_at", "recorded_by", "reason"),
            ((row[0], "member", "normal", row[joined_at], now, user, "") for row in rows),
        )
        bulk.insert_rows(
            CadreTerm,
            (
                *("person", "organization", "post", "post_title", "rank", "nature", "manner", "started_on"),
                *("is_party_committee_member", "started_on_is_month", "end_reason", "recorded_at", "recorded_by"),
                "version",
            ),
            (
                (
                    *(rows[of][0], rows[of][at], post, "", CadreTerm.rank_of(post), words.NATURES.find(nature), ""),
                    *(dt.date.fromisoformat(f"{since}-01"), False, True, "", now, user, 1),
                )
                for of, post, nature, since in posts
            ),
        )
    took = time.perf_counter() - start
    assert Member.objects.count() == len(rows)
    return took


def _code_of_post(post: str) -> str:
    """The code of a post of ``lists``."""
    from members.roster.reading import words

    found = words.POSTS.find(post)
    assert found is not None
    return found


def _lines(content: bytes) -> list[list[Any]]:
    """The rows below the heading, read by the quickest reader there is."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    rows = iter(sheet.iter_rows())
    for row in rows:
        if list(row) == list(lists.COLUMNS):
            break
    return list(rows)


def _is_resident_number(number: str) -> bool:
    if len(number) != 18 or not number[:17].isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def _sealed(number: str, phone: str) -> dict[str, str]:
    """The columns of what is stored sealed only: without them there would be nothing to find people by."""
    from tuanjian import sealing

    return {
        "id_number_sealed": sealing.seal("member.id_number", number),
        "id_number_index": sealing.blind_index("member.id_number", number),
        "id_number_tail_index": sealing.blind_index("member.id_number_tail", number[-4:]),
        "id_number_head": number[:2],
        "phone_sealed": sealing.seal("member.phone", phone),
        "phone_index": sealing.blind_index("member.phone", phone),
        "phone_tail_index": sealing.blind_index("member.phone_tail", phone[-4:]),
    }
