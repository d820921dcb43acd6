"""Every URL × persona × position × method, generated from the URLconf, against rights worked out by hand.

Each record carries unique canaries; whatever a persona may not see must not appear in any answer: body, headers, error
pages and suggestions included. A URL without a declared access class, or whose object this module does not know, fails.

Everybody asks every URL at the own position and at five of the nine others, other ones for each URL and persona;
``make matrix`` asks at all of them.
"""

import datetime as dt
import os
import zlib

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from branches import readiness
from reports.facts import settling
from reports.tests.matrix_asking import ask, pages_as_served
from reports.tests.matrix_subjects import CHOOSING, FIXED, SUBJECTS
from reports.tests.matrix_world import (
    ABOVE,
    ADMIN,
    AUDITOR,
    CLERK,
    OBSERVER,
    OFFICER,
    SITES,
    address_of,
    furnish,
    personas,
    subject_of,
)
from reports.tests.test_house import all_patterns
from reports.tests.world import a_world
from tuanjian.access import Access

pytestmark = [pytest.mark.matrix, pytest.mark.django_db]

BACKEND = "branches.authentication.NameOrPhoneBackend"
PATTERNS = dict(all_patterns())
METHODS = ("get", "post", "put", "delete", "patch", "head")
SAFE = ("get", "head")
EVERY_ROLE = {ADMIN, OFFICER, CLERK, OBSERVER, AUDITOR}
SEE_ROSTER = EVERY_ROLE - {AUDITOR}
# Written out, not derived from branches.scoping: this is what the rule is held against.
MAY_SEE = {
    Access.SEE_ORGANIZATION: EVERY_ROLE,
    Access.SEE_ROSTER: SEE_ROSTER,
    Access.SEE_LOG: {ADMIN, AUDITOR},
    Access.SEE_TRACES: SEE_ROSTER,
    Access.REVEAL_PEOPLE: SEE_ROSTER,
    # Every list of the matrix was made by somebody else.
    Access.SEE_OWN_EXPORT: set(),
    Access.EXPORT_CLEAR: SEE_ROSTER,
    Access.FETCH_FILE: SEE_ROSTER,
    Access.MANAGE_STRUCTURE: EVERY_ROLE,
    Access.MANAGE_STRUCTURE_BELOW: EVERY_ROLE,
    Access.MANAGE_PEOPLE: SEE_ROSTER,
    Access.MANAGE_ACTIVITIES: SEE_ROSTER,
    Access.MANAGE_REPORTS: SEE_ROSTER,
    Access.MANAGE_GRANTS: EVERY_ROLE,
}
MAY_DO = {
    Access.SEE_ORGANIZATION: EVERY_ROLE,
    Access.SEE_ROSTER: SEE_ROSTER,
    Access.SEE_LOG: {ADMIN, AUDITOR},
    Access.SEE_TRACES: {ADMIN},
    Access.REVEAL_PEOPLE: {ADMIN, OFFICER, CLERK},
    Access.SEE_OWN_EXPORT: set(),
    Access.EXPORT_CLEAR: {ADMIN},
    Access.FETCH_FILE: {ADMIN},
    Access.MANAGE_STRUCTURE: {ADMIN},
    Access.MANAGE_STRUCTURE_BELOW: {ADMIN},
    Access.MANAGE_PEOPLE: {ADMIN, CLERK},
    Access.MANAGE_ACTIVITIES: {ADMIN, CLERK},
    Access.MANAGE_REPORTS: {ADMIN, OFFICER},
    Access.MANAGE_GRANTS: {ADMIN},
}


def expected(access, persona, site):
    """'login', 'pledge', 404, 403 or 'allowed'."""
    if persona.owes_pledge:
        return "pledge"
    if access is Access.OPEN:
        return "allowed"
    if persona.user is None or not persona.user.is_active:
        return "login"
    if access is Access.SIGNED_IN:
        return "allowed"
    if site is None:
        # Lists and forms without a number: for people who hold what they need anywhere; the tree shows nobody nothing.
        return "allowed" if access is Access.SEE_ORGANIZATION or persona.role in MAY_DO[access] else 403
    reaches = persona.reached_then(site) if access is Access.SEE_LOG else persona.reaches(site)
    if not reaches or persona.role not in MAY_SEE[access]:
        return 404
    if persona.role not in MAY_DO[access]:
        return 403
    if access is Access.MANAGE_STRUCTURE_BELOW and not persona.stands_above(site):
        return 403
    return "allowed"


