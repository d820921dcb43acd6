"""One organisation as its home page shows it: figures, own cadres, lower organisations, term, who administers it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from branches.elections import Term, terms_of
from branches.grants import administrators_of
from branches.models import FormerName, Headcount, Organization, User
from branches.models.organizations import latest_headcounts
from branches.permissions import Permissions, permissions_on
from members.models import CadreTerm
from reports.counts import Counts, counts_of

# Beyond, the table of lower organisations with its paging takes over.
MOST_LOWER = 50


@dataclass(frozen=True)
class Post:
    """A current post of the own level."""

    term: CadreTerm
    age: int | None


@dataclass(frozen=True)
class LowerRow:
    """A direct lower organisation with its figures."""

    organization: Organization
    counts: Counts
    term: Term


@dataclass(frozen=True)
class Portrait:
    """Everything on the page, already cut to what the viewer may see and do."""

    organization: Organization
    parent: Organization | None
    parent_visible: bool
    ancestors: list[Organization]
    may: Permissions
    may_change: bool
    may_change_from_above: bool
    may_appoint: bool
    counts: Counts
    expected: Headcount | None
    headcounts: list[tuple[str, Headcount | None]]
    term: Term
    posts: list[Post]
    lower: list[LowerRow]
    lower_total: int
    administrators: list[User]
    former_names: list[FormerName]

    @property
    def lower_count(self) -> int:
        """Organisations below, on whatever level."""
        return max(self.counts.organizations - (0 if self.organization.is_closed else 1), 0)

    @property
    def own_cadres(self) -> int:
        """People with a post on the own level."""
        return len({post.term.person_id for post in self.posts})

    @property
    def gap(self) -> int:
        """Members expected and not entered; negative when there are more than expected."""
        return self.expected.value - self.counts.members if self.expected else 0


def portrait_of(organization: Organization, viewer: User, on: dt.date) -> Portrait:
    """Read the page together. People are counted and named only for those who may look at the roster."""
    may = permissions_on(organization, viewer)
    visible = Organization.objects.visible_to(viewer)
    above = list(Organization.objects.ancestors_of(organization))
    seen_above = [each for each in above if each in set(visible.filter(pk__in=[row.pk for row in above]))]
    children = visible.children_of(organization).active().in_screen_order()
    lower = list(children[: MOST_LOWER + 1])
    total = len(lower) if len(lower) <= MOST_LOWER else children.count()
    lower = lower[:MOST_LOWER]
    counts = counts_of([organization, *lower], on, people=may.sees_roster)
    terms = terms_of([organization, *lower], on)
    open_ = not organization.is_closed
    declared = latest_headcounts(Organization.objects.filter(pk=organization.pk), on)
    return Portrait(
        organization=organization,
        parent=above[-1] if above else None,
        parent_visible=bool(above) and above[-1] in seen_above,
        ancestors=seen_above,
        may=may,
        may_change=open_ and may.structure,
        may_change_from_above=open_ and may.structure_from_above,
        may_appoint=open_ and may.people,
        counts=counts[organization.pk],
        expected=declared.get((organization.pk, Headcount.Kind.EXPECTED_MEMBERS)),
        headcounts=[(kind.label, declared.get((organization.pk, kind))) for kind in Headcount.Kind],
        term=terms[organization.pk],
        posts=_posts(organization, viewer, on) if may.sees_roster else [],
        lower=[LowerRow(each, counts[each.pk], terms[each.pk]) for each in lower],
        lower_total=total,
        administrators=administrators_of(organization, on),
        former_names=list(organization.former_names.all()),
    )


def _posts(organization: Organization, viewer: User, on: dt.date) -> list[Post]:
    terms = CadreTerm.objects.visible_to(viewer).current().filter(organization=organization).select_related("person")
    return [Post(term, term.person.age_on(on)) for term in terms.in_office_order()]
