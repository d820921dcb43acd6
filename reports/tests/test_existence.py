"""What lies out of sight answers as what does not exist, to the byte and to the number of statements.

Every address with an object in it, and every place where an object's key is sent along: in the query, in a form.
"""

import datetime as dt
import json
import re
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from branches.models import Role
from branches.tests.builders import a_grant, a_user
from members.tests.rosters import a_row, checked
from members.tests.rosters import members as sheet_of_members
from reports.tests.matrix_asking import ask
from reports.tests.matrix_world import address_of, furnish, subject_of
from reports.tests.test_matrix import BACKEND, CHOOSING, HERE, POSTED, SUBJECTS
from reports.tests.world import a_world

pytestmark = [pytest.mark.matrix, pytest.mark.django_db]

SITES = ("sister_branch", "moved_branch", "closed_branch", "foreign_bureau")
NOWHERE = 98_765_432
# New with every request, whatever is asked for: the number of the request, and what guards its forms and scripts.
NEW_EACH_TIME = re.compile(
    r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b"
    r"|(?<=name=\"csrfmiddlewaretoken\" value=\")\w+|(?<=\"X-CSRFToken\": \")\w+|(?<=nonce[=-])[\"\w/+=-]+"
)


@pytest.fixture(scope="module")
def quarters(django_db_setup, django_db_blocker):
    """One state of the database for the whole module, and two people who see one branch, its people or its log."""
    noon = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
    with django_db_blocker.unblock(), time_machine.travel(noon, tick=False), transaction.atomic():
        world = a_world()
        furnish(world)
        auditor = a_user("auditor_of_branch", display_name="支部审计员")
        a_grant(auditor, world.branch, Role.AUDITOR)
        yield world, {user: client_of(user) for user in (world.secretary, auditor)}
        transaction.set_rollback(True)