def verdict(response):
    if response.status_code == 302 and response["Location"].startswith("/login/"):
        return "login"
    if response.status_code == 302 and response["Location"].startswith("/pledge/"):
        return "pledge"
    return response.status_code if response.status_code in (403, 404) else "allowed"


def hidden(canaries, persona):
    """Words that must not appear in any answer to this persona."""
    for site in SITES:
        words = set()
        if not persona.reaches(site):
            words = {*canaries.people[site], *canaries.organization[site]}
            below_own = persona.site is not None and site in ABOVE[persona.site]
            if not below_own:  # the names above one's own organisation are part of its own full name
                words.add(canaries.tops[site])
            if persona.reached_then(site) and persona.role in (ADMIN, AUDITOR):
                words -= {*canaries.log[site]}
        elif persona.role == AUDITOR:
            words = {*canaries.people[site]} - {*canaries.log[site]}
        yield from sorted(words)


@pytest.fixture(scope="module")
def furnished(django_db_setup, django_db_blocker):
    """One state of the database for the whole matrix, and everybody signed in: each request is undone."""
    noon = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
    with (
        django_db_blocker.unblock(),
        pages_as_served(),
        time_machine.travel(noon, tick=True),
        transaction.atomic(),
    ):
        world = a_world()
        canaries, cast = furnish(world), list(personas(world))
        clients = {persona.name: client_of(persona) for persona in cast}
        # Last: a first log-in is a figure too, and what waits to be settled every page would count by itself.
        settling.settle()
        yield world, canaries, cast, clients
        transaction.set_rollback(True)


def client_of(persona):
    client = Client(raise_request_exception=False)
    if persona.user is not None:
        client.force_login(persona.user, backend=BACKEND)
    return client


@pytest.fixture(autouse=True)
def a_worker_that_is_there(furnished):
    """/healthz asks for a sign of life of the last minute."""
    readiness.beat()


# Enough to get past forms behind which a leak could hide.
POSTED = {"q": "岚", "purpose": "核对档案材料", "field": "id_number", "organization": "1", "next": "/"}

# Answers that follow from what was posted: signing out leads to the log-in page, organisation 1 is not everybody's.
ALSO_RIGHT = {
    ("branches:logout", "post"): "login",
    ("branches:leave_everywhere", "post"): "login",
    ("branches:switch", "post"): 404,
}
# Open to whoever owes the pledge: giving it, and leaving.
BEFORE_PLEDGE = {"branches:pledge": "allowed", "branches:logout": "login"}


def methods_for(persona, site):
    """GET and POST everywhere; the methods no page offers once a persona, at the own organisation."""
    return METHODS if site in (None, persona.site or "branch") else METHODS[:2]


def sites_for(name):
    return SITES if PATTERNS[name].pattern.converters and name not in FIXED else (None,)


WHOLE = bool(os.environ.get("TUANJIAN_WHOLE_MATRIX"))
ASKED_AT = 6


def asked_at(name, persona, sites=SITES):
    """Where this persona asks this URL: at the own position, and at as many others as make ``ASKED_AT``."""
    if WHOLE or sites == (None,):
        return sites
    own = persona.site or "branch"
    others = [site for site in SITES if site != own]
    first = zlib.crc32(f"{name} {persona.name}".encode()) % len(others)
    return [own, *(others[(first + step) % len(others)] for step in range(ASKED_AT - 1))]


# SQLite answers for every URL; PostgreSQL for one in five, the same ones each time.
HERE = [
    name for name in sorted(PATTERNS) if not os.environ.get("TEST_DATABASE_URL") or zlib.crc32(name.encode()) % 5 == 0
]


