"""Pages of those who hand out codes: one, a sheet, voiding, 重置码."""

import re

import pytest
from django.urls import reverse

from branches import outlook, registration, resets
from branches.models import AuditEntry, RegistrationCode, ResetCode, Role
from branches.tests.builders import a_grant, a_user

SHOWN = re.compile(r'class="code-big">(\w{4}-\w{4})<')


def page(answer):
    return answer.content.decode()


@pytest.mark.parametrize("name", ["branches:code_new", "branches:code_sheet"])
def test_strangers_find_nothing_and_observers_may_not(world, signed_in, name):
    url = reverse(name, args=[world.general.pk])

    answers = [
        signed_in(user).get(url).status_code
        for user in (world.outsider, world.secretary, world.observer, world.clerk, world.general_admin)
    ]

    assert answers == [404, 404, 403, 403, 200]


def test_a_code_is_shown_once_and_works(world, signed_in):
    client, url = signed_in(world.general_admin), reverse("branches:code_new", args=[world.branch.pk])

    answer = client.post(url, {"role": "administrator", "holder_name": "陆小明", "ends_on": "2027-06-30"})

    code = SHOWN.search(page(answer))[1]
    row = registration.find(code)
    assert (row.organization, row.role, row.holder_name, str(row.ends_on)) == (
        world.branch,
        "administrator",
        "陆小明",
        "2027-06-30",
    )
    assert 'src="data:image/svg+xml' in page(answer)
    assert "http://testserver/register/" in page(answer)
    assert "no-store" in answer["Cache-Control"]
    listed = page(client.get(reverse("branches:grants", args=[world.branch.pk])))
    assert ("陆小明" in listed, code in listed, code.replace("-", "") in listed) == (True, False, False)


def test_the_code_stands_behind_the_hash_of_the_picture(world, signed_in, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "segno.make", lambda text, **options: drawn.append(text) or type("Q", (), {"svg_data_uri": lambda *a, **k: ""})
    )

    answer = signed_in(world.general_admin).post(
        reverse("branches:code_new", args=[world.branch.pk]), {"role": "administrator"}
    )

    assert drawn == [f"http://testserver/register/#{SHOWN.search(page(answer))[1].replace('-', '')}"]


@pytest.mark.parametrize(
    ("who", "changed", "sentence"),
    [
        ("secretary", {"role": "administrator"}, "不在可选范围内，请从列表中重新选择。"),
        ("general_admin", {"ends_on": "2026-11-20"}, "“授权至”已经过去，请检查日期。"),
        ("general_admin", {"ends_on": "2026-11"}, "这里要写到日"),
        ("general_admin", {"role": ""}, "必填"),
    ],
)
def test_codes_that_are_refused(world, signed_in, who, changed, sentence):
    url = reverse("branches:code_new", args=[world.branch.pk])

    answer = signed_in(getattr(world, who)).post(url, {"role": "administrator"} | changed)

    assert sentence in page(answer)
    assert not RegistrationCode.objects.exists()


