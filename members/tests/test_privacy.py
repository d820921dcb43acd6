"""Who sees numbers, and the log of looking."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from branches.models import AuditEntry
from branches.tests.builders import a_grant, a_user
from members import privacy
from members.privacy import Revealed
from members.tests.builders import a_cadre_term, a_member


def test_the_own_branch_sees_phones_others_do_not(world):
    seers = [world.secretary, world.general_admin, world.bureau_admin, world.clerk, world.observer]

    assert [privacy.shows_phone(user, world.member) for user in seers] == [True, False, False, False, False]
    assert privacy.phone_as_seen(world.member, privacy.own_branches(world.secretary)) == world.member.phone
    assert privacy.phone_as_seen(world.member, privacy.own_branches(world.clerk)) == world.member.phone_masked


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


def test_a_cadre_without_branch_is_filed_at_the_post(world):
    cadre = a_member(branch=None, league_status="none", political_status="01", joined_on=None)
    a_cadre_term(person=cadre, organization=world.general, post="committee_member")

    privacy.reveal(cadre, field=Revealed.PHONE, purpose="电话通知开会", by=world.general_admin)

    assert AuditEntry.objects.get(kind="revealed").placement.organization_id == world.general.pk
