"""Nothing out of sight shows by order, filter, suggestion, count or sentence; and masking has one home."""

import ast
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Member
from members.tests.builders import a_cadre_term, a_member, a_phone, an_id_number

ROOT = Path(__file__).resolve().parents[2]
APPS = ("branches", "members", "activities", "reports", "tuanjian")
# What differs between two answers to the same question: tokens, the number of the request, the time.
CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|hx-headers=\'[^\']*\'|\d\d:\d\d(:\d\d)?')
LISTS = [
    *("members:members", "members:youth", "members:cadres", "members:contacts", "members:export_requests"),
    *("members:imports", "activities:activities", "branches:lower", "branches:log", "reports:completion"),
]
SECRETS = [
    *("id_number", "id_number_masked", "id_number_index", "id_number_sealed", "phone", "phone_masked", "phone_index"),
    *("person__phone_index", "person__id_number_index", "phone_tail_index", "started_by__phone_index"),
]


def said(response, *asked):
    text = CHANGING.sub("", response.content.decode())
    for each in asked:
        text = text.replace(each, "").replace(quote(each), "")
    return text


def names_in(page):
    table = page.context.get("table")
    return [row.record.pk for row in table.page.object_list] if table is not None else said(page)


@pytest.mark.parametrize("name", LISTS)
def test_no_list_can_be_sorted_by_a_secret(world, signed_in, name):
    for number in range(4):
        person = a_member(branch=world.branch, phone=f"1400099{9 - number:04d}")
        a_cadre_term(person=person, organization=world.branch, post="committee_member")
    client, address = signed_in(world.bureau_admin), reverse(name)
    usual = names_in(client.get(address))

    for secret in SECRETS:
        for sort in (secret, f"-{secret}"):
            page = client.get(address, {"sort": sort, "order_by": sort, "ordering": sort, "o": sort})
            assert names_in(page) == usual, sort


@pytest.mark.parametrize("name", LISTS)
def test_no_list_can_be_filtered_by_a_secret_index(world, signed_in, name):
    client, address = signed_in(world.bureau_admin), reverse(name)
    usual = names_in(client.get(address))

    for secret in SECRETS:
        asked = {secret: "x", f"{secret}__startswith": "a", f"person__{secret}": "x"}
        assert names_in(client.get(address, asked)) == usual, secret


def asked_for(client, text):
    client.post("/search/", {"q": text})
    return client.get("/search/")


def test_a_number_held_out_of_sight_is_found_no_more_than_one_nobody_has(world, signed_in):
    client = signed_in(world.secretary)
    pairs = [
        (world.foreign_member.id_number, an_id_number()),
        (world.other_member.phone, a_phone()),
        (world.foreign_member.name, "韦不存"),
    ]

    for held, free in pairs:
        assert said(asked_for(client, held), held) == said(asked_for(client, free), free)


@pytest.mark.parametrize(
    ("page", "field"),
    [("members:members", "name"), ("members:youth", "name"), ("members:cadres", "name"), ("members:contacts", "name")],
)
def test_a_filter_answers_alike_for_out_of_sight_and_nobody(world, signed_in, page, field):
    client = signed_in(world.secretary)
    a_cadre_term(person=world.foreign_member, organization=world.foreign_branch, post="deputy_secretary")
    pairs = [
        (world.foreign_member.name, "韦不存"),
        (world.foreign_member.id_number, an_id_number()),
        (world.foreign_member.phone, a_phone()),
        (world.foreign_member.phone[-4:], "8765"),
    ]

    for held, free in pairs:
        answers = [said(client.get(reverse(page), {field: text}), text) for text in (held, free)]
        assert answers[0] == answers[1], held


def test_choosing_a_cadre_answers_alike(world, signed_in):
    client, address = signed_in(world.secretary), reverse("members:cadre_new", args=[world.branch.pk])
    held, free = world.foreign_member.id_number, an_id_number()

    assert said(client.post(address, {"q": held}), held) == said(client.post(address, {"q": free}), free)


def test_a_number_taken_out_of_sight_reads_the_same_wherever_it_is(world, signed_in):
    """That it is taken has to be said; who has it, where and since when not."""
    gone = a_member(branch=world.other_branch, status="transferred_out")
    client = signed_in(world.secretary)

    answers = {
        said(client.post("/members/check-number/", {"id_type": "111", "id_number": person.id_number}), person.id_number)
        for person in (world.foreign_member, world.other_member, world.sister_member, gone)
    }
    # The strip above the sentence tells birthday and sex, which stand in the number itself.
    sentences = {re.sub(r"\d{4}-\d\d-\d\d", "", answer) for answer in answers}

    assert len(sentences) == 1
    assert [word for word in ("铸造车间", "一分队", "戴梓萱", "曹景行") if word in "".join(answers)] == []


@pytest.mark.parametrize("page", ["member", "edit", "void", "traces"])
def test_a_record_out_of_sight_is_a_record_that_does_not_exist(world, signed_in, page):
    client = signed_in(world.secretary)
    there, nowhere = world.foreign_member.pk, Member.objects.order_by("-pk").first().pk + 1_000

    answers = [client.get(reverse(f"members:{page}", args=[pk])) for pk in (there, nowhere)]

    assert [answer.status_code for answer in answers] == [404, 404]
    alike = [re.sub(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", "", said(answer, f"/{pk}/")) for answer, pk in zip(
        answers, (there, nowhere), strict=True
    )]  # fmt: skip
    assert alike[0] == alike[1]


def test_the_search_asks_as_much_for_out_of_sight_as_for_nobody(world, signed_in):
    client = signed_in(world.secretary)

    def queries(text):
        client.post("/search/", {"q": text})
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/")
        return len(captured)

    assert queries(world.foreign_member.id_number) == queries(an_id_number())


def sources():
    for app in APPS:
        yield from (path for path in (ROOT / app).rglob("*.py") if not {"migrations", "tests"} & set(path.parts))


def _masks(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = [side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)]
            if any(side in ("*", "＊", "•", "●", "x", "X") for side in sides):
                yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\*{3,}|＊{3,}", node.value):
            yield node.lineno


def _docstrings(tree):
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, holders) and ast.get_docstring(node, clean=False) is not None:
            yield node.body[0].value.lineno


def test_nothing_is_masked_but_by_the_one_module():
    found = []
    for path in sources():
        if path.name != "masking.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            said_about = set(_docstrings(tree))
            found += [f"{path.relative_to(ROOT)}:{line}" for line in _masks(tree) if line not in said_about]

    assert found == []
