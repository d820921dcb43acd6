"""The page of 完成率设置: who may open it, preview before saving, and what it changes on the other pages."""

import io

from django.urls import reverse
from openpyxl import load_workbook

from members.tests.builders import a_member
from reports.completion.schemes import Scheme, set_scheme
from reports.models import CompletionScheme
from reports.tests.scheme_scenes import CONFIRMED, FILLED_IN


def page_of(organization):
    return reverse("reports:scheme", args=[organization.pk])


def test_who_may_open_it(world, signed_in):
    url = page_of(world.general)
    users = ("bureau_admin", "general_admin", "officer", "clerk", "observer", "auditor", "foreign_admin")

    found = {user: signed_in(getattr(world, user)).get(url).status_code for user in users}

    assert found == {
        "bureau_admin": 200,
        "general_admin": 200,
        "officer": 403,
        "clerk": 403,
        "observer": 403,
        "auditor": 403,
        "foreign_admin": 404,
    }


def test_a_branch_has_no_such_page(world, signed_in):
    url = page_of(world.branch)
    users = ("bureau_admin", "secretary", "foreign_admin")

    looked = [signed_in(getattr(world, user)).get(url).status_code for user in users]
    answer = signed_in(world.bureau_admin).post(url, FILLED_IN | CONFIRMED)

    assert (looked, answer.status_code, CompletionScheme.objects.count()) == ([403, 403, 404], 403, 0)


def test_nothing_is_saved_before_the_change_was_shown(world, signed_in):
    client = signed_in(world.bureau_admin)

    shown = client.post(page_of(world.bureau), FILLED_IN)

    assert CompletionScheme.objects.count() == 0
    assert 'name="confirmed" value="2026:own:2-1-1-1-1-1:80:90:局团发〔2026〕3 号"' in shown.content.decode()
    assert "保存后的变化" in shown.content.decode()


def test_what_was_shown_is_saved(world, signed_in):
    client = signed_in(world.bureau_admin)

    answer = client.post(page_of(world.bureau), FILLED_IN | CONFIRMED)

    assert answer["Location"] == f"/completion/?organization={world.bureau.pk}"
    row = CompletionScheme.objects.get()
    assert (row.organization, row.year, row.weights["particulars"], row.care_from, row.set_by) == (
        world.bureau,
        2026,
        2,
        80,
        world.bureau_admin,
    )
    history = client.get(page_of(world.bureau)).content.decode()
    assert "组织信息 2，应有人数 1" in history
    assert "局级管理员" in history


def test_what_was_changed_after_it_was_shown_is_shown_again(world, signed_in):
    client = signed_in(world.bureau_admin)

    answer = client.post(page_of(world.bureau), FILLED_IN | CONFIRMED | {"care_from": "70"})

    assert (answer.status_code, CompletionScheme.objects.count()) == (200, 0)


def test_a_refusal_stands_in_the_form(world, signed_in):
    client = signed_in(world.bureau_admin)

    answer = client.post(page_of(world.bureau), FILLED_IN | {"care_from": "90"})

    assert "“待补录”的下限要小于“基本录齐”的下限" in answer.content.decode()
    assert answer.context["effects"] is None


def test_only_who_may_set_it_is_offered_the_page(world, signed_in):
    offered = {
        user: page_of(world.general)
        in signed_in(getattr(world, user))
        .get(reverse("reports:completion"), {"organization": world.general.pk})
        .content.decode()
        for user in ("general_admin", "observer", "clerk")
    }

    assert offered == {"general_admin": True, "observer": False, "clerk": False}


def test_bounds_stand_beside_the_groups_and_places_beneath_their_document(world, signed_in):
    a_member(branch=world.branch, ethnicity="")
    client = signed_in(world.bureau_admin)
    before = client.get(reverse("reports:completion")).content.decode()
    scheme = Scheme(weights={"people": 4}, care_from=1, busy_from=99, ranks=True, ranks_by="局团发〔2026〕3 号")
    set_scheme(world.bureau, year=2026, follows_above=False, scheme=scheme, by=world.bureau_admin)

    page, paper = (
        client.get(reverse(f"reports:{name}")).content.decode() for name in ("completion", "completion_table")
    )
    file = io.BytesIO(b"".join(client.get(reverse("reports:completion_export")).streaming_content))

    assert "名次" not in before.replace("不排名次", "")
    assert "1%–99%" in page
    words = [str(cell.value) for row in load_workbook(file)["汇总"].iter_rows() for cell in row]
    for text in (page, paper, "".join(words)):
        assert "局团发〔2026〕3 号" in text
        assert "人员信息 4" in text
    assert "名次" in words
