"""No ID number and no phone in clear anywhere the database, its log or our log could be read."""

import datetime as dt
import io
import logging
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from branches.models import Role, User
from branches.tests.builders import a_grant
from members.models import Member

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tuanjian.settings", "TUANJIAN_HTTPS": "0", "TUANJIAN_LOG_LEVEL": "DEBUG"}
PRINT_SECRETS = """
import django; django.setup()
from members.models import Member
for member in Member.objects.order_by("pk"):
    print(member.id_number, member.phone)
"""
# A number of a person or a phone stands inside such a run, wherever it stands; the runs are few and short.
RUNS = re.compile(rb"[0-9X]{11,}")


def standing_in(content, secrets):
    runs = b" ".join(set(RUNS.findall(content)))
    return [secret for secret in secrets if secret in runs]


def test_a_number_is_found_wherever_it_stands():
    number, phone = b"37999820050504123X", b"14000123456"

    assert standing_in(b'{"a": "x37999820050504123X9", "b": [0,140001234567]}', [number, phone]) == [number, phone]
    assert standing_in(b"3799982005050 4123X 1400012345", [number, phone]) == []


def test_demo_secrets_stand_in_no_file(tmp_path):
    """Database file, WAL, dump and log of a real load on SQLite, grepped byte by byte."""
    environment = os.environ | SETTINGS | {"TUANJIAN_VAR": str(tmp_path)}
    environment.pop("DATABASE_URL", None)

    def run(*arguments):
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)  # noqa: S603

    migrated = run("manage.py", "migrate", "-v", "0")
    loaded = run("manage.py", "load_demo")
    # An open reader keeps the WAL from being folded into the file when the last writer leaves.
    with sqlite3.connect(tmp_path / "tuanjian.sqlite3") as reader:
        reader.execute("SELECT 1 FROM members_member").fetchone()
        run("-c", "import django; django.setup(); from members.models import Member; Member.objects.update(version=2)")
        files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        files["dump"] = "\n".join(reader.iterdump()).encode()
    files["log"] = b"".join((migrated.stdout, migrated.stderr, loaded.stdout, loaded.stderr))
    secrets = set(run("-c", PRINT_SECRETS).stdout.split())

    assert len(secrets) >= 2_000
    assert {"tuanjian.sqlite3", "tuanjian.sqlite3-wal", "dump", "log"} <= set(files)
    for name, content in files.items():
        assert standing_in(content, secrets) == [], name


@pytest.fixture
def log_lines(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.django_db
def test_used_secrets_stand_in_no_table_and_no_log_line(world, signed_in, log_lines):
    """Search, number check and reveal handle secrets in clear; sessions, the log and our lines must not keep them."""
    client = signed_in(world.secretary)
    number, phone = world.member.id_number, world.member.phone

    for query in (number, phone, phone[-4:]):
        client.post("/search/", {"q": query}, follow=True)
    client.post("/members/check-number/", {"id_number": number, "id_type": "111"})
    client.post(f"/members/{world.member.pk}/reveal/", {"field": "id_number", "purpose": "核对档案材料"})
    client.post(f"/members/{world.member.pk}/reveal/", {"field": "phone", "purpose": "核对档案材料"})

    # SQL with its parameters is logged by Django at DEBUG only when DEBUG is on; production never is.
    lines = "\n".join(
        f"{record.name} {record.getMessage()}" for record in log_lines.records if record.name != "django.db.backends"
    )
    for text in (all_rows(), lines):
        assert number not in text
        assert phone not in text


def all_rows():
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != MigrationRecorder.Migration._meta.db_table:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 – names of our own tables
                rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows)


@pytest.mark.django_db
def test_demo_secrets_stand_in_no_table():
    """The same on whichever database the suite runs on, read row by row."""
    call_command("load_demo", as_of=dt.date(2026, 11, 21), stdout=io.StringIO())
    numbers = [text for member in Member.objects.all() for text in (member.id_number, member.phone) if text]

    assert len(numbers) >= 2_000
    assert standing_in(all_rows().encode(), [text.encode() for text in numbers]) == []


@pytest.mark.django_db
def test_a_phone_of_an_account_is_sealed_too(world):
    user = User.objects.get(pk=world.outsider.pk)
    user.phone = "14000123456"
    user.save()
    a_grant(user, world.branch, Role.OBSERVER)

    assert "14000123456" not in all_rows()
