"""换届 and 离任交接 in one act: the rule."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import grants, registration
from branches.models import AccessGrant, AuditEntry, RegistrationCode
from members import handover
from members.dictionaries import LeaguePost, PostNature
from members.handover import Handover, NewPost, Occasion
from members.models import CadreTerm
from members.tests.builders import a_member

TODAY = dt.date(2026, 11, 21)
TOMORROW = dt.date(2026, 11, 22)


@pytest.fixture
def coming(world):
    return a_member("陆小明", branch=world.branch)


def asked(world, coming=None, **more):
    everything = {
        "organization": world.branch,
        "occasion": Occasion.ELECTION,
        "on": TODAY,
        "ending": (world.secretary_term,),
        "beginning": (NewPost(coming, LeaguePost.SECRETARY, PostNature.PART_TIME),) if coming else (),
        "leaving": (world.secretary.grants.get(),),
        "successor": world.outsider,
    }
    return Handover(**everything | more)


def posts(world):
    rows = CadreTerm.objects.filter(organization=world.branch).order_by("id")
    return [(row.person.name, row.post, row.manner, row.started_on, row.ended_on) for row in rows]


def state(world):
    world.branch.refresh_from_db()
    return (
        posts(world),
        list(AccessGrant.objects.order_by("id").values_list("user", "role", "starts_on", "ends_on", "ended_at")),
        list(RegistrationCode.objects.values_list("pk", flat=True)),
        (world.branch.last_election_on, world.branch.version),
        AuditEntry.objects.count(),
    )


def test_an_election_moves_posts_rights_and_term_at_once(world, coming):
    issued = handover.hand_over(asked(world, coming), by=world.general_admin)

    world.branch.refresh_from_db()
    assert issued is None
    assert posts(world) == [
        ("白雨桐", "secretary", "elected", dt.date(2024, 3, 1), TODAY),
        ("陆小明", "secretary", "elected", TODAY, None),
    ]
    assert grants.administrators_of(world.branch, TODAY) == [world.outsider]
    assert (world.branch.last_election_on, world.branch.last_election_on_is_month) == (TODAY, False)


def test_the_log_tells_of_the_act_and_of_each_part(world, coming):
    handover.hand_over(asked(world, coming), by=world.general_admin)

    rows = AuditEntry.objects.filter(actor=world.general_admin).order_by("id")
    assert [(row.kind, row.object_type) for row in rows] == [
        ("ended", "members.cadreterm"),
        ("created", "members.cadreterm"),
        ("changed", "branches.organization"),
        ("changed", "branches.organization"),
        ("granted", "branches.accessgrant"),
        ("revoked", "branches.accessgrant"),
    ]
    assert rows[3].changes == {
        "事由": [None, "换届"],
        "交接日期": [None, "2026-11-21"],
        "免去职务": [None, "白雨桐 书记"],
        "登记任职": [None, "陆小明 书记"],
        "交出授权": [None, "支书（管理员）"],
        "接任管理员": [None, "局外人（用户名 outsider），2026-11-21 起"],
        "最近一次换届时间": [None, "2026-11-21"],
    }


def test_rights_alone_may_move_on_a_later_day(world):
    later = {"occasion": Occasion.LEAVING, "on": dt.date(2026, 11, 30), "ending": ()}

    handover.hand_over(asked(world, **later), by=world.general_admin)

    assert grants.administrators_of(world.branch, dt.date(2026, 11, 29)) == [world.secretary]
    assert grants.administrators_of(world.branch, dt.date(2026, 11, 30)) == [world.outsider]


def test_a_successor_without_account_gets_a_code_and_the_old_one_stays_until_then(world):
    issued = handover.hand_over(
        asked(world, occasion=Occasion.LEAVING, successor=None, successor_name="陆小明"), by=world.general_admin
    )
    until_then = grants.administrators_of(world.branch, TODAY)
    registration.redeem(issued.row, user=world.outsider)

    assert (issued.row.holder_name, issued.row.starts_on) == ("陆小明", TODAY)
    assert (until_then, grants.administrators_of(world.branch, TODAY)) == ([world.secretary], [world.outsider])


def test_rehearsing_writes_nothing(world, coming):
    before = state(world)

    handover.rehearse(asked(world, coming), by=world.general_admin)

    assert state(world) == before


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"successor": None}, "航测一室团支部只有这一位管理员，请填写接任的管理员。"),
        ({"ending": (), "leaving": (), "successor": None}, "请至少选择一项：免去的职务、新任的职务，或要移交的授权。"),
        ({"on": TOMORROW}, "职务只能在交接当天或以后登记。可以先只移交授权，到交接那天再办理任免。"),
        ({"on": TOMORROW, "ending": ()}, "换届在选举以后登记，日期不能晚于今天。"),
        ({"on": dt.date(2024, 2, 1)}, "白雨桐 书记：免职日期不能早于任现职时间（2024-03-01），请检查日期。"),
    ],
)
def test_handovers_that_are_refused(world, changed, sentence):
    before = state(world)

    with pytest.raises(ValidationError) as refusal:
        handover.hand_over(asked(world, **changed), by=world.general_admin)

    assert refusal.value.messages == [sentence]
    assert state(world) == before


def test_a_second_secretary_is_refused_by_name(world, coming):
    before = state(world)

    with pytest.raises(ValidationError) as refusal:
        handover.hand_over(asked(world, coming, ending=()), by=world.general_admin)

    assert refusal.value.messages == [
        "陆小明 书记：航测一室团支部的书记现由白雨桐担任，请先为其办理免职，再登记新的书记。"
    ]
    assert state(world) == before


@pytest.mark.parametrize("who", ["secretary", "clerk", "observer", "officer", "foreign_admin"])
def test_only_the_level_above_hands_over(world, who):
    with pytest.raises(ValidationError) as refusal:
        handover.hand_over(asked(world), by=getattr(world, who))

    assert refusal.value.messages == ["交接由上级团组织的管理员办理，请向上级提出申请。"]


def test_a_post_of_another_organisation_does_not_end(world):
    elsewhere = asked(world, organization=world.sister_branch, leaving=())

    with pytest.raises(ValidationError) as refusal:
        handover.hand_over(elsewhere, by=world.general_admin)

    assert refusal.value.messages == ["只能免去本组织的职务，请刷新后重新选择。"]


def test_the_fingerprint_changes_with_what_happened_meanwhile(world):
    before = asked(world).fingerprint
    same = asked(world).fingerprint

    AccessGrant.objects.filter(organization=world.branch).update(ended_at=timezone.now())

    assert before == same
    assert asked(world).fingerprint != before
