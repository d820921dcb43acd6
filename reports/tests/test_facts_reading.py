"""Figures read while the settler works, around midnight, and whatever order the database sorts in."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches import freshness, tree
from branches.models import Organization, Touched
from branches.tests.builders import an_organization
from branches.tests.days import noon
from members import records
from members.models import Member
from reports.facts import reading, recounting, settling
from reports.models import FactsDay, Standing
from reports.models.facts import stood_in
from reports.tests.walking import newcomer, totals

pytestmark = pytest.mark.django_db


def test_a_settlement_while_figures_are_read_loses_nothing(world, today):
    settling.settle()
    founded = an_organization("新建团支部", under=world.general)
    records.enter(newcomer(founded), by=world.bureau_admin)
    records.enter(newcomer(world.branch), by=world.bureau_admin)
    tree.move(world.sister_branch, under=world.other_general, by=None)
    places = [world.bureau, world.general, world.other_general, founded]
    with CaptureQueriesContext(connection) as asked:
        expected = totals(reading.figures_of(places, today).of)

    for number in range(len(asked)):
        left = iter(range(number, -1, -1))

        def settling_before(execute, *query, left=left):
            if next(left, None) == 0:
                settling.settle()
            return execute(*query)

        with transaction.atomic(), connection.execute_wrapper(settling_before):
            found = totals(reading.figures_of(places, today).of)
            assert next(left, None) is None
            transaction.set_rollback(True)
        assert found == expected, asked[number]["sql"]


def test_what_waits_costs_one_look_at_the_last_settlement_more(world, today, django_assert_num_queries):
    settling.settle()
    with django_assert_num_queries(3):
        reading.figures_of([world.branch], today)
    freshness.touch([world.branch])
    with CaptureQueriesContext(connection) as asked:
        reading.figures_of([world.branch], today)

    assert len([query for query in asked if "reports_factsday" in query["sql"]]) == 2


def test_what_waits_is_found_in_however_many_subtrees(world, today):
    settling.settle()
    row = Standing.objects.get(organization=world.branch)
    places = [Organization(pk=10**6 + number, path=f"{900_000 + number}") for number in range(1_100)]
    row.own, row.below = {}, {}
    described = {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.name != "id"}
    Standing.objects.bulk_create(
        Standing(**described | {"organization_id": place.pk, "lineage": f"/{place.pk}/"}) for place in places
    )
    freshness.touch([places[-1].pk, world.branch, world.other_branch])

    assert reading.waiting_in([*places, world.general]) == {places[-1].pk, world.branch.pk}


def test_below_is_what_the_lineage_begins_with(world, today):
    settling.settle()
    # As ids may be: in a dictionary, where strokes do not count, "/1/22/5/" comes behind "/1/220".
    lineages = ["/1/22/", "/1/22/5/", "/1/22/99/", "/1/220/", "/1/23/", "/2/22/"]
    rows = list(Standing.objects.order_by("pk")[: len(lineages)])
    for row, lineage in zip(rows, lineages, strict=True):
        Standing.objects.filter(pk=row.pk).update(lineage=lineage)
    Standing.objects.exclude(pk__in=[row.pk for row in rows]).delete()

    def found():
        below = Standing.objects.below(Standing(lineage="/1/22/")).values_list("lineage", flat=True)
        inside = Standing.objects.filter(stood_in("/1/22/")).values_list("lineage", flat=True)
        return sorted(below), sorted(inside)

    expected = (["/1/22/5/", "/1/22/99/"], ["/1/22/", "/1/22/5/", "/1/22/99/"])
    assert found() == expected
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE COLLATION as_in_dictionaries (provider = icu, locale = 'und-u-ka-shifted')")
            cursor.execute("ALTER TABLE reports_standing ALTER lineage TYPE varchar(600) COLLATE as_in_dictionaries")
        assert found() == expected


def test_a_day_nobody_has_opened_yet_has_the_figures_of_the_last_settlement(world, today):
    settling.settle()
    settled = FactsDay.objects.get().settled_at
    with noon(2026, 11, 22):
        tomorrow = timezone.localdate()
        found = reading.figures_of([world.bureau], tomorrow)
        records.enter(newcomer(world.branch), by=world.secretary)
        waiting = reading.figures_of([world.bureau], tomorrow)
        settling.settle()
        counted = reading.figures_of([world.bureau], tomorrow)

    assert (found.counted_at, found.day, waiting.counted_at, waiting.waiting) == (settled, today, settled, 1)
    assert counted.counted_at > settled
    assert counted.day == tomorrow
    people = [each.of[world.bureau.pk].total["people"] for each in (found, waiting, counted)]
    assert people == [people[0], people[0] + 1, people[0] + 1]


def dying(execute, sql, *rest):
    """A settler that dies while it keeps its first piece."""
    if 'INSERT INTO "reports_standing"' in sql or 'DELETE FROM "reports_standing"' in sql:
        raise InterruptedError
    return execute(sql, *rest)


def test_a_day_opened_and_not_counted_yet_says_how_old_its_figures_are(world, today, monkeypatch):
    settling.settle()
    settled = FactsDay.objects.get().settled_at
    monkeypatch.setattr(reading, "MOST_WAITING", 0)
    Member.objects.filter(pk=world.member.pk).update(education="")
    with noon(2026, 11, 22):
        tomorrow = timezone.localdate()
        with pytest.raises(InterruptedError), connection.execute_wrapper(dying):
            settling.settle()
        opened = reading.figures_of([world.bureau], tomorrow)
        settling.settle()
        counted = reading.figures_of([world.bureau], tomorrow)

    assert (opened.counted_at, opened.day, opened.waiting > 0) == (settled, tomorrow, True)
    assert (counted.counted_at > settled, counted.waiting) == (True, 0)
    assert FactsDay.objects.get(day=today).settled_at == settled


def test_the_first_day_of_all_begins_with_what_was_counted(world, today):
    with pytest.raises(InterruptedError), connection.execute_wrapper(dying):
        settling.settle()

    assert not FactsDay.objects.exists()
    assert reading.figures_of([world.bureau], today).of[world.bureau.pk].total["organizations"] == 6
    settling.settle()
    assert FactsDay.objects.get().day == today
    assert list(recounting.drifts(today)) == []


def test_where_there_is_nothing_to_count_a_day_is_opened_once(db, today):
    settling.settle()
    settling.settle()

    assert FactsDay.objects.get().day == today
    assert not Touched.objects.exists()
