"""Figures by day: what is kept equals the records, today and for ever after."""

import datetime as dt
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.recording import void
from activities.tests.builders import an_activity
from branches import particulars, tree
from branches.models import Headcount, Organization, Touched
from branches.tests.builders import an_organization
from branches.tests.days import noon
from members import closing, merging, records
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member
from members.tests.builders import a_cadre_term, a_member
from reports.completion.sums import completion_of
from reports.facts import counting, keys, reading, recounting, settling
from reports.facts.attention import HELD
from reports.models import FactsDay, Standing
from reports.tests.walking import Walk, newcomer, totals

pytestmark = pytest.mark.django_db


def kept():
    return list(recounting.drifts(timezone.localdate()))


def test_before_anything_is_settled_figures_are_counted_from_the_records(world, today):
    found = reading.figures_of([world.bureau, world.branch], today)

    assert found.of[world.bureau.pk].total["organizations"] == 6
    assert found.of[world.branch.pk].total["members"] == Member.objects.filter(branch=world.branch).count()
    assert not Standing.objects.exists()


def test_settling_keeps_what_a_count_from_zero_finds(world, today):
    before = reading.figures_of(Organization.objects.all(), today).of

    settling.settle()

    assert kept() == []
    assert reading.figures_of(Organization.objects.all(), today).of == before
    assert not Touched.objects.exists()
    assert FactsDay.objects.get().day == today


def test_a_second_settlement_has_nothing_to_do(world):
    settling.settle()
    rows = list(Standing.objects.order_by("pk").values_list("pk", flat=True))

    counted = settling.settle()

    assert counted == 0
    assert list(Standing.objects.order_by("pk").values_list("pk", flat=True)) == rows


def test_what_waits_is_counted_at_once(world, today):
    settling.settle()

    records.enter(newcomer(world.branch), by=world.secretary)

    assert Touched.objects.exists()
    now = reading.figures_of([world.bureau, world.branch, world.sister_branch], today).of
    settling.settle()
    assert reading.figures_of([world.bureau, world.branch, world.sister_branch], today).of == now
    assert kept() == []


def test_when_many_wait_the_figures_are_those_of_the_last_settlement(world, today, monkeypatch):
    settling.settle()
    settled = FactsDay.objects.get().settled_at
    monkeypatch.setattr(reading, "MOST_WAITING", 0)

    records.enter(newcomer(world.branch), by=world.secretary)

    found = reading.figures_of([world.branch], today)
    assert found.of[world.branch.pk].total["people"] == Member.objects.filter(branch=world.branch).count() - 1
    assert found.counted_at == settled
    assert found.waiting == 1


def test_a_day_keeps_its_figures_through_moves_merges_and_closing(world, today):
    settling.settle()
    shown = completion_of([world.bureau, world.general, world.branch], today)
    lower = [row.short_name for row in reading.lower_on(world.general, today)]

    with noon(2026, 11, 25):
        tree.rename(world.branch, full_name="改了名的第一团支部委员会", short_name="改名团支部", by=None)
        tree.move(world.sister_branch, under=world.other_general, by=None)
        settling.settle()
        assert kept() == []
        assert completion_of([world.bureau, world.general, world.branch], today) == shown
        assert [row.short_name for row in reading.lower_on(world.general, today)] == lower
        assert [row.short_name for row in reading.lower_on(world.general, timezone.localdate())] == ["改名团支部"]
    with noon(2026, 11, 26):
        assert settling.settle()
        people = Member.objects.on_roster().filter(branch=world.sister_branch).count()
        posts = CadreTerm.objects.current().filter(organization=world.sister_branch).count()
        merging.merge(
            world.sister_branch,
            into=world.other_branch,
            on=timezone.localdate(),
            reason="",
            people=people,
            posts=posts,
            by=world.bureau_admin,
        )
        settling.settle()
        assert kept() == []
        assert completion_of([world.bureau, world.general, world.branch], today) == shown
        assert completion_of([world.sister_branch], timezone.localdate()) == {}


def test_a_day_without_figures_has_none(world, today):
    settling.settle()

    found = reading.figures_of([world.bureau], today - dt.timedelta(days=1))

    assert found.of == {}
    assert found.counted_at is None
    assert reading.first_day() == today


def test_a_day_on_which_the_worker_stood_still_shows_the_day_before(world, today):
    settling.settle()
    with noon(2026, 11, 30):
        settling.settle()

        found = reading.figures_of([world.bureau], dt.date(2026, 11, 28))

        assert found.day == today
        assert found.of[world.bureau.pk].total["organizations"] == 6


