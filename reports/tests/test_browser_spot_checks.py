"""随机抽查 in a real browser: drawn at the desk, held against the files with a phone, mended, confirmed, reported."""

from playwright.sync_api import expect

from members.models import Member
from reports.models import SpotCheck
from reports.tests import test_browser
from reports.tests.spot_checking import record_of
from reports.tests.test_browser import world  # noqa: F401 – a fixture of this module too
from reports.tests.visitors import PHONE

pytestmark = test_browser.pytestmark


def test_a_spot_check_from_the_draw_to_the_result(world, visit):  # noqa: F811
    # Whoever is drawn first, nothing of theirs is blank.
    Member.objects.filter(ethnicity="").update(ethnicity="01")
    with visit() as visitor:
        page = visitor.sign_in(world.officer).open(f"/organizations/{world.bureau.pk}/spot-checks/new/")
        page.fill("#id_name", "第四季度抽查")
        page.get_by_label("团员", exact=True).check()
        page.fill("#id_number", "100")
        page.fill("#id_seed", "20261121")
        page.click("button:has-text('抽取')")
        expect(page.locator("main")).to_contain_text("已全部抽中")
        expect(page.locator(".spot-code").first).to_have_text("20261121")
    check = SpotCheck.objects.get()
    order = list(check.records.order_by("screen_order", "number"))
    with visit(PHONE) as visitor:
        page = visitor.sign_in(world.officer).open(f"/spot-checks/{check.pk}/")
        page.click("text=开始检查")
        expect(page.locator("h1")).to_have_text(f"检查第 {order[0].number} 号")
        expect(page.locator("input[name=basis]:checked")).to_have_count(0)
        page.get_by_label("查阅档案", exact=True).check()
        page.click("button:has-text('与档案一致')")
        expect(page.locator("h1")).to_have_text(f"检查第 {order[1].number} 号")
        expect(page.locator(".spot-form")).to_contain_text("沿用您在本次抽查中上一条选的")
        page.fill("#id_says_education", "硕士")
        page.press("#id_says_education", "Enter")
        expect(page.locator("[data-error-summary]")).to_contain_text("请按页面下方的按钮登记。")
        expect(page.locator("#id_says_education")).to_have_value("硕士")
        page.click("button:has-text('登记问题')")
        expect(page.locator("h1")).to_have_text(f"检查第 {order[2].number} 号")
        page.click("summary:has-text('记录不真实')")
        page.select_option("#id_unreal", "left")
        page.click("button:has-text('登记为不真实')")
        expect(page.locator("h1")).to_have_text(f"检查第 {order[3].number} 号")
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    order[1].refresh_from_db()
    with visit(PHONE) as visitor:
        page = visitor.sign_in(world.secretary).open("/todos/")
        page.click("a:has-text('去整改')")
        expect(page.locator("h1")).to_have_text("检查发现与整改")
        page.goto(visitor.base + order[1].get_absolute_url())
        page.click("a:has-text('去改正')")
        expect(page.locator("#id_education")).to_be_focused()
        page.select_option("#id_education", label="硕士研究生")
        page.click("button:text-is('保存')")
        page.goto(visitor.base + order[1].get_absolute_url())
        expect(page.locator("main")).to_contain_text("检查后已改动")
        page.click("text=登记已整改")
        page.fill("#id_note", "已按档案改正学历")
        page.click("button:has-text('登记已整改')")
        expect(page.locator(".page-note")).to_contain_text("待复核")
    with visit() as visitor:
        page = visitor.sign_in(world.officer).open(order[1].get_absolute_url())
        page.click("text=复核整改")
        page.get_by_label("通过", exact=True).check()
        page.click("button:has-text('保存复核结果')")
        expect(page.locator(".page-note")).to_contain_text("已整改")
        page.goto(f"{visitor.base}/spot-checks/{check.pk}/result/")
        expect(page.locator("main")).to_contain_text("还没有检查完")
        expect(page.locator("tfoot").first).to_contain_text("66.7%")
    assert record_of(check, order[1].person).word == "已整改"
