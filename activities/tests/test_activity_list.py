"""The list of activities: what stands there, how it is queried, what it costs."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.tests.builders import a_kind, an_activity
from members.tests.builders import a_member


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def topics(response):
    return [row.record.topic for row in response.context["table"].page.object_list]


def test_the_list_shows_the_subtree_newest_first(world, signed_in):
    an_activity(world.branch, "团史专题", held_on=dt.date(2026, 5, 4))
    an_activity(world.general, "总支会议", held_on=dt.date(2026, 6, 1))
    an_activity(world.other_branch, "别处", held_on=dt.date(2026, 6, 2))
    an_activity(world.branch, "录错了", is_void=True)
    client = signed_in(world.bureau_admin)

    everything = client.get(reverse("activities:activities"))
    part = client.get(reverse("activities:activities"), {"organization": world.general.pk})

    assert topics(everything) == ["别处", "总支会议", "团史专题"]
    assert topics(part) == ["总支会议", "团史专题"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"topic": "团史"}, ["团史专题"]),
        ({"since": "2026-06-01"}, ["总结上季度工作"]),
        ({"until": "2026-06-01"}, ["团史专题"]),
        ({"since": "2026-05-04", "until": "2026-05-04"}, ["团史专题"]),
        ({"state": "void"}, ["录错了"]),
        ({"sort": "held_on"}, ["团史专题", "总结上季度工作"]),
        ({"topic": "没有的"}, []),
    ],
)
def test_the_list_is_queried(world, signed_in, query, found):
    an_activity(world.branch, "团史专题", held_on=dt.date(2026, 5, 4))
    an_activity(world.branch, "总结上季度工作", kind="branch_assembly", held_on=dt.date(2026, 7, 1))
    an_activity(world.branch, "录错了", is_void=True)

    response = signed_in(world.observer).get(reverse("activities:activities"), query)

    assert topics(response) == found


def test_the_list_is_queried_by_kind_and_refuses_a_date_that_is_none(world, signed_in):
    an_activity(world.branch, "团史专题")
    an_activity(world.branch, "总结上季度工作", kind="branch_assembly")
    client = signed_in(world.secretary)

    by_kind = client.get(reverse("activities:activities"), {"kind": a_kind("branch_assembly").pk})
    wrong = client.get(reverse("activities:activities"), {"since": "昨天"})

    assert topics(by_kind) == ["总结上季度工作"]
    assert "请写成 2026-05-04 这样的日期。" in text_of(wrong)


def test_a_line_tells_attendance_and_guests(world, signed_in):
    activity = an_activity(world.branch, present=[world.member], leave=[a_member(branch=world.branch)])
    activity.externals.create(description="社区居民", count=30)

    response = signed_in(world.secretary).get(reverse("activities:activities"))

    assert "2026-11-10 团课 学习团章 航测一室团支部 1/2 30 查看 学习团章 修改 学习团章" in text_of(response)


def test_the_list_takes_the_same_queries_for_one_and_for_three(world, signed_in):
    client = signed_in(world.bureau_admin)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            activity = an_activity(world.branch, present=[world.member], leave=[a_member(branch=world.branch)])
            activity.externals.create(description="社区居民", count=30)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("activities:activities"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_menu_and_workbench_lead_here(world, signed_in):
    an_activity(world.branch)

    page = signed_in(world.secretary).get("/").content.decode()

    listed = reverse("activities:activities")
    assert f'href="{listed}?organization={world.branch.pk}&amp;since=2026-01-01&amp;until=2026-11-21"' in page
    assert f'href="{reverse("activities:new", args=[world.branch.pk])}"' in page
    assert f'href="{listed}"' in page
