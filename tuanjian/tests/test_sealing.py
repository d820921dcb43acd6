import base64
import json
import os
import stat
import threading

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tuanjian import keyring, sealing
from tuanjian.keyring import Keyring, KeysMissing
from tuanjian.sealing import SealBroken


def key(letter):
    return base64.b64encode(letter.encode() * 32).decode()


@pytest.fixture(autouse=True)
def keys(settings):
    settings.TUANJIAN_SEALING_KEYS = f"k2:{key('b')},k1:{key('a')}"
    settings.TUANJIAN_INDEX_KEY = key("i")
    settings.TUANJIAN_AUDIT_KEY = key("u")
    settings.KEYS_FILE = None
    keyring.forget()
    yield settings
    keyring.forget()


def change(settings, **values):
    for name, value in values.items():
        setattr(settings, name, value)
    keyring.forget()


def without_environment(settings, path):
    change(settings, TUANJIAN_SEALING_KEYS="", TUANJIAN_INDEX_KEY="", TUANJIAN_AUDIT_KEY="", KEYS_FILE=path)


def test_seal_names_algorithm_and_key():
    token = sealing.seal("phone", "14000123456")

    algorithm, key_id, sealed = token.split(".")
    assert (algorithm, key_id, sealing.key_id_of(token), sealing.current_key_id()) == ("A1", "k2", "k2", "k2")
    assert len(base64.urlsafe_b64decode(sealed)) == 12 + 11 + 16
    assert sealing.unseal("phone", token) == "14000123456"


def test_seal_never_gives_the_same_token_twice():
    assert sealing.seal("phone", "14000123456") != sealing.seal("phone", "14000123456")


def test_nothing_seals_to_nothing():
    assert (sealing.seal("phone", ""), sealing.unseal("phone", ""), sealing.blind_index("phone", "")) == ("", "", "")


def test_values_sealed_with_an_older_key_still_open(keys):
    old_keys = keys.TUANJIAN_SEALING_KEYS
    change(keys, TUANJIAN_SEALING_KEYS=f"k1:{key('a')}")
    token = sealing.seal("phone", "14000123456")

    change(keys, TUANJIAN_SEALING_KEYS=old_keys)

    assert (sealing.key_id_of(token), sealing.unseal("phone", token)) == ("k1", "14000123456")


CANNOT_OPEN = "加密数据无法解开，密钥不对或数据已损坏，请联系系统管理员。"


def broken(field, token):
    with pytest.raises(SealBroken) as caught:
        sealing.unseal(field, token)
    return str(caught.value)


def test_token_of_another_field_does_not_open():
    assert broken("id_number", sealing.seal("phone", "14000123456")) == CANNOT_OPEN


def test_token_of_another_key_does_not_open(keys):
    token = sealing.seal("phone", "14000123456")

    change(keys, TUANJIAN_SEALING_KEYS=f"k2:{key('x')}")
    assert broken("phone", token) == CANNOT_OPEN

    change(keys, TUANJIAN_SEALING_KEYS=f"k3:{key('b')}")
    assert broken("phone", token) == "没有编号为 k2 的加密密钥，请系统管理员检查密钥配置。"


def test_every_damaged_byte_is_noticed():
    head, _, sealed = sealing.seal("phone", "14000123456").rpartition(".")
    content = base64.urlsafe_b64decode(sealed)

    for place in range(len(content)):
        damaged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert broken("phone", f"{head}.{base64.urlsafe_b64encode(damaged).decode()}") == CANNOT_OPEN


@pytest.mark.parametrize("rest", ["", "AAAA", "!!!!", "中文", "A"])
def test_shortened_tokens_do_not_open(rest):
    assert broken("phone", f"A1.k2.{rest}") == CANNOT_OPEN


