"""The list of what an import wrote, narrowed by name, kind of record and what was done."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models.roster import Choice
from members.roster.preview.deciding import decide_all
from members.roster.running.applying import apply_plan
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import a_row, checked, members
from members.tests.test_import_pages import BRANCH, content


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


@pytest.fixture
def roster(world):
    """An import that entered two people, one of them with a post, updated one and moved one."""
    known, other = a_member("林同", branch=world.branch), a_member("邱蔓", branch=world.sister_branch)
    rows = (
        a_row("费思源", BRANCH),
        a_row("费云", BRANCH, number=an_id_number(), post="组织委员"),
        a_row("林同", BRANCH, number=known.id_number, phone="14000222222"),
        a_row("邱蔓", BRANCH, number=other.id_number),
    )
    roster = checked(members(*rows), organization=world.general, by=world.general_admin)
    decide_all(roster, Choice.MOVE, by=world.general_admin)
    roster.refresh_from_db()
    apply_plan(roster, by=world.general_admin)
    return roster


def listed(client, roster, **asked):
    """Names and deeds in the table."""
    page = content(client, f"/imports/{roster.pk}/changes/", **asked)
    body = page[page.find("<tbody") :]
    names = [
        re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'<td[^>]*class="name"[^>]*>(.*?)</td>', body, re.S)
    ]
    return set(names)


def test_what_an_import_wrote_is_found_by_name_kind_and_deed(admin, roster):
    assert listed(admin, roster, q="费") == {"费思源", "费云"} | {n for n in listed(admin, roster) if "组织委员" in n}
    assert listed(admin, roster, deed="updated") == {"林同"}
    assert listed(admin, roster, deed="moved") == {"邱蔓"}
    assert listed(admin, roster, what="members.member", deed="created") == {"费思源", "费云"}
    assert len(listed(admin, roster, what="members.cadreterm")) == 1


def test_what_nobody_wrote_is_said_not_to_be_there(admin, roster):
    page = content(admin, f"/imports/{roster.pk}/changes/", q="没有这个人")

    assert "没有符合条件的内容" in page


def test_what_came_from_another_branch_is_called_moved(admin, roster):
    page = content(admin, f"/imports/{roster.pk}/changes/", q="邱蔓")

    assert "调入</td>" in page


def test_the_statements_of_the_list_do_not_grow_with_it(admin, roster):
    counts = []
    for asked in ({"q": "邱"}, {"what": "members.member"}):
        listed(admin, roster, **asked)
        with CaptureQueriesContext(connection) as queries:
            listed(admin, roster, **asked)
        counts.append(len(queries))

    assert counts[0] == counts[1]
