"""Answers to the picker: organisations by name, inside the scope, with their superior beside them."""

from __future__ import annotations

from branches.browsing import MOST_HITS, matching, receiving
from branches.models import Organization, OrgType, User
from branches.scoping import Right


def offered(
    user: User, *, q: str = "", right: str = "", type: str = "", receives: str = "", under: int | None = None
) -> list[dict[str, str]]:
    """At most MOST_HITS organisations in force that answer to ``q``: in sight, or manageable with ``right``.

    ``type`` narrows to one type, ``receives`` to those below which that type may stand, ``under`` to the subtree of
    one in sight. The superior is named only where it is in sight too.
    """
    visible = Organization.objects.visible_to(user)
    rows = Organization.objects.manageable_by(user, right=Right(right)) if right else visible
    if q.strip():
        rows = rows.filter(matching(q))
    if type:
        rows = rows.filter(org_type=type)
    if receives:
        rows = rows.filter(org_type__in=receiving(OrgType(receives)))
    if under is not None:
        top = visible.filter(pk=under).first()
        rows = rows.under(top) if top else rows.none()
    found = list(rows.active().in_screen_order()[:MOST_HITS])
    above = visible.filter(path__in={each.parent_path for each in found}).values_list("path", "short_name")
    superiors = dict(above)
    return [
        {"value": str(each.pk), "text": each.short_name, "note": superiors.get(each.parent_path, "")} for each in found
    ]
