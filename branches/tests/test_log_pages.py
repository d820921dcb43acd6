"""操作日志: found by every field, told in words, in scope as of the entry; the workbook and the 校验值."""

import datetime as dt
import hashlib
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from branches import audit, tree
from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant
from members import papers, privacy
from members.models import Member


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client, query=""):
    """What a page of the log lists: the objects, in order."""
    answer = client.get(f"/log/?size=100&{query}")
    assert answer.status_code == 200
    return [row.record.pk for row in answer.context["table"].paginated_rows]


@pytest.fixture
def entry(world):
    return audit.record(
        audit.Kind.CHANGED,
        world.member,
        by=world.secretary,
        at=world.branch,
        changes={"民族": ["汉族", "回族"], "备注": [None, "特长航模"]},
        reason="本人更正",
        job="名册导入 7",
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("actor=支书", True), ("actor=干事", False), ("kind=changed", True), ("kind=voided", False),
        ("label=雨桐", True), ("label=景行", False), ("place=航测一室", True), ("place=水文", False),
        ("why=更正", True), ("why=名册导入 7", True), ("why=核对", False),
        ("since=2026-11-21&until=2026-11-21", True), ("since=2026-11-22", False), ("until=2026-11-20", False),
        ("number=ABCD-EFGH", False),
    ],
)  # fmt: skip
def test_an_entry_is_found_by(world, signed_in, entry, asked, found):
    assert (entry.pk in listed(signed_in(world.general_admin), asked)) is found


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("since=2026年", "请写成 2026-05-04 这样的日期。"),
        ("since=0001-01-01", "年份不对，请重新选择日期。"),
        ("until=9999-12-31", "年份不对，请重新选择日期。"),
    ],
)
def test_a_wrong_date_is_explained(world, signed_in, entry, asked, sentence):
    assert sentence in text_of(signed_in(world.general_admin), f"/log/?{asked}")


def test_nothing_found_says_under_which_conditions(world, signed_in, entry):
    page = text_of(signed_in(world.general_admin), "/log/?actor=无此人&kind=voided")

    assert "没有符合条件的日志" in page
    assert "操作人：无此人，操作：作废" in page


def test_an_entry_in_full(world, signed_in, entry):
    page = text_of(signed_in(world.general_admin), f"/log/{entry.pk}/")

    for words in ("支书修改", "白雨桐", "航测一室团支部", "本人更正", "名册导入 7", "2026-11-21 12:00:"):
        assert words in page
    assert '<td class="name">民族</td>' in page
    assert "汉族" in page
    assert "回族" in page


def test_an_entry_leads_to_its_object_as_far_as_it_may_be_seen(world, signed_in, entry):
    address = f'href="/members/{world.member.pk}/"'

    assert address in text_of(signed_in(world.general_admin), f"/log/{entry.pk}/")
    assert address not in text_of(signed_in(world.auditor), f"/log/{entry.pk}/")


def test_entries_are_read_where_they_were_filed(world, signed_in, entry):
    tree.move(world.branch, under=world.other_general, by=world.bureau_admin)
    a_grant(world.outsider, world.other_general)

    assert entry.pk in listed(signed_in(world.general_admin))
    assert entry.pk not in listed(signed_in(world.outsider))
    assert signed_in(world.outsider).get(f"/log/{entry.pk}/").status_code == 404
    assert entry.pk in listed(signed_in(world.general_admin), f"organization={world.branch.pk}")


def test_the_log_of_an_organisation_holds_what_stood_below_it(world, signed_in, entry):
    client = signed_in(world.bureau_admin)

    assert entry.pk in listed(client, f"organization={world.general.pk}")
    assert entry.pk not in listed(client, f"organization={world.other_general.pk}")


@pytest.mark.parametrize(
    "asked",
    ["organization=0", "organization=x", "object=nothing:1", "object=members.member:", "object=members.member:1%2F2"],
)
def test_what_cannot_be_asked_for_is_not_found(world, signed_in, asked):
    assert signed_in(world.general_admin).get(f"/log/?{asked}").status_code == 404


def test_an_organisation_never_in_scope_is_not_found(world, signed_in):
    assert signed_in(world.general_admin).get(f"/log/?organization={world.other_general.pk}").status_code == 404


