"""The main job in a real browser: a workbook of three sheets goes in, is looked at, written and taken back."""

from playwright.sync_api import expect

from branches.models import Organization
from members.models import CadreTerm, Member
from members.tests.rosters import (
    CADRE_HEADINGS,
    MEMBER_HEADINGS,
    ORGANIZATION_HEADINGS,
    a_file,
    a_row,
    checked,
    members,
    older_number,
)
from reports.tests import test_browser
from reports.tests.test_browser import world  # noqa: F401 – a fixture of this module too

pytestmark = test_browser.pytestmark
FOCUS_IS_BELOW_THE_BAR = """() => document.activeElement.getBoundingClientRect().bottom >
    document.querySelector(".import-deeds").getBoundingClientRect().top"""
NEW_BRANCH = "中国共产主义青年团华岳局测绘院遥感室支部委员会"


def three_in_one(top):
    """Organisations with the top itself, members of which one is wrong, cadres."""
    return {
        "团组织": [
            ORGANIZATION_HEADINGS,
            (None, top.full_name, "测绘院团总支", "团总支", None, None, None),
            (top.full_name, NEW_BRANCH, "遥感室团支部", "团支部", None, "2024-05", None),
        ],
        "团员": [
            MEMBER_HEADINGS,
            a_row("费思源", "遥感室团支部"),
            a_row("葛云帆", "遥感室团支部", number="379998200106180013"),
            a_row("贺知微", "航测一室团支部"),
        ],
        "团干部": [
            CADRE_HEADINGS,
            ("韩知远", older_number(), "遥感室团支部", "书记", "2024-05", "兼职", "中共党员"),
        ],
    }


def test_an_administrator_imports_a_workbook_and_takes_it_back(world, visit):  # noqa: F811
    before = (Organization.objects.count(), Member.objects.count(), CadreTerm.objects.count())
    workbook = a_file(three_in_one(world.general))
    payload = {"name": "三合一名册.xlsx", "mimeType": "application/octet-stream", "buffer": workbook.read()}
    with visit() as visitor:
        page = visitor.sign_in(world.general_admin).open("/imports/new/")
        page.set_input_files("#id_file", payload)
        expect(page.locator("[data-file-said]")).to_contain_text("已选择：三合一名册.xlsx")
        page.click("text=上传并检查")

        expect(page.locator(".sums-equation")).to_contain_text("文件共 6 行")
        page.click(".import-classes >> text=校验位不对")
        expect(page.locator(".import-rows tbody tr")).to_have_count(1)
        expect(page.locator(".import-rows")).to_contain_text("37****************")
        page.click("button:has-text('写入 4 行')")
        page.click("[data-dialog-deed]")

        expect(page.locator(".note-good")).to_contain_text("已写入 4 行")
        assert CadreTerm.objects.get(organization__full_name=NEW_BRANCH).person.name == "韩知远"
        page.click("text=撤回本次导入")
        page.click("button:has-text('确定撤回')")

        expect(page.locator("main")).to_contain_text("已撤回")
        page.goto(f"{visitor.base}/imports/")
        expect(page.locator("table")).to_contain_text("已撤回")

    assert (Organization.objects.count(), Member.objects.count(), CadreTerm.objects.count()) == before


def test_a_file_dragged_onto_the_page_is_taken(world, visit):  # noqa: F811
    with visit() as visitor:
        page = visitor.sign_in(world.general_admin).open("/imports/new/")
        page.evaluate(
            """() => {
                const carried = new DataTransfer()
                carried.items.add(new File(["姓名,身份证号"], "名册.csv", { type: "text/csv" }))
                const drop = document.querySelector("[data-file-drop]")
                drop.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }))
            }"""
        )

        expect(page.locator("[data-file-said]")).to_contain_text("已选择：名册.csv")
        assert page.eval_on_selector("#id_file", "input => input.files.length") == 1


def test_a_cell_is_mended_by_keyboard(world, visit):  # noqa: F811
    rows = [a_row(f"费思源{number}", "遥感室") for number in "一二三四五六七八九十"]
    roster = checked(members(*rows), organization=world.general, by=world.general_admin)
    with visit() as visitor:
        page = visitor.sign_in(world.general_admin).open(f"/imports/{roster.pk}/")
        # Nothing that has the focus hides behind the bar at the bottom.
        page.locator(".mend-link").first.focus()
        for _ in range(2 * len(rows) - 2):
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUS_IS_BELOW_THE_BAR) is False

        page.locator(".mend-link").first.press("Enter")
        expect(page.locator("#mend-text")).to_be_focused()
        # A script may give a field a style; what comes in its place must not take that over.
        page.evaluate("document.querySelector('#mend-text').style.color = 'black'")
        page.fill("#mend-text", "航测一室团支部")
        page.keyboard.press("Enter")
        expect(page.locator("#messages")).to_contain_text("已改")
        expect(page.locator("#mend-text")).to_be_focused()

        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#mend-text")).to_have_count(0)
        expect(page.locator(".mend-link").first).to_be_focused()
