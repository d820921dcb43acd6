"""A figure of 团内大数据 that opens leads to a list that shows just so many; where there is none it does not open."""

import datetime as dt

import pytest

from activities.tests.builders import an_activity
from branches.models import Organization, UnitCategory
from members.models import Member
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.statistics.dashboard import PARTS
from reports.tests.test_statistics_pages import page

LISTS = ("/members/", "/youth/", "/cadres/", "/activities/", "/health/", "/organizations/", "/completion/")


def shown_by(client, url):
    """How many a list shows."""
    context = client.get(url).context
    if "sections" in context:
        return sum(section.count for section in context["sections"])
    if url.startswith("/cadres/"):
        # Posts are listed, people are counted.
        return context["people"]
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
    nobody_knows = a_member(branch=world.other_branch, education="")
    Member.objects.filter(pk=nobody_knows.pk).update(birth_on=None, gender="9")
    a_young_person(branch=world.branch, education="", political_status="")
    a_cadre_term(person=world.member, organization=world.general)
    a_cadre_term(person=nobody_knows, organization=world.other_branch)
    Organization.objects.filter(pk=world.branch.pk).update(unit_category=UnitCategory.objects.earliest("pk"))
    an_activity(world.branch, held_on=dt.date(2026, 5, 4), present=[world.member])
    an_activity(world.general, held_on=dt.date(2026, 11, 4), attended=7)
    client = signed_in(world.bureau_admin)

    cells = linked_in(page(client, organization=getattr(world, place).pk, part=part).context["dashboard"])

    assert cells or part == "moves"
    assert [(cell.url, shown_by(client, cell.url)) for cell in cells] == [(cell.url, cell.value) for cell in cells]


def unfilled_in(client, key, **query):
    dashboard = page(client, part="members", **query).context["dashboard"]
    table = next(table for table in dashboard.tables if table.key == key)
    return next(line.cells[0] for line in table.lines if line.label == "未填")


@pytest.mark.parametrize(("key", "asked"), [("education", "education"), ("political", "political_status")])
def test_what_is_not_known_of_members_opens_those_members_alone(world, signed_in, key, asked):
    client = signed_in(world.bureau_admin)
    a_member("高若溪", branch=world.branch, **{asked: ""})
    a_young_person(branch=world.branch, **{asked: ""})

    unfilled = unfilled_in(client, key)

    assert (unfilled.value, unfilled.url) == (1, f"/members/?organization={world.bureau.pk}&{asked}=unfilled")
    assert [row.record.name for row in client.get(unfilled.url).context["table"].page] == ["高若溪"]


def test_of_whom_sex_and_birth_date_are_not_known_open_too(world, signed_in):
    client = signed_in(world.bureau_admin)
    person = a_member(branch=world.branch)
    Member.objects.filter(pk=person.pk).update(birth_on=None, gender="0")

    dashboard = page(client, part="members").context["dashboard"]
    table = next(table for table in dashboard.tables if table.key == "age")
    cell = next(line.cells[2] for line in table.lines if line.label == "出生日期未填")

    assert (cell.heading, cell.value, shown_by(client, cell.url)) == ("性别未填", 1, 1)


def test_sex_age_and_category_of_what_is_counted_open_their_lists(world, signed_in):
    client = signed_in(world.bureau_admin)
    Organization.objects.filter(pk=world.branch.pk).update(unit_category=UnitCategory.objects.earliest("pk"))

    tables = [page(client, part=part).context["dashboard"].tables for part in ("cadres", "organizations")]

    opening = {
        table.key for part in tables for table in part for line in table.lines for cell in line.cells if cell.url
    }
    assert {"cadre_age", "cadre_sex", "types", "categories", "vacancies"} <= opening


def test_an_organization_without_category_and_one_of_it_are_found(world, signed_in):
    client = signed_in(world.bureau_admin)
    category = UnitCategory.objects.earliest("pk")
    Organization.objects.filter(pk=world.branch.pk).update(unit_category=category)
    url = f"/organizations/lower/?organization={world.bureau.pk}&all=1&unit_category="

    found, unfilled = (client.get(url + asked).context["table"].page for asked in (category.code, "unfilled"))

    assert [row.record for row in found] == [world.branch]
    assert world.branch not in [row.record for row in unfilled]
    assert len(unfilled) > 2
