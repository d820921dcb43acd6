"""The page on which an organisation is closed."""

import pytest
from django.urls import reverse

from branches.models import Organization
from branches.tests.builders import an_organization
from members.tests.test_cadre_pages import text_of


@pytest.fixture
def empty(world):
    return an_organization("三室团支部", under=world.general)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("foreign_admin", 404),
        ("outsider", 404),
        ("system_admin", 404),
        ("auditor", 403),
        ("observer", 403),
        ("clerk", 403),
        ("general_admin", 200),
        ("bureau_admin", 200),
    ],
)
def test_only_a_level_above_closes(world, empty, signed_in, who, status):
    assert signed_in(getattr(world, who)).get(reverse("members:close", args=[empty.pk])).status_code == status


def test_the_own_administrator_does_not_close(world, signed_in):
    client = signed_in(world.secretary)

    assert client.get(reverse("members:close", args=[world.branch.pk])).status_code == 403
    assert client.post(reverse("members:close", args=[world.branch.pk]), {}).status_code == 403


def test_what_is_left_is_named_with_the_way_there(world, signed_in):
    client = signed_in(world.bureau_admin)

    branch = client.get(reverse("members:close", args=[world.branch.pk]))
    general = client.get(reverse("members:close", args=[world.general.pk]))
    root = client.get(reverse("members:close", args=[world.bureau.pk]))

    assert "还有 1 名在册人员、1 项在任职务，请先移走或办理完毕，再撤销。" in text_of(branch)
    assert reverse("members:organization_cadres", args=[world.branch.pk]) in branch.content.decode()
    assert f"{reverse('members:members')}?organization={world.branch.pk}" in branch.content.decode()
    assert f"{reverse('branches:lower')}?organization={world.general.pk}" in general.content.decode()
    assert "它没有上级组织。" in text_of(root)


def test_closing_leads_back_to_the_organisation(world, empty, signed_in):
    client = signed_in(world.general_admin)
    asked = client.get(reverse("members:close", args=[empty.pk]))

    response = client.post(reverse("members:close", args=[empty.pk]), {"closed_on": "2026-11-20", "reason": "并入一室"})

    assert "确定撤销三室团支部吗？" in text_of(asked)
    assert response.headers["Location"] == empty.get_absolute_url()
    assert Organization.objects.get(pk=empty.pk).is_closed
    assert "已于 2026-11-20 撤销" in text_of(client.get(reverse("members:close", args=[empty.pk])))


def test_refusals_stand_in_the_form(world, empty, signed_in):
    client = signed_in(world.general_admin)

    future = client.post(reverse("members:close", args=[empty.pk]), {"closed_on": "2026-11-22", "reason": "合并"})
    full = client.post(reverse("members:close", args=[world.branch.pk]), {"closed_on": "2026-11-20", "reason": "合并"})

    assert future.context["form"].errors == {"closed_on": ["撤销日期不能晚于今天。"]}
    assert full.context["form"].non_field_errors() == [
        "航测一室团支部还有 1 名在册人员、1 项在任职务，请先移走或办理完毕，再撤销。"
    ]
    assert not Organization.objects.get(pk=world.branch.pk).is_closed


def test_reopening_leads_back_to_the_organisation(world, empty, signed_in):
    client, url = signed_in(world.general_admin), reverse("members:reopen", args=[empty.pk])
    client.post(reverse("members:close", args=[empty.pk]), {"closed_on": "2026-11-20", "reason": "并入一室"})

    asked = client.get(url)
    refused = client.post(url, {"reason": ""})
    response = client.post(url, {"reason": "批复撤回"})

    assert "原来的人员、职务和授权不会自动回来" in text_of(asked)
    assert refused.status_code == 200
    assert response.headers["Location"] == empty.get_absolute_url()
    assert not Organization.objects.get(pk=empty.pk).is_closed
    assert "这个组织没有撤销" in text_of(client.get(url))


FORMS_OF_AN_ORGANIZATION = [
    *("branches:add", "branches:edit", "branches:rename", "branches:change_type", "branches:move", "branches:order"),
    *("branches:headcount", "branches:grant_add", "branches:code_new", "branches:code_sheet", "members:merge"),
    *("members:cadre_new", "activities:new", "reports:move_confirm"),
]


@pytest.mark.parametrize("name", FORMS_OF_AN_ORGANIZATION)
def test_no_form_of_a_closed_organisation_opens_by_its_address(world, empty, signed_in, name):
    client = signed_in(world.general_admin)
    client.post(reverse("members:close", args=[empty.pk]), {"closed_on": "2026-11-20", "reason": "并入一室"})

    answers = [client.get(reverse(name, args=[empty.pk])), client.post(reverse(name, args=[empty.pk]), {})]

    assert [answer.status_code for answer in answers if answer.status_code != 405] in ([403], [403, 403])
    assert "三室团支部已撤销，不能再办理" in text_of(answers[0])
    assert empty.get_absolute_url() in answers[0].content.decode()


def test_nobody_is_entered_into_a_closed_branch_by_address(world, empty, signed_in):
    client = signed_in(world.general_admin)
    client.post(reverse("members:close", args=[empty.pk]), {"closed_on": "2026-11-20", "reason": "并入一室"})

    assert client.get(f"{reverse('members:new')}?branch={empty.pk}").status_code == 403
    assert client.get(reverse("branches:grants", args=[empty.pk])).status_code == 200
    assert reverse("members:reopen", args=[empty.pk]) in client.get(empty.get_absolute_url()).content.decode()
