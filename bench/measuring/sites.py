"""What an import needs before it: a site with a root, its administrator and, where wanted, branches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from measuring.bureaus import UNIT


def found_site(branches: Iterable[str] = ()) -> None:
    """An empty site in the database in use: the root files are imported under, its administrator, these branches."""
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from branches import founding, tree
    from branches.models import AccessGrant, Organization, OrgType, Role, User

    call_command("migrate", verbosity=0)
    root = Organization(full_name=f"{UNIT}团委", short_name="局团委", org_type=OrgType.BASE_COMMITTEE)
    tree.add(root, under=None, by=None)
    user = User.objects.create(username="administrator", display_name="管理员")
    AccessGrant.objects.create(
        user=user, organization=root, role=Role.ADMINISTRATOR, starts_on=timezone.localdate() - dt.timedelta(days=1)
    )
    new = [
        Organization(full_name=name, short_name=name.removeprefix(UNIT), org_type=OrgType.BRANCH) for name in branches
    ]
    with transaction.atomic():
        founding.add_many([founding.New(each, root) for each in new], by=user)


def administrator() -> Any:
    from branches.models import User

    return User.objects.get(username="administrator")


def root() -> Any:
    from branches.models import Organization

    return Organization.objects.get(depth=1)
