"""One request of the matrix: undone afterwards, with everything it answered and every table it wrote to."""

import io
import zipfile
from collections import Counter
from contextlib import contextmanager

from django.db import connection, transaction
from django.template.base import Template
from django.test.utils import _TestState

# What asking may write: the log, and what belongs to sessions and log-ins.
MAY_BE_WRITTEN = ("branches_audit", "branches_signin", "django_session", "axes_")
WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE"}


@contextmanager
def pages_as_served():
    """Templates rendered as for a reader: without the copies of every context that the test client keeps."""
    kept, Template._render = Template._render, _TestState.saved_data.template_render
    try:
        yield
    finally:
        Template._render = kept


def ask(client, method, url, posted=None):
    """One request whose effects are undone, with all it answered as text, and the tables it wrote to."""
    cookies, touched = client.cookies.copy(), Counter()

    def watch(execute, sql, params, many, context):
        words = sql.split(None, 3)
        if words[0].upper() in WRITES:
            table = words[1 if words[0].upper() == "UPDATE" else 2].strip('"')
            touched[table] += not table.startswith(MAY_BE_WRITTEN)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(watch):
        response = getattr(client, method)(url, posted) if method == "post" else getattr(client, method)(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    return response, text_of(body) + str(dict(response.headers)), sorted(+touched)


def text_of(body):
    """A page as it is; of a workbook everything that is packed into it."""
    if body[:2] != b"PK":
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
