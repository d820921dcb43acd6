"""Seal personal data at rest: AES-256-GCM for the value, a keyed index to look it up, a keyed check for the audit log.

A token reads ``A1.<key id>.<nonce and ciphertext>``. A1 names the algorithm, so another one can stand beside it; the
field's name is associated data, so a token moved to another column does not open. Keys come from ``keyring``.
"""

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from tuanjian import keyring

ALGORITHM = "A1"
_NONCE_LENGTH = 12


class SealBroken(ValueError):
    """A token that does not open: another key, another field, or damaged."""


def seal(field: str, text: str) -> str:
    """Return a token for the text, another one each time; nothing gives nothing."""
    if not text:
        return ""
    key_id, key = next(iter(keyring.current().sealing.items()))
    nonce = os.urandom(_NONCE_LENGTH)
    sealed = nonce + _cipher(key).encrypt(nonce, text.encode(), field.encode())
    return f"{ALGORITHM}.{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(field: str, token: str) -> str:
    """Return the text of a token; raises SealBroken."""
    if not token:
        return ""
    key_id = key_id_of(token)
    key = _key(key_id)
    try:
        sealed = base64.b64decode(token.split(".")[2], altchars=b"-_", validate=True)
        return _cipher(key).decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], field.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError):
        raise SealBroken("加密数据无法解开，密钥不对或数据已损坏，请联系系统管理员。") from None


def seal_bytes(field: str, data: bytes) -> bytes:
    """Return sealed bytes for a file: the head of a token and then nonce and ciphertext as they are."""
    key_id, key = next(iter(keyring.current().sealing.items()))
    nonce = os.urandom(_NONCE_LENGTH)
    return f"{ALGORITHM}.{key_id}.".encode() + nonce + _cipher(key).encrypt(nonce, data, field.encode())


def unseal_bytes(field: str, sealed: bytes) -> bytes:
    """Return the bytes that were sealed; raises SealBroken."""
    algorithm, _, rest = sealed.partition(b".")
    name, _, content = rest.partition(b".")
    key_id = key_id_of(f"{algorithm.decode('ascii', 'replace')}.{name.decode('ascii', 'replace')}.")
    key = _key(key_id)
    try:
        return _cipher(key).decrypt(content[:_NONCE_LENGTH], content[_NONCE_LENGTH:], field.encode())
    except (InvalidTag, ValueError):
        raise SealBroken("加密数据无法解开，密钥不对或数据已损坏，请联系系统管理员。") from None


def key_id_of(token: str) -> str:
    """Return the id of the key a token was sealed with; raises SealBroken when it is no token."""
    parts = token.split(".")
    if len(parts) != 3 or parts[0] != ALGORITHM or not keyring.KEY_ID.fullmatch(parts[1]):
        raise SealBroken("这不是加密数据，请联系系统管理员。")
    return parts[1]


def current_key_id() -> str:
    """Return the id of the key that seals now."""
    return next(iter(keyring.current().sealing))


def blind_index(field: str, text: str) -> str:
    """Return 64 hexadecimal digits, equal for equal texts of one field and for nothing else; nothing gives nothing."""
    return _mac(keyring.current().index, b"index\0" + field.encode() + b"\0" + text.encode()) if text else ""


def audit_mac(data: bytes) -> str:
    """Return 64 hexadecimal digits that prove that an audit entry was written by this site."""
    return _mac(keyring.current().audit, b"audit\0" + data)


def _key(key_id: str) -> bytes:
    # Another process may have begun a new key a moment ago.
    key = keyring.current().sealing.get(key_id) or keyring.reread().sealing.get(key_id)
    if key is None:
        raise SealBroken(f"没有编号为 {key_id} 的加密密钥，请系统管理员检查密钥配置。")
    return key


# A cipher is made from its key more slowly than it seals one value.
@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


# As with a cipher: begun with the key once, copied for each value.
@lru_cache(maxsize=16)
def _begun(key: bytes) -> HMAC:
    return HMAC(key, SHA256())


def _mac(key: bytes, data: bytes) -> str:
    code = _begun(key).copy()
    code.update(data)
    return code.finalize().hex()
