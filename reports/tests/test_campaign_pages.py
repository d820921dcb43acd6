"""Pages of 调度: who may look, who may act, what is shown and refused."""

import datetime as dt

import pytest
from django.urls import reverse

from branches.models import AuditEntry
from branches.tests.builders import an_organization
from reports.campaigns import freezing, running
from reports.models import Campaign, CampaignExtension, CampaignScope
from reports.tests.campaigning import (
    DEADLINE,
    TODAY,
    a_campaign,
    a_draft,
    a_frozen_campaign,
    at,
    enter_particulars,
    stage,
)

AFTER = DEADLINE + dt.timedelta(minutes=1)
FILLED = {
    "name": "第四季度采集录入",
    "scope": "direct",
    "groups": ["particulars"],
    "items": ["secretary"],
    "starts_on": "2026-11-21",
    "deadline_on": "2026-11-30",
    "deadline_time": "18:00",
    "notice": "请各组织补录。",
    "stages-TOTAL_FORMS": "5",
    "stages-INITIAL_FORMS": "0",
    "stages-0-name": "中期",
    "stages-0-on": "2026-11-25",
    "stages-0-percent": "60",
}


def url(name, pk):
    return reverse(f"reports:{name}", args=[pk])


def text_of(response):
    return response.content.decode()


def refused(response):
    return [sentence for errors in response.context["form"].errors.values() for sentence in errors]


LOOKING = ["campaign", "campaign_report", "campaign_report_print", "campaign_report_export"]
ACTING = ["campaign_edit", "campaign_start", "campaign_discard", "campaign_withdraw", "campaign_extend", "campaign_end"]


@pytest.mark.parametrize("name", LOOKING)
def test_a_campaign_is_seen_from_its_committee_and_above(world, signed_in, name):
    frozen = a_frozen_campaign(world)

    with at(AFTER):
        assert signed_in(world.officer).get(url(name, frozen.pk)).status_code == 200
        for other in (world.general_admin, world.secretary, world.observer, world.auditor, world.foreign_admin):
            assert signed_in(other).get(url(name, frozen.pk)).status_code == 404


@pytest.mark.parametrize("name", ACTING)
def test_only_whoever_reports_about_the_committee_acts(world, signed_in, name):
    world.observer.grants.update(organization=world.bureau)
    draft = a_draft(world)

    assert signed_in(world.officer).get(url(name, draft.pk)).status_code == 200
    assert signed_in(world.observer).get(url(name, draft.pk)).status_code == 403
    assert signed_in(world.observer).post(url(name, draft.pk), {"version": 1}).status_code == 403
    assert signed_in(world.foreign_admin).get(url(name, draft.pk)).status_code == 404
    assert Campaign.objects.get().state == "draft"


def test_who_may_only_look_is_offered_nothing_to_do(world, signed_in):
    world.observer.grants.update(organization=world.bureau)
    draft, frozen = a_draft(world), a_frozen_campaign(world, name="另一次")

    with at(AFTER):
        seen = [
            text_of(signed_in(world.observer).get(page))
            for page in (draft.get_absolute_url(), frozen.get_absolute_url())
        ]
        seen.append(text_of(signed_in(world.observer).get(url("campaign_report", frozen.pk))))
        assert not any(word in page for page in seen for word in (">启动</a>", ">准予延期</a>", ">结束调度</a>"))
        assert ">结束调度</a>" in text_of(signed_in(world.officer).get(url("campaign_report", frozen.pk)))
        assert ">准予延期</a>" in text_of(signed_in(world.officer).get(frozen.get_absolute_url()))


def test_taking_in_is_for_whoever_reports(world, signed_in):
    world.observer.grants.update(organization=world.bureau)
    started = a_campaign(world)

    assert signed_in(world.observer).post(url("campaign_take_in", started.pk)).status_code == 403
    assert signed_in(world.secretary).post(url("campaign_take_in", started.pk)).status_code == 404
    page = signed_in(world.officer).post(url("campaign_take_in", started.pk), follow=True)
    assert "启动后范围内没有新增的组织。" in text_of(page)


