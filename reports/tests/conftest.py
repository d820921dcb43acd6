"""One Chromium for all browser tests of a run, and whoever visits with it."""

import os
from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from playwright.sync_api import sync_playwright

from reports.tests.visitors import CHROMIUM, FLAGS, PC, Visitor


@pytest.fixture(scope="session")
def chromium(django_db_setup):
    # Playwright runs an event loop in this thread. Django would take that for an async context, refuse to work, and
    # look for its connection in another place than the one the test database was set up on.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    ours = connections[DEFAULT_DB_ALIAS]
    with sync_playwright() as playwright:
        connections[DEFAULT_DB_ALIAS] = ours
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(chromium, live_server):
    contexts = []

    @contextmanager
    def visiting(size=PC):
        context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        visitor = Visitor(context.new_page(), live_server.url)
        yield visitor
        assert visitor.complaints == []

    yield visiting
    for context in contexts:
        context.close()
