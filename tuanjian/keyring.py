"""The keys: from the settings, or from the file ``settings.KEYS_FILE``; never from both.

Keys of the file are looked at again when the file changes, so that a running site takes over a new key by itself.
"""

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings

KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
_KEY_LENGTH: Final = 32
_SETTINGS: Final = ("TUANJIAN_SEALING_KEYS", "TUANJIAN_INDEX_KEY", "TUANJIAN_AUDIT_KEY")
# A running process asks the file system for the time of the file this often, not at every value.
_LOOK_EVERY: Final = 1.0
_UNREADABLE: Final = "密钥文件读不出来或内容不完整，请从备份恢复后重新启动。"


class KeysMissing(RuntimeError):
    """No usable keys. The site must not start: nothing is ever stored in clear instead."""


@dataclasses.dataclass(frozen=True, repr=False)
class Keyring:
    """The keys in use; the first of ``sealing`` seals, all of them open."""

    sealing: dict[str, bytes]
    index: bytes
    audit: bytes


@dataclasses.dataclass
class _Known:
    ring: Keyring
    path: Path | None
    stamp: int
    look_at: float


_known: _Known | None = None


def current() -> Keyring:
    """Return the keys; raises KeysMissing when they are absent, incomplete or malformed."""
    global _known
    known = _known
    if known is None or _is_outdated(known):
        path = file_in_use()
        stamp = path.stat().st_mtime_ns if path is not None and path.exists() else 0
        known = _known = _Known(_read(), path, stamp, time.monotonic() + _LOOK_EVERY)
    return known.ring


def reread() -> Keyring:
    """Return the keys as they are now in the file, without waiting for the next look."""
    if _known is not None:
        _known.look_at = 0.0
    return current()


def forget() -> None:
    """Read the keys again at the next use."""
    global _known
    _known = None


@contextlib.contextmanager
def replaced(ring: Keyring) -> Iterator[None]:
    """Work with these keys inside the block. For commands that hold the whole process; it is not for threads."""
    global _known
    _known = _Known(ring, None, 0, 0.0)
    try:
        yield
    finally:
        forget()


def file_in_use() -> Path | None:
    """The file the keys come from, None if they come from the settings."""
    if any(getattr(settings, name, "") for name in _SETTINGS):
        return None
    path = getattr(settings, "KEYS_FILE", None)
    return Path(path) if path else None


def fingerprints() -> dict[str, str]:
    """Return a short name for each key, safe to store, by which a wrong key is recognised at the start."""
    ring = current()
    keys = {f"sealing.{key_id}": key for key_id, key in ring.sealing.items()}
    keys |= {"index": ring.index, "audit": ring.audit}
    return {name: fingerprint_of(key) for name, key in keys.items()}


def fingerprint_of(key: bytes) -> str:
    """The short name of a key."""
    return hmac.new(key, b"fingerprint\0", hashlib.sha256).hexdigest()[:16]


def new_key() -> str:
    """A random key as it is written in the file and in the settings."""
    return base64.b64encode(secrets.token_bytes(_KEY_LENGTH)).decode()


def key_from(text: str, name: str) -> bytes:
    """The key a text holds; raises KeysMissing."""
    return _key(text, name)


def make_file(path: Path) -> None:
    """Write random keys to ``path`` unless it exists; of processes that race, all end with the same content.

    The folder is for its owner only if it is made here (0700), the file always (0600).
    """
    if path.exists():
        return
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps({"sealing": {"k1": new_key()}, "index": new_key(), "audit": new_key()}, indent=1)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        _write_new(draft, content)
        _put_in_place(draft, path, content)
    finally:
        draft.unlink(missing_ok=True)


def begin_sealing_key(path: Path) -> str:
    """Put a new sealing key in front of those of the file and return its id. The others still open what they sealed."""
    content = _content(path)
    numbers = [int(key_id[1:]) for key_id in content["sealing"] if re.fullmatch(r"k[0-9]+", key_id)]
    key_id = f"k{max(numbers, default=0) + 1}"
    _rewrite(path, content | {"sealing": {key_id: new_key(), **content["sealing"]}})
    return key_id


def drop_sealing_keys(path: Path, ids: Iterable[str]) -> None:
    """Take keys out of the file for good; raises ValueError for the one that seals now."""
    content, gone = _content(path), set(ids)
    if next(iter(content["sealing"])) in gone:
        raise ValueError("the key in use cannot be dropped")
    _rewrite(path, content | {"sealing": {k: v for k, v in content["sealing"].items() if k not in gone}})


def staged(path: Path) -> Path:
    """Where the next index key waits until everything is indexed with it."""
    return path.with_name(f"{path.name}.next")


def stage_index_key(path: Path) -> Keyring:
    """Write the keys with a new index key beside the file, or find those of a run that was cut off; return them."""
    waiting = staged(path)
    if not waiting.exists():
        _write_whole(waiting, _content(path) | {"index": new_key()})
    return _ring(_content(waiting))


def adopt_staged(path: Path) -> None:
    """Put the staged keys in the place of the file."""
    staged(path).replace(path)
    _keep_name(path.parent)
    forget()


def _is_outdated(known: _Known) -> bool:
    if known.path is None or time.monotonic() < known.look_at:
        return False
    known.look_at = time.monotonic() + _LOOK_EVERY
    try:
        return known.path.stat().st_mtime_ns != known.stamp
    except OSError:
        # A running site keeps the keys it has; the next start will say what is wrong.
        return False


def _read() -> Keyring:
    values = {name: str(getattr(settings, name, "") or "") for name in _SETTINGS}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(_SETTINGS):
        return _from_file()
    if missing:
        raise KeysMissing(f"加密密钥没有配全，还缺 {'、'.join(missing)}，请补上后重新启动。")
    pairs = [pair.strip().partition(":") for pair in values["TUANJIAN_SEALING_KEYS"].split(",")]
    return _checked([(key_id, text) for key_id, _, text in pairs], values[_SETTINGS[1]], values[_SETTINGS[2]])


def _from_file() -> Keyring:
    path = getattr(settings, "KEYS_FILE", None)
    if not path or not Path(path).exists():
        raise KeysMissing(f"没有找到加密密钥，请设置 {'、'.join(_SETTINGS)}，或放回密钥文件。")
    return _ring(_content(Path(path)))


def _content(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {"sealing": dict(content["sealing"]), "index": content["index"], "audit": content["audit"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise KeysMissing(_UNREADABLE) from None


def _ring(content: dict[str, Any]) -> Keyring:
    try:
        return _checked(list(content["sealing"].items()), content["index"], content["audit"])
    except (TypeError, AttributeError):
        raise KeysMissing(_UNREADABLE) from None


def _rewrite(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step: whoever reads it sees the old or the new keys, never half of them."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        _write_whole(draft, content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _keep_name(path.parent)
    forget()


def _write_whole(path: Path, content: dict[str, Any]) -> None:
    _write_new(path, json.dumps(content, indent=1))


def _checked(sealing: list[tuple[str, str]], index: str, audit: str) -> Keyring:
    ids = [key_id for key_id, _ in sealing]
    if not ids or len(set(ids)) != len(ids) or not all(KEY_ID.fullmatch(key_id) for key_id in ids):
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
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Values sealed with new keys may reach the disk first: the name of the file must not be lost with the power."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