@pytest.mark.parametrize("token", ["14000123456", "A1.k2", "A2.k2.AAAA", "A1..AAAA", "A1.k 2.AAAA", "A1.k2.AA.AA"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(SealBroken, match=r"^这不是加密数据，请联系系统管理员。$"):
        sealing.key_id_of(token)


def test_blind_index_is_stable_and_separate_by_field_and_key(keys):
    phone = sealing.blind_index("phone", "14000123456")

    # Written out: another value would lose every person already stored.
    assert phone == "974495fe82af57628e201f93eedd36553bc35ac33b5f9d5a84f4f81f8eab9d56"
    assert phone != sealing.blind_index("phone_tail", "14000123456")
    assert phone != sealing.blind_index("phone", "14000123457")
    change(keys, TUANJIAN_INDEX_KEY=key("j"))
    assert phone != sealing.blind_index("phone", "14000123456")


def test_blind_index_does_not_depend_on_the_sealing_key(keys):
    before = sealing.blind_index("phone", "14000123456")

    change(keys, TUANJIAN_SEALING_KEYS=f"k9:{key('z')}")

    assert sealing.blind_index("phone", "14000123456") == before


def test_audit_mac_depends_on_its_key_only(keys):
    before = sealing.audit_mac(b"entry")

    assert (len(before), before == sealing.audit_mac(b"entry")) == (64, True)
    assert before != sealing.audit_mac(b"entrz")
    change(keys, TUANJIAN_AUDIT_KEY=key("v"))
    assert before != sealing.audit_mac(b"entry")


def test_fingerprints_recognise_the_key_that_changed(keys):
    before = keyring.fingerprints()
    change(keys, TUANJIAN_SEALING_KEYS=f"k2:{key('x')},k1:{key('a')}")

    after = keyring.fingerprints()

    assert list(before) == list(after) == ["sealing.k2", "sealing.k1", "index", "audit"]
    assert [name for name in before if before[name] != after[name]] == ["sealing.k2"]
    assert {len(value) for value in before.values()} == {16}


def test_keyring_holds_the_keys_in_order_and_does_not_print_them():
    ring = keyring.current()

    assert ring == Keyring({"k2": b"b" * 32, "k1": b"a" * 32}, b"i" * 32, b"u" * 32)
    assert "b" * 32 not in repr(ring)
    assert list(ring.sealing) == ["k2", "k1"]


def keys_missing():
    with pytest.raises(KeysMissing) as caught:
        keyring.current()
    return str(caught.value)


def test_no_keys_at_all(keys, tmp_path):
    sentence = (
        "没有找到加密密钥，请设置 TUANJIAN_SEALING_KEYS、TUANJIAN_INDEX_KEY、TUANJIAN_AUDIT_KEY，或放回密钥文件。"
    )

    without_environment(keys, None)
    assert keys_missing() == sentence

    without_environment(keys, tmp_path / "keys.json")
    assert keys_missing() == sentence


def test_some_keys_are_not_enough(keys, tmp_path):
    keyring.make_file(tmp_path / "keys.json")

    change(keys, TUANJIAN_INDEX_KEY="", TUANJIAN_AUDIT_KEY="", KEYS_FILE=tmp_path / "keys.json")

    assert keys_missing() == "加密密钥没有配全，还缺 TUANJIAN_INDEX_KEY、TUANJIAN_AUDIT_KEY，请补上后重新启动。"


@pytest.mark.parametrize(
    "text", ["nonsense", f"k1:{key('a')},k1:{key('b')}", f"k 1:{key('a')}", f":{key('a')}", f"k1:{key('a')},"]
)
def test_malformed_list_of_keys(keys, text):
    change(keys, TUANJIAN_SEALING_KEYS=text)

    assert keys_missing().startswith("加密密钥")


def test_short_and_undecodable_keys(keys):
    for name, value in (
        ("TUANJIAN_INDEX_KEY", "c2hvcnQ="),
        ("TUANJIAN_INDEX_KEY", "没有"),
        ("TUANJIAN_INDEX_KEY", "%%"),
    ):
        change(keys, **{name: value})
        assert keys_missing() == "加密密钥 index 不对，应为 32 字节随机数的 Base64 文本，请改正后重新启动。"


def test_keys_may_be_written_in_both_base64_alphabets(keys):
    secret = b"\xfb\xff" * 16

    change(keys, TUANJIAN_INDEX_KEY=base64.urlsafe_b64encode(secret).decode())

    assert keyring.current().index == secret


def test_make_keys_file_writes_random_keys_for_the_owner_only(keys, tmp_path):
    path = tmp_path / "var" / "keys" / "keys.json"

    keyring.make_file(path)

    without_environment(keys, path)
    assert [len(keyring.current().sealing["k1"]), len(keyring.current().index), len(keyring.current().audit)] == [
        32
    ] * 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["keys.json"]


def test_make_keys_file_never_replaces_keys(tmp_path):
    path = tmp_path / "keys.json"
    keyring.make_file(path)
    before = path.read_bytes()

    keyring.make_file(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("links", [True, False])
def test_processes_that_race_end_with_one_file(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", no_link)
    path = tmp_path / "keys" / "keys.json"
    start = threading.Barrier(8)

    def race():
        start.wait()
        keyring.make_file(path)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(json.loads(path.read_text())) == ["sealing", "index", "audit"]
    assert os.listdir(path.parent) == ["keys.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def no_link(source, target):
    raise PermissionError("This file system has no links.")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sealing": {}}', '{"sealing": "k1", "index": "", "audit": ""}'])
def test_damaged_keys_file(keys, tmp_path, content):
    path = tmp_path / "keys.json"
    path.write_text(content)

    without_environment(keys, path)

    assert keys_missing() == "密钥文件读不出来或内容不完整，请从备份恢复后重新启动。"


@pytest.mark.property
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("phone", "𫖯\ue5e5")
@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_text_opens_again(field, text):
    token = sealing.seal(field, text)

    assert sealing.unseal(field, token) == text
    assert token.isascii()


@given(data=st.binary(max_size=200))
@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_open_again(data):
    assert sealing.unseal_bytes("file", sealing.seal_bytes("file", data)) == data


def test_files_open_with_their_own_field_and_a_known_key_only(keys):
    sealed = sealing.seal_bytes("file", b"content")
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    change(keys, TUANJIAN_SEALING_KEYS=f"k1:{key('a')},k2:{key('b')}")
    opened = sealing.unseal_bytes("file", sealed)

    for field, content in (("other", sealed), ("file", damaged), ("file", b"content"), ("file", b"A1.k9.content")):
        with pytest.raises(SealBroken):
            sealing.unseal_bytes(field, content)

    assert opened == b"content"
