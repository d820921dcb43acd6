"""Seal personal data at rest: AES-256-GCM for the value, a keyed index to look it up, a keyed check for the audit log.

A token reads ``A1.<key id>.<nonce and ciphertext>``. A1 names the algorithm, so another one can stand beside it; the
field's name is associated data, so a token moved to another column does not open. Keys come from the settings, or
from the file ``settings.KEYS_FILE``; never from both.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

ALGORITHM = "A1"
_NONCE_LENGTH = 12
_KEY_LENGTH = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_SETTINGS = ("TUANJIAN_SEALING_KEYS", "TUANJIAN_INDEX_KEY", "TUANJIAN_AUDIT_KEY")


class KeysMissing(RuntimeError):
    """No usable keys. The site must not start: nothing is ever stored in clear instead."""


class SealBroken(ValueError):
    """A token that does not open: another key, another field, or damaged."""


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys in use; the first of ``sealing`` seals, all of them open."""

    sealing: dict[str, bytes]
    index: bytes
    audit: bytes


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """Return the keys, read once; raises KeysMissing when they are absent, incomplete or malformed."""
    values = {name: str(getattr(settings, name, "") or "") for name in _SETTINGS}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(_SETTINGS):
        return _from_file()
    if missing:
        raise KeysMissing(f"加密密钥没有配全，还缺 {'、'.join(missing)}，请补上后重新启动。")
    pairs = [pair.strip().partition(":") for pair in values["TUANJIAN_SEALING_KEYS"].split(",")]
    return _checked([(key_id, text) for key_id, _, text in pairs], values[_SETTINGS[1]], values[_SETTINGS[2]])


def forget_keyring() -> None:
    """Read the keys again at the next use."""
    keyring.cache_clear()


def make_keys_file(path: Path) -> None:
    """Write random keys to ``path`` unless it exists; of processes that race, all end with the same content.

    The folder is for its owner only if it is made here (0700), the file always (0600).
    """
    if path.exists():
        return
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps({"sealing": {"k1": _random_key()}, "index": _random_key(), "audit": _random_key()}, indent=1)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        _write_new(draft, content)
        _put_in_place(draft, path, content)
    finally:
        draft.unlink(missing_ok=True)


def seal(field: str, text: str) -> str:
    """Return a token for the text, another one each time; nothing gives nothing."""
    if not text:
        return ""
    key_id, key = next(iter(keyring().sealing.items()))
    nonce = os.urandom(_NONCE_LENGTH)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), field.encode())
    return f"{ALGORITHM}.{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(field: str, token: str) -> str:
    """Return the text of a token; raises SealBroken."""
    if not token:
        return ""
    key_id = key_id_of(token)
    key = keyring().sealing.get(key_id)
    if key is None:
        raise SealBroken(f"没有编号为 {key_id} 的加密密钥，请系统管理员检查密钥配置。")
    try:
        sealed = base64.b64decode(token.split(".")[2], altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], field.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError):
        raise SealBroken("加密数据无法解开，密钥不对或数据已损坏，请联系系统管理员。") from None


def seal_bytes(field: str, data: bytes) -> bytes:
    """Return sealed bytes for a file: the head of a token and then nonce and ciphertext as they are."""
    key_id, key = next(iter(keyring().sealing.items()))
    nonce = os.urandom(_NONCE_LENGTH)
    return f"{ALGORITHM}.{key_id}.".encode() + nonce + AESGCM(key).encrypt(nonce, data, field.encode())


def unseal_bytes(field: str, sealed: bytes) -> bytes:
    """Return the bytes that were sealed; raises SealBroken."""
    algorithm, _, rest = sealed.partition(b".")
    name, _, content = rest.partition(b".")
    key_id = key_id_of(f"{algorithm.decode('ascii', 'replace')}.{name.decode('ascii', 'replace')}.")
    key = keyring().sealing.get(key_id)
    if key is None:
        raise SealBroken(f"没有编号为 {key_id} 的加密密钥，请系统管理员检查密钥配置。")
    try:
        return AESGCM(key).decrypt(content[:_NONCE_LENGTH], content[_NONCE_LENGTH:], field.encode())
    except (InvalidTag, ValueError):
        raise SealBroken("加密数据无法解开，密钥不对或数据已损坏，请联系系统管理员。") from None


def key_id_of(token: str) -> str:
    """Return the id of the key a token was sealed with; raises SealBroken when it is no token."""
    parts = token.split(".")
    if len(parts) != 3 or parts[0] != ALGORITHM or not _KEY_ID.fullmatch(parts[1]):
        raise SealBroken("这不是加密数据，请联系系统管理员。")
    return parts[1]


def current_key_id() -> str:
    """Return the id of the key that seals now."""
    return next(iter(keyring().sealing))


def blind_index(field: str, text: str) -> str:
    """Return 64 hexadecimal digits, equal for equal texts of one field and for nothing else; nothing gives nothing."""
    return _mac(keyring().index, b"index\0" + field.encode() + b"\0" + text.encode()) if text else ""


def audit_mac(data: bytes) -> str:
    """Return 64 hexadecimal digits that prove that an audit entry was written by this site."""
    return _mac(keyring().audit, b"audit\0" + data)


def fingerprints() -> dict[str, str]:
    """Return a short name for each key, safe to store, by which a wrong key is recognised at the start."""
    ring = keyring()
    keys = {f"sealing.{key_id}": key for key_id, key in ring.sealing.items()}
    keys |= {"index": ring.index, "audit": ring.audit}
    return {name: _mac(key, b"fingerprint\0")[:16] for name, key in keys.items()}


def _from_file() -> Keyring:
    path = getattr(settings, "KEYS_FILE", None)
    if not path or not Path(path).exists():
        raise KeysMissing(f"没有找到加密密钥，请设置 {'、'.join(_SETTINGS)}，或放回密钥文件。")
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return _checked(list(content["sealing"].items()), content["index"], content["audit"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KeysMissing("密钥文件读不出来或内容不完整，请从备份恢复后重新启动。") from None


def _checked(sealing: list[tuple[str, str]], index: str, audit: str) -> Keyring:
    ids = [key_id for key_id, _ in sealing]
    if not ids or len(set(ids)) != len(ids) or not all(_KEY_ID.fullmatch(key_id) for key_id in ids):
        raise KeysMissing("加密密钥应写成“编号:密钥”，用逗号隔开，编号不能重复，请改正后重新启动。")
    return Keyring({key_id: _key(text, key_id) for key_id, text in sealing}, _key(index, "index"), _key(audit, "audit"))


def _key(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().translate(str.maketrans("-_", "+/")), validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_LENGTH:
        raise KeysMissing(f"加密密钥 {name} 不对，应为 32 字节随机数的 Base64 文本，请改正后重新启动。")
    return key


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_LENGTH)).decode()


def _write_new(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(draft: Path, path: Path, content: str) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without links. Creating the file is still exclusive, only its content comes a moment later.
        with contextlib.suppress(FileExistsError):
            _write_new(path, content)
    # Values sealed with these keys may reach the disk first: the name of the file must not be lost with the power.
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _mac(key: bytes, data: bytes) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()
