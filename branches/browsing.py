"""Finding one's way in the tree: what is shown opened, what loads on demand, what a name leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q

from branches.models import FormerName, Organization, OrgType, User
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import Right, Sight, managed_paths, seen_paths
from branches.subtrees import sums_by_subtree
from branches.tree import allowed_types

MOST_CHILDREN = 100
MOST_HITS = 50


@dataclass
class Node:
    """A row of the tree page: the organisation, what stands below it, and the rows shown beneath."""

    organization: Organization
    lower: int = 0
    branches: int = 0
    may_add: bool = False
    hit: bool = False
    children: list[Node] = field(default_factory=list)
    rest: Rest | None = None


@dataclass(frozen=True)
class Rest:
    """The children that are not shown yet: how many, and after which position they begin."""

    count: int
    after: int


@dataclass(frozen=True)
class Level:
    """Children of one organisation, and how many more there are."""

    nodes: list[Node]
    rest: Rest | None


@dataclass(frozen=True)
class Found:
    """Answer to a search: the hits with the way down to them. ``more`` says that not all are shown."""

    nodes: list[Node]
    hits: int
    more: bool


def tops(user: User) -> OrganizationQuerySet:
    """The highest organisations of everything the user may look at."""
    paths = seen_paths(user, Sight.ORGANIZATIONS)
    return Organization.objects.visible_to(user).filter(path__in=paths).in_screen_order()


def opened(user: User) -> list[Node]:
    """The user's tops; a single one is open at its direct lower organisations, several load theirs on demand."""
    roots = [Node(organization) for organization in tops(user)]
    if len(roots) == 1:
        level = _children(roots[0].organization, user, 0)
        roots[0].children, roots[0].rest = level.nodes, level.rest
    _tell([*roots, *(child for node in roots for child in node.children)], user)
    return roots


def children(parent: Organization, user: User, *, after: int = 0) -> Level:
    """Direct lower organisations in force, MOST_CHILDREN at a time."""
    level = _children(parent, user, after)
    _tell(level.nodes, user)
    return level


def found(text: str, user: User) -> Found:
    """Organisations of the user's scope that answer to the text, each beneath its superiors."""
    hits = list(Organization.objects.visible_to(user).filter(matching(text)).in_screen_order()[: MOST_HITS + 1])
    more, hits = len(hits) > MOST_HITS, hits[:MOST_HITS]
    steps = {hit.path[:end] for hit in hits for end in range(hit.steplen, len(hit.path) + 1, hit.steplen)}
    nodes = {
        organization.path: Node(organization)
        for organization in Organization.objects.visible_to(user).filter(path__in=steps).in_screen_order()
    }
    roots: list[Node] = []
    for path, node in nodes.items():
        above = nodes.get(node.organization.parent_path)
        (above.children if above else roots).append(node)
        node.hit = any(hit.path == path for hit in hits)
    _tell(nodes.values(), user)
    return Found(roots, len(hits), more)


def matching(text: str) -> Q:
    """Condition on organisations: name, short name, initials, a former name, or the code."""
    text = text.strip()
    former = FormerName.objects.filter(Q(full_name__contains=text) | Q(short_name__contains=text))
    return (
        Q(short_name__icontains=text)
        | Q(full_name__icontains=text)
        | Q(short_name_initials__startswith=text.lower())
        | Q(code=text.upper())
        | Q(Exists(former.filter(organization=OuterRef("pk"))))
    )


def receiving(org_type: OrgType) -> list[OrgType]:
    """Types below which an organisation of this type may stand."""
    return [kind for kind in OrgType if org_type in allowed_types(Organization(org_type=kind))]


def next_order_number(parent: Organization) -> int:
    """A number that puts a new organisation last among its sisters, with room before it."""
    last = Organization.objects.children_of(parent).active().order_by("-order_number").first()
    return (last.order_number if last else 0) // 10 * 10 + 10


def lower_of(organization: Organization, user: User, *, everything: bool) -> OrganizationQuerySet:
    """The direct lower organisations, or with ``everything`` the organisation and all below it; closed ones too."""
    visible = Organization.objects.visible_to(user)
    rows = visible.under(organization) if everything else visible.children_of(organization)
    return rows.in_screen_order()


def moving_along(organization: Organization) -> dict[str, int]:
    """What moves with an organisation: how many others, and how many branches, itself included."""
    below = Organization.objects.under(organization).active()
    counted = below.aggregate(organizations=Count("pk"), branches=Count("pk", filter=Q(org_type=OrgType.BRANCH)))
    return {"lower": max(counted["organizations"] - 1, 0), "branches": counted["branches"]}


def sisters(organization: Organization, user: User) -> OrganizationQuerySet:
    """The organisation among those beside it, as far as the user sees them, in the present order."""
    beside = Organization.objects.visible_to(user).active().filter(depth=organization.depth)
    parent = Organization.objects.ancestors_of(organization).last()
    return (beside.under(parent) if parent else beside).in_screen_order()


def _children(parent: Organization, user: User, after: int) -> Level:
    rows = Organization.objects.visible_to(user).children_of(parent).active()
    total = rows.count()
    nodes = [Node(row) for row in rows.in_screen_order()[after : after + MOST_CHILDREN]]
    left = total - after - len(nodes)
    return Level(nodes, Rest(left, after + len(nodes)) if left > 0 else None)


def _tell(nodes: Iterable[Node], user: User) -> None:
    """Fill in the counts and whether something may be added below."""
    nodes = list(nodes)
    sums = sums_by_subtree(
        Organization.objects.active(),
        [node.organization for node in nodes],
        organizations=Count("pk"),
        branches=Count("pk", filter=Q(org_type=OrgType.BRANCH)),
    )
    managed = tuple(managed_paths(user, Right.STRUCTURE))
    for node in nodes:
        counted = sums.get(node.organization.pk, {"organizations": 1, "branches": 0})
        node.lower, node.branches = max(counted["organizations"] - 1, 0), counted["branches"]
        node.may_add = (
            node.organization.path.startswith(managed)
            and not node.organization.is_closed
            and bool(allowed_types(node.organization))
        )
