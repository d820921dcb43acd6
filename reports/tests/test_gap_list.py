"""缺项清单: everything missing below, organisation by organisation, a page at a time; the same in 逐项补录."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches import freshness, tree
from branches.models import Organization
from branches.tests.builders import an_organization
from members.tests.builders import a_member
from reports.completion import gap_list, gaps
from reports.completion.gap_list import Asked
from reports.completion.missing import missing_in
from reports.completion.sums import completion_of
from reports.completion_items import GROUPS, ITEMS, PEOPLE
from reports.facts import settling


def settle():
    freshness.touch(Organization.objects.all())
    settling.settle()


def listed(client, organization, **query):
    return client.get(f"/completion/{organization.pk}/missing/", query)


def owing(organization, **asked):
    found = gap_list.owing_in(organization, timezone.localdate(), asked=Asked(**asked))
    return [(Organization.objects.get(pk=each.organization), each.count) for each in found]


@pytest.fixture
def lacking(world):
    a_member("高若溪", branch=world.branch, ethnicity="", phone="")
    a_member("甲一", branch=world.other_branch, phone="")
    return world


@pytest.mark.parametrize("is_settled", [False, True])
def test_the_list_and_the_figures_agree(lacking, today, is_settled):
    if is_settled:
        settle()
        a_member(branch=lacking.sister_branch, phone="")
        freshness.touch([lacking.sister_branch])
    lines = missing_in(lacking.bureau, today, user=lacking.bureau_admin)

    found = owing(lacking.bureau)

    assert sum(count for _, count in found) == completion_of([lacking.bureau], today)[lacking.bureau.pk].missing
    assert dict(found) == {place: sum(line.count for line in lines if line.organization == place) for place, _ in found}
    in_order = Organization.objects.under(lacking.bureau).in_screen_order()
    assert [place for place, _ in found] == list(in_order)


def test_items_and_organisations_are_asked_for(lacking):
    def asked(**more):
        return owing(lacking.bureau, **more)

    assert asked(item=ITEMS["phone"]) == [(lacking.branch, 1), (lacking.other_branch, 1)]
    assert asked(group=PEOPLE) == [(lacking.branch, 2), (lacking.other_branch, 1)]
    assert asked(group=PEOPLE, lower=lacking.other_general.pk) == [(lacking.other_branch, 1)]
    assert asked(group=PEOPLE, text="航测一室") == [(lacking.branch, 2)]
    assert asked(group=PEOPLE, lower=lacking.foreign_bureau.pk) == []


def test_who_may_look_and_who_is_offered_mending(lacking, signed_in):
    users = ("foreign_admin", "auditor", "observer", "general_admin")
    pages = {user: listed(signed_in(getattr(lacking, user)), lacking.general) for user in users}

    assert {user: page.status_code for user, page in pages.items()} == {
        "foreign_admin": 404, "auditor": 404, "observer": 200, "general_admin": 200,
    }  # fmt: skip
    assert ["去补录" in pages[user].content.decode() for user in ("observer", "general_admin")] == [False, True]
    assert listed(signed_in(lacking.secretary), lacking.sister_branch).status_code == 404


def test_the_page_names_organisations_people_and_what_lacks(lacking, signed_in):
    page = listed(signed_in(lacking.bureau_admin), lacking.bureau, item="people.").content.decode()

    assert "高**" in page
    assert "高若溪" not in page
    assert "民族等 2 项" in page
    back = f"next=%2Fcompletion%2F{lacking.bureau.pk}%2Fmissing%2F%3Fitem%3Dpeople."
    assert back in page
    assert f'href="/completion/{lacking.branch.pk}/next/"' in page
    assert "航测二室团支部" not in page


def test_the_page_says_how_much_lacks_in_all(lacking, signed_in):
    client = signed_in(lacking.bureau_admin)

    assert "2 个组织，缺 3 项；" in listed(client, lacking.bureau, item="people.").content.decode()
    assert "缺 2 项；一人或一类为一条" in listed(client, lacking.branch, item="people.").content.decode()


def test_filters_of_the_page(lacking, signed_in):
    client = signed_in(lacking.bureau_admin)

    def shown(**query):
        return [section.organization for section in listed(client, lacking.bureau, **query).context["sections"]]

    assert shown(item="people.phone") == [lacking.branch, lacking.other_branch]
    assert shown(item="people.phone", lower=lacking.general.pk) == [lacking.branch]
    assert shown(item="people.phone", q="一分队") == [lacking.other_branch]
    assert shown(item="people.", q="没有这个名称") == []
    assert "没有符合条件的缺项" in listed(client, lacking.bureau, q="没有这个名称").content.decode()
    # What cannot be read is not asked for, and says so.
    assert len(shown(lower=lacking.foreign_branch.pk)) == len(shown())
    assert {f"{group.key}." for group in GROUPS} <= {
        value for _, choices in listed(client, lacking.bureau).context["query"].fields["item"].choices[1:]
        for value, _ in choices
    }  # fmt: skip


def test_a_page_holds_so_many_organisations_and_each_so_many_steps(lacking, signed_in):
    for _ in range(gap_list.SHOWN + 3):
        a_member(branch=lacking.branch, ethnicity="")
    for number in range(12):
        an_organization(f"第{number}团支部", under=lacking.general)
    settle()
    client = signed_in(lacking.bureau_admin)

    first, second = (listed(client, lacking.bureau, size=10, page=number) for number in (1, 2))

    everything = Organization.objects.under(lacking.bureau).in_screen_order()
    assert [
        section.organization for page in (first, second) for section in page.context["sections"]
    ] == list(everything)[:20]  # fmt: skip
    section = next(each for each in first.context["sections"] if each.organization == lacking.branch)
    assert (len(section.steps), section.count - section.rest) == (
        gap_list.SHOWN, sum(step.count for step in section.steps),
    )  # fmt: skip
    assert f'href="/completion/{lacking.branch.pk}/missing/">其余 {section.rest} 项' in first.content.decode()


@pytest.mark.parametrize("item", ["people.", "people.ethnicity"])
def test_the_rest_is_that_of_what_was_asked(lacking, signed_in, item):
    for _ in range(gap_list.SHOWN + 3):
        a_member(branch=lacking.branch, ethnicity="", phone="")
    client = signed_in(lacking.bureau_admin)

    above = listed(client, lacking.bureau, item=item)

    section = next(each for each in above.context["sections"] if each.organization == lacking.branch)
    onward = f"/completion/{lacking.branch.pk}/missing/?item={item}"
    assert f'href="{onward}">其余 {section.rest} 项' in above.content.decode()
    assert [each.count for each in client.get(onward).context["sections"]] == [section.count]


def test_a_branch_has_all_its_steps_page_by_page(lacking, signed_in):
    for _ in range(14):
        a_member(branch=lacking.branch, ethnicity="")
    client = signed_in(lacking.secretary)

    pages = [listed(client, lacking.branch, size=10, page=number) for number in (1, 2)]

    steps = [step.key for page in pages for section in page.context["sections"] for step in section.steps]
    today = timezone.localdate()
    assert steps == [step.key for step in gaps.steps_in([lacking.branch.pk], today, user=lacking.secretary)[
        lacking.branch.pk
    ]]  # fmt: skip
    assert 'name="lower"' not in pages[0].content.decode()


def test_nothing_missing_says_so(world, signed_in):
    page = listed(signed_in(world.bureau_admin), world.bureau, item="people.")

    assert "没有符合条件的缺项" in page.content.decode()


def test_queries_do_not_grow(lacking, signed_in):
    client = signed_in(lacking.bureau_admin)

    def queries():
        settle()
        listed(client, lacking.bureau)
        with CaptureQueriesContext(connection) as asked:
            assert listed(client, lacking.bureau).status_code == 200
        return len(asked)

    before = queries()
    for number in range(3):
        a_member(branch=an_organization(f"第{number}团支部", under=lacking.other_general), phone="", ethnicity="")

    assert queries() == before


def asked(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("is_settled", [False, True])
def test_above_one_goes_through_one_organisation_after_the_other(lacking, signed_in, is_settled):
    if is_settled:
        settle()
    client, seen = signed_in(lacking.bureau_admin), []

    url = client.get(f"/completion/{lacking.bureau.pk}/next/").url
    while not url.startswith("/completion/"):
        seen.append(asked(asked(url)["next"])["was"])
        url = client.get(asked(url)["next"]).url

    order = list(Organization.objects.under(lacking.bureau).in_screen_order().values_list("pk", flat=True))
    places = [order.index(int(key.split("-")[1])) for key in seen]
    assert places == sorted(places)
    steps = gaps.steps_in(order, timezone.localdate(), user=lacking.bureau_admin)
    rights = frozenset(gaps.MENDING.values())
    assert seen == [step.key for pk in order for step in steps[pk] if gaps.may_mend(step, rights)]


def test_the_next_step_reads_one_organisation_only(lacking, signed_in):
    settle()
    client = signed_in(lacking.bureau_admin)

    def queries():
        settle()
        client.get(f"/completion/{lacking.bureau.pk}/next/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/completion/{lacking.bureau.pk}/next/")
        return len(captured)

    before = queries()
    for number in range(3):
        a_member(branch=an_organization(f"第{number}团支部", under=lacking.other_general), phone="")

    assert queries() == before


@pytest.fixture
def moved(lacking):
    """A general branch and its branches stand under another root, and nobody has settled it yet."""
    a_member(branch=lacking.sister_branch, phone="")
    settle()
    tree.move(lacking.general, under=lacking.foreign_bureau, by=None)
    lacking.general.refresh_from_db()
    return lacking


def test_what_moved_away_is_in_no_list_of_those_it_left(moved, signed_in, today):
    client, names = signed_in(moved.bureau_admin), ("测绘院", "航测一室", "航测二室", "高**")
    left = f"/completion/{moved.bureau.pk}"

    pages = [
        client.get(f"{left}/{page}").content.decode() for page in ("missing/", "missing/?item=people.", "", "print/")
    ]

    assert [name for page in pages for name in names if name in page] == []
    found = owing(moved.bureau)
    assert {place for place, _ in found} <= {moved.bureau, moved.other_general, moved.other_branch}
    assert sum(count for _, count in found) == completion_of([moved.bureau], today)[moved.bureau.pk].missing
    url, seen = client.get(f"{left}/next/").url, []
    while not url.startswith("/completion/"):
        seen.append(int(asked(asked(url)["next"])["was"].split("-")[1]))
        assert client.get(url.partition("#")[0]).status_code == 200
        url = client.get(asked(url)["next"]).url
    assert set(seen) <= {moved.bureau.pk, moved.other_general.pk, moved.other_branch.pk}


def test_what_moved_in_is_in_every_list_of_those_it_joined(moved, signed_in, today):
    client, here = signed_in(moved.foreign_admin), f"/completion/{moved.foreign_bureau.pk}"
    came = list(Organization.objects.under(moved.general).in_screen_order())

    opened, paper = (client.get(f"{here}/{page}").content.decode() for page in ("", "print/"))

    found = owing(moved.foreign_bureau)
    assert [place for place, _ in found if place in came] == came
    assert (
        sum(count for _, count in found)
        == completion_of([moved.foreign_bureau], today)[moved.foreign_bureau.pk].missing
    )
    shown = listed(client, moved.foreign_bureau).context["sections"]
    assert [section.organization for section in shown] == [place for place, _ in found]
    assert [name for name in ("测绘院", "航测一室", "航测二室") if name not in opened or name not in paper] == []
    url, seen = client.get(f"{here}/next/").url, set()
    while not url.startswith("/completion/"):
        seen.add(int(asked(asked(url)["next"])["was"].split("-")[1]))
        url = client.get(asked(url)["next"]).url
    assert {each.pk for each in came} <= seen


def test_steps_are_those_of_organisations_in_sight(lacking, today):
    both = [lacking.branch.pk, lacking.other_branch.pk]

    steps = gaps.steps_in(both, today, user=lacking.secretary)
    sections = gap_list.sections_of(
        [gap_list.Owing(pk, 1) for pk in both], today, asked=Asked(), user=lacking.secretary
    )

    assert list(steps) == [lacking.branch.pk]
    assert [section.organization for section in sections] == [lacking.branch]
    assert gaps.steps_in(both, today, user=lacking.auditor) == {}


def test_a_committee_is_sent_to_the_list_first(lacking, signed_in):
    client = signed_in(lacking.bureau_admin)

    above, branch = (
        client.get(f"/completion/{place.pk}/").content.decode() for place in (lacking.bureau, lacking.branch)
    )

    assert f'href="/completion/{lacking.bureau.pk}/missing/">按组织逐项补录' in above
    assert f'href="/completion/{lacking.branch.pk}/next/">逐项补录' in branch
