"""Rights end at once: in the middle of a session, between a preview and its button, and while a job runs."""

import datetime as dt

import pytest
from django.utils import timezone

from branches.models import AccessGrant, ChangeRequest, Role
from branches.tests.builders import an_organization
from members import tasks
from members.models import Member
from members.models.roster import ImportState, RosterImport
from members.tests.rosters import a_row, checked, imported
from members.tests.rosters import members as sheet_of_members
from reports.tests.test_audit_matrix import everything

pytestmark = pytest.mark.django_db
BRANCH = "航测一室团支部"


def take_back(user):
    AccessGrant.objects.filter(user=user).update(ended_at=timezone.now())


def put_below(user):
    """The account stays, what it held has become a look from the observer's seat."""
    AccessGrant.objects.filter(user=user).update(role=Role.OBSERVER)


def disable(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


def leave_everywhere(user):
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])


# What happens, and how the next request of the open session is answered: looking, and doing.
ENDINGS = [(take_back, 404, 404), (put_below, 200, 403), (disable, 302, 302), (leave_everywhere, 302, 302)]


@pytest.fixture(params=ENDINGS, ids=lambda each: each[0].__name__)
def ending(request):
    return request.param


def test_a_session_loses_its_rights_at_the_next_click(world, signed_in, ending):
    end, looking, doing = ending
    client = signed_in(world.general_admin)
    page = f"/members/{world.member.pk}/"
    assert client.get(page).status_code == 200
    end(world.general_admin)
    before = everything()

    assert client.get(page).status_code == looking
    assert client.post(f"{page}edit/", {"name": "赵启明"}).status_code == doing
    assert client.post(f"{page}reveal/", {"field": "phone", "purpose": "电话通知开会"}).status_code == doing
    assert client.post(f"/organizations/{world.branch.pk}/rename/", {"short_name": "新名"}).status_code == doing
    assert everything() == before


def a_checked_import(world, by):
    return checked(sheet_of_members(a_row("费思源", BRANCH)), organization=world.general, by=by)


def previewed_import(world, by):
    roster = a_checked_import(world, by)
    return f"/imports/{roster.pk}/", f"/imports/{roster.pk}/confirm/", {}


def previewed_taking_back(world, by):
    roster = imported(sheet_of_members(a_row("费思源", BRANCH)), organization=world.general, by=by)
    page = f"/imports/{roster.pk}/take-back/"
    return page, page, {}


def previewed_closing(world, by):
    lower = an_organization("待撤销团支部", under=world.general)
    page = f"/organizations/{lower.pk}/close/"
    return page, page, {"on": "2026-11-21", "reason": "人员分流"}


def previewed_ticked(world, by):
    page = f"/members/void/?pk={world.member.pk}"
    return page, page, {"reason": "重复录入"}


def previewed_grant(world, by):
    page = f"/organizations/{world.branch.pk}/grants/new/"
    return page, page, {"account": "outsider", "role": Role.OBSERVER, "starts_on": "2026-11-21"}


def previewed_approval(world, by):
    asked = ChangeRequest.objects.create(
        organization=world.branch, kind="name", full_name="共青团华岳局测绘院航测三室支部委员会", short_name="三室",
        reason="科室改名", made_by=world.secretary, made_at=timezone.now(),
    )  # fmt: skip
    return f"/applications/{asked.pk}/", f"/applications/{asked.pk}/approve/", {}


PREVIEWS = [
    previewed_import,
    previewed_taking_back,
    previewed_closing,
    previewed_ticked,
    previewed_grant,
    previewed_approval,
]


@pytest.mark.parametrize("preview", PREVIEWS, ids=lambda each: each.__name__)
def test_what_was_shown_is_not_done_once_the_right_is_gone(world, signed_in, preview, ending):
    end, _, doing = ending
    client = signed_in(world.general_admin)
    page, button, data = preview(world, world.general_admin)
    assert client.get(page).status_code == 200
    end(world.general_admin)
    before = everything()

    answer = client.post(button, data)

    # A list of ticked people holds none of them for whoever sees none: back to the list, or 403 for the whole page.
    assert answer.status_code in {doing, 403}
    assert everything() == before


@pytest.mark.parametrize("end", [take_back, put_below, disable])
def test_a_job_asks_again_whether_its_person_may(world, end):
    """Confirmed, and waiting for the worker, when the right ends: nobody is written."""
    user = world.general_admin
    roster = a_checked_import(world, user)
    lease = timezone.now() + dt.timedelta(minutes=5)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.WRITING, lease_until=lease)
    people = list(Member.objects.order_by("pk").values_list())
    end(user)

    tasks.write_roster.call(roster.pk, user.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.error) == (
        ImportState.TO_CONFIRM, "您现在没有在这里导入的权限，请联系上级管理员。"
    )  # fmt: skip
    assert list(Member.objects.order_by("pk").values_list()) == people


@pytest.mark.parametrize("end", [take_back, put_below, disable])
def test_a_check_asks_again_whether_its_person_may(world, end):
    roster = a_checked_import(world, world.general_admin)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.UPLOADED)
    end(world.general_admin)

    tasks.check_roster.call(roster.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.error_code) == (ImportState.FAILED, "R_OUT_OF_SCOPE")
