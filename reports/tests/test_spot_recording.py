"""随机抽查: what was found, what became of it, and the rates that follow."""

import pytest
from django.core.exceptions import ValidationError

from branches import tree
from branches.models import AuditEntry, Organization
from members.models import CadreTerm, Member
from members.tests.builders import a_cadre_term, a_member, a_phone
from reports import todos
from reports.models import SpotFact, SpotKind, SpotRecord, Verdict
from reports.spot_checks import facts, following, recording, results, showing
from reports.spot_checks.recording import Found, Mark, Marked
from reports.spot_checks.results import State
from reports.tests.spot_checking import GONE, RIGHT, WRONG, a_draw, checked, mended, record_of


@pytest.fixture
def check(world):
    return a_draw(world, number=10)


@pytest.fixture
def record(check, world):
    return record_of(check, world.member)


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def found(**marks):
    return Found(verdict=Verdict.WRONG, basis="file", marks={key: Marked(*mark) for key, mark in marks.items()})


def everything():
    return list(SpotRecord.objects.order_by("pk").values()), list(SpotFact.objects.values()), AuditEntry.objects.count()


def test_nothing_wrong_is_kept_too(world, record):
    checked(record, RIGHT, by=world.officer)

    record.refresh_from_db()
    assert (record.word, record.follow_up, record.checked_by, record.version) == ("无问题", "", world.officer, 2)
    assert (record.facts_expected, record.facts_present, record.facts_checked, record.facts_right) == (10, 10, 10, 10)
    entry = AuditEntry.objects.filter(object_type="reports.spotrecord").get()
    assert (entry.changes["检查结果"], entry.placement.organization) == ([None, "无问题"], world.branch)


def test_what_is_wrong_is_kept_and_the_record_stays_as_it_is(world, record):
    before = Member.objects.filter(pk=world.member.pk).values().get()

    checked(record, found(ethnicity=(Mark.WRONG, "回族"), work_unit=(Mark.MISSING, "测绘院"), joined_on=(Mark.UNSURE,)),
            by=world.officer)  # fmt: skip

    record.refresh_from_db()
    assert Member.objects.filter(pk=world.member.pk).values().get() == before
    assert (record.word, record.waits_for_mending) == ("待整改", True)
    assert (record.facts_expected, record.facts_present, record.facts_checked, record.facts_right) == (11, 10, 9, 8)
    assert list(record.facts.values_list("key", "label", "mark", "entered", "file_says")) == [
        ("ethnicity", "民族", "wrong", "汉族", "回族"),
        ("joined_on", "入团年月", "unsure", "2016-05", ""),
        ("work_unit", "工作单位", "missing", "", "测绘院"),
    ]


def test_only_what_cannot_be_compared_is_nothing_to_mend(world, record):
    unsure = Found(verdict=Verdict.RIGHT, basis="file", marks={"phone": Marked(Mark.UNSURE)})

    checked(record, unsure, by=world.officer)

    record.refresh_from_db()
    assert (record.word, record.facts_checked, record.facts_right, record.facts.count()) == ("无问题", 9, 9, 1)


def test_a_finding_is_put_right_until_it_is_mended(world, record):
    checked(record, WRONG, by=world.officer)
    checked(record, RIGHT, by=world.officer)

    record.refresh_from_db()
    assert (record.word, record.facts.count()) == ("无问题", 0)
    checked(record, WRONG, by=world.officer)
    mended(record, by=world.secretary)
    assert refusal(lambda: checked(record, RIGHT, by=world.officer)) == [
        "这条记录已经进入整改，检查结果不能再改；整改不到位的，请在复核时退回。"
    ]


REFUSED = [
    (Found(verdict=Verdict.WRONG, basis="file"), "请至少标出一项不一致或缺漏；没有问题的，请按“与档案一致”登记。"),
    (found(phone=(Mark.UNSURE,)), "请至少标出一项不一致或缺漏；没有问题的，请按“与档案一致”登记。"),
    (
        Found(verdict=Verdict.RIGHT, basis="file", marks=WRONG.marks),
        "标出了不一致或缺漏的项目，请按“登记问题”保存。",
    ),
    (Found(verdict=Verdict.UNREAL, basis="file"), "请选择记录不真实的情形。"),
    (Found(verdict=Verdict.UNREAL, basis="file", unreal="left", marks=WRONG.marks), recording.UNREAL_WITH_MARKS),
    (found(ethnicity=(Mark.WRONG, " ")), "请写明民族按档案应为什么。"),
    (found(ethnicity=(Mark.WRONG, "汉族 ")), "民族应为的内容与系统里的相同，请改正，或清空后选“一致”。"),
    (found(ethnicity=(Mark.MISSING, "回族")), "民族在系统里已经填写，请标为“不一致”。"),
    (found(work_unit=(Mark.WRONG, "测绘院")), "工作单位在系统里没有填写，请标为“缺漏”。"),
    (found(shoes=(Mark.WRONG, "42")), "标出的项目不在这条记录里，请刷新后重新登记。"),
    (found(phone=(Mark.WRONG, "14000123456")), "请不要写手机号，只写哪几位不符，例如“末四位与档案不符”。"),
    (
        found(id_number=(Mark.WRONG, "末六位１２３４５Ｘ")),
        "请不要写证件号码，只写哪几位不符，例如“末四位与档案不符”。",
    ),
]