def test_those_shown_are_taken_in_after_a_question_and_no_others(world, signed_in):
    started = a_campaign(world)
    shown = an_organization("物探队团支部", under=world.bureau)
    client = signed_in(world.officer)
    page = text_of(client.get(started.get_absolute_url()))
    unseen = an_organization("钻探队团支部", under=world.bureau)

    assert f'name="shown" value="{shown.pk}"' in page
    assert "列入后不能再移出，直到调度结束" in page
    answer = client.post(
        url("campaign_take_in", started.pk), {"shown": f"{shown.pk},{world.general.pk},x,{'9' * 5000}"}, follow=True
    )

    assert "已列入 1 个组织。其余 1 个已经列入，或者不再属于范围。" in text_of(answer)
    assert sorted(started.targets.values_list("short_name", flat=True)) == [
        *("水文队团总支", "测绘院团总支", "物探队团支部")
    ]
    assert not started.targets.filter(organization=unseen).exists()


@pytest.mark.parametrize("name", ["campaign_discard", "campaign_end"])
def test_what_was_confirmed_about_an_earlier_version_is_refused(world, signed_in, name):
    made = a_draft(world) if name == "campaign_discard" else a_frozen_campaign(world)
    with at(AFTER):
        page = signed_in(world.officer).post(url(name, made.pk), {"version": made.version - 1})

    assert refused(page) == ["这次调度在您打开以后有变动，请刷新后重新核对。"]
    assert Campaign.objects.get().state == made.state


def test_no_scope_is_chosen_beforehand(world, signed_in):
    client, address = signed_in(world.officer), f"/organizations/{world.bureau.pk}/campaigns/new/"

    form = client.get(address).context["form"]
    refused = client.post(address, {name: value for name, value in FILLED.items() if name != "scope"})

    assert form["scope"].value() is None
    assert "请选择范围。" in refused.content.decode()


def test_drafting_is_for_whoever_reports_there(world, signed_in):
    assert signed_in(world.officer).get(url("campaign_new", world.bureau.pk)).status_code == 200
    assert signed_in(world.observer).get(url("campaign_new", world.general.pk)).status_code == 403
    assert signed_in(world.secretary).get(url("campaign_new", world.general.pk)).status_code == 404
    assert signed_in(world.auditor).get(url("campaign_new", world.bureau.pk)).status_code == 404


def test_a_draft_is_filled_in_started_and_shown(world, signed_in):
    client = signed_in(world.officer)

    page = client.post(url("campaign_new", world.bureau.pk), FILLED, follow=True)
    draft = Campaign.objects.get()
    assert "测绘院团总支" in text_of(page)
    assert [str(each) for each in draft.stages.all()] == ["中期 2026-11-25 60%"]
    assert draft.deadline_at == DEADLINE

    client.post(url("campaign_start", draft.pk), {"version": draft.version})
    page = text_of(client.get(draft.get_absolute_url()))
    assert "落后于计划" in page or "达到计划" in page
    assert "复制文字" in page


