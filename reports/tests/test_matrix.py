"""Every URL × persona × position × method, generated from the URLconf, against rights worked out by hand.

Each record carries unique canaries; whatever a persona may not see must not appear in any answer: body, headers, error
pages and suggestions included. A URL without a declared access class, or whose object this module does not know, fails.
"""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, ActivityKind
from branches import audit
from branches.models import AccessGrant, Headcount, Organization, Role, User
from branches.tests.builders import a_grant, a_user
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.tests.test_house import all_patterns
from tuanjian.access import Access

pytestmark = pytest.mark.matrix

BACKEND = "branches.authentication.NameOrPhoneBackend"
PATTERNS = dict(all_patterns())
METHODS = ("get", "post", "put", "delete")
SITES = (
    "bureau",
    "general",
    "branch",
    "sister_branch",
    "other_general",
    "other_branch",
    "foreign_bureau",
    "foreign_branch",
)
ABOVE = {
    "bureau": ("bureau",),
    "general": ("bureau", "general"),
    "branch": ("bureau", "general", "branch"),
    "sister_branch": ("bureau", "general", "sister_branch"),
    "other_general": ("bureau", "other_general"),
    "other_branch": ("bureau", "other_general", "other_branch"),
    "foreign_bureau": ("foreign_bureau",),
    "foreign_branch": ("foreign_bureau", "foreign_branch"),
}
# What the number in a URL is. Whoever adds a URL says it here.
SUBJECTS = {
    "reports:organization": "organization",
    "reports:completion_of": "organization",
    "reports:completion_print": "organization",
    "branches:tree_children": "organization",
    "branches:add": "organization",
    "branches:edit": "organization",
    "branches:rename": "organization",
    "branches:change_type": "organization",
    "branches:move": "organization",
    "branches:order": "organization",
    "branches:headcount": "organization",
    "branches:grants": "organization",
    "branches:grant_add": "organization",
    "branches:grant_end": "grant",
    "members:outline": "organization",
    "members:member": "member",
    "members:edit": "member",
    "members:void": "member",
    "members:restore": "member",
    "members:reveal": "member",
    "members:organization_cadres": "organization",
    "members:cadre_new": "organization",
    "members:cadre_edit": "term",
    "members:cadre_end": "term",
    "members:close": "organization",
    "activities:new": "organization",
    "activities:activity": "activity",
    "activities:edit": "activity",
    "activities:void": "activity",
    "activities:restore": "activity",
}
ADMIN, OFFICER, CLERK, OBSERVER, AUDITOR = (
    Role.ADMINISTRATOR, Role.OFFICER, Role.ENTRY_CLERK, Role.OBSERVER, Role.AUDITOR,
)  # fmt: skip
EVERY_ROLE = {ADMIN, OFFICER, CLERK, OBSERVER, AUDITOR}
SEE_ROSTER = EVERY_ROLE - {AUDITOR}
# Written out, not derived from branches.scoping: this is what the rule is held against.
MAY_SEE = {
    Access.SEE_ORGANIZATION: EVERY_ROLE,
    Access.SEE_ROSTER: SEE_ROSTER,
    Access.SEE_LOG: {ADMIN, AUDITOR},
    Access.REVEAL_PEOPLE: SEE_ROSTER,
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
    Access.REVEAL_PEOPLE: {ADMIN, OFFICER, CLERK},
    Access.MANAGE_STRUCTURE: {ADMIN},
    Access.MANAGE_STRUCTURE_BELOW: {ADMIN},
    Access.MANAGE_PEOPLE: {ADMIN, CLERK},
    Access.MANAGE_ACTIVITIES: {ADMIN, CLERK},
    Access.MANAGE_REPORTS: {ADMIN, OFFICER},
    Access.MANAGE_GRANTS: {ADMIN},
}


@dataclass
class Persona:
    name: str
    user: User | None
    role: Role | None = None
    site: str | None = None

    def reaches(self, site):
        return self.site is not None and self.site in ABOVE[site]

    def stands_above(self, site):
        return self.reaches(site) and (self.site != site or len(ABOVE[site]) == 1)


@dataclass
class Canaries:
    organization: dict[str, list[str]]
    people: dict[str, list[str]]
    tops: dict[str, str]


def personas(world):
    today = timezone.localdate()
    yield Persona("anonymous", None)
    # Every role in the middle of the tree, so that own, above, below and beside occur; the strongest at both ends too.
    for role, site in [*((role, "general") for role in Role), (ADMIN, "bureau"), (ADMIN, "branch"), (CLERK, "branch")]:
        user = a_user(f"{role.value}_{site}", display_name=f"{role.label}{site}")
        a_grant(user, getattr(world, site), role)
        yield Persona(f"{role.value} at {site}", user, role, site)
    yield Persona("outsider", world.outsider)
    yield Persona("system administrator", world.system_admin)
    yield Persona("administrator elsewhere", world.foreign_admin, ADMIN, "foreign_bureau")
    ended, future, disabled = a_user("ended"), a_user("future"), a_user("disabled", is_active=False)
    a_grant(ended, world.bureau, ended_at=timezone.now() - dt.timedelta(seconds=1))
    a_grant(future, world.bureau, starts_on=today + dt.timedelta(days=1))
    a_grant(disabled, world.bureau)
    yield Persona("grant taken back a second ago", ended)
    yield Persona("grant of tomorrow", future)
    yield Persona("disabled account", disabled)


