"""申请办理: asking, the list, one request, the answer; what a grant would show."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import applications
from branches.models import AuditEntry, ChangeRequest, OrgType
from branches.tests.builders import a_grant, a_user, an_organization

NAMES = {
    "full_name": "中国共产主义青年团华岳局测绘院航测三室支部委员会",
    "short_name": "航测三室团支部",
    "reason": "科室更名",
}


def deeds_logged():
    return AuditEntry.objects.exclude(kind="signed_in").count()


def page(response):
    return response.content.decode()


def a_request(world, organization=None, by=None):
    return applications.ask_for_name(organization or world.branch, **NAMES, by=by or world.secretary)


def test_the_own_level_asks_instead_of_changing(world, signed_in):
    shown = page(signed_in(world.secretary).get(world.branch.get_absolute_url()))
    from_above = page(signed_in(world.general_admin).get(world.branch.get_absolute_url()))

    for name in ("apply_name", "apply_type", "apply_administrator"):
        assert reverse(f"branches:{name}", args=[world.branch.pk]) in shown
        assert reverse(f"branches:{name}", args=[world.branch.pk]) not in from_above


def test_a_name_is_asked_for_on_the_page(world, signed_in):
    answer = signed_in(world.secretary).post(reverse("branches:apply_name", args=[world.branch.pk]), NAMES)

    asked = ChangeRequest.objects.get()
    assert answer["Location"] == world.branch.get_absolute_url()
    assert (asked.kind, asked.short_name, asked.made_by) == ("name", "航测三室团支部", world.secretary)


def test_a_type_is_asked_for_on_the_page(world, signed_in):
    committee = an_organization("勘察院团委", under=world.bureau, org_type=OrgType.BASE_COMMITTEE)
    own = a_user()
    a_grant(own, committee)
    data = {"org_type": "general_branch", "reason": "人数减少"}

    answer = signed_in(own).post(reverse("branches:apply_type", args=[committee.pk]), data)

    assert answer.status_code == 302
    assert ChangeRequest.objects.get().wanted == "团总支"


@pytest.mark.parametrize("coming", [{"successor": "outsider"}, {"successor_name": "陆小明"}])
def test_an_administrator_is_asked_for_on_the_page(world, signed_in, coming):
    data = {"leaving": world.secretary.grants.get().pk, "reason": "支书调离"} | coming

    answer = signed_in(world.secretary).post(reverse("branches:apply_administrator", args=[world.branch.pk]), data)

    assert answer.status_code == 302
    assert ChangeRequest.objects.get().kind == "administrator"


@pytest.mark.parametrize(
    ("view", "data", "sentence"),
    [
        ("apply_name", NAMES | {"reason": ""}, "请填写申请理由。"),
        ("apply_name", NAMES | {"short_name": "航测二室团支部"}, "同一上级之下已有这个简称，请换一个能区分的简称。"),
        ("apply_administrator", {"reason": "调离", "successor": "outsider"}, "请选择卸任的管理员。"),
        ("apply_administrator", {"reason": "调离", "successor": "x"}, "没有找到这个账号，请核对用户名或手机号；"),
    ],
)
def test_refusals_of_asking_stand_on_the_page(world, signed_in, view, data, sentence):
    answer = signed_in(world.secretary).post(reverse(f"branches:{view}", args=[world.branch.pk]), data)

    assert sentence in page(answer)
    assert not ChangeRequest.objects.exists()


def test_the_superior_finds_it_among_the_to_dos_and_approves(world, signed_in):
    asked = a_request(world)
    client = signed_in(world.general_admin)

    todos = page(client.get("/todos/"))
    listed = page(client.get(reverse("branches:applications")))
    shown = page(client.get(asked.get_absolute_url()))
    answer = client.post(reverse("branches:application_approve", args=[asked.pk]), {"version": "1", "answer": ""})

    world.branch.refresh_from_db()
    assert "待审核的更名、改类别、更换管理员申请" in todos
    assert asked.get_absolute_url() in listed
    assert "通过并办理" in shown
    assert "科室更名" in shown
    assert answer["Location"] == asked.get_absolute_url()
    assert world.branch.short_name == "航测三室团支部"


def test_the_one_who_asked_finds_what_came_back(world, signed_in):
    asked = a_request(world)
    back = reverse("branches:application_return", args=[asked.pk])

    empty = signed_in(world.general_admin).post(back, {"version": "1", "answer": ""})
    answer = signed_in(world.general_admin).post(back, {"version": "1", "answer": "请附批复"})
    client = signed_in(world.secretary)

    assert "请写明退回的原因，申请人会看到。" in page(empty)
    assert answer.status_code == 302
    assert "本人被退回的申请" in page(client.get("/todos/"))
    assert "请附批复" in page(client.get(asked.get_absolute_url()))


def test_a_code_is_shown_to_whoever_approves(world, signed_in):
    asked = applications.ask_for_administrator(
        world.branch, leaving=world.secretary.grants.get(), successor=None, successor_name="陆小明", reason="调离",
        by=world.secretary,
    )  # fmt: skip

    made = signed_in(world.general_admin).post(
        reverse("branches:application_approve", args=[asked.pk]), {"version": "1"}
    )

    assert re.search(r'class="code-big">[A-Z0-9]{4}-[A-Z0-9]{4}<', page(made))
    assert "no-store" in made["Cache-Control"]


def test_a_stale_answer_does_nothing(world, signed_in):
    asked = a_request(world)
    before = deeds_logged()

    answer = signed_in(world.general_admin).post(
        reverse("branches:application_approve", args=[asked.pk]), {"version": "7"}
    )

    asked.refresh_from_db()
    assert "这份申请已有变动，请刷新后重新核对。" in page(answer)
    assert (asked.state, deeds_logged()) == ("waiting", before)


def test_withdrawing_asks_first(world, signed_in):
    asked = a_request(world)
    client, address = signed_in(world.secretary), reverse("branches:application_withdraw", args=[asked.pk])

    shown = page(client.get(address))
    client.post(address, {"version": "1"})

    asked.refresh_from_db()
    assert "确定撤销这份申请吗？" in shown
    assert asked.state == "withdrawn"


def test_who_may_see_and_decide(world, signed_in):
    asked = a_request(world)
    cast = (world.outsider, world.foreign_admin, world.observer, world.secretary, world.general_admin)
    decide = reverse("branches:application_return", args=[asked.pk])

    seen = [signed_in(user).get(asked.get_absolute_url()).status_code for user in cast]
    decided = [signed_in(user).post(decide, {"version": "1", "answer": "退"}).status_code for user in cast]

    assert seen == [404, 404, 403, 200, 200]
    assert decided == [404, 404, 403, 403, 302]


def test_only_the_level_above_is_offered_to_decide(world, signed_in):
    asked = a_request(world)

    offered = [
        signed_in(user).get(asked.get_absolute_url()).context["may_decide"]
        for user in (world.secretary, world.general_admin, world.bureau_admin)
    ]

    assert offered == [False, True, True]


def test_the_list_shows_requests_to_administrators_only(world, signed_in):
    a_request(world)

    seen = {
        name: "航测三室团支部" in page(signed_in(getattr(world, name)).get(reverse("branches:applications")))
        for name in ("secretary", "general_admin", "observer", "clerk", "auditor")
    }

    assert seen == {"secretary": True, "general_admin": True, "observer": False, "clerk": False, "auditor": False}


def test_queries_do_not_grow_with_the_requests(world, signed_in):
    client = signed_in(world.bureau_admin)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("branches:applications")).status_code == 200
        return len(captured)

    a_request(world)
    queries()
    one = queries()
    for number in range(2):
        below = an_organization(f"新支部{number}", under=world.general)
        applications.ask_for_name(
            below, full_name=f"全称{number}", short_name=f"简称{number}", reason="更名", by=world.general_admin
        )

    assert queries() == one


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (
            "administrator",
            (
                "2 人",
                "写明用途后可以查看，逐次记录",
                "组织管理、人员录入、活动录入、统计与通报、授权管理、明文导出、下载上传的原文件",
            ),
        ),
        ("observer", ("2 人", "只显示星号，不能查看", "不能修改任何内容")),
        ("auditor", ("看不到", "可以查看", "不能修改任何内容")),
    ],
)
def test_what_a_grant_would_show_is_told_before_it_is_given(world, signed_in, role, words):
    data = {"account": "outsider", "role": role, "starts_on": "2026-11-21"}

    shown = page(signed_in(world.bureau_admin).post(reverse("branches:grant_add", args=[world.general.pk]), data))

    assert "授权后，此人将看到什么" in shown
    assert "例如：测绘院团总支、航测一室团支部、航测二室团支部" in shown
    for word in words:
        assert word in shown
    assert not world.outsider.grants.exists()


def returned(world, by=None):
    asked = a_request(world, by=by)
    applications.send_back(asked, version=asked.version, answer="请附文号。", by=world.general_admin)
    return asked


def test_a_returned_request_is_made_anew_with_what_it_said(world, signed_in):
    asked, client = returned(world), signed_in(world.secretary)
    again = f"{reverse('branches:apply_name', args=[world.branch.pk])}?again={asked.pk}"

    shown = page(client.get(asked.get_absolute_url()))
    form = client.get(again).context["form"]

    assert again in shown
    assert {name: form[name].value() for name in NAMES} == NAMES


def test_who_did_not_ask_is_not_offered_to_ask_again(world, signed_in):
    asked = returned(world)

    assert "?again=" not in page(signed_in(world.general_admin).get(asked.get_absolute_url()))


@pytest.mark.parametrize("whose", ["another's", "another organisation's", "waiting", "none"])
def test_other_requests_begin_no_form(world, signed_in, whose):
    beside, place = a_user(), world.branch
    a_grant(beside, world.branch)
    if whose == "another's":
        asked = returned(world, by=beside)
    elif whose == "another organisation's":
        a_grant(world.secretary, world.sister_branch)
        asked, place = returned(world), world.sister_branch
    else:
        asked = a_request(world)

    form = (
        signed_in(world.secretary)
        .get(reverse("branches:apply_name", args=[place.pk]), {"again": "²" if whose == "none" else asked.pk})
        .context["form"]
    )

    assert (form["short_name"].value(), form["reason"].value()) == (place.short_name, None)


def test_a_request_of_another_kind_is_begun_with_what_it_said(world, signed_in):
    asked = applications.ask_for_administrator(
        world.branch,
        leaving=world.secretary.grants.get(),
        successor=None,
        successor_name="陆小明",
        reason="毕业离校",
        by=world.secretary,
    )
    applications.send_back(asked, version=asked.version, answer="请附任职文件。", by=world.general_admin)
    url = reverse("branches:apply_administrator", args=[world.branch.pk])

    shown = page(signed_in(world.secretary).get(asked.get_absolute_url()))
    form = signed_in(world.secretary).get(url, {"again": asked.pk}).context["form"]

    assert f"{url}?again={asked.pk}" in shown
    assert (form["successor_name"].value(), form["reason"].value()) == ("陆小明", "毕业离校")
