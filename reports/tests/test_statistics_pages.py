"""The pages of 团内大数据: who may open them, what is kept under a name, what leaves the system."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from branches.models import AccessGrant, AuditEntry, OrgType
from branches.tests.builders import a_grant, an_organization
from members.tests.builders import a_member
from reports.facts import settling
from reports.models import SavedTable
from reports.statistics import saving, whole_tree
from reports.statistics.dashboard import PARTS
from reports.statistics.tables import RULE

PAGES = (
    *("statistics", "statistics_export", "statistics_table", "statistics_table_export", "statistics_table_print"),
    "saved_table_new",
)


def page(client, name="statistics", pk=None, **query):
    return client.get(reverse(f"reports:{name}", args=[pk] if pk else []), query)


def sheets_in(answer):
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_finds_nothing_an_observer_looks(world, signed_in, name):
    assert page(signed_in(world.observer), name, organization=world.branch.pk).status_code == 200
    assert page(signed_in(world.secretary), name, organization=world.branch.pk).status_code == 200
    assert page(signed_in(world.secretary), name, organization=world.general.pk).status_code == 404
    assert page(signed_in(world.secretary), name, organization=world.sister_branch.pk).status_code == 404
    assert page(signed_in(world.auditor), name).status_code == 403


def test_a_secretary_sees_the_own_branch_and_no_way_to_what_is_above(world, signed_in):
    answer = page(signed_in(world.secretary))

    assert answer.context["organization"] == world.branch
    assert answer.context["dashboard"].lower is None
    assert list(answer.context["above"]) == []
    assert [tab["label"] for tab in answer.context["tabs"]] == ["综合", "团员构成", "团干部", "人员进出", "活动"]


def test_the_way_up_leads_only_to_what_one_may_look_at(world, signed_in):
    a_grant(world.auditor, world.branch)

    assert list(page(signed_in(world.auditor), organization=world.branch.pk).context["above"]) == []
    assert list(page(signed_in(world.bureau_admin), organization=world.branch.pk).context["above"]) == [
        world.bureau,
        world.general,
    ]


@pytest.mark.parametrize("part", [part.key for part in PARTS])
def test_every_part_shows_its_tables_with_what_the_script_draws(world, signed_in, part):
    answer = page(signed_in(world.bureau_admin), part=part)

    text = answer.content.decode()
    tables = answer.context["dashboard"].all_tables
    assert tables
    for table in tables:
        assert f"<h2>{table.title}</h2>" in text
        drawn = f'<script id="chart-{table.key}" type="application/json">' in text
        assert drawn is not table.is_empty


def test_a_past_day_is_named_and_a_day_without_figures_says_so(world, signed_in):
    settling.settle()

    answer = page(signed_in(world.bureau_admin), on="2026-11-20", against="2026-11-01")

    text = answer.content.decode()
    assert "历史数据" in text
    assert "统计数据自 2026-11-21 起逐日保存" in text
    assert "导出全部表格" not in text


def test_a_day_compared_with_without_figures_is_said(world, signed_in):
    settling.settle()

    text = page(signed_in(world.bureau_admin), against="2026-11-01").content.decode()

    assert "2026-11-01 没有可对比的数据" in text


@pytest.mark.parametrize("name", ["statistics", "statistics_table"])
@pytest.mark.parametrize("query", [{}, {"rows": "branches", "part": "activities"}])
def test_queries_do_not_grow(world, signed_in, name, query):
    client = signed_in(world.bureau_admin)

    def queries():
        settling.settle()
        page(client, name, **query)
        with CaptureQueriesContext(connection) as captured:
            assert page(client, name, **query).status_code == 200
        return len(captured)

    one = queries()
    for number in range(2):
        general = an_organization(f"又{number}团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
        a_member(branch=an_organization(f"又{number}团支部", under=general))

    assert queries() == one


def test_the_table_is_queried_sorted_and_paged_by_its_address(world, signed_in):
    a_member(branch=world.sister_branch)
    client = signed_in(world.bureau_admin)
    asked = {"rows": "branches", "columns": ["members", "age_18-22"], "sort": "-members", "size": "10"}

    answer = page(client, "statistics_table", **asked)

    assert [row.record.organization.short_name for row in answer.context["table"].page.object_list] == [
        *("航测二室团支部", "航测一室团支部", "一分队团支部")
    ]
    assert [column.key for column in answer.context["shown"].asked.columns] == ["members", "age_18-22"]
    text = answer.content.decode()
    assert 'aria-sort="descending"' in text
    assert f"/members/?organization={world.sister_branch.pk}" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"least": "3"}, "条件：请先选择按哪一项设条件。"),
        ({"by": "members", "least": "5", "most": "3"}, "不大于：不能小于“不小于”一栏的数，请改写。"),
        ({"on": "2027-01-01"}, "统计时点：不能晚于今天，请改选日期。"),
    ],
)
def test_what_cannot_be_asked_is_said_and_the_usual_table_shown(world, signed_in, query, sentence):
    answer = page(signed_in(world.bureau_admin), "statistics_table", **query)

    assert sentence in answer.content.decode()
    assert answer.context["shown"].asked == whole_tree.TreeAsked()


def test_the_own_level_stands_above_the_sum_on_page_paper_and_sheet(world, signed_in):
    client = signed_in(world.bureau_admin)

    text, paper = (
        page(client, name, columns="organizations").content.decode()
        for name in ("statistics_table", "statistics_table_print")
    )
    sheet = sheets_in(page(client, "statistics_table_export", columns="organizations"))["全树统计表"]

    assert [line[:4] for line in sheet[4:8]] == [
        [1, "测绘院团总支", "华岳局团委", 3],
        [2, "水文队团总支", "华岳局团委", 2],
        [None, "华岳局团委本级", None, 1],
        [None, "合计（2 个直属下级及本级）", None, 6],
    ]
    for each in (text, paper):
        assert each.index("水文队团总支") < each.index("华岳局团委本级") < each.index("合计（2 个直属下级及本级）")


@pytest.mark.parametrize("name", ["statistics", "statistics_print", "statistics_table", "statistics_table_print"])
def test_page_and_paper_say_by_which_rule_they_count_and_where_the_other_figures_are(world, signed_in, name):
    text = page(signed_in(world.bureau_admin), name).content.decode()

    assert RULE in text
    if not name.endswith("print"):
        assert f'href="/sheets/?organization={world.bureau.pk}&amp;on=2026-11-21"' in text


@pytest.mark.parametrize("name", ["statistics", "statistics_table"])
def test_workbooks_say_the_rule_too(world, signed_in, name):
    sheets = sheets_in(page(signed_in(world.bureau_admin), f"{name}_export"))

    assert all([RULE] in [line[:1] for line in sheet] for sheet in sheets.values())


def test_what_is_drawn_is_said_only_where_it_is_drawn(world, signed_in):
    client = signed_in(world.bureau_admin)

    text, paper = (page(client, name).content.decode() for name in ("statistics", "statistics_print"))
    sheet = sheets_in(page(client, "statistics_export", table="lower"))["直属下级"]

    assert "按组织顺序，不排名次；图为团员人数" in text
    assert "图为团员人数" not in paper
    assert not any("图为" in str(cell) for line in sheet for cell in line)


def test_a_table_too_long_is_refused_on_every_way_out(world, signed_in, monkeypatch):
    monkeypatch.setattr(whole_tree, "MOST_ROWS", 2)
    client = signed_in(world.bureau_admin)
    sentence = "超过 2 个组织，一张表列不下。请改列直属下级，或先选择一个下级组织。"

    assert sentence in page(client, "statistics_table", rows="branches").content.decode()
    for name in ("statistics_table_export", "statistics_table_print"):
        answer = page(client, name, rows="branches")
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"/statistics/table/?organization={world.bureau.pk}&rows=branches",
        )
    assert not AuditEntry.objects.filter(kind__in=("exported", "printed")).exists()


def test_the_table_leaves_the_system_as_queried_and_is_logged(world, signed_in):
    client = signed_in(world.bureau_admin)
    asked = {"rows": "branches", "columns": ["members", "share_of_youth", "state"], "by": "members", "least": "1"}

    sheet = sheets_in(page(client, "statistics_table_export", **asked))["全树统计表"]

    assert [line[:3] for line in sheet[:3]] == [
        ["华岳局团委全树统计表", None, None],
        [sheet[1][0], None, None],
        ["条件：各级全部团支部，团员（人）不小于 1", None, None],
    ]
    assert sheet[1][0].startswith("单位：中国共产主义青年团华岳局委员会　统计时点：2026-11-21　数据截至：2026-11-21")
    assert sheet[3] == ["序号", "组织", "上级组织", "团员（人）", "团青比（%）", "状态"]
    assert [line[:4] for line in sheet[4:8]] == [
        [1, "航测一室团支部", "测绘院团总支", 1],
        [2, "航测二室团支部", "测绘院团总支", 1],
        [3, "一分队团支部", "水文队团总支", 1],
        [None, "合计（所列 3 个组织）", None, 3],
    ]
    page(client, "statistics_table_print", **asked)
    entries = AuditEntry.objects.filter(kind__in=("exported", "printed")).order_by("pk")
    assert [(entry.kind, entry.actor, entry.changes["内容"], entry.changes["行数"]) for entry in entries] == [
        ("exported", world.bureau_admin, [None, "全树统计表"], [None, "3"]),
        ("printed", world.bureau_admin, [None, "全树统计表"], [None, "3"]),
    ]


def test_one_table_or_all_of_a_part_leave_the_system(world, signed_in):
    client = signed_in(world.bureau_admin)

    one = sheets_in(page(client, "statistics_export", table="age"))
    every = sheets_in(page(client, "statistics_export", part="cadres"))

    assert list(one) == ["团员年龄与性别"]
    assert one["团员年龄与性别"][2] == ["序号", "年龄", "男", "女", "合计", "占比（%）"]
    assert one["团员年龄与性别"][8][:2] == [None, "合计"]
    assert list(every) == ["团干部年龄", "团干部性质", "团干部性别", "书记空缺、换届超期等"]
    assert [entry.changes["内容"] for entry in AuditEntry.objects.filter(kind="exported").order_by("pk")] == [
        [None, "团内大数据：团员年龄与性别"],
        [None, "团内大数据：团干部年龄、团干部性质、团干部性别、书记空缺、换届超期等"],
    ]


def test_a_choice_is_kept_opened_renamed_and_deleted(world, signed_in):
    client = signed_in(world.observer)
    address = reverse("reports:saved_table_new") + f"?organization={world.general.pk}&rows=branches&columns=members"

    client.post(address, {"name": "各支部团员"})
    saved = SavedTable.objects.get()
    opened = client.get(saved.get_absolute_url())
    client.post(reverse("reports:saved_table_rename", args=[saved.pk]), {"name": "支部团员数"})

    assert (saved.user, saved.organization, saved.choice) == (
        world.observer,
        world.general,
        {"rows": "branches", "columns": ["members"]},
    )
    assert [row.organization for row in opened.context["shown"].rows] == [world.branch, world.sister_branch]
    assert [each.name for each in page(client, "statistics_table").context["saved"]] == ["支部团员数"]
    question = page(client, "saved_table_delete", saved.pk).content.decode()
    assert "确定删除统计表“支部团员数”吗" in question
    client.post(reverse("reports:saved_table_delete", args=[saved.pk]))
    assert not SavedTable.objects.exists()
    logged = AuditEntry.objects.filter(object_type="reports.savedtable").order_by("pk")
    assert [(entry.kind, entry.changes) for entry in logged] == [
        ("created", {"名称": [None, "各支部团员"]}),
        ("changed", {"名称": ["各支部团员", "支部团员数"]}),
        ("deleted", {"名称": ["支部团员数", None]}),
    ]


@pytest.mark.parametrize("name", ["saved_table_rename", "saved_table_delete"])
def test_a_kept_table_is_nobody_elses(world, signed_in, name):
    saved = saving.save_choice(world.bureau, name="常看", choice={}, by=world.officer)

    assert page(signed_in(world.officer), name, saved.pk).status_code == 200
    assert page(signed_in(world.bureau_admin), name, saved.pk).status_code == 404
    assert list(page(signed_in(world.bureau_admin), "statistics_table").context["saved"]) == []


def test_a_kept_table_goes_with_the_grant(world, signed_in):
    saved = saving.save_choice(world.bureau, name="常看", choice={}, by=world.secretary)
    AccessGrant.objects.filter(user=world.secretary).delete()
    a_grant(world.secretary, world.branch)

    assert page(signed_in(world.secretary), "saved_table_delete", saved.pk).status_code == 404


def test_names_are_taken_once_and_there_is_an_end_of_tables(world, signed_in, monkeypatch):
    first = saving.save_choice(world.bureau, name="常看", choice={}, by=world.officer)
    other = saving.save_choice(world.bureau, name="另一张", choice={}, by=world.officer)
    client = signed_in(world.officer)

    new = client.post(reverse("reports:saved_table_new"), {"name": "常看"})
    renamed = client.post(reverse("reports:saved_table_rename", args=[other.pk]), {"name": "常看"})
    monkeypatch.setattr(saving, "MOST_SAVED", 2)
    with pytest.raises(ValidationError) as refusal:
        saving.save_choice(world.bureau, name="第三张", choice={}, by=world.officer)

    assert (
        new.context["form"].errors == renamed.context["form"].errors == {"name": ["您已有同名的统计表，请换一个名称。"]}
    )
    assert refusal.value.messages == ["最多保存 2 张统计表，请先删除不用的。"]
    assert list(SavedTable.objects.order_by("pk")) == [first, other]
    saving.save_choice(world.bureau, name="常看", choice={}, by=world.bureau_admin)
