"""One organisation opened: what is missing, what does not apply, how it went, how it stands beside its sisters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Sight
from reports.completion import missing, schemes, trends
from reports.completion.missing import Missing
from reports.completion.progress import EVERYTHING, Asked, answers_on, found_under
from reports.completion.schemes import Scheme
from reports.completion.sisters import Sisters, beside_sisters
from reports.completion.sums import Completion
from reports.completion_items import GROUPS, Group
from reports.facts.items import Result

# Lines of one group shown before 其余 N 项; the print page shows all.
SHOWN: Final = 12
WIDE, HIGH = 340, 96


class Tab(Enum):
    """What of the organisation is looked at."""

    MISSING = "缺项"
    INAPPLICABLE = "不适用"
    TREND = "走势"
    SISTERS = "同类比较"

    @property
    def key(self) -> str:
        """As it stands in the address."""
        return self.name.lower()


@dataclass(frozen=True)
class Opened:
    """One organisation with its subtree. ``groups`` are the missing facts: lines shown, how many in all, the rest.

    ``counted_at`` and ``day`` are those of the figures, None where there are none of that day. Of a day that is over
    there are no lines: what was missing then has been mended or is missing still. ``scale`` and ``sisters`` are there
    on their tabs only.
    """

    completion: Completion
    path: list[Organization]
    on: dt.date
    groups: list[tuple[Group, list[Missing], int, int]]
    inapplicable: list[Result]
    counted_at: dt.datetime | None
    day: dt.date | None
    tab: Tab = Tab.MISSING
    scale: trends.Scale | None = None
    sisters: Sisters | None = field(default=None)

    def count_on(self, tab: Tab) -> str:
        """The number beside the name of a tab; "" where there is none."""
        numbers = {Tab.MISSING: self.completion.missing, Tab.INAPPLICABLE: len(self.inapplicable)}
        return f"{numbers[tab]:,}" if tab in numbers else ""

    @property
    def is_past(self) -> bool:
        return self.on < timezone.localdate()

    @property
    def is_known(self) -> bool:
        return self.counted_at is not None


def opened(
    organization: Organization,
    on: dt.date,
    *,
    user: User,
    asked: Asked = EVERYTHING,
    tab: Tab = Tab.MISSING,
    scheme: Scheme | None = None,
    path: list[Organization] | None = None,
    everything: bool = False,
) -> Opened:
    """The organisation opened: missing facts by group, each cut after ``SHOWN`` lines unless everything is asked.

    Its scheme and the path to it are looked up unless they are given.
    How much of a group is missing is told by the figures; only what is shown is read from the records.
    """
    scheme = scheme or schemes.scheme_of(organization, on)
    known, read = answers_on([organization], on, scheme, asked)
    completion = known.get(organization.pk, Completion(organization, scheme=scheme))
    scale = None
    if tab is Tab.TREND:
        trends.add_trends([completion], on, group=asked.group)
        scale = trends.scale_of([completion], on, width=WIDE, height=HIGH, margin=6)
    return Opened(
        completion=completion,
        path=path_of(organization, user=user) if path is None else path,
        on=on,
        groups=_groups(completion, on, user, asked, everything) if tab is Tab.MISSING else [],
        inapplicable=[result for result in completion.own if not result.applies],
        counted_at=read.counted_at if known else None,
        day=read.day,
        tab=tab,
        scale=scale,
        sisters=beside_sisters(completion, on, group=asked.group) if tab is Tab.SISTERS else None,
    )


def path_of(organization: Organization, *, user: User) -> list[Organization]:
    """What stands above it, from the top, as far as the person may look at the people there."""
    above = Organization.objects.ancestors_of(organization).order_by()
    return list(Organization.objects.visible_to(user, sight=Sight.ROSTER).filter(pk__in=above).in_screen_order())


def _groups(
    completion: Completion, on: dt.date, user: User, asked: Asked, everything: bool
) -> list[tuple[Group, list[Missing], int, int]]:
    organization = completion.organization
    lacking = [group for group in GROUPS if completion.missing_of(group) > 0]
    if on < timezone.localdate():
        return [(group, [], completion.missing_of(group), 0) for group in lacking]
    if everything:
        lines = missing.missing_among(found_under(organization, on, asked), user=user)
    else:
        lines = missing.first_missing(organization, on, groups=lacking, each=SHOWN, user=user)
    groups = []
    for group in GROUPS:
        shown = [line for line in lines if line.group == group]
        number = sum(line.count for line in shown)
        whole = number if everything else max(completion.missing_of(group), number)
        if whole:
            groups.append((group, shown, whole, whole - number))
    return groups


@transaction.atomic
def printed(organization: Organization, on: dt.date, *, by: User) -> Opened:
    """The organisation opened in full for paper; what leaves the house on paper is logged."""
    audit.record(audit.Kind.PRINTED, organization, by=by, at=organization, reason="缺项清单")
    return opened(organization, on, user=by, everything=True)
