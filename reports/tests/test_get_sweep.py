"""Looking changes nothing: every address with GET, and every row of every table before and after.

The matrix watches the statements of each request (``matrix_asking``); this looks at what is really there.
"""

import pytest
from django.test import Client
from django.urls import reverse

from reports.tests.matrix_world import address_of, furnish, subject_of
from reports.tests.test_audit_matrix import everything
from reports.tests.test_matrix import BACKEND, FIXED, PATTERNS, SUBJECTS

pytestmark = [pytest.mark.matrix, pytest.mark.django_db]
PEOPLE = (None, "bureau_admin", "secretary", "auditor", "outsider", "foreign_admin")


def addresses(world):
    for name, pattern in sorted(PATTERNS.items()):
        takes_pk = pattern.pattern.converters and name not in FIXED
        yield (
            name,
            reverse(
                name, args=address_of(subject_of(SUBJECTS[name], world, "branch")) if takes_pk else FIXED.get(name)
            ),
        )


@pytest.mark.parametrize("who", PEOPLE)
def test_looking_at_everything_changes_nothing(world, who):
    furnish(world)
    client = Client()
    if who is not None:
        client.force_login(getattr(world, who), backend=BACKEND)
    before, wrong = everything(), []

    for name, url in addresses(world):
        answer = client.get(url)
        b"".join(answer.streaming_content) if answer.streaming else answer.content
        wrong += [name] if answer.status_code >= 500 else []

    after = everything()
    assert wrong == []
    assert {label for label, rows in after.items() if rows != before[label]} == set()
