"""Pages on which an import is put right before it is written."""

import hashlib
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import AuditEntry, Organization
from members import records
from members.models import Member
from members.models.roster import Choice, ImportState, RosterFile, RosterImport, RowState
from members.roster.running.applying import apply_plan
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import a_row, checked, members
from members.tests.test_import_pages import BRANCH, checked_here, content, imported_here, said, visible_text
from members.tests.test_rereading import odd_import

WRONG = "379998200106180013"


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


def mend(client, roster, number=1, **data):
    return client.post(f"/imports/{roster.pk}/rows/{number}/mend/", data)


def test_a_cell_is_mended_where_it_stands_and_the_next_one_follows(world, admin):
    rows = (a_row("费思源", "一室一室", number=an_id_number()), a_row("葛云帆", BRANCH, number=WRONG))
    roster = checked_here(world, *rows)

    page = content(admin, f"/imports/{roster.pk}/", state="invalid", mend="1.branch")
    answer = mend(admin, roster, field="branch", text=BRANCH, back="state=invalid&mend=1.branch")
    following = content(admin, answer["Location"])

    assert 'name="text" value="一室一室"' in page
    assert answer["Location"] == f"/imports/{roster.pk}/?state=invalid&mend=2.id_number&page=1#mend"
    assert "团员 第 2 行已改，现在是“新增”。" in following
    assert "请填写完整的号码" in following
    assert WRONG not in following


def test_the_last_mended_cell_leads_back_to_the_preview(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))

    answer = mend(admin, roster, field="id_number", text=an_id_number(), back="state=invalid")

    assert answer["Location"] == f"/imports/{roster.pk}/?state=invalid"
    assert "写入 1 行" in content(admin, f"/imports/{roster.pk}/")


def test_a_mend_that_leaves_the_row_wrong_is_no_success(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))

    answer = admin.post(f"/imports/{roster.pk}/rows/1/mend/", {"field": "id_number", "text": WRONG}, follow=True)

    told = [(each.level_tag, str(each)) for each in answer.context["messages"]]
    assert told == [("warning", "团员 第 2 行已改，仍是“有问题”，请看这一行的说明。")]


def test_a_refused_mend_says_why(world, admin):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))

    answer = admin.post(f"/imports/{roster.pk}/rows/1/mend/", {"field": "key", "text": "x"}, follow=True)

    assert said(answer) == ["这一列不能在这里改，请改好文件后重新上传。"]


@pytest.mark.parametrize("deed", ["rows/1/mend", "decide", "names", "sheets", "file"])
def test_who_only_looks_mends_nothing(world, client, signed_in, deed):
    roster = checked_here(world, a_row("费思源", "一室一室"))

    strange = signed_in(world.outsider).post(f"/imports/{roster.pk}/{deed}/", {"field": "branch", "text": BRANCH})
    onlooker = signed_in(world.observer).post(f"/imports/{roster.pk}/{deed}/", {"field": "branch", "text": BRANCH})
    page = content(client, f"/imports/{roster.pk}/", mend="1.branch")

    assert (strange.status_code, onlooker.status_code) == (404, 403)
    assert 'id="mend"' not in page
    assert "mend-link" not in page
    assert roster.mends.count() == 0


def test_namesakes_are_decided_about_in_the_preview(world, admin):
    known = a_member("费思源", branch=world.branch)
    roster = checked_here(world, a_row("费思源", BRANCH))
    page = visible_text(content(admin, f"/imports/{roster.pk}/"))

    admin.post(f"/imports/{roster.pk}/decide/", {"row": "1", "choice": "different", "back": ""})

    row = roster.rows.get()
    assert "待确定 1 行" in page
    assert all(word in page for word in ("就是同一人，更正证件号", "不是同一人"))
    assert (row.state, roster.decisions.get().choice) == (RowState.NEW, Choice.DIFFERENT)
    assert "已选：不是同一人" in content(admin, f"/imports/{roster.pk}/")
    admin.post(f"/imports/{roster.pk}/decide/", {"row": "1", "choice": "", "back": ""})
    assert roster.rows.get().state == RowState.ASKED
    known.refresh_from_db()


