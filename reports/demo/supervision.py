"""What the committee of a demo unit pushed in the year, told and checked: campaigns, a circular, a spot check, a sheet.

All of it is done by the rules, in the name of the cast, on the days it happened: ``past`` calls each deed when the
figures of its day are there. What is still open stands among the to-dos of branch, general branch and committee.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from django.utils import timezone

from branches.models import Organization, User
from members import records
from members.dictionaries import Education
from members.models import Member
from reports.campaigns import drafting as campaign_drafting
from reports.campaigns import freezing, running
from reports.campaigns.board import board_of
from reports.campaigns.drafting import Stage
from reports.circulars import drafting, issuing
from reports.completion_items import CADRES, ITEMS
from reports.demo import accounts
from reports.demo.blueprint import Blueprint
from reports.demo.clock import Deed
from reports.demo.days import days_after, month_before
from reports.models import (
    Audience,
    Basis,
    Campaign,
    CampaignScope,
    CampaignTarget,
    Circular,
    CircularKind,
    SheetKind,
    SpotCheck,
    SpotKind,
    SpotRecord,
    Verdict,
)
from reports.sheets import issuing as sheet_issuing
from reports.spot_checks import drawing, following, recording
from reports.spot_checks.facts import seen_by
from reports.spot_checks.recording import Found, Mark, Marked

# Days before the day of the demo; those of one thing follow each other.
ENDED_BEGAN: Final = 79
ENDED_DEADLINE: Final = 50
ENDED_PUT_OFF: Final = 43
ENDED_CLOSED: Final = 35
RUNNING_BEGAN: Final = 14
RUNNING_PUT_OFF: Final = 6
DRAWN: Final = 9
TOLD: Final = 7
MENDED: Final = 4
CONFIRMED: Final = 3
# Days after it.
RUNNING_DEADLINE: Final = 16
RUNNING_LATEST: Final = 26
PEOPLE_ITEMS: Final = ("ethnicity", "political_status", "education", "phone")
CADRE_ITEMS: Final = tuple(item.key for item in ITEMS.values() if item.group is CADRES)
# Half of them: the branch with log-ins is among those drawn from as good as always, whatever the lot.
PERCENT_DRAWN: Final = 50


class Supervision:
    """What the committee of a unit did in the year; nothing where the unit has no general branch with log-ins."""

    def __init__(
        self, root: Organization, organizations: Mapping[str, Organization], blueprint: Blueprint, *, as_of: dt.date
    ) -> None:
        self._root, self._as_of = root, as_of
        self._general = organizations.get(blueprint.general_with_logins)
        self._branch = organizations[blueprint.branch_with_logins]
        self._slow = organizations.get(blueprint.committee_with_logins)
        self._cast = {user.username: user for user in User.objects.filter(username__in=accounts.USERNAMES)}

    def deeds(self) -> list[Deed]:
        """What was done on the days before, in their order."""
        # Rules refuse what is still to come, so a demo made for a day to come has nothing of this.
        if self._general is None or self._as_of > timezone.localdate():
            return []
        morning, noon, evening = dt.time(9, 20), dt.time(12, 10), dt.time(17, 40)
        return [
            Deed(ENDED_BEGAN, morning, self._begin_first),
            Deed(ENDED_DEADLINE + 2, morning, self._put_off_first),
            Deed(ENDED_DEADLINE, dt.time(18, 1), freezing.freeze_due),
            Deed(ENDED_PUT_OFF - 1, dt.time(0, 1), freezing.freeze_due),
            Deed(ENDED_CLOSED, morning, self._close_first),
            Deed(RUNNING_BEGAN, morning, self._begin_second),
            Deed(DRAWN, morning, self._draw),
            Deed(DRAWN - 1, evening, self._look),
            Deed(TOLD, morning, self._tell),
            Deed(TOLD, noon, self._issue),
            Deed(TOLD - 1, morning, partial(self._receive, "general_officer")),
            Deed(RUNNING_PUT_OFF, evening, self._put_off_second),
            Deed(TOLD - 2, noon, partial(self._receive, "two_places")),
            Deed(MENDED, morning, partial(self._receive, "ended")),
            Deed(MENDED, noon, self._mend),
            Deed(CONFIRMED, evening, self._confirm),
        ]

    def present(self) -> None:
        """What was prepared last: the yearly sheet of the year before, and the draft of the monthly circular."""
        if not self.deeds():
            return
        officer, year = self._cast["bureau_officer"], self._as_of.year - 1
        sheet_issuing.issue(self._root, kind=SheetKind.YEAR, on=dt.date(year, 12, 31), by=officer)
        month = month_before(self._as_of, 1)
        drafting.draft(self._root, kind=CircularKind.ORG_LIFE, on=self._as_of, month=month, by=officer)

    def _begin_first(self) -> None:
        self._begin(
            name="团干部信息集中补录",
            items=CADRE_ITEMS,
            deadline=self._until(-ENDED_DEADLINE, 18),
            notice="请对照任免文件逐人核对职务、性质和任职时间，缺的补齐，不一致的改正。",
            stages=[Stage("核对任免文件", self._day(-ENDED_DEADLINE - 15), 80)],
        )

    def _put_off_first(self) -> None:
        campaign = Campaign.objects.get()
        slow = campaign.targets.filter(organization=self._slow).first() or self._behind(campaign)
        self._put_off(campaign, slow, -ENDED_PUT_OFF, "换届材料正在报批，任职时间待批复后补录")

    def _close_first(self) -> None:
        running.end(Campaign.objects.get(), by=self._cast["bureau_admin"])

    def _begin_second(self) -> None:
        self._begin(
            name="年底前团员青年资料补录",
            items=PEOPLE_ITEMS,
            deadline=self._until(RUNNING_DEADLINE, 18),
            notice="请各级团组织逐人核对，缺的向本人核实后补录，不得以“无”“待补”等字样充数。",
            stages=[
                Stage("逐人核对", self._day(2), 98),
                Stage("集中补录", self._day(RUNNING_DEADLINE - 6), 99),
            ],
        )

    def _put_off_second(self) -> None:
        campaign = Campaign.objects.running().get()
        self._put_off(campaign, self._behind(campaign), RUNNING_LATEST, "人员集中外出，返回后向本人核实补录")

    def _begin(
        self, *, name: str, items: Sequence[str], deadline: dt.datetime, notice: str, stages: Sequence[Stage]
    ) -> None:
        terms = campaign_drafting.Terms(
            name=name,
            scope=CampaignScope.DIRECT,
            chosen=[],
            items=items,
            starts_on=timezone.localdate(),
            deadline_at=deadline,
            notice=notice,
            stages=stages,
        )
        made = campaign_drafting.draft(self._root, terms, by=self._cast["bureau_officer"])
        running.start(made, version=made.version, by=self._cast["bureau_admin"])

    def _put_off(self, campaign: Campaign, target: CampaignTarget, days: int, reason: str) -> None:
        until_on, by = self._day(days), self._cast["bureau_admin"]
        running.extend(campaign, target=target, until_on=until_on, reason=reason, by=by)

    def _behind(self, campaign: Campaign) -> CampaignTarget:
        """The last in the committee's order of which something is missing."""
        return board_of(campaign).incomplete[-1].target

    def _tell(self) -> None:
        drafting.draft(
            self._root,
            kind=CircularKind.ENTRY,
            on=timezone.localdate(),
            since=self._day(-TOLD - 28),
            audience=Audience.ALL,
            by=self._cast["bureau_officer"],
        )

    def _issue(self) -> None:
        drafted = Circular.objects.get()
        issuing.issue(drafted, version=drafted.version, by=self._cast["bureau_admin"])

    def _receive(self, username: str) -> None:
        # Not every unit has everybody of the cast.
        if username in self._cast:
            issuing.receive(Circular.objects.get(), by=self._cast[username])

    def _draw(self) -> None:
        terms = drawing.Terms(
            name="团员信息抽查",
            kind=SpotKind.MEMBERS,
            percent=PERCENT_DRAWN,
            chosen=[self._general] if self._general else [],
        )
        drawing.draw(self._root, terms, by=self._cast["bureau_officer"])

    def _look(self) -> None:
        """Hold each against the file: three have another education, some lack facts, the rest is as it should be."""
        rows = list(SpotRecord.objects.of(SpotCheck.objects.get()).select_related("person").in_sheet_order())
        officer = self._cast["bureau_officer"]
        drawn = seen_by(officer, rows)
        wrong = {row.pk for row in self._with_wrong_education([seen.record for seen in drawn if not seen.missing])}
        for seen in drawn:
            marks = {fact.key: Marked(Mark.MISSING) for fact in seen.missing}
            if seen.record.pk in wrong and seen.record.person is not None:
                marks = {"education": Marked(Mark.WRONG, Education(_other(seen.record.person)).label)}
            found = Found(Verdict.WRONG if marks else Verdict.RIGHT, Basis.FILE, marks)
            recording.keep(seen.record, found, version=seen.record.version, by=officer)

    def _with_wrong_education(self, rows: Iterable[SpotRecord]) -> list[SpotRecord]:
        """One of the branch with log-ins, which is left to it, then two of others."""
        known = [row for row in rows if row.person is not None and row.person.education]
        ours = [row for row in known if row.organization_id == self._branch.pk]
        others = [row for row in known if row.organization_id != self._branch.pk]
        return [*ours[:1], *others[:2]]

    def _mend(self) -> None:
        for row in self._found_elsewhere():
            person, by = row.person, self._cast["general_clerk"]
            if person is not None:
                records.correct(person, values={"education": _other(person)}, version=person.version, by=by)
                following.mend(row, note="已按毕业证书改正学历。", version=row.version, by=by)

    def _confirm(self) -> None:
        for row in self._found_elsewhere()[:1]:
            following.confirm(row, answer="已看过证书复印件。", version=row.version, by=self._cast["bureau_admin"])

    def _found_elsewhere(self) -> list[SpotRecord]:
        found = SpotRecord.objects.filter(facts__key="education", facts__mark=Mark.WRONG)
        return list(found.exclude(organization=self._branch).select_related("person").order_by("number"))

    def _day(self, days: int) -> dt.date:
        """The day so many days after that of the demo, before it with a negative number."""
        return days_after(self._as_of, days)

    def _until(self, days: int, hour: int) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(self._day(days), dt.time(hour)))


def _other(person: Member) -> str:
    """Another education than the one that was entered."""
    return Education.JUNIOR_COLLEGE if person.education != Education.JUNIOR_COLLEGE else Education.BACHELOR
