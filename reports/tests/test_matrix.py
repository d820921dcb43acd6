"""Every URL × persona × position × method, generated from the URLconf, against rights worked out by hand.

Each record carries unique canaries; whatever a persona may not see must not appear in any answer: body, headers, error
pages and suggestions included. A URL without a declared access class, or whose object this module does not know, fails.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

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
from tuanjian.access import Access

pytestmark = pytest.mark.matrix

BACKEND = "branches.authentication.NameOrPhoneBackend"
PATTERNS = dict(all_patterns())
METHODS = ("get", "post", "put", "delete")
# What the number in a URL is. Whoever adds a URL says it here.
SUBJECTS = {
    "reports:organization": "organization",
    "reports:completion_of": "organization",
    "reports:completion_print": "organization",
    "reports:next_gap": "organization",
    "reports:card": "organization",
    "branches:tree_children": "organization",
    "branches:add": "organization",
    "branches:edit": "organization",
    "branches:rename": "organization",
    "branches:change_type": "organization",
    "branches:move": "organization",
    "reports:move_confirm": "organization",
    "branches:order": "organization",
    "branches:headcount": "organization",
    "branches:grants": "organization",
    "branches:grant_add": "organization",
    "branches:grant_end": "grant",
    "branches:log_entry": "entry",
    "branches:reset_new": "grant",
    "branches:code_new": "organization",
    "branches:code_sheet": "organization",
    "branches:code_void": "code",
    "branches:grant_dates": "grant",
    "branches:application": "request",
    "branches:application_approve": "request",
    "branches:application_return": "request",
    "branches:application_withdraw": "request",
    "branches:apply_name": "organization",
    "branches:apply_type": "organization",
    "branches:apply_administrator": "organization",
    "members:handover": "organization",
    "reports:handover_sheet": "organization",
    "members:outline": "organization",
    "members:member": "member",
    "members:edit": "member",
    "members:void": "member",
    "members:restore": "member",
    "members:merge_records": "member",
    "members:different": "member",
    "members:reveal": "member",
    "members:traces": "member",
    "members:export_request": "export",
    "members:export_approve": "export",
    "members:export_refuse": "export",
    "members:export_fetch": "export",
    "members:national_withdraw": "member",
    "members:organization_cadres": "organization",
    "members:cadre_new": "organization",
    "members:cadre_edit": "term",
    "members:cadre_end": "term",
    "members:close": "organization",
    "members:reopen": "organization",
    "members:merge": "organization",
    "members:gap_sheet": "organization",
    "members:import": "import",
    "members:import_progress": "import",
    "members:import_row": "row",
    "members:import_confirm": "import",
    "members:import_check_again": "import",
    "members:import_discard": "import",
    "members:import_refused": "import",
    "members:import_absent": "import",
    "members:import_changes": "import",
    "members:import_take_back": "import",
    "activities:new": "organization",
    "activities:activity": "activity",
    "activities:edit": "activity",
    "activities:void": "activity",
    "activities:restore": "activity",
}
# What stands in the address of pages that are about no object.
FIXED = {"members:blank": ["members"]}
EVERY_ROLE = {ADMIN, OFFICER, CLERK, OBSERVER, AUDITOR}
SEE_ROSTER = EVERY_ROLE - {AUDITOR}
# Written out, not derived from branches.scoping: this is what the rule is held against.
MAY_SEE = {
    Access.SEE_ORGANIZATION: EVERY_ROLE,
    Access.SEE_ROSTER: SEE_ROSTER,
    Access.SEE_LOG: {ADMIN, AUDITOR},
    Access.SEE_TRACES: SEE_ROSTER,
    Access.REVEAL_PEOPLE: SEE_ROSTER,
    Access.EXPORT_CLEAR: SEE_ROSTER,
    Access.MANAGE_STRUCTURE: EVERY_ROLE,
    Access.MANAGE_STRUCTURE_BELOW: EVERY_ROLE,
    Access.MANAGE_PEOPLE: SEE_ROSTER,
    Access.MANAGE_ACTIVITIES: SEE_ROSTER,
    Access.MANAGE_REPORTS: EVERY_ROLE,
    Access.MANAGE_GRANTS: EVERY_ROLE,
}
MAY_DO = {
    Access.SEE_ORGANIZATION: EVERY_ROLE,
    Access.SEE_ROSTER: SEE_ROSTER,
    Access.SEE_LOG: {ADMIN, AUDITOR},
    Access.SEE_TRACES: {ADMIN},
    Access.REVEAL_PEOPLE: {ADMIN, OFFICER, CLERK},
    Access.EXPORT_CLEAR: {ADMIN},
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
    if not persona.reaches(site) or persona.role not in MAY_SEE[access]:
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
        if not persona.reaches(site):
            yield from canaries.people[site]
            yield from canaries.organization[site]
            below_own = persona.site is not None and site in ABOVE[persona.site]
            if not below_own:  # the names above one's own organisation are part of its own full name
                yield canaries.tops[site]
        elif persona.role == AUDITOR:
            yield from canaries.people[site]


@pytest.fixture
def furnished(world):
    return world, furnish(world), list(personas(world))


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
    return METHODS if site in (None, persona.site) else METHODS[:2]


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_url(name, furnished):
    world, canaries, cast = furnished
    pattern = PATTERNS[name]
    takes_pk = bool(pattern.pattern.converters) and name not in FIXED
    sites = SITES if takes_pk else (None,)
    urls = {
        site: reverse(name, args=address_of(subject_of(SUBJECTS[name], world, site)) if takes_pk else FIXED.get(name))
        for site in sites
    }
    wrong, leaks = [], []
    for persona in cast:
        client = Client(raise_request_exception=False)
        if persona.user is not None:
            client.force_login(persona.user, backend=BACKEND)
        for site in sites:
            for method in methods_for(persona, site):
                response, answer = ask(client, method, urls[site])
                case = f"{method} {urls[site]} ({site}) as {persona.name}"
                wanted = expected(pattern.callback.access, persona, site)
                if persona.owes_pledge:
                    wanted = BEFORE_PLEDGE.get(name, wanted)
                also = ALSO_RIGHT.get((name, method)) if wanted == "allowed" else None
                if response.status_code >= 500 or (
                    response.status_code != 405 and verdict(response) not in (wanted, also)
                ):
                    wrong.append(f"{case}: {response.status_code}, expected {wanted}")
                leaks += [f"{word} in {case}" for word in hidden(canaries, persona) if word in answer]

    assert wrong == []
    assert leaks == []


def ask(client, method, url):
    """One request whose effects are undone, with all it answered as text."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(url, POSTED) if method == "post" else getattr(client, method)(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    return response, body.decode("utf-8", "replace") + str(dict(response.headers))