def test_people_of_other_branches_are_moved_only_when_ticked(world, admin):
    people = [a_member(branch=world.sister_branch) for _ in range(3)]
    rows = (a_row(person.name, BRANCH, number=person.id_number) for person in people)
    roster = checked_here(world, *rows)
    page = content(admin, f"/imports/{roster.pk}/")

    admin.post(f"/imports/{roster.pk}/decide/", {"row": ["1", "2"], "choice": "move", "back": ""})
    apply_plan(RosterImport.objects.get(pk=roster.pk), by=world.general_admin)

    assert page.count('form="ticked" name="row"') == 3
    assert list(
        Member.objects.filter(pk__in=[p.pk for p in people]).order_by("pk").values_list("branch_id", flat=True)
    ) == [*(world.branch.pk, world.branch.pk, world.sister_branch.pk)]


def test_all_who_can_be_moved_are_moved_at_once(world, admin):
    people = [a_member(branch=world.sister_branch) for _ in range(2)]
    roster = checked_here(world, *(a_row(person.name, BRANCH, number=person.id_number) for person in people))

    answer = admin.post(f"/imports/{roster.pk}/decide/", {"all": "1", "choice": "move", "back": ""}, follow=True)

    assert said(answer) == ["已处理 2 行。"]
    assert roster.decisions.count() == 2


def test_an_unknown_name_is_said_to_mean_a_branch(world, admin):
    roster = checked_here(world, a_row("费思源", "航测一室第一支部"), a_row("葛云帆", "航测一室第一支部"))
    page = content(admin, f"/imports/{roster.pk}/names/")

    admin.post(f"/imports/{roster.pk}/names/", {"name": "航测一室第一支部", "organization": world.branch.pk})

    assert "就是航测一室团支部" in page
    assert [row.state for row in roster.rows.all()] == [RowState.NEW, RowState.NEW]
    assert "已说明的名称" in content(admin, f"/imports/{roster.pk}/names/")
    admin.post(f"/imports/{roster.pk}/names/", {"name": "航测一室第一支部"})
    assert {row.state for row in roster.rows.all()} == {RowState.INVALID}


def test_the_page_of_names_tells_of_sheets_as_the_preview_does(world, admin):
    rows = [("姓名", "身份证号", "政治面貌", "入团年月"), ("费思源", an_id_number(), "共青团员", "2016-05")]
    named, generic = (
        checked({title: rows}, organization=world.general, by=world.general_admin) for title in ("航测九室", "Sheet1")
    )

    preview = content(admin, f"/imports/{named.pk}/")
    pages = [content(admin, f"/imports/{each.pk}/names/") for each in (named, generic)]
    form = content(admin, f"/imports/{generic.pk}/names/", name="Sheet1")
    admin.post(f"/imports/{generic.pk}/names/", {"name": "Sheet1", "organization": world.branch.pk})

    assert "有的行没有写所在团支部，或者写的团支部在系统中找不到。" in preview
    assert "航测九室 （工作表或标题的名称）" in visible_text(pages[0])
    assert "就是航测一室团支部" in pages[0]
    assert "没有写所在团支部的行" in pages[1]
    assert f'href="/imports/{generic.pk}/sheets/"' in pages[1]
    assert not any("都能对应到" in page for page in pages)
    assert "工作表“Sheet1”的团支部是" in form
    assert "或者新建" not in form
    assert [row.state for row in generic.rows.all()] == [RowState.NEW]


def test_an_unknown_branch_is_created_with_the_import(world, admin):
    roster = checked_here(world, a_row("费思源", "遥感室团支部"))

    answer = admin.post(
        f"/imports/{roster.pk}/names/", {"name": "遥感室团支部", "parent": world.general.pk, "org_type": "branch"}
    )
    apply_plan(RosterImport.objects.get(pk=roster.pk), by=world.general_admin)

    created = Organization.objects.get(short_name="遥感室团支部")
    assert answer["Location"] == f"/imports/{roster.pk}/names/"
    assert Member.objects.get(name="费思源").branch == created


def test_the_names_of_a_new_branch_are_proposed_and_follow_the_superior_chosen(world, signed_in):
    admin = signed_in(world.bureau_admin)
    roster = checked(members(a_row("费思源", "一支部")), organization=world.bureau, by=world.bureau_admin)
    stem = world.general.full_name.removesuffix("总支部委员会")

    page = content(admin, f"/imports/{roster.pk}/names/", name="一支部")
    proposed = re.search(r'name="full_name" value="([^"]+)"', page)[1]
    told = {"name": "一支部", "parent": world.general.pk, "org_type": "branch", "short_name": "一支部"}
    admin.post(f"/imports/{roster.pk}/names/", told | {"full_name": proposed})

    roster.refresh_from_db()
    assert proposed == f"{world.bureau.full_name.removesuffix('委员会')}一支部委员会"
    assert roster.new_branches[0]["full_name"] == f"{stem}一支部委员会"
    assert f"新建团支部“一支部”，全称“{stem}一支部委员会”" in content(admin, f"/imports/{roster.pk}/names/")


