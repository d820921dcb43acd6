"""The standard world is put back as it was built."""

import pytest
from django.db import transaction

from branches import audit, log_proof
from branches.models import Organization
from branches.tests.builders import an_organization
from reports.tests import standing

pytestmark = pytest.mark.django_db


def test_what_is_put_back_is_what_was_built(today, monkeypatch):
    monkeypatch.setattr(standing, "_built", {})
    found, names = [], []
    for _ in range(2):
        with transaction.atomic():
            world = standing.the_world(today)
            names.append(world.member.name)
            world.member.name = "改名"
            found.append(standing._rows())
            transaction.set_rollback(True)

    assert found[0] == found[1]
    assert sum(len(rows) for rows in found[0].values()) > 50
    assert names == ["白雨桐", "白雨桐"]


def test_beside_what_stands_already_the_rules_write(today):
    earlier = an_organization("先建团委")

    world = standing.the_world(today)

    assert earlier.pk not in {world.bureau.pk, world.foreign_bureau.pk}
    assert Organization.objects.count() == 9


def test_the_log_of_a_world_put_back_is_whole(world):
    audit.seal_pending()

    assert log_proof.prove().problem == ""
