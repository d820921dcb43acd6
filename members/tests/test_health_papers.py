"""组织健康 on paper and as a workbook: what was queried, with what it means, and in the log."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry
from branches.tests.builders import an_organization
from members import health_papers
from members.tests.test_cadre_pages import text_of
from members.tests.test_papers import lines, sheet_of

PRINT, EXPORT = reverse("members:health_print"), reverse("members:health_export")


def listed(sheet):
    return [row[1:6] for row in lines(sheet) if isinstance(row[0], int)]


def noted(kind, user):
    entry = AuditEntry.objects.get(kind=kind, actor=user)
    return entry.object_label, entry.changes


def test_the_workbook_holds_what_was_queried(world, signed_in):
    sheet = sheet_of(
        signed_in(world.bureau_admin).get(EXPORT, {"organization": world.general.pk, "flag": "without_cadre"})
    )

    rows = lines(sheet)
    assert listed(sheet) == [
        ["航测二室团支部", world.sister_branch.full_name, "团支部", 1, "空心团支部、无团干、书记空缺"]
    ]
    assert rows[0][0] == "测绘院团总支组织健康清单"
    assert rows[1][0].endswith("统计时点：2026-11-21　共 1 个组织　条件：问题：无团干")
    assert ["空心团支部：团支部在册团员不足 3 人。"] in [row[:1] for row in rows]
    assert rows[-2][0] == "由 局级管理员 于 2026-11-21 12:00 导出，共 1 个组织，用后请妥善保管或销毁。"


def test_a_secretary_takes_out_the_own_branch_only(world, signed_in):
    sheet = sheet_of(signed_in(world.secretary).get(EXPORT))

    assert [row[0] for row in listed(sheet)] == ["航测一室团支部"]


def test_taking_it_out_is_logged_with_the_file(world, signed_in):
    answer = signed_in(world.bureau_admin).get(EXPORT, {"name": "航测"})
    file = b"".join(answer.streaming_content)

    label, changes = noted("exported", world.bureau_admin)
    assert label == str(world.bureau)
    assert changes == {
        "内容": [None, "组织健康清单"],
        "组织数": [None, 2],
        "条件": [None, "名称：航测"],
        "文件 SHA-256": [None, hashlib.sha256(file).hexdigest()],
    }


def test_the_print_says_what_is_wrong_and_is_logged(world, signed_in):
    page = signed_in(world.general_admin).get(PRINT, {"flag": "without_cadre"})

    assert "测绘院团总支组织健康清单" in text_of(page)
    assert "空心团支部、无团干、书记空缺" in text_of(page)
    assert "处理情况" in text_of(page)
    assert '<div class="watermark" data-text="总支管理员 2026-11-21 12:00"' in page.content.decode()
    assert noted("printed", world.general_admin) == (
        str(world.general),
        {"内容": [None, "组织健康清单"], "组织数": [None, 1], "条件": [None, "问题：无团干"]},
    )


def test_no_list_is_longer_than_the_limit(world, signed_in, monkeypatch):
    monkeypatch.setattr(health_papers, "MOST", 1)

    sheet = sheet_of(signed_in(world.bureau_admin).get(EXPORT))

    assert len(listed(sheet)) == 1


@pytest.mark.parametrize("url", [PRINT, EXPORT])
@pytest.mark.parametrize(
    ("who", "status"), [("observer", 200), ("secretary", 200), ("auditor", 403), ("outsider", 403)]
)
def test_who_sees_rosters_takes_it_out(world, signed_in, url, who, status):
    assert signed_in(getattr(world, who)).get(url).status_code == status


@pytest.mark.parametrize("url", [PRINT, EXPORT])
def test_a_subtree_out_of_scope_does_not_exist(world, signed_in, url):
    answer = signed_in(world.general_admin).get(url, {"organization": world.other_general.pk})

    assert answer.status_code == 404


@pytest.mark.parametrize("url", [PRINT, EXPORT])
def test_queries_do_not_grow(world, signed_in, url):
    client = signed_in(world.bureau_admin)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, {"organization": world.other_general.pk}).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(3):
        an_organization(f"{number} 分队团支部新", under=world.other_general)

    assert queries() == few


def test_the_page_leads_to_both_with_its_query(world, signed_in):
    page = signed_in(world.bureau_admin).get(reverse("members:health"), {"flag": "without_cadre"}).content.decode()

    assert f"{EXPORT}?flag=without_cadre" in page
    assert f"{PRINT}?flag=without_cadre" in page
