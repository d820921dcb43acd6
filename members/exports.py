"""按方案导出: people as another system wants them (``ExportProfile``), with numbers in clear.

The one list that leaves with whole numbers. So everybody in it has to lie where the exporter may look at numbers in
clear and holds the right 明文导出; a purpose is written down, the log keeps who took how many, and the file says so.
Beyond the own branch one person alone takes only so many within a day (``PrivacyLimits``): more is for
``members.releases``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.models import AuditEntry, Organization, User
from branches.scoping import Right, Sight, seen_paths
from members import privacy, wording
from members.models import CadreTerm, ExportColumn, ExportField, ExportProfile, Member, PrivacyLimits
from members.models.people import MemberQuerySet
from members.papers import MOST
from tuanjian import ages
from tuanjian.officedates import OfficeDate
from tuanjian.spreadsheets.writing import Column, SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

LONGEST_NAME: Final = 40
# What one person took alone is added up over a day, so that no list is split to get around the limit.
ADDED_UP_OVER: Final = dt.timedelta(hours=24)
BEYOND: Final = "其中本支部以外"
APPROVED_BY: Final = "批准人"
_WIDTHS: Final[Mapping[str, float]] = {
    ExportField.ID_NUMBER: 22,
    ExportField.PHONE: 14,
    ExportField.EMAIL: 24,
    ExportField.WORK_UNIT: 24,
    ExportField.HOUSEHOLD_REGION: 24,
    ExportField.BRANCH: 26,
    ExportField.BRANCH_FULL_NAME: 44,
}


@transaction.atomic
def export(
    people: MemberQuerySet,
    organization: Organization,
    *,
    profile: ExportProfile,
    asked: str,
    purpose: str,
    by: User,
) -> bytes:
    """The queried people as XLSX in the columns, order, headings and words of ``profile``, numbers in clear.

    ``people`` carry ``current_terms`` (``filters.as_listed``); ``asked`` says in words what was queried. The log notes
    who took how many people of what for which purpose, and the SHA-256 of the file. Refuses a purpose that says
    nothing, more than ``MOST`` people, nobody, anybody whose number ``by`` may not export in clear, and what takes a
    second person.
    """
    purpose = privacy.stated(purpose, of="导出", example="录入国家系统")
    members = exportable(people, profile, by=by)
    # Two exports at a time are added up one after the other.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    if why := why_approval(members, organization, by=by):
        raise ValidationError(f"{why}须由另一名管理员批准，请提交申请。")
    return hand_out(members, organization, profile=profile, asked=asked, purpose=purpose, by=by)


def exportable(people: MemberQuerySet, profile: ExportProfile, *, by: User) -> list[Member]:
    """The people of a query whom a profile lists. Refuses nobody, too many, and anybody out of reach in clear."""
    queried = listed(people, profile)
    members = list(queried[: MOST + 1])
    if not members:
        raise ValidationError("没有符合条件的人员可以导出，请返回修改查询条件。")
    if len(members) > MOST:
        raise ValidationError(f"查询到的人员超过 {MOST:,} 人，请缩小查询范围，分几次导出。")
    if closed := not_in_clear(queried, by=by):
        raise ValidationError(f"其中 {closed} 人不在您可以导出明文的范围内，请缩小查询范围，或由上级管理员导出。")
    return members


def listed(people: MemberQuerySet, profile: ExportProfile) -> MemberQuerySet:
    """Those of the people whom the profile lists."""
    return people.cadres() if profile.people == ExportProfile.People.CADRES else people


def why_approval(members: Sequence[Member], organization: Organization, *, by: User) -> str:
    """Why a second person has to approve that ``by`` takes these people's numbers, "" if nobody has to."""
    own = privacy.own_branches(by)
    beyond = [member for member in members if member.branch_id not in own]
    return _why(len(beyond), minors_among(beyond), organization, by)


