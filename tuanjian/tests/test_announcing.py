import pytest
from django.db import connection, transaction

from tuanjian.announcing import announce, announced


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_others_hear_how_far_a_transaction_has_come_until_it_ends():
    with transaction.atomic():
        announce("import 7", 40)
        meanwhile = announced("import 7"), announced("import 70")
    after = announced("import 7")

    assert (meanwhile, after) == ((40 if connection.vendor == "postgresql" else None, None), None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_announced_outside_a_transaction():
    with pytest.raises(RuntimeError):
        announce("import 7", 40)
