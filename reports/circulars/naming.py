"""点名: whether a circular calls people of its organisations by their full names.

A circular speaks of organisations. A person is named only when somebody has looked at it again and means it, so this
warns and does not forbid: a name may be a word, too (建设, 和平), and praise may well be meant for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from branches.models import Organization
from members.models import Member, MemberStatus
from reports.circulars import word, wording
from reports.models import Circular
from tuanjian import masking
from tuanjian.names import possible_names_in

# So many names are looked for in one query.
BATCH: Final = 10_000
MOST_TOLD: Final = 10


@dataclass(frozen=True)
class Named:
    """Somebody's full name in the text: ``name`` with all but the surname covered, ``where`` it stands."""

    name: str
    where: str


def named_in(circular: Circular) -> list[Named]:
    """Who of the subtree – there now, there before, or holding a post there – is named, in the order of the text.

    The names of the organisations the circular is about are no names of people. What the text could mean is asked of
    the database, not the other way round: the cost follows the text, not the number of people.
    """
    organizations = _names_of_organizations(circular)
    texts = [("标题", circular.title), ("主送", circular.addressee)]
    texts += [(part.heading, part.text) for part in word.text_of(circular)]
    possible = [(where, possible_names_in(_without(text, organizations))) for where, text in texts]
    left = _names_among(circular.organization, sorted(set().union(*(names for _, names in possible))))
    named = []
    for where, names in possible:
        named += [Named(masking.mask_name(name), where) for name in sorted(names & left)]
        left -= names
    return named


def in_words(named: Sequence[Named]) -> str:
    """The warning."""
    told = "、".join(f"{each.name}（{each.where}）" for each in named[:MOST_TOLD])
    more = f"等 {len(named):,} 处" if len(named) > MOST_TOLD else ""
    return f"文字里有本级或下级人员的姓名：{told}{more}。通报一般不点名到个人，请核对；也可能只是同形的词语。"


def _names_of_organizations(circular: Circular) -> list[str]:
    own = (circular.organization.full_name, circular.organization.short_name, circular.signature)
    listed = wording.names_in(circular.kind, circular.figures["table"]).values()
    return sorted({name for name in chain(own, listed) if name}, key=len, reverse=True)


def _without(text: str, words: Sequence[str]) -> str:
    for each in words:
        text = text.replace(each, "\n")
    return text


def _names_among(organization: Organization, names: Sequence[str]) -> set[str]:
    there = Member.objects.filter(Member.objects.all().inside([organization.path])).exclude(status=MemberStatus.VOID)
    real: set[str] = set()
    for start in range(0, len(names), BATCH):
        some = there.filter(name__in=names[start : start + BATCH])
        real.update(some.order_by().values_list("name", flat=True).distinct())
    return real
