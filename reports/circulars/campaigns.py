"""调度情况: what a campaign came to at its deadline, as its closing report has it (``reports.campaigns.results``)."""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

from reports.campaigns import board as boards
from reports.campaigns.board import Line
from reports.campaigns.results import Report, report_of
from reports.campaigns.sums import Sums
from reports.models import Campaign

# What the text about a state goes by, however many other states there are beside it.
KEYS: Final = {
    boards.BEHIND: "behind",
    boards.ON_PLAN: "on_plan",
    boards.CALLED_OFF: "called_off",
    boards.DONE: "done",
    boards.OPEN: "open",
    boards.EXTENDED: "extended",
    boards.DONE_LATE: "done_late",
    boards.DONE_EXTENDED: "done_extended",
    boards.DONE_IN_TIME: "done_in_time",
    boards.NOTHING_ASKED: "nothing_asked",
    boards.GONE: "gone",
}
# States in which a later deadline made a difference.
LATER: Final = ("open", "extended", "done_late", "done_extended")
_KEYS_BY_WORD: Final = {state.word: key for state, key in KEYS.items()}


class Row(TypedDict):
    """One organisation at the deadline; ``late`` is what was entered after it.

    ``until`` is the later deadline of its own, "" where there is none, ``in_extension`` what was entered until then.
    Drafts made earlier lack both.
    """

    pk: int
    place: int
    name: str
    expected: int
    actual: int
    on_time: int
    missing: int
    rate: float | None
    late: int
    in_extension: NotRequired[int]
    until: NotRequired[str]


class Band(TypedDict):
    """Organisations of one state, in the committee's order; drafts made earlier lack the key of the state."""

    word: str
    rows: list[Row]
    key: NotRequired[str]


class PutOff(TypedDict):
    """An organisation that was allowed to finish later."""

    name: str
    until: str
    reason: str


class Lowered(TypedDict):
    """A cause for which less is expected; says no names of people."""

    name: str
    what: str


class Result(TypedDict):
    """What a circular about a campaign keeps; drafts made earlier may lack the last four."""

    name: str
    deadline: str
    bands: list[Band]
    total: Row
    extended: int
    counted_at: str
    put_off: NotRequired[list[PutOff]]
    lowered: NotRequired[list[Lowered]]
    until: NotRequired[str]
    still_missing: NotRequired[int]


def result_of(campaign: Campaign) -> Result:
    """The figures frozen at the deadline, and what has been entered since. Refuses a campaign without a result."""
    report = report_of(campaign)
    places = {line.target.pk: place for place, line in enumerate(report.lines)}
    return Result(
        name=campaign.name,
        deadline=report.on.isoformat(),
        bands=[
            Band(
                key=KEYS[band.state],
                word=band.state.word,
                rows=[_row(line, places[line.target.pk]) for line in band.rows],
            )
            for band in report.bands
        ],
        total=_sums("合计", report.deadline, report),
        extended=len(report.extended),
        counted_at=report.counted_at.isoformat(),
        put_off=[
            PutOff(name=line.name, until=line.extension.until_on.isoformat(), reason=line.extension.reason)
            for line in report.extended
            if line.extension is not None
        ],
        lowered=[Lowered(name=each.organization, what=each.what) for each in report.lowered or ()],
        until=report.until.isoformat(),
        still_missing=report.now.missing,
    )


def _row(line: Line, place: int) -> Row:
    # Where a row counts in another one as well, it says so: rows add up to more than the sum then.
    name = f"{line.name}（{line.within_in_words}）" if line.within_in_words else line.name
    row = _sums(name, line.deadline or Sums(), line)
    row["pk"], row["place"] = line.target.organization_id, place
    row["until"] = line.extension.until_on.isoformat() if line.extension else ""
    return row


def _sums(name: str, sums: Sums, since: Line | Report) -> Row:
    return Row(
        pk=0,
        place=0,
        name=name,
        expected=sums.expected,
        actual=sums.actual,
        on_time=sums.on_time,
        missing=sums.missing,
        rate=sums.rate,
        late=since.late,
        in_extension=since.in_extension,
    )


def key_of(band: Band) -> str:
    """The key of its state."""
    return band.get("key") or key_of_word(band["word"])


def key_of_word(word: str) -> str:
    """The key of the state that is called so; a word no state has stands for itself."""
    return _KEYS_BY_WORD.get(word, word)


def rows_of(result: Result) -> list[Row]:
    """The organisations in the order of the table."""
    return [row for band in result["bands"] for row in band["rows"]]