def test_what_was_touched_before_midnight_belongs_to_its_day(world, today):
    settling.settle()
    records.enter(newcomer(world.branch), by=world.secretary)
    people = Member.objects.filter(branch=world.branch).count()

    with noon(2026, 11, 22):
        settling.settle()

        assert reading.figures_of([world.branch], today).of[world.branch.pk].total["people"] == people
        assert kept() == []


def test_a_new_day_counts_ages_and_periods_anew_without_anybody_touching(world, today):
    a_member(branch=world.branch, birth_on=dt.date(1998, 11, 22))
    settling.settle()
    then = reading.figures_of([world.bureau], today).of[world.bureau.pk].total

    with noon(2027, 1, 2):
        settling.settle()

        now = reading.figures_of([world.bureau], timezone.localdate()).of[world.bureau.pk].total
        assert "e:branch_assembly@2026Q3" in then
        assert "e:branch_assembly@2026Q4" in now
        assert now["age:28-35:2"] == then.get("age:28-35:2", 0) + 1
        assert kept() == []


def test_a_cadre_with_posts_in_several_places_counts_once_wherever_they_meet(world, today):
    person = a_member(branch=world.branch)
    for place in (world.branch, world.sister_branch, world.general, world.other_branch):
        a_cadre_term(person=person, organization=place, post=LeaguePost.STAFF)
    settling.settle()

    for place in (world.branch, world.sister_branch, world.general, world.other_general, world.bureau):
        counted = reading.figures_of([place], today).of[place.pk].total["cadres"]
        assert counted == CadreTerm.objects.current().under(place).values("person").distinct().count()


def test_staff_declared_above_covers_what_is_below(world, today):
    settling.settle()
    for place, value in ((world.general, 500), (world.branch, 40), (world.other_branch, 30)):
        particulars.declare(
            place, kind=Headcount.Kind.STAFF, value=value, as_of_on=today, source="人事处名册", by=world.bureau_admin
        )
    settling.settle()

    figures = reading.figures_of([world.bureau, world.branch], today).of
    assert figures[world.bureau.pk].total["staff"] == 530
    assert figures[world.branch.pk].own["staff_here"] == 40
    assert kept() == []


def test_recount_names_what_nobody_touched_and_mends_it(world, capsys):
    settling.settle()
    Member.objects.filter(pk=world.member.pk).update(education="")

    with pytest.raises(CommandError, match="recount --mend"):
        call_command("recount")
    named = capsys.readouterr().out
    call_command("recount", "--mend")

    assert f"{world.branch.code} {world.branch.short_name}" in named
    assert "a:education" in named
    assert kept() == []
    call_command("recount")


def test_a_clock_set_back_writes_into_no_day_that_is_over(world, today):
    settling.settle()
    with noon(2026, 11, 20):
        records.enter(newcomer(world.branch), by=world.secretary)

        settling.settle()

    assert set(Standing.objects.values_list("from_day", flat=True)) == {today}
    assert kept() == []


def test_queries_do_not_grow_with_what_is_asked(world, today, django_assert_max_num_queries):
    settling.settle()

    for places in ([world.bureau], list(Organization.objects.all())):
        with django_assert_max_num_queries(4):
            reading.figures_of(places, today)


def merged(source, into, by):
    people = Member.objects.on_roster().filter(branch=source).count()
    posts = CadreTerm.objects.current().filter(organization=source).count()
    merging.merge(source, into=into, on=timezone.localdate(), reason="", people=people, posts=posts, by=by)


def of_the_period(figures):
    names = ("activities", "times", "joined@", "left@", HELD)
    return {key: value for key, value in figures.items() if key.startswith(names)}


def held_in(place):
    figures = reading.figures_of([place], timezone.localdate()).of[place.pk].total
    return figures[HELD], figures["activities@2026-11"], figures["activities:league_lesson@2026"]


def test_what_a_merged_branch_held_stays_with_its_superiors(world):
    an_activity(world.branch, present=[world.member], held_on=dt.date(2026, 11, 20))
    an_activity(world.branch, attended=7, held_on=dt.date(2026, 11, 19))
    settling.settle()
    places = [world.general, world.bureau]
    before = [of_the_period(known.total) for known in reading.figures_of(places, timezone.localdate()).of.values()]

    merged(world.branch, world.sister_branch, world.bureau_admin)

    moved = {"joined@2026-11": 1, "left@2026-11": 1}
    expected = [keys.added(figures, moved) for figures in before]
    for _ in ("as it waits", "as it is settled"):
        known = reading.figures_of(places, timezone.localdate()).of
        assert [of_the_period(each.total) for each in known.values()] == expected
        settling.settle()
    assert known[world.general.pk].own[HELD] == 2
    assert kept() == []


