"""The guards of the source: where scope or rights are asked for, found in the syntax tree, and trees without one.

A guard is named ``path::function::what`` (``#2`` for the second of that name in the function), so that its name stays
when lines move.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
APPS: Final = ("branches", "members", "activities", "reports")
RECORDER: Final = "_passed_guard"
# Methods of querysets that leave the rows out that somebody may not see or change.
SCOPED: Final = ("visible_to", "manageable_by", "of_branches_visible_to", "decidable_by")
# Functions that give the tops of the subtrees in which somebody may do something.
PATHS: Final = ("seen_paths", "managed_paths")
# Functions that say whether somebody may do something anywhere.
SOMEWHERE: Final = ("has_right_somewhere", "sees_somewhere")
# Functions that give what somebody holds at one place, and of what it is a choice.
HELD: Final = {"roles_at": "Role", "rights_at": "Right"}
# One object for a page: if it may be changed, if it may be looked at, if its people may be.
MANAGEABLE, VISIBLE, ROSTER = "get_manageable", "get_visible", "get_roster"
DECLARATION: Final = "access"


@dataclass(frozen=True)
class Guard:
    """One place that asks. ``what`` is the name of what is called, defined or declared there."""

    path: str
    function: str
    what: str
    number: int = 1

    def __str__(self) -> str:
        again = f"#{self.number}" if self.number > 1 else ""
        return f"{self.path}::{self.function}::{self.what}{again}"

    @property
    def is_declaration(self) -> bool:
        """Whether it is the access class of a page: read when the module is loaded, so no test passes it."""
        return self.what == f"@{DECLARATION}"


def sources() -> Iterator[Path]:
    """The modules of the apps, tests and migrations left out."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


def all_guards() -> list[Guard]:
    """Every guard of the source, in the order of files and lines."""
    return [guard for path in sources() for guard in guards_of(path)]


def guards_of(path: Path) -> list[Guard]:
    """The guards of one module."""
    found: list[Guard] = []
    _Walk(path, lambda guard, node, without: found.append(guard) or node).visit(_tree(path))  # type: ignore[func-returns-value]
    return found


def without(path: Path, name: str) -> ast.Module:
    """The module without the guard of that name."""
    return _changed(path, lambda guard, node, removed: removed if str(guard) == name else node)


def recording(path: Path) -> ast.Module:
    """The module with a call of the recorder, a built-in of the name ``RECORDER``, wherever a guard is passed."""
    return _changed(path, _recorded)


Change = Callable[[Guard, ast.AST, ast.AST], ast.AST]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _changed(path: Path, change: Change) -> ast.Module:
    tree: ast.Module = _Walk(path, change).visit(_tree(path))
    return ast.fix_missing_locations(tree)


def _recorded(guard: Guard, node: ast.AST, removed: ast.AST) -> ast.AST:
    passed = ast.Call(ast.Name(RECORDER, ast.Load()), [ast.Constant(str(guard))], [])
    if isinstance(node, ast.expr):
        both = ast.Tuple([passed, node], ast.Load())
        return ast.copy_location(ast.Subscript(both, ast.Constant(1), ast.Load()), node)
    if isinstance(node, ast.FunctionDef) and not guard.is_declaration:
        node.body.insert(0, ast.Expr(passed))
    return node


class _Walk(ast.NodeTransformer):
    """Hands every guard to ``change``, with its node and with what would stand there without it."""

    def __init__(self, path: Path, change: Change) -> None:
        self._path = path.relative_to(ROOT).as_posix()
        self._change = change
        self._inside: list[str] = []
        self._seen: Counter[tuple[str, str]] = Counter()

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._inside.append(node.name)
        declared: ast.AST = node
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and _is_name(decorator.func, DECLARATION):
                rest = [each for each in node.decorator_list if each is not decorator]
                declared = self._change(self._guard(f"@{DECLARATION}"), node, _copy(node, decorator_list=rest))
        assert isinstance(declared, ast.FunctionDef)
        if node.name in SCOPED and len(self._inside) > 1:
            everything = ast.parse("return self.all()").body
            declared = self._change(self._guard(f"def {node.name}"), declared, _copy(declared, body=everything))
        else:
            self.generic_visit(declared)
        self._inside.pop()
        return declared

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in SCOPED:
            everything = ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], [])
            return self._found(node.func.attr, node, everything)
        if not isinstance(node.func, ast.Name):
            return node
        if node.func.id in PATHS:
            return self._found(node.func.id, node, ast.List([ast.Constant("")], ast.Load()))
        if node.func.id in SOMEWHERE:
            return self._found(node.func.id, node, ast.Constant(True))
        if node.func.id in HELD:
            every = ast.Call(ast.Name("frozenset", ast.Load()), [_from("branches.scoping", HELD[node.func.id])], [])
            return self._found(node.func.id, node, every)
        if node.func.id == MANAGEABLE:
            return self._found(MANAGEABLE, node, _only_visible(node))
        if node.func.id == VISIBLE:
            return self._found(VISIBLE, node, _anything(node.args[0], node.keywords))
        if node.func.id == ROSTER:
            organization = _from("branches.models", "Organization")
            return self._found(ROSTER, node, _anything(organization, [ast.keyword("pk", node.args[1])]))
        return node

    def _found(self, what: str, node: ast.Call, removed: ast.expr) -> ast.AST:
        return self._change(self._guard(what), node, ast.copy_location(removed, node))

    def _guard(self, what: str) -> Guard:
        function = ".".join(self._inside)
        self._seen[function, what] += 1
        return Guard(self._path, function, what, self._seen[function, what])


def _only_visible(node: ast.Call) -> ast.expr:
    """The same object, asked for by sight alone."""
    keywords = [each for each in node.keywords if each.arg not in ("right", "below", "also_closed")]
    return ast.Call(_from("branches.http", VISIBLE), node.args, keywords)


def _anything(model: ast.expr, lookup: list[ast.keyword]) -> ast.expr:
    """The same object, whoever asks."""
    return ast.Call(_from("django.shortcuts", "get_object_or_404"), [model], lookup)


def _from(module: str, name: str) -> ast.expr:
    return ast.parse(f"__import__({module!r}, fromlist=['_']).{name}", mode="eval").body


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _copy(node: ast.FunctionDef, **changed: Any) -> ast.FunctionDef:
    copied = copy.copy(node)
    for field, value in changed.items():
        setattr(copied, field, value)
    return copied
