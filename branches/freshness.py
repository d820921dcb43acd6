"""Which organisations' figures may have moved: writers touch, the settler counts later."""

from collections.abc import Iterable

from branches.models import Organization, Touched


def touch(organizations: Iterable[Organization | int]) -> None:
    """Note that something counted in these organisations changed. One insert; belongs in the writer's transaction."""
    Touched.objects.bulk_create(
        Touched(organization_id=each if isinstance(each, int) else each.pk) for each in organizations
    )
