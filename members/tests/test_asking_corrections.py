"""更正申请 by hand: from the page of a verified person, until somebody has decided."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.models import AuditEntry
from branches.tests.builders import a_grant, a_user
from members import corrections
from members.models import Correction, LeagueStatus, Member, MemberStatus
from members.tests.builders import a_member, an_id_number
from tuanjian.idnumbers import Gender, IdType
from tuanjian.officedates import OfficeDate

REASON = "录入时把“宇”写成“雨”"


@pytest.fixture
def verified(world):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))
    return Member.objects.get(pk=world.member.pk)


def asked_by(user, person, reason=REASON, **values):
    return corrections.ask(person, values=values, reason=reason, evidence="身份证原件", by=user)


def page(client, name, person, **query):
    return client.get(reverse(f"members:{name}", args=[person.pk]), query).content.decode()


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def test_what_is_asked_by_hand_is_made_by_a_level_above(world, verified):
    number = an_id_number(dt.date(2002, 3, 4), Gender.MALE)

    asked = asked_by(world.secretary, verified, name="白宇桐", id_number=number)

    entry = AuditEntry.objects.order_by("-id").first()
    changes = {"姓名": ["白雨桐", "白宇桐"], "证件号码": [verified.id_number_masked, "37" + "*" * 16]}
    assert (asked.changes, asked.reason, asked.evidence) == (changes, REASON, "身份证原件")
    assert (entry.kind, entry.actor, entry.changes, entry.reason) == ("created", world.secretary, changes, REASON)
    assert Member.objects.get(pk=verified.pk).name == "白雨桐"
    person = corrections.approve(asked, version=1, by=world.general_admin)
    assert (person.name, person.id_number, person.birth_on, person.gender) == (
        *("白宇桐", number),
        *(dt.date(2002, 3, 4), "1"),
    )


def test_birth_date_and_sex_are_corrected_where_the_number_does_not_tell_them(world):
    person = a_member("白雨桐", branch=world.branch, id_type=IdType.PASSPORT, id_number="E12345678", gender="2")
    Member.objects.filter(pk=person.pk).update(verified_on=dt.date(2026, 1, 1))
    values = {"birth_on": OfficeDate(dt.date(2001, 5, 1), is_month=True), "gender": "1"}

    asked = asked_by(world.secretary, person, **values)
    corrected = corrections.approve(asked, version=1, by=world.general_admin)

    assert (corrected.birth_on, corrected.birth_on_is_month, corrected.gender) == (dt.date(2001, 5, 1), True, "1")


def test_what_is_recorded_already_is_not_asked_for(world, verified):
    asked = asked_by(world.secretary, verified, name="白宇桐", id_number=verified.id_number)

    assert asked.values == {"name": "白宇桐"}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "没有与现在不同的内容，请填写要更正的姓名或证件号码。"),
        ({"name": "白雨桐"}, "没有与现在不同的内容，请填写要更正的姓名或证件号码。"),
        ({"phone": "14000999999"}, "没有与现在不同的内容，请填写要更正的姓名或证件号码。"),
        ({"name": "白宇桐", "reason": "  "}, "请写明申请理由，审核的人会看到。"),
    ],
)
def test_what_asks_for_nothing_is_refused(world, verified, values, sentence):
    assert refusal(lambda: asked_by(world.secretary, verified, **values)) == [sentence]
    assert not Correction.objects.exists()


def test_a_number_that_is_wrong_or_taken_is_refused(world, verified):
    taken = an_id_number()
    a_member("钱子昂", branch=world.branch, id_number=taken)

    wrong = refusal(lambda: asked_by(world.secretary, verified, id_number="379998200106180013"))
    other = refusal(lambda: asked_by(world.secretary, verified, id_number=taken))

    assert ("校验" in wrong[0], other[0].startswith("航测一室团支部已有此人：钱子昂。")) == (True, True)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"verified_on": None}, "这条记录还没有核实，可以直接修改，不需要申请更正。"),
        (
            {"status": MemberStatus.OVERAGE, "league_status": LeagueStatus.LEFT},
            "白雨桐的记录是“超龄离团”，只有在册的记录可以申请更正。",
        ),
        (
            {"branch": None, "league_status": LeagueStatus.NONE},
            "白雨桐没有所在团支部，没有上级可以审核，请先登记所在团支部。",
        ),
    ],
)
def test_records_nobody_has_to_be_asked_about_are_refused(world, verified, changed, sentence):
    Member.objects.filter(pk=verified.pk).update(**changed)

    assert refusal(lambda: asked_by(world.secretary, verified, name="白宇桐")) == [sentence]


def test_one_request_at_a_time(world, verified):
    asked_by(world.secretary, verified, name="白宇桐")

    again = refusal(lambda: asked_by(world.general_admin, verified, name="白语桐"))

    assert again == ["此人已有更正申请待审核，请等待办理；要改申请内容，请先撤回原来的申请。"]
    assert Correction.objects.count() == 1


def test_who_asked_takes_it_back_and_may_ask_again(world, verified):
    asked = asked_by(world.secretary, verified, name="白宇桐")

    corrections.withdraw(asked, version=1, by=world.secretary)

    asked.refresh_from_db()
    entry = AuditEntry.objects.order_by("-id").first()
    assert (asked.state, asked.decided_by, entry.changes) == (
        "withdrawn",
        world.secretary,
        {"状态": ["待审核", "已撤销"]},
    )
    assert asked_by(world.secretary, verified, name="白语桐").state == "waiting"


@pytest.mark.parametrize("who", ["general_admin", "clerk"])
def test_nobody_else_takes_it_back(world, verified, who):
    asked = asked_by(world.secretary, verified, name="白宇桐")

    assert refusal(lambda: corrections.withdraw(asked, version=1, by=getattr(world, who))) == [
        "更正申请由申请人本人撤回。"
    ]
    assert Correction.objects.get().state == "waiting"


def test_what_was_decided_is_not_taken_back(world, verified):
    asked = asked_by(world.secretary, verified, name="白宇桐")
    corrections.send_back(asked, version=1, answer="与档案不符", by=world.general_admin)

    with pytest.raises(ValidationError, match="已有变动"):
        corrections.withdraw(asked, version=1, by=world.secretary)


def test_the_way_from_the_page_of_the_person_and_back(world, verified, signed_in):
    client = signed_in(world.secretary)
    url = reverse("members:ask_correction", args=[verified.pk])
    offered = url in page(client, "member", verified)
    locked = url in page(client, "edit", verified)

    empty = client.post(url, {"name": "白宇桐", "reason": ""}).content.decode()
    done = client.post(url, {"name": "白宇桐", "reason": REASON, "evidence": "身份证原件"})
    shown = page(client, "correction", verified)

    assert (offered, locked, "请写明申请理由，审核的人会看到。" in empty) == (True, True, True)
    assert done["Location"] == reverse("members:correction", args=[verified.pk])
    assert all(words in shown for words in ("白雨桐 → 白宇桐", REASON, "身份证原件", "撤回申请"))
    waiting = page(client, "member", verified)
    assert (url in waiting, "有更正申请待审核。" in waiting) == (False, True)
    assert client.get(url)["Location"] == reverse("members:correction", args=[verified.pk])
    taken = client.post(reverse("members:correction", args=[verified.pk]), {"version": "1", "deed": "withdraw"})
    assert (taken.status_code, Correction.objects.get().state) == (302, "withdrawn")


def test_a_rule_refuses_on_the_page(world, verified, signed_in):
    url = reverse("members:ask_correction", args=[verified.pk])

    answer = signed_in(world.secretary).post(url, {"name": "白雨桐", "reason": REASON})

    assert "没有与现在不同的内容" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"id_number": "379998200106180013"}, "校验位"),
        ({"id_type": "414"}, "改证件类型要重新填写证件号码。"),
    ],
)
def test_a_wrong_number_is_refused_where_it_stands(world, verified, signed_in, typed, sentence):
    url = reverse("members:ask_correction", args=[verified.pk])

    answer = signed_in(world.secretary).post(url, {"reason": REASON} | typed)

    assert sentence in answer.content.decode()
    assert not Correction.objects.exists()


def test_what_was_typed_before_the_record_was_verified_comes_along(world, signed_in):
    client = signed_in(world.secretary)
    person = world.member
    Member.objects.filter(pk=person.pk).update(verified_on=dt.date(2026, 1, 1))

    refused = client.post(reverse("members:edit", args=[person.pk]), {"name": "白宇桐", "version": person.version})
    brought = client.post(reverse("members:ask_correction", args=[person.pk]), {"name": "白宇桐"}).content.decode()

    text = refused.content.decode()
    assert "已核实的记录不能直接改姓名和证件号码" in text
    assert 'type="hidden" name="name" value="白宇桐"' in text
    assert ('value="白宇桐"' in brought, "请写明申请理由" in brought) == (True, False)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("observer", 403), ("officer", 403), ("foreign_admin", 404)])
def test_asking_is_for_who_keeps_the_person(world, verified, signed_in, who, status):
    client = signed_in(getattr(world, who))

    answer = client.post(reverse("members:ask_correction", args=[verified.pk]), {"name": "白宇桐", "reason": REASON})

    assert (answer.status_code, Correction.objects.count()) == (status, 0)


def test_a_colleague_sees_no_way_to_take_it_back(world, verified, signed_in):
    asked_by(world.secretary, verified, name="白宇桐")
    colleague = a_user("colleague")
    a_grant(colleague, world.branch)

    shown = page(signed_in(colleague), "correction", verified)

    assert ("由上级的另一名管理员办理" in shown, "撤回申请" in shown) == (True, False)


def test_a_record_that_is_not_verified_has_no_such_button(world, signed_in):
    shown = page(signed_in(world.secretary), "member", world.member)

    assert "申请更正" not in shown