@pytest.mark.parametrize(("wrong", "sentence"), REFUSED)
def test_what_cannot_be_found_is_refused_and_nothing_written(world, record, wrong, sentence):
    before = everything()

    assert refusal(lambda: checked(record, wrong, by=world.officer)) == [sentence]
    assert everything() == before


def test_a_record_changed_meanwhile_is_refused(world, record):
    checked(record, RIGHT, by=world.officer)

    assert refusal(lambda: recording.keep(record, RIGHT, version=1, by=world.officer)) == [
        "这条记录在您打开以后有变动，请刷新后重新核对。"
    ]


def test_whoever_is_gone_can_only_be_found_unreal(world, record):
    Member.objects.filter(pk=world.member.pk).update(branch=world.foreign_branch)
    CadreTerm.objects.all().delete()

    assert refusal(lambda: checked(record, RIGHT, by=world.officer)) == [
        "人员已不在管理范围内，不能按一致登记；请核实后按“记录不真实”登记。"
    ]
    checked(record, GONE, by=world.officer)
    record.refresh_from_db()
    assert (record.get_unreal_reason_display(), record.follow_up, record.facts_expected) == ("已离开本单位", "open", 0)


def test_mending_confirming_and_sending_back(world, record):
    checked(record, WRONG, by=world.officer)
    mended(record, by=world.secretary)
    following.send_back(record, answer="仍是汉族", version=record.version, by=world.officer)
    record.refresh_from_db()
    assert (record.word, record.answer) == ("退回重改", "仍是汉族")

    mended(record, by=world.secretary, note="已改为回族")
    following.confirm(record, version=record.version, by=world.officer)

    record.refresh_from_db()
    assert (record.word, record.mended_note, record.settled_by) == ("已整改", "已改为回族", world.officer)
    entries = AuditEntry.objects.filter(object_type="reports.spotrecord").order_by("pk")
    assert [entry.changes["整改"] for entry in entries if "整改" in entry.changes] == [
        ["待整改", "待复核"],
        ["待复核", "退回重改"],
        ["退回重改", "待复核"],
        ["待复核", "已整改"],
    ]


def test_what_cannot_be_mended_or_confirmed_is_refused(world, record):
    checked(record, RIGHT, by=world.officer)
    record.refresh_from_db()
    nothing = refusal(lambda: following.mend(record, note="改了", version=record.version, by=world.secretary))
    checked(record, WRONG, by=world.officer)
    record.refresh_from_db()
    before = everything()

    sentences = [
        refusal(lambda: following.mend(record, note=" ", version=record.version, by=world.secretary)),
        refusal(lambda: following.confirm(record, version=record.version, by=world.officer)),
        refusal(lambda: following.send_back(record, answer=" ", version=record.version, by=world.officer)),
        refusal(lambda: following.mend(record, note="改了", version=1, by=world.secretary)),
    ]

    assert nothing == ["这条记录没有待整改的问题，请刷新后再看。"]
    assert sentences == [
        ["请用一句话写明整改情况。"],
        ["这条记录还没有登记整改，不能复核。"],
        ["请写明退回的原因，整改的人会看到。"],
        ["这条记录在您打开以后有变动，请刷新后重新核对。"],
    ]
    assert everything() == before


def lines(record, user):
    [seen] = facts.seen_by(user, [record])
    return [(line.fact.key, line.now, line.is_changed) for line in following.lines_of(seen, list(record.facts.all()))]


def test_the_app_shows_whether_a_fact_changed_since_also_of_numbers_masked_alike(world, record):
    member = world.member
    member.phone = "14000123456"
    member.save()
    checked(record, found(ethnicity=(Mark.WRONG, "回族"), phone=(Mark.WRONG, "中间一位不符")), by=world.officer)
    before = lines(record, world.secretary)
    member.phone, member.ethnicity = "14000993456", "03"
    member.save()

    assert before == [("ethnicity", "汉族", False), ("phone", "140****3456", False)]
    assert lines(record, world.secretary) == [("ethnicity", "回族", True), ("phone", "140****3456", True)]
    assert record.facts.get(key="phone").entered_in_clear == "14000123456"
    assert "14000123456" not in str(list(SpotFact.objects.values()))


