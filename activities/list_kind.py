"""活动清单 as a list that can be taken out, with the columns of the list that can be handed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.db.models import Prefetch
from django.http import QueryDict

from activities.filters import ActivityFilter
from activities.models import Activity, Attendance
from branches.models import Organization, User
from members.lists import kinds
from members.lists.kinds import ListKind, Queried
from members.models.outgoing import ListKey
from tuanjian import asking
from tuanjian.spreadsheets.writing import Column, Value


def _asked(data: QueryDict, organization: Organization, user: User) -> Queried:
    asked = ActivityFilter(data, queryset=Activity.objects.visible_to(user).under(organization))
    noted = Attendance.objects.select_related("person").order_by("person__pinyin", "id")
    rows = asked.qs.select_related("organization", "kind")
    rows = rows.prefetch_related(Prefetch("attendances", queryset=noted, to_attr="noted"), "externals")
    return Queried(rows.order_by("-held_on", "-id"), asking.in_words(asked.form), asked.is_valid())


def _write(rows: Iterable[Activity], user: User) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(rows, 1):
        noted: list[Attendance] = row.noted  # type: ignore[attr-defined]  # prefetched
        here = {state: _people(noted, state) for state in Attendance.State}
        counted = row.attended if not here[Attendance.State.PRESENT] else None
        guests = "、".join(f"{guest.description}{guest.count}人" for guest in row.externals.all())
        yield [
            *(number, row.organization.full_name, str(row.held_on), str(row.kind), row.topic),
            *(row.place, row.host, row.recorder, here[Attendance.State.PRESENT]),
            *(str(counted) if counted else "", here[Attendance.State.LEAVE], here[Attendance.State.ABSENT], guests),
            *(row.agenda, row.minutes, row.resolution),
        ]


def _people(noted: Iterable[Attendance], state: str) -> str:
    return "、".join(
        f"{each.person.name}（{each.reason}）" if each.reason else each.person.name
        for each in noted
        if each.state == state
    )


KIND: Final = ListKind(
    key=ListKey.ACTIVITIES,
    unit="次活动",
    sheet="活动",
    columns=(
        Column("序号", width=6, number_format="0"),
        Column("团组织", width=40),
        Column("活动日期", width=13),
        Column("活动类型", width=13),
        Column("主题", width=36),
        Column("地点", width=18),
        Column("主持人", width=10),
        Column("记录人", width=10),
        Column("参加人员", width=40),
        Column("参加人数", width=10),
        Column("请假人员", width=20),
        Column("缺席人员", width=20),
        Column("列席和来宾", width=22),
        Column("议题", width=30),
        Column("内容", width=50),
        Column("决议", width=30),
    ),
    query=_asked,
    write=_write,
    people_of=lambda activity: [each.person_id for each in activity.noted],
    shown_at="activities:activities",
)


def offer() -> None:
    """Let lists of activities be taken out."""
    kinds.offer(KIND)
