"""The keys this database was sealed with: made once, recognised at every start."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from branches.models import KeyFingerprint
from tuanjian import keyring


def ensure_keys() -> None:
    """Make the keys file if no key is configured and this database has never been sealed with another one."""
    try:
        keyring.current()
    except keyring.KeysMissing:
        if KeyFingerprint.objects.exists():
            raise
        keyring.make_file(settings.KEYS_FILE)
        keyring.forget()


def register_keys() -> None:
    """Remember the fingerprints of keys that are new to this database."""
    known = set(KeyFingerprint.objects.values_list("name", flat=True))
    KeyFingerprint.objects.bulk_create(
        [
            KeyFingerprint(name=name, fingerprint=fingerprint)
            for name, fingerprint in keyring.fingerprints().items()
            if name not in known
        ]
    )


def require_right_keys() -> None:
    """Refuse to start with missing or wrong keys: what they sealed could neither be read nor found.

    Raises ImproperlyConfigured with a sentence for the person at the console.
    """
    try:
        registered = dict(KeyFingerprint.objects.values_list("name", "fingerprint"))
    except DatabaseError:
        return  # not migrated yet; `migrate` registers the keys
    try:
        present = keyring.fingerprints()
    except keyring.KeysMissing as missing:
        raise ImproperlyConfigured(str(missing)) from missing
    wrong = [name for name, fingerprint in present.items() if registered.get(name, fingerprint) != fingerprint]
    gone = [name for name in registered if name not in present]
    if wrong or gone:
        raise ImproperlyConfigured(
            f"密钥与数据库不符（{'、'.join(wrong + gone)}）。请恢复原来的密钥文件或环境变量后再启动，数据没有改动。"
        )


def register_keys_after_migrate(**kwargs: Any) -> None:
    """post_migrate: a fresh database gets its keys; a migrated one must still have the right ones."""
    ensure_keys()
    require_right_keys()
    register_keys()
