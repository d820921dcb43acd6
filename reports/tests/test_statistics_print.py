"""团内大数据 on paper: the part of the page with its tables in place of charts."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry, OrgType
from branches.tests.builders import an_organization
from members.tests.builders import a_member
from reports.facts import settling


def paper(client, **query):
    return client.get(reverse("reports:statistics_print"), query)


def headings_in(answer):
    return re.findall(r"<h2>([^（<]+)", answer.content.decode())


def test_who_may_print_it(world, signed_in):
    users = ("bureau_admin", "officer", "observer", "secretary", "auditor", "foreign_admin")

    found = {user: paper(signed_in(getattr(world, user)), organization=world.general.pk).status_code for user in users}

    assert found == {
        "bureau_admin": 200, "officer": 200, "observer": 200, "secretary": 404, "auditor": 403, "foreign_admin": 404,
    }  # fmt: skip


def test_figures_and_charts_stand_as_tables(world, signed_in):
    client = signed_in(world.bureau_admin)

    first, cadres = paper(client), paper(client, part="cadres")

    shown = client.get(reverse("reports:statistics")).context["dashboard"]
    assert headings_in(first) == ["概况", *(table.title for table in shown.all_tables)]
    assert headings_in(cadres) == ["团干部年龄", "团干部性质", "团干部性别", "书记空缺、换届超期等"]
    text = first.content.decode()
    assert all(card.column.label in text and card.cell.text in text for card in shown.cards)
    assert all(line.label in text for table in shown.all_tables for line in table.rows)
    assert "data-chart" not in text
    assert 'class="watermark"' in text
    assert "paper-portrait.css" in text


def test_it_is_logged(world, signed_in):
    paper(signed_in(world.officer), part="cadres")

    entry = AuditEntry.objects.get(kind="printed")
    assert (entry.actor, entry.changes["内容"], entry.changes["统计时点"]) == (
        world.officer,
        [None, "团内大数据：团干部年龄、团干部性质、团干部性别、书记空缺、换届超期等"],
        [None, "2026-11-21"],
    )


def test_a_day_that_is_over_and_one_without_figures_are_named(world, signed_in):
    settling.settle()
    client = signed_in(world.bureau_admin)

    text = paper(client, on="2026-11-20").content.decode()

    assert "统计时点：2026-11-20（历史数据）" in text
    assert "统计数据自 2026-11-21 起逐日保存" in text
    assert "没有当天的数据。" in text


def test_the_page_offers_it_with_the_same_conditions(world, signed_in):
    text = signed_in(world.bureau_admin).get(reverse("reports:statistics"), {"part": "cadres"}).content.decode()

    assert re.search(rf'href="/statistics/print/\?organization={world.bureau.pk}&amp;part=cadres"', text)


@pytest.mark.parametrize("part", ["", "activities"])
def test_queries_do_not_grow(world, signed_in, part):
    client = signed_in(world.bureau_admin)

    def queries():
        settling.settle()
        paper(client, part=part)
        with CaptureQueriesContext(connection) as asked:
            assert paper(client, part=part).status_code == 200
        return len(asked)

    one = queries()
    for number in range(2):
        general = an_organization(f"又{number}团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
        a_member(branch=an_organization(f"又{number}团支部", under=general))

    assert queries() == one
