"""Counting stops at the cap; odd numbers do no harm."""

import pytest
from django.test import RequestFactory

from branches.models import User
from branches.tests.builders import a_user
from tuanjian import paging


def asked(**query):
    return RequestFactory().get("/", query)


@pytest.mark.parametrize(
    ("size", "expected"), [("", 20), ("50", 50), ("51", 20), ("-1", 20), ("x", 20), ("²", 20), ("9" * 5000, 20)]
)
def test_only_offered_sizes_are_taken(size, expected):
    assert paging.size_of(asked(size=size)) == expected


@pytest.mark.parametrize(("page", "expected"), [("", 1), ("2", 2), ("99", 3), ("x", 1), ("0", 3)])
def test_a_wrong_page_shows_another(page, expected):
    assert paging.page_of(asked(page=page, size="10"), list(range(25))).number == expected


def test_counting_stops_at_the_cap(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(paging, "CAP", 2)
    for _ in range(4):
        a_user()

    paginator = paging.CappedPaginator(User.objects.order_by("username"), 10)

    with django_assert_num_queries(1):
        assert (paginator.count, paginator.capped) == (2, True)


def test_a_short_list_is_not_capped(db):
    a_user()

    paginator = paging.CappedPaginator(User.objects.order_by("username"), 10)

    assert (paginator.count, paginator.capped, paginator.sizes) == (1, False, (10, 20, 50, 100))
