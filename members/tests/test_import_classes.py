"""问题分类: what has to be mended comes first, what nobody has to do anything about last and folded."""

import pytest

from members.roster.preview.classifying import Gravity
from members.roster.preview.reviewing import Review
from members.tests.builders import a_member
from members.tests.rosters import ORGANIZATION_HEADINGS, a_row, checked
from members.tests.test_import_pages import BRANCH, checked_here, content, visible_text

WRONG = "379998200106180013"


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


def graded(roster):
    return [(each.words, each.gravity) for each in Review(roster).classes]


def test_classes_come_by_gravity_whatever_their_size(world):
    a_member("林同", branch=world.branch)
    covered = [a_row(f"费{name}", BRANCH, phone="138****0000") for name in "一二三四"]
    roster = checked_here(world, *covered, a_row("林同", BRANCH), a_row("葛云帆", BRANCH, number=WRONG))

    assert graded(roster) == [
        ("校验位不对", Gravity.MEND),
        ("同一团支部有同名的人", Gravity.DECIDE),
        ("只写到月，按年月保存", Gravity.NOTE),
        ("被遮盖或只是占位的号码，未导入该项", Gravity.NOTE),
    ]


def test_what_is_left_out_is_worth_a_look(world):
    roster = checked_here(world, a_row("费思源", BRANCH, joined="2016"), a_row("葛云帆", BRANCH, joined="2016-05"))

    assert graded(roster) == [("只写到年，未导入该项", Gravity.LOOK), ("只写到月，按年月保存", Gravity.NOTE)]


def test_the_telephone_of_an_office_is_no_covered_phone(world):
    row = (None, world.general.full_name, None, None, None, None, "12")
    sheets = {"组织": [ORGANIZATION_HEADINGS, row]}
    roster = checked(sheets, organization=world.general, by=world.general_admin)

    assert [gravity for _, gravity in graded(roster)] == [Gravity.LOOK]


def test_people_of_other_branches_are_decided_about_once(world):
    known = a_member("邱蔓", branch=world.sister_branch)
    roster = checked_here(world, a_row("邱蔓", BRANCH, number=known.id_number), a_row("费思源", BRANCH))

    assert [words for words, gravity in graded(roster) if gravity == Gravity.NOTE] == ["只写到月，按年月保存"]


def test_notes_are_folded_with_their_number_until_one_is_asked_for(world, admin):
    roster = checked_here(world, *(a_row(name, BRANCH) for name in ("费思源", "葛云帆")))

    page = content(admin, f"/imports/{roster.pk}/")
    asked = content(admin, f"/imports/{roster.pk}/", finding="W_PRECISION.joined_on.")

    assert "仅供了解 2 处" in visible_text(page)
    assert ('class="import-notes" open' in page, 'class="import-notes" open' in asked) == (False, True)
