"""What stands around every page: the own organisation, the menu, the count of to-dos."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from branches.http import current_organization
from branches.models import Organization, User
from branches.scoping import RIGHTS, SIGHTS, Right, Role, Sight, held_by
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
    # Files for several purposes are handed in on one page.
    purpose: str = ""

    @property
    def url(self) -> str:
        return reverse(self.view) + (f"?purpose={self.purpose}" if self.purpose else "")

    def holds(self, view: str, purpose: str) -> bool:
        """Whether the page with this view, for this purpose of importing, is the entry's or lies below it."""
        return (view == self.view and self.purpose in ("", purpose)) or view in self.below


def _pages(app: str, *names: str) -> frozenset[str]:
    return frozenset(f"{app}:{name}" for name in names)


OF_AN_ORGANIZATION = _pages(
    "branches",
    *("add", "edit", "rename", "change_type", "move", "order", "headcount", "grants", "grant_add", "grant_end"),
    *("reset_new", "code_new", "code_sheet", "code_void", "grant_dates"),
    *("apply_name", "apply_type", "apply_administrator"),
) | {"reports:organization", "reports:card", "reports:vacancies", "members:close", "members:handover"}
WITH_ITS_PEOPLE = {"branches:tree_as_of", "reports:move_confirm", "members:merge", "members:reopen"}
OF_A_REQUEST = _pages("branches", *("application", "application_approve", "application_return", "application_withdraw"))
OF_A_PERSON = _pages(
    "members",
    *("member", "new", "edit", "edit_ticked", "void", "void_many", "restore", "reveal"),
    *("national_mark", "national_withdraw", "export_profile", "traces"),
)
OF_AN_EXPORT = _pages("members", "export_request", "export_refuse")
OF_A_LIST = _pages("members", "export", "list_export")
OF_A_COMPARISON = _pages("members", "comparison", "comparison_new")
OF_THE_LOG = _pages("branches", "log_entry", "log_anchors")
OF_AN_ACTIVITY = _pages("activities", "activity", "edit", "void", "restore")
OF_AN_IMPORT = _pages(
    "members",
    *("import", "import_row", "import_names", "import_sheets", "import_mend", "import_absent", "import_changes"),
    *("import_file", "import_take_back"),
)
OF_A_CIRCULAR = _pages(
    "reports",
    *("circular", "circular_new", "circular_edit", "circular_issue", "circular_discard", "circular_withdraw"),
    "circular_templates",
)
OF_A_CAMPAIGN = _pages(
    "reports",
    *("campaign", "campaign_new", "campaign_edit", "campaign_start", "campaign_discard", "campaign_withdraw"),
    *("campaign_extend", "campaign_end", "campaign_report", "campaigns_of"),
)
OF_STATISTICS = _pages("reports", "statistics_table", "saved_table_new", "saved_table_rename", "saved_table_delete")
OF_A_SPOT_CHECK = _pages(
    "reports",
    *("spot_check", "spot_check_new", "spot_check_again", "spot_check_result", "spot_checks_of"),
    *("spot_record", "spot_record_check", "spot_record_mend", "spot_record_settle"),
)
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
            Entry("组织树", "branches:tree", Sight.ORGANIZATIONS, OF_AN_ORGANIZATION | WITH_ITS_PEOPLE),
            Entry("下级组织", "branches:lower", Sight.ORGANIZATIONS),
            Entry("组织健康", "members:health", Sight.ROSTER),
            Entry("申请办理", "branches:applications", Right.STRUCTURE, OF_A_REQUEST),
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
            Entry("疑似同一人", "members:same", Right.PEOPLE, _pages("members", "merge_records", "different")),
            Entry("更正申请", "members:corrections", Right.PEOPLE, _pages("members", "correction", "ask_correction")),
            Entry("国家系统核对", "members:comparisons", Sight.ROSTER, OF_A_COMPARISON),
            Entry("我的导出", "members:exports", Sight.ROSTER, OF_A_LIST),
            Entry("导出申请", "members:export_requests", Right.CLEAR_EXPORT, OF_AN_EXPORT),
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
        "导入",
        "upload",
        (
            Entry("名册导入", "members:import_new", Right.PEOPLE, purpose="roster"),
            Entry("活动导入", "members:import_new", Right.ACTIVITIES, purpose="activities"),
            Entry("缺项补录表", "members:gaps", Right.PEOPLE),
            Entry("下载模板", "members:blanks", Right.PEOPLE),
            Entry("导入记录", "members:imports", Sight.ROSTER, OF_AN_IMPORT),
        ),
    ),
    Group(
        "统计与通报",
        "bar-chart",
        (
            Entry(
                "应录尽录",
                "reports:completion",
                Sight.ROSTER,
                _pages("reports", "completion_of", "completion_moves", "missing", "scheme"),
            ),
            Entry("团内大数据", "reports:statistics", Sight.ROSTER, OF_STATISTICS),
            Entry("调度", "reports:campaigns", Sight.ROSTER, OF_A_CAMPAIGN),
            Entry("通报", "reports:circulars", Sight.ROSTER, OF_A_CIRCULAR),
            Entry("随机抽查", "reports:spot_checks", Sight.ROSTER, OF_A_SPOT_CHECK),
            Entry("统计表", "reports:sheets", Sight.ROSTER, _pages("reports", "sheet", "sheet_issue")),
        ),
    ),
    Group(
        "账号与日志",
        "shield",
        (
            Entry("操作日志", "branches:log", Sight.LOG, OF_THE_LOG),
            Entry("我的登录", "branches:sign_ins"),
            Entry("修改密码", "branches:password"),
            Entry("使用注册码", "branches:register"),
        ),
    ),
)

PURPOSES = {entry.purpose for group in MENU for entry in group.entries}


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
        # Asked by the bar itself: parts of pages and refusals show no number, and need not count.
        "todo_count": partial(todos.count_for, user, organization),
        "user_name": str(user),
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
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


def _menu(request: HttpRequest) -> SafeString:
    here = request.resolver_match.view_name if request.resolver_match else ""
    roles = frozenset(held.role for held in held_by(request.user))
    purpose = request.GET.get("purpose", "roster")
    # Whatever else is typed into the address is remembered as one.
    return menu_of(roles, here, purpose if purpose in PURPOSES else "")


@lru_cache(maxsize=2048)
def menu_of(roles: frozenset[Role], here: str, purpose: str) -> SafeString:
    """Groups and entries for people with these roles on the page ``here``: the same for all of them, rendered once."""
    groups = []
    for group in MENU:
        children = [
            {"label": entry.label, "url": entry.url, "active": entry.holds(here, purpose)}
            for entry in group.entries
            if _leads_somewhere(roles, entry)
        ]
        if group.view or children:
            active = group.view == here if group.view else any(child["active"] for child in children)
            url = reverse(group.view) if group.view else ""
            groups.append(
                {"label": group.label, "icon": group.icon, "url": url, "active": active, "children": children}
            )
    return render_to_string("components/_menu_groups.html", {"groups": groups})


def _leads_somewhere(roles: frozenset[Role], entry: Entry) -> bool:
    if isinstance(entry.needs, Sight):
        return any(entry.needs in SIGHTS[role] for role in roles)
    if isinstance(entry.needs, Right):
        return any(entry.needs in RIGHTS[role] for role in roles)
    return True
