"""Which organisation a name in a roster means: by full, short and former names below the organisation given."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import Final, NamedTuple

from branches import naming
from branches.models import FormerName, Organization
from members.roster.reading.columns import simplified

_PREFIXES = re.compile(r"^(中国共产主义青年团|共产主义青年团|中国共青团|共青团)")
_BRACKET = re.compile(r"[（(][^（()）]*[)）]$")
_ENDINGS: Final = (
    (re.compile(r"(团?总支部委员会|团总支部|总支部|团总支|总支)$"), "总支"),
    (re.compile(r"(工作委员会|团工委|工委)$"), "工委"),
    (re.compile(r"(团?支部委员会|团支部|支部)$"), "支部"),
    (re.compile(r"(委员会|团委)$"), "团委"),
)
# “1支部”, “一支部” and “第1团支部” are 第一支部.
_ONES: Final = "〇一二三四五六七八九"
_ORDINAL = re.compile(
    rf"(?<![0-9{_ONES}十百])第?([0-9]{{1,2}}|[{_ONES[1:]}]?十[{_ONES[1:]}]?|[{_ONES[1:]}])(?=(?:支部|总支)$)"
)
_KINDS = re.compile(r"(总支|工委|支部|团委)$")
_STEPS = re.compile(r"[/／\\|｜→]")
# “航测部团总支-航测一室团支部” and “测绘院团委航测部团总支航测一室团支部”.
_CHAIN = re.compile(r"(?<=团委|工委|总支)(?!部)[-—–－]?(?=.)|(?<=总支部)[-—–－](?=.)")
_LISTED = re.compile(r"^[（(]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[、.．)）]")
# “航测1室” is 航测一室, “高三（1）班” 高三一班.
_COUNTED = re.compile(
    rf"[（(]?(?:(?<![0-9])([0-9]{{1,2}})|(?<![{_ONES}十])([{_ONES[1:]}]?十[{_ONES[1:]}]?|[{_ONES[1:]}]))[）)]?"
    r"(?=[班室队科组段区部系级所站厂院连营排])"
)
_PROPOSED: Final = 0.6


@lru_cache(maxsize=20_000)
def canonical(name: str) -> str:
    """What two ways to write one name have in common: 第一团支部, 第一支部 and 第一支部委员会 are one."""
    plain = _PREFIXES.sub("", _BRACKET.sub("", simplified(naming.tidy(name))))
    for ending, kind in _ENDINGS:
        if ending.search(plain):
            return _ORDINAL.sub(_ordinal, ending.sub(kind, plain))
    return plain


def _ordinal(found: re.Match[str]) -> str:
    said = found[1]
    if said.isdecimal():
        said = _in_chinese(int(said))
    return f"第{said}" if said else found[0]


def _in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _ONES[tens]) + ("十" if tens else "") + (_ONES[ones] if ones else "")


@lru_cache(maxsize=20_000)
def counted_alike(canonical_name: str) -> str:
    """A canonical name with the numbers of its units in one way: 航测1室 is 航测一室, 高三（1）班 高三一班."""

    def chinese(found: re.Match[str]) -> str:
        return (_in_chinese(int(found[1])) if found[1] else found[2]) or found[0]

    return _COUNTED.sub(chinese, canonical_name)


def without_kind(name: str) -> str:
    """A canonical name without the word that says what kind of organisation it is: 航测一室支部 → 航测一室."""
    return _KINDS.sub("", name)


class Found(NamedTuple):
    """The organisation meant, or why none: ``several`` carry the name."""

    organization: Organization | None
    several: bool = False


class Directory:
    """The organisations of a subtree by name; organisations a file is going to create can be added.

    Two queries. Organisations that are not saved yet are told apart by identity.
    """

    def __init__(self, top: Organization) -> None:
        self.top = top
        # Exact names first, former names after them, then other ways to write any of them, then without their kind,
        # then with their numbers in one way.
        self._tiers: tuple[dict[str, list[Organization]], ...] = ({}, {}, {}, {}, {}, {})
        self._proposals: dict[str, str] = {}
        self._found: dict[tuple[str, bool], Found] = {}
        self.by_pk: dict[int, Organization] = {}
        self._parents: dict[int, Organization] = {}
        rows = Organization.objects.under(top).active().select_related("unit_category").order_by("path")
        for organization in rows:
            self.by_pk[organization.pk] = organization
            self._learn(organization, organization.full_name, organization.short_name)
        for former in FormerName.objects.filter(organization__in=self.by_pk):
            for name in (former.full_name, former.short_name):
                self._note(2, name, self.by_pk[former.organization_id])
                self._note_written_otherwise(name, self.by_pk[former.organization_id])
        by_path = {organization.path: organization for organization in self.by_pk.values()}
        for organization in self.by_pk.values():
            if parent := by_path.get(organization.parent_path):
                self._parents[id(organization)] = parent

    def add(self, organization: Organization, parent: Organization) -> None:
        """Let later names mean an organisation that is going to be created."""
        self._parents[id(organization)] = parent
        self._learn(organization, organization.full_name, organization.short_name)

    def also_called(self, organization: Organization, name: str) -> None:
        """Let a name of this file mean the organisation too."""
        self._note(1, naming.tidy(name), organization)

    def parent_of(self, organization: Organization) -> Organization | None:
        """The superior inside the subtree, None for its top."""
        return self._parents.get(id(organization))

    def sisters_of(self, parent: Organization) -> list[Organization]:
        """The organisations below a superior, planned ones included."""
        known = [*self.by_pk.values(), *(o for o in self._planned())]
        return [organization for organization in known if self._parents.get(id(organization)) is parent]

    def find(self, name: str, *, branch: bool = False) -> Found:
        """The organisation a name means; with ``branch`` a branch is preferred among several of the name."""
        if (name, branch) not in self._found:
            self._found[name, branch] = self._look_for(name, branch=branch)
        return self._found[name, branch]

    def _look_for(self, name: str, *, branch: bool) -> Found:
        found = self._find(naming.tidy(name), branch=branch)
        if found.organization is None and not found.several and _STEPS.search(name):
            # “局团委/第一支部” gives the whole way; the last step is meant.
            found = self._find(naming.tidy(_STEPS.split(name)[-1]), branch=branch)
        if found == Found(None) and (listed := _LISTED.sub("", name)) != name:
            found = self._find(naming.tidy(listed), branch=branch)
        return found if found != Found(None) else self._at_the_end_of(name, branch=branch)

    def _at_the_end_of(self, name: str, *, branch: bool) -> Found:
        """The organisation at the end of a chain of superiors, each of which has to be above it."""
        *above, last = (naming.tidy(step) for step in _CHAIN.split(name))
        found = self._find(last, branch=branch).organization if above else None
        superiors, each = [], found
        while each is not None and (each := self.parent_of(each)) is not None:
            superiors.append(each)
        said = [self._find(step, branch=False).organization for step in above]
        return Found(found if all(any(each is one for one in superiors) for each in said) else None)

    def named(self, full_name: str) -> Organization | None:
        """The organisation of exactly this full name, past ones included."""
        name = naming.tidy(full_name)
        exact = [row for row in self._tiers[0].get(name, []) if row.full_name == name]
        former = [row for row in self._tiers[2].get(name, []) if not exact]
        both = [*exact, *former]
        return both[0] if len(both) == 1 else None

    def proposal(self, name: str) -> str:
        """A question about the nearest name there is, "" if none is near."""
        if name not in self._proposals:
            known = {canonical(row.short_name): row.short_name for row in self.by_pk.values()}
            known |= {canonical(row.full_name): row.full_name for row in self.by_pk.values()}
            near = difflib.get_close_matches(canonical(name)[:60], known, n=1, cutoff=_PROPOSED)
            self._proposals[name] = f"您是不是要填“{known[near[0]]}”？" if near else ""
        return self._proposals[name]

    def _find(self, name: str, *, branch: bool) -> Found:
        if not name:
            return Found(None)
        several, plain = False, canonical(name)
        said = (name, name, name, plain, plain, counted_alike(plain))
        for names, key in zip(self._tiers, said, strict=True):
            rows = names.get(key, [])
            if len(rows) > 1 and branch:
                rows = [row for row in rows if row.is_branch] or rows
            if len(rows) == 1:
                return Found(rows[0])
            several = several or len(rows) > 1
            if several:
                break
        return Found(None, several)

    def _planned(self) -> list[Organization]:
        seen: dict[int, Organization] = {}
        for rows in self._tiers[0].values():
            seen |= {id(row): row for row in rows if row.pk is None}
        return list(seen.values())

    def _learn(self, organization: Organization, full_name: str, short_name: str) -> None:
        self._note(0, full_name, organization)
        self._note(1, short_name, organization)
        self._note_written_otherwise(full_name, organization)
        self._note_written_otherwise(short_name, organization)

    def _note_written_otherwise(self, name: str, organization: Organization) -> None:
        self._note(3, canonical(name), organization)
        self._note(4, without_kind(canonical(name)), organization)
        counted = counted_alike(canonical(name))
        # “机电2101” is the class of that number.
        for each in (counted, without_kind(counted), without_kind(counted).removesuffix("班")):
            self._note(5, each, organization)

    def _note(self, tier: int, name: str, organization: Organization) -> None:
        self._found.clear()
        rows = self._tiers[tier].setdefault(name, [])
        if name and not any(row is organization for row in rows):
            rows.append(organization)
