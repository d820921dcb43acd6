"""应录尽录 in a real browser: from the workbench to the field that is missing, past days, and 完成率设置."""

import datetime as dt

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from branches import freshness
from branches.models import Organization
from branches.tests.builders import an_organization
from members.tests.builders import a_member
from reports.facts import settling
from reports.models import CompletionScheme
from reports.tests.visitors import CHROMIUM, PC, PHONE
from reports.tests.world import a_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),  # one Chromium at a time on two cores
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(CHROMIUM is None, reason="browser tests: skipped, no Chromium found on this machine"),
]


@pytest.fixture
def world(transactional_db):
    """Figures are kept for a month; this week a fact has gone missing."""
    world = a_world()
    for number in range(3):
        an_organization(f"航测{number}队团支部", under=world.general)
    month_ago = timezone.now() - dt.timedelta(days=30)
    with time_machine.travel(month_ago, tick=True):
        freshness.touch(Organization.objects.all())
        settling.settle()
    a_member("高若溪", branch=world.branch, ethnicity="")
    freshness.touch(Organization.objects.all())
    settling.settle()
    return world


def problems_on(page):
    found = [
        f"{each['id']}: {[n['html'][:120] for n in each['nodes'][:3]]}"
        for each in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        found.append("scrolls sideways")
    return found


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_pages_of_past_days_and_settings_are_clean(world, visit, size):
    day = timezone.localdate() - dt.timedelta(days=7)
    paths = [
        "/",
        f"/completion/?on={day}",
        f"/completion/?against={day}",
        "/completion/moves/",
        f"/completion/{world.bureau.pk}/scheme/",
        "/completion/?rows=branches&size=10",
        *(f"/completion/{place.pk}/missing/" for place in (world.bureau, world.branch)),
        *(f"/completion/{world.branch.pk}/?tab={tab}" for tab in ("missing", "inapplicable", "trend", "sisters")),
    ]
    with visit(size) as visitor:
        visitor.sign_in(world.bureau_admin)

        found = {path: problems for path in paths if (problems := problems_on(visitor.open(path)))}

    assert found == {}


def test_a_secretary_reaches_a_missing_field_in_three_clicks(world, visit):
    with visit(PHONE) as visitor:
        visitor.sign_in(world.secretary)
        page = visitor.page
        page.locator("a.gap-number").click()
        page.get_by_role("link", name="去补录：高若溪 民族").click()
        page.select_option("#id_ethnicity", "01")
        page.click("button.btn-primary:has-text('保存')")
        expect(page.locator("#panel-title")).to_have_text("航测一室团支部")
        expect(page.locator("#panel")).not_to_contain_text("高若溪")


def test_a_committee_sees_what_moved_and_opens_it(world, visit):
    with visit() as visitor:
        visitor.sign_in(world.bureau_admin)
        page = visitor.page
        page.get_by_role("link", name="全部变化").click()
        expect(page.locator("h1")).to_contain_text("完成情况变化")
        page.locator("main").get_by_role("link", name="测绘院团总支").click()
        expect(page.locator(".page-note")).to_contain_text("测绘院团总支")
        page.goto(f"{visitor.base}/completion/{world.general.pk}/")
        page.get_by_role("link", name="走势").click()
        expect(page.locator("#panel svg.trend-line")).to_be_visible()
        page.locator("#panel table a").last.click()
        expect(page.locator("h1")).to_contain_text("历史数据")
        expect(page.locator("#panel")).to_contain_text("缺项明细只有当天的")


def test_an_administrator_sets_weights_after_seeing_what_changes(world, visit):
    with visit() as visitor:
        visitor.sign_in(world.bureau_admin)
        page = visitor.open("/completion/")
        page.get_by_role("link", name="完成率设置").click()
        page.fill("#id_weight_people", "5")
        page.fill("#id_care_from", "30")
        page.fill("#id_busy_from", "97")
        page.click("button:has-text('预览变化')")
        expect(page.locator("main")).to_contain_text("保存后的变化")
        assert problems_on(page) == []
        assert not CompletionScheme.objects.exists()
        page.click("button:has-text('保存设置')")
        expect(page.locator("main")).to_contain_text("30%–97%")
        expect(page.locator("main")).to_contain_text("人员信息 5")
