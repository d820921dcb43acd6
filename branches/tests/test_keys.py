"""A database knows its keys; a start with others is refused."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from branches.keys import register_keys, require_right_keys
from branches.models import KeyFingerprint
from tuanjian import keyring

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_index_key(settings):
    settings.TUANJIAN_INDEX_KEY = base64.b64encode(b"x" * 32).decode()
    keyring.forget()
    yield
    keyring.forget()


def test_the_right_keys_start():
    require_right_keys()


def test_wrong_keys_refuse_to_start(other_index_key):
    with pytest.raises(ImproperlyConfigured, match="密钥与数据库不符"):
        require_right_keys()


def test_missing_keys_refuse_to_start(settings):
    settings.TUANJIAN_INDEX_KEY = ""
    keyring.forget()

    with pytest.raises(ImproperlyConfigured):
        require_right_keys()

    settings.TUANJIAN_INDEX_KEY = "aW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW4="
    keyring.forget()


def test_registering_twice_changes_nothing():
    before = set(KeyFingerprint.objects.values_list("name", "fingerprint"))

    register_keys()

    assert set(KeyFingerprint.objects.values_list("name", "fingerprint")) == before
