"""备份与恢复: database and uploads in a folder whose manifest proves that it is whole; the keys elsewhere.

A backup is written under another name and renamed when everything is on the disk, so that half a one is never taken
for a whole one. The manifest bears a MAC made with the audit key: nobody without the keys can make or change one.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import os
import re
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from branches import audit, dumping, log_proof, readiness, tree
from branches.models import AuditEntry, Organization, User
from tuanjian import __version__, keyring, sealing

MANIFEST: Final = "manifest.json"
UPLOADS: Final = "uploads.zip"
_FORMAT: Final = 1
_NAME: Final = re.compile(r"tuanjian-\d{8}-\d{6}")
_UNFINISHED: Final = ".unfinished"
_DAY: Final = 24 * 60 * 60


class BackupBroken(ValidationError):
    """A backup that must not be restored; the message says why."""


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. ``counts`` are rows per table, ``keys`` the fingerprints of the keys it needs."""

    format: int
    made_at: str
    version: str
    server: str
    database: str
    migrations: list[str]
    counts: dict[str, int]
    keys: dict[str, str]
    files: dict[str, dict[str, Any]]
    mac: str = ""

    @property
    def signed(self) -> bytes:
        return json.dumps(dataclasses.asdict(self) | {"mac": ""}, sort_keys=True, ensure_ascii=False).encode()


@dataclasses.dataclass(frozen=True)
class Checked:
    """A backup that is whole. ``is_ours``: the keys at hand prove that this site made it; without them nobody knows."""

    folder: Path
    manifest: Manifest
    is_ours: bool


def make(parent: Path, *, keys_to: Path | None = None, keep: int | None = None) -> Path:
    """Write a backup into a new folder below ``parent`` and return that folder; ``keys_to`` gets a copy of the keys.

    With ``keep`` older backups beyond that number are deleted once the new one is whole. Leaves a log entry. Refuses a
    folder for the keys that lies with the backups, and a disk that is full; then earlier backups stay as they are.
    """
    _refuse_together(parent, keys_to)
    folder = parent / f"tuanjian-{timezone.localtime():%Y%m%d-%H%M%S}"
    draft = folder.with_name(folder.name + _UNFINISHED)
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
        _fill(draft)
        if folder.exists():
            raise FileExistsError(folder)
        draft.rename(folder)
        _sync(parent)
        if keys_to is not None:
            _write_keys(keys_to / f"{folder.name}-keys.json")
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise ValidationError(f"备份没有完成，原有备份没有改动：{error.strerror}（{error.filename}）。") from error
    except ValidationError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    check(folder)
    _record(AuditEntry.Kind.JOB, f"备份 {folder.name}")
    if keep is not None:
        _thin_out(parent, keep)
    return folder


def check(folder: Path) -> Checked:
    """Prove that a backup is whole, file by file, and that its database can be read; raises BackupBroken."""
    manifest = _read_manifest(folder)
    for name, said in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != said["bytes"] or _sha256(path) != said["sha256"]:
            raise BackupBroken(f"备份不完整：{name} 缺失、被截断或被改动，请换用另一份备份。")
    try:
        found = dumping.probe(folder / manifest.database)
    except dumping.DumpFailed as failed:
        raise BackupBroken(failed.messages) from failed
    if found is not None and found != manifest.counts:
        raise BackupBroken("备份中的行数与清单不符，请换用另一份备份。")
    return Checked(folder, manifest, _is_ours(manifest))


def restore(folder: Path, *, replace: bool = False) -> Path | None:
    """Put a backup in the place of the database and the uploads; returns where what was there before has been kept.

    Sessions end: those that were closed since the backup must not live again. Refuses, and changes nothing: a backup
    that is not whole, of a newer version or another kind of database, one sealed with keys that are not at hand, a
    database somebody works with, and one with data unless ``replace``.
    """
    checked = check(folder)
    _refuse_foreign(checked)
    _refuse_company()
    kept = None
    if not _is_empty():
        if not replace:
            raise ValidationError("数据库中已有数据，没有恢复。确认要替换时，请加 --replace，原有数据会先另存一份。")
        kept = make(Path(settings.VAR_DIR) / "before-restore")
    dumping.load(folder / checked.manifest.database)
    if dumping.counts() != checked.manifest.counts:
        raise ValidationError("恢复后的行数与清单不符，请不要启动网站，换用另一份备份重新恢复。")
    _put_uploads(folder)
    return kept


def examine(folder: Path) -> list[str]:
    """After ``restore`` and ``migrate``: everything that is wrong with the log and the tree; and close this chapter.

    Ends all sessions and leaves a log entry when nothing is wrong.
    """
    problems = tree.find_problems()
    if broken := log_proof.prove().problem:
        problems.append(broken)
    if not problems:
        Session.objects.all().delete()
        _record(AuditEntry.Kind.RESTORED, f"从备份 {folder.name} 恢复")
    return problems


