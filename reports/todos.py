"""待办: what is to be done in an organisation and below, computed from what stands there, never ticked off by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from branches import applications, elections, succession
from branches.models import ChangeRequest, Organization, User
from branches.permissions import permissions_on
from branches.scoping import SIGHTS, Right, Sight, rights_at, roles_at, within
from members import corrections
from members.filters import UNDATED
from members.leaving import LEAVING_SOON
from members.models import ExportRequest, ImportState, RosterImport
from reports.campaigns import reminding
from reports.facts import reading
from reports.facts.attention import DUE, INCOMPLETE_MEMBERS, INCOMPLETE_OTHERS, SOON, TERMS, UNDATED_OTHERS, VACANT
from reports.facts.keys import Figures, Part
from reports.models import Campaign, CampaignState, CircularDelivery, FollowUp, SpotRecord
from reports.models.spot_checks import TO_MEND

# Who has not looked after so many days will not.
FAILED_WITHIN = dt.timedelta(days=7)
IMPORTS = (ImportState.TO_ARRANGE, ImportState.TO_CONFIRM, ImportState.FAILED)


@dataclass(frozen=True)
class Todo:
    """A line of the to-do list: state and word of its chip, what it is, how many, where it is done."""

    state: str
    word: str
    title: str
    count: int
    unit: str
    url: str
    deed: str

    @property
    def amount(self) -> str:
        return f"{self.count:,} {self.unit}"


def todos_for(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    """What is to be done there and below, most pressing first; only what the person may look at. Constant queries."""
    waiting = [
        *_imports(user, organization, on),
        *_requests(user, organization),
        *_successors(user, organization),
        *_corrections(user, organization),
        *_exports(user, organization),
        *_circulars(user, organization),
        *_campaigns(user, organization),
        *_spot_checks(user, organization),
    ]
    return _pressing_first([*health_of(user, organization, on), *waiting])


def health_of(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    """组织健康: what about the organisations and people there needs attention, most pressing first."""
    known = reading.figures_of([organization], on, Part.ATTENTION).of.get(organization.pk)
    counted = known.total if known else {}
    may = permissions_on(organization, user)
    lines = _administrators(user, organization, on)
    if Sight.ORGANIZATIONS in may.sights:
        lines += _elections(organization, counted)
    if may.sees_roster:
        lines += [*_vacancies(organization, counted), *_people(organization, counted, may_mend=may.people)]
    return _pressing_first(lines)


def _pressing_first(lines: list[Todo]) -> list[Todo]:
    order = ["problem", "care", "busy", "neutral"]
    return sorted((line for line in lines if line.count), key=lambda line: order.index(line.state))


def count_for(user: User, organization: Organization | None) -> int:
    """Number beside 待办 in the top bar: how many kinds of thing wait."""
    return len(todos_for(user, organization, timezone.localdate())) if organization else 0


def _elections(organization: Organization, counted: Figures) -> list[Todo]:
    kinds = {
        elections.State.OVERDUE: ("problem", "换届已超期的组织"),
        elections.State.SOON: ("care", "换届将到期的组织"),
        elections.State.UNKNOWN: ("busy", "未登记最近一次换届时间的组织"),
    }
    return [
        Todo(
            *(chip, state.label, title, counted.get(TERMS[state], 0), "个"),
            *(_lower(organization, term=state.value), "去查看"),
        )
        for state, (chip, title) in kinds.items()
    ]


def _administrators(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    """Organisations whose last administrator's grant ends soon; the rules let no such end come about any more."""
    ending = succession.ending(on, succession.WARN_DAYS).filter(within([organization.path], "organization__path"))
    if not ending.exists():
        # Nearly always: most grants of administrators have no end.
        return []
    below = Organization.objects.visible_to(user).under(organization).active()
    pressing = below.filter(succession.lapsing(on, succession.PRESS_DAYS)).count()
    soon = below.filter(succession.lapsing(on, succession.WARN_DAYS)).count()
    return [
        Todo(
            *("problem", "即将到期", f"{succession.PRESS_DAYS} 天内管理员授权到期、无人接续的组织", pressing, "个"),
            *(_lower(organization, administrator="pressing"), "去办理"),
        ),
        Todo(
            *("care", "将到期", f"{succession.WARN_DAYS} 天内管理员授权到期、无人接续的组织"),
            *(soon if soon > pressing else 0, "个"),
            *(_lower(organization, administrator="lapsing"), "去办理"),
        ),
    ]


