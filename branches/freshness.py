"""Which organisations' figures may have moved: writers touch, the settler counts later."""

from collections.abc import Iterable

from branches.models import AccessGrant, Organization, Role, Touched, User


def touch(organizations: Iterable[Organization | int]) -> None:
    """Note that something counted in these organisations changed. Belongs in the writer's transaction.

    One insert for a thousand. They may be closed; what stands above is counted anew with them.
    """
    Touched.objects.bulk_create(
        (Touched(organization_id=each if isinstance(each, int) else each.pk) for each in organizations),
        batch_size=1_000,
    )


def touch_everything() -> None:
    """The same for every organisation in force: a rule changed on which all figures depend (age, term)."""
    touch(Organization.objects.active().order_by("path").values_list("pk", flat=True))


def touch_administered(user: User) -> None:
    """The same for the organisations this account administers: whether their administrator works has changed."""
    grants = AccessGrant.objects.filter(user=user, role=Role.ADMINISTRATOR, ended_at=None)
    touch(grants.order_by().values_list("organization_id", flat=True).distinct())
