"""Pages of draws, circulars, sheets and schemes ask for themselves, whatever led there."""

import pytest
from django.urls import reverse

from reports.completion.schemes import Scheme, set_scheme
from reports.tests.circulars import a_stored_circular, a_stored_sheet
from reports.tests.spot_checking import RIGHT, a_draw, checked, record_of


def status(client, name, subject):
    return client.get(reverse(f"reports:{name}", args=[subject.pk])).status_code


@pytest.mark.parametrize(
    "name",
    [
        "spot_check_population",
        "spot_check_sheet",
        "spot_check_sheet_export",
        "spot_check_result",
        "spot_check_result_print",
        "spot_check_result_export",
    ],
)
def test_a_draw_of_others_leaves_on_no_paper(world, signed_in, name):
    check = a_draw(world, top=world.general, by=world.general_admin)
    checked(record_of(check, world.member), RIGHT, by=world.general_admin)

    found = [status(signed_in(user), name, check) for user in (world.observer, world.secretary, world.foreign_admin)]

    assert found == [200, 404, 404]


def test_what_draws_found_is_shown_of_the_own_people(world, signed_in):
    client = signed_in(world.secretary)

    found = [status(client, "spot_checks_of", each) for each in (world.branch, world.sister_branch, world.general)]

    assert found == [200, 404, 404]
    assert status(signed_in(world.auditor), "spot_checks_of", world.branch) == 404


def test_drawing_is_offered_to_whoever_reports(world, signed_in):
    url = reverse("reports:spot_checks") + f"?organization={world.general.pk}"

    offered = [signed_in(user).get(url).context["may"] for user in (world.officer, world.observer)]

    assert offered == [True, False]


def test_a_circular_is_opened_by_those_it_was_sent_to_and_its_own(world, signed_in):
    circular = a_stored_circular(world.general, by=world.general_admin, title="第三季度进度通报")

    assert status(signed_in(world.observer), "circular_word", circular) == 200
    assert status(signed_in(world.foreign_admin), "circular_word", circular) == 404
    receive = reverse("reports:circular_receive", args=[circular.pk])
    assert signed_in(world.observer).post(receive).status_code == 302
    assert signed_in(world.foreign_admin).post(receive).status_code == 404


def test_templates_are_handed_in_fetched_and_taken_back_by_whoever_reports(world, signed_in):
    client = signed_in(world.observer)
    address = {
        name: reverse(f"reports:circular_{name}", args=[world.general.pk])
        for name in ("templates", "template_file", "template_retire")
    }

    assert client.get(address["templates"]).status_code == 403
    assert client.get(address["template_file"], {"kind": "entry"}).status_code == 403
    assert client.post(address["template_retire"], {"kind": "entry"}).status_code == 403
    assert signed_in(world.officer).get(address["template_file"], {"kind": "entry"}).status_code == 200


@pytest.mark.parametrize("name", ["sheet_export", "sheet_print"])
def test_an_issued_sheet_of_others_leaves_neither_on_paper_nor_as_a_file(world, signed_in, name):
    issued = a_stored_sheet(world.general, by=world.general_admin, note="定稿备注")

    found = [status(signed_in(user), name, issued) for user in (world.observer, world.secretary, world.foreign_admin)]

    assert found == [200, 404, 404]


def test_whose_scheme_holds_is_named_to_whoever_sees_that_organisation(world, signed_in):
    scheme = Scheme(weights={}, care_from=80, busy_from=90)
    set_scheme(world.bureau, year=2026, follows_above=False, scheme=scheme, by=world.bureau_admin)

    def named(user):
        return signed_in(user).get(reverse("reports:scheme", args=[world.general.pk])).context["holds_by"]

    assert [named(world.bureau_admin), named(world.general_admin)] == [world.bureau.short_name, "上级组织"]
