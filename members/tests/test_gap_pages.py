import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry
from members.tests.builders import a_member

PAGE = reverse("members:gaps")
TEMPLATES = reverse("members:blanks")


@pytest.fixture
def incomplete(world):
    return a_member("钱子昂", branch=world.branch, ethnicity="", education="")


def workbook(response):
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


@pytest.mark.parametrize("page", [PAGE, TEMPLATES, reverse("members:blank", args=["members"])])
def test_the_pages_are_for_whoever_keeps_people(client, world, page):
    found = {}
    for user in (world.general_admin, world.clerk, world.observer, world.officer, world.auditor, world.outsider):
        client.force_login(user, backend="branches.authentication.NameOrPhoneBackend")
        found[user.username] = client.get(page).status_code

    assert found == {
        "general_admin": 200,
        "clerk": 200,
        "observer": 403,
        "officer": 403,
        "auditor": 403,
        "outsider": 403,
    }


def test_an_organisation_out_of_reach(client, world):
    client.force_login(world.general_admin, backend="branches.authentication.NameOrPhoneBackend")

    found = [client.get(f"{PAGE}?organization={row.pk}").status_code for row in (world.branch, world.other_branch)]

    assert (found, client.get(f"{PAGE}?organization=x").status_code) == ([200, 404], 404)


def test_the_page_says_how_many_lack_what(client, world, incomplete):
    client.force_login(world.general_admin, backend="branches.authentication.NameOrPhoneBackend")

    page = client.get(PAGE).content.decode()

    assert "1 人缺 2 项" in page
    assert "测绘院团总支" in page
    assert reverse("members:gap_sheet", args=[world.general.pk]) in page
    assert f"{reverse('members:import_new')}?purpose=gaps&amp;organization={world.general.pk}" in page
    assert "钱子昂" not in page


def test_nothing_missing(client, world):
    client.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    page = client.get(PAGE).content.decode()

    assert "人员资料没有缺项" in page
    assert reverse("members:gap_sheet", args=[world.branch.pk]) not in page


def test_the_sheet_is_downloaded_and_logged(client, world, incomplete):
    client.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    response = client.get(reverse("members:gap_sheet", args=[world.branch.pk]))

    assert workbook(response)["缺项补录表"]["B5"].value == "钱子昂"
    assert AuditEntry.objects.filter(kind="exported", actor=world.secretary).count() == 1


def test_a_sheet_with_nothing_in_it_is_refused_with_a_sentence(client, world):
    client.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    response = client.get(reverse("members:gap_sheet", args=[world.branch.pk]), follow=True)

    assert response.redirect_chain == [(f"{PAGE}?organization={world.branch.pk}", 302)]
    assert "航测一室团支部没有缺项，不需要补录。" in response.content.decode()
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_who_may_only_look_gets_no_sheet(client, world, incomplete):
    address = reverse("members:gap_sheet", args=[world.branch.pk])
    found = {}
    for user in (world.observer, world.officer, world.foreign_admin, world.auditor):
        client.force_login(user, backend="branches.authentication.NameOrPhoneBackend")
        found[user.username] = client.get(address).status_code

    assert found == {"observer": 403, "officer": 403, "foreign_admin": 404, "auditor": 404}


def test_templates_are_listed_and_downloaded(client, world):
    client.force_login(world.general_admin, backend="branches.authentication.NameOrPhoneBackend")

    page = client.get(TEMPLATES).content.decode()
    response = client.get(f"{reverse('members:blank', args=['all'])}?organization={world.general.pk}")

    assert [word in page for word in ("三合一模板", "团组织模板", "团员模板", "团干部模板", "青年模板")] == [True] * 5
    assert "%E4%B8%89%E5%90%88%E4%B8%80" in response["Content-Disposition"]
    assert workbook(response).sheetnames == ["团组织", "团员", "团干部", "填写说明", "字典"]


def test_a_template_nobody_knows(client, world):
    client.force_login(world.general_admin, backend="branches.authentication.NameOrPhoneBackend")

    assert client.get(reverse("members:blank", args=["x"])).status_code == 404


def test_the_page_asks_as_many_questions_for_three_people_as_for_one(client, world):
    client.force_login(world.general_admin, backend="branches.authentication.NameOrPhoneBackend")
    asked = []
    for more in (1, 2):
        for _ in range(more):
            a_member(branch=world.branch, ethnicity="")
        with CaptureQueriesContext(connection) as questions:
            client.get(PAGE)
        asked.append(len(questions))

    assert asked[0] == asked[1]
