"""Sessions end: by themselves, by a click, with the rights. The own log-ins are listed."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from branches import sign_ins
from branches.models import AuditEntry, SignIn
from branches.tests.builders import PASSWORD, a_grant, a_user

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/109.0.0.0 Safari/537.36"


def log_in(username="secretary", password=PASSWORD, **more):
    client = Client(headers={"User-Agent": WINDOWS}, **more)
    client.post("/login/", {"username": username, "password": password})
    return client


def after(**passed):
    return time_machine.travel(timezone.now() + dt.timedelta(**passed))


def is_in(client):
    return client.get("/organizations/").status_code == 200


def lines(client):
    listed = client.get("/sign-ins/").context["log_ins"]
    return [(each.row.address, each.row.device, each.row.succeeded, each.is_open, each.is_here) for each in listed]


def test_half_an_hour_without_a_click_ends_a_session_and_says_so(world):
    client = log_in()

    with after(minutes=29):
        assert is_in(client)
    with after(minutes=58):
        assert is_in(client)
    with after(minutes=90):
        answer = client.get("/organizations/", follow=True)

    assert answer.redirect_chain == [("/login/?next=/organizations/", 302)]
    assert "超过 30 分钟没有操作，已自动退出。请重新登录。" in answer.content.decode()
    ended = AuditEntry.objects.get(kind="signed_out")
    assert (ended.actor, ended.reason) == (world.secretary, "超过 30 分钟没有操作")


def test_eight_hours_end_a_session_whatever_one_does(world):
    client = log_in()
    for minutes in range(20, 480, 20):
        with after(minutes=minutes):
            assert is_in(client)

    with after(minutes=481):
        assert not is_in(client)

    assert AuditEntry.objects.get(kind="signed_out").reason == "登录已满 8 小时"


def test_a_click_within_the_minute_writes_nothing(world):
    client = log_in()
    stored = Session.objects.get().session_data
    client.get("/organizations/")
    assert Session.objects.get().session_data == stored

    with after(seconds=61):
        client.get("/organizations/")

    assert Session.objects.get().session_data != stored


def test_the_key_changes_at_log_in(world):
    client = Client()
    client.get("/login/")
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    client.cookies["tuanjian"] = session.session_key

    client.post("/login/", {"username": "secretary", "password": PASSWORD})

    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_a_stolen_cookie_is_dead_after_leaving(world):
    client = log_in()
    thief = Client()
    thief.cookies["tuanjian"] = client.cookies["tuanjian"].value
    assert is_in(thief)

    client.post("/logout/")

    assert not is_in(thief)


def test_the_own_list_names_time_device_and_address(world):
    elsewhere = log_in(REMOTE_ADDR="10.0.0.7")
    log_in(password="wrong", REMOTE_ADDR="10.0.0.8")
    client = log_in()

    assert lines(client) == [
        ("127.0.0.1", "Windows 电脑 · Chrome", True, True, True),
        ("10.0.0.8", "Windows 电脑 · Chrome", False, False, False),
        ("10.0.0.7", "Windows 电脑 · Chrome", True, True, False),
    ]
    assert is_in(elsewhere)


def test_nobody_sees_the_log_ins_of_others(world):
    log_in("clerk")

    assert len(lines(log_in())) == 1


def test_leaving_the_other_devices(world):
    elsewhere, client = log_in(REMOTE_ADDR="10.0.0.7"), log_in()

    answer = client.post("/sign-ins/leave-others/")

    assert answer["Location"] == "/sign-ins/"
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert [(is_open, is_here) for *_, is_open, is_here in lines(client)] == [(True, True), (False, False)]
    assert AuditEntry.objects.get(kind="signed_out").reason == "退出其他设备"


def test_leaving_everywhere(world):
    elsewhere, client = log_in(REMOTE_ADDR="10.0.0.7"), log_in()

    answer = client.post("/sign-ins/leave-everywhere/", follow=True)

    assert "所有设备上的登录已全部退出。" in answer.content.decode()
    assert (is_in(client), is_in(elsewhere)) == (False, False)
    assert not Session.objects.exclude(session_key=client.session.session_key).exists()


def test_leaving_takes_a_button(world, signed_in):
    client = signed_in(world.secretary)

    assert [client.get(f"/sign-ins/leave-{whom}/").status_code for whom in ("others", "everywhere")] == [405, 405]


def test_a_new_password_keeps_this_device_in_the_list(world):
    elsewhere, client = log_in(REMOTE_ADDR="10.0.0.7"), log_in()
    new = "qingshan-lvshui-2026"

    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    assert [(is_open, is_here) for *_, is_open, is_here in lines(client)] == [(True, True), (False, False)]
    assert not is_in(elsewhere)


def test_the_last_grant_ends_within_a_session(world):
    client = log_in()

    world.secretary.grants.update(ended_at=timezone.now())

    assert "您的账号目前没有授权" in client.get("/").content.decode()
    assert client.get(f"/organizations/{world.branch.pk}/").status_code == 404
    assert (
        "您的授权已到期" in Client().post("/login/", {"username": "secretary", "password": PASSWORD}).content.decode()
    )
    assert AuditEntry.objects.filter(kind="sign_in_failed", reason="没有有效的授权").count() == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_an_account_sleeps_before_and_after_its_grants(world, days):
    sleeper, today = a_user("sleeper"), timezone.localdate()
    begins = today + dt.timedelta(days=1) if days > 0 else today - dt.timedelta(days=9)
    a_grant(sleeper, world.branch, starts_on=begins, ends_on=begins + dt.timedelta(days=3))

    assert not is_in(log_in("sleeper"))
    with after(days=2 * days if days > 0 else -7):
        assert is_in(log_in("sleeper"))


def test_sleeping_is_told_only_to_whoever_knows_the_password(world):
    a_user("sleeper")

    answer = Client().post("/login/", {"username": "sleeper", "password": "wrong"})

    assert "用户名或密码不正确。" in answer.content.decode()
    assert "授权" not in answer.content.decode().partition('<form method="post"')[0].partition("<h1>")[2]


def test_system_administrators_never_sleep(world):
    assert log_in("system_admin").get("/admin/").status_code == 200


def test_disabling_ends_the_session_at_the_next_request(world):
    client = log_in()

    type(world.secretary).objects.filter(pk=world.secretary.pk).update(is_active=False)

    assert not is_in(client)


def test_old_rows_are_forgotten(world):
    log_in()
    SignIn.objects.update(at=timezone.now() - dt.timedelta(days=181))
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    log_in("clerk")

    sign_ins.forget_old()

    assert [row.user for row in SignIn.objects.all()] == [world.clerk]
    assert Session.objects.count() == 1


def test_the_limits_of_forgetting(world):
    log_in()
    SignIn.objects.update(at=timezone.now() - dt.timedelta(days=179))

    sign_ins.forget_old()

    assert (SignIn.objects.count(), Session.objects.count()) == (1, 1)
