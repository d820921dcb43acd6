"""What a change of 完成率设置 would do to the lower organisations, looked at before it is saved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from branches.models import Organization, User
from reports.completion.progress import board_of
from reports.completion.schemes import Scheme
from reports.completion.sums import Completion


@dataclass(frozen=True)
class Effect:
    """One organisation as it is measured now and as it would be."""

    before: Completion
    after: Completion

    @property
    def changes_state(self) -> bool:
        return self.before.state.word != self.after.state.word

    @property
    def changes_rate(self) -> bool:
        return self.before.rate != self.after.rate


@dataclass(frozen=True)
class Effects:
    """``rows`` are the lower organisations whose state changes, in the committee's order; the rest are counted."""

    total: Effect
    rows: list[Effect]
    only_rate: int
    still: int
    scheme: Scheme


def effects_of(organization: Organization, scheme: Scheme, on: dt.date, *, user: User) -> Effects:
    """Measure the figures of that day by the scheme, beside the one that holds. Writes nothing."""
    board = board_of(organization, on, user=user)
    effects = [
        Effect(row, row.measured_by(scheme))
        for row in sorted(board.rows, key=lambda row: row.organization.screen_order)
    ]
    rows = [effect for effect in effects if effect.changes_state]
    only_rate = sum(effect.changes_rate and not effect.changes_state for effect in effects)
    return Effects(
        total=Effect(board.total, board.total.measured_by(scheme)),
        rows=rows,
        only_rate=only_rate,
        still=len(effects) - len(rows) - only_rate,
        scheme=scheme,
    )
