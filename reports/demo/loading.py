"""Load a demo unit into an empty database, all or nothing, and say what is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from branches import pledges
from branches.models import Organization, OrgType, PledgeText, User
from branches.scoping import within
from members.models import CadreTerm, Member, MemberStatus
from reports.demo import (
    accounts,
    activities,
    cadres,
    histories,
    organizations,
    past,
    people,
    proceedings,
    staffing,
    supervision,
)
from reports.demo.blueprint import Blueprint
from tuanjian import bulk
from tuanjian.locks import Lock, hold

COMMITTEES = (OrgType.LEADING_BODY, OrgType.BASE_COMMITTEE, OrgType.WORK_COMMITTEE)


@transaction.atomic
def load(blueprint: Blueprint, *, as_of: dt.date) -> bool:
    """Build the unit as of that day, everything or nothing. False when it is there already: then nothing changes.

    Refuses a database that holds organisations of others, or accounts with the names of the cast. The same blueprint
    and day give the same people, numbers and events; only sealed values, keys of rows, moments of recording and the lot
    of the spot check differ.
    """
    hold(Lock.TREE)
    if root_of(blueprint) is not None:
        return False
    if Organization.objects.exists():
        raise ValidationError("数据库里已有其他团组织，不能装入演示数据，请换一个空数据库。")
    accounts.refuse_taken_names()
    # Adding to the tree touches every organisation, in this very transaction: all that follows is counted with it.
    nodes = organizations.grow(blueprint, as_of=as_of)
    seats = staffing.staff(nodes, blueprint)
    everybody = people.settle(nodes, seats, blueprint, as_of=as_of)
    root = nodes[0].organization
    histories.save(everybody, as_of=as_of, root=root)
    terms = cadres.appoint(nodes, seats, everybody, past_terms=blueprint.past_terms, as_of=as_of)
    administrator = accounts.Opening(blueprint, nodes, terms, as_of).open_all()
    Member.objects.under(root).filter(verified_on__isnull=False).update(verified_by=administrator)
    organizations.declare(nodes, everybody.youth, blueprint, as_of=as_of, by=administrator)
    organizations.give_stars(nodes, as_of=as_of)
    activities.record(nodes, everybody, terms, blueprint, as_of=as_of)
    # A year of figures is counted from what was written just now.
    bulk.take_stock(*apps.get_app_config("branches").get_models(), *apps.get_app_config("members").get_models())
    bulk.take_stock(*apps.get_app_config("activities").get_models())
    places = {node.organization.short_name: node.organization for node in nodes}
    supervised = supervision.Supervision(root, places, blueprint, as_of=as_of)
    past.remember(root, as_of=as_of, days_back=blueprint.days_back, deeds=supervised.deeds())
    supervised.present()
    proceedings.begin(places, blueprint)
    return True


def root_of(blueprint: Blueprint) -> Organization | None:
    return Organization.objects.filter(code=f"{blueprint.code}001").first()


def counts(root: Organization) -> dict[str, int]:
    """Figures of the unit as the database has them."""
    active = Organization.objects.under(root).active()
    in_office = CadreTerm.objects.current().under(root).exclude(person__status=MemberStatus.VOID)
    accounts_there = Q(within([root.path], "grants__organization__path")) | Q(username__in=accounts.USERNAMES)
    return {
        "committees": active.filter(org_type__in=COMMITTEES).count(),
        "general_branches": active.filter(org_type=OrgType.GENERAL_BRANCH).count(),
        "branches": active.branches().count(),
        "members": Member.objects.under(root).league_members().count(),
        "people": Member.objects.on_roster().under(root).count(),
        "cadres": in_office.order_by().values("person").distinct().count(),
        "users": User.objects.filter(accounts_there).distinct().count(),
    }


@dataclass(frozen=True)
class LoginLine:
    """A line of the table of log-ins."""

    username: str
    display_name: str
    role: str
    organization: str
    password: str
    note: str


def logins() -> list[LoginLine]:
    """The cast with its grants, as the database has them now."""
    users = {user.username: user for user in User.objects.filter(username__in=accounts.USERNAMES)}
    # All accounts were given one hash, so one slow comparison serves all that were not changed.
    known = {
        encoded: check_password(accounts.PASSWORD, encoded) for encoded in {user.password for user in users.values()}
    }
    pledge = pledges.current()
    return [
        _line(users[name], unchanged=known[users[name].password], pledge=pledge)
        for name in accounts.USERNAMES
        if name in users
    ]


def _line(user: User, *, unchanged: bool, pledge: PledgeText | None) -> LoginLine:
    given = list(user.grants.select_related("organization").order_by("id"))
    today = timezone.localdate()
    roles = [row.get_role_display() for row in given if row.starts_on <= today] or (
        ["系统管理员"] if user.is_superuser else []
    )
    notes = [
        "" if user.is_active else "账号已停用，不能登录",
        "授权已收回，账号休眠，不能登录" if given and all(row.ended_at for row in given) else "",
        "尚未确认保密承诺，登录后先显示承诺书" if pledge and user.pledge_id != pledge.pk else "",
        *(f"{row.starts_on} 起任{row.get_role_display()}" for row in given if row.starts_on > today),
        "只管理系统后台，看不到人员" if user.is_superuser and not given else "",
    ]
    return LoginLine(
        username=user.username,
        display_name=user.display_name,
        role="、".join(dict.fromkeys(roles)),
        organization="、".join(dict.fromkeys(row.organization.short_name for row in given)),
        password=accounts.PASSWORD if unchanged else "（已修改）",
        note="；".join(note for note in notes if note),
    )
