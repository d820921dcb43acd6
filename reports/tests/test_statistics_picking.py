"""全树统计表 of particular organisations: picked by number or name, in every address, on paper and under a name."""

import pytest
from django.urls import reverse

from reports.forms import statistics
from reports.models import SavedTable
from reports.statistics import whole_tree
from reports.tests.test_statistics_pages import page, sheets_in


@pytest.mark.parametrize("word", ["pk", "name"])
def test_organisations_are_picked_by_number_or_name_and_stay_in_every_address(world, signed_in, word):
    client = signed_in(world.bureau_admin)
    picks = {
        "pk": [world.other_branch.pk, world.branch.pk, 4_000_000],
        "name": "一分队团支部、航测一室团支部，没有这个",
    }

    answer = page(client, "statistics_table", picked=picks[word], columns="members")

    numbers = "".join(f"&picked={each.pk}" for each in (world.branch, world.other_branch))
    text = answer.content.decode()
    assert [row.organization for row in answer.context["shown"].rows] == [world.branch, world.other_branch]
    assert answer.context["carried"] == f"organization={world.bureau.pk}&columns=members{numbers}"
    assert answer.context["pairs"][-2:] == [("picked", str(each.pk)) for each in (world.branch, world.other_branch)]
    assert "只列指定的组织，不看“列出”。有 1 个不在华岳局团委及其下级之中，没有列出。" in text
    assert f'<option value="{world.branch.pk}" selected>航测一室团支部</option>' in text
    assert f'<option value="{world.general.pk}">测绘院团总支</option>' in text
    assert f'data-picker-url="/organizations/pick/?under={world.bureau.pk}"' in text


def test_what_was_picked_is_said_on_paper_and_kept_under_the_name(world, signed_in):
    client = signed_in(world.observer)
    asked = f"organization={world.general.pk}&columns=members&picked={world.branch.pk}"

    sheet = sheets_in(client.get(f"{reverse('reports:statistics_table_export')}?{asked}"))["全树统计表"]
    paper = client.get(f"{reverse('reports:statistics_table_print')}?{asked}").content.decode()
    client.post(f"{reverse('reports:saved_table_new')}?{asked}", {"name": "一室"})
    opened = client.get(SavedTable.objects.get().get_absolute_url())

    assert sheet[2][0] == "条件：指定的 1 个组织：航测一室团支部"
    assert [line[1] for line in sheet[4:6]] == ["航测一室团支部", "合计（所列 1 个组织）"]
    assert "指定的 1 个组织：航测一室团支部" in paper
    assert SavedTable.objects.get().choice == {"columns": ["members"], "picked": [str(world.branch.pk)]}
    assert [row.organization for row in opened.context["shown"].rows] == [world.branch]


def test_only_what_stands_in_the_subtree_is_offered(world, signed_in):
    def offered(user, **asked):
        return [each["text"] for each in signed_in(user).get(reverse("branches:pick"), asked).json()["results"]]

    assert offered(world.bureau_admin, q="团支部", under=world.general.pk) == ["航测一室团支部", "航测二室团支部"]
    assert offered(world.bureau_admin, under=world.branch.pk) == ["航测一室团支部"]
    for unseen in (world.foreign_bureau.pk, 4_000_000, "x", "9" * 30):
        assert offered(world.bureau_admin, under=unseen) == []


def test_picking_only_what_is_not_there_lists_nothing_instead_of_everything(world, signed_in):
    answer = page(signed_in(world.secretary), "statistics_table", picked=[world.sister_branch.pk])

    assert answer.context["shown"].rows == []
    assert answer.context["carried"].endswith(f"picked={world.sister_branch.pk}")
    assert "航测二室" not in answer.content.decode()


def test_there_is_an_end_of_picking(world, signed_in, monkeypatch):
    monkeypatch.setattr(statistics, "MOST_PICKED", 1)

    answer = page(signed_in(world.bureau_admin), "statistics_table", picked=[world.branch.pk, world.general.pk])

    assert "指定组织：一次最多指定 1 个组织，请分几张表列。" in answer.content.decode()
    assert answer.context["shown"].asked == whole_tree.TreeAsked()
