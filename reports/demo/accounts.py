"""Log-ins of a demo: every role at three levels, and the special cases. All share one password, for the demo only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import audit, grants, pledges
from branches.models import AccessGrant, Organization, Role, User
from members.models import CadreTerm, Member
from reports.demo.blueprint import Blueprint
from reports.demo.days import days_before
from reports.demo.organizations import Node

# Known to everybody who can read this file: for invented data only.
PASSWORD = "tuanjian-2026-demo"  # noqa: S105


@dataclass(frozen=True)
class Login:
    """An account of the cast; ``holder`` says which cadre of the organisation it belongs to, highest first."""

    username: str
    role: Role
    holder: int | None = None
    display_name: str = ""


BUREAU = (
    Login("bureau_admin", Role.ADMINISTRATOR, holder=0),
    Login("bureau_officer", Role.OFFICER, holder=1),
    Login("bureau_clerk", Role.ENTRY_CLERK, holder=2),
    Login("bureau_observer", Role.OBSERVER, display_name="高望舒"),
    Login("bureau_auditor", Role.AUDITOR, display_name="严审之"),
)
GENERAL = (
    Login("general_admin", Role.ADMINISTRATOR, holder=0),
    Login("general_officer", Role.OFFICER, holder=1),
    Login("general_clerk", Role.ENTRY_CLERK, display_name="林知远"),
    Login("general_observer", Role.OBSERVER, display_name="钟鸣"),
    Login("general_auditor", Role.AUDITOR, display_name="江清"),
)
BRANCH = (
    Login("branch_admin", Role.ADMINISTRATOR, holder=0),
    Login("branch_officer", Role.OFFICER, holder=1),
    Login("branch_clerk", Role.ENTRY_CLERK, holder=2),
    Login("branch_observer", Role.OBSERVER, display_name="何若谷"),
    Login("branch_auditor", Role.AUDITOR, display_name="沈明"),
)
TWO_PLACES = Login("two_places", Role.ADMINISTRATOR, holder=0)
# Replaced by the other one, on request: see ``proceedings``.
ENDED = Login("ended", Role.ADMINISTRATOR, display_name="周往")
COMMITTEE = Login("committee_admin", Role.ADMINISTRATOR, holder=0)
# Opens the account by a code, and has not confirmed the pledge.
NEWCOMER = Login("newcomer", Role.ENTRY_CLERK, display_name="程远")
DISABLED = Login("disabled", Role.ENTRY_CLERK, display_name="吴停")
SYSTEM_ADMINISTRATOR = "sysadmin"
USERNAMES = (
    *(login.username for login in (*BUREAU, *GENERAL, *BRANCH, TWO_PLACES, COMMITTEE, NEWCOMER, ENDED, DISABLED)),
    SYSTEM_ADMINISTRATOR,
)


def refuse_taken_names() -> None:
    """Refuse to load beside accounts that already use one of the names."""
    taken = User.objects.filter(username__in=USERNAMES).order_by("username").values_list("username", flat=True)
    if taken:
        raise ValidationError(f"用户名 {'、'.join(taken)} 已被使用，请换一个空数据库再装入演示数据。")


class Opening:
    """Opens accounts, and gives grants by ``branches.grants``; only the first administrator has nobody above."""

    def __init__(
        self, blueprint: Blueprint, nodes: list[Node], terms: dict[Node, list[CadreTerm]], as_of: dt.date
    ) -> None:
        self._blueprint = blueprint
        self._organizations = {node.organization.short_name: node.organization for node in nodes}
        self._root = nodes[0].organization
        self._people = {node.organization.short_name: [term.person for term in terms[node]] for node in nodes}
        # Also for a day to come, with which figures can be compared: whoever is printed must get in today.
        self._since = min(days_before(as_of, 400), timezone.localdate())
        # Worked out once: argon2 is slow on purpose.
        self._password = make_password(PASSWORD)
        # Given already, so that the demo begins with its pages.
        text = pledges.current()
        self._pledge = {"pledge": text, "pledged_at": timezone.now()} if text else {}

    def open_all(self) -> User:
        """Open the cast of the places that the unit has. Returns the administrator of the unit."""
        casts = self._casts()
        (first, *others), root = casts[0]
        administrator = self._account(first, root)
        role = first.role
        given = AccessGrant.objects.create(user=administrator, organization=root, role=role, starts_on=self._since)
        changes = {"角色": [None, role.label]}
        audit.record(audit.Kind.GRANTED, given, by=None, at=root, changes=changes, job="装入演示数据")
        for logins, organization in ((tuple(others), root), *casts[1:]):
            for login in logins:
                self._grant(self._account(login, organization), organization, login.role, administrator)
        self._open_special(administrator)
        return administrator

    def _casts(self) -> list[tuple[tuple[Login, ...], Organization]]:
        """Who works where, the root first: a root that is itself the branch has the log-ins of a branch."""
        blueprint = self._blueprint
        branch = self._organizations[blueprint.branch_with_logins]
        above = [] if branch == self._root else [(BUREAU, self._root)]
        if blueprint.general_with_logins:
            above.append((GENERAL, self._organizations[blueprint.general_with_logins]))
        return [*above, (BRANCH, branch)]

    def _open_special(self, administrator: User) -> None:
        blueprint = self._blueprint
        if blueprint.second_places is not None:
            first, second = (self._organizations[name] for name in blueprint.second_places)
            both = self._account(TWO_PLACES, first)
            for organization in (first, second):
                self._grant(both, organization, TWO_PLACES.role, administrator)
        if blueprint.committee_with_logins:
            committee = self._organizations[blueprint.committee_with_logins]
            self._grant(self._account(ENDED, committee), committee, ENDED.role, administrator)
            self._account(COMMITTEE, committee)
        branch = self._organizations[blueprint.branch_with_logins]
        if branch != self._root:
            disabled = self._account(DISABLED, branch)
            self._grant(disabled, branch, DISABLED.role, administrator)
            disabled.is_active = False
            disabled.save(update_fields=["is_active"])
        User.objects.create(
            username=SYSTEM_ADMINISTRATOR,
            display_name="系统管理员",
            password=self._password,
            is_staff=True,
            is_superuser=True,
            **self._pledge,
        )

    def _account(self, login: Login, organization: Organization) -> User:
        person = self._holder(login, organization)
        name = person.name if person else login.display_name
        user = User(username=login.username, display_name=name, password=self._password, **self._pledge)
        if person and person.phone:
            user.phone = person.phone
        user.save()
        audit.record(audit.Kind.CREATED, user, by=None, at=organization, job="装入演示数据")
        if person:
            person.user = user
            person.save(update_fields=["user"])
        return user

    def _holder(self, login: Login, organization: Organization) -> Member | None:
        """The cadre the account belongs to, unless that person has one already."""
        free = [person for person in self._people[organization.short_name] if person.user_id is None]
        if login.holder is None or not free:
            return None
        wanted = self._people[organization.short_name][login.holder]
        return wanted if wanted in free else free[0]

    def _grant(self, user: User, organization: Organization, role: Role, by: User) -> AccessGrant:
        return grants.grant(user, organization=organization, role=role, starts_on=self._since, ends_on=None, by=by)
