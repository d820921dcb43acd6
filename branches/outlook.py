"""此人将看到什么: what a grant would let somebody see and do, told before it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from branches.models import Organization, Role
from branches.scoping import RIGHTS, SIGHTS, Right, Sight

EXAMPLES = 3


@dataclass(frozen=True)
class Line:
    """One thing a grant would show: a word, how many or whether, and a few examples."""

    label: str
    value: str
    examples: tuple[str, ...] = ()


_counters: list[Callable[[Organization], list[Line]]] = []


def add_counter(count: Callable[[Organization], list[Line]]) -> None:
    """Let an app above tell how many of its things lie in a subtree; adding it twice changes nothing."""
    if count not in _counters:
        _counters.append(count)


def of_grant(organization: Organization, role: Role) -> list[Line]:
    """What this role on the organisation would show and allow. A constant number of queries.

    Examples are organisations only: whoever grants need not see more of people than their number.
    """
    sights, rights = SIGHTS[role], RIGHTS[role]
    below = Organization.objects.under(organization).active()
    names = tuple(below.in_screen_order().values_list("short_name", flat=True)[:EXAMPLES])
    lines = [Line("团组织", f"{below.count():,} 个", names)]
    if Sight.ROSTER in sights:
        lines += [line for count in _counters for line in count(organization)]
    else:
        lines.append(Line("人员与活动", "看不到"))
    lines += [
        Line("号码明文", "写明用途后可以查看，逐次记录" if Sight.CLEAR in sights else "只显示星号，不能查看"),
        Line("操作日志", "可以查看" if Sight.LOG in sights else "看不到"),
        Line("可以办理", "、".join(right.label for right in Right if right in rights) or "不能修改任何内容"),
    ]
    return lines
