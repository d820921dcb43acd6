"""No guard without a test that misses it: the list `make sabotage` leaves behind covers the source as it stands."""

import ast
import os
import subprocess
import sys

from branches.scoping import RIGHTS, SIGHTS, Right, Role, Sight
from sabotage.__main__ import ROOT, caught_before, equivalent
from sabotage.guards import all_guards, guards_of, without

TRY_NEW = (
    "Try them: make sabotage-new, or for a few python -m sabotage --new --tests <files of tests that miss them>. "
    "Commit sabotage/caught.json; a guard nobody can miss goes into sabotage/equivalents.toml with the reason."
)
DROP_OLD = "make sabotage-new drops them from sabotage/caught.json; equivalents.toml is kept by hand."


def names():
    return {str(guard) for guard in all_guards()}


def test_every_guard_is_missed_by_a_test_or_equivalent():
    assert sorted(names() - caught_before().keys() - equivalent().keys()) == [], TRY_NEW


def test_the_lists_name_no_guard_that_is_gone():
    assert sorted((caught_before().keys() | equivalent().keys()) - names()) == [], DROP_OLD


def test_nothing_is_missed_and_equivalent_at_once():
    assert sorted(caught_before().keys() & equivalent().keys()) == []


def test_the_tests_that_missed_a_guard_are_there():
    """The file, and the function in it; parameters come and go."""
    tests = {tuple(test.partition("[")[0].split("::")) for test in caught_before().values()}

    defined = {path: functions_of(path) for path, _ in tests}

    assert sorted(f"{path}::{function}" for path, function in tests if function not in defined[path]) == []


def functions_of(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


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


def test_a_declaration_is_missed_and_nothing_else_is_taken_for_one(tmp_path):
    guards = guards_of(ROOT / "members" / "views" / "traces.py")

    told = subprocess.run(
        [sys.executable, "-m", "sabotage.declarations"],
        input="\n".join(map(str, guards)),
        env=os.environ | {"TUANJIAN_VAR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.splitlines() == [str(guard) for guard in guards if guard.is_declaration]
    assert [guard.what for guard in guards] == ["@access", "get_visible"]


def test_whoever_changes_or_takes_out_people_sees_them():
    """What reasons in equivalents.toml rest on: one who holds such a right somewhere sees everybody below."""
    about_people = {Right.PEOPLE, Right.ACTIVITIES, Right.CLEAR_EXPORT}

    unseeing = [role for role, rights in RIGHTS.items() if rights & about_people and Sight.ROSTER not in SIGHTS[role]]
    unclear = [role for role in Role if Right.CLEAR_EXPORT in RIGHTS[role] and Sight.CLEAR not in SIGHTS[role]]
    homeless = [role for role, sights in SIGHTS.items() if Sight.ROSTER in sights and Sight.ORGANIZATIONS not in sights]

    assert (unseeing, unclear, homeless) == ([], [], [])
