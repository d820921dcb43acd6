"""Circulars about a campaign: the figures of its deadline, as the closing report has them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from reports.campaigns.results import report_of
from reports.circulars import campaigns, word
from reports.models import Circular, CircularKind
from reports.tests.campaigning import DEADLINE, a_campaign, a_frozen_campaign, at
from reports.tests.circulars import a_draft, table_in, texts_in


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def test_a_campaign_as_it_came_out(world, signed_in):
    campaign = a_frozen_campaign(world)
    with at(DEADLINE + dt.timedelta(minutes=5)):
        report = report_of(campaign)
        client = signed_in(world.bureau_admin)
        page = client.get(f"/organizations/{world.bureau.pk}/circulars/new/?campaign={campaign.pk}")
        made = {"kind": "campaign", "campaign": campaign.pk, "audience": "all", "on": str(timezone.localdate())}
        client.post(f"/organizations/{world.bureau.pk}/circulars/new/", made)

    assert page.context["form"]["campaign"].value() == str(campaign.pk)
    circular = Circular.objects.get()
    table = circular.figures["table"]
    rows = {row["name"]: (row["expected"], row["actual"], row["late"]) for row in campaigns.rows_of(table)}
    assert rows == {line.name: (line.deadline.expected, line.deadline.actual, line.late) for line in report.lines}
    assert (circular.on, circular.title) == (dt.date(2026, 11, 30), "关于“第四季度采集录入”情况的通报")
    assert circular.counted_at == report.counted_at
    content = word.as_word(circular, word.shipped(circular.kind))
    total = table_in(content)[-1]
    assert total[:3] == ["合计", f"{report.deadline.expected:,}", f"{report.deadline.actual:,}"]
    assert texts_in(content)[7].startswith("“第四季度采集录入”于2026年11月30日18:00截止。2个组织应录入信息")


def test_a_campaign_of_others_or_without_result_is_refused(world):
    running, frozen = a_campaign(world, name="进行中"), a_frozen_campaign(world)
    kind = CircularKind.CAMPAIGN

    with at(DEADLINE + dt.timedelta(minutes=5)):
        day = timezone.localdate()
        assert refusal(lambda: a_draft(world.general, by=world.general_admin, kind=kind, on=day, campaign=frozen)) == [
            "请选择本组织的一次调度。"
        ]
        assert refusal(lambda: a_draft(world.bureau, by=world.bureau_admin, kind=kind, on=day)) == [
            "请选择本组织的一次调度。"
        ]
    assert refusal(lambda: a_draft(world.bureau, by=world.bureau_admin, kind=kind, campaign=running)) == [
        "截止数据保存后才有结束报告，请在截止时间以后再看。"
    ]
    assert Circular.objects.count() == 0
