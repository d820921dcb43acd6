"""How codes look, how they are typed, what is kept of them."""

import pytest

from branches import codes


def test_a_code_has_eight_characters_without_look_alikes():
    drawn = {codes.draw() for _ in range(200)}

    assert len(drawn) == 200
    assert {len(code) for code in drawn} == {8}
    assert set("".join(drawn)) <= set(codes.ALPHABET)
    assert set(codes.ALPHABET) & set("0OQ1IL2Z5S8BU") == set()


@pytest.mark.parametrize(
    "typed", ["K7RM4XTV", "K7RM-4XTV", " k7rm 4xtv ", "Ｋ７ＲＭ－４ＸＴＶ", "k7rm—4xtv", "K 7 R M 4 X T V"]
)
def test_every_way_of_typing_it_is_the_same_code(typed):
    assert codes.read(typed) == "K7RM4XTV"


@pytest.mark.parametrize("typed", ["", "K7RM4XT", "K7RM4XTVV", "K7RM4XT0", "K7RM4XT中"])
def test_what_can_be_no_code(typed):
    assert codes.read(typed) == ""


def test_the_digest_is_keyed_and_differs_by_purpose():
    digests = {codes.digest(purpose, "K7RM4XTV") for purpose in ("registration", "reset")}

    assert {len(digest) for digest in digests} == {64}
    assert len(digests) == 2
