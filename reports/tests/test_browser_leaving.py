"""What stands on the screen leaves it with the session."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from reports.tests import test_browser
from reports.tests.test_browser import world  # noqa: F401 – a fixture of this module too
from reports.tests.visitors import PC

pytestmark = test_browser.pytestmark


@pytest.mark.parametrize("minutes", [29, 31])
def test_a_page_left_alone_goes_when_the_session_is_over(visit, world, minutes):  # noqa: F811 – the fixtures
    with visit(PC) as visitor:
        visitor.page.clock.install()
        visitor.sign_in(world.bureau_admin)
        shown = visitor.page.locator("h1").inner_text()
        Session.objects.all().delete()

        visitor.page.clock.run_for(minutes * 60 * 1000)

        expect(visitor.page.locator("h1")).to_have_text("登录" if minutes > 30 else shown)
