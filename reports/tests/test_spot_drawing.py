"""随机抽查: the lot. Anybody can repeat it, nobody can choose."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from branches.models import AuditEntry, Organization, OrgType
from branches.tests.builders import an_organization
from members.models import Member
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.forms.spot_checks import DrawForm
from reports.models import SpotCheck, SpotKind, SpotRecord
from reports.spot_checks import drawing
from reports.tests.spot_checking import RIGHT, a_draw, checked, terms

KEYS = st.sets(st.integers(1, 999_999).map("person-{}".format), min_size=1, max_size=30)
SEEDS = st.text(min_size=1, max_size=10)


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


@given(keys=KEYS, seed=SEEDS, size=st.integers(1, 40), data=st.data())
def test_the_same_seed_draws_the_same_sample_from_the_same_list(keys, seed, size, data):
    mixed = data.draw(st.permutations(sorted(keys)))

    sample = drawing.sample_of(mixed, seed=seed, size=size)

    assert sample == drawing.sample_of(sorted(keys), seed=seed, size=size)
    assert set(sample) <= keys
    assert len(sample) == len(set(sample)) == min(size, len(keys))


@given(keys=KEYS, seed=SEEDS, size=st.integers(1, 60))
def test_a_larger_sample_begins_with_the_smaller_one(keys, seed, size):
    assert drawing.sample_of(keys, seed=seed, size=size + 5)[:size] == drawing.sample_of(keys, seed=seed, size=size)


def test_a_third_party_repeats_the_draw_from_the_list_that_is_handed_out(world):
    for _ in range(20):
        a_member(branch=world.branch)

    check = a_draw(world, number=5)

    text = check.population.keys
    assert hashlib.sha256(text.encode()).hexdigest() == check.population_digest
    lines = text.splitlines()
    assert (lines, len(lines)) == (sorted(lines), check.population_size)
    by_hand = sorted(lines, key=lambda key: hashlib.sha256(f"20261121:{key}".encode()).hexdigest())[:5]
    assert list(check.records.order_by("number").values_list("key", flat=True)) == by_hand


def test_members_are_drawn_below_the_committee_and_nowhere_else(world):
    a_young_person(branch=world.branch)
    a_member(branch=world.branch, status="void")

    check = a_draw(world, number=100)

    assert set(check.records.values_list("person", flat=True)) == {
        world.member.pk,
        world.sister_member.pk,
        world.other_member.pk,
    }
    record = check.records.get(person=world.other_member)
    assert (record.organization_name, record.lower_name) == ("一分队团支部", "水文队团总支")


def test_posts_and_organizations_are_drawn_too(world):
    of_general = a_cadre_term(person=world.sister_member, organization=world.general)

    posts = a_draw(world, kind=SpotKind.CADRES, number=10)
    organizations = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=10)

    assert set(posts.records.values_list("term", "person", "lower_name")) == {
        (of_general.pk, world.sister_member.pk, "测绘院团总支"),
        (world.secretary_term.pk, world.member.pk, "测绘院团总支"),
    }
    below = [world.general, world.branch, world.sister_branch, world.other_general, world.other_branch]
    assert set(organizations.records.values_list("key", flat=True)) == {f"organization-{each.code}" for each in below}
    assert set(organizations.records.values_list("person", flat=True)) == {None}


def test_a_draw_may_be_limited_to_lower_organizations_and_to_what_was_entered_lately(world):
    old = a_member(branch=world.other_branch)
    Member.objects.filter(pk=old.pk).update(created_at="2026-01-01T00:00:00Z")
    since = world.other_member.created_at.date()

    check = a_draw(world, chosen=[world.other_general], entered_since=since, number=9)

    assert list(check.records.values_list("person", flat=True)) == [world.other_member.pk]
    assert drawing.scope_in_words(check) == "水文队团总支，2026-11-21 以后录入的"


def test_a_percentage_is_rounded_up_and_too_many_draws_all(world):
    by_percent = a_draw(world, number=None, percent=34)
    everybody = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=900)

    assert (by_percent.records.count(), by_percent.population_size) == (2, 3)
    assert (everybody.records.count(), everybody.population_size) == (5, 5)


def test_without_a_seed_the_system_takes_one_at_random(world):
    check = a_draw(world, seed=" ")

    assert (len(check.seed), check.seed_is_given) == (16, False)


def test_a_draw_is_logged_with_all_that_repeats_it(world):
    check = a_draw(world)

    entry = AuditEntry.objects.get(object_type="reports.spotcheck")
    assert {label: after for label, (_, after) in entry.changes.items()} == {
        "名称": "第四季度抽查",
        "抽查对象": "团员",
        "范围": "华岳局团委及全部下级组织",
        "抽取": "2 名团员",
        "种子": "20261121",
        "总体": 3,
        "总体名单 SHA-256": check.population_digest,
        "抽中": 2,
        "重抽": None,
    }


def test_drawing_again_takes_a_reason_and_leaves_the_earlier_draw(world):
    first = a_draw(world)

    again = drawing.draw_again(first, reason="样本中有人已调出", seed="7", by=world.officer)
    as_a_new_one = a_draw(world, reason="换一批再查", seed="8")

    assert (again.again, again.reason, again.seed, again.name) == (first, "样本中有人已调出", "7", first.name)
    assert as_a_new_one.again == again
    assert list(SpotCheck.objects.values_list("pk", flat=True)) == [as_a_new_one.pk, again.pk, first.pk]
    assert first.records.count() == 2


def test_once_everything_was_looked_at_a_new_draw_is_no_second_one(world):
    for record in a_draw(world).records.all():
        checked(record, RIGHT, by=world.officer)

    assert a_draw(world).again is None


REFUSED = [
    ({"name": " "}, "请填写抽查名称。"),
    ({"number": None}, "抽取数量和抽取比例请填写其中一项。"),
    ({"percent": 5}, "抽取数量和抽取比例请填写其中一项。"),
    ({"number": 1001}, "抽取数量请填 1 至 1,000 的整数。"),
    ({"number": None, "percent": 101}, "抽取比例请填 1 至 100 的整数。"),
]


@pytest.mark.parametrize(("wrong", "sentence"), REFUSED)
def test_what_cannot_be_is_refused_and_nothing_written(world, wrong, sentence):
    assert refusal(lambda: a_draw(world, **wrong)) == [sentence]
    assert (SpotCheck.objects.count(), SpotRecord.objects.count()) == (0, 0)


def test_a_draw_without_anybody_to_draw_is_refused(world, today):
    empty = an_organization("空团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)

    sentences = [
        refusal(lambda: a_draw(world, chosen=[empty])),
        refusal(lambda: a_draw(world, top=world.branch)),
        refusal(lambda: a_draw(world, chosen=[world.branch])),
        refusal(lambda: a_draw(world, entered_since=today.replace(day=22))),
    ]

    assert sentences == [
        ["范围内没有可以抽查的记录，请放宽范围后再抽取。"],
        ["团支部没有下级组织，请在上级组织抽查。"],
        ["航测一室团支部不是现有的直属下级组织，请重新选择。"],
        ["录入日期还没有到，请改为今天或以前。"],
    ]
    assert SpotCheck.objects.count() == 0


def test_a_second_draw_without_a_reason_is_refused(world, today):
    first = a_draw(world, chosen=[world.general])

    assert refusal(lambda: a_draw(world)) == [
        "“第四季度抽查”还没有检查完，再抽一次算重抽，请写明原因；原来的抽查仍保留。"
    ]
    assert refusal(lambda: drawing.draw_again(first, reason=" ", by=world.officer)) == [
        "请写明重抽的原因，列表和报告里都会写明。"
    ]
    Organization.objects.filter(pk=world.general.pk).update(status="closed", closed_on=today)
    assert refusal(lambda: drawing.draw_again(first, reason="换一批", by=world.officer)) == [
        "原来选定的组织有的已经撤并，不能照原样重抽，请另行抽查。"
    ]
    assert SpotCheck.objects.count() == 1


def test_too_large_a_population_or_sample_is_refused(world, monkeypatch):
    monkeypatch.setattr(drawing, "MOST_DRAWN", 1)
    assert refusal(lambda: a_draw(world, number=None, percent=90)) == [
        "按这个比例要抽 3 条，一次最多 1 条，请降低比例。"
    ]
    monkeypatch.setattr(drawing, "MOST_IN_POPULATION", 2)
    assert refusal(lambda: a_draw(world, number=1)) == ["范围内超过 2 条记录，请选定部分下级组织分别抽查。"]


def test_only_lower_organizations_one_may_look_at_can_be_chosen(world):
    own = DrawForm(organization=world.bureau, user=world.bureau_admin)
    strange = DrawForm(organization=world.bureau, user=world.outsider)

    assert list(own.fields["chosen"].queryset) == [world.general, world.other_general]
    assert list(strange.fields["chosen"].queryset) == []


def test_terms_are_what_the_form_was_filled_in_with(world):
    data = {"name": "抽查", "kind": "cadres", "percent": "5", "chosen": [world.general.pk], "seed": "6"}

    form = DrawForm(data, organization=world.bureau, user=world.bureau_admin)

    assert form.is_valid()
    wanted = terms(name="抽查", kind=SpotKind.CADRES, number=None, percent=5, chosen=[world.general], seed="6")
    assert form.terms == wanted