def furnish(world):
    """Give every organisation people, a post, a grant, a headcount and log entries, all with canaries."""
    canaries = Canaries({}, {}, {})
    kind = ActivityKind.objects.get(code="league_lesson")
    for number, site in enumerate(SITES):
        organization = getattr(world, site)
        mark = f"{number}号秘标"
        Organization.objects.filter(pk=organization.pk).update(
            remark=f"组织备注{mark}", contact_phone=f"0531-8800{number:04d}", address=f"地址{mark}"
        )
        words = [f"组织备注{mark}", f"0531-8800{number:04d}", f"地址{mark}"]
        branch = organization if organization.is_branch else None
        surname = "柯甄阚佘麦芮莘晏"[number]
        person = a_member(
            f"{surname}岚岚" if branch else f"{surname}舟舟",
            branch=branch,
            league_status="member" if branch else "none",
            remark=f"个人备注{mark}",
            email=f"canary{number}@example.com",
            work_unit=f"单位{mark}",
        )
        a_cadre_term(person=person, organization=organization, post=LeaguePost.DEPUTY_SECRETARY)
        people = [person]
        if branch:
            people.append(a_young_person(f"{surname}青青", branch=branch, remark=f"青年备注{mark}"))
        canaries.people[site] = [
            word
            for each in people
            for word in (each.name, each.id_number, each.phone, each.remark, each.email, each.work_unit)
            if word
        ]
        holder = a_user(f"holder{number}", display_name=f"授权人{mark}")
        a_grant(holder, organization, Role.OBSERVER)
        words.append(f"授权人{mark}")
        Headcount.objects.create(
            organization=organization, kind="staff", value=98_700 + number, as_of_on=dt.date(2026, 9, 1),
            source=f"来源{mark}", set_by=holder,
        )  # fmt: skip
        words.append(f"来源{mark}")
        activity = Activity.objects.create(
            organization=organization, kind=kind, topic=f"团课{mark}", held_on=dt.date(2026, 5, 4), host=f"主持{mark}"
        )
        activity.attendances.create(person=person, state="present")
        canaries.people[site] += [f"团课{mark}", f"主持{mark}"]
        audit.record(audit.Kind.CHANGED, person, by=holder, at=organization, reason=f"日志{mark}")
        words.append(f"日志{mark}")
        canaries.organization[site] = words
        canaries.tops[site] = organization.short_name
    return canaries


def subject_of(kind, world, site):
    organization = getattr(world, site)
    if kind == "organization":
        return organization
    if kind == "member":
        return Member.objects.filter(terms__organization=organization, remark__startswith="个人备注").get()
    if kind == "term":
        return CadreTerm.objects.get(organization=organization, person__remark__startswith="个人备注")
    if kind == "grant":
        return AccessGrant.objects.get(organization=organization, user__username__startswith="holder")
    if kind == "activity":
        return Activity.objects.get(organization=organization, topic__startswith="团课")
    raise KeyError(kind)


def expected(access, persona, site):
    """'login', 404, 403 or 'allowed'."""
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
ALSO_RIGHT = {("branches:logout", "post"): "login", ("branches:switch", "post"): 404}


def methods_for(persona, site):
    """GET and POST everywhere; the methods no page offers once a persona, at the own organisation."""
    return METHODS if site in (None, persona.site) else METHODS[:2]


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_url(name, furnished):
    world, canaries, cast = furnished
    pattern = PATTERNS[name]
    takes_pk = bool(pattern.pattern.converters)
    sites = SITES if takes_pk else (None,)
    urls = {
        site: reverse(name, args=[subject_of(SUBJECTS[name], world, site).pk] if takes_pk else []) for site in sites
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
    "branches:lower",
    "members:members",
    "members:youth",
    "members:members_print",
    "members:members_export",
    "members:cadres",
    "members:contacts",
    "members:contacts_print",
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
            may = persona.role in SEE_ROSTER if access is Access.SEE_ROSTER else persona.role is not None
            wanted = ("allowed" if persona.reaches(site) else 404) if may else (403, 404)
            if verdict(response) != wanted and verdict(response) not in (wanted if isinstance(wanted, tuple) else ()):
                wrong.append(f"{name} of {site} as {persona.name}: {response.status_code}, expected {wanted}")
            leaks += [
                f"{word} in {name} of {site} as {persona.name}" for word in hidden(canaries, persona) if word in answer
            ]

    assert wrong == []
    assert leaks == []


def test_every_subject_named_here_still_exists():
    with_number = {name for name, pattern in PATTERNS.items() if pattern.pattern.converters}

    assert with_number == set(SUBJECTS)


def test_the_matrix_is_large_enough():
    """≥ 5,000 checks: what is generated, counted without running it."""
    people = 15
    checks = sum(
        people * len(METHODS[:2]) * (len(SITES) if pattern.pattern.converters else 1) for pattern in PATTERNS.values()
    )

    assert checks >= 5_000
