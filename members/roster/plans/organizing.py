"""The rows of organisations: which exist, which are to be created under which superior, what is to be set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from branches import naming
from branches.models import Organization, OrgType
from branches.tree import ALLOWED_UNDER, MAX_DEPTH
from members.models.roster import RowState
from members.roster.plans.answers import Answers, WantedBranch
from members.roster.plans.directory import Directory
from members.roster.plans.plan import PlannedOrganization, PlannedRow
from members.roster.reading.cells import read_date
from members.roster.reading.findings import DIFFERS, ELSEWHERE
from members.roster.reading.words import type_by_name
from tuanjian import pinyin
from tuanjian.officedates import OfficeDate, month_never_overwrites_day

FOREIGN = "这个全称已被本组织树的其他组织使用，请核对全称，或联系上级。"


class Organizing:
    """Plans the rows of organisations of one file. Three queries, those of the directory included."""

    def __init__(self, directory: Directory, *, may_change: bool, update_existing: bool) -> None:
        """``may_change`` says whether the person importing manages the structure there."""
        self.directory = directory
        self.may_change = may_change
        self.update_existing = update_existing
        self.planned: list[PlannedOrganization] = []
        self._lines: dict[str, int] = {}

    def plan(self, rows: list[PlannedRow]) -> list[PlannedOrganization]:
        """Plan the rows; what is to be created comes superiors first, and can be found in the directory then."""
        waiting: list[tuple[PlannedRow, Organization]] = []
        named = [row.clean.facts["full_name"] for row in rows if "full_name" in row.clean.facts]
        foreign = self._foreign([naming.tidy(name) for name in named])
        for row in rows:
            if self._refused_name(row) or row.problems:
                row.state = RowState.INVALID
                continue
            known = self.directory.named(row.clean.facts["full_name"])
            if known is not None:
                self._plan_known(row, known)
            elif naming.tidy(row.clean.facts["full_name"]) in foreign:
                row.clean.refuse("R_OUT_OF_SCOPE", FOREIGN, "full_name")
                row.state = RowState.INVALID
            else:
                waiting.append((row, _new(row)))
        self._place(waiting)
        return self.planned

    def plan_wanted(self, answers: Answers) -> list[PlannedOrganization]:
        """Plan what somebody wants created because rows of people name it; returns everything planned so far.

        What can be created no longer is left out, and the rows that name it are refused for that. Names somebody has
        said to mean a known organisation mean it from now on.
        """
        for name, key in answers.named_branches.items():
            if (known := self.directory.by_pk.get(key)) is not None:
                self.directory.also_called(known, name)
        for wanted in answers.new_branches:
            organization, parent = wanted_organization(wanted), self.directory.by_pk.get(wanted.parent_id)
            if parent is None or self.refusal_of(organization, parent, called=wanted.name):
                continue
            organization.depth = parent.depth + 1
            self.directory.add(organization, parent)
            self.directory.also_called(organization, wanted.name)
            self.planned.append(PlannedOrganization(organization, None, parent))
        return self.planned

    def refusal_of(self, organization: Organization, parent: Organization, *, called: str) -> str:
        """Why an organisation the file calls so cannot be created below ``parent``, in a sentence; "" if it can."""
        if not self.may_change:
            return "新建团组织由管理员办理，请联系管理员。"
        if any(self.directory.find(name).organization is not None for name in (called, organization.full_name)):
            return f"已有叫“{called}”的组织，不需要新建。"
        if self._foreign([organization.full_name]):
            return FOREIGN
        return "".join(message for _, message, _ in _misplaced(organization, parent, self.directory))

    def _refused_name(self, row: PlannedRow) -> bool:
        if "full_name" not in row.clean.facts:
            return True
        name = naming.tidy(row.clean.facts["full_name"])
        first = self._lines.setdefault(name, row.clean.line)
        if first != row.clean.line:
            row.clean.refuse("R_NAME_BAD", f"组织全称与第 {first} 行重复，请核对。", "full_name")
            return True
        return False

    def _foreign(self, names: list[str]) -> set[str]:
        """Names taken in the same tree outside of the subtree; who may not look there only learns that they are."""
        top = self.directory.top
        rows = Organization.objects.active().filter(root=top.root_id, full_name__in=names)
        taken = rows.exclude(pk__in=Organization.objects.under(top).values("pk"))
        return set(taken.values_list("full_name", flat=True))

    def _place(self, waiting: list[tuple[PlannedRow, Organization]]) -> None:
        """Find the superiors, those of the same sheet included, until nobody else can be placed."""
        rows: list[tuple[PlannedRow, Organization]] = waiting
        while rows:
            left = []
            for row, organization in rows:
                parent = self._parent(row)
                if parent is None:
                    left.append((row, organization))
                else:
                    self._plan_new(row, organization, parent)
            if len(left) == len(rows):
                break
            rows = left
        for row, _ in rows:
            if row.state != RowState.INVALID:
                self._refuse_parent(row)

    def _parent(self, row: PlannedRow) -> Organization | None:
        if "parent" not in row.clean.letters:
            return self.directory.top
        name = row.clean.facts.get("parent", "")
        return self.directory.find(name).organization if name else None

    def _refuse_parent(self, row: PlannedRow) -> None:
        top, name = self.directory.top, row.clean.facts.get("parent", "")
        if not name:
            message = f"没有填写上级组织。只有“{top.full_name}”自己可以留空，请填写上级组织。"
        elif self.directory.find(name).several:
            message = f"有多个组织叫“{name}”，请填写上级组织的全称。"
        else:
            message = f"在“{top.short_name}”及其下级组织中找不到上级组织“{name}”，或它所在的行有误。"
            message += self.directory.proposal(name)
        row.clean.refuse("R_BRANCH_UNKNOWN", message, "parent")
        row.state = RowState.INVALID

    def _plan_new(self, row: PlannedRow, organization: Organization, parent: Organization) -> None:
        self._refuse_place(row, organization, parent)
        row.clean.shown["parent"] = parent.full_name
        if row.problems:
            row.state = RowState.INVALID
            return
        if not self.may_change:
            self._leave(row)
            return
        organization.depth = parent.depth + 1
        row.organization, row.state = organization, RowState.NEW
        self.directory.add(organization, parent)
        self.planned.append(PlannedOrganization(organization, row, parent))

    def _refuse_place(self, row: PlannedRow, organization: Organization, parent: Organization) -> None:
        if not organization.org_type:
            row.clean.refuse("R_NAME_BAD", "无法判断组织类别，请填写“组织类别”。", "org_type")
            return
        for code, message, name in _misplaced(organization, parent, self.directory):
            row.clean.refuse(code, message, name)

    def _plan_known(self, row: PlannedRow, known: Organization) -> None:
        row.organization = known
        if short_name := row.clean.facts.get("short_name"):
            self.directory.also_called(known, short_name)
        parent = self.directory.parent_of(known)
        if not row.clean.shown.get("parent") and parent is not None and "parent" in row.clean.letters:
            self._refuse_parent(row)
            return
        self._warn_of_differences(row, known, parent)
        if parent is not None:
            row.clean.shown["parent"] = parent.full_name
        columns, changes = _set(known, row)
        if not columns:
            return
        if not self.may_change:
            self._leave(row)
        elif self.update_existing:
            row.state, row.changes = RowState.UPDATE, changes
            self.planned.append(PlannedOrganization(known, row, parent, columns))

    def _warn_of_differences(self, row: PlannedRow, known: Organization, parent: Organization | None) -> None:
        """Names, type and place are changed on the page of the organisation, one by one and with their history."""
        facts, differing = row.clean.facts, []
        if facts.get("short_name", known.short_name) != known.short_name:
            differing.append("简称")
        if not _same_type(facts.get("org_type", known.org_type), known.org_type):
            differing.append("组织类别")
        if name := facts.get("parent"):
            named = self.directory.find(name).organization
            if named is not None and parent is not None and named is not parent:
                differing.append("上级组织")
        if differing:
            said = "、".join(differing)
            row.clean.warn(DIFFERS, f"{said}与系统中的不同，没有改动，请在组织页面办理。", "full_name")

    def _leave(self, row: PlannedRow) -> None:
        row.state = RowState.ELSEWHERE
        row.clean.warn(ELSEWHERE, "新建和修改团组织由管理员办理，这一行没有导入。", "full_name")


def _same_type(one: str, other: str) -> bool:
    """“团委” may mean either kind of committee."""
    committees = {OrgType.LEADING_BODY, OrgType.BASE_COMMITTEE}
    return one == other or {OrgType(one), OrgType(other)} <= committees


def _misplaced(
    organization: Organization, parent: Organization, directory: Directory
) -> Iterator[tuple[str, str, str]]:
    """What speaks against the organisation below this superior: code, sentence and field of each."""
    kind = OrgType(organization.org_type)
    if kind not in ALLOWED_UNDER[OrgType(parent.org_type)]:
        message = f"{parent.get_org_type_display()}之下不能设{kind.label}，请改填组织类别或上级组织。"
        yield "R_BRANCH_UNKNOWN", message, "parent"
    if parent.depth >= MAX_DEPTH:
        yield "R_BRANCH_UNKNOWN", "组织层级过深，请检查上级组织是否填对。", "parent"
    if any(sister.short_name == organization.short_name for sister in directory.sisters_of(parent)):
        message = f"同一上级之下已有简称“{organization.short_name}”，请换一个能区分的简称。"
        yield "R_NAME_BAD", message, "short_name"


def wanted_organization(wanted: WantedBranch) -> Organization:
    """The organisation somebody wants, not saved."""
    full_name = naming.tidy(wanted.full_name or wanted.name)
    short_name = naming.tidy(wanted.short_name) or full_name.removeprefix(naming.PREFIX) or full_name
    organization = Organization(full_name=full_name, short_name=short_name[:50], org_type=wanted.org_type)
    organization.short_name_initials = pinyin.initials(organization.short_name)[:60]
    return organization


def _new(row: PlannedRow) -> Organization:
    facts = row.clean.facts
    full_name = naming.tidy(facts["full_name"])
    org_type = facts.get("org_type") or type_by_name(full_name) or ""
    short_name = naming.tidy(facts.get("short_name", "")) or full_name.removeprefix(naming.PREFIX) or full_name
    organization = Organization(full_name=full_name, org_type=org_type, short_name=short_name[:50])
    organization.short_name_initials = pinyin.initials(organization.short_name)[:60]
    columns, _ = _set(organization, row)
    for column, value in columns.items():
        setattr(organization, column, value)
    row.clean.shown["full_name"] = full_name
    return organization


def _set(organization: Organization, row: PlannedRow) -> tuple[dict[str, Any], dict[str, list[str | None]]]:
    """The columns the row changes, and the changes in words."""
    facts = row.clean.facts
    columns: dict[str, Any] = {}
    changes: dict[str, list[str | None]] = {}
    if facts.get("unit_category") and organization.unit_category_id != int(facts["unit_category"]):
        columns["unit_category_id"] = int(facts["unit_category"])
        before = str(organization.unit_category) if organization.unit_category_id else None
        changes["行业类别"] = [before, row.clean.shown["unit_category"]]
    if facts.get("founded_on"):
        stored = organization.founded_on
        known = OfficeDate(stored, organization.founded_on_is_month) if stored else None
        kept = month_never_overwrites_day(known, read_date(facts["founded_on"]))
        if kept != known:
            columns |= {"founded_on": kept.day, "founded_on_is_month": kept.is_month}
            changes["成立时间"] = [str(known) if known else None, str(kept)]
    if facts.get("phone") and organization.contact_phone != facts["phone"]:
        columns["contact_phone"] = facts["phone"]
        changes["联系电话"] = [organization.contact_phone or None, facts["phone"]]
    return columns, changes
