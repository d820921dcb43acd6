"""/healthz: each part that fails makes it 503, and only who may know learns which."""

import base64
import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from branches import readiness
from tuanjian import keyring

WELL = {"database": "ok", "worker": "ok", "disk": "ok", "keys": "ok"}


@pytest.fixture
def site(db, settings, tmp_path):
    """A site with a worker."""
    settings.VAR_DIR = tmp_path
    settings.TUANJIAN_LEAST_FREE_MIB = 1
    readiness.beat()
    return settings


def refuse(execute, sql, params, many, context):
    raise OperationalError("the connection is gone")


def test_a_site_that_works(site, client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "parts": WELL})
    assert "no-store" in response["Cache-Control"]


def test_nobody_is_named_and_few_statements_are_asked(site, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        client.get("/healthz")


def test_a_database_that_does_not_answer(site, client):
    with connection.execute_wrapper(refuse):
        response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["parts"] == WELL | {
        "database": "数据库没有响应，请检查数据库服务。",
        "worker": "未检查。",
        "keys": "未检查。",
    }


def test_a_worker_that_never_ran(site, client):
    readiness.stop_beating()

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["parts"] == WELL | {"worker": "后台进程没有运行，请启动 manage.py worker。"}


@pytest.mark.parametrize("minutes", [2, -60], ids=["silent", "clock set back"])
def test_a_worker_that_fell_silent(site, client, minutes):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
        response = client.get("/healthz")

    assert response.status_code == 503
    assert "起没有响应，请检查或重新启动。" in response.json()["parts"]["worker"]


@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 503)])
def test_a_worker_within_a_task_is_not_dead(site, client, minutes, status):
    DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING,
        started_at=timezone.now(),
        args_kwargs={"args": [], "kwargs": {}},
        task_path="members.tasks.anything",
        queue_name="default",
        backend_name="default",
        run_after=timezone.now(),
        exception_class_path="",
        traceback="",
        worker_ids=[],
    )

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
        response = client.get("/healthz")

    assert response.status_code == status


def test_a_disk_that_is_nearly_full(site, client):
    site.TUANJIAN_LEAST_FREE_MIB = 2**40

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["parts"]["disk"].startswith("数据目录所在磁盘只剩 ")


def test_a_data_folder_that_is_gone(site, client, tmp_path):
    site.VAR_DIR = tmp_path / "gone"

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["parts"]["disk"] == "数据目录不存在或读不出来，请检查 TUANJIAN_VAR。"


def test_keys_of_another_database(site, client):
    site.TUANJIAN_INDEX_KEY = base64.b64encode(b"x" * 32).decode()
    keyring.forget()

    response = client.get("/healthz")

    site.TUANJIAN_INDEX_KEY = "aW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW5kZXgtaW4="
    keyring.forget()
    assert response.status_code == 503
    assert response.json()["parts"]["keys"].startswith("密钥与数据库不符（index）")


@pytest.mark.parametrize(
    "asked",
    [{"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": "nonsense"}],
    ids=["through the proxy", "from outside", "no address"],
)
def test_others_learn_only_whether_it_works(site, client, asked):
    readiness.stop_beating()

    response = client.get("/healthz", **asked)

    assert (response.status_code, response.json()) == (503, {"status": "failing"})


def test_the_token_opens_the_details_from_anywhere(site, client):
    site.TUANJIAN_HEALTH_TOKEN = "watch-2026"

    right = client.get("/healthz", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer watch-2026")
    wrong = client.get("/healthz", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer watch-2025")

    assert (right.json(), wrong.json()) == ({"status": "ok", "parts": WELL}, {"status": "ok"})


def test_no_token_is_not_a_token(site, client):
    response = client.get("/healthz", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer ")

    assert response.json() == {"status": "ok"}


def test_only_reading(site, client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_that_ends_says_so(settings, tmp_path):
    settings.VAR_DIR = tmp_path

    call_command("worker", once=True)

    assert not readiness.worker_is_there()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_does_not_stop_the_worker(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"

    readiness.beat()

    assert not readiness.worker_is_there()
