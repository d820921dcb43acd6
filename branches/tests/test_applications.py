"""Requests to the level above: asked, answered, carried out with the rights of whoever approves."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import applications, grants, registration, tree
from branches.models import AuditEntry, ChangeRequest, OrgType, Role
from branches.tests.builders import a_grant, a_user, an_organization

TODAY = dt.date(2026, 11, 21)
NAMES = {
    "full_name": "中国共产主义青年团华岳局测绘院航测三室支部委员会",
    "short_name": "航测三室团支部",
}


def a_request(world, **more):
    asked = NAMES | {"reason": "科室更名，华岳测〔2026〕8 号", "by": world.secretary} | more
    return applications.ask_for_name(world.branch, **asked)


def for_administrator(world, **more):
    asked = {
        "leaving": world.secretary.grants.get(),
        "successor": world.outsider,
        "successor_name": "",
        "reason": "支书调离",
        "by": world.secretary,
    } | more
    return applications.ask_for_administrator(world.branch, **asked)


def entries():
    rows = AuditEntry.objects.filter(object_type="branches.changerequest").order_by("id")
    return [(row.kind, row.actor.username, row.changes, row.reason) for row in rows]


def test_a_name_is_asked_for_and_changed_when_approved(world):
    asked = a_request(world)
    world.branch.refresh_from_db()
    before = world.branch.short_name

    applications.approve(asked, version=1, answer="同意", by=world.general_admin)

    world.branch.refresh_from_db()
    asked.refresh_from_db()
    renaming = AuditEntry.objects.get(object_type="branches.organization", kind="changed")
    assert (before, world.branch.short_name) == ("航测一室团支部", "航测三室团支部")
    assert (asked.state, asked.decided_by, asked.answer, asked.version) == ("approved", world.general_admin, "同意", 2)
    assert (renaming.actor, renaming.reason) == (world.general_admin, "审核通过更名申请")
    assert entries() == [
        (
            "created",
            "secretary",
            {
                "更名": [
                    "中国共产主义青年团华岳局测绘院航测一室支部委员会（航测一室团支部）",
                    "中国共产主义青年团华岳局测绘院航测三室支部委员会（航测三室团支部）",
                ]
            },
            "科室更名，华岳测〔2026〕8 号",
        ),
        ("changed", "general_admin", {"状态": ["待审核", "已通过"]}, "同意"),
    ]


def test_a_type_is_asked_for_and_changed_when_approved(world):
    committee = an_organization("勘察院团委", under=world.bureau, org_type=OrgType.BASE_COMMITTEE)
    own = a_user()
    a_grant(own, committee)

    asked = applications.ask_for_type(committee, org_type=OrgType.GENERAL_BRANCH, reason="人数减少", by=own)
    applications.approve(asked, version=1, by=world.bureau_admin)

    committee.refresh_from_db()
    assert (asked.present, asked.wanted, committee.org_type) == ("基层团委", "团总支", "general_branch")


def test_an_administrator_is_changed_at_once_when_approved(world):
    asked = for_administrator(world)

    issued = applications.approve(asked, version=1, by=world.general_admin)

    assert issued is None
    assert grants.administrators_of(world.branch, TODAY) == [world.outsider]


def test_a_successor_without_account_gets_a_code(world):
    asked = for_administrator(world, successor=None, successor_name="陆小明")

    issued = applications.approve(asked, version=1, by=world.general_admin)
    until_then = grants.administrators_of(world.branch, TODAY)
    registration.redeem(issued.row, user=world.outsider)

    assert asked.wanted == "陆小明（没有账号，凭注册码开通）"
    assert (issued.row.holder_name, issued.row.role) == ("陆小明", Role.ADMINISTRATOR)
    assert (until_then, grants.administrators_of(world.branch, TODAY)) == ([world.secretary], [world.outsider])


def test_a_request_comes_back_with_the_reason_and_may_be_made_anew(world):
    asked = a_request(world)

    applications.send_back(asked, version=1, answer="请附批复", by=world.general_admin)
    returned = list(applications.returned_to(world.secretary, world.branch))
    again = a_request(world)

    asked.refresh_from_db()
    assert (asked.state, returned, again.state) == ("returned", [asked], "waiting")
    assert [(step.who, step.what, step.words) for step in applications.time_line(asked)] == [
        ("支书", "提出申请", "科室更名，华岳测〔2026〕8 号"),
        ("总支管理员", "退回", "请附批复"),
    ]


def test_a_request_is_withdrawn_by_its_own_level(world):
    asked = a_request(world)

    applications.withdraw(asked, version=1, by=world.secretary)

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("withdrawn", world.secretary)


def test_one_request_of_a_kind_waits_at_a_time(world):
    a_request(world)

    with pytest.raises(ValidationError) as refusal:
        a_request(world, short_name="航测四室团支部")
    for_administrator(world)

    assert refusal.value.messages == ["航测一室团支部已有待审核的更名申请，请等待办理，或先撤销它。"]
    assert ChangeRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "请填写申请理由。"),
        ({"short_name": "航测二室团支部"}, "同一上级之下已有这个简称，请换一个能区分的简称。"),
        (
            {"short_name": "航测一室团支部", "full_name": "中国共产主义青年团华岳局测绘院航测一室支部委员会"},
            "与现在的相同，不需要申请。",
        ),
    ],
)
def test_names_that_cannot_be_asked_for(world, changed, sentence):
    before = AuditEntry.objects.count()

    with pytest.raises(ValidationError) as refusal:
        a_request(world, **changed)

    assert refusal.value.messages == [sentence]
    assert (ChangeRequest.objects.count(), AuditEntry.objects.count()) == (0, before)
    world.branch.refresh_from_db()
    assert world.branch.short_name == "航测一室团支部"


def test_asking_changes_nothing_yet(world):
    a_request(world)

    world.branch.refresh_from_db()
    assert (world.branch.short_name, world.branch.version) == ("航测一室团支部", 1)
    assert tree.find_problems() == []


def test_a_root_and_a_closed_organisation_have_nothing_to_ask(world):
    with pytest.raises(ValidationError) as root:
        applications.ask_for_name(world.bureau, **NAMES, reason="更名", by=world.bureau_admin)
    tree.close(world.other_branch, on=TODAY, by=None, reason="撤销")
    with pytest.raises(ValidationError) as closed:
        applications.ask_for_name(world.other_branch, **NAMES, reason="更名", by=world.bureau_admin)

    assert root.value.messages == ["华岳局团委没有上级组织，请直接办理，或联系系统管理员。"]
    assert closed.value.messages == ["一分队团支部已撤销，不能再提出申请。"]


@pytest.mark.parametrize(
    ("who", "changed", "sentence"),
    [
        ("general_admin", {}, "请选择本组织现任的管理员。"),
        ("secretary", {"successor": None}, "请填写接任者的账号；还没有账号的，填写姓名。"),
        ("secretary", {"successor": "self"}, "接任者与卸任的管理员是同一个账号，请核对。"),
    ],
)
def test_administrators_that_cannot_be_asked_for(world, who, changed, sentence):
    if changed.get("successor") == "self":
        changed = {"successor": world.secretary}

    with pytest.raises(ValidationError) as refusal:
        for_administrator(world, leaving=getattr(world, who).grants.get(), **changed)

    assert refusal.value.messages == [sentence]


@pytest.mark.parametrize(
    ("by", "version", "sentence"),
    [
        ("secretary", 1, "申请由上级团组织的管理员审核，请等待办理。"),
        ("foreign_admin", 1, "申请由上级团组织的管理员审核，请等待办理。"),
        ("officer", 1, "申请由上级团组织的管理员审核，请等待办理。"),
        ("general_admin", 2, "这份申请已有变动，请刷新后重新核对。"),
    ],
)
def test_approvals_that_are_refused(world, by, version, sentence):
    asked = a_request(world)

    with pytest.raises(ValidationError) as refusal:
        applications.approve(asked, version=version, by=getattr(world, by))

    asked.refresh_from_db()
    assert refusal.value.messages == [sentence]
    assert asked.state == "waiting"


def test_nobody_approves_the_own_request(world):
    asked = a_request(world, by=world.general_admin)

    with pytest.raises(ValidationError) as refusal:
        applications.approve(asked, version=1, by=world.general_admin)

    assert refusal.value.messages == ["不能审核自己提出的申请，请由其他上级管理员办理，或撤销后直接办理。"]
    assert list(ChangeRequest.objects.decidable_by(world.general_admin)) == []
    assert list(ChangeRequest.objects.decidable_by(world.bureau_admin)) == [asked]


def test_what_is_decided_is_decided(world):
    asked = a_request(world)
    applications.withdraw(asked, version=1, by=world.secretary)

    for deed in (applications.approve, applications.withdraw):
        with pytest.raises(ValidationError) as refusal:
            deed(asked, version=2, by=world.general_admin)
        assert refusal.value.messages == ["这份申请已撤销，不能再办理。"]


def test_an_approval_whose_deed_is_refused_leaves_the_request_waiting(world):
    asked = a_request(world)
    tree.rename(world.sister_branch, full_name="全称", short_name="航测三室团支部", by=None)

    with pytest.raises(ValidationError) as refusal:
        applications.approve(asked, version=1, by=world.general_admin)

    asked.refresh_from_db()
    assert refusal.value.messages == ["同一上级之下已有这个简称，请换一个能区分的简称。"]
    assert asked.state == "waiting"


def test_returning_asks_for_the_reason(world):
    asked = a_request(world)

    with pytest.raises(ValidationError) as refusal:
        applications.send_back(asked, version=1, answer=" ", by=world.general_admin)

    assert refusal.value.messages == ["请写明退回的原因，申请人会看到。"]


def test_strangers_withdraw_nothing(world):
    asked = a_request(world)

    with pytest.raises(ValidationError) as refusal:
        applications.withdraw(asked, version=1, by=world.foreign_admin)

    assert refusal.value.messages == ["只有本组织的管理员可以撤销申请。"]
