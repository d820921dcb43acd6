"""Finding accounts, changing the own password, log-ins in the log."""

import pytest
from django.core.exceptions import ValidationError

from branches import accounts
from branches.models import AuditEntry
from branches.tests.builders import PASSWORD, a_grant, a_user

NEW = "qingshan-lvshui-2026"


@pytest.mark.parametrize("text", ["wangmin", " wangmin ", "14000009999", "140 0000 9999", "+86 14000009999"])
def test_an_account_is_found_by_its_exact_name_or_phone(world, text):
    user = a_user("wangmin")
    user.phone = "14000009999"
    user.save()

    assert accounts.account_of(text) == user


@pytest.mark.parametrize("text", ["", "wangmi", "WANGMIN", "1400000999", "14000009998"])
def test_a_part_of_a_name_finds_nobody(world, text):
    user = a_user("wangmin")
    user.phone = "14000009999"
    user.save()

    assert accounts.account_of(text) is None


def test_a_password_is_changed_and_logged_without_its_value(world):
    accounts.change_password(world.secretary, new_password=NEW)

    world.secretary.refresh_from_db()
    entry = AuditEntry.objects.get(kind="password")
    assert world.secretary.check_password(NEW)
    assert (entry.actor, entry.placement.organization, entry.changes) == (world.secretary, world.branch, {})


def test_the_same_password_again_is_refused(world):
    with pytest.raises(ValidationError) as refusal:
        accounts.change_password(world.secretary, new_password=PASSWORD)

    assert refusal.value.message_dict == {"new_password1": ["新密码不能与原密码相同，请换一个。"]}
    assert not AuditEntry.objects.filter(kind="password").exists()


def entries(*kinds):
    rows = AuditEntry.objects.filter(kind__in=kinds).order_by("id")
    return [(row.kind, row.object_label, row.actor_name, row.placement and row.placement.short_name) for row in rows]


def test_log_in_and_log_out_are_logged_in_the_own_organisation(world, client):
    client.post("/login/", {"username": "secretary", "password": PASSWORD})
    client.post("/logout/")

    assert entries("signed_in", "signed_out") == [
        ("signed_in", "支书", "支书", "航测一室团支部"),
        ("signed_out", "支书", "支书", "航测一室团支部"),
    ]


def test_a_failed_log_in_is_logged_without_what_was_typed(world, client):
    client.post("/login/", {"username": "secretary", "password": "错的"})
    client.post("/login/", {"username": "secretary-password-2026", "password": "错的"})

    assert entries("sign_in_failed") == [
        ("sign_in_failed", "支书", "系统", "航测一室团支部"),
        ("sign_in_failed", "不存在的账号", "系统", None),
    ]


def test_an_account_is_filed_under_its_highest_grant(world):
    a_grant(world.secretary, world.bureau, "observer")

    assert accounts.filed_under(world.secretary) == world.bureau
    assert accounts.filed_under(world.outsider) is None