def why_approval_of(people: QuerySet[Member], organization: Organization, *, by: User) -> str:
    """The same of people still to be read, for the page before: three queries, however many they are."""
    beyond = people.order_by().exclude(branch__in=privacy.own_branches(by))
    earliest, latest = ages.born_between(from_age=0, to_age=privacy.ADULT_AT - 1, on=timezone.localdate())
    minors = beyond.filter(birth_on__gte=earliest, birth_on__lte=latest)
    return _why(beyond.count(), minors.count(), organization, by)


def _why(beyond: int, minors: int, organization: Organization, by: User) -> str:
    limits = PrivacyLimits.of(organization)
    taken = _taken_alone(by) if beyond else 0
    if minors and limits.approve_minors:
        return f"名单中有本支部以外未满 18 周岁的 {minors} 人，"
    if beyond and beyond + taken > limits.rows_without_approval:
        before = f"，加上 24 小时内已导出的 {taken} 人" if taken else ""
        return f"名单中有本支部以外的 {beyond} 人{before}，超过 {limits.rows_without_approval} 人，"
    return ""


def minors_among(members: Sequence[Member]) -> int:
    """How many of the people are known to be under 18 today."""
    today = timezone.localdate()
    return sum(privacy.is_minor(member, today) for member in members)


def _taken_alone(by: User) -> int:
    since = timezone.now() - ADDED_UP_OVER
    entries = AuditEntry.objects.filter(actor=by, kind=audit.Kind.EXPORTED, at__gt=since)
    said = entries.values_list("changes", flat=True)
    return sum(changes[BEYOND][1] for changes in said if BEYOND in changes and APPROVED_BY not in changes)


@transaction.atomic
def hand_out(
    members: Sequence[Member],
    organization: Organization,
    *,
    profile: ExportProfile,
    asked: str,
    purpose: str,
    by: User,
    approved_by: User | None = None,
) -> bytes:
    """The file, made and logged; whether ``by`` may have it has been decided."""
    content = _workbook(members, profile, by=by)
    own = privacy.own_branches(by)
    changes = {
        "内容": [None, f"按“{profile}”格式导出"],
        "人数": [None, len(members)],
        BEYOND: [None, sum(member.branch_id not in own for member in members)],
        "其中未满 18 周岁": [None, minors_among(members)],
        "条件": [None, asked or "全部"],
        "列": [None, "、".join(column.heading for column in profile.columns.all())],
        "号码": [None, "明文"],
        "文件 SHA-256": [None, hashlib.sha256(content).hexdigest()],
    } | ({APPROVED_BY: [None, str(approved_by)]} if approved_by else {})
    kind = audit.Kind.EXPORTED
    audit.record(kind, organization, by=by, at=organization, changes=changes, reason=purpose, about=members)
    return content


def not_in_clear(people: QuerySet[Member], *, by: User) -> int:
    """How many of the people ``by`` may not export in clear."""
    may = Member.objects.manageable_by(by, right=Right.CLEAR_EXPORT)
    may = may.filter(may.inside(seen_paths(by, Sight.CLEAR)))
    return people.order_by().exclude(pk__in=may.values("pk")).count()


@transaction.atomic
def copy(profile: ExportProfile, *, by: User) -> ExportProfile:
    """A copy of a profile with its columns, not yet in use. Refuses while an earlier copy bears its name."""
    name = f"{profile.name}（副本）"
    if len(name) > LONGEST_NAME:
        raise ValidationError(f"“{profile.name}”的名称太长，请先改短再复制。")
    if ExportProfile.objects.filter(name=name).exists():
        raise ValidationError(f"已有“{name}”，请先给它改名再复制。")
    copied = ExportProfile.objects.create(
        name=name, people=profile.people, title=profile.title, is_active=False, note=profile.note
    )
    columns = list(profile.columns.all())
    for column in columns:
        column.pk, column.profile = None, copied
    ExportColumn.objects.bulk_create(columns)
    audit.record(audit.Kind.CREATED, copied, by=by, at=None, changes={"复制自": [None, profile.name]})
    return copied