def _fill(draft: Path) -> None:
    database = draft / dumping.file_name()
    migrations = _applied()
    counts = dumping.dump(database)
    files = [database]
    if _has_uploads():
        files.append(draft / UPLOADS)
        _zip_uploads(files[-1])
    manifest = Manifest(
        format=_FORMAT,
        made_at=timezone.localtime().isoformat(timespec="seconds"),
        version=__version__,
        server=dumping.server(),
        database=database.name,
        migrations=migrations,
        counts=counts,
        keys=keyring.fingerprints(),
        files={path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for path in files},
    )
    manifest = dataclasses.replace(manifest, mac=sealing.audit_mac(manifest.signed))
    text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1)
    (draft / MANIFEST).write_text(text, encoding="utf-8")
    for path in (*files, draft / MANIFEST):
        path.chmod(0o600)
        _sync(path)
    _sync(draft)


def _read_manifest(folder: Path) -> Manifest:
    if folder.name.endswith(_UNFINISHED):
        raise BackupBroken("这份备份没有做完，不能用来恢复，请换用另一份备份。")
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BackupBroken("这个目录里没有完整的备份（缺少 manifest.json），请检查目录。") from None
    except (OSError, ValueError, TypeError):
        raise BackupBroken("备份的清单读不出来或不完整，请换用另一份备份。") from None
    if manifest.format != _FORMAT or manifest.database not in manifest.files:
        raise BackupBroken("这份备份由较新的版本制作，请先升级程序再恢复。")
    return manifest


def _is_ours(manifest: Manifest) -> bool:
    try:
        known = keyring.fingerprints()
    except keyring.KeysMissing:
        return False
    if known["audit"] != manifest.keys.get("audit"):
        return False
    if not hmac.compare_digest(sealing.audit_mac(manifest.signed), manifest.mac):
        raise BackupBroken("备份的清单被改动过，不能用来恢复，请换用另一份备份。")
    return True


def _refuse_foreign(checked: Checked) -> None:
    manifest = checked.manifest
    if manifest.database != dumping.file_name():
        raise ValidationError(f"这份备份来自 {manifest.server}，不能恢复到另一种数据库，请检查 DATABASE_URL。")
    unknown = sorted(set(manifest.migrations) - _on_disk())
    if unknown:
        raise ValidationError(f"这份备份来自较新的版本 {manifest.version}（{unknown[0]}），请先升级程序再恢复。")
    try:
        present = keyring.fingerprints()
    except keyring.KeysMissing as missing:
        raise ValidationError(str(missing)) from missing
    lacking = [name for name, fingerprint in manifest.keys.items() if present.get(name) != fingerprint]
    if lacking:
        raise ValidationError(f"密钥与备份不符（{'、'.join(lacking)}），请先放回与这份备份一起保存的密钥再恢复。")


def _refuse_company() -> None:
    if readiness.worker_is_there():
        raise ValidationError("后台进程还在运行，或一分钟内被强行结束。请先停止网站和后台进程，稍等再恢复。")
    others = dumping.others_connected()
    if others:
        raise ValidationError(f"还有 {others} 个连接在使用数据库，请先停止网站和后台进程再恢复。")


def _refuse_together(parent: Path, keys_to: Path | None) -> None:
    if keys_to is None:
        return
    backups, keys = parent.resolve(), keys_to.resolve()
    if keys.is_relative_to(backups) or backups.is_relative_to(keys):
        raise ValidationError("密钥不能和备份放在一起：拿到备份的人就能解开全部数据。请换一个目录或存储设备。")


def _is_empty() -> bool:
    """Nothing to lose: no tables, or only what ``migrate`` puts there."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if Organization._meta.db_table not in tables:
        return not tables
    return not (Organization.objects.exists() or User.objects.exists())


def _applied() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _on_disk() -> set[str]:
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}


def _has_uploads() -> bool:
    folder = Path(settings.MEDIA_ROOT)
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def _zip_uploads(path: Path) -> None:
    folder = Path(settings.MEDIA_ROOT)
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(file, file.relative_to(folder))


def _put_uploads(folder: Path) -> None:
    target = Path(settings.MEDIA_ROOT)
    shutil.rmtree(target, ignore_errors=True)
    if (folder / UPLOADS).exists():
        with zipfile.ZipFile(folder / UPLOADS) as archive:
            archive.extractall(target)  # our own archive; extractall leads no name out of the folder


def _write_keys(path: Path) -> None:
    """As ``keyring`` reads them: putting them back is copying this file to var/keys/keys.json."""
    ring = keyring.current()
    sealing_keys = {name: base64.b64encode(key).decode() for name, key in ring.sealing.items()}
    content = {
        "sealing": sealing_keys,
        "index": base64.b64encode(ring.index).decode(),
        "audit": base64.b64encode(ring.audit).decode(),
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _thin_out(parent: Path, keep: int) -> None:
    whole = sorted(each for each in parent.iterdir() if _NAME.fullmatch(each.name) and (each / MANIFEST).exists())
    for old in whole[: -max(keep, 1)]:
        shutil.rmtree(old)
    yesterday = time.time() - _DAY
    for each in parent.glob(f"tuanjian-*{_UNFINISHED}"):
        # Of a younger one nobody knows whether somebody is still at it.
        if each.stat().st_mtime < yesterday:
            shutil.rmtree(each)


@transaction.atomic
def _record(kind: AuditEntry.Kind, reason: str) -> None:
    for top in Organization.objects.filter(depth=1):
        audit.record(kind, top, by=None, at=top, reason=reason, job="backup")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Neither a file nor its name may be lost with the power. Windows knows no such thing for folders."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
