"""Circulars: what a draft says, picking, issuing, receiving, withdrawing; and that what is issued never changes."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.tests.builders import an_activity
from branches import freshness, tree
from branches.models import AuditEntry, Organization, OrgType, Role
from branches.tests.builders import a_grant, a_user, an_organization
from members.tests.builders import a_member
from reports.circulars import drafting, issuing, showing, word, wording
from reports.circulars.figures import rows_of
from reports.circulars.org_life import branches_of
from reports.completion.progress import board_of
from reports.facts import settling
from reports.models import Audience, Circular, CircularDelivery, CircularFile, CircularKind
from reports.tests.circulars import OCTOBER, a_draft, an_issued, table_in, texts_in, typed

NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)


def on_day(day):
    return time_machine.travel(dt.datetime(2026, 11, day, 4, 0, tzinfo=dt.UTC), tick=True)


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def test_a_draft_holds_the_figures_of_the_board(world, today):
    board = board_of(world.bureau, today, user=world.bureau_admin)

    circular = a_draft(world.bureau, by=world.bureau_admin)

    figures = circular.figures["table"]
    assert [
        (row["pk"], row["expected"], row["actual"], row["on_time"], row["missing"]) for row in rows_of(figures)
    ] == [(row.organization.pk, row.expected, row.actual, row.on_time, row.missing) for row in board.rows]
    assert [(band["word"], band["bounds"]) for band in figures["bands"]] == [
        (band.state.word, band.bounds) for band in board.bands
    ]
    assert (figures["total"]["expected"], figures["total"]["actual"]) == (board.total.expected, board.total.actual)
    assert (circular.chosen, circular.number, circular.is_draft) == ({}, None, True)


def test_parts_with_nothing_to_say_are_not_there(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)

    keys = [part.key for part in word.text_of(circular)]

    assert keys == ["opening", "state_problem", "requests"]
    assert [(block.level, block.text) for block in wording.blocks_of(word.text_of(circular))][1:4] == [
        (1, "一、总体情况"),
        (2, "（一）缺口较大的组织（低于 85%）"),
        (0, "共2个：测绘院团总支、水文队团总支。"),
    ]


def test_what_has_changed_since_a_day(world):
    with on_day(18):
        settling.settle()
    a_member(branch=world.branch, ethnicity="", phone="")
    freshness.touch([world.branch])
    with on_day(21):
        circular = a_draft(world.bureau, since=dt.date(2026, 11, 18), by=world.bureau_admin)

    texts = {part.key: part.text for part in word.text_of(circular)}
    total = circular.figures["table"]["total"]
    more = total["expected"] - total["then"][0], total["actual"] - total["then"][1]
    assert more[0] > more[1] > 0
    assert texts["progress"].startswith(
        f"与2026年11月18日相比，应录增加{more[0]}项，已录增加{more[1]}项，缺项增加{more[0] - more[1]}项；"
    )
    assert "newly_complete" not in texts


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"on": dt.date(2026, 11, 22)}, ["统计时点不能晚于今天。"]),
        ({"since": dt.date(2026, 11, 21)}, ["对比时点要早于统计时点。"]),
        ({"kind": CircularKind.ORG_LIFE, "month": None}, ["请选择通报哪个月份。"]),
        (
            {"kind": CircularKind.ORG_LIFE, "month": dt.date(2026, 11, 1)},
            ["2026 年 11 月到统计时点还没有结束，请选择更早的月份。"],
        ),
        ({"on": dt.date(2026, 11, 1)}, ["2026-11-01 没有统计数据，请选择 2026-11-21 或以后的日期。"]),
    ],
)
def test_a_draft_about_nothing_is_refused(world, asked, said):
    settling.settle()

    found = refusal(lambda: a_draft(world.bureau, by=world.bureau_admin, **asked))

    assert found == said
    assert (Circular.objects.count(), AuditEntry.objects.filter(object_type="reports.circular").count()) == (0, 0)


def test_a_branch_issues_no_circulars(world):
    assert refusal(lambda: a_draft(world.branch, by=world.secretary)) == ["团支部没有下级组织，不印发通报。"]


def test_somebody_picks_and_the_text_follows(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)

    circular = drafting.edit(
        circular,
        **typed(
            circular,
            heads={"title": "关于十一月进度的通报"},
            texts={"requests": "请抓紧。"},
            chosen={wording.PRAISED: [world.general.pk], wording.CRITICISED: [world.other_general.pk]},
        ),
        by=world.bureau_admin,
    )

    texts = {part.key: part.text for part in word.text_of(circular)}
    assert circular.title == "关于十一月进度的通报"
    assert texts["praised"] == "对测绘院团总支提出表扬。"
    assert texts["criticised"] == "对水文队团总支提出批评。"
    assert texts["requests"] == "请抓紧。"


def test_text_by_hand_survives_counting_again(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)
    circular = drafting.edit(
        circular, **typed(circular, texts={"opening": "现通报如下。", "requests": ""}), by=world.bureau_admin
    )
    a_member(branch=world.branch)

    counted = drafting.count_again(circular, by=world.bureau_admin)

    texts = {part.key: part.text for part in word.text_of(counted)}
    assert (texts["opening"], texts["requests"]) == ("现通报如下。", "")
    assert counted.figures["table"]["total"]["expected"] > circular.figures["table"]["total"]["expected"]
    assert [block.text for block in wording.blocks_of(word.text_of(counted))][-1].startswith("共2个")


def test_what_edit_refuses_writes_nothing(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)
    both = {wording.PRAISED: [world.general.pk], wording.CRITICISED: [world.general.pk]}
    by = world.bureau_admin

    assert refusal(lambda: drafting.edit(circular, **typed(circular, chosen=both), by=by)) == [
        "同一个组织不能既表扬又批评，请去掉其中一处。"
    ]
    foreign = {wording.PRAISED: [world.foreign_branch.pk]}
    assert refusal(lambda: drafting.edit(circular, **typed(circular, chosen=foreign), by=by)) == [
        "只能选择附件表格里的组织，请重新选择。"
    ]
    assert refusal(lambda: drafting.edit(circular, **typed(circular, version=7), by=by)) == [
        "这份通报刚刚被他人改动过，请重新打开后再修改。"
    ]
    assert Circular.objects.get().version == 1


def test_a_month_of_meetings(world):
    general = an_organization("直属团支部一", under=world.bureau)
    for number in range(7):
        a_member(f"成员{'甲乙丙丁戊己庚'[number]}", branch=world.branch)
    an_activity(world.branch, kind="committee_meeting", held_on=dt.date(2026, 10, 9))
    an_activity(world.branch, kind="committee_meeting", held_on=dt.date(2026, 9, 9))
    an_activity(world.sister_branch, kind="league_lesson", held_on=dt.date(2026, 10, 20))
    an_activity(world.sister_branch, kind="league_lesson", held_on=dt.date(2026, 10, 21), is_void=True)

    circular = a_draft(world.bureau, kind=CircularKind.ORG_LIFE, by=world.bureau_admin)

    figures = circular.figures["table"]
    assert [(group["name"], [row["name"] for row in group["rows"]]) for group in figures["groups"]] == [
        ("测绘院团总支", ["航测一室团支部", "航测二室团支部"]),
        ("水文队团总支", ["一分队团支部"]),
        ("直属团支部", [general.short_name]),
    ]
    cells = {row["name"]: row["cells"] for row in branches_of(figures)}
    # Entered on 21 November only: more than ten days after the month.
    assert cells["航测一室团支部"]["committee_meeting"] == {"held": 1, "late": 1, "why": ""}
    assert cells["航测二室团支部"]["committee_meeting"]["why"] == "团员不足 7 人，不设支部委员会"
    assert cells["航测二室团支部"]["league_lesson"]["held"] == 1
    texts = {part.key: part.text for part in word.text_of(circular)}
    assert texts["held_committee_meeting"] == "1个团支部登记1次，其中1个团支部为逾期补登。"
    assert "absent_committee_meeting" not in texts
    assert "held_group_meeting" not in texts
    assert "absent_group_meeting" not in texts
    assert "absent_league_lesson" not in texts


def test_a_month_as_it_was_known_on_a_past_day(world):
    with on_day(22):
        settling.settle()
        an_activity(world.branch, held_on=dt.date(2026, 10, 9))
    with on_day(23):
        an_activity(world.sister_branch, held_on=dt.date(2026, 10, 9))
        tree.move(world.sister_branch, under=world.other_general, by=None)
        settling.settle()
    with on_day(24):
        circular = a_draft(world.bureau, kind=CircularKind.ORG_LIFE, on=dt.date(2026, 11, 22), by=world.bureau_admin)

    figures = circular.figures["table"]
    held = {row["name"]: row["cells"]["league_lesson"]["held"] for row in branches_of(figures)}
    assert held == {"航测一室团支部": 1, "航测二室团支部": 0, "一分队团支部": 0}
    assert [len(group["rows"]) for group in figures["groups"]] == [2, 1]


def test_issuing_numbers_freezes_and_sends(world):
    circular = an_issued(world.bureau, by=world.officer)

    assert circular.symbol == "华岳局团委〔2026〕1号"
    assert [delivery.organization_id for delivery in circular.deliveries.order_by("place")] == [
        world.general.pk,
        world.branch.pk,
        world.sister_branch.pk,
        world.other_general.pk,
        world.other_branch.pk,
    ]
    file = circular.file.content
    assert texts_in(file)[0] == "中国共产主义青年团华岳局委员会"
    assert "华岳局团委〔2026〕1号" in texts_in(file)
    entry = AuditEntry.objects.filter(object_type="reports.circular", kind="changed").get()
    assert entry.changes == {
        "状态": ["草稿", "已印发"],
        "发文字号": [None, "华岳局团委〔2026〕1号"],
        "发送组织数": [None, 5],
    }


def test_each_prefix_has_numbers_of_its_own(world):
    def issued(prefix):
        draft = a_draft(world.bureau, by=world.officer)
        draft = drafting.edit(draft, **typed(draft, heads={"prefix": prefix}), by=world.officer)
        assert f"将编为{prefix}〔2026〕{issuing.next_number(world.bureau, prefix)}号" in showing.before_issue(draft)
        return issuing.issue(draft, version=draft.version, by=world.officer).symbol

    assert [issued(prefix) for prefix in ("华岳地质局团委", "华岳团通", "华岳团通", "华岳地质局团委")] == [
        "华岳地质局团委〔2026〕1号",
        "华岳团通〔2026〕1号",
        "华岳团通〔2026〕2号",
        "华岳地质局团委〔2026〕2号",
    ]


def test_numbers_run_by_organisation_and_year(world):
    first = an_issued(world.bureau, by=world.officer)
    issuing.withdraw(first, reason="数字有误", by=world.officer)
    second = an_issued(world.bureau, by=world.officer)
    other = an_issued(world.general, by=world.general_admin)
    with time_machine.travel(dt.datetime(2027, 1, 4, 4, 0, tzinfo=dt.UTC)):
        next_year = an_issued(world.bureau, by=world.officer, on=dt.date(2027, 1, 4))

    assert [each.symbol for each in (second, other, next_year)] == [
        "华岳局团委〔2026〕2号",
        "测绘院团总支〔2026〕1号",
        "华岳局团委〔2027〕1号",
    ]


def test_only_direct_lower_organisations_if_so_asked(world):
    circular = an_issued(world.bureau, by=world.officer, audience=Audience.DIRECT)

    assert [delivery.name for delivery in circular.deliveries.all()] == ["测绘院团总支", "水文队团总支"]


def test_what_issuing_refuses_writes_nothing(world):
    lonely = an_organization("空团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
    by = world.bureau_admin
    circular, nobody_below = a_draft(world.bureau, by=by), a_draft(lonely, by=by)
    blank = a_draft(world.bureau, by=by)
    empty = {part.key: "" for part in word.text_of(blank)}
    blank = drafting.edit(blank, **typed(blank, texts=empty), by=by)

    assert refusal(lambda: issuing.issue(circular, version=9, by=by)) == [
        "这份通报刚刚被他人改动过，请重新打开后再修改。"
    ]
    assert refusal(lambda: issuing.issue(nobody_below, version=1, by=by)) == ["没有可以接收通报的下级组织，不能印发。"]
    assert showing.before_issue(nobody_below) == "没有可以接收通报的下级组织，不能印发。"
    assert refusal(lambda: issuing.issue(blank, version=2, by=by)) == ["通报没有正文，请先填写后再印发。"]
    assert (CircularFile.objects.count(), CircularDelivery.objects.count()) == (0, 0)
    assert set(Circular.objects.values_list("state", "number")) == {("draft", None)}


def test_an_issued_one_is_not_edited_counted_discarded_or_issued_again(world):
    circular = an_issued(world.bureau, by=world.officer)
    by = world.officer

    for deed in (
        lambda: drafting.edit(circular, **typed(circular), by=by),
        lambda: drafting.count_again(circular, by=by),
        lambda: drafting.discard(circular, version=circular.version, by=by),
        lambda: issuing.issue(circular, version=circular.version, by=by),
    ):
        assert refusal(deed) == ["通报已经印发，内容不能再改动。"]


def test_an_issued_one_says_the_same_whatever_happens_to_the_tree(world):
    circular = an_issued(world.bureau, by=world.officer)
    before = (Circular.objects.values().get(), circular.file.content, list(CircularDelivery.objects.values()))

    tree.move(world.branch, under=world.other_general, by=None)
    tree.rename(
        Organization.objects.get(pk=world.general.pk),
        full_name="中国共产主义青年团华岳局新测绘院总支部委员会",
        short_name="新测绘院团总支",
        by=None,
    )
    a_member(branch=world.branch, ethnicity="")
    settling.settle()

    again = Circular.objects.get()
    assert (Circular.objects.values().get(), again.file.content, list(CircularDelivery.objects.values())) == before
    assert table_in(issuing.fetched(again, by=world.officer))[2][0] == "测绘院团总支"


def test_receiving_is_for_those_the_person_works_for(world):
    circular = an_issued(world.bureau, by=world.officer)
    looks_on = a_user("looks_on")
    a_grant(looks_on, world.branch, Role.OBSERVER)

    assert issuing.receive(circular, by=looks_on) == []
    assert issuing.receive(circular, by=world.bureau_admin) == []
    [received] = issuing.receive(circular, by=world.secretary)
    assert issuing.receive(circular, by=world.secretary) == []

    received.refresh_from_db()
    assert (received.name, received.read_by) == ("航测一室团支部", world.secretary)
    assert CircularDelivery.objects.filter(read_at=None).count() == 4
    entry = AuditEntry.objects.order_by("-id").first()
    assert (entry.changes, entry.placement.organization_id) == ({"签收": [None, "航测一室团支部"]}, world.branch.pk)


def test_withdrawing_needs_a_reason_and_stays_visible(world):
    circular = an_issued(world.bureau, by=world.officer)

    assert refusal(lambda: issuing.withdraw(circular, reason=" ", by=world.officer)) == [
        "请写明撤回的原因，各收文组织会看到。"
    ]
    withdrawn = issuing.withdraw(circular, reason="数字有误", by=world.officer)

    assert refusal(lambda: issuing.withdraw(circular, reason="再撤", by=world.officer)) == [
        "只有已印发的通报可以撤回。"
    ]
    assert (withdrawn.get_state_display(), withdrawn.withdrawal_reason) == ("已撤回", "数字有误")
    assert list(Circular.objects.visible_to(world.secretary)) == [withdrawn]
    assert issuing.to_receive(withdrawn, world.secretary) == []


def test_who_sees_a_draft_and_who_an_issued_one(world):
    draft, issued = a_draft(world.bureau, by=world.officer), an_issued(world.bureau, by=world.officer)

    def seen(user):
        return list(Circular.objects.visible_to(user).order_by("pk"))

    assert seen(world.officer) == [draft, issued]
    assert seen(world.secretary) == [issued]
    assert seen(world.foreign_admin) == seen(world.auditor) == seen(world.outsider) == []


def test_drafting_asks_the_same_number_of_queries_for_more_organisations(world):
    def queries(**asked):
        with CaptureQueriesContext(connection) as captured:
            a_draft(world.bureau, by=world.bureau_admin, **asked)
        return len(captured)

    few = queries(), queries(kind=CircularKind.ORG_LIFE, month=OCTOBER)
    for number in range(3):
        general = an_organization(f"又{number}团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
        a_member(branch=an_organization(f"又{number}团支部", under=general), ethnicity="")

    assert (queries(), queries(kind=CircularKind.ORG_LIFE, month=OCTOBER)) == few
