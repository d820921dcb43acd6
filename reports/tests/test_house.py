"""What keeps the house in order and no linter checks: foreign keys, access classes, scoped views, sizes."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from tuanjian.access import Access

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ["branches", "members", "activities", "reports"]
OURS = {*LAYERS, "tuanjian"}


def all_patterns(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            if entry.namespace != "admin":
                yield from all_patterns(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry


def test_no_foreign_key_points_up_the_layers():
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in LAYERS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if field.related_model._meta.app_label in LAYERS
        and LAYERS.index(field.related_model._meta.app_label) > LAYERS.index(model._meta.app_label)
    ]

    assert upward == []


def test_every_view_declares_its_access_class():
    undeclared = [
        name for name, pattern in all_patterns() if not isinstance(getattr(pattern.callback, "access", None), Access)
    ]

    assert undeclared == []


def view_modules():
    for app in LAYERS:
        yield from sorted((ROOT / app).glob("views/**/*.py"))
        yield from sorted((ROOT / app).glob("views.py"))


class Bare(ast.NodeVisitor):
    """Finds chains that start at ``Model.objects`` and go on with anything but the two scoped methods."""

    def __init__(self):
        self.found = []
        self.allowed = set()

    def visit_Attribute(self, node):
        if node.attr in {"visible_to", "manageable_by"} and isinstance(node.value, ast.Attribute):
            self.allowed.add(id(node.value))
        if node.attr in {"objects", "_default_manager", "_base_manager"} and id(node) not in self.allowed:
            self.found.append(node.lineno)
        self.generic_visit(node)


@pytest.mark.parametrize("path", list(view_modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_view_starts_from_bare_objects(path):
    finder = Bare()

    finder.visit(ast.parse(path.read_text(encoding="utf-8")))

    assert finder.found == []


def own_modules():
    for app in OURS:
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def test_no_module_grows_past_400_lines_without_a_reason():
    long = []
    for path in own_modules():
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text)) or ""
        if len(text.splitlines()) > 400 and "lines" not in docstring:
            long.append(str(path.relative_to(ROOT)))

    assert long == []


def test_rows_are_locked_so_that_others_may_still_point_at_them():
    """Otherwise whoever commits a row that points at a locked one waits, and two such wait for each other."""
    wholly = []
    for path in own_modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            locks = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "select_for_update"
            if locks and not any(keyword.arg == "no_key" for keyword in node.keywords):
                wholly.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert wholly == []


def test_no_signals_between_our_apps():
    offenders = [
        str(path.relative_to(ROOT))
        for path in own_modules()
        if "tests" not in path.parts and "django.db.models.signals import" in path.read_text(encoding="utf-8")
        if path.name != "apps.py"
    ]

    assert offenders == []


def test_templates_hold_no_inline_script_or_style():
    bad = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "bootstrap5" in path.parts:
            # Overrides of crispy's templates: markup it has rendered, and help texts, which stand in our code.
            text = re.sub(r"(help_text|fields|fields_output)\|safe", "", text)
        signs = (" style=", "<style", " onclick=", " onchange=", " onsubmit=", "javascript:", "|safe")
        bad += [f"{path.relative_to(ROOT)}: {sign.strip()}" for sign in signs if sign in text]
        if "<script" in text.replace("<script src=", "").replace("<script defer src=", "").replace(
            '<script type="application/json"', ""
        ):
            bad.append(f"{path.relative_to(ROOT)}: script")

    assert bad == []


def test_tests_that_commit_give_the_dictionaries_back():
    """Without serialized_rollback the flush after such a test leaves later ones without dictionaries and age rules."""
    careless = [
        str(path.relative_to(ROOT))
        for path in own_modules()
        if "django_db(transaction=True)" in path.read_text(encoding="utf-8") and path.name != "test_house.py"
    ]

    assert careless == []


# Written by code, which cuts what is too long, or by Django.
OWN_TEXTS = {"path", "password", "org_type"}
OWN_MODELS = {
    *("Placement", "Standing", "AuditEntry", "AuditSeal", "KeyFingerprint", "SignIn"),
    *("RosterImport", "RosterRow", "RosterChange"),
}


def test_texts_people_type_are_limited_by_the_database_too():
    """SQLite keeps no length of a column."""
    unlimited = []
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS or model.__name__ in OWN_MODELS:
            continue
        limited = " ".join(str(getattr(each, "condition", "")) for each in model._meta.constraints)
        unlimited += [
            f"{model.__name__}.{field.name}"
            for field in model._meta.local_fields
            if isinstance(field, (models.CharField, models.TextField))
            if field.editable and field.max_length and not field.choices and field.name not in OWN_TEXTS
            if f"'{field.name}__length__lte'" not in limited
        ]

    assert unlimited == []
