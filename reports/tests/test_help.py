"""帮助: plain text for everybody, links only to pages this person may open."""

import re

import pytest

from branches.models import Role
from branches.tests.builders import a_grant, a_user

LINKS = re.compile(r'<p class="help-deeds">(.*?)</p>')


def links_in(client):
    page = client.get("/help/").content.decode()
    return [url for line in LINKS.findall(page) for url in re.findall(r'href="([^"]*)"', line)]


@pytest.mark.parametrize("who", ["bureau_admin", "general_admin", "secretary", "bureau_officer", "general_observer"])
def test_every_link_opens(world, signed_in, who):
    user = getattr(world, who, None) or a_user(who)
    if who == "bureau_officer":
        a_grant(user, world.bureau, role=Role.OFFICER)
    if who == "general_observer":
        a_grant(user, world.general, role=Role.OBSERVER)
    client = signed_in(user)

    links = links_in(client)

    assert len(links) >= 7
    assert {url: client.get(url, follow=True).status_code for url in links} == dict.fromkeys(links, 200)


def test_a_committee_is_led_to_what_it_may_set_up_and_others_are_not(world, signed_in):
    watching = a_user("watching")
    a_grant(watching, world.bureau, role=Role.OBSERVER)

    bureau, branch, observer = (
        set(links_in(signed_in(user))) for user in (world.bureau_admin, world.secretary, watching)
    )

    only_bureau = {
        *(f"/organizations/{world.bureau.pk}/{page}" for page in ("campaigns/new/", "circulars/new/")),
        f"/organizations/{world.bureau.pk}/circulars/templates/",
        f"/completion/{world.bureau.pk}/scheme/",
    }
    assert bureau >= only_bureau
    assert not only_bureau & observer
    assert not [url for url in branch if "/new/" in url or "/scheme/" in url or "/table/" in url]


def test_who_sees_no_people_reads_it_without_links(world, signed_in):
    auditor = a_user("auditing")
    a_grant(auditor, world.bureau, role=Role.AUDITOR)

    page = signed_in(auditor).get("/help/").content.decode()

    assert "应录尽录：支部怎么看，上级怎么看" in page
    assert "help-deeds" not in page


def test_every_entry_of_the_table_of_contents_leads_somewhere(world, signed_in):
    page = signed_in(world.secretary).get("/help/").content.decode()

    asked = re.findall(r'<a href="#([a-z]+)">', page)

    assert asked
    assert [page.count(f'id="{each}"') for each in asked] == [1] * len(asked)
