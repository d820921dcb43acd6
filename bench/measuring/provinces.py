"""Invented trees of any size, skewed as real ones are: a few places hold much of everything.

People, posts and activities are written in bulk, past the rules; organisations through ``founding``. Names and numbers
follow from positions, so that two runs make the same.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

SEED: Final = 20_261_122
TODAY: Final = dt.date(2026, 11, 21)
PIECE: Final = 500


@dataclass(frozen=True)
class Size:
    """How many organisations stand on each level below the root, branches last, and how many people there are."""

    levels: tuple[int, ...]
    people: int

    @property
    def organizations(self) -> int:
        return 1 + sum(self.levels)


SIZES: Final = {
    "tiny": Size((4, 12, 60), 1_000),
    "ten": Size((4, 20, 520), 10_000),
    "county": Size((30, 1_500), 26_500),
    "hundred": Size((8, 60, 5_200), 100_000),
    "province": Size((21, 168, 5_040, 145_770), 3_000_000),
}


def build(size: Size) -> None:
    """Write the tree and everybody in it; the tables are analysed afterwards."""
    from django.db import connection

    dice = random.Random(SEED)
    branches = _organizations(size, dice)
    _people(branches, size.people, dice)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _shares(number: int, among: int, dice: random.Random) -> list[int]:
    """``number`` things among so many places, each at least one, a tenth of the places with about half of them."""
    weights = [dice.paretovariate(1.3) for _ in range(among)]
    total = sum(weights)
    rest = number - among
    shares = [1 + int(rest * weight / total) for weight in weights]
    for place in range(number - sum(shares)):
        shares[place % among] += 1
    return shares


def _organizations(size: Size, dice: random.Random) -> list[int]:
    from branches import founding, tree
    from branches.models import Organization, OrgType

    root = Organization(full_name="云岭省委员会", short_name="云岭省委", org_type=OrgType.LEADING_BODY)
    above = [tree.add(root, under=None, by=None)]
    for depth, number in enumerate(size.levels):
        last = depth == len(size.levels) - 1
        kind = OrgType.BRANCH if last else OrgType.LEADING_BODY
        word = "团支部" if last else "团委"
        new = []
        for superior, share in zip(above, _shares(number, len(above), dice), strict=True):
            for each in range(share):
                name = f"第{superior.pk}之{each}{word}"
                made = Organization(full_name=f"云岭{name}", short_name=name, org_type=kind, founded_on=TODAY)
                new.append(founding.New(made, superior))
        above = []
        for start in range(0, len(new), 20_000):
            above += founding.add_many(new[start : start + 20_000], by=None)
    return [branch.pk for branch in above]


def _people(branches: Sequence[int], number: int, dice: random.Random) -> None:
    shares = _shares(number, len(branches), dice)
    places = list(zip(branches, shares, strict=True))
    first = 1
    for start in range(0, len(places), PIECE):
        piece = places[start : start + PIECE]
        homes = [branch for branch, share in piece for _ in range(share)]
        _write(range(first, first + len(homes)), homes, [branch for branch, _ in piece], dice)
        first += len(homes)


def _write(keys: range, homes: Sequence[int], branches: Sequence[int], dice: random.Random) -> None:
    from django.db import transaction
    from django.utils import timezone

    from activities.models import Activity, ActivityKind
    from members.models import BranchMembership, CadreTerm, Member
    from tuanjian import bulk

    now = timezone.now()
    kinds = list(ActivityKind.objects.order_by("pk").values_list("pk", flat=True))
    columns = [field.name for field in Member._meta.concrete_fields]
    with transaction.atomic():
        rows = (_person(columns, pk, home, now, dice) for pk, home in zip(keys, homes, strict=True))
        bulk.insert_rows(Member, columns, rows)
        bulk.insert_rows(
            BranchMembership,
            ("person", "branch", "effective_from", "recorded_at"),
            ((pk, home, dt.date(2024, 9, 1), now) for pk, home in zip(keys, homes, strict=True)),
        )
        bulk.insert_rows(CadreTerm, TERM, _terms(keys, homes, now))
        held = ((branch, kinds[n % len(kinds)], n, now) for branch in branches for n in range(12))
        bulk.insert_rows(Activity, ACTIVITY, (_activity(*each) for each in held))


TERM: Final = (
    *("person", "organization", "post", "post_title", "rank", "nature", "manner", "end_reason", "version"),
    *("recorded_at", "started_on_is_month"),
)
ACTIVITY: Final = (
    *("organization", "kind", "topic", "held_on", "mode", "place", "host", "recorder", "attended", "agenda"),
    *("minutes", "resolution", "is_void", "version", "recorded_at", "updated_at"),
)


def _terms(keys: range, homes: Sequence[int], now: dt.datetime) -> Iterator[tuple[Any, ...]]:
    """The first three of each branch hold a post."""
    met: dict[int, int] = {}
    posts = (("secretary", 1), ("organization_officer", 6), ("publicity_officer", 7))
    for pk, home in zip(keys, homes, strict=True):
        place = met[home] = met.get(home, 0) + 1
        if place <= len(posts):
            post, rank = posts[place - 1]
            yield pk, home, post, "", rank, "part_time", "elected", "", 1, now, False


def _activity(branch: int, kind: int, number: int, now: dt.datetime) -> tuple[Any, ...]:
    held_on = TODAY - dt.timedelta(days=25 * number + 3)
    texts = ("学习团章", held_on, "on_site", "会议室", "", "", 10 + number, "", "", "", False, 1)
    return (branch, kind, *texts, now, now)


def _person(columns: Sequence[str], pk: int, home: int, now: dt.datetime, dice: random.Random) -> list[Any]:
    birth = dt.date(1992, 1, 1) + dt.timedelta(days=dice.randrange(6_000))
    values: dict[str, Any] = {
        "id": pk,
        "name": f"王{chr(0x4E00 + pk % 3_000)}{chr(0x4E00 + pk // 3_000 % 3_000)}",
        "pinyin": f"wang{pk:07d}",
        "initials": "wxx",
        "id_type": "resident",
        "id_number_sealed": "A1.t1." + f"{pk:060d}",
        "id_number_index": f"{pk:064x}",
        "id_number_tail_index": f"{pk % 10_000:064x}",
        "id_number_head": "37",
        "gender": "1" if pk % 2 else "2",
        "birth_on": birth,
        "ethnicity": "" if pk % 11 == 0 else "01",
        "education": "" if pk % 7 == 0 else "21",
        "political_status": "03",
        "league_status": "member" if pk % 4 else "none",
        "status": "normal",
        "branch": home,
        "joined_on": birth.replace(year=birth.year + 15, day=1),
        "member_no": f"{birth.year + 15}{pk % 100_000_000:08d}",
        "phone_sealed": "A1.t1." + f"{pk:040d}",
        "phone_index": None if pk % 13 == 0 else f"{pk + 10**9:064x}",
        "phone_tail_index": f"{pk % 10_000 + 10**5:064x}",
        "version": 1,
        # Entered over two years, a hundredth of them this week.
        "created_at": now - dt.timedelta(days=pk % 700),
        "updated_at": now,
        "birth_on_is_month": False,
        "joined_on_is_month": True,
        "joined_party_on_is_month": False,
    }
    nullable = ("joined_party_on", "applied_to_party", "dues_paid_until", "is_volunteer", "volunteer_since_on")
    empty = dict.fromkeys((*nullable, "user", "verified_on", "verified_by", "merged_into", "created_by", "updated_by"))
    return [values[name] if name in values else empty.get(name, None if name in empty else "") for name in columns]
