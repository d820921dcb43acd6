"""完成率设置: what holds where and when, what is refused, how it is kept and shown."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import tree
from branches.models import AuditEntry
from branches.tests.builders import a_grant, a_user
from members.tests.builders import a_member
from reports.completion import reweighing, schemes
from reports.completion.progress import Asked, board_of
from reports.completion.schemes import DEFAULT, Scheme, governing, scheme_of, set_scheme
from reports.completion.sums import Completion, completion_of
from reports.completion_items import PEOPLE
from reports.facts import settling
from reports.models import CompletionScheme

STRICT = Scheme(weights={"people": 3, "meetings": 0}, care_from=90, busy_from=98)


def noon(day):
    return time_machine.travel(f"{day} 12:00+08:00", tick=True)


def setting(organization, by, scheme=STRICT, *, year=2026, follows_above=False):
    return set_scheme(organization, year=year, follows_above=follows_above, scheme=scheme, by=by)


def bounds(organization, on):
    scheme = scheme_of(organization, on)
    return scheme.organization, scheme.care_from, scheme.busy_from


def test_where_nobody_has_set_anything_every_weight_is_one(world, today):
    assert governing([world.bureau, world.branch], today) == {world.bureau.pk: DEFAULT, world.branch.pk: DEFAULT}
    assert [(state.word, state.bounds) for state in DEFAULT.states] == [
        ("缺口较大", "低于 85%"),
        ("待补录", "85%–95%"),
        ("基本录齐", "95%–99.9%"),
        ("已录齐", "100%"),
    ]


def test_the_nearest_above_counts(world, today):
    setting(world.bureau, world.bureau_admin)
    setting(world.general, world.general_admin, Scheme(care_from=70, busy_from=80))

    assert bounds(world.branch, today) == (world.general.pk, 70, 80)
    assert bounds(world.general, today) == (world.general.pk, 70, 80)
    assert bounds(world.other_branch, today) == (world.bureau.pk, 90, 98)
    assert bounds(world.foreign_branch, today) == (None, 85, 95)


def test_a_level_may_follow_the_one_above_again(world, today):
    setting(world.bureau, world.bureau_admin)
    setting(world.general, world.general_admin, Scheme(care_from=70, busy_from=80))

    setting(world.general, world.general_admin, follows_above=True)

    assert bounds(world.branch, today) == (world.bureau.pk, 90, 98)
    assert CompletionScheme.objects.filter(organization=world.general).count() == 2


def test_days_before_keep_what_held_then(world):
    with noon("2026-11-21"):
        setting(world.bureau, world.bureau_admin)
    with noon("2026-11-23"):
        setting(world.bureau, world.bureau_admin, Scheme(care_from=60, busy_from=61))

        found = {day: bounds(world.bureau, dt.date(2026, 11, day))[1] for day in (20, 21, 22, 23)}

    assert found == {20: 85, 21: 90, 22: 90, 23: 60}


def test_next_year_begins_on_new_years_day_and_goes_on(world):
    with noon("2026-12-20"):
        setting(world.bureau, world.bureau_admin)
        setting(world.bureau, world.bureau_admin, Scheme(care_from=50, busy_from=60), year=2027)

        days = (dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2028, 6, 1))
        found = [bounds(world.bureau, day)[1] for day in days]

    assert found == [90, 50, 50]


def test_on_a_day_that_is_over_it_is_what_stood_above_then(world):
    with noon("2026-11-21"):
        setting(world.general, world.general_admin)
        setting(world.other_general, world.bureau_admin, Scheme(care_from=70, busy_from=80))
        settling.settle()
    with noon("2026-11-22"):
        tree.move(world.branch, under=world.other_general, by=world.bureau_admin)
        settling.settle()
        world.branch.refresh_from_db()

        then, now = (bounds(world.branch, dt.date(2026, 11, day))[0] for day in (21, 22))

    assert (then, now) == (world.general.pk, world.other_general.pk)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"year": 2025}, "只能设置本年度和下一年度，请重新选择年度。"),
        ({"year": 2028}, "只能设置本年度和下一年度，请重新选择年度。"),
        ({"follows_above": True}, "本组织没有上级组织，请按本级设置填写。"),
        ({"scheme": Scheme(weights={"people": 11})}, "权重填 0 到 10 的整数，请改正。"),
        ({"scheme": Scheme(weights={"people": -1})}, "权重填 0 到 10 的整数，请改正。"),
        (
            {"scheme": Scheme(weights=dict.fromkeys(Completion(None).by_group, 0))},
            "至少有一类项目的权重要大于 0，请改正。",
        ),
        (
            {"scheme": Scheme(care_from=95, busy_from=95)},
            "“待补录”的下限要小于“基本录齐”的下限，两者都在 1 到 99 之间，请改正。",
        ),
        (
            {"scheme": Scheme(care_from=85, busy_from=100)},
            "“待补录”的下限要小于“基本录齐”的下限，两者都在 1 到 99 之间，请改正。",
        ),
        ({"scheme": Scheme(ranks=True)}, "列出名次要写明依据的文件，请填写文件名称和文号。"),
    ],
)
def test_refusals_write_nothing(world, today, changed, sentence):
    asked = {"year": 2026, "follows_above": False, "scheme": STRICT} | changed
    entries = AuditEntry.objects.count()

    with pytest.raises(ValidationError, match=sentence):
        set_scheme(world.bureau, **asked, by=world.bureau_admin)

    assert (CompletionScheme.objects.count(), AuditEntry.objects.count()) == (0, entries)


def test_a_branch_sets_nothing(world, today):
    with pytest.raises(ValidationError, match="团支部没有下级组织，完成率按上级组织的设置计算。"):
        setting(world.branch, world.secretary)


def test_what_is_set_already_is_not_set_again(world, today):
    setting(world.bureau, world.bureau_admin)

    with pytest.raises(ValidationError, match="与现在的设置相同，没有需要保存的改动。"):
        setting(world.bureau, world.bureau_admin)
    with pytest.raises(ValidationError, match="与现在的设置相同，没有需要保存的改动。"):
        setting(world.general, world.bureau_admin, follows_above=True)


@pytest.mark.parametrize("wrong", [{"care_from": 96}, {"busy_from": 100}, {"care_from": 0}, {"ranks": True}])
def test_the_database_keeps_bounds_in_order_and_names_the_document(world, today, wrong):
    row = {"year": 2026, "care_from": 85, "busy_from": 95, "set_by": world.bureau_admin, "organization": world.bureau}

    with pytest.raises(IntegrityError), transaction.atomic():
        CompletionScheme.objects.create(**row | wrong)


def test_what_changed_is_in_the_log(world, today):
    setting(world.bureau, world.bureau_admin)
    setting(world.bureau, world.bureau_admin, Scheme(ranks=True, ranks_by="局团发〔2026〕3 号"))

    first, second = AuditEntry.objects.filter(reason="完成率设置").order_by("pk")

    assert (first.actor, first.placement.organization) == (world.bureau_admin, world.bureau)
    weights = "组织信息 1，应有人数 1，人员信息 3，书记与团干部 1，管理员 1，组织生活 0"
    assert first.changes["权重"] == [None, weights]
    assert second.changes == {
        "年度": [None, 2026],
        "权重": [weights, "组织信息 1，应有人数 1，人员信息 1，书记与团干部 1，管理员 1，组织生活 1"],
        "“待补录”的下限": [90, 85],
        "“基本录齐”的下限": [98, 95],
        "名次": ["不列", "列出，依据：局团发〔2026〕3 号"],
    }


def test_the_rate_weighs_groups_and_the_figures_stay_plain(world, today):
    a_member(branch=world.branch, ethnicity="")
    plain = completion_of([world.branch], today)[world.branch.pk]
    setting(world.bureau, world.bureau_admin)

    weighed = completion_of([world.branch], today)[world.branch.pk]

    assert (weighed.expected, weighed.actual, weighed.by_group) == (plain.expected, plain.actual, plain.by_group)
    weights = dict.fromkeys(plain.by_group, 1) | {"people": 3, "meetings": 0}
    expected = sum(weights[group] * numbers[0] for group, numbers in plain.by_group.items())
    actual = sum(weights[group] * numbers[1] for group, numbers in plain.by_group.items())
    assert weighed.rate == 100 * actual / expected != plain.rate


def test_what_lacks_something_is_not_called_complete_whatever_it_weighs(world, today):
    only_people = Scheme(weights=dict.fromkeys(DEFAULT.weights | Completion(None).by_group, 0) | {"people": 1})
    setting(world.bureau, world.bureau_admin, only_people)

    found = completion_of([world.branch], today)[world.branch.pk]

    assert (found.rate, found.state.word, found.missing > 0) == (100.0, "基本录齐", True)
    assert [(state.word, state.bounds) for state in found.scheme.states[-2:]] == [
        ("基本录齐", "95% 以上且有缺项"),
        ("已录齐", "无缺项"),
    ]


def test_a_single_group_is_measured_by_itself(world, today):
    setting(world.bureau, world.bureau_admin, Scheme(weights={"people": 0}))
    a_member(branch=world.branch, ethnicity="")

    board = board_of(world.bureau, today, user=world.bureau_admin, asked=Asked(group=PEOPLE))

    expected, actual = board.total.by_group["people"]
    assert board.total.rate == 100 * actual / expected < 100


def test_a_table_is_measured_by_one_scheme(world, today):
    setting(world.general, world.general_admin, Scheme(care_from=1, busy_from=2))
    setting(world.bureau, world.bureau_admin)

    board = board_of(world.bureau, today, user=world.bureau_admin)

    assert {row.scheme.care_from for row in [board.total, board.own_level, *board.rows]} == {90}
    assert board_of(world.general, today, user=world.general_admin).scheme.care_from == 1


def test_places_are_listed_only_where_a_document_says_so_and_order_nothing(world, today):
    a_member(branch=world.branch, ethnicity="")
    asked = Asked(group=PEOPLE)
    plain = board_of(world.bureau, today, user=world.bureau_admin, asked=asked)
    setting(world.bureau, world.bureau_admin, Scheme(ranks=True, ranks_by="局团发〔2026〕3 号"))

    ranked = board_of(world.bureau, today, user=world.bureau_admin, asked=asked)

    assert [row.place for row in plain.rows] == [None, None]
    assert [(row.organization, row.place) for row in ranked.rows] == [(world.general, 2), (world.other_general, 1)]


def test_the_preview_shows_whose_state_changes_and_writes_nothing(world, today):
    a_member(branch=world.branch, ethnicity="", education="", phone="")

    effects = reweighing.effects_of(world.bureau, Scheme(care_from=1, busy_from=2), today, user=world.bureau_admin)

    assert [(each.before.organization, each.before.state.word, each.after.state.word) for each in effects.rows] == [
        (world.general, "缺口较大", "基本录齐"),
        (world.other_general, "缺口较大", "基本录齐"),
    ]
    assert (effects.only_rate, effects.still, CompletionScheme.objects.count()) == (0, 0, 0)


def test_whose_setting_it_is_is_named_to_those_who_see_who_stands_there(world, today):
    setting(world.bureau, world.bureau_admin)
    scheme = scheme_of(world.branch, today)
    upper = a_user("upper")
    a_grant(upper, world.bureau)

    assert schemes.name_of(scheme, user=upper) == "华岳局团委"
    assert schemes.name_of(scheme, user=world.secretary) == "上级组织"
    assert schemes.name_of(DEFAULT, user=upper) == ""


def test_one_query_more_or_less_for_any_number_of_organisations(world, today, django_assert_num_queries):
    setting(world.bureau, world.bureau_admin)

    with django_assert_num_queries(2):
        governing([world.branch], today)
    with django_assert_num_queries(2):
        governing([world.branch, world.sister_branch, world.other_branch, world.bureau], today)
