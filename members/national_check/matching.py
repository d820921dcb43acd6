"""Who of one list is who of the other: by number, or by name and visible characters where numbers are covered.

Nothing is guessed. Where several could be meant, all of them are told. Knows no model.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

COVER: Final = "*"
WHOLE: Final = 18
# Every way of covering costs an index over everybody; real files have one or two.
MOST_SHAPES: Final = 24
# Many lines for one name, each with other characters showing, are somebody trying out a number, not a list.
MOST_ALIKE: Final = 20
_ALIKE_TIMES: Final = 3
_COVERED = re.compile(r"[*＊●•×✱]|(?<=[0-9X])X{3,}|X{3,}(?=[0-9X])")

SEVERAL_HERE: Final = "本系统有几个人都符合，请按下面的名单辨认"
SEVERAL_THERE: Final = "国家系统有几行都可能是同一个人，请补全号码后再核对"
TWICE: Final = "与另一行的号码相同，请核对国家系统是否重复"
TOO_ALIKE: Final = "同样姓名的行过多，号码又被遮盖，没有核对"
TOO_MANY_SHAPES: Final = "号码的遮盖方式与其他行不同，没有核对"


class Ours(NamedTuple):
    """Somebody here."""

    key: int
    name: str
    number: str
    birth: str
    branch: int | None = None


class Theirs(NamedTuple):
    """A line there; ``name`` and ``number`` may be covered, ``birth`` is a day, a month or unknown.

    ``branch`` decides between several who fit; nobody is ruled out by it, for people move.
    """

    name: str
    number: str
    birth: str = ""
    branch: int | None = None


@dataclass
class Matched:
    """The outcome, lines of the other list by their place in it."""

    pairs: dict[int, int] = field(default_factory=dict)
    unclear: dict[int, tuple[str, list[int]]] = field(default_factory=dict)
    only_there: list[int] = field(default_factory=list)
    only_here: list[int] = field(default_factory=list)


def plain(text: str) -> str:
    """Covered characters as asterisks, whatever covers them."""
    return _COVERED.sub(lambda found: COVER * len(found[0]), text)


def match(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> Matched:
    """Hold the lists against each other. The time taken grows with their lengths, not with their product."""
    matched, claims = Matched(), defaultdict[int, list[int]](list)
    _by_number(ours, theirs, claims, matched)
    taken = set(claims)
    _by_what_shows([one for one in ours if one.key not in taken], theirs, claims, matched)
    for key, lines in claims.items():
        if len(lines) == 1:
            matched.pairs[lines[0]] = key
        else:
            matched.unclear |= dict.fromkeys(lines, (SEVERAL_THERE, [key]))
    meant = {*matched.pairs.values(), *(key for _, keys in matched.unclear.values() for key in keys)}
    matched.only_here = [one.key for one in ours if one.key not in meant]
    return matched


def _by_number(ours: Iterable[Ours], theirs: Sequence[Theirs], claims: dict[int, list[int]], matched: Matched) -> None:
    numbers = {one.number: one.key for one in ours if one.number}
    for line, one in enumerate(theirs):
        if not one.number or COVER in one.number:
            continue
        key = numbers.get(one.number)
        if key is None:
            matched.only_there.append(line)
        elif claims[key]:
            matched.unclear[line] = (TWICE, [key])
        else:
            claims[key].append(line)


def _by_what_shows(
    ours: Sequence[Ours], theirs: Sequence[Theirs], claims: dict[int, list[int]], matched: Matched
) -> None:
    covered = [line for line, one in enumerate(theirs) if not one.number or COVER in one.number]
    alike = Counter(theirs[line].name for line in covered)
    index = _Index(ours)
    for line in covered:
        one = theirs[line]
        if alike[one.name] > MOST_ALIKE and alike[one.name] > _ALIKE_TIMES * len(index.named(one.name)):
            matched.unclear[line] = (TOO_ALIKE, [])
            continue
        found = index.fitting(one)
        if found is None:
            matched.unclear[line] = (TOO_MANY_SHAPES, [])
            continue
        if not found:
            matched.only_there.append(line)
            continue
        there = [fitting.key for fitting in found if one.branch is not None and fitting.branch == one.branch]
        if len(found) > 1 and len(there) != 1:
            matched.unclear[line] = (SEVERAL_HERE, [fitting.key for fitting in found])
        else:
            claims[there[0] if len(found) > 1 else found[0].key].append(line)


class _Shape(NamedTuple):
    """Which characters show: places in the number (from the end where negative), and how much of the name."""

    places: tuple[int, ...]
    whole: bool
    head: int
    tail: int
    """-1 where all of the name shows."""


class _Index:
    """People by what shows of them, one index for every way of covering."""

    def __init__(self, ours: Sequence[Ours]) -> None:
        self._ours = ours
        self._known: dict[_Shape, dict[tuple[str, ...], list[Ours]]] = {}
        self._named: dict[str, list[Ours]] = {}

    def named(self, name: str) -> list[Ours]:
        """Everybody whom a name, covered or not, could mean."""
        if name not in self._named:
            self._named[name] = [one for one in self._look_up(Theirs(name, "")) or [] if _fits(name, one.name)]
        return self._named[name]

    def fitting(self, line: Theirs) -> list[Ours] | None:
        """Everybody whom the line could mean; None where there are too many ways of covering."""
        found = self._look_up(line)
        if found is None:
            return None
        return [one for one in found if _fits(line.name, one.name) and _born_alike(line.birth, one.birth)]

    def _look_up(self, line: Theirs) -> list[Ours] | None:
        shape = _shape(line)
        if shape not in self._known:
            if len(self._known) >= MOST_SHAPES:
                return None
            known = self._known[shape] = defaultdict(list)
            for one in self._ours:
                shown = _shown(shape, one.name, one.number)
                if shown is not None:
                    known[shown].append(one)
        shown = _shown(shape, line.name, line.number)
        return self._known[shape].get(shown, []) if shown is not None else []


def _shape(line: Theirs) -> _Shape:
    number, name = line.number, line.name
    if len(number) == WHOLE:
        places = tuple(place for place, sign in enumerate(number) if sign != COVER)
    else:
        head, tail = _ends(number) if number else (0, 0)
        places = (*range(head), *range(-tail, 0))
    name_head, name_tail = _ends(name) if COVER in name else (0, -1)
    return _Shape(places, len(number) == WHOLE, name_head, name_tail)


def _ends(text: str) -> tuple[int, int]:
    return text.index(COVER), len(text) - text.rindex(COVER) - 1


def _shown(shape: _Shape, name: str, number: str) -> tuple[str, ...] | None:
    if shape.whole and len(number) != WHOLE:
        return None
    if shape.places and len(number) < len(shape.places):
        return None
    seen = "".join(number[place] for place in shape.places)
    if shape.tail < 0:
        return seen, name
    return seen, name[: shape.head], name[len(name) - shape.tail :] if shape.tail else ""


def _fits(covered: str, name: str) -> bool:
    """One asterisk stands for the rest of a name, several for as many characters."""
    if COVER not in covered:
        return covered == name
    head, tail = _ends(covered)
    if covered.count(COVER) > 1:
        return len(covered) == len(name)
    return len(name) > head + tail


def _born_alike(one: str, other: str) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
