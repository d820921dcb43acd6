"""Which organisations' figures may have moved: writers touch, the settler counts later."""

from collections.abc import Iterable

from branches.models import AccessGrant, Organization, Role, Touched, User


def touch(organizations: Iterable[Organization | int]) -> None:
    """Note that something counted in these organisations changed. One insert; belongs in the writer's transaction."""
    Touched.objects.bulk_create(
        Touched(organization_id=each if isinstance(each, int) else each.pk) for each in organizations
    )


def touch_administered(user: User) -> None:
    """The same for the organisations this account administers: whether their administrator works has changed."""
    grants = AccessGrant.objects.filter(user=user, role=Role.ADMINISTRATOR, ended_at=None)
    touch(grants.order_by().values_list("organization_id", flat=True).distinct())
