"""The pages on which branches, and records of one person, are merged."""

import pytest
from django.urls import reverse

from branches.models import Organization
from branches.tests.builders import an_organization
from members.models import DifferentPeople, Member, MemberStatus
from members.tests.builders import a_member
from members.tests.test_cadre_pages import text_of


@pytest.fixture
def other(world):
    return a_member("白雨桐", branch=world.sister_branch, email="yutong@example.com")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("foreign_admin", 404),
        ("outsider", 404),
        ("auditor", 403),
        ("observer", 403),
        ("clerk", 403),
        ("secretary", 403),
    ],
)
def test_only_a_level_above_merges_branches(world, signed_in, who, status):
    client, url = signed_in(getattr(world, who)), reverse("members:merge", args=[world.branch.pk])

    assert client.get(url).status_code == status
    assert client.post(url, {"into": world.sister_branch.pk}).status_code == status


def test_choosing_offers_the_branches_in_scope_alone(world, signed_in):
    shown = text_of(signed_in(world.general_admin).get(reverse("members:merge", args=[world.branch.pk])))

    assert "航测二室团支部" in shown
    assert "一分队团支部" not in shown


def test_a_general_branch_is_told_why_not(world, signed_in):
    shown = text_of(signed_in(world.bureau_admin).get(reverse("members:merge", args=[world.general.pk])))

    assert "只有团支部可以合并。" in shown


def test_a_branch_is_merged_after_looking(world, signed_in):
    client, url = signed_in(world.general_admin), reverse("members:merge", args=[world.branch.pk])
    posted = {"into": world.sister_branch.pk, "merged_on": "2026-11-20", "reason": "", "people": 1, "posts": 1}

    seen = client.get(url, {"into": world.sister_branch.pk})
    stale = client.post(url, posted | {"people": 2})
    done = client.post(url, posted)

    assert "确定将航测一室团支部并入航测二室团支部吗？" in text_of(seen)
    assert "预览之后人员或任职有变动，请核对下面新的数字，再次确认。" in text_of(stale)
    assert done.headers["Location"] == world.sister_branch.get_absolute_url()
    assert Organization.objects.get(pk=world.branch.pk).is_closed


def test_the_list_of_pairs_keeps_to_the_own_scope(world, other, signed_in):
    a_member("曹景行", branch=world.branch)
    url = reverse("members:same")

    general = text_of(signed_in(world.general_admin).get(url))
    bureau = text_of(signed_in(world.bureau_admin).get(url))
    own = text_of(signed_in(world.secretary).get(url))

    assert "测绘院团总支及下级，1 对" in general
    assert "曹景行" not in general
    assert "没有疑似同一人的记录" in own
    assert "华岳局团委及下级，2 对" in bureau
    assert signed_in(world.observer).get(url).status_code == 403
    assert signed_in(world.outsider).get(url).status_code == 403


def test_records_are_compared_and_merged(world, other, signed_in):
    client, url = signed_in(world.general_admin), reverse("members:merge_records", args=[world.member.pk])

    seen = client.get(url, {"other": other.pk, "way": "number"})
    chosen = {line.field: value for line, value in seen.context["form"].rows}
    versions = {"kept_version": 1, "other_version": 1}
    taken = {f"take_{name}": value for name, value in chosen.items()}
    done = client.post(url, taken | versions | {"other": other.pk})

    assert other.id_number not in seen.content.decode()
    assert chosen == {"identity": "other", "email": "other", "phone": "kept", "branch": "kept"}
    assert done.headers["Location"] == world.member.get_absolute_url()
    assert Member.objects.get(pk=other.pk).status == MemberStatus.VOID
    void = text_of(client.get(other.get_absolute_url()))
    assert "这条记录已与另一条合并，不计入统计。" in void
    assert "打开保留的记录" in void


def test_a_kept_record_out_of_sight_is_not_named(world, other, signed_in):
    signed_in(world.general_admin).post(
        reverse("members:merge_records", args=[world.member.pk]),
        {f"take_{name}": "kept" for name in ("identity", "email", "phone", "branch")}
        | {"other": other.pk}
        | {"kept_version": 1, "other_version": 1},
    )
    beside = signed_in(world.secretary).get(other.get_absolute_url())

    assert beside.status_code == 404


@pytest.mark.parametrize("name", ["members:merge_records", "members:different"])
def test_a_second_record_out_of_sight_does_not_exist(world, signed_in, name):
    client, url = signed_in(world.general_admin), reverse(name, args=[world.member.pk])

    assert client.post(url, {"other": world.foreign_member.pk}).status_code == 404
    assert client.post(url, {"other": 999_999}).status_code == 404
    assert client.post(url, {"other": "x"}).headers["Location"] == reverse("members:same")
    assert client.post(url, {"other": world.member.pk}).headers["Location"] == reverse("members:same")


def test_two_people_are_not_asked_about_again(world, other, signed_in):
    client = signed_in(world.general_admin)

    answer = client.post(reverse("members:different", args=[world.member.pk]), {"other": other.pk})

    assert answer.headers["Location"] == reverse("members:same")
    assert DifferentPeople.objects.count() == 1
    assert "没有疑似同一人的记录" in text_of(client.get(reverse("members:same")))


def test_namesakes_lead_to_the_comparison(world, other, signed_in):
    an_organization("三室团支部", under=world.general)
    url = reverse("members:merge", args=[world.branch.pk])

    shown = signed_in(world.general_admin).get(url, {"into": world.sister_branch.pk}).content.decode()

    assert f"{reverse('members:merge_records', args=[other.pk])}?other={world.member.pk}" in shown