@pytest.mark.parametrize("name", HERE)
def test_url(name, furnished):
    world, canaries, cast, clients = furnished
    pattern = PATTERNS[name]
    sites = sites_for(name)
    urls = {
        site: reverse(name, args=address_of(subject_of(SUBJECTS[name], world, site)) if site else FIXED.get(name))
        for site in sites
    }
    wrong, leaks, written = [], [], []
    for persona in cast:
        words = [*hidden(canaries, persona)]
        for site in asked_at(name, persona, sites):
            for method in methods_for(persona, site):
                response, answer, touched = ask(clients[persona.name], method, urls[site], POSTED)
                case = f"{method} {urls[site]} ({site}) as {persona.name}"
                written += [f"{case}: {table}" for table in touched] if method in SAFE else []
                wanted = expected(pattern.callback.access, persona, site)
                if wanted == "allowed" and (
                    (site == "closed_branch" and closed_to_changes(name)) or (name in OF_COMMITTEES and is_branch(site))
                ):
                    wanted = 403
                if persona.owes_pledge:
                    wanted = BEFORE_PLEDGE.get(name, wanted)
                also = ALSO_RIGHT.get((name, method)) if wanted == "allowed" else None
                if response.status_code >= 500 or (
                    response.status_code != 405 and verdict(response) not in (wanted, also)
                ):
                    wrong.append(f"{case}: {response.status_code}, expected {wanted}")
                leaks += [f"{word} in {case}" for word in words if word in answer]

    assert wrong == []
    assert leaks == []
    assert written == []


# Pages that are there for closed organisations too.
ALSO_CLOSED = {"branches:grants", "members:close", "members:reopen"}
DECIDED_ABOUT_IT = {"branches:application_approve", "branches:application_return"}


# What only levels with others below them set, by address too.
OF_COMMITTEES = {"reports:scheme"}


def is_branch(site):
    return site is not None and site.endswith("branch")


def closed_to_changes(name):
    """Whatever happened in a closed organisation is history: nobody changes it, from above neither."""
    if name in DECIDED_ABOUT_IT or not manages(name):
        return name in DECIDED_ABOUT_IT
    return SUBJECTS.get(name, "organization") == "organization" and name not in ALSO_CLOSED


def manages(name):
    return PATTERNS[name].callback.access.name.startswith("MANAGE_")


@pytest.mark.parametrize("name", CHOOSING)
def test_a_list_of_another_organisation_asked_for_by_address(name, furnished):
    """?organization= is an object like any other: out of sight is 404, in sight it shows that subtree and no more."""
    world, canaries, cast, clients = furnished
    wrong, leaks, written = [], [], []
    for persona in cast:
        if persona.user is None or not persona.user.is_active:
            continue
        words = [*hidden(canaries, persona)]
        for site in asked_at(name, persona):
            url = f"{reverse(name)}?organization={getattr(world, site).pk}"
            response, answer, touched = ask(clients[persona.name], "get", url)
            written += [f"{name} of {site} as {persona.name}: {table}" for table in touched]
            access = PATTERNS[name].callback.access
            may = persona.role in MAY_DO.get(access, EVERY_ROLE)
            reaches = persona.reaches(site) or (access is Access.SEE_LOG and persona.reached_then(site))
            wanted = ("allowed" if reaches else 404) if may else (403, 404)
            if wanted == "allowed" and site == "closed_branch" and closed_to_changes(name):
                wanted = 403
            wanted = "pledge" if persona.owes_pledge else wanted
            if verdict(response) != wanted and verdict(response) not in (wanted if isinstance(wanted, tuple) else ()):
                wrong.append(f"{name} of {site} as {persona.name}: {response.status_code}, expected {wanted}")
            leaks += [f"{word} in {name} of {site} as {persona.name}" for word in words if word in answer]

    assert wrong == []
    assert leaks == []
    assert written == []


def test_every_subject_named_here_still_exists():
    with_number = {name for name, pattern in PATTERNS.items() if pattern.pattern.converters}

    assert with_number == set(SUBJECTS) | set(FIXED)


def test_the_matrix_is_large_enough(furnished):
    """≥ 20,000 checks: what is generated, counted without running it. Each looks at status, canaries and writes."""
    cast = furnished[2]
    asked = [(name, persona, asked_at(name, persona, sites_for(name))) for name in PATTERNS for persona in cast]
    checks = sum(len(methods_for(persona, site)) for _, persona, sites in asked for site in sites)
    checks += sum(len(asked_at(name, persona)) for name in CHOOSING for persona in cast)
    met = {(name, site) for name, _, sites in asked for site in sites}

    assert len(cast) >= 12
    assert len(SITES) >= 6
    assert met == {(name, site) for name in PATTERNS for site in sites_for(name)}
    assert checks >= 20_000
