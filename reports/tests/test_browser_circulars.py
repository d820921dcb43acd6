"""通报 in Chromium: drafted, edited and issued above, opened and received below on the phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from reports.models import Circular, CircularDelivery
from reports.tests.visitors import CHROMIUM, PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),  # one Chromium at a time on two cores
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(CHROMIUM is None, reason="browser tests: skipped, no Chromium found on this machine"),
]


def problems(page):
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_from_the_draft_to_the_receipt_below(world, visit):
    with visit() as visitor:
        visitor.sign_in(world.officer)
        page = visitor.open("/circulars/")
        page.click("section a:has-text('拟一份通报') >> nth=0")
        page.get_by_label("信息录入进度通报").check()
        page.get_by_label("各级下级组织").check()
        page.click("button:has-text('生成草稿')")
        expect(page.locator("h1")).to_have_text("修改通报")
        page.fill("#id_title", "关于录入进度的通报")
        page.locator("input[name=criticised]").nth(1).check()
        page.click("button:has-text('保存草稿')")
        expect(page.locator("body")).to_contain_text("已保存")
        assert problems(page) == []
        page.click("button:has-text('预览')")
        expect(page.locator("article")).to_contain_text("对水文队团总支提出批评。")
        assert problems(page) == []
        page.click("a.btn-primary:has-text('印发')")
        page.click("button:has-text('印发')")
        expect(page.locator("body")).to_contain_text("华岳局团委〔2026〕1号")
    with visit(PHONE) as visitor:
        page = visitor.sign_in(world.secretary).open("/circulars/")
        page.click("a:has-text('关于录入进度的通报') >> nth=0")
        expect(page.locator("body")).to_contain_text("打开即代表航测一室团支部签收")
        page.click("button:has-text('打开并签收')")
        expect(page.locator("article")).to_contain_text("对水文队团总支提出批评。")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert problems(page) == []

    circular = Circular.objects.get()
    received = CircularDelivery.objects.get(read_by=world.secretary)
    assert (circular.title, received.name) == ("关于录入进度的通报", "航测一室团支部")