def client_of(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    return client


def answer(client, method, url, posted=None):
    """Status, body and headers of one request that leaves no trace, and how many statements it took."""
    statements = []

    def count(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        response, text, _ = ask(client, method, url, posted)
    return response.status_code, NEW_EACH_TIME.sub("", text), len(statements)


def missing(key):
    """A key of the same kind that nothing has; of a row of an import the row of an import that nothing is."""
    return [NOWHERE, *key[1:]]


@pytest.mark.parametrize("name", [name for name in HERE if name in SUBJECTS])
def test_an_address_out_of_sight_answers_as_one_that_leads_nowhere(quarters, name):
    world, clients = quarters
    told = []
    for user, client in clients.items():
        for method in ("get", "post"):
            key = address_of(subject_of(SUBJECTS[name], world, "sister_branch"))
            nothing = answer(client, method, reverse(name, args=missing(key)), POSTED)
            for site in SITES:
                url = reverse(name, args=address_of(subject_of(SUBJECTS[name], world, site)))
                if answer(client, method, url, POSTED) != nothing:
                    told.append(f"{method} {url} ({site}) as {user}")

    assert told == []


def test_a_row_that_an_import_out_of_sight_has_or_has_not_answers_alike(quarters):
    world, clients = quarters
    roster = subject_of("import", world, "sister_branch")

    answers = {
        answer(clients[world.secretary], "get", reverse("members:import_row", args=[roster.pk, number]))
        for number in (1, 2)
    }

    assert len(answers) == 1


@pytest.mark.parametrize("name", CHOOSING)
def test_a_list_of_an_organisation_out_of_sight_answers_as_one_of_none(quarters, name):
    world, clients = quarters
    asked = {site: getattr(world, site).pk for site in SITES}
    told = []
    for user, client in clients.items():
        nothing = answer(client, "get", f"{reverse(name)}?organization={NOWHERE}")
        told += [
            f"{name} of {site} as {user}"
            for site, pk in asked.items()
            if answer(client, "get", f"{reverse(name)}?organization={pk}") != nothing
        ]

    assert told == []


# Where a page takes the key of another object: the page, of what it is, the name under which it is sent, and the rest.
MERGING = {"merged_on": "2026-11-20", "reason": "分流"}
LEAVING = {"occasion": "leaving", "on": "2026-11-21"}
SENT_ALONG = [
    ("get", "branches:move", "organization", "under", {}),
    ("get", "reports:move_confirm", "organization", "under", {}),
    ("post", "reports:move_confirm", "organization", "under", {"reason": "机构调整"}),
    ("get", "members:merge", "organization", "into", {}),
    ("post", "members:merge", "organization", "into", MERGING),
    ("get", "members:merge_records", "member", "other", {}),
    ("post", "members:merge_records", "member", "other", {}),
    ("post", "members:different", "member", "other", {}),
    ("get", "members:cadre_new", "member", "person", {}),
    ("get", "members:void_many", "member", "pk", {}),
    ("get", "members:national_mark", "member", "pk", {}),
    ("get", "members:edit_ticked", "member", "pk", {}),
    ("get", "members:new", "organization", "branch", {}),
    ("post", "members:new", "organization", "branch", {"name": "宋启明"}),
    ("get", "branches:pick", "organization", "under", {}),
    ("post", "branches:switch", "organization", "organization", {}),
    ("get", "branches:tree_as_of", "organization", "organization", {"on": "2026-11-21"}),
    ("post", "members:handover", "term", "ending", LEAVING),
    ("post", "members:handover", "grant", "leaving", LEAVING),
    ("post", "members:import_new", "organization", "organization", {}),
]
OUT_OF_SIGHT = ("other_branch", "moved_branch", "foreign_branch")
IN_SIGHT = ("bureau", "branch", "sister_branch", "other_general")
# Where a name is typed, or a key that is not the whole of what is sent.
TYPED = [
    ("branches:tree", "organization", "q", "{0.short_name}"),
    ("branches:pick", "organization", "q", "{0.short_name}"),
    ("branches:log", "organization", "object", "branches.organization:{0.pk}"),
    ("branches:log", "member", "object", "members.member:{0.pk}"),
    ("branches:log", "member", "label", "{0.name}"),
    ("branches:log", "organization", "place", "{0.short_name}"),
    ("branches:log", "grant", "actor", "{0.user.display_name}"),
    ("members:members", "organization", "organization_name", "{0.short_name}"),
    ("members:imports", "organization", "q", "{0.short_name}"),
    ("activities:activities", "organization", "organization_name", "{0.short_name}"),
    ("activities:activities", "activity", "topic", "{0.topic}"),
]


@pytest.mark.parametrize(("method", "name", "kind", "field", "rest"), SENT_ALONG)
def test_a_key_sent_along_answers_alike_whether_something_has_it(quarters, method, name, kind, field, rest):
    world, _ = quarters
    of = SUBJECTS.get(name)
    url = reverse(name, args=[subject_of(of, world, "branch").pk] if of else None)

    def is_told(site, by):
        client, keys = client_of(by), (str(subject_of(kind, world, site).pk), str(NOWHERE))
        answers = [sent(client, method, url, rest | {field: key}, *keys) for key in keys]
        return answers[0] != answers[1]

    assert [site for site in OUT_OF_SIGHT if is_told(site, world.general_admin)] == []
    # In sight it makes a difference: otherwise the page would not look at the key at all.
    assert [site for site in IN_SIGHT if is_told(site, world.bureau_admin)] != []


def sent(client, method, url, data, *asked):
    """The answer without what was asked for, which the page gives back, and without its length."""
    if method == "get":
        url, data = f"{url}?{urlencode(data)}", None
    status, text, statements = answer(client, method, url, data)
    for word in asked:
        words = {re.escape(each) for each in (word, quote(word), quote(quote(word)), word.rpartition(":")[2])}
        text = re.sub(rf"(?<!\d)({'|'.join(sorted(words, reverse=True))})(?!\d)|'Content-Length': '\d+'", "", text)
    return status, text, statements


@pytest.mark.parametrize(("name", "kind", "field", "typed"), TYPED)
def test_a_name_typed_finds_nothing_out_of_sight_as_a_name_nobody_has(quarters, name, kind, field, typed):
    world, _ = quarters
    url = reverse(name)

    def is_told(site, by):
        client = client_of(by)
        texts = (typed.format(subject_of(kind, world, site)), typed.partition("{")[0] + str(NOWHERE))
        answers = [sent(client, "get", url, {field: text}, *texts) for text in texts]
        return answers[0] != answers[1]

    # Their log tells of the time when it stood with them.
    out_of_sight = set(OUT_OF_SIGHT) - ({"moved_branch"} if name == "branches:log" else set())
    assert [site for site in out_of_sight if is_told(site, world.general_admin)] == []
    assert [site for site in IN_SIGHT if is_told(site, world.bureau_admin)] != []


def test_a_person_entered_again_is_refused_in_the_same_words_wherever_they_are(quarters):
    """That the number is taken has to be said; the page says no more about the one place than about the other."""
    world, _ = quarters
    client, url = client_of(world.general_admin), reverse("members:new")
    new = {
        "name": "宋启明", "branch": str(world.branch.pk), "id_type": "111", "league_status": "member",
        "political_status": "03", "joined_on": "2016-05", "ethnicity": "01",
    }  # fmt: skip

    answers = set()
    for site in OUT_OF_SIGHT:
        number = subject_of("member", world, site).id_number
        status, text, statements = answer(client, "post", url, new | {"id_number": number})
        assert "已" in text
        answers.add((status, text.replace(number, ""), statements))

    assert len(answers) == 1


def test_a_roster_with_somebody_who_is_elsewhere_reads_the_same_wherever_that_is(quarters):
    world, _ = quarters

    findings = set()
    for site in OUT_OF_SIGHT:
        number = subject_of("member", world, site).id_number
        roster = checked(
            sheet_of_members(a_row("宋启明", "航测一室团支部", number=number, phone="14000999999")),
            organization=world.general,
            by=world.general_admin,
        )
        [row] = roster.rows.all()
        said = json.dumps([row.state, row.problems, row.warnings], ensure_ascii=False)
        findings.add((said, row.target_id))

    assert len(findings) == 1
    assert findings.pop()[1] is None