def described(profile: ExportProfile) -> dict[str, str]:
    """The columns in words, for the log."""
    return {f"列“{column.heading}”": _described(column) for column in profile.columns.all()}


def _described(column: ExportColumn) -> str:
    source = column.get_field_display() if column.field else column.fixed_text or "留空"
    # PostgreSQL keeps no order of keys.
    words = "，".join(f"{own}={other}" for own, other in sorted(column.words.items()))
    required = "，对方必填" if column.is_required else ""
    return f"第 {column.position} 位，{source}{required}{f'，{words}' if words else ''}"


def _workbook(members: Sequence[Member], profile: ExportProfile, *, by: User) -> bytes:
    columns = list(profile.columns.all())
    rows = [[_value(column, member) for column in columns] for member in members]
    plan = SheetPlan(
        title=profile.name,
        columns=[Column(column.heading, width=_WIDTHS.get(column.field, 14)) for column in columns],
        rows=rows,
        heading_lines=[profile.title] if profile.title else [],
        notes=[*_lacking(columns, rows), _watermark(len(members), by)],
    )
    file = io.BytesIO()
    write_workbook(WorkbookPlan([plan]), file)
    return file.getvalue()


def _watermark(count: int, by: User) -> str:
    return made_by(by, timezone.localtime(), more=f"共 {count} 人，含证件号码明文")


def _lacking(columns: Sequence[ExportColumn], rows: Sequence[Sequence[str]]) -> list[str]:
    """The line that says what the other system will miss."""
    empty = Counter(
        column.heading
        for row in rows
        for column, value in zip(columns, row, strict=True)
        if column.is_required and not value
    )
    said = "、".join(f"{column.heading} {empty[column.heading]} 人" for column in columns if column.heading in empty)
    return [f"对方必填而未填：{said}。"] if said else []


def _value(column: ExportColumn, member: Member) -> str:
    if not column.field:
        return column.fixed_text
    tell = _VALUES.get(column.field)
    value = tell(member) if tell else wording.said(member, column.field)
    return str(column.words.get(value, value))


def _post(member: Member) -> CadreTerm | None:
    """The post a sheet with room for one names: in the own branch before others, then by rank."""
    terms: list[CadreTerm] = getattr(member, "current_terms", [])
    return min(terms, key=lambda term: (term.organization_id != member.branch_id, term.rank), default=None)


def _of_post(tell: Callable[[CadreTerm], str]) -> Callable[[Member], str]:
    def told(member: Member) -> str:
        post = _post(member)
        return tell(post) if post else ""

    return told


def _month(day: dt.date | None) -> str:
    return str(OfficeDate(day, is_month=True)) if day else ""


def _yes_no(value: bool | None) -> str:
    return {True: "是", False: "否"}.get(value, "") if value is not None else ""


# Everything else a column can be filled from is a fact the record says by itself: see ``wording``.
_VALUES: Final[Mapping[str, Callable[[Member], str]]] = {
    ExportField.ID_NUMBER: lambda member: member.id_number,
    ExportField.PHONE: lambda member: member.phone,
    ExportField.BIRTH_MONTH: lambda member: _month(member.birth_on),
    ExportField.JOINED_MONTH: lambda member: _month(member.joined_on),
    ExportField.JOINED_PARTY_MONTH: lambda member: _month(member.joined_party_on),
    ExportField.BRANCH: lambda member: member.branch.short_name if member.branch else "",
    ExportField.BRANCH_FULL_NAME: lambda member: member.branch.full_name if member.branch else "",
    ExportField.IS_CADRE: lambda member: _yes_no(_post(member) is not None),
    ExportField.POST: _of_post(lambda post: post.title),
    ExportField.POST_MONTH: _of_post(lambda post: _month(post.started_on)),
    ExportField.POST_NATURE: _of_post(lambda post: post.get_nature_display()),
    ExportField.POST_IN_PARTY: _of_post(lambda post: _yes_no(post.is_party_committee_member)),
}
