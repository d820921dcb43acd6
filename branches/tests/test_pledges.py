"""保密承诺: asked for first, recorded with its version, asked for again when the text changes."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import pledges
from branches.models import AuditEntry, PledgeText
from branches.tests.builders import PASSWORD, a_grant, a_user


@pytest.fixture
def newcomer(world):
    user = a_user("newcomer", display_name="新来的", pledged=False)
    a_grant(user, world.branch)
    return user


def a_text(valid_from, text="新的承诺。"):
    return PledgeText.objects.create(valid_from=valid_from, text=text)


def test_the_newest_text_begun_is_the_one_in_force(world):
    first = PledgeText.objects.get()
    a_text(dt.date(2027, 1, 1))
    assert pledges.current() == first

    newer = a_text(dt.date(2026, 11, 21))

    assert pledges.current() == newer


def test_giving_it_is_recorded_with_time_and_version(world, newcomer):
    pledges.give(newcomer, text=pledges.current())

    newcomer.refresh_from_db()
    entry = AuditEntry.objects.get(kind="pledged")
    assert not pledges.owes(newcomer)
    assert newcomer.pledged_at.date() == dt.date(2026, 11, 21)
    assert (entry.actor, entry.placement.organization, entry.changes) == (
        newcomer,
        world.branch,
        {"版本": [None, "保密承诺（2026-01-01 版）"]},
    )


def test_a_text_that_was_replaced_meanwhile_is_not_given(world, newcomer):
    shown = pledges.current()
    a_text(dt.date(2026, 11, 21))

    with pytest.raises(ValidationError) as refusal:
        pledges.give(newcomer, text=shown)

    assert refusal.value.messages == ["承诺内容刚刚更新，请重新阅读后确认。"]
    assert pledges.owes(newcomer)


def test_without_a_text_nobody_is_asked(world, newcomer):
    PledgeText.objects.exclude(pk__in=[]).filter(valid_from__gt=dt.date(2000, 1, 1)).update(
        valid_from=dt.date(2030, 1, 1)
    )

    assert not pledges.owes(newcomer)


def test_every_page_leads_to_the_pledge_and_after_it_back(world, signed_in, newcomer):
    client = signed_in(newcomer)

    answer = client.get("/organizations/")
    page = client.get(answer["Location"])
    given = client.post("/pledge/", {"text": pledges.current().pk, "agreed": "on", "next": page.context["next"]})

    assert answer["Location"] == "/pledge/?next=%2Forganizations%2F"
    assert "不把证件号码、手机号等个人信息提供给无关人员" in page.content.decode()
    assert given["Location"] == "/organizations/"
    assert client.get("/organizations/").status_code == 200


@pytest.mark.parametrize("data", [{}, {"agreed": "on"}, {"agreed": "on", "text": "99"}])
def test_without_tick_or_text_nothing_is_given(world, signed_in, newcomer, data):
    client = signed_in(newcomer)

    answer = client.post("/pledge/", {"text": pledges.current().pk} | data if "agreed" not in data else data)

    assert answer.status_code == 200
    assert pledges.owes(newcomer)
    assert not AuditEntry.objects.filter(kind="pledged").exists()


def test_leaving_is_possible_and_nothing_else(world, signed_in, newcomer):
    client = signed_in(newcomer)

    stopped = [
        client.get("/help/"),
        client.post("/switch/", {"organization": world.branch.pk}),
        client.get("/admin/"),
        client.get("/register/"),
        client.get("/nothing-here/"),
    ]

    assert {answer["Location"].partition("?")[0] for answer in stopped} == {"/pledge/"}
    assert stopped[1]["Location"] == "/pledge/"
    assert client.post("/logout/")["Location"] == "/login/"


def test_a_part_of_a_page_is_led_there_as_a_whole(world, signed_in, newcomer):
    answer = signed_in(newcomer).get("/todos/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/pledge/?next=%2Ftodos%2F")


def test_a_new_text_is_asked_for_in_the_middle_of_a_session(world, signed_in):
    client = signed_in(world.secretary)
    assert client.get("/organizations/").status_code == 200

    a_text(dt.date(2026, 11, 21))

    assert client.get("/organizations/")["Location"].startswith("/pledge/")


def test_whoever_gave_it_may_read_it_again(world, signed_in):
    page = signed_in(world.secretary).get("/pledge/").content.decode()

    assert "确认承诺" not in page
    assert "您已于 2026-11-21 12:00 确认。" in page


def test_logging_in_leads_to_the_pledge(world, client, newcomer):
    answer = client.post("/login/", {"username": "newcomer", "password": PASSWORD}, follow=True)

    assert answer.redirect_chain[-1][0] == "/pledge/?next=%2F"
