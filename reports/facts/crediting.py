"""What closed organisations held and whom they took in or lost while they stood: credited to what they stood under.

Without it a superior would lose a meeting whenever a branch is closed or merged, though its list of activities still
shows it.
"""

from __future__ import annotations

from branches.models import Organization, OrganizationStatus
from branches.models.organizations import OrganizationQuerySet
from tuanjian.among import among


def with_closed(rows: OrganizationQuerySet) -> tuple[OrganizationQuerySet, dict[int, int]]:
    """These organisations in force with the closed ones credited to one of them, and by the id of each closed one the
    id of that: its nearest superior in force. At most two queries.
    """
    step = Organization.steplen
    closed = dict(
        Organization.objects.filter(status=OrganizationStatus.CLOSED).order_by().values_list("path", "pk").iterator()
    )
    above: dict[int, str] = {}
    for path, pk in closed.items():
        # Whatever stands below a closed organisation is closed, too.
        end = len(path) - step
        while path[:end] in closed:
            end -= step
        above[pk] = path[:end]
    if not above:
        return rows, {}
    known = dict(rows.filter(path__in=set(above.values())).order_by().values_list("path", "pk"))
    credited = {pk: known[path] for pk, path in above.items() if path in known}
    return (rows | Organization.objects.filter(among("pk", credited))) if credited else rows, credited
