"""Lists that leave the system: exactly what was queried, masked, and in the log."""

import hashlib
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from branches.models import AuditEntry
from members import papers
from members.tests.builders import a_cadre_term, a_member


def sheet_of(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


def lines(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_holds_what_was_queried(world, signed_in):
    a_member("高若溪", branch=world.branch, political_status="01", league_status="retained")

    sheet = sheet_of(signed_in(world.bureau_admin).get("/members/export/?political_status=01"))

    rows = lines(sheet)
    heading = next(row for row in rows if row[0] == "序号")
    people = [row for row in rows if isinstance(row[0], int)]
    assert heading[:4] == ["序号", "所在团支部", "姓名", "性别"]
    assert [row[2] for row in people] == ["高若溪"]
    assert "条件：政治面貌：中共党员" in rows[1][0]
    assert rows[-1][0].startswith("制表人：局级管理员")


def test_numbers_are_masked_and_phones_as_on_the_screen(world, signed_in):
    own = lines(sheet_of(signed_in(world.secretary).get("/members/export/")))
    above = lines(sheet_of(signed_in(world.bureau_admin).get(f"/members/export/?organization={world.branch.pk}")))

    assert world.member.phone in str(own)
    assert world.member.phone not in str(above)
    assert world.member.phone_masked in str(above)
    assert world.member.id_number not in str(own) + str(above)


def test_a_name_that_looks_like_a_formula_stays_a_text(world, signed_in):
    a_member("=1+1", branch=world.branch)

    sheet = sheet_of(signed_in(world.secretary).get("/members/export/"))

    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"] == ["s"]


def test_taking_a_list_out_is_logged(world, signed_in):
    client = signed_in(world.secretary)

    file = b"".join(client.get("/members/export/").streaming_content)
    client.get("/members/print/")

    kinds = list(
        AuditEntry.objects.filter(actor=world.secretary).exclude(kind="signed_in").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["exported", "printed"]
    changes = AuditEntry.objects.get(kind="exported").changes
    assert changes.pop("列")[1].startswith("序号、所在团支部、姓名")
    assert changes == {
        "内容": [None, "团员花名册"],
        "人数": [None, 1],
        "条件": [None, "全部"],
        "文件 SHA-256": [None, hashlib.sha256(file).hexdigest()],
    }


@pytest.mark.parametrize("address", ["/members/print/", "/contacts/print/", "/log/anchors/print/"])
def test_who_printed_when_stands_behind_every_page(world, signed_in, address):
    page = signed_in(world.secretary).get(address).content.decode()

    assert '<div class="watermark" data-text="支书 2026-11-21 12:00"' in page


def test_a_list_longer_than_one_is_printed_is_refused_and_not_cut(world, signed_in, monkeypatch):
    a_member("赵启明", branch=world.branch)
    client = signed_in(world.secretary)
    whole = client.get("/members/print/").content.decode()
    monkeypatch.setattr(papers, "MOST", 1)

    refused = client.get("/members/print/", {"name": ""})

    assert "一次最多打印 10,000 人" in whole
    assert (refused.status_code, refused["Location"]) == (302, "/members/?name=")
    page = client.get(refused["Location"]).content.decode()
    assert "查询到的超过 1 人，不能打印。请下载 Excel，或按团支部分批查询后打印。" in page
    assert AuditEntry.objects.filter(kind="printed").count() == 1


def test_contacts_beyond_the_most_are_refused_and_not_cut(world, signed_in, monkeypatch):
    a_cadre_term(person=world.member, organization=world.branch, post="deputy_secretary")
    client = signed_in(world.secretary)
    whole = client.get("/contacts/print/").content.decode()
    monkeypatch.setattr(papers, "MOST", 1)

    refused = client.get("/contacts/print/", {"name": ""})

    assert "一次最多打印 10,000 人次" in whole
    assert (refused.status_code, refused["Location"]) == (302, "/contacts/?name=")
    page = client.get(refused["Location"]).content.decode()
    assert "查询到的超过 1 人次，不能打印。请选择下级组织或职务，分批查询后打印。" in page
    assert AuditEntry.objects.filter(kind="printed").count() == 1


def test_the_printed_roster_has_a_column_to_sign_in(world, signed_in):
    page = signed_in(world.secretary).get("/members/print/").content.decode()

    assert "本人签名" in page
    assert world.member.name in page


@pytest.mark.parametrize("path", ["/members/export/", "/members/print/"])
def test_queries_do_not_grow(world, signed_in, path):
    client = signed_in(world.bureau_admin)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _ in range(3):
        a_member(branch=world.sister_branch)

    assert queries() == one
