"""统计时点 and 数据截至: what a page says about the day its figures are of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone

from reports.facts import reading


@dataclass(frozen=True)
class KnownDay:
    """The day asked for, when the figures were counted, and a note where there is something to say; "" where not."""

    on: dt.date
    counted_at: dt.datetime | None
    title: str = ""
    text: str = ""

    @property
    def is_past(self) -> bool:
        """历史数据."""
        return self.on < timezone.localdate()


def is_kept(on: dt.date) -> bool:
    """Whether there can be figures of that day: today always, other days since they are kept."""
    if on >= timezone.localdate():
        return True
    first = reading.first_day()
    return first is not None and first <= on


def refuse_unkept(on: dt.date) -> None:
    """Refuse a day before figures were kept: today's records do not tell how things stood then."""
    if not is_kept(on):
        _, text = _nothing_kept(on)
        raise ValidationError(text)


def known_day(
    on: dt.date,
    *,
    counted_at: dt.datetime | None,
    day: dt.date | None,
    against: dt.date | None = None,
    is_compared: bool = True,
) -> KnownDay:
    """What is to be said where figures of ``day`` are shown for ``on``, compared with those of ``against``."""
    if counted_at is None:
        return KnownDay(on, None, *_nothing_kept(on))
    if day is not None and day < on:
        title, not_yet = ("今天还没有统计", "还") if on >= timezone.localdate() else ("当天没有统计", "")
        return KnownDay(on, counted_at, title, f"{on} {not_yet}没有更新统计数据，所示为 {day} 的数据。")
    if against is not None and not is_compared:
        _, text = _nothing_kept(against)
        return KnownDay(on, counted_at, f"{against} 没有可对比的数据", f"差额以“—”表示。{text}")
    return KnownDay(on, counted_at)


def _nothing_kept(on: dt.date) -> tuple[str, str]:
    first = reading.first_day()
    if first is None:
        return "还没有历史数据", "统计数据从现在起逐日保存，以前的日子没有数据。"
    if on < first:
        return f"{on} 没有统计数据", f"统计数据自 {first} 起逐日保存，请改选这一天或以后的日期。"
    return f"{on} 没有本组织的数据", "当天本组织还没有建立，或者已经撤销，请改选日期。"
