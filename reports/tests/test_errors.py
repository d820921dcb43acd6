"""What cannot be shown: the same words for “does not exist” and “not yours”, and a number that is also in the log."""

import logging
import re

import pytest
from django.test import Client, RequestFactory

from branches.models import AuditEntry
from reports.errors import server_error

NUMBER = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
VARYING = re.compile(
    r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}|\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
    r'|X-CSRFToken": "\w+|value="\w{64}"'
)


def test_a_foreign_record_and_a_missing_one_answer_alike(world, signed_in):
    client = signed_in(world.secretary)

    foreign = client.get(f"/members/{world.foreign_member.pk}/")
    missing = client.get("/members/999999/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert VARYING.sub("", foreign.content.decode()).replace(str(world.foreign_member.pk), "999999") == VARYING.sub(
        "", missing.content.decode()
    )


def test_the_refusal_says_what_to_do_and_bears_a_number(world, signed_in):
    page = signed_in(world.secretary).get("/members/999999/").content.decode()

    assert "该记录不存在，或不在您的管理范围内" in page
    assert NUMBER.search(page)


def test_looking_is_allowed_changing_is_not(world, signed_in, caplog):
    caplog.set_level(logging.WARNING, "tuanjian.errors")

    answer = signed_in(world.observer).get(f"/members/{world.member.pk}/edit/")

    number = NUMBER.search(answer.content.decode()).group()
    assert answer.status_code == 403
    assert [record.getMessage() for record in caplog.records if number in record.getMessage()] == [
        f"{number} 403 /members/{world.member.pk}/edit/"
    ]


def last_refusal():
    entry = AuditEntry.objects.filter(kind="refused").get()
    return entry.actor_name, entry.object_type, entry.object_id, entry.placement.organization_id, entry.changes


def test_a_refusal_is_in_the_log_with_what_it_was_about(world, signed_in):
    answer = signed_in(world.observer).get(f"/members/{world.member.pk}/edit/?field=phone")

    path = f"/members/{world.member.pk}/edit/"
    assert last_refusal() == (
        "观察员", "members.member", str(world.member.pk), world.branch.pk,
        {"页面": [None, path], "方式": [None, "打开"]},
    )  # fmt: skip
    assert AuditEntry.objects.get(kind="refused").request_number in answer.content.decode()


def test_a_refusal_of_a_page_about_nothing_is_filed_with_the_account(world, signed_in):
    signed_in(world.auditor).get("/members/")

    assert last_refusal() == (
        "审计员", "branches.user", str(world.auditor.pk), world.bureau.pk,
        {"页面": [None, "/members/"], "方式": [None, "打开"]},
    )  # fmt: skip


def test_what_is_not_found_is_no_refusal(world, signed_in):
    signed_in(world.observer).get(f"/members/{world.foreign_member.pk}/")

    assert not AuditEntry.objects.filter(kind="refused").exists()


def test_signed_out_people_leave_no_refusal(client, db):
    client.post("/logout/")
    client.get("/members/")

    assert not AuditEntry.objects.filter(kind="refused").exists()


def test_a_form_without_its_token_is_a_refusal(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    client.post("/search/", {"q": "白"})

    assert last_refusal()[0] == "支书"
    assert last_refusal()[4] == {"页面": [None, "/search/"], "方式": [None, "提交"]}


def test_the_page_after_a_failure_stands_on_its_own(db, caplog):
    """Nothing may be taken for granted when things went wrong: no user, no session, no frame."""
    answer = server_error(RequestFactory().get("/members/"))

    assert answer.status_code == 500
    assert "数据没有改动" in answer.content.decode()


def test_a_form_without_its_token_is_explained(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    answer = client.post("/search/", {"q": "白"})

    assert answer.status_code == 403
    assert "重新" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/members/", "/organizations/", "/search/", "/help/"])
def test_signed_out_people_are_sent_to_the_log_in_page(client, db, path):
    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")


def test_pages_with_people_are_not_kept_by_caches(world, signed_in):
    answer = signed_in(world.secretary).get("/members/")

    assert answer["Cache-Control"] == "no-store, private"


def test_every_answer_carries_the_policy(client, db):
    answer = client.get("/login/")

    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
