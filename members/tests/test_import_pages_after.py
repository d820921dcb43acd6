import datetime as dt
import hashlib
import io
import re

import pytest
from django.db import connection, transaction
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import AuditEntry, Organization
from members.models import Member
from members.models.roster import ImportState, RosterFile, RosterImport
from members.roster.running.applying import LEASE, announcement
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import a_row, checked, imported, members
from tuanjian.announcing import announce

BRANCH = "航测一室团支部"


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


def checked_here(world, *rows, **options):
    return checked(members(*rows), organization=world.general, by=world.general_admin, **options)


def imported_here(world, *rows, **options):
    return imported(members(*rows), organization=world.general, by=world.general_admin, **options)


def content(client, path, **data):
    return client.get(path, data).content.decode()


def said(response):
    return [str(message) for message in response.context["messages"]]


def visible_text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_confirming_writes_and_the_result_says_what(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH), a_row("葛云帆", BRANCH, number="379998200106180013"))

    page = admin.post(f"/imports/{roster.pk}/confirm/", follow=True).content.decode()

    assert Member.objects.filter(name="费思源", branch=world.branch).count() == 1
    assert "已写入 1 行：新增 1 行，更新 0 行。" in page
    assert "新增人员 1" in visible_text(page)
    assert "另有 1 行未导入" in visible_text(page)
    assert "撤回本次导入" in page


def test_rows_that_moved_before_the_writing_are_named_and_can_be_written_then(world, admin):
    number = an_id_number()
    roster = checked_here(world, a_row("费思源", BRANCH), a_row("葛云帆", BRANCH, number=number))
    imported_here(world, a_row("葛云帆", BRANCH, number=number, phone="14000222222"))

    page = admin.post(f"/imports/{roster.pk}/confirm/", follow=True).content.decode()
    only = content(admin, f"/imports/{roster.pk}/", moved="1")

    assert "预览以后数据有变动，没有写入任何一行。" in page
    assert "团员 3 行 葛云帆：原为“新增”，现在是“更新”" in page
    assert not Member.objects.filter(name="费思源").exists()
    assert ("rows/2/" in only, "rows/1/" in only) == (True, False)
    admin.post(f"/imports/{roster.pk}/confirm/")
    assert Member.objects.filter(name="费思源").exists()
    assert RosterImport.objects.get(pk=roster.pk).state == ImportState.DONE


def test_records_that_moved_without_a_row_that_differs_are_told_and_nothing_is_written(world, admin):
    known = a_member("林同", branch=world.branch)
    roster = checked_here(world, a_row("林同", BRANCH, number=known.id_number, phone="14000222222"))
    Member.objects.filter(pk=known.pk).update(version=known.version + 1)

    page = admin.post(f"/imports/{roster.pk}/confirm/", follow=True).content.decode()

    known.refresh_from_db()
    assert "每一行的处理都与您看过的预览相同，可以写入" in page
    assert known.phone != "14000222222"
    admin.post(f"/imports/{roster.pk}/confirm/")
    known.refresh_from_db()
    assert known.phone == "14000222222"


def test_what_moved_and_could_not_be_planned_again_is_checked_again(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))
    RosterImport.objects.filter(pk=roster.pk).update(error_code="moved", error="检查之后数据有变动")

    page = content(admin, f"/imports/{roster.pk}/")
    again = admin.post(f"/imports/{roster.pk}/check-again/", follow=True).content.decode()

    assert ("重新检查" in page, "/confirm/" in page) == (True, False)
    assert "写入 1 行" in again


def test_confirming_twice_writes_once_and_says_so(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH))

    response = admin.post(f"/imports/{roster.pk}/confirm/", follow=True)

    assert said(response) == ["这次导入的状态是“已完成”，不能写入。"]
    assert Member.objects.filter(name="费思源").count() == 1


