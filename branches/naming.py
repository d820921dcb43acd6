"""Full and short names (组织全称、简称): tidied before saving, checked with a proposal instead of a refusal.

Pattern: 中国共产主义青年团 + place or unit + 委员会 / 总支部委员会 / 支部委员会, and 团委 / 团总支 / 团支部 / 团工委
for the short name (naming rules of the provincial system; 智慧团建 组织树建立工作通知, 2017).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from branches.models import OrgType

PREFIX = "中国共产主义青年团"
FULL_ENDINGS = {
    OrgType.LEADING_BODY: "委员会",
    OrgType.BASE_COMMITTEE: "委员会",
    OrgType.WORK_COMMITTEE: "工作委员会",
    OrgType.GENERAL_BRANCH: "总支部委员会",
    OrgType.BRANCH: "支部委员会",
}
# A branch of fewer than seven members has no committee and may end in 支部.
ALSO_RIGHT = {OrgType.BRANCH: ("支部",), OrgType.GENERAL_BRANCH: ("总支部",)}
SHORT_ENDINGS = {
    OrgType.LEADING_BODY: "团委",
    OrgType.BASE_COMMITTEE: "团委",
    OrgType.WORK_COMMITTEE: "团工委",
    OrgType.GENERAL_BRANCH: "团总支",
    OrgType.BRANCH: "团支部",
}
ANY_ENDING = re.compile(r"(工作委员会|总支部委员会|支部委员会|委员会|总支部|支部|团工委|团总支|团支部|团委)$")


@dataclass(frozen=True)
class NameWarning:
    """What is unusual about a name, and the name that would be usual."""

    field: str
    message: str
    proposal: str


def tidy(name: str) -> str:
    """The name without blanks and invisible characters, full-width letters and digits as plain ones."""
    name = unicodedata.normalize("NFC", name)
    kept = "".join(character for character in name if unicodedata.category(character) not in {"Cf", "Cc", "Zs"})
    return "".join(chr(ord(c) - 0xFEE0) if c.isalnum() and "！" <= c <= "～" else c for c in kept)


def check(*, org_type: str, full_name: str, short_name: str) -> list[NameWarning]:
    """Warnings on both names, each with a proposal. The committee decides; nothing is refused."""
    kind = OrgType(org_type)
    return [*_check_full_name(kind, tidy(full_name)), *_check_short_name(kind, tidy(short_name))]


def full_name_below(superior: str, name: str, *, org_type: str) -> str:
    """The usual full name of an organisation known by a short name, below one of this full name.

    What both names say is said once; a name that is a full one already only gets its usual ending.
    """
    ending, own = FULL_ENDINGS[OrgType(org_type)], ANY_ENDING.sub("", tidy(name))
    if own.startswith(PREFIX):
        return own + ending
    above = ANY_ENDING.sub("", superior).removeprefix(PREFIX)
    # From where the name begins to repeat it, the superior's name is left to it.
    shared = next((length for length in range(len(own), 1, -1) if own[:length] in above), 0)
    return PREFIX + (above[: above.index(own[:shared])] if shared else above) + own + ending


def _check_full_name(kind: OrgType, name: str) -> list[NameWarning]:
    proposal = name if name.startswith(PREFIX) else PREFIX + re.sub(r"^(共青团|中国共青团)", "", name)
    right = (FULL_ENDINGS[kind], *ALSO_RIGHT.get(kind, ()))
    wrong_kind = kind in {OrgType.BASE_COMMITTEE, OrgType.LEADING_BODY} and name.endswith(("支部委员会", "工作委员会"))
    short = name.endswith(tuple(SHORT_ENDINGS.values()))
    if short or not name.endswith(right) or wrong_kind:
        proposal = ANY_ENDING.sub("", proposal) + FULL_ENDINGS[kind]
    elif kind == OrgType.BRANCH and name.endswith(("总支部委员会", "总支部")):
        proposal = re.sub(r"总支部(委员会)?$", "支部委员会", proposal)
    if proposal == name:
        return []
    return [NameWarning("full_name", f"全称一般为“{PREFIX}+单位全名+{FULL_ENDINGS[kind]}”。", proposal)]


def _check_short_name(kind: OrgType, name: str) -> list[NameWarning]:
    ending = SHORT_ENDINGS[kind]
    proposal = re.sub(r"^(中国共产主义青年团|共青团)", "", name)
    if not proposal.endswith(ending):
        proposal = ANY_ENDING.sub("", proposal) + ending
    if proposal == name:
        return []
    return [NameWarning("short_name", f"{kind.label}的简称一般以“{ending}”结尾。", proposal)]
