"""Who sees numbers, and the log of looking."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from branches.models import AuditEntry
from branches.tests.builders import a_grant, a_user
from members import privacy
from members.models import PrivacyLimits
from members.privacy import Revealed
from members.tests.builders import a_cadre_term, a_member


def test_the_own_branch_sees_phones_others_do_not(world):
    seers = [world.secretary, world.general_admin, world.bureau_admin, world.clerk, world.observer]

    assert [privacy.shows_phone(user, world.member) for user in seers] == [True, False, False, False, False]
    assert privacy.phone_as_seen(world.member, privacy.own_branches(world.secretary)) == world.member.phone
    assert privacy.phone_as_seen(world.member, privacy.own_branches(world.clerk)) == world.member.phone_masked


def test_people_elsewhere_are_called_by_surname(world):
    def named(user):
        own = privacy.roster_branches(user)
        return [privacy.name_as_seen(person, own) for person in (world.member, world.sister_member)]

    clerk, auditor = a_user(), a_user()
    a_grant(clerk, world.branch, "entry_clerk")
    a_grant(auditor, world.branch, "auditor")

    assert {named(user)[0] for user in (world.secretary, clerk)} == {"白雨桐"}
    assert {named(user)[1] for user in (world.secretary, clerk)} == {"何**"}
    assert [named(user) for user in (world.general_admin, world.bureau_admin, auditor)] == [["白**", "何**"]] * 3


def test_an_entry_clerk_of_the_branch_is_not_its_administrator(world):
    clerk = a_user()
    a_grant(clerk, world.branch, "entry_clerk")

    assert not privacy.shows_phone(clerk, world.member)


def test_the_own_administrator_looks_without_a_purpose(world):
    seen = privacy.reveal(world.member, field=Revealed.ID_NUMBER, purpose="", by=world.secretary)

    assert seen == world.member.id_number
    entry = AuditEntry.objects.get(kind="revealed")
    assert (entry.reason, entry.changes, entry.actor) == (
        "本支部核对", {"查看内容": [None, "证件号码"]}, world.secretary,
    )  # fmt: skip
    assert entry.placement.organization_id == world.branch.pk


@pytest.mark.parametrize("purpose", ["", "看看", " 看  看 "])
def test_others_give_a_purpose(world, purpose):
    with pytest.raises(ValidationError) as refusal:
        privacy.reveal(world.member, field=Revealed.PHONE, purpose=purpose, by=world.general_admin)

    assert refusal.value.messages == ["请写明查看用途，至少 4 个字，如“核对档案”。"]
    assert not AuditEntry.objects.filter(kind="revealed").exists()


def test_who_works_with_people_may_look_with_a_purpose(world):
    for user in (world.general_admin, world.officer, world.clerk):
        assert privacy.reveal(world.member, field=Revealed.PHONE, purpose="电话通知开会", by=user) == world.member.phone

    assert AuditEntry.objects.filter(kind="revealed", reason="电话通知开会").count() == 3


def test_observers_and_strangers_may_not_look(world):
    for user in (world.observer, world.auditor, world.outsider, world.foreign_admin, world.system_admin):
        with pytest.raises(PermissionDenied):
            privacy.reveal(world.member, field=Revealed.PHONE, purpose="电话通知开会", by=user)

    assert not AuditEntry.objects.filter(kind="revealed").exists()


def refusal(member, by, **asked):
    with pytest.raises(ValidationError) as refused:
        privacy.reveal(member, **({"field": Revealed.PHONE, "purpose": "电话通知开会"} | asked), by=by)
    return refused.value.messages


def test_beyond_the_own_branch_there_is_a_limit_per_hour(world):
    PrivacyLimits.objects.create(organization=world.bureau, reveals_per_hour=2)
    for person in (world.member, world.sister_member):
        privacy.reveal(person, field=Revealed.PHONE, purpose="电话通知开会", by=world.general_admin)

    third = refusal(world.member, world.general_admin)
    another = privacy.reveal(world.member, field=Revealed.PHONE, purpose="电话通知开会", by=world.officer)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1, seconds=1)):
        later = privacy.reveal(world.member, field=Revealed.PHONE, purpose="电话通知开会", by=world.general_admin)

    assert third == ["一小时内查看本支部以外的号码已达 2 次，请稍后再看；要成批使用，请由管理员导出。"]
    assert another == later == world.member.phone
    entry = AuditEntry.objects.get(kind="refused")
    assert (entry.actor, entry.object_id, entry.reason) == (world.general_admin, str(world.member.pk), "电话通知开会")
    assert entry.changes == {"查看内容": [None, "手机号"], "拒绝原因": [None, third[0]]}


def test_the_own_branch_has_no_limit_but_a_log(world):
    PrivacyLimits.objects.create(organization=world.bureau, reveals_per_hour=1)
    clerk = a_user()
    a_grant(clerk, world.branch, "entry_clerk")

    for user in (world.secretary, clerk):
        for _ in range(3):
            privacy.reveal(world.member, field=Revealed.ID_NUMBER, purpose="核对档案", by=user)

    assert AuditEntry.objects.filter(kind="revealed").count() == 6
    assert (privacy.looked_lately(world.secretary), privacy.looked_lately(clerk)) == (0, 0)


def test_administrators_and_the_own_branch_look_at_people_under_18_others_do_not(world):
    person = a_member(branch=world.branch, birth_on=dt.date(2008, 11, 22))
    sentence = "此人未满 18 周岁，证件号码和手机号由本支部人员或管理员查看，请联系管理员。"

    for user in (world.secretary, world.general_admin, world.bureau_admin):
        assert privacy.reveal(person, field=Revealed.PHONE, purpose="电话通知开会", by=user) == person.phone
    for user in (world.officer, world.clerk):
        assert refusal(person, user) == [sentence]
    assert AuditEntry.objects.filter(kind="refused").count() == 2


def test_from_the_18th_birthday_everybody_with_a_reason_looks(world):
    person = a_member(branch=world.branch, birth_on=dt.date(2008, 11, 21))

    assert privacy.reveal(person, field=Revealed.PHONE, purpose="电话通知开会", by=world.officer) == person.phone


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"why": "call"}, "电话通知工作"),
        ({"why": "check", "purpose": " 对照身份证 "}, "核对档案资料：对照身份证"),
        ({"why": "other", "purpose": "慰问家属"}, "慰问家属"),
        ({"purpose": "慰问家属"}, "慰问家属"),
        ({"why": "other"}, None),
    ],
)
def test_a_purpose_is_chosen_or_written(world, signed_in, posted, said):
    answer = signed_in(world.general_admin).post(f"/members/{world.member.pk}/reveal/", {"field": "phone"} | posted)

    reasons = list(AuditEntry.objects.filter(kind="revealed").values_list("reason", flat=True))
    assert reasons == ([said] if said else [])
    assert (world.member.phone in answer.content.decode()) == bool(said)


def test_a_refused_look_says_why_on_the_page(world, signed_in):
    PrivacyLimits.objects.create(organization=world.bureau, reveals_per_hour=1)
    address, asked = f"/members/{world.member.pk}/reveal/", {"field": "phone", "why": "call"}
    client = signed_in(world.general_admin)
    client.post(address, asked)

    whole, part = client.post(address, asked), client.post(address, asked, headers={"HX-Request": "true"})

    for answer in (whole, part):
        assert "一小时内查看本支部以外的号码已达 1 次" in answer.content.decode()
        assert world.member.phone not in answer.content.decode()


def test_a_cadre_without_branch_is_filed_at_the_post(world):
    cadre = a_member(branch=None, league_status="none", political_status="01", joined_on=None)
    a_cadre_term(person=cadre, organization=world.general, post="committee_member")

    privacy.reveal(cadre, field=Revealed.PHONE, purpose="电话通知开会", by=world.general_admin)

    assert AuditEntry.objects.get(kind="revealed").placement.organization_id == world.general.pk