def test_everything_about_a_person(world, signed_in, entry):
    privacy.reveal(world.member, field=privacy.Revealed.PHONE, purpose="通知开会", by=world.bureau_admin)
    people = Member.objects.filter(pk__in=[world.member.pk, world.sister_member.pk])
    papers.roster_for_paper(people, world.general, title="团员花名册", by=world.general_admin)
    other = audit.record(audit.Kind.CHANGED, world.sister_member, by=world.clerk, at=world.sister_branch)
    audit.record(audit.Kind.ENDED, world.secretary_term, by=world.clerk, at=world.branch)

    answer = signed_in(world.general_admin).get(f"/log/?object=members.member:{world.member.pk}")

    kinds = [row.record.kind for row in answer.context["table"].paginated_rows]
    assert kinds == ["ended", "printed", "revealed", "changed"]
    assert "白雨桐的操作日志" in answer.content.decode()
    assert listed(signed_in(world.general_admin), f"object=members.member:{world.sister_member.pk}")[0] == other.pk


def test_the_page_of_a_person_and_of_an_organisation_lead_here(world, signed_in, entry):
    client = signed_in(world.general_admin)

    assert f'href="/log/?object=members.member:{world.member.pk}"' in text_of(client, f"/members/{world.member.pk}/")
    assert f'href="/log/?organization={world.branch.pk}"' in text_of(client, f"/organizations/{world.branch.pk}/")


def test_who_reads_no_log_is_refused(world, signed_in, entry):
    client = signed_in(world.officer)

    pages = ["/log/", "/log/export/", "/log/anchors/", "/log/anchors/print/"]
    assert [client.get(page).status_code for page in pages] == [403] * 4
    assert client.get(f"/log/{entry.pk}/").status_code == 404
    assert "操作日志" not in text_of(client, f"/organizations/{world.bureau.pk}/")


def test_an_auditor_learns_what_was_done_but_nothing_of_people(world, signed_in, entry):
    client = signed_in(world.auditor)

    page, whole = text_of(client, "/log/"), text_of(client, f"/log/{entry.pk}/")

    for text in (page, whole):
        assert "白雨桐" not in text
        assert "回族" not in text
        assert "特长航模" not in text
        assert f"人员（编号 {world.member.pk}）" in text
    assert "民族" in whole
    assert "本人更正" in whole
    assert "涉及人员的内容不向审计员显示" in whole


def test_an_auditor_finds_no_name_by_asking_for_it(world, signed_in, entry):
    client = signed_in(world.auditor)

    assert entry.pk not in listed(client, "label=白雨桐")
    assert listed(client, "label=测绘院团总支") != []


def test_an_auditor_who_also_keeps_a_roster_reads_that_one(world, signed_in, entry):
    other = audit.record(audit.Kind.CHANGED, world.other_member, by=world.clerk, at=world.other_branch)
    a_grant(world.auditor, world.branch, Role.OBSERVER)
    client = signed_in(world.auditor)

    page = text_of(client, "/log/")

    assert "白雨桐" in page
    assert "曹景行" not in page
    assert entry.pk in listed(client, "label=白雨桐")
    assert other.pk not in listed(client, "label=曹景行")


def test_a_move_names_each_side_only_to_itself(world, signed_in):
    tree.move(world.branch, under=world.other_general, by=world.bureau_admin)
    a_grant(world.outsider, world.other_general)

    gone = text_of(signed_in(world.general_admin), "/log/?kind=moved")
    arrived = text_of(signed_in(world.outsider), "/log/?kind=moved")

    assert "水文队团总支" not in gone
    assert "测绘院团总支" not in arrived
    both = AuditEntry.objects.visible_to(world.bureau_admin).filter(kind="moved").order_by("id")
    assert [entry.changes for entry in both] == [
        {"上级组织": ["（范围外的组织）", "水文队团总支"]},
        {"上级组织": ["测绘院团总支", "（范围外的组织）"]},
    ]


def test_a_workbook_about_what_moved_away_is_noted_at_home(world, signed_in, entry):
    tree.move(world.branch, under=world.other_general, by=world.bureau_admin)

    answer = signed_in(world.general_admin).get(f"/log/export/?organization={world.branch.pk}")

    noted = AuditEntry.objects.get(kind="exported")
    assert (answer.status_code, noted.placement.organization_id) == (200, world.general.pk)


