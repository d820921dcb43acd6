"""The template: what it offers, and that it comes back in as it is."""

import io

from django.core.files import File
from django.urls import reverse
from openpyxl import load_workbook

from activities.models import Activity
from activities.tests.ledgers import checked, imported, sentences
from members.roster.handed_out import blanks
from members.tests.rosters import states

LINE = {
    "*活动日期": "2026-11-10",
    "*活动类型": "主题团日",
    "*主题": "学习团章",
    "团组织": "航测一室团支部",
    "参加人员": "白雨桐",
    "列席和来宾": "局团委2人",
}


def the_template(world):
    content = io.BytesIO()
    blanks.write_blank(blanks.find("activities"), content, organization=world.general, by=world.general_admin)
    return content


def filled_in(content, *lines):
    book = load_workbook(content)
    sheet = book["活动"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number, line in enumerate(lines, start=2):
        for heading, value in line.items():
            sheet.cell(number, places[heading]).value = value
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return File(target, name="活动清单模板.xlsx")


def test_the_template_offers_kinds_and_organisations_as_they_are(world):
    book = load_workbook(the_template(world))

    offered = {value for sheet in book if sheet.sheet_state != "visible" for row in sheet.values for value in row}
    assert {"支部大会", "主题团日", world.branch.full_name, world.general.full_name} <= offered
    assert world.other_branch.full_name not in offered
    assert [cell.value for cell in book["活动"][1]][:4] == ["团组织", "*活动日期", "*活动类型", "*主题"]


def test_the_template_filled_in_is_imported_without_a_problem(world):
    file = filled_in(the_template(world), LINE)

    roster = imported(file, organization=world.general, by=world.general_admin)

    assert (states(roster), sentences(roster)) == ([(2, "new")], [])
    assert Activity.objects.get().attendances.get().person == world.member


def test_the_empty_template_is_told_to_be_filled_in(world):
    content = the_template(world)
    content.seek(0)

    roster = checked(File(content, name="模板.xlsx"), organization=world.general, by=world.general_admin)

    assert (roster.state, roster.error) == ("failed", "表头下面没有数据，请填写后重新上传。")


def test_template_and_upload_are_a_step_from_the_list(world, signed_in):
    client = signed_in(world.clerk)

    listed = client.get(reverse("activities:activities")).content.decode()
    upload = client.get(reverse("members:import_new") + "?purpose=activities").content.decode()
    template = client.get(reverse("members:blank", args=["activities"]))

    address = f"{reverse('members:import_new')}?purpose=activities"
    assert f'href="{address}">' in listed
    assert f'<a href="{address}" aria-current="page">' in upload
    assert "一行一次活动" in upload
    assert template.status_code == 200


def test_who_may_only_look_is_offered_no_import(world, signed_in):
    client = signed_in(world.observer)

    listed = client.get(reverse("activities:activities")).content.decode()

    assert "purpose=activities" not in listed
    assert client.get(f"{reverse('members:import_new')}?purpose=activities").status_code == 403


def test_the_preview_shows_the_columns_of_activities(world, signed_in):
    roster = checked(filled_in(the_template(world), LINE), organization=world.general, by=world.general_admin)

    page = signed_in(world.clerk).get(reverse("members:import", args=[roster.pk])).content.decode()

    assert all(word in page for word in ("活动日期", "活动类型", "学习团章", "白雨桐"))
