"""Every page in a real browser, on PC and phone: nothing inaccessible, nothing from outside, no error, no report."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity
from branches.models import Role
from branches.tests.builders import a_grant
from members.dictionaries import LeaguePost
from members.models import Member
from members.tests.builders import a_cadre_term, a_member, a_young_person, an_id_number
from reports.tests.matrix_world import address_of, furnish, subject_of
from reports.tests.test_house import all_patterns
from reports.tests.test_matrix import FIXED, SUBJECTS
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
    world = a_world()
    for number in range(6):
        a_member(branch=world.branch, ethnicity="" if number % 2 else "01")
    a_young_person(branch=world.branch)
    a_cadre_term(person=a_member(branch=world.sister_branch), organization=world.general)
    a_cadre_term(person=world.other_member, organization=world.bureau, post=LeaguePost.DEPUTY_SECRETARY)
    a_grant(world.outsider, world.branch, Role.OBSERVER)
    a_grant(world.outsider, world.other_branch, Role.ENTRY_CLERK)
    return world


def pages(world, who):
    """Every address that answers a GET: of a general branch, for the secretary of the own branch."""
    furnish(world)
    site = "branch" if who == "secretary" else "general"
    for name, pattern in all_patterns():
        takes_pk = bool(pattern.pattern.converters) and name not in FIXED
        # Only branches have people of their own.
        there = site if SUBJECTS.get(name) == "organization" else "branch"
        args = address_of(subject_of(SUBJECTS[name], world, there)) if takes_pk else FIXED.get(name, [])
        yield name, reverse(name, args=args)


HEADINGS = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def describe(violations):
    return [f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in violations]


@pytest.mark.parametrize("size", [PC, PHONE], ids=["pc", "phone"])
@pytest.mark.parametrize("who", ["bureau_admin", "secretary", "observer", "auditor"])
def test_every_page_is_clean(world, visit, who, size):
    found, refusals = {}, set()
    with visit(size) as visitor:
        visitor.sign_in(getattr(world, who))
        for name, path in pages(world, who):
            response = visitor.page.request.get(visitor.base + path, max_redirects=0)
            if "text/html" not in response.headers.get("content-type", "") or response.status in (302, 405):
                continue
            if response.status >= 400:
                # A page that refuses is the same whatever was asked for.
                refusal = response.status, HEADINGS.findall(response.text())[0]
                if refusal in refusals:
                    continue
                refusals.add(refusal)
            page = visitor.open(path)
            if not page.locator("body").count() or not page.locator("#main").count():
                continue  # a fragment that htmx puts into a page
            problems = describe(Axe().run(page).response["violations"])
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                problems.append("scrolls sideways")
            if page.locator("h1").count() != 1:
                problems.append(f"{page.locator('h1').count()} h1")
            if problems:
                found[name] = problems

    assert found == {}


def test_log_in_page_and_refusals_are_clean(world, visit):
    with visit(PHONE) as visitor:
        page = visitor.open("/login/")
        assert describe(Axe().run(page).response["violations"]) == []
        page.fill("input[name=username]", "nobody")
        page.fill("input[name=password]", "wrong-wrong-wrong")
        page.click("main form button.btn-primary")
        expect(page.locator("body")).to_contain_text("用户名或密码不正确")
        visitor.sign_in(world.secretary)
        page = visitor.open(f"/members/{world.sister_member.pk}/")
        expect(page.locator("h1")).to_contain_text("不存在，或不在您的管理范围内")
        assert describe(Axe().run(page).response["violations"]) == []


def test_a_secretary_enters_a_member_on_the_phone(world, visit):
    number = an_id_number()
    with visit(PHONE) as visitor:
        visitor.sign_in(world.secretary)
        page = visitor.open("/members/new/")
        page.fill("#id_id_number", number)
        page.locator("#id_id_number").blur()
        expect(page.locator("body")).to_contain_text("2001-06-18")
        page.fill("#id_name", "乔以安")
        page.select_option("#id_ethnicity", "01")
        page.select_option("#id_political_status", "03")
        page.get_by_label("团员", exact=True).check()
        page.fill("#id_joined_on", "2016-05")
        page.fill("#id_phone", "14000998877")
        page.click("button.btn-primary:has-text('保存')")
        expect(page.locator("body")).to_contain_text("乔以安")

    saved = Member.objects.get(name="乔以安")
    assert (saved.id_number, saved.phone, saved.branch) == (number, "14000998877", world.branch)


def test_a_secretary_records_a_meeting_on_the_phone(world, visit):
    with visit(PHONE) as visitor:
        visitor.sign_in(world.secretary)
        page = visitor.open("/activities/new/?kind=branch_assembly")
        page.click("text=今天")
        page.fill("#id_topic", "学习团章")
        page.locator("#attendance thead input[type=checkbox]").first.check()
        page.locator("#attendance tbody input[type=checkbox]").nth(1).uncheck()
        page.locator("#attendance tbody select").nth(1).select_option("leave")
        page.click("button.btn-primary:has-text('保存')")
        expect(page.locator("h1")).to_have_text("学习团章")

    recorded = Activity.objects.with_numbers().get(topic="学习团章")
    assert (recorded.kind.code, recorded.held_on) == ("branch_assembly", timezone.localdate())
    # The young person on the roster who is in no League is ticked apart.
    assert (recorded.present_count, recorded.expected_count) == (6, 7)


def test_the_menu_of_the_phone_opens_and_leads_on(world, visit):
    with visit(PHONE) as visitor:
        visitor.sign_in(world.secretary)
        page = visitor.page
        page.click("text=菜单")
        people = page.get_by_role("link", name=re.compile("^团员$"))
        if not people.first.is_visible():
            page.get_by_text("人员管理").first.click()
        people.first.click()
        expect(page.locator("h1")).to_contain_text("团员")


def test_a_second_editor_is_shown_the_difference(world, visit):
    with visit() as first, visit() as second:
        for visitor in (first, second):
            visitor.sign_in(world.secretary).open(f"/members/{world.member.pk}/edit/")
        first.page.fill("#id_work_unit", "测绘院航测一室")
        first.page.click("button.btn-primary:has-text('保存')")
        expect(first.page.locator("h1")).to_contain_text("白雨桐")
        second.page.fill("#id_work_unit", "测绘院遥感室")
        second.page.click("button.btn-primary:has-text('保存')")
        expect(second.page.locator("body")).to_contain_text("测绘院航测一室")
        expect(second.page.locator("body")).to_contain_text("测绘院遥感室")
        second.page.click("text=以我填的为准")
        expect(second.page.locator("h1")).to_contain_text("白雨桐")

    world.member.refresh_from_db()
    assert world.member.work_unit == "测绘院遥感室"


def test_the_top_bar_finds_people_by_initials_and_number(world, visit):
    with visit() as visitor:
        visitor.sign_in(world.bureau_admin)
        page = visitor.page
        for query in ("byt", world.member.id_number, world.member.phone[-4:], "白雨"):
            page.locator("input[name=q]:visible").first.fill(query)
            page.locator("input[name=q]:visible").first.press("Enter")
            expect(page.locator("main")).to_contain_text("白雨桐")
            assert query not in page.url


def test_somebody_with_two_organisations_switches(world, visit):
    with visit() as visitor:
        visitor.sign_in(world.outsider)
        page = visitor.page
        expect(page.locator("header")).to_contain_text("航测一室团支部")
        page.locator("header").get_by_text("航测一室团支部").first.click()
        page.get_by_role("button", name=re.compile("一分队团支部")).first.click()
        expect(page.locator("header")).to_contain_text("一分队团支部")
