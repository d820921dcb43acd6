"""A figure of 团内大数据 that opens leads to a list that shows just so many; where there is none it does not open."""

import datetime as dt

import pytest

from activities.tests.builders import an_activity
from members.tests.builders import a_member, a_young_person
from reports.statistics.dashboard import PARTS
from reports.tests.test_statistics_pages import page

LISTS = ("/members/", "/youth/", "/cadres/", "/activities/", "/health/", "/organizations/", "/completion/")


def shown_by(client, url):
    """How many a list shows."""
    context = client.get(url).context
    if "sections" in context:
        return sum(section.count for section in context["sections"])
    return (context.get("page") or context["table"].page).paginator.count


def linked_in(dashboard):
    cells = [card.cell for card in dashboard.cards]
    cells += [cell for table in dashboard.all_tables for line in table.rows for cell in line.cells]
    wanted = [cell for cell in cells if cell.url.startswith(LISTS) and not cell.is_rate]
    return [cell for cell in wanted if cell.value]


@pytest.mark.parametrize("part", [part.key for part in PARTS])
@pytest.mark.parametrize("place", ["bureau", "branch"])
def test_a_figure_that_opens_equals_the_list_it_opens(world, signed_in, part, place):
    a_member(branch=world.branch, education="", political_status="")
    a_member(branch=world.other_branch, education="21", gender="2")
    an_activity(world.branch, held_on=dt.date(2026, 5, 4), present=[world.member])
    an_activity(world.general, held_on=dt.date(2026, 11, 4), attended=7)
    client = signed_in(world.bureau_admin)

    cells = linked_in(page(client, organization=getattr(world, place).pk, part=part).context["dashboard"])

    assert cells or part == "moves" or (part, place) == ("cadres", "bureau")
    assert [(cell.url, shown_by(client, cell.url)) for cell in cells] == [(cell.url, cell.value) for cell in cells]


def unfilled_in(client, key, **query):
    dashboard = page(client, part="members", **query).context["dashboard"]
    table = next(table for table in dashboard.tables if table.key == key)
    return next(line.cells[0] for line in table.lines if line.label == "未填")


@pytest.mark.parametrize(("key", "field"), [("education", "education"), ("political", "political_status")])
def test_what_is_not_known_opens_the_missing_facts_while_they_are_the_same(world, signed_in, key, field):
    client = signed_in(world.bureau_admin)
    a_member(branch=world.branch, **{field: ""})

    alone = unfilled_in(client, key)
    a_young_person(branch=world.branch, **{field: ""})
    with_others = unfilled_in(client, key)

    assert (alone.value, alone.url) == (1, f"/completion/{world.bureau.pk}/missing/?item=people.{field}")
    assert shown_by(client, alone.url) == 2
    # The list holds young people who are no members, too.
    assert (with_others.value, with_others.url) == (1, "")
