"""Posts: appointing, correcting, ending, and what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import tree
from branches.models import AuditEntry, OrgType, Touched
from branches.tests.builders import a_grant, a_user, an_organization
from members import cadres
from members.dictionaries import LeaguePost, PoliticalStatus, PostManner, PostNature
from members.models import CadreTerm, LeagueStatus, Member, MemberStatus
from members.tests.builders import a_cadre_term, a_member, an_id_number
from tuanjian.idnumbers import IdType


def a_term(world, person, organization=None, **fields):
    values = {"post": LeaguePost.PUBLICITY_OFFICER, "nature": PostNature.PART_TIME} | fields
    return CadreTerm(person=person, organization=organization or world.branch, **values)


def refusal_of(deed, *args, **kwargs):
    before = (CadreTerm.objects.count(), Member.objects.count(), AuditEntry.objects.count())
    with pytest.raises(ValidationError) as refusal:
        deed(*args, **kwargs)
    assert (CadreTerm.objects.count(), Member.objects.count(), AuditEntry.objects.count()) == before
    return refusal.value.messages


def test_appointing_saves_the_post_and_leaves_a_trace(world):
    term = a_term(
        world,
        world.member,
        manner=PostManner.ELECTED,
        started_on=dt.date(2026, 5, 1),
        started_on_is_month=True,
        is_party_committee_member=False,
    )

    cadres.appoint(term, by=world.secretary)

    [stored] = CadreTerm.objects.filter(post=LeaguePost.PUBLICITY_OFFICER)
    assert (stored.person, stored.organization, stored.recorded_by) == (world.member, world.branch, world.secretary)
    assert (stored.rank, stored.version) == (CadreTerm.rank_of(LeaguePost.PUBLICITY_OFFICER), 1)
    entry = AuditEntry.objects.latest("id")
    assert (entry.kind, entry.object_label, entry.placement.organization) == (
        "created",
        "白雨桐 宣传委员",
        world.branch,
    )
    assert entry.changes == {
        "姓名": [None, "白雨桐"],
        "团内职务": [None, "宣传委员"],
        "团干部性质": [None, "兼职"],
        "任职方式": [None, "选举"],
        "任现职年月": [None, "2026-05"],
        "是否同级党委（支部）成员": [None, "否"],
    }
    assert Touched.objects.latest("id").organization == world.branch


def test_a_committee_appoints_a_member_of_a_branch_below(world):
    term = a_term(world, world.member, world.general, post=LeaguePost.COMMITTEE_MEMBER)

    cadres.appoint(term, by=world.general_admin)

    assert set(Touched.objects.order_by("-id")[:2].values_list("organization", flat=True)) == {
        world.general.pk,
        world.branch.pk,
    }


def test_a_new_person_is_entered_together_with_the_post(world):
    person = Member(name="罗清扬", league_status=LeagueStatus.NONE, political_status=PoliticalStatus.PARTY_MEMBER)
    person.id_number, person.phone = an_id_number(dt.date(1995, 3, 4)), "14000222333"
    term = a_term(world, person, world.general, post=LeaguePost.SECRETARY)

    cadres.appoint(term, by=world.general_admin)

    stored = Member.objects.visible_to(world.general_admin).get(name="罗清扬")
    assert (stored.branch, stored.birth_on, stored.league_status) == (None, dt.date(1995, 3, 4), "none")
    assert stored.terms.get().organization == world.general
    created = AuditEntry.objects.filter(object_type="members.member", object_id=str(stored.pk)).get()
    assert created.placement.organization == world.general


@pytest.mark.parametrize("place", ["member", "foreign_member"])
def test_a_number_already_registered_enters_nobody(world, place):
    person = Member(name="罗清扬", league_status=LeagueStatus.NONE)
    person.id_type, person.id_number = IdType.RESIDENT, getattr(world, place).id_number

    said = refusal_of(cadres.appoint, a_term(world, person), by=world.secretary)

    expected = {
        "member": "航测一室团支部已有此人：白雨桐。不需再新增，可打开原记录补填缺项。",
        "foreign_member": "该证件号码已登记，不能重复新增。"
        "如此人从其他团组织转来，请联系上级办理组织关系转接；如号码录错，请对照证件原件修改。",
    }
    assert said == [expected[place]]


def test_a_second_secretary_is_refused_and_the_first_one_named(world):
    other = a_member("郭子昂", branch=world.branch)

    said = refusal_of(cadres.appoint, a_term(world, other, post=LeaguePost.SECRETARY), by=world.secretary)

    assert said == ["航测一室团支部的书记现由白雨桐担任，请先为其办理免职，再登记新的书记。"]


def test_the_secretary_of_another_organisation_is_no_hindrance(world):
    term = cadres.appoint(a_term(world, world.member, world.general, post=LeaguePost.SECRETARY), by=world.general_admin)

    assert world.member.terms.count() == 2
    assert term.rank == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"post": LeaguePost.STANDING_MEMBER}, "团支部没有“常委”这一职务，请改选团内职务。"),
        ({"post": LeaguePost.OTHER}, "选了“其他”，请填写职务名称。"),
        ({"started_on": dt.date(2026, 11, 22)}, "任现职年月不能晚于今天。"),
        ({"post": LeaguePost.SECRETARY}, "白雨桐已在任航测一室团支部书记，不需要重复登记。"),
    ],
)
def test_posts_that_are_refused(world, fields, sentence):
    said = refusal_of(cadres.appoint, a_term(world, world.member, **fields), by=world.secretary)

    assert said == [sentence]


def test_two_other_posts_need_two_titles(world):
    cadres.appoint(a_term(world, world.member, post=LeaguePost.OTHER, post_title="文艺队长"), by=world.secretary)
    cadres.appoint(a_term(world, world.member, post=LeaguePost.OTHER, post_title="篮球队长"), by=world.secretary)

    said = refusal_of(
        cadres.appoint,
        a_term(world, world.member, post=LeaguePost.OTHER, post_title="篮球队长"),
        by=world.secretary,
    )

    assert said == ["白雨桐已在任航测一室团支部篮球队长，不需要重复登记。"]


@pytest.mark.parametrize("who", ["sister_member", "other_member", "foreign_member"])
def test_people_out_of_reach_are_refused(world, who):
    said = refusal_of(cadres.appoint, a_term(world, getattr(world, who)), by=world.secretary)

    assert said == ["没有找到这个人，请在本组织及下级组织的人员中查找。"]


def test_seeing_a_person_elsewhere_is_not_enough(world):
    clerk = a_user()
    a_grant(clerk, world.general, "entry_clerk")
    a_grant(clerk, world.other_general, "observer")

    said = refusal_of(cadres.appoint, a_term(world, world.other_member), by=clerk)

    assert said == ["没有找到这个人，请在本组织及下级组织的人员中查找。"]
    assert cadres.appoint(a_term(world, world.other_member), by=world.bureau_admin).pk


@pytest.mark.parametrize("status", [MemberStatus.VOID, MemberStatus.TRANSFERRED_OUT])
def test_people_who_are_gone_are_refused(world, status):
    Member.objects.filter(pk=world.member.pk).update(status=status)
    world.member.refresh_from_db()

    said = refusal_of(cadres.appoint, a_term(world, world.member), by=world.secretary)

    assert said == [f"白雨桐的状态是“{status.label}”，不能登记任职，请先核对人员状态。"]


def test_whoever_left_for_age_may_serve_on(world):
    Member.objects.filter(pk=world.member.pk).update(status=MemberStatus.OVERAGE, league_status=LeagueStatus.LEFT)
    world.member.refresh_from_db()

    assert cadres.appoint(a_term(world, world.member), by=world.secretary).pk


def test_a_closed_organisation_takes_nobody(world):
    branch = an_organization("三室团支部", under=world.general)
    tree.close(branch, on=dt.date(2026, 11, 1), by=None, reason="合并")

    said = refusal_of(cadres.appoint, a_term(world, world.member, branch), by=world.general_admin)

    assert said == ["三室团支部已撤销，不能再登记任职。"]


def test_each_type_offers_its_posts(world):
    committee = ["书记", "副书记", "常委", "委员", "候补委员", "工作人员", "其他"]

    assert [post.label for post in cadres.posts_of(world.bureau)] == committee
    assert [post.label for post in cadres.posts_of(world.branch)] == [
        *("书记", "副书记", "组织委员", "宣传委员", "文体委员", "生产委员", "权益委员", "志愿委员"),
        *("学习委员", "纪检委员", "团小组组长", "其他"),
    ]
    assert set(cadres.posts_of(world.general)) == {*cadres.posts_of(world.bureau), *cadres.posts_of(world.branch)}
    work_committee = an_organization("团工委", under=None, org_type=OrgType.WORK_COMMITTEE)
    assert [post.label for post in cadres.posts_of(work_committee)] == committee


def test_correcting_raises_the_version_and_logs_only_what_changed(world):
    term = world.secretary_term
    term.nature, term.post = PostNature.FULL_TIME, LeaguePost.DEPUTY_SECRETARY

    cadres.correct_term(term, version=1, by=world.secretary)

    term.refresh_from_db()
    assert (term.version, term.rank, term.nature) == (2, 1, PostNature.FULL_TIME)
    assert AuditEntry.objects.latest("id").changes == {"团内职务": ["书记", "副书记"], "团干部性质": ["兼职", "专职"]}


def test_correcting_nothing_writes_nothing(world):
    entries = AuditEntry.objects.count()

    cadres.correct_term(world.secretary_term, version=1, by=world.secretary)

    world.secretary_term.refresh_from_db()
    assert (world.secretary_term.version, AuditEntry.objects.count()) == (1, entries)


def test_a_month_does_not_overwrite_the_day_within_it(world):
    term = world.secretary_term
    CadreTerm.objects.filter(pk=term.pk).update(started_on=dt.date(2024, 3, 18))
    term.started_on, term.started_on_is_month, term.nature = dt.date(2024, 3, 1), True, PostNature.FULL_TIME

    cadres.correct_term(term, version=1, by=world.secretary)

    term.refresh_from_db()
    assert (term.started_on, term.started_on_is_month) == (dt.date(2024, 3, 18), False)


def test_a_stale_correction_is_refused(world):
    CadreTerm.objects.filter(pk=world.secretary_term.pk).update(version=2)
    world.secretary_term.nature = PostNature.FULL_TIME

    with pytest.raises(ValidationError) as refusal:
        cadres.correct_term(world.secretary_term, version=1, by=world.secretary)

    assert (refusal.value.code, refusal.value.messages) == (cadres.STALE, ["这条任职已被他人修改，请比对后再保存。"])
    world.secretary_term.refresh_from_db()
    assert world.secretary_term.nature == PostNature.PART_TIME


def test_correcting_to_secretary_beside_one_is_refused(world):
    deputy = a_cadre_term(
        person=a_member("郭子昂", branch=world.branch), organization=world.branch, post=LeaguePost.DEPUTY_SECRETARY
    )
    deputy.post = LeaguePost.SECRETARY

    said = refusal_of(cadres.correct_term, deputy, version=1, by=world.secretary)

    assert said == ["航测一室团支部的书记现由白雨桐担任，请先为其办理免职，再登记新的书记。"]


def test_an_ended_post_is_not_corrected(world):
    cadres.end_term(world.secretary_term, on=dt.date(2026, 11, 20), reason="换届届满", by=world.secretary)
    world.secretary_term.nature = PostNature.FULL_TIME

    said = refusal_of(cadres.correct_term, world.secretary_term, version=2, by=world.secretary)

    assert said == ["已经免职的记录不能再修改。如有错误，请重新登记任职。"]


def test_ending_keeps_the_row_and_frees_the_post(world):
    cadres.end_term(world.secretary_term, on=dt.date(2026, 11, 20), reason=" 换届届满 ", by=world.general_admin)

    term = CadreTerm.objects.get(pk=world.secretary_term.pk)
    assert (term.ended_on, term.end_reason, term.version) == (dt.date(2026, 11, 20), "换届届满", 2)
    assert term.ended_recorded_at is not None
    entry = AuditEntry.objects.latest("id")
    assert (entry.kind, entry.reason, entry.changes) == ("ended", "换届届满", {"免职日期": [None, "2026-11-20"]})
    other = a_member("郭子昂", branch=world.branch)
    assert cadres.appoint(a_term(world, other, post=LeaguePost.SECRETARY), by=world.secretary).pk


@pytest.mark.parametrize(
    ("on", "reason", "sentence"),
    [
        (dt.date(2026, 11, 22), "换届届满", "免职日期不能晚于今天。"),
        (dt.date(2024, 2, 28), "换届届满", "免职日期不能早于任现职时间（2024-03-01），请检查日期。"),
        (dt.date(2026, 11, 20), "  ", "请填写免职原因。"),
    ],
)
def test_endings_that_are_refused(world, on, reason, sentence):
    said = refusal_of(cadres.end_term, world.secretary_term, on=on, reason=reason, by=world.secretary)

    assert said == [sentence]


def test_a_post_ends_once(world):
    cadres.end_term(world.secretary_term, on=dt.date(2026, 11, 20), reason="换届届满", by=world.secretary)

    said = refusal_of(
        cadres.end_term, world.secretary_term, on=dt.date(2026, 11, 21), reason="辞职", by=world.secretary
    )

    assert said == ["这项职务已经免去，不需要再次办理。"]


@pytest.mark.parametrize(
    ("birth_on", "sentence"),
    [
        (dt.date(1990, 11, 22), ""),
        (dt.date(1990, 11, 21), "白雨桐现年 36 周岁，不在 14–35 周岁之内，请核对出生日期和任职是否有误。"),
        (dt.date(2012, 11, 21), ""),
        (dt.date(2012, 11, 22), "白雨桐现年 13 周岁，不在 14–35 周岁之内，请核对出生日期和任职是否有误。"),
        (None, ""),
    ],
)
def test_ages_out_of_bounds_are_warned_about(world, today, birth_on, sentence):
    world.member.birth_on = birth_on

    assert cadres.age_warning(world.member, on=today) == sentence


def test_what_follows_an_ending_is_said_before(world, today):
    world.member.birth_on = dt.date(1998, 1, 1)
    world.secretary_term.person = world.member
    nobody = a_member("罗清扬", branch=None, league_status="none", joined_on=None)
    outside = a_cadre_term(person=nobody, organization=world.general, post=LeaguePost.DEPUTY_SECRETARY)

    assert cadres.consequences_of_ending(world.secretary_term, on=today) == [
        "此人已满 28 周岁，免职后不再担任团内职务，应办理超龄离团。"
    ]
    assert cadres.consequences_of_ending(outside, on=today) == [
        "此人没有所在团支部，免职后不再出现在本组织的人员名单里，只在已免职的任职记录中可查。"
    ]
    a_cadre_term(person=nobody, organization=world.general, post=LeaguePost.STAFF)
    assert cadres.consequences_of_ending(outside, on=today) == []


def test_candidates_are_found_by_name_initials_and_number(world):
    found = [
        cadres.find_candidates(world.general, text=text, by=world.general_admin)
        for text in ("白雨", "byt", "雨桐", world.member.id_number)
    ]

    assert found == [[world.member]] * 4


def test_candidates_come_from_the_subtree_and_by_name_from_all_one_manages(world):
    near = cadres.find_candidates(world.branch, text="", by=world.bureau_admin)
    by_name = cadres.find_candidates(world.branch, text="曹景行", by=world.bureau_admin)
    out_of_sight = cadres.find_candidates(world.branch, text=world.foreign_member.id_number, by=world.bureau_admin)

    assert (near, by_name, out_of_sight) == ([world.member], [world.other_member], [])


def test_too_many_candidates_are_one_more_than_shown(world):
    for _ in range(cadres.MOST_CANDIDATES + 3):
        a_member(branch=world.branch)

    assert len(cadres.find_candidates(world.branch, text="", by=world.secretary)) == cadres.MOST_CANDIDATES + 1


def test_posts_in_sight_tell_whose_page_opens(world):
    nobody = a_member("罗清扬", branch=None, league_status="none", joined_on=None)
    ended = a_cadre_term(
        person=nobody, organization=world.branch, post=LeaguePost.DEPUTY_SECRETARY, ended_on=dt.date(2026, 1, 1)
    )

    rows = cadres.terms_in_sight(world.general, user=world.observer)

    assert [(row.pk, row.person_in_sight, row.manageable) for row in rows] == [
        (world.secretary_term.pk, True, False),
        (ended.pk, False, False),
    ]
    assert [row.manageable for row in cadres.terms_in_sight(world.branch, user=world.secretary)] == [True, True]