def test_a_clerk_creates_no_branch(world, client, signed_in):
    roster = checked(members(a_row("费思源", "遥感室团支部")), organization=world.branch, by=world.clerk)
    clerk = signed_in(world.clerk)

    page = content(clerk, f"/imports/{roster.pk}/names/", name="遥感室团支部")
    answer = clerk.post(
        f"/imports/{roster.pk}/names/", {"name": "遥感室团支部", "parent": world.general.pk, "org_type": "branch"}
    )

    assert "或者新建" not in page
    assert answer.status_code == 200
    assert roster.new_branches == []


def test_statements_for_unknown_names_do_not_grow_with_them(world, admin):
    one = checked_here(world, a_row("费思源", "甲室团支部"))
    three = checked_here(world, *(a_row(f"葛云{name}", f"{name}室团支部") for name in "乙丙丁"))
    content(admin, f"/imports/{one.pk}/names/")
    counts = []

    for roster in (one, three):
        with CaptureQueriesContext(connection) as queries:
            content(admin, f"/imports/{roster.pk}/names/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_file_nobody_can_read_asks_how(world, admin, django_capture_on_commit_callbacks):
    roster = odd_import(world)
    first = admin.get(f"/imports/{roster.pk}/")
    page = content(admin, f"/imports/{roster.pk}/sheets/")

    shown = admin.post(f"/imports/{roster.pk}/sheets/", {"s0-kind": "members", "s0-heading": "0-0", "show": "1"})
    fields = {"s0-column1": "name", "s0-column2": "id_number", "s0-column3": "branch", "s0-column4": "joined_on"}
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/imports/{roster.pk}/sheets/", {"s0-kind": "members", "s0-heading": "0-0", **fields})

    roster.refresh_from_db()
    assert first["Location"] == f"/imports/{roster.pk}/sheets/"
    assert "没有认出这份表" in page
    assert '<option value="members" selected>' in page
    assert "不导入，内容不保存" in page
    assert (shown.status_code, roster.state) == (200, ImportState.TO_CONFIRM)
    assert RowState.NEW in [row.state for row in roster.rows.all()]


def test_two_columns_for_one_field_are_refused_on_the_page(world, admin):
    roster = odd_import(world)

    data = {"s0-kind": "members", "s0-heading": "0-0", "s0-column1": "name", "s0-column2": "name"}
    answer = admin.post(f"/imports/{roster.pk}/sheets/", data)

    assert said(answer) == ["工作表“花名册”第 1 列和第 2 列都选了“姓名”，请只选一列。"]
    assert RosterImport.objects.get(pk=roster.pk).arranged == {}


def test_the_uploaded_file_is_handed_out_for_a_purpose(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH))

    answer = admin.post(f"/imports/{roster.pk}/file/", {"purpose": "与原表核对"})

    entry = AuditEntry.objects.order_by("-id").first()
    file = b"".join(answer.streaming_content)
    assert file == RosterFile.objects.get().content
    assert (entry.kind, entry.reason) == ("exported", "与原表核对")
    assert entry.changes == {
        "内容": [None, "上传的原文件"],
        "文件大小": [None, f"{len(file)} 字节"],
        "文件 SHA-256": [None, hashlib.sha256(file).hexdigest()],
    }


@pytest.mark.parametrize(("purpose", "sentence"), [("", "请写明下载的用途，会记入日志。"), ("看", "请写明下载用途")])
def test_without_a_purpose_no_file(world, admin, purpose, sentence):
    roster = imported_here(world, a_row("费思源", BRANCH))
    before = AuditEntry.objects.count()

    answer = admin.post(f"/imports/{roster.pk}/file/", {"purpose": purpose})

    assert sentence in answer.content.decode()
    assert AuditEntry.objects.count() == before


def test_a_file_that_was_deleted_is_not_handed_out(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH))
    RosterFile.objects.all().delete()

    answer = admin.post(f"/imports/{roster.pk}/file/", {"purpose": "与原表核对"})

    assert "原文件已按期删除，不能再下载。" in answer.content.decode()
    assert "下载原文件" not in visible_text(content(admin, f"/imports/{roster.pk}/"))


