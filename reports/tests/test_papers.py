"""The completion table on paper and as a workbook: exactly what was queried, masked alike, in the log."""

import hashlib
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from branches.models import AuditEntry, OrgType
from branches.tests.builders import an_organization
from members.tests.builders import a_member
from reports.completion.progress import Asked, board_of
from reports.completion.sums import STATES
from reports.completion_items import PEOPLE


def workbook_of(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def lines(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def table(sheet):
    """Rows below the heading that are numbered, and the sum."""
    rows = lines(sheet)
    return [row for row in rows if isinstance(row[0], int)], next(row for row in rows if "合计" in str(row[1:3]))


def queries(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_workbook_holds_the_table_and_the_facts_behind_it(world, signed_in, today):
    a_member("高若溪", branch=world.branch, ethnicity="", phone="")
    client = signed_in(world.bureau_admin)
    board = board_of(world.bureau, today, user=world.bureau_admin)

    book = workbook_of(client.get("/completion/export/"))

    assert book.sheetnames == ["汇总", "缺项明细"]
    rows, total = table(book["汇总"])
    assert [row[2] for row in rows] == ["测绘院团总支", "水文队团总支", "华岳局团委本级"]
    assert total[2] == "合计（2 个直属下级及本级）"
    assert total[4:7] == [board.total.expected, board.total.actual, board.total.on_time]
    assert [sum(row[column] for row in rows) for column in (4, 5, 6, 8)] == [*total[4:7], total[8]]
    assert [sum(row[column] for row in rows) for column in range(9, 15)] == total[9:15]
    facts, sum_of_facts = table(book["缺项明细"])
    assert sum(row[6] for row in facts) == sum_of_facts[6] == board.total.missing
    assert ("人员信息", "航测一室团支部", "高**", "民族") in [tuple(row[1:5]) for row in facts]
    heading = lines(book["汇总"])
    assert heading[0][0] == "华岳局团委应录尽录完成情况表"
    assert heading[1][0] == "单位：中国共产主义青年团华岳局委员会　统计时点：2026-11-21　条件：全部"
    assert heading[-1][0] == "制表人：局级管理员　制表日期：2026-11-21"


def test_what_is_asked_for_is_what_leaves(world, signed_in, today):
    client = signed_in(world.bureau_admin)
    query = "?item=people&rows=branches&state=problem"
    a_member(branch=world.branch, ethnicity="", education="", phone="", political_status="", joined_on=None)

    page, book = client.get(f"/completion/{query}"), workbook_of(client.get(f"/completion/export/{query}"))

    asked = Asked(PEOPLE, STATES[0], every_branch=True)
    assert page.context["board"] == board_of(world.bureau, today, user=world.bureau_admin, asked=asked)
    rows, total = table(book["汇总"])
    assert [row[2] for row in rows] == [row.organization.short_name for row in page.context["board"].rows]
    assert [row[2] for row in rows] == ["航测一室团支部"]
    assert total[2] == "合计（所列 1 个组织）"
    facts, _ = table(book["缺项明细"])
    assert {(row[1], row[2]) for row in facts} == {("人员信息", "航测一室团支部")}
    assert sum(row[6] for row in facts) == total[8]
    assert "条件：项目：人员信息，状态：缺口较大，列出各级全部团支部" in lines(book["汇总"])[1][0]


def test_all_branches_stand_for_themselves(world, today):
    board = board_of(world.bureau, today, user=world.bureau_admin, asked=Asked(every_branch=True))

    assert [row.organization for row in board.rows] == [world.branch, world.sister_branch, world.other_branch]
    assert board.listed.expected == sum(row.expected for row in board.rows)
    assert board.listed.by_group == {
        key: [sum(row.by_group[key][place] for row in board.rows) for place in (0, 1)] for key in board.total.by_group
    }


def test_conditions_that_cannot_be_read_are_not_asked_for(world, signed_in):
    page = signed_in(world.bureau_admin).get("/completion/?item=nothing&state=&rows=x")

    assert page.context["board"].asked == Asked()


def test_own_people_are_named_in_full(world, signed_in):
    a_member("高若溪", branch=world.branch, ethnicity="")

    book = workbook_of(signed_in(world.secretary).get("/completion/export/"))

    rows, _ = table(book["汇总"])
    assert [row[2] for row in rows] == ["航测一室团支部本级"]
    assert "高若溪" in {row[3] for row in table(book["缺项明细"])[0]}


def test_taking_the_table_out_is_logged(world, signed_in):
    client = signed_in(world.bureau_admin)

    file = b"".join(client.get("/completion/export/?state=problem").streaming_content)
    client.get("/completion/table/")

    found = dict(AuditEntry.objects.filter(kind__in=["exported", "printed"]).values_list("kind", "changes"))
    details, _ = table(load_workbook(io.BytesIO(file))["缺项明细"])
    everything = {"内容": [None, "应录尽录完成情况表"], "统计时点": [None, "2026-11-21"], "组织数": [None, 2]}
    assert {kind: changes.pop("缺项")[1] > 0 for kind, changes in found.items()} == {"exported": True, "printed": True}
    assert found == {
        "exported": everything
        | {
            "条件": [None, "状态：缺口较大"],
            "缺项明细": [None, f"{len(details)} 条"],
            "文件 SHA-256": [None, hashlib.sha256(file).hexdigest()],
        },
        "printed": everything | {"条件": [None, "全部"]},
    }


def test_the_table_on_paper_is_signed(world, signed_in):
    page = signed_in(world.bureau_admin).get("/completion/table/").content.decode()

    for words in ("华岳局团委应录尽录完成情况表", "合计（2 个直属下级及本级）", "书记（签字）", "制表人：局级管理员"):
        assert words in page


@pytest.mark.parametrize("path", ["/completion/export/", "/completion/table/"])
def test_who_may_take_it_out(world, signed_in, path):
    def status(user, organization=None):
        query = f"?organization={organization.pk}" if organization else ""
        return signed_in(user).get(path + query).status_code

    assert status(world.observer) == 200
    assert status(world.auditor) == 403
    assert status(world.secretary, world.sister_branch) == 404


def test_queries_of_the_export_are_those_of_the_page_and_few_more(world, signed_in):
    client = signed_in(world.bureau_admin)
    paths = ("/completion/", "/completion/export/", "/completion/table/", "/completion/?rows=branches")
    one = {path: queries(client, path) for path in paths}

    for number in range(2):
        general = an_organization(f"又{number}团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
        a_member(branch=an_organization(f"又{number}团支部", under=general), ethnicity="", phone="")

    assert {path: queries(client, path) for path in paths} == one
    assert one["/completion/export/"] <= one["/completion/"] + 6
