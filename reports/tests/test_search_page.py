"""The search of the top bar."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from members.tests.builders import a_member, an_id_number


def searched(client, text):
    answer = client.post(reverse("reports:search"), {"q": text})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("reports:search"))
    return client.get(reverse("reports:search"))


def without(response, text):
    """The page without what was typed and without tokens."""
    page = re.sub(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", response.content.decode())
    return page.replace(text, "")


def test_nobody_searches_signed_out(client, world):
    response = client.post(reverse("reports:search"), {"q": "白雨桐"})

    assert response.headers["Location"].startswith("/login/")


def test_a_search_is_asked_by_post_and_stands_in_no_address(world, signed_in):
    client = signed_in(world.secretary)

    response = searched(client, "白雨桐")

    assert [person.name for person in response.context["found"].people] == ["白雨桐"]
    assert world.member.get_absolute_url() in response.content.decode()
    assert "白雨桐" not in str(dict(client.session))


def test_without_a_search_the_page_says_what_to_do(world, signed_in):
    response = signed_in(world.secretary).get(reverse("reports:search"))

    assert "还没有输入要查找的内容" in response.content.decode()


def test_organisations_lead_to_their_page(world, signed_in):
    response = searched(signed_in(world.bureau_admin), "航测一室")

    assert world.branch.get_absolute_url() in response.content.decode()
    assert "华岳局团委 / 测绘院团总支" in response.content.decode()


def test_too_many_are_said_to_be_more(world, signed_in):
    for _ in range(51):
        a_member("白一", branch=world.branch)

    response = searched(signed_in(world.secretary), "白一")

    assert "还有更多，请写得更完整。" in response.content.decode()
    assert len(response.context["found"].people) == 50


@pytest.mark.parametrize("who", ["secretary", "general_admin", "auditor", "outsider", "system_admin"])
def test_a_foreign_number_answers_like_one_nobody_has(world, signed_in, who):
    client = signed_in(getattr(world, who))
    foreign = a_member("外人甲", branch=world.foreign_branch, phone="14000111222")
    texts = [
        (foreign.id_number, an_id_number(dt.date(1999, 1, 1))),
        (foreign.phone, "14000111333"),
        ("1222", "1333"),
        (foreign.id_number[-4:], "0000"),
        ("外人甲", "外人乙"),
        ("长江厂", "长江船"),
    ]

    answers = [
        (without(searched(client, there), there), without(searched(client, nowhere), nowhere))
        for there, nowhere in texts
    ]

    assert [there == nowhere for there, nowhere in answers] == [True] * len(texts)
    assert all("没有找到符合的人员或组织" in there for there, _ in answers)


def test_a_search_sealed_with_a_lost_key_is_forgotten(world, signed_in):
    client = signed_in(world.secretary)
    session = client.session
    session["search"] = "A1.old.AAAA"
    session.save()

    response = client.get(reverse("reports:search"))

    assert response.context["text"] == ""


def test_hostile_texts_are_only_texts(world, signed_in):
    client = signed_in(world.secretary)

    answers = [searched(client, text) for text in ("<script>alert(1)</script>", "\x00", "%", "'", "白" * 500)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert "<script>alert" not in answers[0].content.decode()
