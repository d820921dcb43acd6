"""换届 and 离任交接: filled in, previewed, done; the sheet on paper."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from branches import grants
from branches.models import AuditEntry
from members.models import CadreTerm
from members.tests.builders import a_cadre_term, a_member

TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def address(world):
    return reverse("members:handover", args=[world.branch.pk])


def deeds_logged():
    return AuditEntry.objects.exclude(kind="signed_in").count()


def page(response):
    return response.content.decode()


def filled(world, **more):
    rows = {"posts-TOTAL_FORMS": "12", "posts-INITIAL_FORMS": "0"}
    first = {"posts-0-person": "陆小明", "posts-0-post": "secretary", "posts-0-nature": "part_time"}
    everything = {
        "occasion": "election",
        "on": "2026-11-21",
        "ending": [world.secretary_term.pk],
        "leaving": [world.secretary.grants.get().pk],
        "successor": "outsider",
        "successor_name": "",
    }
    return rows | first | everything | more


def confirmed(response):
    return re.search(r'name="confirmed" value="(\w{64})"', page(response))[1]


def test_everything_is_shown_before_anything_is_done(world, signed_in, address):
    a_member("陆小明", branch=world.branch)
    client = signed_in(world.general_admin)

    offered = page(client.get(address))
    shown = client.post(address, filled(world))
    then = CadreTerm.objects.count()
    done = client.post(address, filled(world, confirmed=confirmed(shown)))

    assert "白雨桐 书记" in offered
    assert "支书（管理员，自 2020-01-01）" in offered
    assert "将一次办理以下事项，现在还没有办理。" in page(shown)
    assert "局外人（用户名 outsider），2026-11-21 起" in page(shown)
    assert then == 1
    assert done["Location"] == reverse("reports:handover_sheet", args=[world.branch.pk]) + "?on=2026-11-21"
    assert list(CadreTerm.objects.order_by("id").values_list("person__name", "ended_on")) == [
        ("白雨桐", TODAY),
        ("陆小明", None),
    ]
    assert grants.administrators_of(world.branch, TODAY) == [world.outsider]


def test_what_was_changed_after_the_preview_is_previewed_again(world, signed_in, address):
    a_member("陆小明", branch=world.branch)
    client = signed_in(world.general_admin)
    shown = client.post(address, filled(world))

    again = client.post(address, filled(world, confirmed=confirmed(shown), successor="clerk"))

    assert "录入员（用户名 clerk），2026-11-21 起" in page(again)
    assert grants.administrators_of(world.branch, TODAY) == [world.secretary]


def test_a_successor_without_account_is_shown_a_code_once(world, signed_in, address):
    a_member("陆小明", branch=world.branch)
    client = signed_in(world.general_admin)
    data = filled(world, successor="", successor_name="陆小明")

    made = page(client.post(address, data | {"confirmed": confirmed(client.post(address, data))}))

    assert re.search(r'class="code-big">[A-Z0-9]{4}-[A-Z0-9]{4}<', made)
    assert "使用注册码以前，原管理员继续负责。" in made
    assert reverse("reports:handover_sheet", args=[world.branch.pk]) + "?on=2026-11-21" in made


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"posts-0-person": "无此人"}, "没有找到“无此人”，请核对姓名；名册上没有的人，先在团干部页登记任职。"),
        ({"posts-0-person": ""}, "请填写姓名，或把职务改回“请选择”。"),
        ({"posts-0-post": ""}, "请选择陆小明的团内职务。"),
        ({"successor": "nobody"}, "没有找到这个账号，请核对用户名或手机号；还没有账号的，只填姓名。"),
        ({"successor_name": "陆小明"}, "账号和姓名只填一项：有账号的填账号，没有账号的填姓名。"),
        ({"successor": ""}, "航测一室团支部只有这一位管理员，请填写接任的管理员。"),
        ({"successor": "general_admin"}, "不能给自己授权，请由上级管理员办理。"),
        ({"on": ""}, "请填写交接日期。"),
    ],
)
def test_refusals_stand_on_the_page(world, signed_in, address, changed, sentence):
    a_member("陆小明", branch=world.branch)
    before = deeds_logged()

    answer = signed_in(world.general_admin).post(address, filled(world, **changed))

    assert sentence in page(answer)
    assert 'name="confirmed" value' not in page(answer)
    assert (CadreTerm.objects.count(), deeds_logged()) == (1, before)


def test_all_posts_end_at_once_when_ticked(world, signed_in, address):
    a_cadre_term(person=world.member, organization=world.branch, post="organization_officer")

    shown = signed_in(world.general_admin).post(
        address, filled(world, ending=[], all_posts="on", **{"posts-0-person": "", "posts-0-post": ""})
    )

    assert "白雨桐 书记、白雨桐 组织委员" in page(shown)


def test_namesakes_are_told_apart_by_number(world, signed_in, address):
    a_member("陆小明", branch=world.branch)
    other = a_member("陆小明", branch=world.sister_branch)
    client = signed_in(world.general_admin)

    refused = page(client.post(address, filled(world)))
    shown = page(client.post(address, filled(world, **{"posts-0-person": other.id_number})))

    assert "有 2 人符合“陆小明”，请填写完整姓名或证件号码。" in refused
    assert "将一次办理以下事项，现在还没有办理。" in shown


def test_who_may_open_it(world, signed_in, address):
    cast = (world.outsider, world.foreign_admin, world.observer, world.secretary, world.general_admin)

    answers = [signed_in(user).get(address).status_code for user in cast]

    assert answers == [404, 404, 403, 403, 200]


def test_the_sheet_of_the_day(world, signed_in, address):
    a_member("陆小明", branch=world.branch)
    client = signed_in(world.general_admin)
    done = client.post(address, filled(world, confirmed=confirmed(client.post(address, filled(world)))))

    sheet = page(client.get(done["Location"]))

    for word in (
        "交出人（签字）",
        "接收人（签字）",
        "监交人（签字）",
        "未办结事项",
        "陆小明",
        "白雨桐",
        "局外人",
        "支书",
    ):
        assert word in sheet
    entry = AuditEntry.objects.filter(kind="printed").get()
    assert (entry.reason, entry.placement.organization) == ("交接单", world.branch)


@pytest.mark.parametrize("on", ["2026-13-45", "x", "0", "99999-01-01", "0001-01-01"])
def test_a_day_that_is_none_is_today(world, signed_in, on):
    sheet = signed_in(world.secretary).get(reverse("reports:handover_sheet", args=[world.branch.pk]), {"on": on})

    assert "交接日期：2026-11-21" in page(sheet)
