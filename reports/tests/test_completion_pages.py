"""The pages of 应录尽录: who may open them, what they add up to, the same queries for one and three organisations."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from branches.models import AuditEntry, OrgType
from branches.tests.builders import an_organization
from members.tests.builders import a_member
from reports.facts import settling


def page(client, name="completion", pk=None, **query):
    return client.get(reverse(f"reports:{name}", args=[pk] if pk else []), query)


def test_a_stranger_finds_nothing_an_observer_looks(world, signed_in):
    assert page(signed_in(world.observer), "completion_of", world.branch.pk).status_code == 200
    assert page(signed_in(world.secretary), "completion_of", world.sister_branch.pk).status_code == 404
    assert page(signed_in(world.auditor)).status_code == 403


def test_an_observer_is_offered_no_mending(world, signed_in):
    assert "去补录" not in page(signed_in(world.observer), "completion_of", world.branch.pk).content.decode()
    assert "去补录" in page(signed_in(world.secretary), "completion_of", world.branch.pk).content.decode()


def test_lower_organisations_stand_by_state_in_the_committees_order(world, signed_in):
    board = page(signed_in(world.bureau_admin)).context["board"]

    assert [row.organization for band in board.bands for row in band.rows] == [world.general, world.other_general]
    assert board.total.expected == board.own_level.expected + sum(
        row.expected for band in board.bands for row in band.rows
    )


def test_a_branch_is_opened_at_once(world, signed_in):
    answer = page(signed_in(world.secretary))

    assert answer.context["opened"].completion.organization == world.branch
    assert (
        sum(count for _, _, count, _ in answer.context["opened"].groups) == answer.context["opened"].completion.missing
    )


def test_above_a_branch_a_person_is_told_with_the_branch(world, signed_in):
    a_member("高若溪", branch=world.branch, ethnicity="")

    seen = [
        page(signed_in(user), "completion_of", place.pk).content.decode()
        for user, place in ((world.bureau_admin, world.bureau), (world.secretary, world.branch))
    ]

    told = "<small>航测一室团支部，团员信息必填项。</small>"
    assert [told in text for text in seen] == [True, False]


@pytest.mark.parametrize("name", ["completion", "completion_of", "completion_print"])
def test_queries_do_not_grow(world, signed_in, name):
    client = signed_in(world.bureau_admin)
    pk = None if name == "completion" else world.bureau.pk
    a_member(branch=world.branch, ethnicity="")

    def queries():
        settling.settle()
        page(client, name, pk)
        with CaptureQueriesContext(connection) as captured:
            assert page(client, name, pk).status_code == 200
        return len(captured)

    one = queries()
    for number in range(2):
        general = an_organization(f"又{number}团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
        a_member(branch=an_organization(f"又{number}团支部", under=general), ethnicity="", phone="")

    assert queries() == one


def test_printing_lists_everything_and_is_logged(world, signed_in):
    for _ in range(15):
        a_member(branch=world.branch, ethnicity="")

    answer = page(signed_in(world.secretary), "completion_print", world.branch.pk)

    assert all(rest == 0 for _, _, _, rest in answer.context["opened"].groups)
    entry = AuditEntry.objects.get(kind="printed")
    assert (entry.actor, entry.reason) == (world.secretary, "缺项清单")


def test_every_link_leads_to_a_page_with_the_field_on_it(world, signed_in):
    a_member(branch=world.branch, ethnicity="", education="", phone="")
    client = signed_in(world.bureau_admin)

    for _, lines, _, _ in page(client, "completion_of", world.bureau.pk).context["opened"].groups:
        for line in lines:
            address, _, anchor = line.url.partition("#")
            answer = client.get(address)
            assert (line.what, answer.status_code) == (line.what, 200)
            assert not anchor or f'id="{anchor}"' in answer.content.decode(), line


def test_all_branches_come_page_by_page_and_leave_whole(world, signed_in):
    for number in range(12):
        an_organization(f"第{number}团支部", under=world.general)
    client = signed_in(world.bureau_admin)
    asked = {"rows": "branches", "size": 10}

    pages = [page(client, **asked, page=number) for number in (1, 2)]

    board = pages[0].context["board"]
    cut = [[row for _, rows in answer.context["bands"] for row in rows] for answer in pages]
    assert [len(rows) for rows in cut] == [10, 5]
    assert [row.organization for rows in cut for row in rows] == [row.organization for row in board.rows]
    assert [sum(len(band.rows) for band in board.bands), board.lower_count] == [15, 15]
    assert "共 15 条" in pages[0].content.decode()
    assert "page=2&amp;size=10" in pages[1].content.decode()
    paper = page(client, "completion_table", **asked).content.decode()
    book = load_workbook(io.BytesIO(b"".join(page(client, "completion_export", **asked).streaming_content)))
    names = {cell.value for row in book["汇总"].iter_rows() for cell in row}
    assert all(row.organization.short_name in paper and row.organization.short_name in names for row in board.rows)


def test_direct_lower_organisations_stand_on_one_page(world, signed_in):
    answer = page(signed_in(world.bureau_admin), size=10)

    assert answer.context["page"] is None
    assert "paging" not in answer.content.decode()