def test_a_sheet_shows_a_card_for_each_organisation(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("branches:code_sheet", args=[world.bureau.pk])

    answer = client.post(url, {"reach": "all"})

    codes = SHOWN.findall(page(answer))
    assert [registration.find(code).organization.short_name for code in codes] == [
        "测绘院团总支",
        "航测一室团支部",
        "航测二室团支部",
        "水文队团总支",
        "一分队团支部",
    ]
    assert page(answer).count("data:image/svg+xml") == 5
    assert AuditEntry.objects.filter(kind="printed", actor=world.bureau_admin).count() == 1


def test_looking_at_the_page_of_the_sheet_makes_nothing(world, signed_in):
    signed_in(world.bureau_admin).get(reverse("branches:code_sheet", args=[world.bureau.pk]))

    assert not RegistrationCode.objects.exists()


def test_a_branch_has_nobody_below(world, signed_in):
    answer = signed_in(world.general_admin).post(
        reverse("branches:code_sheet", args=[world.branch.pk]), {"reach": "all"}
    )

    assert "没有符合条件的下级组织，不需要打印。请换一个范围。" in page(answer)


def test_voiding_asks_first(world, signed_in):
    issued = registration.issue(world.branch, role=Role.ADMINISTRATOR, by=world.general_admin)
    client, url = signed_in(world.general_admin), reverse("branches:code_void", args=[issued.row.pk])

    shown = page(client.get(url))
    assert registration.find(issued.code) is not None
    answer = client.post(url)

    assert "确定作废这个注册码吗？" in shown
    assert answer["Location"] == reverse("branches:grants", args=[world.branch.pk])
    assert registration.find(issued.code) is None


def test_who_may_void(world, signed_in):
    issued = registration.issue(world.branch, role=Role.ADMINISTRATOR, by=world.general_admin)
    url = reverse("branches:code_void", args=[issued.row.pk])

    answers = [signed_in(user).post(url).status_code for user in (world.outsider, world.foreign_admin, world.observer)]
    refused = signed_in(world.secretary).post(url)

    assert answers == [404, 404, 403]
    assert "本级管理员由上级组织设置，请联系上级管理员办理。" in page(refused)
    assert registration.find(issued.code) is not None


def test_a_reset_code_is_confirmed_first_and_shown_once(world, signed_in):
    given = world.secretary.grants.get()
    client, url = signed_in(world.general_admin), reverse("branches:reset_new", args=[given.pk])

    shown = page(client.get(url))
    assert not ResetCode.objects.exists()
    answer = client.post(url)

    assert "给支书生成重置码吗？" in shown
    assert resets.find(SHOWN.search(page(answer))[1]).user == world.secretary
    assert "no-store" in answer["Cache-Control"]


def test_reset_codes_that_are_refused(world, signed_in):
    equal = a_user("equal", display_name="同级管理员")
    given = a_grant(equal, world.branch)

    answer = signed_in(world.secretary).post(reverse("branches:reset_new", args=[given.pk]))

    assert "您不能给同级管理员生成重置码" in page(answer)
    assert not ResetCode.objects.exists()


def test_who_may_make_reset_codes(world, signed_in):
    url = reverse("branches:reset_new", args=[world.secretary.grants.get().pk])

    answers = [signed_in(user).post(url).status_code for user in (world.outsider, world.foreign_admin, world.observer)]

    assert answers == [404, 404, 403]
    assert not ResetCode.objects.exists()


def test_the_grants_page_offers_only_what_will_work(world, signed_in):
    url = reverse("branches:grants", args=[world.branch.pk])
    own = reverse("branches:reset_new", args=[world.secretary.grants.get().pk])

    from_above, from_beside = (page(signed_in(user).get(url)) for user in (world.general_admin, world.secretary))

    assert (own in from_above, own in from_beside) == (True, False)
    assert "从未" in from_above


def outlook_of(answer):
    return [(line.label, line.value) for line in answer.context["outlook"]]


@pytest.mark.parametrize("role", list(Role))
def test_what_the_role_will_see_stands_beside_the_code(world, signed_in, role):
    client, url = signed_in(world.bureau_admin), reverse("branches:code_new", args=[world.general.pk])

    answer = client.get(url, {"role": role.value})

    assert answer.context["outlook"] == outlook.of_grant(world.general, role)
    assert "此人将看到什么" in page(answer)
    assert not RegistrationCode.objects.exists()


def test_the_form_begins_with_what_its_role_will_see(world, signed_in):
    url = reverse("branches:code_new", args=[world.general.pk])

    from_above, own = (signed_in(user).get(url) for user in (world.bureau_admin, world.general_admin))

    assert ("团组织", "3 个") in outlook_of(from_above)
    assert (outlook_of(own), "选好角色后，这里说明" in page(own)) == ([], True)


@pytest.mark.parametrize("role", ["administrator", "nobody", ""])
def test_a_role_that_is_not_offered_shows_nothing(world, signed_in, role):
    answer = signed_in(world.general_admin).get(reverse("branches:code_new", args=[world.general.pk]), {"role": role})

    assert outlook_of(answer) == []


def test_a_refused_code_still_shows_what_its_role_will_see(world, signed_in):
    answer = signed_in(world.general_admin).post(
        reverse("branches:code_new", args=[world.branch.pk]), {"role": "observer", "ends_on": "2026-11-20"}
    )

    assert outlook_of(answer)[-1] == ("可以办理", "不能修改任何内容")


def test_the_page_of_the_sheet_says_what_its_holders_will_see(world, signed_in):
    shown = page(signed_in(world.bureau_admin).get(reverse("branches:code_sheet", args=[world.bureau.pk])))

    assert "领到的人是该组织的管理员：查看和办理本组织及其全部下级的组织、人员、活动和授权" in shown
