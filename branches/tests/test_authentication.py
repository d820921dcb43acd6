"""Known, unknown, disabled and sleeping accounts: the same work is done for each, and too many failures lock."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from branches.models import AuditEntry
from branches.tests.builders import PASSWORD, a_user
from tuanjian import settings_test

WRONG = "wrong"
HASHERS = ["branches.tests.test_authentication.CountingHasher"]


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: that is what takes the time."""

    algorithm = "counting"
    runs = 0

    def encode(self, password, salt):
        type(self).runs += 1
        return super().encode(password, salt)


def log_in(username, password=WRONG, **more):
    return Client(**more).post("/login/", {"username": username, "password": password})


@pytest.mark.parametrize("kind", ["known", "unknown", "disabled", "sleeping", "without a password", "by phone"])
def test_the_password_is_hashed_once_whoever_it_is(world, settings, kind):
    settings.PASSWORD_HASHERS = HASHERS
    names = {"known": "lu-known", "unknown": "nobody", "by phone": "14000009999"}
    user = a_user("lu-known")
    a_user("lu-disabled", is_active=False)
    a_user("lu-sleeping")
    blank = a_user("lu-without a password")
    blank.set_unusable_password()
    blank.save()
    user.phone = "14000009999"
    user.save()
    before = CountingHasher.runs

    log_in(names.get(kind, f"lu-{kind}"))

    assert CountingHasher.runs - before == 1


def test_a_disabled_account_with_the_right_password_answers_as_with_a_wrong_one(world):
    a_user("stopped", is_active=False)

    right, wrong = log_in("stopped", PASSWORD), log_in("stopped", "wrong")

    assert ["用户名或密码不正确。" in answer.content.decode() for answer in (right, wrong)] == [True, True]


def test_the_lock_is_for_an_account_from_an_address(world):
    for _ in range(5):
        locked = log_in("secretary", REMOTE_ADDR="10.0.0.7")

    assert locked.status_code == 429
    assert log_in("secretary", PASSWORD, REMOTE_ADDR="10.0.0.7").status_code == 429
    assert log_in("clerk", PASSWORD, REMOTE_ADDR="10.0.0.7").status_code == 302
    assert log_in("secretary", PASSWORD, REMOTE_ADDR="10.0.0.8").status_code == 302


def test_an_address_that_fails_with_ever_new_names_is_locked_altogether(world, settings):
    settings.MOST_FAILURES_OF_AN_ADDRESS = 6
    answers = [log_in(f"guess-{number}").status_code for number in range(6)]

    assert answers == [200] * 5 + [429]
    assert log_in("secretary", PASSWORD).status_code == 429
    assert log_in("secretary", PASSWORD, REMOTE_ADDR="10.0.0.8").status_code == 302


def test_logging_in_forgives_what_was_mistyped_before(world):
    world.secretary.phone = "14000009999"
    world.secretary.save()
    for name in ("secretary", "14000009999"):
        for _ in range(4):
            log_in(name)

    assert log_in("14000009999", PASSWORD).status_code == 302

    assert log_in("secretary").status_code == 200
    assert log_in("14000009999").status_code == 200


def test_the_limits_are_those_of_the_page():
    assert (settings_test.MOST_WRONG_PASSWORDS, settings_test.MOST_WRONG_CODES) == (5, 20)


def test_failures_are_in_the_log_without_the_name_that_was_typed(world):
    log_in("mypassword-2026")

    entry = AuditEntry.objects.get(kind="sign_in_failed")
    assert (entry.object_label, entry.object_id, entry.actor) == ("不存在的账号", "", None)
