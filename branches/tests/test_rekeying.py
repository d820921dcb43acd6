"""更换密钥: nothing sealed is ever lost, whatever happens meanwhile."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from branches import rekeying
from branches.keys import register_keys, require_right_keys
from branches.management.commands import rotate_sealing_key
from branches.models import KeyFingerprint, User
from members.models import Member
from members.models.roster import RosterChange, RosterFile, RosterRow
from members.roster.outcome.undoing import take_back
from members.roster.running.applying import apply_plan
from members.search import find
from members.tests.builders import an_id_number
from members.tests.rosters import a_row, checked, imported
from members.tests.rosters import members as sheet_of
from tuanjian import keyring, sealing

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings, tmp_path, monkeypatch):
    """A site whose keys lie in a file; commands need not wait for other processes."""
    monkeypatch.setattr(rotate_sealing_key, "_UNTIL_ALL_KNOW", 0)
    path = tmp_path / "keys.json"
    for name in ("TUANJIAN_SEALING_KEYS", "TUANJIAN_INDEX_KEY", "TUANJIAN_AUDIT_KEY"):
        setattr(settings, name, "")
    keyring.make_file(path)
    settings.KEYS_FILE = path
    keyring.forget()
    KeyFingerprint.objects.all().delete()
    register_keys()
    yield path
    keyring.forget()


@pytest.fixture
def site(keys, world):
    """Values of every kind: people, accounts, a file, its rows and its before-images."""
    world.bureau_admin.phone = "14000999999"
    world.bureau_admin.save()
    number = an_id_number()
    imported(
        sheet_of(a_row("赵启明", "航测一室团支部", number=number, phone="14000111111")),
        organization=world.bureau,
        by=world.bureau_admin,
    )
    world.second = imported(
        sheet_of(a_row("赵启明", "航测一室团支部", number=number, phone="14000222222")),
        organization=world.bureau,
        by=world.bureau_admin,
    )
    world.number = number
    return world


def clear_values():
    """Everything sealed, opened."""
    return (
        [(row.id_number, row.phone) for row in Member.objects.order_by("pk")],
        [row.phone for row in User.objects.order_by("pk")],
        [row.content for row in RosterFile.objects.order_by("pk")],
        [row.content for row in RosterRow.objects.order_by("pk")],
        [row.before for row in RosterChange.objects.exclude(before_sealed="").order_by("pk")],
    )


def test_every_sealed_column_is_named():
    named = {(column.model, column.column) for column in rekeying.registered()}
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "sealed" or field.name.endswith("_sealed")
    }

    assert found == named


def test_every_index_of_a_sealed_value_is_named():
    named = {(column.model, index) for column in rekeying.registered() for index in column.indexes}
    found = {
        (model, field.name)
        for model in {column.model for column in rekeying.registered()}
        for field in model._meta.concrete_fields
        if field.name.endswith("_index") and isinstance(field, models.CharField)
    }

    assert found == named


def test_a_new_key_seals_everything_and_nothing_is_lost(site):
    before = clear_values()

    call_command("rotate_sealing_key")

    assert (set(rekeying.keys_in_use()), sealing.current_key_id()) == ({"k2"}, "k2")
    assert clear_values() == before
    require_right_keys()


def test_a_rotation_that_was_cut_off_goes_on(site, keys):
    before = clear_values()
    keyring.begin_sealing_key(keys)
    register_keys()

    class Killed(Exception):
        pass

    def die(done):
        raise Killed

    with pytest.raises(Killed):
        rekeying.seal_anew(progress=die)
    half = set(rekeying.keys_in_use())
    call_command("rotate_sealing_key")

    assert half == {"k1", "k2"}
    assert (set(rekeying.keys_in_use()), list(keyring.current().sealing)) == ({"k2"}, ["k2", "k1"])
    assert clear_values() == before


def test_an_old_key_goes_only_when_nothing_needs_it(site, keys):
    keyring.begin_sealing_key(keys)
    register_keys()

    with pytest.raises(CommandError, match="密钥 k1 还有数据在用"):
        call_command("rotate_sealing_key", "--drop-unused")
    call_command("rotate_sealing_key")
    call_command("rotate_sealing_key", "--drop-unused")

    assert list(keyring.current().sealing) == ["k2"]
    require_right_keys()


def test_an_import_from_before_can_be_taken_back_with_all_keys_changed(site):
    call_command("rotate_sealing_key")
    call_command("rotate_sealing_key", "--drop-unused")
    call_command("rotate_index_key", "--offline")

    take_back(site.second, by=site.bureau_admin)

    person = Member.objects.get(name="赵启明")
    assert (person.phone, person.id_number) == ("14000111111", site.number)
    assert find("14000111111", user=site.bureau_admin).people


def test_a_new_index_key_finds_everybody_again(site, keys):
    before, index = clear_values(), keyring.current().index

    call_command("rotate_index_key", "--offline")

    assert keyring.current().index != index
    assert clear_values() == before
    person = Member.objects.get(id_number_index=sealing.blind_index("member.id_number", site.number))
    assert (person.name, keyring.staged(keys).exists()) == ("赵启明", False)
    assert User.objects.get(phone_index=sealing.blind_index("user.phone", "14000999999")) == site.bureau_admin
    require_right_keys()


def test_a_change_of_the_index_key_that_was_cut_off_before_the_file_is_finished(site, keys):
    rekeying.index_anew(keyring.stage_index_key(keys).index)

    call_command("rotate_index_key", "--offline")

    assert Member.objects.filter(id_number_index=sealing.blind_index("member.id_number", site.number)).exists()
    require_right_keys()


def test_the_index_key_is_not_changed_under_a_running_site(site):
    index = keyring.current().index

    with pytest.raises(CommandError, match="请先停止网站和后台进程"):
        call_command("rotate_index_key")

    assert keyring.current().index == index


def test_an_import_checked_before_has_to_be_checked_again_after_a_new_index_key(site):
    waiting = checked(sheet_of(a_row("钱多", "航测一室团支部")), organization=site.bureau, by=site.bureau_admin)
    call_command("rotate_index_key", "--offline")

    with pytest.raises(Exception, match="请重新检查"):
        apply_plan(waiting, by=site.bureau_admin)

    assert not Member.objects.filter(name="钱多").exists()


def test_a_value_that_does_not_open_is_named_and_what_came_before_is_kept(site):
    person = Member.objects.get(name="赵启明")
    Member.objects.filter(pk=person.pk).update(phone_sealed=person.phone_sealed[:-8] + "AAAAAAA=")

    with pytest.raises(CommandError, match=f"人员 {person.pk}：加密数据无法解开"):
        call_command("rotate_sealing_key")

    assert rekeying.keys_in_use()["k2"] > 0


def test_with_keys_from_the_environment_the_command_says_what_to_do(world, capsys):
    call_command("rotate_sealing_key")

    assert "请把新密钥放在 TUANJIAN_SEALING_KEYS 的最前面" in capsys.readouterr().out
