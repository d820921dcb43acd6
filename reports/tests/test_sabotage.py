"""No guard without a test that misses it: the list `make sabotage` leaves behind covers the source as it stands."""

import ast

from sabotage.__main__ import DECLARED, ROOT, caught_before, equivalent
from sabotage.guards import all_guards, guards_of, without


def names():
    return {str(guard) for guard in all_guards()}


def test_the_lists_name_no_guard_that_is_gone():
    assert sorted((caught_before().keys() | equivalent().keys()) - names()) == []


def test_nothing_is_missed_and_equivalent_at_once():
    assert sorted(caught_before().keys() & equivalent().keys()) == []


def test_the_tests_that_missed_a_guard_are_there():
    paths = {test.partition("::")[0] for test in caught_before().values()}

    assert [path for path in sorted(paths) if not (ROOT / path).is_file()] == []
    assert (ROOT / DECLARED.partition("::")[0]).is_file()


def test_every_equivalent_says_why():
    assert [name for name, reason in equivalent().items() if len(reason) < 40] == []


def unparsed(path, guard):
    return ast.unparse(without(path, str(guard))).splitlines()


def test_taking_away_a_guard_changes_its_line_and_nothing_else():
    path = ROOT / "members" / "http.py"
    whole = ast.unparse(ast.parse(path.read_text(encoding="utf-8"))).splitlines()

    changed = [
        sum(before != after for before, after in zip(whole, unparsed(path, guard), strict=True))
        for guard in guards_of(path)
    ]

    assert len(changed) > 5
    assert set(changed) == {1}