def test_a_move_up_names_both(world):
    tree.move(world.branch, under=world.bureau, by=world.bureau_admin)

    entries = AuditEntry.objects.filter(kind="moved")
    assert [entry.changes for entry in entries] == [{"上级组织": ["测绘院团总支", "华岳局团委"]}] * 2


def sheet_of(answer):
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


def test_the_workbook_holds_what_was_queried_and_is_noted(world, signed_in, entry):
    file = b"".join(signed_in(world.general_admin).get("/log/export/?actor=支书").streaming_content)
    sheet = load_workbook(io.BytesIO(file)).active

    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][0] == "条件：操作人：支书　共 1 条"
    said = set(rows[3].pop(7).split("；"))  # PostgreSQL keeps the facts of an entry in an order of its own
    assert said == {"民族：汉族 → 回族", "备注：特长航模"}
    assert rows[3][:1] + rows[3][2:] == [
        1, "支书", "修改", "人员", "白雨桐", "航测一室团支部", "本人更正", "名册导入 7", None,
    ]  # fmt: skip
    noted = AuditEntry.objects.first()
    assert (noted.kind, noted.object_label, noted.changes) == (
        "exported",
        "测绘院团总支",
        {
            "内容": [None, "操作日志"],
            "条数": [None, 1],
            "条件": [None, "操作人：支书"],
            "文件 SHA-256": [None, hashlib.sha256(file).hexdigest()],
        },
    )


def test_the_workbook_of_an_auditor_holds_no_names(world, signed_in, entry):
    sheet = sheet_of(signed_in(world.auditor).get(f"/log/export/?organization={world.branch.pk}"))

    assert "白雨桐" not in str([[cell.value for cell in row] for row in sheet.iter_rows()])
    assert AuditEntry.objects.first().placement.organization_id == world.branch.pk


def test_the_anchors_of_a_month(world, signed_in, entry):
    audit.seal_pending()
    client = signed_in(world.auditor)

    page, paper = text_of(client, "/log/anchors/"), text_of(client, "/log/anchors/print/?month=2026-11")

    anchor = client.get("/log/anchors/").context["anchors"][0]
    assert (anchor.day, anchor.number) == (dt.date(2026, 11, 21), 1)
    assert anchor.in_groups in page
    assert anchor.in_groups in paper
    assert "这个月没有封存过日志" in text_of(client, "/log/anchors/?month=2026-10")
    noted = AuditEntry.objects.first()
    assert (noted.kind, noted.changes) == ("printed", {"内容": [None, "2026-11 每日校验值"]})


@pytest.mark.parametrize("month", ["", "2026-13", "x", "9999-01", "2026-1"])
def test_a_month_that_is_none_is_this_one(world, signed_in, month):
    answer = signed_in(world.auditor).get(f"/log/anchors/?month={month}")

    assert str(answer.context["month"]) == "2026-11"


def test_a_longer_list_needs_no_more_queries(world, signed_in, entry):
    client = signed_in(world.general_admin)
    pages = ["/log/?kind=changed", f"/log/?object=members.member:{world.member.pk}"]

    def count(page):
        with CaptureQueriesContext(connection) as queries:
            text_of(client, page)
        return len(queries)

    one = [count(page) for page in pages]
    for member, branch in ((world.member, world.branch), (world.sister_member, world.sister_branch)):
        audit.record(audit.Kind.CHANGED, member, by=world.clerk, at=branch, changes={"备注": [None, "甲"]})
    audit.record(audit.Kind.CHANGED, world.member, by=world.clerk, at=world.branch)

    assert [count(page) for page in pages] == one


def test_a_list_of_many_pages_keeps_its_conditions(world, signed_in, entry):
    moment = timezone.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=moment, actor_name="系统", kind="job", object_type="branches.organization", object_id="1",
            object_label=f"第 {number} 条", placement=entry.placement, mac="0",
        )
        for number in range(30)
    )  # fmt: skip

    answer = signed_in(world.general_admin).get("/log/?kind=job&page=2")

    assert len(answer.context["table"].paginated_rows) == 10
    assert "kind=job" in answer.content.decode()