WRONG = [
    ({"groups": [], "items": []}, "请至少选择一类或一个项目。"),
    ({"scope": "chosen"}, "请选择要调度的直属下级组织。"),
    ({"deadline_on": "2026-11-20"}, "截止时间已经过去，请改为以后的时间。"),
    ({"deadline_on": "9026-11-30"}, "年份不对，请重新选择日期。"),
    ({"stages-0-percent": "500"}, "阶段填写有误，请看下面“阶段”里标出的内容。"),
    ({"stages-0-on": "2026-12-25"}, "阶段“中期”的截止日不在开始日期以后、截止日期以内，请改正。"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_what_is_refused_comes_back_into_the_form(world, signed_in, wrong, sentence):
    page = signed_in(world.officer).post(url("campaign_new", world.bureau.pk), FILLED | wrong)

    assert (page.status_code, refused(page)) == (200, [sentence])
    assert not Campaign.objects.exists()


def test_half_a_stage_is_refused(world, signed_in):
    page = signed_in(world.officer).post(url("campaign_new", world.bureau.pk), FILLED | {"stages-0-percent": ""})

    assert "阶段的名称、截止日和计划完成率请都填写，或都留空。" in text_of(page)
    assert not Campaign.objects.exists()


def test_a_branch_of_another_committee_is_no_choice(world, signed_in):
    wrong = FILLED | {"scope": "chosen", "chosen": [world.foreign_branch.pk]}

    page = signed_in(world.officer).post(url("campaign_new", world.bureau.pk), wrong)

    assert "chosen" in page.context["form"].errors
    assert not Campaign.objects.exists()


def test_a_draft_is_changed_in_the_form_it_was_filled_in(world, signed_in):
    draft = a_draft(world, items=["founded_on", "secretary"], stages=[stage(25, 60)])
    client = signed_in(world.officer)

    shown = client.get(url("campaign_edit", draft.pk)).context
    assert shown["form"]["items"].value() == ["founded_on", "secretary"]
    client.post(url("campaign_edit", draft.pk), FILLED | {"name": "改名", "version": "1", "stages-INITIAL_FORMS": "1"})

    stored = Campaign.objects.get()
    assert (stored.name, stored.version) == ("改名", 2)


def test_what_was_called_off_late_or_twice_is_said_on_the_page(world, signed_in):
    started = a_campaign(world)
    client = signed_in(world.officer)
    client.post(url("campaign_withdraw", started.pk), {"reason": "范围有误", "version": started.version})

    page = client.post(url("campaign_withdraw", started.pk), {"reason": "再撤", "version": started.version})

    assert refused(page) == ["这次调度已撤销，不能再办理。"]
    assert "这次调度已撤销。" in text_of(client.get(started.get_absolute_url()))


def test_putting_off_stands_on_the_board(world, signed_in):
    started = a_campaign(world)
    target = started.targets.get(organization=world.general)
    client = signed_in(world.officer)
    asked = {"target": target.pk, "until_on": "2026-12-05", "reason": "外业未归"}

    page = client.post(url("campaign_extend", started.pk), asked | {"until_on": "2026-11-29"})
    assert refused(page) == ["延期的最后一天要在截止日期 2026-11-30 以后，请改正。"]
    page = client.post(url("campaign_extend", started.pk), asked | {"until_on": "9026-12-05"})
    assert refused(page) == ["年份不对，请重新选择日期。"]
    page = client.post(url("campaign_extend", started.pk), asked, follow=True)

    assert "外业未归（干事，2026-11-21）" in text_of(page)
    assert CampaignExtension.objects.count() == 1


def test_organisations_of_another_campaign_cannot_be_put_off(world, signed_in):
    started, other = a_campaign(world), a_campaign(world, name="另一次")
    target = other.targets.first()

    page = signed_in(world.officer).post(
        url("campaign_extend", started.pk), {"target": target.pk, "until_on": "2026-12-05", "reason": "外业"}
    )

    assert "target" in page.context["form"].errors


def test_closing_leads_to_the_report_which_is_printed_and_exported_and_logged(world, signed_in):
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        client = signed_in(world.officer)
        page = text_of(client.post(url("campaign_end", frozen.pk), {"version": frozen.version}, follow=True))
        assert "报告已定，不再变动" in page
        assert "测绘院团总支" in text_of(client.get(url("campaign_report_print", frozen.pk)))
        answer = client.get(url("campaign_report_export", frozen.pk))
        assert b"".join(answer.streaming_content)[:2] == b"PK"

    kinds = AuditEntry.objects.filter(object_type="reports.campaign").order_by("id").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["changed", "printed", "exported"]


@pytest.mark.parametrize("name", LOOKING[1:])
def test_before_the_deadline_the_report_leads_back(world, signed_in, name):
    started = a_campaign(world)

    page = signed_in(world.officer).get(url(name, started.pk), follow=True)

    assert "截止数据保存后才有结束报告，请在截止时间以后再看。" in text_of(page)


def test_below_one_sees_what_is_asked_of_oneself_only(world, signed_in):
    a_campaign(world, items=["founded_on"], scope=CampaignScope.BRANCHES, notice="请补录成立时间。")

    page = text_of(signed_in(world.secretary).get(url("campaigns_of", world.branch.pk)))

    assert "请补录成立时间。" in page
    assert "去补录" in page
    assert "航测二室团支部" not in page
    assert signed_in(world.secretary).get(url("campaigns_of", world.sister_branch.pk)).status_code == 404
    assert signed_in(world.auditor).get(url("campaigns_of", world.branch.pk)).status_code == 404
    assert "查看缺项" in text_of(signed_in(world.observer).get(url("campaigns_of", world.branch.pk)))


def test_the_list_holds_own_ones_and_points_to_those_from_above(world, signed_in):
    a_campaign(world)
    own = Campaign.objects.create(
        organization=world.general,
        name="总支自查",
        scope=CampaignScope.DIRECT,
        items=["founded_on"],
        starts_on=TODAY,
        deadline_at=DEADLINE,
        made_by=world.general_admin,
        made_at=DEADLINE,
    )
    page = reverse("reports:campaigns")

    of_general = signed_in(world.general_admin).get(page)
    assert [row.record for row in of_general.context["table"].page] == [own]
    assert "上级有调度任务" in text_of(of_general)
    of_bureau = signed_in(world.bureau_admin).get(page)
    assert [row.record.name for row in of_bureau.context["table"].page] == ["总支自查", "第四季度采集录入"]
    narrowed = signed_in(world.bureau_admin).get(page, {"state": "draft"})
    assert [row.record for row in narrowed.context["table"].page] == [own]
    assert "调度任务" in text_of(signed_in(world.secretary).get(page))
    assert "拟定调度" in text_of(of_general)
    assert "拟定调度</a>" not in text_of(signed_in(world.observer).get(page))


def test_the_number_of_queries_of_the_pages_does_not_grow(world, signed_in, django_assert_max_num_queries):
    started = a_campaign(world, items=["founded_on"], scope=CampaignScope.BRANCHES)
    client = signed_in(world.bureau_admin)
    client.get(started.get_absolute_url())

    with django_assert_max_num_queries(60):
        client.get(started.get_absolute_url())
    with django_assert_max_num_queries(45):
        client.get(reverse("reports:campaigns"))


def test_after_the_deadline_the_board_says_what_came_later(world, signed_in):
    started = a_campaign(world, items=["founded_on"])
    running.extend(
        started, target=started.targets.last(), until_on=dt.date(2026, 12, 5), reason="外业", by=world.bureau_admin
    )
    with at(AFTER):
        freezing.freeze_due()
        enter_particulars(world.branch)
        page = text_of(signed_in(world.officer).get(started.get_absolute_url()))

    assert all(word in page for word in ("截止后补录", "延期中", "截止时未完成", "结束报告"))


def test_a_long_board_is_leafed_through_and_narrowed_while_the_sums_stay(world, signed_in):
    for number in range(23):
        enter_particulars(an_organization(f"第{number:02}队团支部", under=world.bureau))
    started = a_campaign(world, items=["founded_on"])
    client = signed_in(world.officer)

    def shown(**asked):
        answer = client.get(started.get_absolute_url(), asked)
        return [(band.state.word, band.number, len(band.rows)) for band in answer.context["bands"]], answer

    first, page = shown()
    assert first == [("落后于计划", 2, 2), ("已完成", 23, 18)]
    assert "合计（25 个组织）" in text_of(page)
    assert shown(page=2)[0] == [("已完成", 23, 5)]
    assert shown(state="落后于计划")[0] == [("落后于计划", 2, 2)]
    narrowed, page = shown(name="第07队", state="已完成")
    assert (narrowed, page.context["board"].total.expected) == ([("已完成", 1, 1)], 28)
    assert "没有符合条件的组织，请放宽条件。" in text_of(shown(name="没有的")[1])
    assert shown(state="乱写")[0] == first


def test_a_long_report_is_leafed_through_and_printed_whole(world, signed_in):
    for number in range(23):
        an_organization(f"第{number:02}队团支部", under=world.bureau)
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        client = signed_in(world.officer)
        page = client.get(url("campaign_report", frozen.pk), {"page": 2})
        paper = text_of(client.get(url("campaign_report_print", frozen.pk), {"page": 2, "name": "第07队"}))

    assert [(band.number, len(band.rows)) for band in page.context["bands"]] == [(25, 5)]
    assert [f"第{number:02}队团支部" in paper for number in range(23)] == [True] * 23


def test_a_short_board_has_nothing_to_leaf_through(world, signed_in):
    started = a_campaign(world)

    page = text_of(signed_in(world.officer).get(started.get_absolute_url()))

    assert "条/页" not in page
    assert 'class="query' not in page
