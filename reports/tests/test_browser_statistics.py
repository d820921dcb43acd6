"""团内大数据 in a real browser: from the committee down to the people behind a figure, with script and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from members.tests.builders import a_member
from reports.tests.visitors import CHROMIUM, PC, PHONE
from reports.tests.world import a_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(CHROMIUM is None, reason="browser tests: skipped, no Chromium found on this machine"),
]


@pytest.fixture
def world(transactional_db):
    world = a_world()
    for number in range(3):
        a_member(branch=world.branch, gender="2" if number else "1", education="21")
    return world


def violations(page):
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_from_the_committee_to_a_branch_to_its_people(world, visit, size):
    with visit(size) as visitor:
        visitor.sign_in(world.bureau_admin)
        page = visitor.open("/statistics/")
        charts = page.locator("[data-chart]:visible canvas")
        expect(charts.first).to_be_visible()
        assert charts.count() >= 3
        assert violations(page) == []
        page.locator("#lower").get_by_role("link", name="测绘院团总支").click()
        expect(page.locator("#lower h2")).to_have_text("直属下级")
        page.locator("#lower").get_by_role("link", name="航测一室团支部").click()
        expect(page.locator("#lower")).to_have_count(0)
        page.get_by_role("link", name="团员构成").click()
        row = page.locator("#education tr", has_text="本科")
        expect(row).to_contain_text("4")
        row.get_by_role("link").click()
        expect(page.locator("h1")).to_contain_text("团员")
        expect(page.locator("main")).to_contain_text("共 4 条")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_a_bar_opens_what_it_counts(world, visit):
    with visit(PC) as visitor:
        visitor.sign_in(world.bureau_admin)
        page = visitor.open("/statistics/")
        canvas = page.locator("#lower [data-chart] canvas").first
        box = canvas.bounding_box()
        # The first of the lines; its bar is the longest.
        canvas.click(position={"x": box["width"] / 2, "y": 10 + (box["height"] - 20) / 6})
        expect(page.locator(".crumbs")).to_contain_text("测绘院团总支")


def test_without_script_the_tables_stand_alone(world, visit, chromium, live_server):
    with visit(PC) as visitor:
        visitor.sign_in(world.bureau_admin)
        context = chromium.new_context(java_script_enabled=False, storage_state=visitor.page.context.storage_state())
        page = context.new_page()
        page.goto(f"{visitor.base}/statistics/")
        expect(page.locator("[data-chart]:visible")).to_have_count(0)
        expect(page.locator("#age table")).to_be_visible()
        context.close()


def test_a_table_is_chosen_kept_and_opened_again(world, visit):
    with visit(PC) as visitor:
        visitor.sign_in(world.bureau_admin)
        page = visitor.open("/statistics/table/?rows=branches")
        page.locator("summary", has_text="列设置").click()
        page.get_by_label("在册人员（人）").check()
        page.click("text=按所选列显示")
        expect(page.locator(".tree-table thead")).to_contain_text("在册人员（人）")
        page.locator(".tree-table thead").get_by_role("link", name="在册人员（人）").click()
        assert violations(page) == []
        page.click("text=保存这张表")
        page.fill("#id_name", "各支部在册")
        page.click("main button.btn-primary")
        expect(page.locator("main")).to_contain_text("我保存的统计表")
        page.get_by_role("link", name="各支部在册", exact=True).click()
        expect(page.locator(".tree-table thead")).to_contain_text("在册人员（人）")
        expect(page.locator("main")).to_contain_text("合计（所列 3 个组织）")
