"""The links of a campaign open exactly what it asks: the number is the list, step by step too."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.tests.builders import a_member
from reports.campaigns import reminding, running
from reports.campaigns.asking import asking, wanted_by
from reports.campaigns.board import board_of
from reports.campaigns.sums import over_in
from reports.completion.gaps import owed_below
from reports.models import CampaignScope
from reports.tests.campaigning import AFTER, TODAY, a_campaign, a_frozen_campaign, at, touch_all


def listed(client, organization, campaign=None, **query):
    query |= {"campaign": campaign.pk} if campaign else {}
    return client.get(f"/completion/{organization.pk}/missing/", query)


def count_of(page):
    return sum(section.count for section in page.context["sections"])


@pytest.fixture
def lacking(world):
    for branch in (world.branch, world.other_branch):
        a_member(branch=branch, ethnicity="", phone="")
    touch_all()
    return world


@pytest.mark.parametrize("scope", [CampaignScope.DIRECT, CampaignScope.BRANCHES])
def test_the_number_of_the_board_is_the_list(lacking, signed_in, scope):
    campaign = a_campaign(lacking, items=["phone", "founded_on"], scope=scope)
    client = signed_in(lacking.bureau_admin)
    page = client.get(campaign.get_absolute_url()).content.decode()

    for line in board_of(campaign).lines:
        organization = line.target.organization
        assert f'href="/completion/{organization.pk}/missing/?campaign={campaign.pk}"' in page
        assert line.now.missing == line.listed == count_of(listed(client, organization, campaign)) > 0
        assert line.listed < count_of(listed(client, organization))


@pytest.mark.parametrize("scope", [CampaignScope.DIRECT, CampaignScope.BRANCHES])
@pytest.mark.parametrize("place", ["general", "branch"])
def test_the_number_of_a_task_is_the_list(lacking, signed_in, scope, place):
    campaign = a_campaign(lacking, items=["phone", "founded_on"], scope=scope)
    organization = getattr(lacking, place)
    client = signed_in(lacking.general_admin)
    [asked] = reminding.asked_of(organization)

    page = client.get(f"/organizations/{organization.pk}/campaigns/").content.decode()

    assert f'href="/completion/{organization.pk}/missing/?campaign={campaign.pk}">去补录' in page
    assert asked.sums.missing == count_of(listed(client, organization, campaign)) > 0


def test_the_branch_that_is_asked_opens_it_and_others_do_not(lacking, signed_in):
    campaign = a_campaign(lacking, items=["phone"])

    assert count_of(listed(signed_in(lacking.secretary), lacking.branch, campaign)) == 1
    assert listed(signed_in(lacking.secretary), lacking.sister_branch, campaign).status_code == 404
    assert listed(signed_in(lacking.foreign_admin), lacking.branch, campaign).status_code == 404
    page = listed(signed_in(lacking.foreign_admin), lacking.foreign_branch, campaign).content.decode()
    assert "这次调度已经结束，或者不涉及本组织" in page


def test_one_step_after_the_other_keeps_to_the_campaign(lacking, signed_in):
    campaign = a_campaign(lacking, items=["phone"])
    client = signed_in(lacking.secretary)
    page = listed(client, lacking.branch, campaign).content.decode()
    start = f"/completion/{lacking.branch.pk}/next/?campaign={campaign.pk}"

    first = client.get(start).url
    onward = parse_qs(urlsplit(first).query)["next"][0]
    last = client.get(onward).url

    assert f'href="{start}"' in page
    assert "field=phone" in first
    assert onward.endswith(f"&campaign={campaign.pk}")
    assert last == f"/completion/{lacking.branch.pk}/missing/?campaign={campaign.pk}"


def test_a_campaign_that_is_over_leads_nowhere_and_says_so(lacking, signed_in):
    campaign = a_frozen_campaign(lacking, items=["phone"])
    client = signed_in(lacking.bureau_admin)
    with at(AFTER):
        running.end(campaign, by=lacking.bureau_admin)
        client.force_login(lacking.bureau_admin)
        pages = [client.get(f"{campaign.get_absolute_url()}{more}").content.decode() for more in ("", "report/")]
        refused = listed(client, lacking.branch, campaign).content.decode()
        client.force_login(lacking.secretary)
        step = client.get(f"/completion/{lacking.branch.pk}/next/?campaign={campaign.pk}").url

    assert not any("/missing/" in page or f"/completion/{lacking.general.pk}/" in page for page in pages)
    assert "这次调度已经结束，或者不涉及本组织，下面是全部缺项。" in refused
    assert step == f"/completion/{lacking.branch.pk}/missing/?campaign={campaign.pk}"


def test_a_period_that_began_after_the_deadline_is_not_listed(lacking):
    frozen = a_frozen_campaign(lacking, items=["committee_meeting", "branch_assembly", "phone"])
    then = wanted_by(frozen, lacking.general)

    assert then.periods == {"2026Q3", "2026-10"}
    assert [then.asks("branch_assembly", period) for period in ("2026Q3", "2026Q4")] == [True, False]
    assert then.asks("phone", "")
    over = {"e:branch_assembly@2026Q3": 3, "a:branch_assembly@2026Q3": 1, "e:phone": 5}
    assert (over_in(over, TODAY), over_in(over, TODAY.replace(year=2027))) == (0, 2)


def test_where_only_branches_are_asked_the_committee_between_owes_nothing(lacking):
    campaign = a_campaign(lacking, items=["founded_on"], scope=CampaignScope.BRANCHES)

    owed = dict(owed_below(lacking.general, TODAY, wanted=wanted_by(campaign, lacking.general)))

    assert owed == {lacking.branch.pk: 1, lacking.sister_branch.pk: 1}


def test_only_those_that_ask_there_are_offered(lacking, signed_in):
    campaign = a_campaign(lacking, items=["phone"], scope=CampaignScope.CHOSEN, chosen=[lacking.general])

    assert [list(asking(each)) for each in (lacking.branch, lacking.general, lacking.other_branch)] == [
        [campaign],
        [campaign],
        [],
    ]
    client = signed_in(lacking.bureau_admin)
    assert ["不限调度" in listed(client, each).content.decode() for each in (lacking.branch, lacking.other_branch)] == [
        True,
        False,
    ]


def test_the_list_of_a_campaign_asks_a_constant_number_of_queries(lacking, signed_in):
    campaign = a_campaign(lacking, items=["phone"], scope=CampaignScope.BRANCHES)
    client = signed_in(lacking.bureau_admin)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert listed(client, lacking.bureau, campaign).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for branch in (lacking.branch, lacking.sister_branch, lacking.other_branch):
        a_member(branch=branch, phone="")
    touch_all()
    queries()

    assert queries() == few
