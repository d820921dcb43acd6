"""Log-in, log-out, password, switching of the organisation one works in."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from branches.http import SESSION_KEY
from branches.models import AuditEntry
from branches.tests.builders import PASSWORD, a_grant, a_user

NEW = "qingshan-lvshui-2026"
WRONG = "用户名或密码不正确。连错 5 次将锁定 15 分钟。"
VARYING = re.compile(r'value="\w{64}"|Token": "\w+')


def log_in(client, username="secretary", password=PASSWORD, **data):
    return client.post("/login/", {"username": username, "password": password} | data)


def text_of(answer):
    return VARYING.sub("", answer.content.decode())


def test_the_page_is_open_and_names_what_it_wants(client, db):
    answer = client.get("/login/")

    assert answer.status_code == 200
    assert "用户名或手机号" in answer.content.decode()


def test_logging_in_leads_to_the_page_asked_for(world, client):
    first = client.get("/organizations/")
    page = client.get(first["Location"])

    answer = log_in(client, next=page.context["next"])

    assert (first.status_code, first["Location"]) == (302, "/login/?next=/organizations/")
    assert (answer.status_code, answer["Location"]) == (302, "/organizations/")


@pytest.mark.parametrize(
    "trick", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil", ""]
)
def test_next_never_leads_away(world, client, trick):
    assert log_in(client, next=trick)["Location"] == "/"


def test_a_phone_logs_in_however_it_is_written(world, client):
    world.secretary.phone = "14000009999"
    world.secretary.save()

    assert log_in(client, "+86 140-0000-9999").status_code == 302


def test_unknown_wrong_and_disabled_answer_alike(world, client):
    a_user("stopped", is_active=False)

    answers = [
        text_of(log_in(client, "secretary", "wrong")).replace("secretary", "X"),
        text_of(log_in(client, "nobody-here", "wrong")).replace("nobody-here", "X"),
        text_of(log_in(client, "stopped")).replace("stopped", "X"),
    ]

    assert WRONG in answers[0]
    assert answers[0] == answers[1] == answers[2]


def test_five_failures_lock_known_and_unknown_accounts_alike(world):
    locked = []
    for name in ("secretary", "nobody-here"):
        client = Client()
        for _ in range(4):
            assert log_in(client, name, "wrong").status_code == 200
        locked.append(log_in(client, name, "wrong"))
        assert log_in(client, name).status_code == 429

    assert [answer.status_code for answer in locked] == [429, 429]
    assert text_of(locked[0]) == text_of(locked[1])
    assert "连错次数过多，暂时不能登录或使用注册码、重置码。" in text_of(locked[0])


def test_another_way_of_writing_a_phone_does_not_start_the_count_anew(world, client):
    for written in ("14000009999", "140 0000 9999", "140-0000-9999", "+86 14000009999", "86 14000009999"):
        answer = log_in(client, written, "wrong")

    assert answer.status_code == 429


def test_whoever_is_signed_in_needs_no_form(world, signed_in):
    assert signed_in(world.secretary).get("/login/?next=/organizations/")["Location"] == "/organizations/"


def test_logging_out_takes_a_button(world, signed_in):
    client = signed_in(world.secretary)

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/organizations/").status_code == 302


def test_the_rules_of_passwords_stand_beside_the_field(world, signed_in):
    page = signed_in(world.secretary).get("/password/").content.decode()

    assert "至少 10 个字符，不能全是数字；不要用常见密码，也不要出现用户名、姓名、手机号、证件号码或单位名称。" in page


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(world, signed_in):
    client, elsewhere = signed_in(world.secretary), Client()
    elsewhere.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    answer = client.post("/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 302
    assert client.get("/organizations/").status_code == 200
    assert elsewhere.get("/organizations/").status_code == 302
    assert AuditEntry.objects.filter(kind="password").count() == 1
    assert Session.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong", NEW, NEW, "原密码不正确，请重新输入。"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新密码不一致，请重新输入。"),
        (PASSWORD, "short-1", "short-1", "新密码太短，请至少用 10 个字符。"),
        (PASSWORD, "secretary-1", "secretary-1", "新密码与用户名或姓名太相近，请换一个。"),
        (PASSWORD, "password123", "password123", "这个密码太常见，容易被猜到，请换一个。"),
        (PASSWORD, "74839201746", "74839201746", "新密码不能全是数字，请加入字母或符号。"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码不能与原密码相同，请换一个。"),
        (PASSWORD, "", "", "请填写新密码。"),
    ],
)
def test_passwords_that_are_refused(world, signed_in, old, new, again, sentence):
    data = {"old_password": old, "new_password1": new, "new_password2": again}

    answer = signed_in(world.secretary).post("/password/", data)

    world.secretary.refresh_from_db()
    assert sentence in answer.content.decode()
    assert world.secretary.check_password(PASSWORD)
    assert not AuditEntry.objects.filter(kind="password").exists()


def test_leaving_empties_what_the_browser_kept(signed_in, world):
    response = signed_in(world.bureau_admin).post("/logout/")

    assert response["Clear-Site-Data"] == '"storage"'


def test_switching_between_organisations_with_a_grant(world, signed_in):
    a_grant(world.secretary, world.other_branch, "observer")
    client = signed_in(world.secretary)

    answer = client.post("/switch/", {"organization": world.other_branch.pk, "next": "/organizations/"})

    assert answer["Location"] == "/organizations/"
    assert client.session[SESSION_KEY] == world.other_branch.pk
    assert client.get("/organizations/lower/").context["organization"] == world.other_branch


@pytest.mark.parametrize("chosen", ["sister_branch", "foreign_branch", "nonsense", "missing"])
def test_nobody_switches_to_where_there_is_no_grant(world, signed_in, chosen):
    client = signed_in(world.general_admin)
    asked = {"nonsense": "1; DROP", "missing": ""}.get(chosen) or getattr(world, chosen, world.branch).pk

    answer = client.post("/switch/", {"organization": asked, "next": "/organizations/"})

    assert answer["Location"] == "/"
    assert "您在这个组织没有授权，仍在原来的组织。请重新选择。" in client.get("/").content.decode()
    assert SESSION_KEY not in client.session


def test_switching_never_leads_away(world, signed_in):
    answer = signed_in(world.secretary).post(
        "/switch/", {"organization": world.branch.pk, "next": "https://evil.example/"}
    )

    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("headers", "back"),
    [
        ({"Referer": "http://testserver/organizations/lower/?page=2"}, "/organizations/lower/%3Fpage%3D2"),
        ({"Referer": "https://evil.example/organizations/"}, "/"),
        ({}, "/"),
    ],
)
def test_a_button_pressed_too_late_leads_back_to_its_page(client, db, headers, back):
    answer = client.post("/switch/", {"organization": "1"}, headers=headers)

    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={back}")


def test_a_part_of_a_page_asked_for_too_late_leads_back_to_the_whole(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/organizations/"}

    answer = client.get("/organizations/1/children/", headers=headers)

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/login/?next=/organizations/")
