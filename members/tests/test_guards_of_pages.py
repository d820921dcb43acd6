"""Pages that ask beside what leads to them: what they offer, and the records somebody names in a request."""

import pytest
from django.urls import reverse

from branches.models import Role
from branches.tests.builders import a_grant, a_user
from members import releases
from members.filters import as_listed
from members.models import DifferentPeople, ExportProfile, Member
from members.tests.outgoing import a_comparison, a_list_made
from members.tests.rosters import a_row, checked, members


def url(page, *args):
    return reverse(f"members:{page}", args=args)


@pytest.fixture
def divided(world):
    """Clerk of one branch, observer of the one beside."""
    user = a_user("clerk_and_observer")
    a_grant(user, world.branch, Role.ENTRY_CLERK)
    a_grant(user, world.sister_branch, Role.OBSERVER)
    return user


def test_a_comparison_is_begun_and_deleted_by_who_keeps_people(world, signed_in):
    comparison = a_comparison(world.general, by=world.general_admin)

    def offered(user):
        client = signed_in(user)
        listed = client.get(url("comparisons")).content.decode()
        shown = client.get(url("comparison", comparison.pk)).content.decode()
        return url("comparison_new") in listed, url("comparison_delete", comparison.pk) in shown

    assert offered(world.clerk) == (True, True)
    assert offered(world.observer) == (False, False)


def test_ones_own_exports_are_listed_as_long_as_one_sees_what_is_in_them(world, divided, signed_in):
    seen = a_list_made(world.branch, by=divided)
    a_list_made(world.other_branch, by=divided)

    page = signed_in(divided).get(url("exports"))

    assert [row.record for row in page.context["table"].page.object_list] == [seen]


def test_the_uploaded_file_is_offered_to_who_may_have_it(world, signed_in):
    roster = checked(members(a_row("费思源", world.branch.short_name)), organization=world.branch, by=world.clerk)

    offered = {
        user.username: url("import_file", roster.pk) in signed_in(user).get(url("import", roster.pk)).content.decode()
        for user in (world.secretary, world.clerk, world.observer)
    }

    assert offered == {"secretary": True, "clerk": False, "observer": False}


@pytest.mark.parametrize("page", ["edit_ticked", "void_many"])
def test_somebody_ticked_whom_one_may_only_look_at_is_not_touched(world, divided, signed_in, page):
    client = signed_in(divided)

    def status(*people):
        return client.get(url(page), {"pk": [person.pk for person in people]}).status_code

    assert status(world.member) in (200, 302)
    assert status(world.sister_member) == 403
    assert status(world.other_member) == 404


def test_nobody_is_voided_together_with_somebody_one_may_only_look_at(world, divided, signed_in):
    query = f"?pk={world.member.pk}&pk={world.sister_member.pk}"

    answer = signed_in(divided).post(url("void_many") + query, {"reason": "double"})

    assert answer.status_code == 403
    assert set(Member.objects.values_list("status", flat=True)) == {"normal"}


def test_whose_number_it_is_cannot_be_guessed_by_naming_records_out_of_sight(world, signed_in):
    client = signed_in(world.secretary)

    def asked(person):
        number = {"id_type": "111", "id_number": world.other_member.id_number, "number_of": person}
        return client.post(url("check_number"), number).status_code

    assert (asked(world.member.pk), asked(world.other_member.pk), asked(999_999)) == (200, 404, 404)


@pytest.mark.parametrize("page", ["merge_records", "different"])
def test_two_records_are_judged_by_who_keeps_both(world, divided, signed_in, page):
    client = signed_in(divided)

    def status(one, other):
        return client.post(url(page, one.pk), {"other": other.pk}).status_code

    assert status(world.member, world.sister_member) == 403
    assert status(world.sister_member, world.member) == 403
    assert status(world.member, world.other_member) == 404
    assert not DifferentPeople.objects.exists()


def test_requests_for_numbers_in_clear_are_listed_to_who_decides_about_them(world, signed_in):
    words = {"profile": ExportProfile.objects.get(), "query": "", "asked": "", "purpose": "录入国家系统"}
    beside = a_user("beside")
    a_grant(beside, world.other_general)
    here, there = (
        releases.ask(as_listed(Member.objects.under(organization)), organization, by=by, **words)
        for organization, by in ((world.general, world.general_admin), (world.other_general, beside))
    )

    def listed(user):
        table = signed_in(user).get(url("export_requests")).context["table"]
        return {row.record for row in table.page.object_list}

    assert listed(world.bureau_admin) == {here, there}
    assert listed(world.general_admin) == {here}
