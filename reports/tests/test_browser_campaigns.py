"""A campaign in a real browser: drafted, started, watched, frozen by the worker, closed, and its report on screen."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from members.tests.builders import a_member
from reports.campaigns import freezing
from reports.models import Campaign
from reports.tests.test_browser import describe
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
    a_member(branch=world.branch, phone="")
    return world


def clean(page):
    assert describe(Axe().run(page).response["violations"]) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")


def fill_in(page, today):
    page.fill("#id_name", "第四季度采集录入")
    page.get_by_label("全部直属下级组织", exact=True).check()
    page.get_by_label("组织信息", exact=True).check()
    page.get_by_label("人员信息：手机号").check()
    page.fill("#id_starts_on", str(today))
    page.fill("#id_deadline_on", str(today + dt.timedelta(days=9)))
    page.fill("#id_deadline_time", "18:00")
    page.fill("#id_notice", "请对照花名册补录。")
    page.fill("#id_stages-0-name", "中期")
    page.fill("#id_stages-0-on", str(today + dt.timedelta(days=4)))
    page.fill("#id_stages-0-percent", "60")


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_a_campaign_from_the_draft_to_the_closing_report(world, visit, size):
    today = timezone.localdate()
    with visit(size) as officer:
        officer.sign_in(world.officer)
        page = officer.open("/campaigns/")
        page.click("text=拟定调度")
        clean(page)
        fill_in(page, today)
        page.click("button.btn-primary:has-text('保存草稿')")
        expect(page.locator("h1")).to_have_text("第四季度采集录入")
        clean(page)
        page.click("main a.btn-primary:has-text('启动')")
        page.click("main button:has-text('启动')")
        expect(page.locator("main")).to_contain_text("落后于计划")
        clean(page)
        page.click("text=复制文字")
        expect(page.locator("[data-copy]")).to_have_text("已复制")
        page.click("text=准予延期")
        page.select_option("#id_target", label="水文队团总支")
        page.fill("#id_until_on", str(today + dt.timedelta(days=20)))
        page.fill("#id_reason", "外业未归")
        page.click("main button.btn-primary")
        expect(page.locator("main")).to_contain_text("外业未归")

        with visit(PHONE) as secretary:
            secretary.sign_in(world.secretary)
            below = secretary.open("/todos/")
            below.get_by_role("link", name="去补录：调度“第四季度采集录入”").click()
            expect(below.locator("main")).to_contain_text("请对照花名册补录。")
            clean(below)
            below.click("main a.btn-primary:has-text('去补录')")
            expect(below.locator("h1")).to_contain_text("缺项清单")
            expect(below.locator("main")).to_contain_text("只列“第四季度采集录入”要求的项目。")

        campaign = Campaign.objects.get()
        earlier = timezone.now() - dt.timedelta(minutes=1)
        Campaign.objects.update(deadline_at=earlier)
        page = officer.open(campaign.get_absolute_url())
        expect(page.locator("main")).to_contain_text("正在截止")
        freezing.freeze_due()
        page.reload()
        expect(page.locator("main")).to_contain_text("截止时未完成")
        clean(page)
        campaign.targets.get(short_name="水文队团总支").extensions.all().delete()
        page.click("text=结束调度")
        page.click("main button:has-text('结束调度')")
        expect(page.locator("h1")).to_have_text("结束报告")
        expect(page.locator("main")).to_contain_text("报告已定，不再变动")
        clean(page)

    assert Campaign.objects.get().state == "ended"