def test_where_a_fact_is_mended(world, record):
    [seen] = facts.seen_by(world.secretary, [record])
    urls = {fact.key: fact.url for fact in seen.facts}
    Member.objects.filter(pk=world.member.pk).update(verified_on="2026-11-01")
    [verified] = facts.seen_by(world.secretary, [record])

    edit = f"/members/{world.member.pk}/edit/"
    assert urls["ethnicity"] == f"{edit}?field=ethnicity#id_ethnicity"
    assert urls["name"] == f"{edit}?field=name#id_name"
    assert verified.facts[0].url == f"/members/{world.member.pk}/correction/ask/"


def test_facts_of_a_post_and_of_an_organization(world):
    Organization.objects.filter(pk=world.branch.pk).update(founded_on="2015-05-01", founded_on_is_month=True)
    [post] = facts.seen_by(world.officer, a_draw(world, kind=SpotKind.CADRES).records.all())
    records = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=9).records.filter(organization=world.branch)
    [branch] = facts.seen_by(world.officer, records)

    assert [(fact.key, fact.entered) for fact in post.facts[-4:]] == [
        ("post", "书记"),
        ("nature", "兼职"),
        ("manner", "选举"),
        ("started_on", "2024-03-01"),
    ]
    assert [(fact.key, fact.entered, fact.is_missing) for fact in branch.facts] == [
        ("full_name", world.branch.full_name, False),
        ("short_name", "航测一室团支部", False),
        ("org_type", "团支部", False),
        ("unit_nature", "", True),
        ("unit_category", "", True),
        ("founded_on", "2015-05", False),
        ("last_election_on", "", True),
        ("secretary", "白雨桐", False),
    ]


def test_nobody_sees_more_of_a_record_than_of_the_person(world, check):
    posts = a_draw(world, kind=SpotKind.CADRES).records.all()
    organizations = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=9).records.all()

    assert {seen.gone for seen in facts.seen_by(world.outsider, check.records.all())} == {"人员已不在管理范围内"}
    assert {seen.gone for seen in facts.seen_by(world.foreign_admin, posts)} == {"人员已不在管理范围内"}
    assert {seen.gone for seen in facts.seen_by(world.outsider, organizations)} == {"组织已不在管理范围内"}
    assert {seen.facts for seen in facts.seen_by(world.outsider, [*posts, *organizations])} == {()}


def test_a_post_out_of_sight_stays_out_of_sight_though_the_person_is_seen(world):
    CadreTerm.objects.all().delete()
    a_cadre_term(person=world.member, organization=world.general)
    records = a_draw(world, kind=SpotKind.CADRES).records.all()

    [seen] = facts.seen_by(world.secretary, records)

    assert (seen.gone, seen.facts) == ("已不再担任这一职务", ())


def test_lists_show_surnames_beyond_the_own_branch(world, check):
    own = showing.listed(world.secretary, [record_of(check, world.member), record_of(check, world.sister_member)])
    above = showing.listed(world.officer, [record_of(check, world.member)])

    assert [row.whom for row in [*own, *above]] == ["白雨桐", "已不在管理范围内", "白**"]


def test_a_branch_sees_what_was_found_about_its_own_people_and_only_then(world, check, record):
    def seen_by(user):
        return set(SpotRecord.objects.visible_to(user).values_list("person", flat=True))

    before = seen_by(world.secretary)
    checked(record, WRONG, by=world.officer)
    checked(record_of(check, world.sister_member), WRONG, by=world.officer)

    assert before == set()
    assert seen_by(world.secretary) == {world.member.pk}
    assert seen_by(world.general_admin) == {world.member.pk, world.sister_member.pk}
    assert len(seen_by(world.officer)) == 3
    assert (seen_by(world.foreign_admin), seen_by(world.auditor)) == (set(), set())
    assert list(showing.found_about(world.secretary, world.branch)) == [record]
    assert list(showing.found_about(world.outsider, world.branch)) == []
    assert list(showing.checks_of(world.officer, world.bureau)) == [check]
    assert list(showing.checks_of(world.general_admin, world.bureau)) == []


def test_a_finding_follows_the_person_into_another_branch(world, record):
    checked(record, WRONG, by=world.officer)
    Member.objects.filter(pk=world.member.pk).update(branch=world.other_branch)

    assert list(SpotRecord.objects.found_below(world.other_branch)) == [record]