def test_giving_up_deletes_the_file_and_its_rows(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))

    response = admin.post(f"/imports/{roster.pk}/discard/", follow=True)

    roster.refresh_from_db()
    assert (roster.state, roster.rows.count(), RosterFile.objects.count()) == (ImportState.DISCARDED, 0, 0)
    assert "这次导入已放弃，没有写入任何内容。" in response.content.decode()


def test_an_import_that_was_written_cannot_be_given_up(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH))

    response = admin.post(f"/imports/{roster.pk}/discard/", follow=True)

    assert said(response) == ["这次导入正在处理或已经写入，不能放弃。"]


def test_refused_rows_are_handed_out_and_the_log_says_to_whom(world, admin):
    roster = checked_here(world, a_row("葛云帆", BRANCH, number="379998200106180013"))

    response = admin.get(f"/imports/{roster.pk}/refused/")

    file = b"".join(response.streaming_content)
    sheet = load_workbook(io.BytesIO(file)).active
    assert [cell.value for cell in sheet[1]][-1] == "失败原因"
    assert "校验位不对" in sheet[2][sheet.max_column - 1].value
    assert "filename" in response["Content-Disposition"]
    entry = AuditEntry.objects.get(kind=AuditEntry.Kind.EXPORTED)
    assert (entry.actor, entry.changes) == (
        world.general_admin,
        {"内容": [None, "退回的行"], "行数": [None, 1], "文件 SHA-256": [None, hashlib.sha256(file).hexdigest()]},
    )


def test_without_refused_rows_there_is_nothing_to_hand_out(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))

    response = admin.get(f"/imports/{roster.pk}/refused/", follow=True)

    assert said(response) == ["这次导入没有退回的行。"]
    assert not AuditEntry.objects.filter(kind=AuditEntry.Kind.EXPORTED).exists()


def test_who_is_missing_from_the_file_is_listed(world, admin):
    left_out = a_member("漏列的", branch=world.branch)
    roster = checked_here(world, a_row("费思源", BRANCH))

    preview = visible_text(content(admin, f"/imports/{roster.pk}/"))
    page = content(admin, f"/imports/{roster.pk}/absent/")

    assert "在册但不在表中 2 人" in preview
    assert left_out.name in page
    assert world.member.name in page
    assert left_out.id_number not in page
    assert left_out.phone not in page


def test_taking_back_is_confirmed_first_and_says_what_returned_and_what_stayed(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH), a_row("葛云帆", BRANCH))
    touched = Member.objects.get(name="葛云帆")
    Member.objects.filter(pk=touched.pk).update(version=touched.version + 1)

    asked = visible_text(content(admin, f"/imports/{roster.pk}/take-back/"))
    page = visible_text(admin.post(f"/imports/{roster.pk}/take-back/", follow=True).content.decode())
    kept = visible_text(content(admin, f"/imports/{roster.pk}/changes/", kept="1"))

    assert "人员：新增的 2 项将删除" in asked
    assert "已撤回：1 项恢复原状，1 项保留。" in page
    assert ("葛云帆" in kept, "费思源" in kept, "之后有改动" in kept) == (True, False, True)
    assert list(Member.objects.filter(name__in=["费思源", "葛云帆"]).values_list("name", flat=True)) == ["葛云帆"]


def test_what_was_not_written_cannot_be_taken_back(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))

    asked = admin.get(f"/imports/{roster.pk}/take-back/", follow=True)
    posted = admin.post(f"/imports/{roster.pk}/take-back/", follow=True)

    sentence = "这次导入的状态是“待确认”，没有可撤回的内容。"
    assert (said(asked), said(posted)) == ([sentence], [sentence])


def test_changes_link_to_what_may_be_seen(world, signed_in):
    roster = imported(members(a_row("费思源", BRANCH)), organization=world.general, by=world.general_admin)
    person = Member.objects.get(name="费思源")

    page = content(signed_in(world.observer), f"/imports/{roster.pk}/changes/")

    assert f'<a href="/members/{person.pk}/">费思源</a>' in page