CHOOSING = [
    "reports:vacancies",
    "reports:completion",
    "reports:completion_export",
    "reports:completion_table",
    "branches:lower",
    "branches:applications",
    "branches:log",
    "branches:log_export",
    "members:members",
    "members:youth",
    "members:members_print",
    "members:members_export",
    "members:export_profile",
    "members:gaps",
    "members:blanks",
    "members:cadres",
    "members:contacts",
    "members:contacts_print",
    "members:health",
    "members:same",
    "activities:activities",
]


@pytest.mark.parametrize("name", CHOOSING)
def test_a_list_of_another_organisation_asked_for_by_address(name, furnished):
    """?organization= is an object like any other: out of sight is 404, in sight it shows that subtree and no more."""
    world, canaries, cast = furnished
    wrong, leaks = [], []
    for persona in cast:
        if persona.user is None or not persona.user.is_active:
            continue
        client = Client(raise_request_exception=False)
        client.force_login(persona.user, backend=BACKEND)
        for site in SITES:
            response, answer = ask(client, "get", f"{reverse(name)}?organization={getattr(world, site).pk}")
            access = PATTERNS[name].callback.access
            may = persona.role in MAY_DO.get(access, EVERY_ROLE)
            wanted = ("allowed" if persona.reaches(site) else 404) if may else (403, 404)
            wanted = "pledge" if persona.owes_pledge else wanted
            if verdict(response) != wanted and verdict(response) not in (wanted if isinstance(wanted, tuple) else ()):
                wrong.append(f"{name} of {site} as {persona.name}: {response.status_code}, expected {wanted}")
            leaks += [
                f"{word} in {name} of {site} as {persona.name}" for word in hidden(canaries, persona) if word in answer
            ]

    assert wrong == []
    assert leaks == []


def test_every_subject_named_here_still_exists():
    with_number = {name for name, pattern in PATTERNS.items() if pattern.pattern.converters}

    assert with_number == set(SUBJECTS) | set(FIXED)


def test_the_matrix_is_large_enough():
    """≥ 5,000 checks: what is generated, counted without running it."""
    people = 15
    checks = sum(
        people * len(METHODS[:2]) * (len(SITES) if pattern.pattern.converters else 1) for pattern in PATTERNS.values()
    )

    assert checks >= 5_000
