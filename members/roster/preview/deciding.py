"""What a person decides about an import that waits for confirmation; rows are planned again after each decision."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit, naming
from branches.models import Organization, OrgType, User
from branches.scoping import Right
from members.models.decisions import RosterDecision
from members.models.roster import Choice, RosterImport, RosterRow
from members.roster.plans.answers import WantedBranch, answers_to
from members.roster.plans.directory import Directory
from members.roster.plans.organizing import Organizing, wanted_organization
from members.roster.preview.mending import open_import
from members.roster.preview.partly import plan_around
from members.roster.preview.replanning import plan_again

_MOST_NAMED = 20
_LONGEST_FULL, _LONGEST_SHORT = 120, 50


def decide(row: RosterRow, choice: Choice | None, *, by: User) -> RosterRow:
    """Decide about one row, or with None take the decision back; returns the row as it is planned then.

    Refuses what ``decide_all`` refuses, and a choice the row does not offer.
    """
    if choice is not None and choice not in RosterRow.objects.get(pk=row.pk).offers:
        raise ValidationError("这一行没有这种处理可选，请刷新页面后再试。")
    decide_all(row.roster, choice, by=by, rows=[row.pk])
    return RosterRow.objects.get(pk=row.pk)


@transaction.atomic
def decide_all(roster: RosterImport, choice: Choice | None, *, by: User, rows: Iterable[int] | None = None) -> int:
    """Decide alike about all rows that offer the choice – of ``rows``, by key, where given – and return how many.

    With None the decisions about them are taken back. The log says which lines. Refuses whoever may not import there,
    and an import that does not wait for confirmation.
    """
    open_ = open_import(roster, by=by)
    asked = open_.rows.order_by("number") if rows is None else open_.rows.filter(pk__in=list(rows)).order_by("number")
    # Few rows offer anything; which of them offer this, JSON columns do not answer alike on both databases.
    meant = [row for row in asked.exclude(offers=[]).defer("sealed", "changes") if _is_meant(row, choice)]
    if not meant:
        return 0
    answered = answers_to(open_)
    if choice is None:
        known = {(each.sheet, each.line): each.pk for each in open_.decisions.all()}
        open_.decisions.filter(pk__in=[known[place] for place in _places(meant) if place in known]).delete()
    else:
        RosterDecision.objects.bulk_create(
            [RosterDecision(roster=open_, sheet=at, line=line, choice=choice, by=by) for at, line in _places(meant)],
            update_conflicts=True,
            unique_fields=["roster", "sheet", "line"],
            update_fields=["choice", "by", "at"],
        )
    _note(open_, meant, choice, by)
    plan_around(open_, meant, by=by, answered=answered)
    return len(meant)


@transaction.atomic
def want_branch(
    roster: RosterImport,
    *,
    name: str,
    parent: Organization,
    org_type: OrgType,
    by: User,
    full_name: str = "",
    short_name: str = "",
) -> None:
    """Have an organisation created with the import, because rows name it and nobody knows it.

    Names not given are the usual ones: the full name by the superior's (``naming.full_name_below``), the short name as
    the file has it. Refuses what ``decide_all`` refuses, whoever does not manage the structure there, a superior
    outside the organisation imported to, and an organisation that could not be created there now.
    """
    open_ = open_import(roster, by=by)
    called = naming.tidy(name)
    if not called:
        raise ValidationError({"name": "请填写要新建的团组织的名称。"})
    full_name = naming.tidy(full_name) or naming.full_name_below(parent.full_name, called, org_type=org_type)
    short_name = naming.tidy(short_name) or called.removeprefix(naming.PREFIX) or called
    if len(full_name) > _LONGEST_FULL or len(short_name) > _LONGEST_SHORT:
        raise ValidationError(f"组织全称最多 {_LONGEST_FULL} 个字，简称最多 {_LONGEST_SHORT} 个字，请缩短。")
    wanted = WantedBranch(called, parent.pk, org_type, full_name, short_name)
    directory = Directory(open_.organization)
    superior = directory.by_pk.get(parent.pk)
    if superior is None:
        raise ValidationError({"parent": f"上级组织须是“{open_.organization.short_name}”或它的下级组织，请重新选择。"})
    may_change = Organization.objects.manageable_by(by, right=Right.STRUCTURE).filter(pk=superior.pk).exists()
    organizing = Organizing(directory, may_change=may_change, update_existing=False)
    if refusal := organizing.refusal_of(wanted_organization(wanted), superior, called=called):
        raise ValidationError(refusal)
    others = [each for each in open_.new_branches if each["name"] != wanted.name]
    open_.new_branches = [*others, wanted._asdict()]
    open_.named_branches = {called: key for called, key in open_.named_branches.items() if called != wanted.name}
    _keep_names(open_, {"新建团组织": [None, f"{superior.short_name}：{wanted.full_name}"]}, by)


@transaction.atomic
def call_branch(roster: RosterImport, *, name: str, organization: Organization | None, by: User) -> None:
    """Say which organisation a name of the file means; None takes back whatever was said about the name.

    Refuses what ``decide_all`` refuses, and an organisation outside the one imported to.
    """
    open_ = open_import(roster, by=by)
    name = naming.tidy(name)
    open_.new_branches = [each for each in open_.new_branches if each["name"] != name]
    names = {called: key for called, key in open_.named_branches.items() if called != name}
    if organization is not None:
        if not Organization.objects.under(open_.organization).active().filter(pk=organization.pk).exists():
            raise ValidationError(f"请选择“{open_.organization.short_name}”或它的下级组织。")
        names[name] = organization.pk
    open_.named_branches = names
    _keep_names(open_, {f"“{name}”": [None, organization.short_name if organization else None]}, by)


def _keep_names(roster: RosterImport, changes: dict[str, list[str | None]], by: User) -> None:
    roster.save(update_fields=["new_branches", "named_branches"])
    audit.record(audit.Kind.CHANGED, roster, by=by, at=roster.organization, changes=changes, job=roster.job)
    plan_again(roster, by=by)


def _is_meant(row: RosterRow, choice: Choice | None) -> bool:
    return bool(row.offers) if choice is None else choice in row.offers


def _places(rows: Iterable[RosterRow]) -> list[tuple[str, int]]:
    return [(row.sheet, row.line) for row in rows]


def _note(roster: RosterImport, rows: list[RosterRow], choice: Choice | None, by: User) -> None:
    """Which lines, but no names: the log of an import is read by people who may not see its rows."""
    lines = [f"{sheet} 第 {line} 行" for sheet, line in _places(rows)]
    said = "、".join(lines[:_MOST_NAMED]) + (f"等 {len(lines)} 行" if len(lines) > _MOST_NAMED else "")
    word = Choice(choice).label if choice is not None else None
    audit.record(
        audit.Kind.CHANGED, roster, by=by, at=roster.organization, changes={said: [None, word]}, job=roster.job
    )
