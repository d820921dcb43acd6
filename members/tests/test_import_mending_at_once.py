"""A cell of an import that somebody else has written anew meanwhile, and a session that ends over it."""

import re
from urllib.parse import quote

import pytest

from members.models.roster import RowState
from members.tests.builders import an_id_number
from members.tests.rosters import a_row
from members.tests.test_import_pages import BRANCH, checked_here, content
from tuanjian.masking import mask_number

WRONG = "379998200106180013"


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


def looked_at(client, roster, field):
    """What the form for a cell of the first row says was looked at."""
    return re.search(
        r'name="seen" value="([0-9a-f]{64})"', content(client, f"/imports/{roster.pk}/", mend=f"1.{field}")
    )[1]


def mend(client, roster, **data):
    return client.post(f"/imports/{roster.pk}/rows/1/mend/", data)


def written(roster):
    return [each.text for each in roster.mends.all()]


def test_a_cell_written_anew_meanwhile_is_not_written_over(world, admin, signed_in):
    roster = checked_here(world, a_row("费思源", "一室一室"))
    seen = looked_at(admin, roster, "branch")
    mend(signed_in(world.bureau_admin), roster, field="branch", text=BRANCH, seen=seen)

    admin = signed_in(world.general_admin)
    page = mend(admin, roster, field="branch", text="航测二室团支部", seen=seen, back="state=invalid&mend=1.branch")
    text = page.content.decode()

    assert f"打开这一格以后，{world.bureau_admin}已把它改为“{BRANCH}”，这次填写的还没有保存。" in text
    assert 'name="text" value="航测二室团支部"' in text
    assert f'href="/imports/{roster.pk}/?state=invalid#cell-1-branch"' in text
    assert written(roster) == [BRANCH]
    again = re.search(r'name="seen" value="([0-9a-f]{64})"', text)[1]
    mend(admin, roster, field="branch", text="航测二室团支部", seen=again)
    assert written(roster) == ["航测二室团支部"]


def test_numbers_written_meanwhile_are_told_masked_only(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))
    seen, first, second = looked_at(admin, roster, "id_number"), an_id_number(), an_id_number()
    mend(admin, roster, field="id_number", text=first, seen=seen)

    page = mend(admin, roster, field="id_number", text=second, seen=seen).content.decode()

    assert f"您已把它改为“{mask_number(first, len(first))}”" in page
    assert first not in page
    assert written(roster) == [first]


def test_the_same_written_twice_is_no_conflict(world, admin):
    roster = checked_here(world, a_row("费思源", "一室一室"))
    seen = looked_at(admin, roster, "branch")
    mend(admin, roster, field="branch", text=BRANCH, seen=seen)

    answer = mend(admin, roster, field="branch", text=BRANCH, seen=seen)

    assert (answer.status_code, roster.rows.get().state) == (302, RowState.NEW)


def test_what_was_typed_too_long_is_kept_to_be_shortened(world, admin):
    roster = checked_here(world, a_row("费思源", "一室一室"))

    page = mend(admin, roster, field="branch", text="室" * 1_001, seen=looked_at(admin, roster, "branch"))

    assert "内容过长" in page.content.decode()
    assert "室" * 1_001 in page.content.decode()
    assert written(roster) == []


def test_a_session_that_ended_leads_back_to_the_cell_and_says_that_nothing_was_saved(world, admin):
    roster = checked_here(world, a_row("费思源", "一室一室"))
    admin.logout()
    at = f"/imports/{roster.pk}/?state=invalid&mend=1.branch"

    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"}
    answer = admin.post(f"/imports/{roster.pk}/rows/1/mend/", {"field": "branch", "text": BRANCH}, headers=headers)
    page = admin.get(answer["HX-Redirect"]).content.decode()

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == f"/login/?next={quote(at)}"
    assert "填写的内容没有保存" in page
    assert written(roster) == []


def test_what_stands_in_the_address_is_the_cell_that_is_mended(world, admin):
    roster = checked_here(world, a_row("费思源", "一室一室"))

    page = content(admin, f"/imports/{roster.pk}/", state="invalid")
    mending = content(admin, f"/imports/{roster.pk}/", state="invalid", mend="1.branch")

    assert page.count('hx-replace-url="true"') == page.count("mend-link")
    assert mending.count('id="cell-1-branch"') == page.count('id="cell-1-branch"') == 1
