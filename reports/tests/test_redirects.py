"""No ``next``, no way back and no Referer leads away from this site; nothing changes without the token of a form."""

from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from django.http import HttpResponseRedirect
from django.test import Client
from django.urls import reverse

from branches.tests.builders import PASSWORD
from reports.tests.matrix_world import address_of, furnish, subject_of
from reports.tests.test_audit_matrix import everything
from reports.tests.test_matrix import BACKEND, FIXED, PATTERNS, SUBJECTS

HOST = "http://testserver"
TRICKS = [
    "https://evil.example/",
    "http://evil.example",
    "HTTPS://EVIL.EXAMPLE/",
    "hTtP://evil.example/",
    "//evil.example/",
    "//evil.example",
    "///evil.example/",
    "////evil.example/",
    "/////evil.example/",
    "http:///evil.example/",
    "http:////evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "http:evil.example",
    "http:\\\\evil.example",
    "http:/\\evil.example",
    "\\\\evil.example",
    "\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "\\/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    "\n//evil.example",
    "\r\n//evil.example",
    " //evil.example",
    " https://evil.example",
    "\x00//evil.example",
    "\x01https://evil.example",
    "\x08//evil.example",
    "\x1fhttps://evil.example",
    "ht\ntp://evil.example",
    "https://testserver@evil.example/",
    "https://testserver:80@evil.example/",
    "//testserver@evil.example/",
    "https://evil.example#testserver",
    "https://evil.example?testserver",
    "https://evil.example\\@testserver",
    "https://evil.example\\.testserver",
    "https://testserver.evil.example/",
    "//testserver.evil.example",
    "https://eviltestserver/",
    "http://testserver:8080@evil.example",
    "http://[::1]/",
    "http://[evil.example",
    "//[evil",
    "http://127.0.0.1/",
    "http://2130706433/",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "\tjavascript:alert(1)",
    "javascript://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://evil.example/",
    "blob:https://evil.example/1",
    "mailto:a@evil.example",
    "view-source:https://evil.example",
    "https://evil。example/",
    "//evil。example",
    "／／evil.example",
    "https:／／evil.example",
    "http://evil.example:80\\@testserver/",
    "https://evil.example%2f@testserver.evil.example/",
    "/\u2028/evil.example",
    "/\r\nLocation: https://evil.example/",
    "/\r\nSet-Cookie: sessionid=1",
]


def leads_to(answer, asked):
    """Host to which a browser goes: it drops tabs and line ends, and takes a backslash for a slash."""
    location = answer["Location"].translate({9: None, 10: None, 13: None}).strip("".join(map(chr, range(33))))
    parts = urlsplit(urljoin(HOST + asked, location.replace("\\", "/")))
    return parts.scheme, parts.netloc


def signing_in(world, trick):
    client, data = Client(), {"username": "secretary", "password": PASSWORD}
    return [client.post(f"/login/?next={quote(trick)}", data), Client().post("/login/", data | {"next": trick})]


def switching(world, trick):
    client, data = Client(), {"organization": world.branch.pk}
    client.force_login(world.secretary, backend=BACKEND)
    return [client.post(f"/switch/?next={quote(trick)}", data), client.post("/switch/", data | {"next": trick})]


def ended_session(world, trick):
    """A button pressed after the session ended leads back to the page it stood on, which the browser names."""
    plain = trick.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "").replace("\x00", "")
    answer = Client().post("/logout/", headers={"Referer": plain})
    wanted = parse_qs(urlsplit(answer["Location"]).query).get("next", ["/"])[0]
    return [answer, HttpResponseRedirect(wanted)]


@pytest.mark.django_db
@pytest.mark.parametrize("way", [signing_in, switching, ended_session])
def test_no_redirect_leads_away(world, way):
    away = [
        (trick, answer["Location"])
        for trick in TRICKS
        for answer in way(world, trick)
        if leads_to(answer, "/") != ("http", "testserver") or "\n" in answer["Location"] or "\r" in answer["Location"]
    ]

    assert away == []


@pytest.mark.django_db
def test_no_way_back_on_a_page_leads_away(world, signed_in):
    """取消 and 跳过 are links, which no browser asks about."""
    client = signed_in(world.secretary)
    away = []
    for trick in TRICKS:
        page = client.get(f"/members/{world.member.pk}/edit/", {"next": trick, "back": trick})
        links = [page.context["cancel_url"], page.context["skip_url"]]
        away += [(trick, link) for link in links if leads_to(HttpResponseRedirect(link), "/") != ("http", "testserver")]

    assert away == []


def test_there_are_enough_tricks():
    assert len(set(TRICKS)) >= 60


@pytest.mark.django_db
def test_no_method_that_changes_works_without_the_token(world):
    """403 before anything else is asked: for every URL, signed in with every right or signed out."""
    furnish(world)
    signed_in, signed_out = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    signed_in.force_login(world.bureau_admin, backend=BACKEND)
    before, taken = everything(), []

    for name, pattern in sorted(PATTERNS.items()):
        takes_pk = pattern.pattern.converters and name not in FIXED
        args = address_of(subject_of(SUBJECTS[name], world, "branch")) if takes_pk else FIXED.get(name)
        url = reverse(name, args=args)
        asked = [("post", signed_in), *((method, signed_out) for method in ("post", "put", "patch", "delete"))]
        for method, client in asked:
            answer = getattr(client, method)(url)
            if answer.status_code != 403:
                taken.append(f"{method} {name}: {answer.status_code}")

    assert taken == []
    assert everything() == before
