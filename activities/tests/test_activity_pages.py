"""Pages of activities: who gets in, what stands there, what is asked and refused."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from activities.models import Activity, ActivityKind, Attendance
from activities.tests.builders import a_kind, an_activity
from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant
from members.dictionaries import LeaguePost
from members.models import BranchMembership
from members.tests.builders import a_cadre_term, a_member, a_young_person

LINES = {
    f"{prefix}-{name}": value
    for prefix in ("guests", "results")
    for name, value in (("TOTAL_FORMS", "3"), ("INITIAL_FORMS", "0"))
}


def a_post(**values):
    return LINES | {"kind": a_kind().pk, "held_on": "2026-11-10", "topic": "学习团章", "mode": "on_site"} | values


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def said(response):
    return [str(message) for message in response.context["messages"]]


def topics(response):
    return [row.record.topic for row in response.context["table"].page.object_list]


@pytest.fixture
def urls(world):
    activity = an_activity(world.branch, present=[world.member])
    return {
        "new": reverse("activities:new", args=[world.branch.pk]),
        **{page: reverse(f"activities:{page}", args=[activity.pk]) for page in ("activity", "edit", "void", "restore")},
    }


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("foreign_admin", {"new": 404, "activity": 404, "edit": 404, "void": 404, "restore": 404}),
        ("outsider", {"new": 404, "activity": 404, "edit": 404, "void": 404, "restore": 404}),
        ("auditor", {"new": 404, "activity": 404, "edit": 404, "void": 404, "restore": 404}),
        ("system_admin", {"new": 404, "activity": 404, "edit": 404, "void": 404, "restore": 404}),
        ("observer", {"new": 403, "activity": 200, "edit": 403, "void": 403, "restore": 403}),
        ("officer", {"new": 403, "activity": 200, "edit": 403, "void": 403, "restore": 403}),
        ("clerk", {"new": 200, "activity": 200, "edit": 200, "void": 200, "restore": 200}),
        ("secretary", {"new": 200, "activity": 200, "edit": 200, "void": 200, "restore": 200}),
    ],
)
def test_who_opens_what(world, urls, signed_in, who, expected):
    client = signed_in(getattr(world, who))

    assert {name: client.get(url).status_code for name, url in urls.items()} == expected


def test_observers_find_no_buttons(world, urls, signed_in):
    client = signed_in(world.observer)

    pages = text_of(client.get(reverse("activities:activities"))) + text_of(client.get(urls["activity"]))

    assert not {"记录活动", "修改", "作废"} & set(pages.split())


def test_three_facts_are_enough(world, signed_in):
    url = reverse("activities:new", args=[world.branch.pk])

    response = signed_in(world.secretary).post(url, a_post(), follow=True)

    recorded = Activity.objects.get()
    assert response.redirect_chain == [(recorded.get_absolute_url(), 302)]
    assert (recorded.organization, recorded.topic, recorded.recorded_by) == (world.branch, "学习团章", world.secretary)
    assert said(response) == ["已保存“学习团章”。"]


def test_a_whole_record(world, signed_in):
    away = a_member("安若溪", branch=world.branch)
    post = a_post(
        **{
            f"person-{world.member.pk}-present": "on",
            f"person-{world.member.pk}-state": "leave",
            f"person-{away.pk}-state": "leave",
            f"person-{away.pk}-reason": "出差",
            "guests-0-description": "社区居民",
            "guests-0-count": "30",
            "results-1-label": "慰问",
            "results-1-count": "2000",
            "results-1-unit": "人次",
            "minutes": "支部书记介绍了议题。",
            "starts_at": "14:30",
        }
    )

    response = signed_in(world.secretary).post(reverse("activities:new", args=[world.branch.pk]), post, follow=True)

    assert list(Attendance.objects.order_by("person__pinyin").values_list("person__name", "state", "reason")) == [
        ("安若溪", "leave", "出差"),
        ("白雨桐", "present", ""),
    ]
    page = text_of(response)
    for words in (
        "应到 2 人，出席 1 人",
        "安若溪 （出差）",
        "社区居民 30 人",
        "慰问 2,000 人次",
        "支部书记介绍了议题。",
        "14:30 开始",
    ):
        assert words in page


def test_recording_goes_on_with_the_same_kind(world, signed_in):
    url = reverse("activities:new", args=[world.branch.pk]) + "?kind=league_lesson"

    response = signed_in(world.secretary).post(url, a_post(again="1"), follow=True)

    assert response.redirect_chain == [(url, 302)]
    assert response.context["form"].initial["kind"] == a_kind()


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"kind": ""}, "kind", "请选择活动类型。"),
        ({"held_on": ""}, "held_on", "请填写日期。"),
        ({"held_on": "2026-11"}, "held_on", "日期“2026-11”只写到月，这里要写到日，如 2021-05-04。"),
        ({"held_on": "2026-11-22"}, "held_on", "日期在今天之后，请在活动举行以后再登记。"),
        ({"topic": ""}, "topic", "请填写主题。"),
        ({"topic": "无"}, "topic", "请写明活动主题。"),
        ({"starts_at": "9", "ends_at": ""}, "starts_at", "请写成 14:30 这样的时间。"),
        ({"starts_at": "10:00", "ends_at": "09:00"}, "ends_at", "结束时间早于开始时间，请核对。"),
        ({"guests-0-description": "居民"}, "__all__", "外部参加人员有没填对的地方，请看红字说明。"),
        ({"results-0-count": "3"}, "__all__", "活动成果有没填对的地方，请看红字说明。"),
    ],
)
def test_recording_is_refused_beside_the_field(world, signed_in, values, field, sentence):
    response = signed_in(world.secretary).post(reverse("activities:new", args=[world.branch.pk]), a_post(**values))

    assert dict(response.context["form"].errors) == {field: [sentence]}
    assert Activity.objects.count() == 0


def test_a_line_half_filled_says_what_is_missing(world, signed_in):
    post = a_post(**{"guests-0-description": "居民", "results-0-label": "消杀", "results-0-count": "0"})

    page = text_of(signed_in(world.secretary).post(reverse("activities:new", args=[world.branch.pk]), post))

    for sentence in ("请填写人数。", "数量至少是 1。", "请填写单位。"):
        assert sentence in page


def test_an_invented_person_or_one_out_of_sight_is_not_noted(world, signed_in):
    post = a_post(**{f"person-{pk}-present": "on" for pk in (world.other_member.pk, 999_999)})

    signed_in(world.secretary).post(reverse("activities:new", args=[world.branch.pk]), post)

    assert list(Attendance.objects.all()) == []


def test_somebody_in_sight_from_another_branch_is_refused_by_name(world, signed_in):
    post = a_post(**{f"person-{world.sister_member.pk}-present": "on"})

    response = signed_in(world.general_admin).post(reverse("activities:new", args=[world.branch.pk]), post)

    assert response.context["form"].non_field_errors() == [
        "何静姝 2026-11-10 不在航测一室团支部名册上，不能登记到会，请核对日期和人员。"
    ]
    assert Activity.objects.count() == 0


def test_members_and_others_are_ticked_apart(world, signed_in):
    a_young_person("安若溪", branch=world.branch)
    chair = a_young_person("周知行", branch=world.branch)
    a_cadre_term(person=chair, organization=world.branch, post=LeaguePost.OTHER, post_title="团青工作联络员")

    form = signed_in(world.secretary).get(reverse("activities:new", args=[world.branch.pk])).context["form"]

    assert [(word, [row.person.name for row in rows]) for word, rows in form.rolls] == [
        ("团员和团干部", ["白雨桐", "周知行"]),
        ("其他在册人员", ["安若溪"]),
    ]


def test_where_all_are_members_there_is_one_list(world, signed_in):
    page = signed_in(world.secretary).get(reverse("activities:new", args=[world.branch.pk]))

    assert [word for word, _ in page.context["form"].rolls] == ["团员和团干部"]
    assert page.content.decode().count("data-tickrows") == 1


def test_the_list_of_people_follows_the_day_without_saving(world, signed_in):
    gone = BranchMembership.objects.get(person=a_member("安若溪", branch=world.branch))
    gone.effective_to = dt.date(2026, 6, 1)
    gone.save()
    client, url = signed_in(world.secretary), reverse("activities:new", args=[world.branch.pk])

    now = client.get(url)
    then = client.post(url, {"look": "1", "held_on": "2026-05-04", "topic": ""} | LINES)

    assert [row.person.name for row in now.context["form"].people] == ["白雨桐"]
    assert [row.person.name for row in then.context["form"].people] == ["白雨桐", "安若溪"]
    assert dict(then.context["form"].errors) == {}
    assert Activity.objects.count() == 0


def test_nobody_is_ticked_beforehand(world, signed_in):
    page = signed_in(world.secretary).get(reverse("activities:new", args=[world.branch.pk])).content.decode()

    assert f"person-{world.member.pk}-present" in page
    assert not re.search(r"<input[^>]*checkbox[^>]*checked", page)


def test_what_looks_like_a_double_is_asked_about_once(world, signed_in):
    an_activity(world.branch)
    client, url = signed_in(world.secretary), reverse("activities:new", args=[world.branch.pk])

    asked = client.post(url, a_post())
    kept_back = Activity.objects.count()
    form = asked.context["form"]
    other_topic = client.post(url, a_post(topic="学习团史", even_so="1"))
    client.post(url, a_post(even_so=form.sure_of))

    assert "是同一次活动吗？" in text_of(asked)
    assert kept_back == 1
    assert other_topic.status_code == 302
    assert list(Activity.objects.order_by("id").values_list("topic", flat=True)) == ["学习团章", "学习团史", "学习团章"]


def test_a_double_that_stands_is_not_asked_about_when_corrected(world, signed_in):
    an_activity(world.branch)
    twin = an_activity(world.branch)

    response = signed_in(world.secretary).post(
        reverse("activities:edit", args=[twin.pk]), a_post(version="1", place="会议室")
    )

    assert response.status_code == 302
    assert Activity.objects.get(pk=twin.pk).place == "会议室"


def test_a_late_record_is_said_to_be_late(world, signed_in):
    url = reverse("activities:new", args=[world.branch.pk])

    response = signed_in(world.secretary).post(url, a_post(held_on="2026-09-01"), follow=True)

    assert said(response) == ["已保存“学习团章”。", "这次活动过去 81 天才登记，页面上注明为补录。"]
    assert "补录" in text_of(response)


def test_a_record_is_corrected(world, urls, signed_in):
    client = signed_in(world.general_admin)
    offered = client.get(urls["edit"]).context["form"]

    client.post(urls["edit"], a_post(version="1", place="报告厅", **{f"person-{world.member.pk}-state": "absent"}))

    activity = Activity.objects.get()
    assert [row["present"].value() for row in offered.people] == [True]
    assert (activity.place, activity.version) == ("报告厅", 2)
    assert list(activity.attendances.values_list("state", flat=True)) == ["absent"]


def test_a_second_editor_compares_first(world, urls, signed_in):
    Activity.objects.update(version=2, place="会议室")
    client = signed_in(world.secretary)
    post = a_post(version="1", place="报告厅", **{f"person-{world.member.pk}-present": "on"})

    compared = client.post(urls["edit"], post)
    before = Activity.objects.get().place
    client.post(urls["edit"], post | {"version": compared.context["form"]["version"].value()})

    assert compared.context["differences"] == [("地点", "报告厅", "会议室")]
    assert (before, Activity.objects.get().place) == ("会议室", "报告厅")


def test_a_retired_kind_stays_on_old_records_only(world, urls, signed_in):
    ActivityKind.objects.filter(code="league_lesson").update(retired_on=dt.date(2026, 1, 1))
    client = signed_in(world.secretary)

    new = client.get(urls["new"]).context["form"].fields["kind"].queryset
    edit = client.get(urls["edit"]).context["form"].fields["kind"].queryset

    assert (a_kind() in new, a_kind() in edit) == (False, True)


def test_a_record_is_voided_and_restored_from_above(world, urls, signed_in):
    voided = signed_in(world.secretary).post(urls["void"], {"reason": "other", "note": "录错了"}, follow=True)
    reason = AuditEntry.objects.get(kind="voided").reason
    refused = signed_in(world.secretary).post(urls["restore"], {"reason": "不是重复"})
    still_void = Activity.objects.get().is_void
    restored = signed_in(world.general_admin).post(urls["restore"], {"reason": "不是重复"}, follow=True)

    assert (said(voided), topics(voided), reason) == (["已作废“学习团章”。"], [], "其他：录错了")
    assert "作废的记录由上级恢复，请联系上级管理员。" in text_of(refused)
    assert still_void
    assert (said(restored), Activity.objects.get().is_void) == (["已恢复“学习团章”。"], False)


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"reason": ""}, {"reason": ["请选择作废原因。"]}),
        ({"reason": "other"}, {"note": ["原因选了“其他”，请写明说明。"]}),
    ],
)
def test_voiding_asks_for_a_reason(world, urls, signed_in, values, errors):
    response = signed_in(world.secretary).post(urls["void"], values)

    assert dict(response.context["form"].errors) == errors
    assert not Activity.objects.get().is_void


def test_names_show_to_whoever_sees_the_roster_and_link_where_the_person_is_in_sight(world, signed_in):
    activity = an_activity(world.branch, present=[world.member, world.sister_member])

    page = signed_in(world.secretary).get(activity.get_absolute_url()).content.decode()

    assert f'href="{world.member.get_absolute_url()}"' in page
    assert "何静姝" in page
    assert f'href="{world.sister_member.get_absolute_url()}"' not in page


def test_the_short_way_leads_to_an_organisation_one_keeps(world, signed_in):
    a_grant(world.outsider, world.bureau, Role.OBSERVER)
    a_grant(world.outsider, world.other_branch, Role.ENTRY_CLERK)
    url = reverse("activities:new_here")

    own = signed_in(world.secretary).get(f"{url}?kind=theme_day")
    elsewhere = signed_in(world.outsider).get(url)
    nowhere = signed_in(world.observer).get(url)

    assert own["Location"] == reverse("activities:new", args=[world.branch.pk]) + "?kind=theme_day"
    assert elsewhere["Location"] == reverse("activities:new", args=[world.other_branch.pk])
    assert nowhere.status_code == 403


def test_a_number_alone_shows_on_list_and_page_and_is_refused_beside_names(world, signed_in):
    client = signed_in(world.secretary)
    url = reverse("activities:new", args=[world.branch.pk])

    refused = client.post(url, a_post(attended="15") | {f"person-{world.member.pk}-present": "on"})
    saved = client.post(url, a_post(attended="15"), follow=True)

    assert "已经逐人登记到会情况，参加人数按名单计算，这里请留空。" in text_of(refused)
    assert Activity.objects.get().attended == 15
    assert "参加 15 人" in text_of(saved)
    assert "只登记了人数，没有逐人登记。" in text_of(saved)
    assert "航测一室团支部 15 人" in text_of(client.get(reverse("activities:activities")))
