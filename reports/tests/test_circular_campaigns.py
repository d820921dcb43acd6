"""Circulars about a campaign: the figures of its deadline, as the closing report has them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import particulars
from branches.models import Headcount, Organization
from reports.campaigns import board, freezing, running
from reports.campaigns.results import report_of
from reports.circulars import campaigns, drafting, word, wording
from reports.models import Campaign, Circular, CircularKind
from reports.tests.campaigning import AFTER, DEADLINE, TODAY, a_campaign, a_frozen_campaign, at, enter_particulars
from reports.tests.circulars import a_draft, table_in, texts_in, typed


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


def test_quotation_marks_within_others_change_to_the_other_kind(world, signed_in):
    campaign = a_frozen_campaign(world, name="“两册”录入")
    with at(DEADLINE + dt.timedelta(minutes=5)):
        client = signed_in(world.bureau_admin)
        made = a_draft(
            world.bureau,
            by=world.bureau_admin,
            kind=CircularKind.CAMPAIGN,
            on=timezone.localdate(),
            campaign=campaign,
        )
        page = client.get(f"/circulars/{made.pk}/issue/").content.decode()

    assert made.title == "关于“‘两册’录入”情况的通报"
    assert "印发“关于‘“两册”录入’情况的通报”？" in page
    assert word.text_of(made)[0].text.startswith("“‘两册’录入”于")


def test_the_text_says_who_was_put_off_why_and_what_is_still_missing(world):
    started = a_campaign(world, items=["founded_on", "expected_members"])
    target = started.targets.get(organization=world.other_general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业未归。", by=world.bureau_admin)
    for value in (9, 7):
        particulars.declare(
            world.branch,
            kind=Headcount.Kind.EXPECTED_MEMBERS,
            value=value,
            as_of_on=TODAY,
            source="单位名册",
            by=world.bureau_admin,
        )
    with at(AFTER):
        freezing.freeze_due()
        enter_particulars(world.branch)
    with at(dt.datetime(2026, 12, 4, 4, 0, tzinfo=dt.UTC)):
        freezing.freeze_due()
        made = a_draft(
            world.bureau,
            by=world.bureau_admin,
            kind=CircularKind.CAMPAIGN,
            on=timezone.localdate(),
            campaign=Campaign.objects.get(),
        )

    said = {part.key: part.text for part in word.text_of(made) if part.section == "changes"}
    missing = made.figures["table"]["still_missing"]
    assert said == {
        "late": f"截至2026年12月4日，截止后补录1项，尚缺{missing}项。",
        "extended": "经批准延期的组织1个：水文队团总支（延期至2026年12月2日，外业未归）。",
        "lowered": "启动以来应录减少：航测一室团支部应有团员数由 9 核定为 7。",
    }


def test_a_draft_made_before_such_things_were_kept_says_what_it_knows(world):
    result = campaigns.result_of(a_frozen_campaign(world))
    for key in ("put_off", "lowered", "until", "still_missing"):
        del result[key]
    result["total"]["late"], result["extended"] = 3, 2

    parts = wording.parts_of(CircularKind.CAMPAIGN, result, wording.Said("华岳局团委", dt.date(2026, 11, 30)), {})

    assert [part.text for part in parts if part.section == "changes"] == ["截止后补录3项。", "经批准延期的组织2个。"]


def texts_of(circular):
    return {part.heading: part.text for part in word.text_of(circular)}


def enter_all(world, top):
    for each in Organization.objects.under(top):
        enter_particulars(each)


def a_draft_about_two_states(world, campaign):
    """One committee is still open, the other has made up for it; somebody has written about both by hand."""
    by = world.bureau_admin
    enter_all(world, world.other_general)
    made = a_draft(world.bureau, by=by, kind=CircularKind.CAMPAIGN, on=timezone.localdate(), campaign=campaign)
    texts = {part.key: f"{part.sub}，手写。" for part in word.text_of(made) if part.section == "overall"}
    return drafting.edit(made, **typed(made, texts=texts), by=by)


def test_text_by_hand_stays_with_its_state_when_another_state_empties(world):
    campaign = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER + dt.timedelta(minutes=5)):
        made = a_draft_about_two_states(world, campaign)
        before = texts_of(made)
        enter_all(world, world.general)
        counted = drafting.count_again(made, by=world.bureau_admin)

    written = {"总体情况 · 截止时未完成的组织": "截止时未完成的组织，手写。"}
    written |= {"总体情况 · 截止后补齐的组织": "截止后补齐的组织，手写。"}
    assert [band["word"] for band in counted.figures["table"]["bands"]] == ["截止后补齐"]
    assert before.items() >= written.items()
    assert texts_of(counted).items() >= written.items()


def test_drafts_whose_states_were_numbered_go_by_their_headings(world):
    campaign = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER + dt.timedelta(minutes=5)):
        made = a_draft_about_two_states(world, campaign)
        for place, part in enumerate(part for part in made.parts if part["section"] == "overall"):
            part["key"] = f"state_{place}"
        for band in made.figures["table"]["bands"]:
            del band["key"]
        Circular.objects.filter(pk=made.pk).update(parts=made.parts, figures=made.figures)
        before = [part.key for part in word.text_of(made)]
        enter_all(world, world.general)
        counted = drafting.count_again(made, by=world.bureau_admin)

    assert before[1:3] == ["state_open", "state_done_late"]
    assert texts_of(counted)["总体情况 · 截止后补齐的组织"] == "截止后补齐的组织，手写。"
    assert texts_of(counted)["总体情况 · 截止时未完成的组织"] == "截止时未完成的组织，手写。"


def test_two_numbered_parts_under_one_heading_are_both_kept():
    stored = [
        {"key": f"state_{place}", "section": "overall", "sub": "截止后补齐的组织", "made": "", "text": text}
        for place, text in enumerate(("甲。", "乙。"))
    ]

    parts = wording.parts_in(stored)

    assert [(part.key, part.text) for part in parts] == [("state_done_late", "甲。"), ("state_1", "乙。")]
    assert [part.text for part in wording.renewed(parts, [])] == ["甲。", "乙。"]


def test_every_state_of_a_campaign_has_a_key_of_its_own():
    assert tuple(campaigns.KEYS) == board.STATES
    assert len(set(campaigns.KEYS.values())) == len(board.STATES)


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
