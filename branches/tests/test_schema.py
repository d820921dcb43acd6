"""An old program on a newer database, a new one on an older: both refuse, with what to do, and write nothing."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder

from branches import readiness, schema

ROOT = Path(__file__).resolve().parents[2]
NEWER = (
    "数据库已由较新版本的程序升级过（branches.9001_of_next_year 等 2 步，本程序不认识），数据没有改动。"
    "请换回较新版本的程序；要退回旧版本，请先恢复升级之前的备份。"
)
OLDER = "数据库还没有升级到这个版本（还差 members.0001_initial 等 1 步），请先备份，再运行 manage.py migrate。"


@pytest.fixture
def newer(db):
    steps = [("branches", "9001_of_next_year"), ("members", "9001_too")]
    MigrationRecorder.Migration.objects.bulk_create(MigrationRecorder.Migration(app=a, name=n) for a, n in steps)


@pytest.fixture
def older(db):
    MigrationRecorder.Migration.objects.filter(app="members", name="0001_initial").delete()


def test_the_present_version_starts(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        schema.require_present_schema()


def test_steps_of_libraries_are_their_own_business(db):
    MigrationRecorder.Migration.objects.create(app="axes", name="9001_of_a_newer_library")
    MigrationRecorder.Migration.objects.create(app="gone", name="0001_of_an_app_no_longer_there")

    assert schema.problem() == ""


def test_an_old_program_does_not_work_with_a_newer_database(newer):
    with pytest.raises(ImproperlyConfigured) as refused:
        schema.require_present_schema()

    assert str(refused.value) == NEWER


def test_a_new_program_waits_for_the_upgrade(older):
    with pytest.raises(ImproperlyConfigured) as refused:
        schema.require_present_schema()

    assert str(refused.value) == OLDER


def test_a_newer_database_is_not_migrated(newer):
    before = list(MigrationRecorder.Migration.objects.order_by("id").values_list("app", "name"))

    with pytest.raises(ImproperlyConfigured, match="较新版本"):
        call_command("migrate", verbosity=0)

    assert list(MigrationRecorder.Migration.objects.order_by("id").values_list("app", "name")) == before


@pytest.mark.parametrize(("made", "sentence"), [("newer", NEWER), ("older", OLDER)])
def test_such_a_site_is_not_healthy(request, client, settings, tmp_path, made, sentence):
    request.getfixturevalue(made)
    settings.VAR_DIR = tmp_path
    readiness.beat()

    response = client.get("/healthz")

    assert (response.status_code, response.json()["parts"]["database"]) == (503, sentence)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory):
    """The environment of a database that a newer program has been at; what it says of itself is all that is read."""
    folder = tmp_path_factory.mktemp("upgraded")
    with sqlite3.connect(folder / "tuanjian.sqlite3") as database:
        database.execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT)")
        steps = [("branches", "9001_of_next_year"), ("members", "9001_too")]
        database.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2027-01-01')", steps)
    return {"PATH": os.environ["PATH"], "TUANJIAN_VAR": str(folder), "TUANJIAN_HTTPS": "0"}


def start(environment, *arguments):
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603 – our own
    return done.returncode, done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize(
    "arguments",
    [("manage.py", "serve", "--no-demo"), ("manage.py", "worker", "--once"), ("manage.py", "migrate")],
    ids=["serve", "worker", "migrate"],
)
def test_no_command_starts_on_it(upgraded, arguments):
    assert start(upgraded, *arguments) == (1, NEWER)


def test_the_web_server_does_not_start_on_it(upgraded):
    code, said = start(upgraded, "-c", "import tuanjian.wsgi")

    assert (code, said) == (1, f"django.core.exceptions.ImproperlyConfigured: {NEWER}")
