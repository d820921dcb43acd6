"""Lists of people that leave the system: on paper, as a workbook. Exactly what was queried, masked, and logged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from members import privacy, wording
from members.models import CadreTerm, Member
from members.models.people import MemberQuerySet
from tuanjian.spreadsheets.writing import Column, SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

# One list holds no more; larger ones belong in the background.
MOST = 10_000
COLUMNS = {
    "name": 10,
    "gender": 6,
    "birth_on": 12,
    "id_number": 22,
    "ethnicity": 8,
    "political_status": 12,
    "education": 12,
    "joined_on": 12,
    "member_no": 16,
    "phone": 14,
    "work_unit": 24,
    "remark": 20,
}


@transaction.atomic
def roster_for_paper(
    people: MemberQuerySet, organization: Organization, *, title: str, by: User
) -> list[tuple[Member, str]]:
    """The people of a 花名册 with the phone as ``by`` may see it; the log notes the printing.

    Refuses more than ``MOST``: a list that ended earlier would pass for the whole.
    """
    listed = list(people[: MOST + 1])
    if len(listed) > MOST:
        raise ValidationError(f"查询到的超过 {MOST:,} 人，不能打印。请下载 Excel，或按团支部分批查询后打印。")
    own = privacy.own_branches(by)
    rows = [(member, privacy.phone_as_seen(member, own)) for member in listed]
    record_printing(organization, what=title, people=[member for member, _ in rows], by=by)
    return rows


@transaction.atomic
def contacts_for_paper(
    terms: QuerySet[CadreTerm], organization: Organization, *, by: User
) -> list[tuple[CadreTerm, str]]:
    """The posts of a 通讯录, each with the phone as ``by`` may see it; the log notes the printing.

    Refuses more than ``MOST``, as ``roster_for_paper`` does.
    """
    listed = list(terms[: MOST + 1])
    if len(listed) > MOST:
        raise ValidationError(f"查询到的超过 {MOST:,} 人次，不能打印。请选择下级组织或职务，分批查询后打印。")
    own = privacy.own_branches(by)
    record_printing(organization, what="通讯录", people=[term.person for term in listed], by=by)
    return [(term, privacy.phone_as_seen(term.person, own)) for term in listed]


def record_printing(organization: Organization, *, what: str, people: Sequence[Member], by: User) -> None:
    """Note in the log that a list of these people was put on paper; somebody listed twice counts twice."""
    changes = {"内容": [None, what], "人数": [None, len(people)]}
    audit.record(audit.Kind.PRINTED, organization, by=by, at=organization, changes=changes, about=people)


@transaction.atomic
def roster_as_workbook(
    people: MemberQuerySet, organization: Organization, *, title: str, asked: str, on: dt.date, by: User
) -> bytes:
    """The same people as XLSX with title, unit, day and 制表人; numbers masked, phones as ``by`` may see them.

    ``asked`` says in words what was queried. The log notes who took how many lines of what.
    """
    members = list(people[:MOST])
    condition = f"　条件：{asked}" if asked else ""
    plan = SheetPlan(
        title=title,
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("所在团支部", width=26),
            *(Column(wording.label_of(name), width=width) for name, width in COLUMNS.items()),
            Column("团内职务", width=18),
        ],
        rows=_lines(members, privacy.own_branches(by)),
        heading_lines=[
            f"{organization.short_name}{title}",
            f"单位：{organization.full_name}　统计时点：{on}　共 {len(members)} 人{condition}",
        ],
        notes=[made_by(by, timezone.localtime(), more=f"共 {len(members)} 人"), f"制表人：{by}　制表日期：{on}"],
    )
    file = io.BytesIO()
    write_workbook(WorkbookPlan([plan]), file)
    changes = {
        "内容": [None, title],
        "人数": [None, len(members)],
        "条件": [None, asked or "全部"],
        "列": [None, "、".join(column.heading for column in plan.columns)],
        "文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()],
    }
    audit.record(audit.Kind.EXPORTED, organization, by=by, at=organization, changes=changes, about=members)
    return file.getvalue()


def _lines(members: Iterable[Member], own: frozenset[int]) -> Iterator[list[str | int]]:
    for number, member in enumerate(members, 1):
        facts = [
            privacy.phone_as_seen(member, own) if name == "phone" else wording.said(member, name) for name in COLUMNS
        ]
        posts = "、".join(term.title for term in getattr(member, "current_terms", ()))
        yield [number, member.branch.short_name if member.branch else "", *facts, posts]
