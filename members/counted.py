"""Where people count: the organisations whose figures may move when something about a person changes."""

from __future__ import annotations

from collections.abc import Collection

from branches import freshness
from members.models import BranchMembership, CadreTerm, Member


def touch_people(people: Collection[int], *, phones: Collection[str | None] = (), also: Collection[int] = ()) -> None:
    """Have the organisations counted anew in which these people count, and ``also`` those named by id.

    ``phones`` are indexes of phones they had before. Belongs in the writer's transaction, after the write; the number
    of queries is constant.
    """
    freshness.touch(sorted(places_of(people, phones=phones) | set(also)))


def places_of(people: Collection[int], *, phones: Collection[str | None] = ()) -> set[int]:
    """Ids of the organisations in which these people count, and in which somebody has one of these phones.

    They count in their branch, as having left in their former ones, and wherever they hold a post. A phone counts as
    missing wherever several people share it, so with these people come the branches of those who have their phone.
    """
    places: set[int | None] = set()
    numbers = set(phones)
    if people:
        for branch, phone in Member.objects.filter(pk__in=people).values_list("branch_id", "phone_index"):
            places.add(branch)
            numbers.add(phone)
        places |= set(BranchMembership.objects.filter(person__in=people).values_list("branch_id", flat=True))
        places |= set(CadreTerm.objects.current().filter(person__in=people).values_list("organization_id", flat=True))
    if shared := numbers - {None}:
        sharing = Member.objects.on_roster().filter(phone_index__in=shared).order_by()
        places |= set(sharing.values_list("branch_id", flat=True).distinct())
    return {pk for pk in places if pk is not None}