def test_deeds_are_offered_to_whom_they_belong(world, record):
    checked(record, WRONG, by=world.officer)
    people = ("bureau_admin", "officer", "general_admin", "secretary", "clerk", "observer", "outsider")

    assert {who: following.deeds_of(record, user=getattr(world, who)) for who in people} == {
        "bureau_admin": (True, True),
        "officer": (True, False),
        "general_admin": (False, True),
        "secretary": (False, True),
        "clerk": (False, True),
        "observer": (False, False),
        "outsider": (False, False),
    }
    organization = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=9).records.get(organization=world.branch)
    wrong = found(founded_on=(Mark.MISSING, "2015-05"))
    checked(organization, wrong, by=world.officer)
    assert following.deeds_of(organization, user=world.clerk) == (False, False)
    assert following.deeds_of(organization, user=world.secretary) == (False, True)


def test_what_waits_stands_among_the_to_dos(world, check, record, today):
    def waiting(user, organization):
        lines = todos.todos_for(user, organization, today)
        return [(line.word, line.amount, line.url) for line in lines if "抽查" in line.title]

    checked(record, WRONG, by=world.officer)
    checked(record_of(check, world.sister_member), WRONG, by=world.officer)
    mended(record_of(check, world.sister_member), by=world.general_admin)
    url = f"/organizations/{world.branch.pk}/spot-checks/?state=open"

    assert waiting(world.secretary, world.branch) == [("待整改", "1 条", url)]
    assert waiting(world.observer, world.general) == []
    above = f"/organizations/{world.bureau.pk}/spot-checks/?state=mended"
    assert waiting(world.officer, world.bureau) == [("待复核", "1 条", above)]


def test_rates_by_lower_organization_grouped_by_state(world, check, record):
    a_rate = checked(record, found(ethnicity=(Mark.WRONG, "回族"), education=(Mark.WRONG, "硕士")), by=world.officer)
    checked(record_of(check, world.other_member), GONE, by=world.officer)
    mended(record_of(check, world.other_member), by=world.bureau_admin, note="已办转出")

    result = results.result_of(check)

    assert (a_rate.facts_checked, a_rate.facts_right) == (10, 8)
    assert [(band.state, [row.name for row in band.rows]) for band in result.bands] == [
        (State.MENDING, ["测绘院团总支"]),
        (State.CONFIRMING, ["水文队团总支"]),
    ]
    total = result.total
    assert (total.drawn, total.checked, total.real, result.is_half_done) == (3, 2, 1, True)
    assert (total.real_rate, total.right_rate, total.present_rate) == (50.0, 80.0, 100.0)
    other = result.rows[1].rates
    assert (other.real_rate, other.right_rate, other.present_rate) == (0.0, None, None)
    assert [(each.label, each.wrong, each.missing) for each in result.facts] == [("学历", 1, 0), ("民族", 1, 0)]


def test_the_states_of_organizations_in_their_order(world, check, record):
    for person in (world.member, world.sister_member):
        checked(record_of(check, person), RIGHT, by=world.officer)
    states = [band.state for band in results.result_of(check).bands]
    other = record_of(check, world.other_member)
    checked(other, WRONG, by=world.officer)
    mended(other, by=world.bureau_admin)
    following.confirm(other, version=other.version, by=world.officer)

    assert states == [State.CHECKING, State.CLEAN]
    assert [band.state for band in results.result_of(check).bands] == [State.MENDED, State.CLEAN]


def test_the_result_keeps_the_names_of_the_day_of_the_draw(world, check):
    tree.move(world.branch, under=world.other_general, by=None)

    assert [(row.name, row.rates.drawn) for row in results.result_of(check).rows] == [
        ("测绘院团总支", 2),
        ("水文队团总支", 1),
    ]


def test_one_after_the_other_in_the_order_of_the_sheet(world, check):
    order = [record.person for record in check.records.all().in_sheet_order()]
    first = recording.first_of(check)
    checked(first, RIGHT, by=world.officer)

    assert order == [world.member, world.sister_member, world.other_member]
    assert first.person == world.member
    assert recording.next_after(first).person == world.sister_member
    last = record_of(check, world.other_member)
    assert recording.next_after(last).person == world.sister_member
    checked(record_of(check, world.sister_member), RIGHT, by=world.officer)
    assert recording.next_after(checked(last, RIGHT, by=world.officer)) is None


def test_facts_are_read_in_a_constant_number_of_queries(world, check, django_assert_num_queries):
    with django_assert_num_queries(3) as one:
        facts.seen_by(world.officer, check.records.all()[:1])
    for _ in range(3):
        a_member(branch=world.branch, phone=a_phone())
    many = a_draw(world, number=9, reason="再抽").records.all()

    with django_assert_num_queries(len(one.captured_queries)):
        assert len(facts.seen_by(world.officer, many)) == 6
