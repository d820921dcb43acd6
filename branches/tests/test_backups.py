"""Backup and restore: a whole one brings everything back, and nothing else is ever taken for one."""

import base64
import dataclasses
import io
import json
import os
import threading
import time

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.signals import pre_save
from django.utils import timezone

from branches import audit, backups, dumping, log_proof, readiness
from branches.models import AuditEntry, AuditPending, Organization, User
from branches.tests.builders import a_user, an_organization
from tuanjian import keyring, sealing

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def site(settings, tmp_path):
    """A site with an organisation and an account whose phone is sealed."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    settings.MEDIA_ROOT = settings.VAR_DIR / "uploads"
    an_organization("总团委", remark="备份时的备注")
    user = a_user("head")
    user.phone = "14000111111"
    user.save()
    return settings


@pytest.fixture
def made(site, tmp_path):
    return backups.make(tmp_path / "backups")


def remark():
    return Organization.objects.get().remark


def test_everything_comes_back(made):
    Organization.objects.update(remark="后来的备注")
    a_user("later")
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now())

    kept = backups.restore(made, replace=True)
    problems = backups.examine(made)

    assert (remark(), User.objects.get().phone, problems) == ("备份时的备注", "14000111111", [])
    assert not Session.objects.exists()
    assert AuditEntry.objects.latest("pk").reason == f"从备份 {made.name} 恢复"
    assert backups.check(kept).is_ours


def test_the_commands_say_what_they_did(site, tmp_path):
    said = io.StringIO()
    call_command("backup", tmp_path / "backups", keys_to=tmp_path / "keys", stdout=said)
    (made,) = (tmp_path / "backups").iterdir()

    call_command("check_backup", made, stdout=said)
    call_command("restore", made, replace=True, stdout=said)

    lines = said.getvalue().splitlines()
    assert lines[0] == f"已备份到 {made}"
    assert lines[2].startswith("备份完整：")
    assert lines[4] == "清单由本系统签发。"
    assert lines[-1] == "已恢复。行数与清单一致，日志完整，组织树正常，密钥正确。所有人需要重新登录。"


def test_data_are_not_overwritten_unasked(made):
    with pytest.raises(ValidationError, match="数据库中已有数据，没有恢复"):
        backups.restore(made)


def test_an_empty_database_needs_no_word(made):
    call_command("flush", interactive=False, verbosity=0)

    assert backups.restore(made) is None
    assert remark() == "备份时的备注"


def test_nobody_may_work_meanwhile(made):
    readiness.beat()

    with pytest.raises(ValidationError, match="请先停止网站和后台进程"):
        backups.restore(made, replace=True)


def cut(made):
    with (made / dumping.file_name()).open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) - 100)


def flip(made):
    path = made / dumping.file_name()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change_manifest(made, **changes):
    """With a MAC of whoever has no key."""
    path = made / backups.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (cut, "缺失、被截断或被改动"),
        (flip, "缺失、被截断或被改动"),
        (lambda made: (made / dumping.file_name()).unlink(), "缺失、被截断或被改动"),
        (lambda made: (made / backups.MANIFEST).unlink(), "缺少 manifest.json"),
        (lambda made: (made / backups.MANIFEST).write_text('{"format": 1'), "清单读不出来或不完整"),
        (lambda made: change_manifest(made, made_at="2020-01-01"), "清单被改动过"),
        (lambda made: change_manifest(made, format=2), "由较新的版本制作"),
    ],
    ids=["cut", "flipped", "no database", "no manifest", "half a manifest", "changed manifest", "later format"],
)
def test_a_backup_that_is_not_whole_is_refused(made, harm, sentence):
    harm(made)
    Organization.objects.update(remark="后来的备注")

    with pytest.raises(backups.BackupBroken, match=sentence):
        backups.restore(made, replace=True)

    assert remark() == "后来的备注"


def test_one_that_was_cut_off_is_never_taken_for_a_whole_one(made):
    half = made.rename(made.with_name(made.name + ".unfinished"))

    with pytest.raises(backups.BackupBroken, match="没有做完"):
        backups.check(half)


def sign_again(made, **changes):
    path = made / backups.MANIFEST
    manifest = dataclasses.replace(backups.Manifest(**json.loads(path.read_text(encoding="utf-8"))), **changes)
    manifest = dataclasses.replace(manifest, mac=sealing.audit_mac(manifest.signed))
    path.write_text(json.dumps(dataclasses.asdict(manifest)), encoding="utf-8")


def test_a_newer_version_is_refused(made):
    known = json.loads((made / backups.MANIFEST).read_text(encoding="utf-8"))["migrations"]
    sign_again(made, migrations=[*known, "branches.9999_tomorrow"])

    with pytest.raises(ValidationError, match=r"来自较新的版本.*9999_tomorrow"):
        backups.restore(made, replace=True)


def test_another_kind_of_database_is_refused(made):
    name = dumping.file_name().replace("database", "elsewhere")
    (made / dumping.file_name()).rename(made / name)
    files = json.loads((made / backups.MANIFEST).read_text(encoding="utf-8"))["files"]
    sign_again(made, database=name, files={name: files[dumping.file_name()]})

    with pytest.raises(ValidationError, match="不能恢复到另一种数据库"):
        backups.restore(made, replace=True)


def test_without_its_keys_it_is_refused(made, site):
    site.TUANJIAN_INDEX_KEY = base64.b64encode(b"x" * 32).decode()
    keyring.forget()

    with pytest.raises(ValidationError, match="密钥与备份不符（index）"):
        backups.restore(made, replace=True)

    site.TUANJIAN_INDEX_KEY = "aW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW4="
    keyring.forget()


def test_keys_that_cannot_prove_it_say_so(made, site):
    site.TUANJIAN_AUDIT_KEY = base64.b64encode(b"x" * 32).decode()
    keyring.forget()

    checked = backups.check(made)

    site.TUANJIAN_AUDIT_KEY = "YXVkaXQtYXVkaXQtYXVkaXQtYXVkaXQtYXVkaXQtYXU="
    keyring.forget()
    assert not checked.is_ours


@pytest.mark.parametrize("keys", ["backups", "backups/keys", "."], ids=["same", "inside", "around"])
def test_keys_never_lie_with_the_backups(site, tmp_path, keys):
    with pytest.raises(ValidationError, match="密钥不能和备份放在一起"):
        backups.make(tmp_path / "backups", keys_to=tmp_path / keys)

    assert not (tmp_path / "backups").exists()


def test_copied_keys_are_the_keys(site, tmp_path):
    before = keyring.fingerprints()
    backups.make(tmp_path / "backups", keys_to=tmp_path / "keys")
    (copy,) = (tmp_path / "keys").iterdir()

    for name in ("TUANJIAN_SEALING_KEYS", "TUANJIAN_INDEX_KEY", "TUANJIAN_AUDIT_KEY"):
        setattr(site, name, "")
    site.KEYS_FILE = copy
    keyring.forget()
    after = keyring.fingerprints()

    assert after == before


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps other rights")
def test_only_the_owner_reads_it(made):
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in [made, *made.iterdir()]}

    assert modes == {made.name: "0o700", dumping.file_name(): "0o600", backups.MANIFEST: "0o600"}


def test_no_personal_number_is_in_it_in_clear(made):
    if connection.vendor == "sqlite":  # a dump of PostgreSQL is compressed
        assert b"14000111111" not in (made / dumping.file_name()).read_bytes()
    assert "14000111111" not in (made / backups.MANIFEST).read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_leaves_nothing(site, tmp_path):
    (tmp_path / "backups").write_text("a file, not a folder")

    with pytest.raises(ValidationError, match="备份没有完成，原有备份没有改动"):
        backups.make(tmp_path / "backups")


def test_uploads_come_back_as_they_were(site, tmp_path):
    (site.MEDIA_ROOT / "a").mkdir(parents=True)
    (site.MEDIA_ROOT / "a" / "sealed").write_bytes(b"content")
    made = backups.make(tmp_path / "backups")
    (site.MEDIA_ROOT / "a" / "sealed").write_bytes(b"other")
    (site.MEDIA_ROOT / "later").write_bytes(b"later")

    backups.restore(made, replace=True)

    found = {
        str(each.relative_to(site.MEDIA_ROOT)): each.read_bytes()
        for each in site.MEDIA_ROOT.rglob("*")
        if each.is_file()
    }
    assert found == {os.path.join("a", "sealed"): b"content"}


def test_only_so_many_are_kept(made):
    for number in (1, 2, 3):
        old = made.with_name(f"tuanjian-2020010{number}-000000")
        old.mkdir()
        (old / backups.MANIFEST).write_text("{}")
    stale = made.with_name("tuanjian-20200101-000000.unfinished")
    stale.mkdir()
    os.utime(stale, (0, 0))
    (made.parent / "somebody's").mkdir()
    time.sleep(1)  # the next one needs another name

    newest = backups.make(made.parent, keep=2)

    assert sorted(each.name for each in made.parent.iterdir()) == sorted(["somebody's", made.name, newest.name])


def test_people_go_on_working_meanwhile(site, tmp_path):
    """Each backup is one moment: what it says it holds is what it holds, and its log is whole."""
    top, done, errors = Organization.objects.get(), threading.Event(), []

    def work():
        try:
            while not done.is_set():
                audit.record(audit.Kind.CHANGED, top, by=None, at=top, reason="同时写入")
                audit.seal_pending()
        except Exception as error:  # told by the assertion below
            errors.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=work)
    writer.start()
    made = backups.make(tmp_path / "backups")
    done.set()
    writer.join()
    backups.restore(made, replace=True)

    assert errors == []
    assert log_proof.prove().problem == ""


def test_no_moment_shows_an_entry_without_its_place_in_the_queue(site):
    """Also where the entry is the whole deed: a backup between the two would look as if somebody had inserted it."""
    top, seen = Organization.objects.get(), []

    def look_from_outside(**signal):
        def look():
            seen.append(AuditEntry.objects.filter(reason="只看不改").count())
            connection.close()

        onlooker = threading.Thread(target=look)
        onlooker.start()
        onlooker.join()

    pre_save.connect(look_from_outside, sender=AuditPending)
    try:
        audit.record(audit.Kind.CHANGED, top, by=None, at=top, reason="只看不改")
    finally:
        pre_save.disconnect(look_from_outside, sender=AuditPending)

    assert (seen, AuditEntry.objects.filter(reason="只看不改").count()) == ([0], 1)


def test_a_dump_that_breaks_off_changes_nothing(made):
    path = made / dumping.file_name()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3])
    Organization.objects.update(remark="后来的备注")

    with pytest.raises(dumping.DumpFailed):
        dumping.load(path)

    assert remark() == "后来的备注"


def test_problems_found_afterwards_stop_everything(made):
    backups.restore(made, replace=True)
    AuditEntry.objects.update(object_label="别的组织")

    problems = backups.examine(made)

    assert len(problems) == 1
    assert "被改动" in problems[0]


def test_a_tampered_log_in_a_backup_is_named_by_the_command(site, tmp_path):
    AuditEntry.objects.filter(pk=AuditEntry.objects.earliest("pk").pk).update(object_label="别的组织")
    made = backups.make(tmp_path / "backups")

    with pytest.raises(CommandError, match=r"检查发现问题，请不要启动网站：.*被改动"):
        call_command("restore", made, replace=True)
