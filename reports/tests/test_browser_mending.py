"""Putting an import right in a real browser, on PC and phone: a cell, an unknown branch, an odd sheet, refused rows."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from branches.models import Organization
from members.models import Member
from members.models.roster import RosterImport
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import MEMBER_HEADINGS, a_file, a_row
from reports.tests import test_browser
from reports.tests.test_browser import describe, world  # noqa: F401 – a fixture of this module too
from reports.tests.visitors import PC, PHONE

pytestmark = test_browser.pytestmark
WRONG = "379998200106180013"
BRANCH = "航测一室团支部"


def upload(visitor, sheets, name="名册.xlsx"):
    page = visitor.open("/imports/new/")
    content = sheets if isinstance(sheets, bytes) else a_file(sheets).read()
    page.set_input_files("#id_file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.click("text=上传并检查")
    return page


def clean(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert describe(Axe().run(page).response["violations"]) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_cells_are_mended_one_after_the_other_and_written(world, visit, size):  # noqa: F811
    number = an_id_number()
    rows = [
        a_row("费思源", "一室一支部"),
        a_row("葛云帆", BRANCH, number=WRONG),
        a_row("贺知微", BRANCH, political="团员团员"),
    ]
    with visit(size) as visitor:
        visitor.sign_in(world.general_admin)
        page = upload(visitor, {"团员": [MEMBER_HEADINGS, *rows]})
        expect(page.locator(".sums-equation")).to_contain_text("有问题 2 行")
        clean(page, f"preview-{size['width']}")
        page.locator(".mend-link").first.click()
        expect(page.locator("#mend-text")).to_be_focused()
        expect(page.locator("#mend-text")).to_have_value("一室一支部")
        clean(page, f"mend-{size['width']}")
        page.fill("#mend-text", BRANCH)
        page.press("#mend-text", "Enter")

        expect(page.locator("#mend input[name=field]")).to_have_value("id_number")
        expect(page.locator("#mend-text")).to_be_focused()
        page.fill("#mend-text", number)
        page.press("#mend-text", "Enter")
        expect(page.locator(".sums-equation")).to_contain_text("有问题 0 行")
        expect(page.locator("#mend")).to_have_count(0)
        page.click("button:has-text('写入 3 行')")
        page.click("[data-dialog-deed]")
        expect(page.locator(".note-good")).to_contain_text("已写入 3 行")

    assert Member.objects.get(name="葛云帆").id_number == number
    assert Member.objects.get(name="费思源").branch == world.branch


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_an_unknown_branch_is_created_and_another_is_meant(world, visit, size):  # noqa: F811
    rows = [a_row("费思源", "遥感室团支部"), a_row("葛云帆", "航测一室第一支部"), a_row("贺知微", BRANCH)]
    with visit(size) as visitor:
        visitor.sign_in(world.general_admin)
        page = upload(visitor, {"团员": [MEMBER_HEADINGS, *rows]})
        page.click("text=逐个说明是哪个，或新建")
        clean(page, f"names-{size['width']}")
        page.locator("tr", has_text="航测一室第一支部").get_by_role("button", name="就是航测一室团支部").click()
        expect(page.locator("main")).to_contain_text("就是")
        page.locator("tr", has_text="遥感室团支部").get_by_role("link", name="选择或新建").click()
        page.select_option("#id_parent", str(world.general.pk))
        clean(page, f"create-{size['width']}")
        page.click("#settle button.btn-primary")
        expect(page.locator("main")).to_contain_text("没有找不到的名称")
        page.click("text=返回预览")
        page.click("button:has-text('写入 3 行')")
        page.click("[data-dialog-deed]")
        expect(page.locator(".note-good")).to_contain_text("已写入 3 行")

    assert Member.objects.get(name="费思源").branch == Organization.objects.get(short_name="遥感室团支部")


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
def test_an_odd_sheet_is_arranged(world, visit, size):  # noqa: F811
    rows = [(name, an_id_number(), BRANCH, "2016-05") for name in ("费思源", "葛云帆")]
    with visit(size) as visitor:
        visitor.sign_in(world.general_admin)
        page = upload(visitor, {"花名册": [("甲栏", "乙栏", "丙栏", "丁栏"), *rows]})
        expect(page.locator("h1")).to_contain_text("表格识别")
        page.select_option("#id_s0-kind", "members")
        page.locator("#id_s0-heading").select_option(index=0)
        for number, field in enumerate(("name", "id_number", "branch", "joined_on"), start=1):
            page.select_option(f"#id_s0-column{number}", field)
        clean(page, f"sheets-{size['width']}")
        page.click("text=保存并重新检查")
        expect(page.locator(".sums-equation")).to_contain_text("新增")

    assert RosterImport.objects.get().rows.filter(state="new").count() >= 2


def test_people_are_moved_and_namesakes_told_apart(world, visit):  # noqa: F811
    moved = a_member(branch=world.sister_branch)
    a_member("费思源", branch=world.branch)
    rows = [a_row("费思源", BRANCH), a_row(moved.name, BRANCH, number=moved.id_number)]
    with visit(PC) as visitor:
        visitor.sign_in(world.general_admin)
        page = upload(visitor, {"团员": [MEMBER_HEADINGS, *rows]})
        expect(page.locator(".sums-equation")).to_contain_text("待确定")
        clean(page, "decide")
        page.get_by_role("button", name="不是同一人").click()
        expect(page.locator(".offer-chosen")).to_contain_text("不是同一人")
        page.locator("input[name=row][form=ticked]").check()
        page.click("text=调入勾选的人")
        expect(page.locator("main")).to_contain_text("已选：调入本支部")
        page.click("button:has-text('写入 2 行')")
        page.click("[data-dialog-deed]")
        expect(page.locator(".note-good")).to_contain_text("已写入 2 行")

    moved.refresh_from_db()
    assert moved.branch == world.branch


def test_the_refused_rows_are_mended_in_the_workbook_and_uploaded_again(world, visit):  # noqa: F811
    rows = [a_row("费思源", BRANCH), a_row("葛云帆", "没有的团支部")]
    with visit(PC) as visitor:
        visitor.sign_in(world.general_admin)
        page = upload(visitor, {"团员": [MEMBER_HEADINGS, *rows]})
        with page.expect_download() as download:
            page.click("text=下载有问题的行")
        with open(download.value.path(), "rb") as refused:
            content = refused.read()
        page = upload(visitor, content, name="有问题的行.xlsx")
        expect(page.locator(".sums-equation")).to_contain_text("文件共 1 行")
        page.locator(".mend-link").first.click()
        page.fill("#mend-text", BRANCH)
        page.press("#mend-text", "Enter")
        expect(page.locator(".sums-equation")).to_contain_text("新增 1 行")
        page.click("button:has-text('写入 1 行')")
        page.click("[data-dialog-deed]")
        expect(page.locator(".note-good")).to_contain_text("已写入 1 行")

    assert Member.objects.get(name="葛云帆").branch == world.branch