def test_a_clerk_gets_no_uploaded_file(world, signed_in):
    roster = checked(members(a_row("费思源", world.branch.full_name)), organization=world.branch, by=world.clerk)

    answer = signed_in(world.clerk).post(f"/imports/{roster.pk}/file/", {"purpose": "与原表核对"})

    assert answer.status_code == 403


def test_part_of_an_import_is_taken_back(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH), a_row("葛云帆", world.sister_branch.full_name))
    page = content(admin, f"/imports/{roster.pk}/take-back/")

    answer = admin.post(
        f"/imports/{roster.pk}/take-back/", {"part": "some", "branch": [world.sister_branch.pk]}, follow=True
    )

    roster.refresh_from_db()
    assert f"{world.sister_branch.short_name}（1 项）" in page
    assert "人员：新增的 2 项将删除" in page
    assert "人员：新增的 1 项将删除" in content(admin, f"/imports/{roster.pk}/take-back/")
    assert said(answer) == ["已撤回：1 项恢复原状。"]
    assert "其中 1 项已按组织撤回" in answer.content.decode()
    assert roster.state == ImportState.DONE
    assert list(Member.objects.filter(name__in=["费思源", "葛云帆"]).values_list("name", flat=True)) == ["费思源"]


def test_what_one_part_left_behind_is_told_after_the_next(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH), a_row("葛云帆", world.sister_branch.full_name))
    person = Member.objects.get(name="葛云帆")
    records.correct(person, values={"work_unit": "测绘院"}, version=1, by=world.general_admin)
    path = f"/imports/{roster.pk}/take-back/"

    first = admin.post(path, {"part": "some", "branch": [world.sister_branch.pk]}, follow=True)
    admin.post(path, {"part": "some", "branch": [world.branch.pk]})

    roster.refresh_from_db()
    assert said(first) == ["已撤回：0 项恢复原状，1 项保留。"]
    assert "保留的 1 项" in content(admin, f"/imports/{roster.pk}/changes/")
    assert (roster.state, roster.counts["returned"], roster.counts["kept"]) == (ImportState.TAKEN_BACK, 1, 1)


def test_the_part_of_nobody_is_not_taken_back(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH), a_row("葛云帆", world.sister_branch.full_name))

    answer = admin.post(f"/imports/{roster.pk}/take-back/", {"part": "some"})

    assert "请勾选要撤回的组织，或选“全部撤回”。" in answer.content.decode()
    assert Member.objects.filter(name="费思源").exists()


def test_ticking_a_part_and_asking_for_all_takes_nothing_back(world, admin):
    roster = imported_here(world, a_row("费思源", BRANCH), a_row("葛云帆", world.sister_branch.full_name))

    answer = admin.post(f"/imports/{roster.pk}/take-back/", {"part": "all", "branch": [world.sister_branch.pk]})

    roster.refresh_from_db()
    page = answer.content.decode()
    assert "选的是“全部撤回”，又勾选了组织，没有撤回。" in page
    assert f'value="{world.sister_branch.pk}" checked' in page
    assert roster.state == ImportState.DONE
    assert Member.objects.filter(name__in=["费思源", "葛云帆"]).count() == 2


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ([], "请选择“遥感室团支部”是哪个组织，或选上级组织在它下面新建。"),
        (["organization", "parent"], "“就是”和“新建”只能选一样"),
    ],
)
def test_a_name_is_one_thing_or_the_other(world, admin, chosen, sentence):
    roster = checked_here(world, a_row("费思源", "遥感室团支部"))
    places = {"organization": world.branch.pk, "parent": world.general.pk}
    told = {name: places[name] if name in chosen else "" for name in places}

    page = admin.post(f"/imports/{roster.pk}/names/", told | {"name": "遥感室团支部", "org_type": "branch"})

    roster.refresh_from_db()
    assert sentence in page.content.decode()
    assert (roster.named_branches, roster.new_branches) == ({}, [])


def test_the_preview_leads_to_what_can_be_settled(world, admin):
    roster = checked_here(world, a_row("费思源", "遥感室团支部"))

    page = content(admin, f"/imports/{roster.pk}/")

    assert f"/imports/{roster.pk}/names/" in page
    assert f"/imports/{roster.pk}/sheets/" in page
    assert f"/imports/{roster.pk}/file/" in page