def _requests(user: User, organization: Organization) -> list[Todo]:
    """Requests from below that wait for this person, and the person's own that came back."""
    waiting = ChangeRequest.objects.decidable_by(user).filter(within([organization.path], "organization__path"))
    returned = applications.returned_to(user, organization)
    view = "branches:applications"
    return [
        Todo(
            *("care", "待审核", "待审核的更名、改类别、更换管理员申请", waiting.count(), "件"),
            *(_address(view, organization, state="waiting"), "去审核"),
        ),
        Todo(
            *("problem", "已退回", "本人被退回的申请", returned.count(), "件"),
            *(_address(view, organization, state="returned"), "去查看"),
        ),
    ]


def _successors(user: User, organization: Organization) -> list[Todo]:
    """Organisations whose administrator waits for a successor whose code ran out; a single one is opened at once."""
    there = Organization.objects.manageable_by(user, right=Right.GRANTS).under(organization).active()
    late = there.filter(succession.successor_overdue(timezone.now())).in_screen_order().values_list("pk", flat=True)
    found = list(late)
    one = reverse("branches:grants", args=found) if len(found) == 1 else _lower(organization, administrator="overdue")
    return [Todo("problem", "已过期", "接任人未注册，注册码已过期", len(found), "个", one, "去办理")]


def _vacancies(organization: Organization, counted: Figures) -> list[Todo]:
    url = _address("reports:vacancies", organization)
    return [Todo("problem", "书记空缺", "没有在任书记的组织", counted.get(VACANT, 0), "个", url, "去查看")]


def _people(organization: Organization, counted: Figures, *, may_mend: bool) -> list[Todo]:
    members, youth = "members:members", "members:youth"
    leave, mend = ("去处理", "去补录") if may_mend else ("去查看", "去查看")
    return [
        Todo(
            *("busy", "待处理", "年满 28 周岁且无团内职务", counted.get(DUE, 0), "人"),
            *(_address(members, organization, leaving="due"), leave),
        ),
        Todo(
            *("care", "将满 28", f"{LEAVING_SOON.days} 天内年满 28 周岁且无团内职务", counted.get(SOON, 0), "人"),
            *(_address(members, organization, leaving="soon"), "去查看"),
        ),
        Todo(
            *("care", "待补录", "资料有缺项的团员", counted.get(INCOMPLETE_MEMBERS, 0), "人"),
            *(_address(members, organization, completeness="incomplete"), mend),
        ),
        Todo(
            *("care", "待补录", "资料有缺项的非团员青年", counted.get(INCOMPLETE_OTHERS, 0), "人"),
            *(_address(youth, organization, completeness="incomplete", league_status="none"), mend),
        ),
        Todo(
            *("care", "待补录", "出生日期未填、不能认定是否青年的非团员", counted.get(UNDATED_OTHERS, 0), "人"),
            *(_address(youth, organization, age=UNDATED, league_status="none"), mend),
        ),
    ]


