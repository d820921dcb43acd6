"""调度: drafting, starting, letting somebody finish later, calling off, closing – and what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import tree
from branches.models import AuditEntry
from branches.tests.builders import an_organization
from reports.campaigns import drafting, freezing, running
from reports.campaigns.board import board_of
from reports.models import Campaign, CampaignExtension, CampaignScope, CampaignState, CampaignTarget
from reports.tests.campaigning import (
    DEADLINE,
    OF_PARTICULARS,
    a_campaign,
    a_draft,
    a_frozen_campaign,
    at,
    on,
    stage,
    take_in_all,
    terms,
)


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def everything():
    return (
        list(Campaign.objects.order_by("pk").values()),
        list(CampaignTarget.objects.order_by("pk").values()),
        list(CampaignExtension.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


def test_a_draft_keeps_what_was_filled_in_and_is_logged(world):
    made = a_draft(
        world,
        name=" 采集录入 ",
        items={"founded_on", *OF_PARTICULARS, "secretary"},
        stages=[stage(25, 60)],
        notice="请补录",
    )

    stored = Campaign.objects.get()
    assert (stored.name, stored.state, stored.organization) == ("采集录入", "draft", world.bureau)
    assert stored.items == [*OF_PARTICULARS, "secretary"]
    assert drafting.items_in_words(made) == ["组织信息", "书记"]
    assert [str(each) for each in stored.stages.all()] == ["中期 2026-11-25 60%"]
    entry = AuditEntry.objects.filter(object_type="reports.campaign").get()
    assert (entry.kind, entry.changes["项目"]) == ("created", [None, "组织信息、书记"])


REFUSED = [
    ({"name": " "}, "请填写调度名称。"),
    ({"items": []}, "请至少选择一类或一个项目。"),
    ({"items": ["weather"]}, "请至少选择一类或一个项目。"),
    ({"scope": CampaignScope.CHOSEN}, "请选择要调度的直属下级组织。"),
    ({"deadline_at": dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)}, "截止时间已经过去，请改为以后的时间。"),
    ({"deadline_at": dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)}, "截止日期要晚于开始日期，请改正。"),
    ({"stages": [stage(21, 50)]}, "阶段“中期”的截止日不在开始日期以后、截止日期以内，请改正。"),
    ({"stages": [stage(25, 50), stage(25, 60)]}, "有两个阶段都在 2026-11-25 截止，请只保留一个。"),
    ({"stages": [stage(25, 50), stage(28, 40)]}, "阶段“中期”的计划完成率低于前一阶段，请改正。"),
    ({"stages": [stage(25, 101)]}, "阶段“中期”的计划完成率请填 1 至 100 的整数。"),
]


@pytest.mark.parametrize(("wrong", "sentence"), REFUSED)
def test_what_cannot_be_is_refused_and_nothing_written(world, wrong, sentence):
    draft = a_draft(world)
    before = everything()

    assert refusal(lambda: drafting.draft(world.bureau, terms(**wrong), by=world.bureau_admin)) == [sentence]
    assert refusal(lambda: drafting.change(draft, terms(**wrong), version=1, by=world.bureau_admin)) == [sentence]
    assert everything() == before


def test_only_present_direct_lower_organisations_can_be_chosen(world):
    wrong = terms(scope=CampaignScope.CHOSEN, chosen=[world.general, world.branch])

    assert refusal(lambda: drafting.draft(world.bureau, wrong, by=world.bureau_admin)) == [
        "航测一室团支部不是现有的直属下级组织，请重新选择。"
    ]


def test_a_branch_has_nobody_to_ask(world):
    assert refusal(lambda: drafting.draft(world.branch, terms(), by=world.secretary)) == [
        "团支部没有下级组织，请在上级组织拟定调度。"
    ]


def test_a_draft_is_changed_by_whoever_read_it_last(world):
    draft = a_draft(world, stages=[stage(25, 60)])

    drafting.change(draft, terms(name="换个名称"), version=1, by=world.officer)

    stored = Campaign.objects.get()
    assert (stored.name, stored.version, stored.stages.count()) == ("换个名称", 2, 0)
    assert refusal(lambda: drafting.change(draft, terms(), version=1, by=world.officer)) == [
        "这次调度在您打开以后有变动，请刷新后重新核对。"
    ]
    assert refusal(lambda: running.start(draft, version=1, by=world.officer)) == [
        "这次调度在您打开以后有变动，请刷新后重新核对。"
    ]


def test_a_draft_is_thrown_away(world):
    drafting.discard(a_draft(world, stages=[stage(25, 60)]), version=1, by=world.bureau_admin)

    assert not Campaign.objects.exists()
    assert AuditEntry.objects.filter(object_type="reports.campaign", kind="deleted").count() == 1


def test_a_draft_changed_since_it_was_read_is_not_thrown_away(world):
    draft = a_draft(world)
    drafting.change(draft, terms(name="换个名称"), version=1, by=world.officer)
    before = everything()

    assert refusal(lambda: drafting.discard(draft, version=1, by=world.bureau_admin)) == [
        "这次调度在您打开以后有变动，请刷新后重新核对。"
    ]
    assert everything() == before


def test_what_changed_since_it_was_read_is_not_ended(world):
    frozen = a_frozen_campaign(world)
    with at(DEADLINE + dt.timedelta(hours=1)):
        target = frozen.targets.get(organization=world.general)
        running.extend(frozen, target=target, until_on=dt.date(2026, 12, 1), reason="外业", by=world.officer)
    with at(dt.datetime(2026, 12, 3, tzinfo=dt.UTC)):
        freezing.freeze_due()
        before = everything()

        assert refusal(lambda: running.end(frozen, version=frozen.version, by=world.bureau_admin)) == [
            "这次调度在您打开以后有变动，请刷新后重新核对。"
        ]
        assert everything() == before
        running.end(frozen, version=frozen.version + 1, by=world.bureau_admin)
    assert Campaign.objects.get().state == CampaignState.ENDED


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (CampaignScope.DIRECT, ["测绘院团总支", "水文队团总支"]),
        (CampaignScope.CHOSEN, ["水文队团总支"]),
        (CampaignScope.BRANCHES, ["航测一室团支部", "航测二室团支部", "一分队团支部"]),
    ],
)
def test_starting_keeps_whom_it_is_about(world, scope, names):
    started = a_campaign(world, scope=scope, chosen=[world.other_general])

    assert [target.short_name for target in started.targets.all()] == names
    assert (started.state, started.started_by) == (CampaignState.RUNNING, world.bureau_admin)
    assert started.targets.exclude(counts__moment="start").count() == 0


def test_what_was_planned_for_earlier_begins_today(world):
    draft = a_draft(world)
    with on(23):
        started = running.start(draft, version=1, by=world.bureau_admin)

    assert started.starts_on == dt.date(2026, 11, 23)


def test_it_begins_neither_early_nor_late_nor_for_nothing(world):
    future = a_draft(world, starts_on=dt.date(2026, 11, 24))
    staged = a_draft(world, stages=[stage(23, 60)])
    nobody = drafting.draft(world.foreign_bureau, terms(scope=CampaignScope.BRANCHES), by=world.foreign_admin)
    tree.move(world.foreign_branch, under=world.general, by=None)
    nothing = a_draft(world, items=["expected_members"])

    def start(campaign):
        return refusal(lambda: running.start(campaign, version=campaign.version, by=world.bureau_admin))

    assert start(future) == ["开始日期 2026-11-24 还没有到，请到那天再启动，或先修改开始日期。"]
    assert start(nobody) == ["范围内没有可以调度的下级组织，请修改范围后再启动。"]
    assert start(nothing) == ["所选项目现在没有应录的内容，请修改项目后再启动。"]
    with on(23):
        assert start(staged) == ["有阶段的截止日不在今天以后，请修改后再启动。"]
    with on(30):
        assert start(future) == ["截止日期不在今天以后，请修改后再启动。"]
    assert not CampaignTarget.objects.exists()


def test_what_has_begun_is_neither_changed_nor_thrown_away_nor_begun_again(world):
    started = a_campaign(world)
    before = everything()

    assert refusal(lambda: drafting.change(started, terms(), version=started.version, by=world.bureau_admin)) == [
        "调度已经启动，不能再修改；确需修改的，请先撤销这次调度，再另行拟定。"
    ]
    assert refusal(lambda: drafting.discard(started, version=started.version, by=world.bureau_admin)) == [
        "调度已经启动，不能删除；不再进行的，请撤销。"
    ]
    assert refusal(lambda: running.start(started, version=started.version, by=world.bureau_admin)) == [
        "这次调度进行中，不能再启动。"
    ]
    assert everything() == before


def test_those_that_came_later_take_part_when_somebody_says_so(world):
    started = a_campaign(world)
    assert refusal(lambda: take_in_all(started, world.bureau_admin)) == ["启动后范围内没有新增的组织。"]
    new = an_organization("新设团支部", under=world.bureau)
    assert board_of(started).newcomers == [new]

    assert take_in_all(started, world.bureau_admin) == 1

    assert [line.name for line in board_of(started).lines] == ["测绘院团总支", "水文队团总支", "新设团支部"]
    assert board_of(started).newcomers == []


def test_only_those_shown_and_still_new_take_part(world):
    started = a_campaign(world)
    shown, unseen = (an_organization(f"{name}团支部", under=world.bureau) for name in ("物探队", "钻探队"))

    number = running.take_in(
        started, organizations=[shown.pk, world.general.pk, world.foreign_branch.pk], by=world.bureau_admin
    )

    assert (number, board_of(started).newcomers) == (1, [unseen])
    assert started.targets.filter(organization=shown).exists()
    before = everything()
    assert refusal(lambda: running.take_in(started, organizations=[shown.pk], by=world.bureau_admin)) == [
        "所列的组织已经列入，或者不再属于范围，请刷新后重新核对。"
    ]
    assert everything() == before


def test_an_organisation_may_finish_later_with_a_reason_and_a_last_day(world):
    started = a_campaign(world)
    target = started.targets.get(organization=world.general)

    running.extend(started, target=target, until_on=dt.date(2026, 12, 5), reason=" 外业未归 ", by=world.officer)

    granted = CampaignExtension.objects.get()
    assert (granted.target, granted.reason, granted.granted_by) == (target, "外业未归", world.officer)
    entry = AuditEntry.objects.filter(object_type="reports.campaign").latest("id")
    assert entry.changes == {"组织": [None, "测绘院团总支"], "延期至": [None, "2026-12-05"]}
    assert entry.reason == "外业未归"


def test_a_later_deadline_is_refused_where_it_means_nothing(world):
    started, other = a_campaign(world), a_campaign(world, name="另一次")
    target = started.targets.get(organization=world.general)

    def extend(campaign=started, **wrong):
        words = {"target": target, "until_on": dt.date(2026, 12, 5), "reason": "外业未归"} | wrong
        return refusal(lambda: running.extend(campaign, **words, by=world.bureau_admin))

    assert extend(reason=" ") == ["请填写延期的原因。"]
    assert extend(until_on=dt.date(2026, 11, 30)) == ["延期的最后一天要在截止日期 2026-11-30 以后，请改正。"]
    assert extend(other) == ["请选择参加这次调度的组织。"]
    assert extend(a_draft(world)) == ["这次调度还是草稿，不能再延期。"]
    with at(dt.datetime(2026, 12, 8, tzinfo=dt.UTC)):
        freezing.freeze_due()
        assert extend() == ["延期的最后一天已经过去，请改为今天或以后。"]
    assert not CampaignExtension.objects.exists()


def test_what_was_put_off_and_is_over_is_not_put_off_again(world):
    started = a_campaign(world)
    target = started.targets.get(organization=world.general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.bureau_admin)

    with at(dt.datetime(2026, 12, 4, tzinfo=dt.UTC)):
        freezing.freeze_due()
        said = refusal(
            lambda: running.extend(
                started, target=target, until_on=dt.date(2026, 12, 9), reason="外业", by=world.bureau_admin
            )
        )

    assert said == ["测绘院团总支的延期已经截止，不能再延期。"]


def test_calling_off_leaves_no_result(world):
    started = a_campaign(world)
    assert refusal(lambda: running.withdraw(started, reason=" ", by=world.bureau_admin)) == ["请填写撤销的原因。"]

    running.withdraw(started, reason="范围有误", by=world.bureau_admin)

    with at(DEADLINE + dt.timedelta(days=1)):
        assert freezing.freeze_due() == 0
    stored = Campaign.objects.get()
    assert (stored.state, stored.reason, stored.frozen_at) == ("withdrawn", "范围有误", None)
    assert board_of(stored).total == board_of(stored).start
    assert refusal(lambda: running.withdraw(stored, reason="再撤", by=world.bureau_admin)) == [
        "这次调度已撤销，不能再办理。"
    ]


def test_what_changed_meanwhile_is_not_called_off_unseen(world):
    started = a_campaign(world)
    read = started.version
    target = started.targets.get(organization=world.general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 5), reason="外业", by=world.officer)

    said = refusal(lambda: running.withdraw(started, reason="范围有误", version=read, by=world.bureau_admin))

    assert said == ["这次调度在您打开以后有变动，请刷新后重新核对。"]
    assert Campaign.objects.get().state == "running"


def test_after_the_deadline_nothing_is_called_off_or_joined(world):
    started = a_campaign(world)

    with at(DEADLINE + dt.timedelta(seconds=1)):
        assert refusal(lambda: running.withdraw(started, reason="迟了", by=world.bureau_admin)) == [
            "这次调度正在截止，不能再办理。"
        ]
        assert refusal(lambda: take_in_all(started, world.bureau_admin)) == ["这次调度正在截止，不能再办理。"]


def test_closing_waits_for_the_result_and_for_everybody_put_off(world):
    started = a_campaign(world)
    assert refusal(lambda: running.end(started, by=world.bureau_admin)) == ["这次调度进行中，截止数据保存后才能结束。"]
    frozen = a_frozen_campaign(world, name="另一次")
    target = frozen.targets.get(organization=world.general)
    running.extend(frozen, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.bureau_admin)

    with at(DEADLINE + dt.timedelta(hours=1)):
        assert refusal(lambda: running.end(frozen, by=world.bureau_admin)) == [
            "还有 1 个组织在延期，最后一天是 2026-12-02，请在延期都截止后结束。"
        ]
    with at(dt.datetime(2026, 12, 3, tzinfo=dt.UTC)):
        freezing.freeze_due()
        running.end(frozen, by=world.officer)

    stored = Campaign.objects.get(pk=frozen.pk)
    assert (stored.state, stored.ended_by) == (CampaignState.ENDED, world.officer)
