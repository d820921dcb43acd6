"""Who of the national list is who here: by number, by what shows, never guessed."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.national_check import matching
from members.national_check.matching import Ours, Theirs, match, plain

BAI = Ours(1, "白雨桐", "379998200405040011", "2004-05-04")
HE = Ours(2, "何静姝", "379998200306070021", "2003-06-07")
LI = Ours(3, "李明", "379998200101010038", "2001-01-01")
LI_TOO = Ours(4, "李明明", "379998200101010046", "2001-01-01")


def outcome(ours, theirs):
    found = match(ours, theirs)
    return (
        found.pairs,
        {line: set(keys) for line, (_, keys) in found.unclear.items()},
        found.only_there,
        found.only_here,
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (Theirs("白雨桐", BAI.number), 1),
        (Theirs("白雨同", BAI.number), 1),
        (Theirs("白雨桐", "3799**********0011"), 1),
        (Theirs("白**", "37****************"), 1),
        (Theirs("白*", "379998********0011"), 1),
        (Theirs("*雨桐", "3799****0011"), 1),
        (Theirs("何静姝", ""), 2),
        (Theirs("李*", "3799**********0038"), 3),
        (Theirs("李*", "***********0101***", "2001-01"), None),
        (Theirs("李**", "3799**************"), 4),
        (Theirs("李明", "3799**************"), 3),
        (Theirs("白雨桐", "3799**********0012"), None),
        (Theirs("何静姝", "", "2003-07"), None),
        (Theirs("张*", "3799**************"), None),
    ],
)
def test_who_is_meant(line, key):
    found = match([BAI, HE, LI, LI_TOO], [line])

    assert found.pairs.get(0) == key


def test_several_who_fit_are_told_and_not_listed_as_missing():
    assert outcome([BAI, LI, LI_TOO], [Theirs("李*", "3799**************")]) == ({}, {0: {3, 4}}, [], [1])


def test_the_branch_decides_between_several_and_rules_nobody_out():
    here, there = LI._replace(branch=7), LI_TOO._replace(branch=8)
    line = Theirs("李*", "3799**************", branch=8)

    assert match([here, there], [line]).pairs == {0: 4}
    assert match([here, BAI], [line]).pairs == {0: 3}
    assert 0 in match([here, there._replace(branch=7)], [line._replace(branch=7)]).unclear


def test_two_lines_that_fit_one_person_are_told():
    lines = [Theirs("白*", "3799**************"), Theirs("白雨桐", "37****************")]

    assert outcome([BAI, HE], lines) == ({}, {0: {1}, 1: {1}}, [], [2])


def test_a_whole_number_goes_first():
    lines = [Theirs("李*", "3799**************"), Theirs("李明", LI.number)]

    assert outcome([LI, LI_TOO], lines) == ({1: 3, 0: 4}, {}, [], [])


def test_a_number_that_stands_twice_is_told():
    lines = [Theirs("白雨桐", BAI.number), Theirs("白雨桐", BAI.number)]

    assert outcome([BAI], lines) == ({0: 1}, {1: {1}}, [], [])


def test_nobody_tries_out_the_last_four():
    lines = [Theirs("白雨桐", f"3799**********{tail:04}") for tail in range(30)]

    found = match([BAI, HE], lines)

    assert found.pairs == {}
    assert {why for why, _ in found.unclear.values()} == {matching.TOO_ALIKE}


def test_too_many_ways_of_covering_end():
    lines = [Theirs(f"白{chr(0x4E00 + n)}", f"{'*' * n}9{'*' * (17 - n)}") for n in range(18)]
    lines += [Theirs(f"何{chr(0x4E00 + n)}", f"{'*' * n}98{'*' * (16 - n)}") for n in range(12)]

    found = match([BAI, HE], lines)

    assert {why for why, _ in found.unclear.values()} == {matching.TOO_MANY_SHAPES}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3799＊＊＊＊", "3799****"), ("3799XXXXXXXXXX123X", "3799**********123X"), ("张•", "张*"), ("12X", "12X")],
)
def test_whatever_covers_becomes_an_asterisk(text, expected):
    assert plain(text) == expected


NAMES = st.text("王李张刘陈明华", min_size=2, max_size=4)
NUMBERS = st.text(string.digits, min_size=18, max_size=18)


@given(
    st.lists(st.tuples(NAMES, NUMBERS), unique_by=lambda one: one[1], max_size=12), st.booleans(), st.integers(0, 17)
)
def test_everybody_is_accounted_for_and_never_wrong(people, cover_names, show):
    ours = [Ours(key, name, number, "") for key, (name, number) in enumerate(people)]
    covered = [
        Theirs(f"{name[0]}*" if cover_names else name, number[:show] + "*" * (18 - show)) for name, number in people
    ]

    found = match(ours, covered)

    assert sorted([*found.pairs, *found.unclear, *found.only_there]) == list(range(len(people)))
    assert all(line == key for line, key in found.pairs.items())
    assert found.only_here == []


def test_time_grows_with_the_length_of_the_lists():
    """Four times the length takes sixteen times as long where everybody is held against everybody."""

    def seconds(length):
        ours = [Ours(key, f"王{chr(0x4E00 + key % 5000)}", f"37999820040504{key:04}"[:18], "") for key in range(length)]
        theirs = [Theirs("王*", f"37**********{one.number[12:]}") for one in ours]
        began = time.process_time()
        match(ours, theirs)
        return time.process_time() - began

    short = min(seconds(2_000) for _ in range(3))

    assert min(seconds(8_000) for _ in range(2)) < 10 * short
