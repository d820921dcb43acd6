"""What stands around every page: the own organisation, the menu, the count of to-dos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from branches.http import current_organization
from branches.models import Organization, User
from branches.scoping import Right, Role, Sight, has_right_somewhere, held_by, sees_somewhere
from reports import todos

PRODUCT = "团建管理"


@dataclass(frozen=True)
class Entry:
    """A line of the menu; shown only to people to whom it leads somewhere."""

    label: str
    view: str
    needs: Sight | Right | None = None
    # Pages that lie below it: the entry stays marked while one of them is open.
    below: frozenset[str] = frozenset()

    def holds(self, view: str) -> bool:
        return view == self.view or view in self.below


def _pages(app: str, *names: str) -> frozenset[str]:
    return frozenset(f"{app}:{name}" for name in names)


OF_AN_ORGANIZATION = _pages(
    "branches",
    *("add", "edit", "rename", "change_type", "move", "order", "headcount", "grants", "grant_add", "grant_end"),
) | {"reports:organization", "reports:vacancies", "members:close"}
OF_A_PERSON = _pages("members", "member", "new", "edit", "edit_ticked", "void", "void_many", "restore", "reveal")
OF_AN_ACTIVITY = _pages("activities", "activity", "edit", "void", "restore")
OF_A_POST = _pages("members", "organization_cadres", "cadre_new", "cadre_edit", "cadre_end")


@dataclass(frozen=True)
class Group:
    label: str
    icon: str
    entries: tuple[Entry, ...] = ()
    view: str = ""


MENU = (
    Group("工作台", "layout", view="reports:workbench"),
    Group(
        "组织管理",
        "diagram",
        (
            Entry("组织树", "branches:tree", Sight.ORGANIZATIONS, OF_AN_ORGANIZATION),
            Entry("下级组织", "branches:lower", Sight.ORGANIZATIONS),
        ),
    ),
    Group(
        "人员管理",
        "people",
        (
            Entry("团员", "members:members", Sight.ROSTER, OF_A_PERSON),
            Entry("青年", "members:youth", Sight.ROSTER),
            Entry("团干部", "members:cadres", Sight.ROSTER, OF_A_POST),
            Entry("通讯录", "members:contacts", Sight.ROSTER),
        ),
    ),
    Group(
        "团务活动",
        "calendar",
        (
            Entry("活动记录", "activities:activities", Sight.ROSTER, OF_AN_ACTIVITY),
            Entry("记录活动", "activities:new_here", Right.ACTIVITIES, _pages("activities", "new")),
        ),
    ),
    Group(
        "统计与通报",
        "bar-chart",
        (Entry("应录尽录", "reports:completion", Sight.ROSTER, _pages("reports", "completion_of")),),
    ),
    Group("账号", "shield", (Entry("修改密码", "branches:password"),)),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``frame`` for signed-in people, nothing else."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    # Tables are rendered with a context of their own, which asks again; one answer a request is enough.
    if (known := request.__dict__.get("_frame")) is None:
        known = request.__dict__["_frame"] = {"frame": _frame(request, user)}
    return dict(known)


def _frame(request: HttpRequest, user: User) -> dict[str, Any]:
    organization = current_organization(request)  # type: ignore[arg-type]  # signed in, as just checked
    held = held_by(user)
    role = next((grant.role for grant in held if organization and grant.organization_id == organization.pk), None)
    return {
        "product": PRODUCT,
        "organization": organization,
        "organizations": _organizations(held, organization),
        "menu": _menu(request),
        "todo_count": todos.count_for(user, organization),
        "user_name": str(user),
        "role_name": role.label if role else "没有授权",
    }


def _organizations(held: list[Any], current: Organization | None) -> list[dict[str, Any]]:
    """Organisations the person can switch to: one line each, with the strongest role there."""
    order = list(Role)
    strongest: dict[int, Role] = {}
    for grant in held:
        known = strongest.get(grant.organization_id)
        if known is None or order.index(grant.role) < order.index(known):
            strongest[grant.organization_id] = grant.role
    names = dict(Organization.objects.filter(pk__in=strongest).values_list("pk", "short_name")) if len(held) > 1 else {}
    if current is not None:
        names.setdefault(current.pk, current.short_name)
    return [
        {"pk": pk, "short_name": names[pk], "role": role.label, "current": current is not None and pk == current.pk}
        for pk, role in strongest.items()
        if pk in names
    ]


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    groups = []
    for group in MENU:
        children = [
            {"label": entry.label, "url": reverse(entry.view), "active": entry.holds(here)}
            for entry in group.entries
            if _leads_somewhere(request, entry)
        ]
        if group.view or children:
            active = group.view == here if group.view else any(child["active"] for child in children)
            url = reverse(group.view) if group.view else ""
            groups.append(
                {"label": group.label, "icon": group.icon, "url": url, "active": active, "children": children}
            )
    return groups


def _leads_somewhere(request: HttpRequest, entry: Entry) -> bool:
    if isinstance(entry.needs, Sight):
        return sees_somewhere(request.user, entry.needs)
    if isinstance(entry.needs, Right):
        return has_right_somewhere(request.user, entry.needs)
    return True