def test_what_is_done_to_a_closed_organisation_counts_above_it_at_once(world):
    held = an_activity(world.branch, held_on=dt.date(2026, 11, 20))
    merged(world.branch, world.sister_branch, world.bureau_admin)
    settling.settle()
    assert held_in(world.bureau) == (1, 1, 1)

    void(held, reason="not_held", by=world.bureau_admin)

    waiting = reading.figures_of([world.general, world.bureau], timezone.localdate())
    assert [HELD in each.total for each in waiting.of.values()] == [False, False]
    settling.settle()
    assert kept() == []


def test_the_nearest_superior_in_force_has_what_closed_ones_held(world):
    an_activity(world.other_branch, held_on=dt.date(2026, 11, 20))
    an_activity(world.other_general, held_on=dt.date(2026, 11, 20))
    settling.settle()
    merged(world.other_branch, world.branch, world.bureau_admin)

    closing.close(world.other_general, on=timezone.localdate(), reason="撤销", by=world.bureau_admin)

    settling.settle()
    assert reading.figures_of([world.bureau], timezone.localdate()).of[world.bureau.pk].own[HELD] == 2
    assert kept() == []
    closing.reopen(world.other_general, reason="恢复", by=world.bureau_admin)
    settling.settle()
    known = reading.figures_of([world.bureau, world.other_general], timezone.localdate()).of
    assert [HELD in each.own for each in known.values()] == [False, True]
    assert held_in(world.bureau) == held_in(world.other_general) == (2, 2, 2)
    assert kept() == []


def test_a_superior_that_moves_takes_along_what_closed_ones_held(world):
    an_activity(world.branch, held_on=dt.date(2026, 11, 20))
    merged(world.branch, world.sister_branch, world.bureau_admin)
    settling.settle()

    tree.move(world.general, under=world.foreign_bureau, by=None)

    settling.settle()
    assert held_in(world.foreign_bureau) == (1, 1, 1)
    assert HELD not in reading.figures_of([world.bureau], timezone.localdate()).of[world.bureau.pk].total
    assert kept() == []


def test_queries_do_not_grow_with_what_is_closed(world, today):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            counting.own_figures(Organization.objects.active(), today)
        return len(captured)

    merged(world.branch, world.sister_branch, world.bureau_admin)
    few = queries()
    for _ in range(3):
        closing.close(an_organization(under=world.general), on=today, reason="撤销", by=world.bureau_admin)

    assert queries() == few


@pytest.mark.property
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_figures_equal_the_records_and_days_stay_as_they_were_shown(world, seed):
    walk, shown = Walk(world, seed), {}
    moment = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
    settling.settle()

    for _ in range(30):
        moment += dt.timedelta(minutes=1)
        with time_machine.travel(moment, tick=True):
            settling.settle()
            (deed, _), today = walk.step(), timezone.localdate()
            everywhere = list(Organization.objects.order_by("pk"))
            waiting = reading.figures_of(everywhere, today).of
            settling.settle()
            assert kept() == [], deed
            settled = reading.figures_of(everywhere, today).of
            assert totals(waiting) == totals(settled), deed
            shown[today] = totals(settled)
            if walk.dice.random() < 0.3:
                moment += dt.timedelta(days=walk.dice.choice([1, 1, 2, 30]))
    with time_machine.travel(moment, tick=True):
        for day, figures in shown.items():
            found = reading.figures_of(list(Organization.objects.filter(pk__in=figures)), day).of
            assert totals(found) == figures


def test_only_the_first_log_in_of_an_administrator_moves_a_figure(world, signed_in):
    settling.settle()

    signed_in(world.general_admin)
    assert set(Touched.objects.values_list("organization_id", flat=True)) == {world.general.pk}
    settling.settle()
    signed_in(world.general_admin)

    assert not Touched.objects.exists()
    assert kept() == []


def test_a_version_that_keeps_more_counts_what_is_kept_anew(world, today):
    anew = import_module("reports.migrations.0007_count_anew")
    Touched.objects.all().delete()
    anew.touch_everything(apps, None)
    assert not Touched.objects.exists()
    settling.settle()
    Standing.objects.update(own={}, below={})

    anew.touch_everything(apps, None)
    settling.settle()

    assert kept() == []