def test_the_history_lists_and_filters(world, admin):
    checked_here(world, a_row("费思源", BRANCH), note="秋季名册")
    imported_here(world, a_row("葛云帆", BRANCH), note="春季名册")

    def notes(**asked):
        return [record.note for record in admin.get("/imports/", asked).context["table"].page.object_list.data]

    assert notes() == ["春季名册", "秋季名册"]
    assert notes(state="done") == ["春季名册"]
    assert notes(q="秋季") == ["秋季名册"]
    assert notes(purpose="activities") == []
    assert "没有符合条件的导入" in content(admin, "/imports/", q="没有")


def test_progress_is_polled_until_the_state_is_settled(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))
    path = f"/imports/{roster.pk}/progress/"
    settled = admin.get(path)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.CHECKING, done=1, total=4)
    since = int(timezone.now().timestamp()) - 2

    under_way = admin.get(path, {"since": since})

    assert (settled.status_code, settled["HX-Refresh"]) == (286, "true")
    assert (under_way.status_code, under_way.has_header("HX-Refresh")) == (200, False)
    assert "正在检查" in under_way.content.decode()
    assert f"progress/?since={since}" in under_way.content.decode()
    assert "正在检查" in content(admin, f"/imports/{roster.pk}/")


@pytest.mark.parametrize("told", [True, False])
def test_who_watches_the_writing_learns_how_far_it_is_where_that_can_be_told(world, admin, told):
    roster = checked_here(world, a_row("费思源", BRANCH))
    lease = timezone.now() + LEASE - dt.timedelta(seconds=7)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.WRITING, lease_until=lease, done=0, total=4)

    with transaction.atomic():
        if told:
            announce(announcement(roster), 45)
        page = visible_text(content(admin, f"/imports/{roster.pk}/progress/"))

    assert ("正在写入" in page, "已用 7 秒" in page or "已用 8 秒" in page) == (True, True)
    assert ("已完成约 45%" in page) == (told and connection.vendor == "postgresql")


def test_while_the_file_is_read_no_share_is_made_up(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.CHECKING, done=0, total=0, counts={})
    since = int(timezone.now().timestamp()) - 4

    page = visible_text(content(admin, f"/imports/{roster.pk}/progress/", since=since))

    assert ("正在读取文件。" in page, "已用 4 秒" in page or "已用 5 秒" in page, "约剩" in page) == (True, True, False)


def test_a_worker_that_does_not_come_is_told_after_fifteen_seconds(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.UPLOADED)
    path, now = f"/imports/{roster.pk}/progress/", int(timezone.now().timestamp())

    early, late = content(admin, path, since=now - 5), content(admin, path, since=now - 20)

    assert ("后台任务没有运行" in early, "后台任务没有运行" in late) == (False, True)


def test_a_lost_worker_is_told_and_the_check_starts_again(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH))
    lost = timezone.now() - dt.timedelta(minutes=1)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.CHECKING, lease_until=lost)

    page = content(admin, f"/imports/{roster.pk}/")
    again = admin.post(f"/imports/{roster.pk}/check-again/", follow=True).content.decode()

    assert ("后台任务中断" in page, "重新检查" in page) == (True, True)
    assert "写入 1 行" in again


def test_an_import_that_made_organisations_is_taken_back_by_an_administrator(world, signed_in):
    sheets = {
        "团组织": [
            ["上级组织", "组织全称", "组织类别"],
            [world.general.full_name, "中国共产主义青年团华岳局测绘院遥感室支部委员会", "团支部"],
        ]
    }
    roster = imported(sheets, organization=world.general, by=world.general_admin)

    response = signed_in(world.clerk).post(f"/imports/{roster.pk}/take-back/", follow=True)

    assert said(response) == ["这次导入新建或修改过团组织，请由管理员撤回。"]
    assert Organization.objects.filter(full_name__contains="遥感室").exists()


def test_the_menu_leads_to_the_import(world, signed_in):
    assert 'href="/imports/new/?purpose=roster"' in content(signed_in(world.clerk), "/imports/")
    assert 'href="/imports/new/?purpose=roster"' not in content(signed_in(world.observer), "/imports/")
