"""Closing an organisation: only when empty, with its grants."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import tree
from branches.models import AccessGrant, AuditEntry, Organization, OrganizationStatus
from branches.tests.builders import a_grant, a_user, an_organization
from members import cadres, closing
from members.models import Member, MemberStatus
from members.tests.builders import a_member, a_young_person

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def empty(world):
    return an_organization("三室团支部", under=world.general)


def refusal_of(organization, *, on=DAY, reason="合并", by):
    entries = AuditEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        closing.close(organization, on=on, reason=reason, by=by)
    assert Organization.objects.get(pk=organization.pk).status == OrganizationStatus.ACTIVE
    assert AuditEntry.objects.count() == entries
    return refusal.value.messages


def test_closing_ends_the_grants_and_keeps_the_history(world, empty):
    holder = a_user()
    grant = a_grant(holder, empty)
    kept = a_grant(holder, world.branch)
    a_member("沈牧之", branch=empty, status=MemberStatus.TRANSFERRED_OUT)

    closing.close(empty, on=DAY, reason="合并", by=world.general_admin)

    empty.refresh_from_db()
    assert (empty.status, empty.closed_on) == (OrganizationStatus.CLOSED, DAY)
    assert AccessGrant.objects.get(pk=grant.pk).ended_at is not None
    assert AccessGrant.objects.get(pk=kept.pk).ended_at is None
    entries = AuditEntry.objects.filter(placement__organization=empty).order_by("id")
    assert [(entry.kind, entry.reason) for entry in entries] == [
        ("created", ""),
        ("revoked", "三室团支部已撤销"),
        ("closed", "合并"),
    ]
    assert tree.find_problems() == []


def test_what_is_left_is_counted(world):
    a_young_person(branch=world.branch)
    a_member(branch=world.branch, status=MemberStatus.VOID)

    assert closing.remaining_in(world.branch) == closing.Remaining(lower=0, people=2, posts=1)
    assert closing.remaining_in(world.general) == closing.Remaining(lower=2, people=0, posts=0)
    assert str(closing.Remaining(lower=2, people=3, posts=1)) == "2 个下级组织、3 名在册人员、1 项在任职务"


def test_people_and_posts_stand_in_the_way(world):
    said = refusal_of(world.branch, by=world.general_admin)

    assert said == ["航测一室团支部还有 1 名在册人员、1 项在任职务，请先移走或办理完毕，再撤销。"]


def test_once_they_are_gone_it_closes(world):
    cadres.end_term(world.secretary_term, on=DAY, reason="调动", by=world.general_admin)
    Member.objects.filter(pk=world.member.pk).update(status=MemberStatus.TRANSFERRED_OUT)

    closing.close(world.branch, on=DAY, reason="合并", by=world.general_admin)

    assert Organization.objects.get(pk=world.branch.pk).is_closed


def test_lower_organisations_stand_in_the_way(world):
    said = refusal_of(world.general, by=world.bureau_admin)

    assert said == ["测绘院团总支还有 2 个下级组织，请先移走或办理完毕，再撤销。"]


def test_a_root_is_not_closed_here(world):
    said = refusal_of(world.foreign_bureau, by=world.foreign_admin)

    assert said == ["长江厂团委没有上级组织，不能在这里撤销，请联系系统管理员。"]


@pytest.mark.parametrize(
    ("on", "reason", "sentence"),
    [
        (dt.date(2026, 11, 22), "合并", "撤销日期不能晚于今天。"),
        (dt.date(2019, 12, 31), "合并", "撤销日期不能早于成立时间（2020-01-01），请检查日期。"),
        (DAY, " ", "请填写撤销原因。"),
    ],
)
def test_closings_that_are_refused(world, empty, on, reason, sentence):
    Organization.objects.filter(pk=empty.pk).update(founded_on=dt.date(2020, 1, 1))

    assert refusal_of(empty, on=on, reason=reason, by=world.general_admin) == [sentence]


def test_it_closes_once(world, empty):
    closing.close(empty, on=DAY, reason="合并", by=world.general_admin)

    with pytest.raises(ValidationError) as refusal:
        closing.close(empty, on=DAY, reason="合并", by=world.general_admin)

    assert refusal.value.messages == ["三室团支部已撤销，不能再变动。"]


def test_reopening_brings_back_the_organisation_and_nobody_else(world, empty):
    holder = a_user()
    grant = a_grant(holder, empty)
    closing.close(empty, on=DAY, reason="合并", by=world.general_admin)

    closing.reopen(empty, reason="批复撤回", by=world.general_admin)

    empty.refresh_from_db()
    assert (empty.status, empty.closed_on) == (OrganizationStatus.ACTIVE, None)
    assert AccessGrant.objects.get(pk=grant.pk).ended_at is not None
    entry = AuditEntry.objects.order_by("-id").first()
    assert (entry.kind, entry.changes, entry.reason) == (
        "restored",
        {"状态": ["已撤销", "正常"], "撤销日期": ["2026-11-20", None]},
        "批复撤回",
    )
    assert tree.find_problems() == []


def refusal_of_reopening(organization, *, by, reason="批复撤回"):
    with pytest.raises(ValidationError) as refusal:
        closing.reopen(organization, reason=reason, by=by)
    return refusal.value.messages


def test_what_stands_in_the_way_of_reopening(world, empty):
    assert refusal_of_reopening(empty, by=world.general_admin) == ["三室团支部没有撤销，不需要恢复。"]

    closing.close(empty, on=DAY, reason="合并", by=world.general_admin)

    assert refusal_of_reopening(empty, by=world.secretary) == ["已撤销的组织由上级恢复，请联系上级管理员。"]
    assert refusal_of_reopening(empty, by=world.clerk) == ["已撤销的组织由上级恢复，请联系上级管理员。"]
    assert refusal_of_reopening(empty, by=world.general_admin, reason=" ") == ["请填写恢复原因。"]
    an_organization("三室团支部", under=world.general)
    assert refusal_of_reopening(empty, by=world.general_admin) == ["同一上级之下已有这个简称，请换一个能区分的简称。"]


def test_below_a_closed_superior_nothing_reopens(world):
    general = an_organization("勘察院团总支", under=world.bureau, org_type="general_branch")
    branch = an_organization("物探室团支部", under=general)
    closing.close(branch, on=DAY, reason="撤并", by=world.bureau_admin)
    closing.close(general, on=DAY, reason="撤并", by=world.bureau_admin)

    assert refusal_of_reopening(branch, by=world.bureau_admin) == ["上级组织勘察院团总支已撤销，请先恢复上级组织。"]
