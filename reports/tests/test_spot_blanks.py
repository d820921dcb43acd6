"""随机抽查: who checked says how; what is asked for and blank is 缺漏, unless somebody says why not."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from branches.models import AuditEntry
from members.models import Member
from reports.models import SpotKind, SpotRecord, Verdict
from reports.spot_checks import facts, recording, results, showing
from reports.spot_checks.facts import Fact, Seen
from reports.spot_checks.recording import BLANK, NO_BASIS, Found, Mark, Marked
from reports.tests.spot_checking import GONE, RIGHT, WRONG, a_draw, checked, mended, record_of

NOT_THERE = Marked(Mark.UNSURE, "档案中也没有")


@pytest.fixture
def check(world):
    return a_draw(world, number=10)


@pytest.fixture
def record(check, world):
    """Of somebody of whom it is not known when he joined."""
    Member.objects.filter(pk=world.member.pk).update(joined_on=None)
    return record_of(check, world.member)


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def posted(record, verdict, **more):
    record.refresh_from_db()
    return {"verdict": verdict, "version": record.version} | more


def chosen(page):
    """Which ways of checking are chosen on a page."""
    radios = [each.split(">")[0] for each in page.split('<input type="radio"')[1:]]
    return [each.split('value="')[1].split('"')[0] for each in radios if "checked" in each]


def test_what_nobody_said_how_it_was_checked_is_refused(world, check):
    record = record_of(check, world.sister_member)

    for verdict in (
        Found(Verdict.RIGHT),
        Found(Verdict.WRONG, marks=WRONG.marks),
        Found(Verdict.UNREAL, unreal="left"),
    ):
        assert refusal(lambda verdict=verdict: checked(record, verdict, by=world.officer)) == [NO_BASIS]

    assert not SpotRecord.objects.exclude(verdict="").exists()


def test_before_the_first_record_nothing_is_chosen_and_one_click_registers_nothing(world, check, signed_in):
    record = record_of(check, world.sister_member)
    client, url = signed_in(world.officer), f"/spot-records/{record.pk}/check/"

    first = client.get(url).content.decode()
    answer = client.post(url, posted(record, "right")).content.decode()

    assert (chosen(first), "沿用" in first) == ([], False)
    assert NO_BASIS in answer
    record.refresh_from_db()
    assert not record.is_checked


def test_the_way_chosen_last_is_carried_over_by_the_same_person_in_the_same_draw_and_said(world, check, signed_in):
    client = signed_in(world.officer)
    record, following_one = record_of(check, world.member), record_of(check, world.sister_member)
    client.post(f"/spot-records/{record.pk}/check/", posted(record, "right", basis="person"))
    another = a_draw(world, kind=SpotKind.MEMBERS, number=10, reason="另查一次")

    def shown(of, who):
        page = signed_in(who).get(f"/spot-records/{of.pk}/check/").content.decode()
        return chosen(page), "沿用您在本次抽查中上一条选的“向本人核实”" in page

    assert shown(following_one, world.officer) == (["person"], True)
    assert shown(record, world.officer) == (["person"], False)
    assert shown(following_one, world.bureau_admin) == ([], False)
    assert shown(record, world.bureau_admin) == ([], False)
    assert shown(record_of(another, world.sister_member), world.officer) == ([], False)


def test_a_blank_fact_that_is_asked_for_is_missing_without_anybody_marking_it(world, record):
    checked(record, WRONG, by=world.officer)

    record.refresh_from_db()
    assert list(record.facts.values_list("label", "mark", "entered")) == [
        ("民族", "wrong", "汉族"),
        ("入团年月", "missing", ""),
    ]
    # 发展团员编号 is asked of whom it is known when they joined.
    assert (record.facts_expected, record.facts_present, record.facts_checked, record.facts_right) == (10, 9, 9, 8)


def test_nothing_wrong_is_refused_while_a_fact_is_blank_and_nobody_said_why(world, record):
    before = AuditEntry.objects.count()

    assert refusal(lambda: checked(record, RIGHT, by=world.officer)) == [BLANK.format("入团年月")]
    silent = Found(Verdict.RIGHT, "file", {"joined_on": Marked(Mark.UNSURE, " ")})
    assert refusal(lambda: checked(record, silent, by=world.officer)) == [
        "请写明入团年月为什么不算缺漏，例如“档案中也没有”。"
    ]

    record.refresh_from_db()
    assert (record.is_checked, AuditEntry.objects.count()) == (False, before)


def test_what_somebody_says_to_be_blank_in_the_file_too_is_asked_of_nobody(world, check, record):
    checked(record, Found(Verdict.RIGHT, "file", {"joined_on": NOT_THERE}), by=world.officer)

    record.refresh_from_db()
    total = results.result_of(check).total
    assert (record.word, record.facts_expected, record.facts_present) == ("无问题", 9, 9)
    assert (total.present_rate, total.to_mend, results.result_of(check).facts) == (100.0, 0, [])
    [kept] = record.facts.all()
    assert (kept.word, kept.file_says) == ("不算缺漏", "档案中也没有")
    assert AuditEntry.objects.latest("pk").changes["项目"] == [None, "入团年月不算缺漏，说明：档案中也没有"]


def test_a_blank_fact_becomes_a_to_do_of_the_branch_and_the_rate_opens_into_the_record(world, check, record, signed_in):
    client, url = signed_in(world.officer), f"/spot-records/{record.pk}/check/"
    page = client.get(url).content.decode()

    client.post(url, posted(record, "wrong", basis="file", mark_joined_on="missing"))

    record.refresh_from_db()
    assert "必填，系统里没有填写，登记为缺漏。" in page
    assert '<option value="missing" selected>缺漏</option>' in page
    assert (record.word, list(showing.found_about(world.secretary, world.branch).to_mend())) == ("待整改", [record])
    shown = client.get(f"/spot-checks/{check.pk}/result/").content.decode()
    assert f'href="/spot-checks/{check.pk}/?state=missing">缺漏 1 项</a>' in shown
    opened = client.get(f"/spot-checks/{check.pk}/?state=missing").content.decode()
    assert [name in opened for name in ("白**", "何**")] == [True, False]


def test_what_is_entered_and_does_not_do_is_missing_too_and_the_page_says_why(world, check, signed_in):
    Member.objects.filter(pk=world.sister_member.pk).update(joined_on="2019-05-04", member_no="201837000123")
    record = record_of(check, world.sister_member)

    page = signed_in(world.officer).get(f"/spot-records/{record.pk}/check/").content.decode()

    assert "按没有填写算，登记为缺漏：2017 年以后入团的必须有 12 位编号，前四位为入团年份。" in page
    assert refusal(lambda: checked(record, RIGHT, by=world.officer)) == [BLANK.format("发展团员编号")]


def test_whoever_is_not_real_may_be_said_so_though_something_is_blank(world, record, signed_in):
    url = f"/spot-records/{record.pk}/check/"

    signed_in(world.officer).post(
        url, posted(record, "unreal", basis="file", unreal="left", mark_joined_on="missing")
    )  # what the page had marked beforehand

    record.refresh_from_db()
    assert (record.word, record.verdict, record.facts.count()) == ("待整改", "unreal", 0)


def test_each_rate_opens_into_the_records_it_lacks(world, check, record):
    checked(record, Found(Verdict.WRONG, "file"), by=world.officer)
    sister, other = record_of(check, world.sister_member), record_of(check, world.other_member)
    checked(sister, WRONG, by=world.officer)
    checked(other, GONE, by=world.officer)

    rows = SpotRecord.objects.of(check)

    opened = {name: list(rows.finding(name)) for name in ("unreal", "wrong", "missing", "blank")}
    assert opened == {"unreal": [other], "wrong": [sister], "missing": [record], "blank": []}


def test_blanks_of_records_checked_before_this_rule_are_told_and_opened(world, check, record, signed_in):
    sister = checked(record_of(check, world.sister_member), RIGHT, by=world.officer)
    SpotRecord.objects.filter(pk=sister.pk).update(facts_present=sister.facts_expected - 1)
    client = signed_in(world.officer)

    shown = client.get(f"/spot-checks/{check.pk}/result/").content.decode()

    assert results.result_of(check).unnamed == 1
    assert "有的必填项空着，没有登记为缺漏。" in shown
    assert list(SpotRecord.objects.finding("blank")) == [sister]


MARKS = st.sampled_from([None, Mark.WRONG, Mark.MISSING, Mark.UNSURE])
FACTS = st.lists(st.tuples(st.sampled_from(["filled", "blank", "unfit", "optional"]), MARKS), min_size=1, max_size=9)


@given(drawn=FACTS)
def test_whatever_is_found_the_rates_lack_exactly_what_was_kept(drawn):
    made = [
        Fact(str(key), "项目", "" if how in ("blank", "optional") else "填写", how != "optional", how == "filled", "")
        for key, (how, _) in enumerate(drawn)
    ]
    marks = {str(key): Marked(mark, "说明") for key, (_, mark) in enumerate(drawn) if mark}
    record = SpotRecord()
    found = Found(Verdict.WRONG, "file", marks)
    seen = Seen(record, "某人", tuple(made))

    try:
        kept = recording._marked(seen, found)
    except ValidationError:
        return
    recording._fill(record, found, seen, kept, None)

    said = [mark.mark for _, mark in kept]
    assert record.facts_expected - record.facts_present == said.count(Mark.MISSING)
    assert record.facts_checked - record.facts_right == said.count(Mark.WRONG)
    assert {fact.key for fact in made if fact.is_missing} <= {fact.key for fact, _ in kept}


def test_an_organization_with_blank_particulars_is_asked_for_them(world):
    check = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=9)
    record = check.records.get(organization=world.branch)
    [seen] = facts.seen_by(world.officer, [record])

    checked(record, Found(Verdict.WRONG, "file"), by=world.officer)

    assert list(record.facts.values_list("key", flat=True)) == [fact.key for fact in seen.missing]
    assert mended(record, by=world.secretary).word == "待复核"
