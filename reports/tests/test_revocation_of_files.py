"""Rights end between asking for a file and getting it, while it is handed out, and as something is being written."""

import datetime as dt
import hashlib

import pytest
from django.urls import reverse

from branches import grants
from branches.models import AccessGrant, AuditEntry, Role, User
from branches.tests.threads import overlapping
from members import releases
from members.filters import as_listed
from members.models import ExportProfile, ExportRequest, Member, PrivacyLimits
from members.models.roster import ImportState, RosterImport
from members.roster.running.applying import apply_plan
from members.tests.rosters import a_row, checked
from members.tests.rosters import members as sheet_of_members
from reports.tests.test_audit_matrix import everything
from reports.tests.test_revocation import ENDINGS, disable, leave_everywhere, put_below, take_back

PURPOSE = "录入国家系统"
TODAY = dt.date(2026, 11, 21)


def an_approved_request(world):
    """A list that takes a second person, asked for by the middle level and approved by the one above."""
    PrivacyLimits.objects.create(organization=world.bureau, rows_without_approval=1)
    people = as_listed(Member.objects.under(world.general))
    words = {"profile": ExportProfile.objects.get(), "query": "", "asked": "", "purpose": PURPOSE}
    asking = releases.ask(people, world.general, by=world.general_admin, **words)
    releases.approve(asking, by=world.bureau_admin)
    return asking


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda each: each[0].__name__)
def test_an_approved_list_is_not_fetched_once_the_right_is_gone(world, signed_in, ending):
    end, _, doing = ending
    asking = an_approved_request(world)
    client, page = signed_in(world.general_admin), reverse("members:export_request", args=[asking.pk])
    assert client.get(page).status_code == 200
    end(world.general_admin)
    before = everything()

    answer = client.post(reverse("members:export_fetch", args=[asking.pk]))

    # A request is seen by whoever may decide about it: to an observer it is not there.
    assert answer.status_code in {doing, 404}
    assert not answer.streaming
    assert everything() == before
    assert ExportRequest.objects.get().state == "approved"
    assert not AuditEntry.objects.filter(kind="exported").exists()


@pytest.mark.django_db
def test_whoever_approved_and_lost_the_right_since_has_approved(world, signed_in):
    """Approving is a deed of its moment, as the log has it; what is handed out follows the rights of who fetches."""
    asking = an_approved_request(world)
    take_back(world.bureau_admin)

    answer = signed_in(world.general_admin).post(reverse("members:export_fetch", args=[asking.pk]))

    assert answer.status_code == 200


@pytest.mark.django_db
def test_a_request_is_not_approved_by_whoever_lost_the_right(world, signed_in):
    asking = an_approved_request(world)
    ExportRequest.objects.update(state="waiting", decided_by=None, decided_at=None)
    client = signed_in(world.bureau_admin)
    assert client.get(reverse("members:export_request", args=[asking.pk])).status_code == 200
    take_back(world.bureau_admin)
    before = everything()

    answer = client.post(reverse("members:export_approve", args=[asking.pk]))

    assert answer.status_code == 404
    assert everything() == before


def the_members(world):
    return "get", reverse("members:members_export"), {}


def the_log(world):
    return "get", reverse("branches:log_export"), {}


def the_completion(world):
    return "get", reverse("reports:completion_export"), {}


def the_flagged(world):
    return "get", reverse("members:health_export"), {}


def a_gap_sheet(world):
    Member.objects.filter(pk=world.member.pk).update(ethnicity="")
    return "get", reverse("members:gap_sheet", args=[world.branch.pk]), {}


def a_blank(world):
    return "get", reverse("members:blank", args=["members"]), {}


def refused_rows(world):
    sheet = sheet_of_members(a_row("费思源", "没有这个支部"))
    roster = checked(sheet, organization=world.general, by=world.general_admin)
    return "get", reverse("members:import_refused", args=[roster.pk]), {}


def clear_numbers(world):
    profile = ExportProfile.objects.get()
    address = f"{reverse('members:export_profile')}?organization={world.general.pk}"
    return "post", address, {"profile": profile.pk, "purpose": PURPOSE, "purpose_choice": "other"}


def an_approved_list(world):
    return "post", reverse("members:export_fetch", args=[an_approved_request(world).pk]), {}


FILES = [
    *(the_members, the_log, the_completion, the_flagged, a_gap_sheet, a_blank),
    *(refused_rows, clear_numbers, an_approved_list),
]
# An observer has the masked lists still.
NOT_FOR_OBSERVERS = {the_log, a_gap_sheet, a_blank, refused_rows, clear_numbers, an_approved_list}


@pytest.mark.django_db
@pytest.mark.parametrize("end", [take_back, put_below, disable, leave_everywhere])
@pytest.mark.parametrize("file", FILES, ids=lambda each: each.__name__)
def test_a_file_is_whole_before_it_is_handed_out(world, signed_in, file, end, django_assert_num_queries):
    """Nothing is read while it is sent, so there is nothing to stop half way; the next one is refused."""
    method, address, data = file(world)
    client = signed_in(world.general_admin)
    answer = getattr(client, method)(address, data)
    assert answer.status_code == 200, answer.get("Location")
    assert answer.streaming
    end(world.general_admin)

    with django_assert_num_queries(0):
        content = b"".join(answer.streaming_content)
    told = AuditEntry.objects.filter(kind="exported").order_by("-id").values_list("changes", flat=True).first()
    again = getattr(client, method)(address, data)

    assert len(content) == int(answer["Content-Length"])
    if told and "文件 SHA-256" in told:
        assert told["文件 SHA-256"] == [None, hashlib.sha256(content).hexdigest()]
    if end is not put_below or file in NOT_FOR_OBSERVERS:
        assert again.status_code in {302, 403, 404}
        assert not again.streaming


def taking_back(world):
    given = AccessGrant.objects.get(user=world.general_admin, organization=world.general)
    return lambda: grants.take_back(given, by=User.objects.get(pk=world.bureau_admin.pk))


def writing(world, roster):
    """Another administrator stays, so that the grant may be taken back."""
    return lambda: apply_plan(RosterImport.objects.get(pk=roster.pk), by=User.objects.get(pk=world.general_admin.pk))


@pytest.fixture
def roster(world):
    grants.begin(world.outsider, organization=world.general, role=Role.ADMINISTRATOR, starts_on=TODAY, ends_on=None)
    return checked(
        sheet_of_members(a_row("费思源", "航测一室团支部")), organization=world.general, by=world.general_admin
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_written_by_whose_right_is_just_being_taken_back(world, roster):
    answers = overlapping(taking_back(world), writing(world, roster))

    roster.refresh_from_db()
    assert answers == [None, ["您现在没有在这里导入的权限，请联系上级管理员。"]]
    assert roster.state == ImportState.TO_CONFIRM
    assert not Member.objects.filter(name="费思源").exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_right_is_taken_back_after_what_is_being_written_not_in_the_middle(world, roster):
    answers = overlapping(writing(world, roster), taking_back(world))

    assert answers == [None, None]
    kinds = AuditEntry.objects.filter(kind__in=["imported", "revoked"]).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["imported", "revoked"]
    assert Member.objects.filter(name="费思源").count() == 1