def _imports(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    """Imports that somebody has to confirm, and the person's own that failed within ``FAILED_WITHIN``."""
    there = RosterImport.objects.manageable_by(user, right=Right.PEOPLE).filter(
        within([organization.path], "organization__path")
    )
    began = timezone.make_aware(dt.datetime.combine(on - FAILED_WITHIN, dt.time.min))
    counted = there.aggregate(
        unclear=Count("pk", filter=Q(state=ImportState.TO_ARRANGE)),
        waiting=Count("pk", filter=Q(state=ImportState.TO_CONFIRM)),
        failed=Count("pk", filter=Q(state=ImportState.FAILED, started_by=user, created_at__gte=began)),
    )
    unclear, waiting, failed = (_address("members:imports", organization, state=state.value) for state in IMPORTS)
    return [
        Todo("care", "待识别", "待确定表头和各列的导入", counted["unclear"], "件", unclear, "去识别"),
        Todo("care", "待确认", "待确认的导入", counted["waiting"], "件", waiting, "去确认"),
        Todo("problem", "失败", f"{FAILED_WITHIN.days} 天内本人失败的导入", counted["failed"], "件", failed, "去查看"),
    ]


def _corrections(user: User, organization: Organization) -> list[Todo]:
    """Corrections of verified records that wait for this person's word, and the person's own that came back."""
    waiting = corrections.decidable(user, organization).count()
    returned = corrections.returned_to(user, organization).count()
    url = _address("members:corrections", organization)
    return [
        Todo("care", "待审核", "待审核的更正申请", waiting, "件", url, "去审核"),
        Todo("problem", "已退回", "本人被退回的更正申请", returned, "件", url, "去查看"),
    ]


def _exports(user: User, organization: Organization) -> list[Todo]:
    """Requests for numbers in clear that wait for this person's word, and the own ones that can be fetched."""
    there = ExportRequest.objects.manageable_by(user, right=Right.CLEAR_EXPORT).filter(
        within([organization.path], "organization__path")
    )
    waiting, ready = there.waiting().exclude(requested_by=user).count(), there.ready_for(user).count()
    url = reverse("members:export_requests")
    return [
        Todo("care", "待批准", "待批准的明文导出", waiting, "件", f"{url}?waiting=1", "去批准"),
        Todo("care", "待下载", "已批准、等您下载的明文导出", ready, "件", url, "去下载"),
    ]


def _circulars(user: User, organization: Organization) -> list[Todo]:
    """Circulars sent to this very organisation that nobody has opened yet, for those who would receive them."""
    waiting = CircularDelivery.objects.receivable_by(user).filter(organization=organization).count()
    return [Todo("care", "待签收", "上级的通报", waiting, "份", _address("reports:circulars", organization), "去签收")]


def _campaigns(user: User, organization: Organization) -> list[Todo]:
    """What campaigns from above still want entered there, and own ones that wait to be closed."""
    ended = Campaign.objects.manageable_by(user, right=Right.REPORTS).of(organization).frozen().count()
    own = _address("reports:campaigns", organization, state=CampaignState.FROZEN.value)
    lines = [Todo("care", "待结束", "已截止、待结束的调度", ended, "次", own, "去办理")]
    if not any(Sight.ROSTER in SIGHTS[role] for role in roles_at(user, organization.path)):
        return lines
    deed = "去补录" if Right.PEOPLE in rights_at(user, organization.path) else "去查看"
    url = reverse("reports:campaigns_of", args=[organization.pk])
    for asked in reminding.asked_of(organization):
        state, word = asked.pressing
        title = f"调度“{asked.campaign}”，{reminding.moment_in_words(asked.due_at)} 截止"
        lines.append(Todo(state, word, title, asked.sums.missing, "项", url, deed))
    return lines


def _spot_checks(user: User, organization: Organization) -> list[Todo]:
    """What spot checks found and somebody there has to mend, and what was mended and waits for its second look."""
    there = SpotRecord.objects.found_below(organization).order_by()
    if not there.filter(follow_up__in=[*TO_MEND, FollowUp.MENDED]).exists():
        return []
    counted = Counter(there.mendable_by(user).to_mend().values_list("follow_up", flat=True))
    counted[FollowUp.MENDED] = there.checkable_by(user).to_confirm().count()
    url = reverse("reports:spot_checks_of", args=[organization.pk])
    said = {
        FollowUp.OPEN: ("care", "抽查发现、待整改的记录", "去整改"),
        FollowUp.RETURNED: ("problem", "抽查整改被退回的记录", "去整改"),
        FollowUp.MENDED: ("care", "抽查整改待复核的记录", "去复核"),
    }
    return [
        Todo(chip, state.label, title, counted[state], "条", f"{url}?state={state.value}", deed)
        for state, (chip, title, deed) in said.items()
    ]


def _address(view: str, organization: Organization, **query: str) -> str:
    return f"{reverse(view)}?{urlencode({'organization': organization.pk, **query})}"


def _lower(organization: Organization, **query: str) -> str:
    return _address("branches:lower", organization, all="1", **query)
