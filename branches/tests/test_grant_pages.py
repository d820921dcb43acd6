"""Pages of grants: who works here, giving, taking back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AccessGrant, Role
from branches.tests.builders import a_grant, a_user


@pytest.fixture
def account(world):
    user = a_user("xiaolu", display_name="小录")
    user.phone = "14000009999"
    user.save()
    return user


@pytest.fixture
def given(world, account):
    return a_grant(account, world.branch, Role.ENTRY_CLERK)


def page(answer):
    return answer.content.decode()


def grants_of(user):
    return [(row.organization.short_name, row.role, row.ended_at is None) for row in user.grants.order_by("id")]


@pytest.mark.parametrize("name", ["branches:grants", "branches:grant_add"])
def test_strangers_find_nothing_and_observers_may_not(world, signed_in, name):
    url = reverse(name, args=[world.general.pk])

    answers = [
        signed_in(user).get(url).status_code
        for user in (world.outsider, world.secretary, world.observer, world.clerk, world.general_admin)
    ]

    assert answers == [404, 404, 403, 403, 200]


def test_whoever_works_from_above_the_own_scope_is_counted_and_not_named(world, signed_in):
    url = reverse("branches:grants", args=[world.branch.pk])

    from_below, from_above = page(signed_in(world.secretary).get(url)), page(signed_in(world.bureau_admin).get(url))

    assert "测绘院团总支管理员 1 人、测绘院团总支录入员 1 人、" in from_below
    assert "总支管理员</td>" not in from_below
    assert "上级：测绘院团总支" in from_above
    assert "总支管理员</td>" in from_above


def test_ended_grants_on_request(world, signed_in, given):
    url = reverse("branches:grants", args=[world.branch.pk])
    client = signed_in(world.general_admin)
    client.post(reverse("branches:grant_end", args=[given.pk]), {"reason": "调走"})
    client.get(url)  # takes the message along

    assert "小录" not in page(client.get(url))
    assert "小录" in page(client.get(url + "?past=1"))


def test_granting_shows_the_name_before_it_gives(world, signed_in, account):
    client, url = signed_in(world.secretary), reverse("branches:grant_add", args=[world.branch.pk])
    data = {"account": "140 0000 9999", "role": "entry_clerk", "starts_on": "2026-11-21", "ends_on": ""}

    shown = client.post(url, data)
    assert grants_of(account) == []
    answer = client.post(url, data | {"confirmed": account.pk})

    assert "这个账号是：小录（用户名 xiaolu）。还没有授权。" in page(shown)
    assert answer["Location"] == reverse("branches:grants", args=[world.branch.pk])
    assert grants_of(account) == [("航测一室团支部", "entry_clerk", True)]


def test_confirming_somebody_else_gives_nothing(world, signed_in, account):
    data = {"account": "xiaolu", "role": "entry_clerk", "starts_on": "2026-11-21", "confirmed": world.outsider.pk}

    signed_in(world.secretary).post(reverse("branches:grant_add", args=[world.branch.pk]), data)

    assert grants_of(account) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"account": "nobody"}, "没有找到这个账号，请核对用户名或手机号；还没有账号的，请生成注册码交给本人。"),
        ({"account": "secretary"}, "不能给自己授权，请由上级管理员办理。"),
        ({"ends_on": "2026-11-20"}, "“至”不能早于“自”，请检查日期。"),
        ({"role": "administrator"}, "不在可选范围内，请从列表中重新选择。"),
        ({"starts_on": "2026-11"}, "这里要写到日"),
    ],
)
def test_grants_that_are_refused(world, signed_in, account, changed, sentence):
    data = {"account": "xiaolu", "role": "entry_clerk", "starts_on": "2026-11-21"} | changed
    data["confirmed"] = world.secretary.pk if data["account"] == "secretary" else account.pk
    before = AccessGrant.objects.count()

    answer = signed_in(world.secretary).post(reverse("branches:grant_add", args=[world.branch.pk]), data)

    assert sentence in page(answer)
    assert AccessGrant.objects.count() == before


def test_the_level_above_sets_the_administrator(world, signed_in, account):
    data = {"account": "xiaolu", "role": "administrator", "starts_on": "2026-11-21", "confirmed": account.pk}

    answer = signed_in(world.general_admin).post(reverse("branches:grant_add", args=[world.branch.pk]), data)

    assert answer.status_code == 302
    assert grants_of(account) == [("航测一室团支部", "administrator", True)]


def test_taking_back_asks_first(world, signed_in, given, account):
    client, url = signed_in(world.secretary), reverse("branches:grant_end", args=[given.pk])

    shown = page(client.get(url))
    assert grants_of(account) == [("航测一室团支部", "entry_clerk", True)]
    answer = client.post(url, {"reason": "调走"})

    assert "确定收回小录在航测一室团支部的录入员授权吗？" in shown
    assert answer["Location"] == reverse("branches:grants", args=[world.branch.pk])
    assert grants_of(account) == [("航测一室团支部", "entry_clerk", False)]


def test_who_may_take_back(world, signed_in, given):
    url = reverse("branches:grant_end", args=[given.pk])

    answers = [signed_in(user).get(url).status_code for user in (world.outsider, world.foreign_admin, world.observer)]

    assert answers == [404, 404, 403]


def test_the_last_administrator_stays(world, signed_in):
    last = world.secretary.grants.get()

    answer = signed_in(world.general_admin).post(reverse("branches:grant_end", args=[last.pk]), {})

    last.refresh_from_db()
    assert "航测一室团支部只有这一位管理员，请先授权新的管理员再收回。" in page(answer)
    assert last.ended_at is None


def test_queries_do_not_grow_with_the_grants(world, signed_in):
    client = signed_in(world.bureau_admin)
    address = f"/organizations/{world.sister_branch.pk}/grants/"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    a_grant(a_user(), world.sister_branch)
    queries()
    one = queries()
    for _ in range(2):
        a_grant(a_user(), world.sister_branch)

    assert queries() == one
