"""Somebody writes for longer than the database lets others wait: they are told so, and nothing is written twice."""

import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from branches.models import Organization
from branches.tests.builders import a_grant, a_user, an_organization
from branches.tests.threads import at_once
from tuanjian.locks import Lock, hold, waited_in_vain

NEW = {
    "org_type": "branch",
    "branch_kind": "ordinary",
    "short_name": "遥感室团支部",
    "full_name": "中国共产主义青年团测绘院遥感室支部委员会",
    "order_number": "30",
}


@contextmanager
def somebody_writing():
    """Another connection in the middle of a long transaction, and nobody with patience here."""
    begun, over = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            hold(Lock.TREE)
            begun.set()
            over.wait(20)

    writer = threading.Thread(target=at_once, args=[write])
    writer.start()
    begun.wait(20)
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA busy_timeout = 50" if sqlite else "SET lock_timeout = '50ms'")
    try:
        yield
    finally:
        over.set()
        writer.join()
        # The next test waits as the settings say.
        connection.close()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_waited_in_vain_is_told_how_to_send_it_again():
    committee = an_organization("测绘院团总支", org_type="general_branch")
    user = a_user("secretary")
    a_grant(user, committee)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="branches.authentication.NameOrPhoneBackend")
    add = reverse("branches:add", args=[committee.pk])

    with somebody_writing():
        answer = client.post(add, NEW)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "这次操作没有写入，数据没有改动。" in answer.content.decode()
    assert not Organization.objects.filter(short_name="遥感室团支部").exists()
    assert client.post(add, NEW).status_code == 302
    assert Organization.objects.filter(short_name="遥感室团支部").count() == 1


@pytest.mark.django_db
def test_other_errors_of_the_database_are_not_taken_for_waiting():
    slow = "SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(1)"
    wrong = "SELECT * FROM no_such_table" if connection.vendor == "sqlite" else slow

    with pytest.raises(OperationalError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(wrong)

    assert not waited_in_vain(error.value)
    assert not waited_in_vain(ValueError("broken"))
    assert not waited_in_vain(None)
