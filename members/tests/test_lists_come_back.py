"""What leaves as a list comes back as an import that changes nothing: members, youth, cadres, organisations."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import Organization, OrgType, UnitCategory
from branches.tests.builders import an_organization
from members.dictionaries import Education, Ethnicity, LeaguePost, PoliticalStatus, PostNature
from members.lists import kinds, making
from members.models import BranchMembership, CadreTerm, LeagueStatus, Member, MemberStatus, StatusChange
from members.tests.builders import a_cadre_term, a_member, a_young_person
from members.tests.rosters import CADRE_HEADINGS, codes, imported, states
from tuanjian.idnumbers import Gender

SLOW = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def stored():
    """Whole tables, versions and times included."""
    tables = (Organization, Member, CadreTerm, BranchMembership, StatusChange)
    return [list(model.objects.order_by("pk").values()) for model in tables]


def came_back(key, organization, *, by, query=""):
    """The import of a list as it left; the rows it had."""
    content = making.at_once(kinds.of(key), organization, QueryDict(query), by=by)
    return imported(ContentFile(content, name="名单.xlsx"), organization=organization, by=by)


def outcome(roster):
    return codes(roster), {state for _, state in states(roster)}


PERSON = st.fixed_dictionaries(
    {
        "birth_on": st.dates(dt.date(1993, 1, 1), dt.date(2010, 12, 28)),
        "gender": st.sampled_from([Gender.MALE, Gender.FEMALE]),
        "ethnicity": st.sampled_from(Ethnicity.values),
        "education": st.sampled_from(["", *Education.values]),
        "phone": st.sampled_from(["", None]),
        "work_unit": st.sampled_from(["", "测绘院航测一室", "一分队（外业）"]),
        "remark": st.sampled_from(["", "=1+1", "暂无", "2026 年借调；原在水文队"]),
    }
)
MEMBER = st.fixed_dictionaries(
    {
        "political_status": st.sampled_from(
            [PoliticalStatus.LEAGUE_MEMBER, PoliticalStatus.PARTY_MEMBER, PoliticalStatus.PROBATIONARY]
        ),
        "joined_on_is_month": st.booleans(),
        "league_status": st.sampled_from([LeagueStatus.MEMBER, LeagueStatus.RETAINED]),
    }
)


@pytest.mark.parametrize(("key", "by"), [("members", "bureau_admin"), ("members", "general_admin")])
@given(people=st.lists(st.tuples(PERSON, MEMBER), max_size=4))
@SLOW
def test_members(world, key, by, people):
    with transaction.atomic():
        for person, member in people:
            a_member(branch=world.branch, **person | member)
        before = stored()

        roster = came_back(key, world.general, by=getattr(world, by))

        assert outcome(roster) == ([], {"same"})
        assert roster.rows.count() == 2 + len(people)
        assert stored() == before
        transaction.set_rollback(True)


def test_members_of_the_own_branch_with_phones_in_clear(world):
    before = stored()

    roster = came_back("members", world.branch, by=world.secretary)

    assert (outcome(roster), stored()) == (([], {"same"}), before)


@given(people=st.lists(PERSON, max_size=4), numbered=st.booleans())
@SLOW
def test_youth(world, people, numbered):
    with transaction.atomic():
        for number, person in enumerate(people):
            names = ["甄佳禾", "甄怀瑾", "甄长风", "甄以宁"]
            more = {} if numbered else {"id_number": ""}
            a_young_person(names[number], branch=world.branch, **person | more)
        before = stored()

        roster = came_back("youth", world.general, by=world.general_admin)

        assert outcome(roster) == ([], {"same"})
        assert stored() == before
        transaction.set_rollback(True)


POST = st.fixed_dictionaries(
    {
        "post": st.sampled_from([LeaguePost.DEPUTY_SECRETARY, LeaguePost.PUBLICITY_OFFICER, LeaguePost.GROUP_LEADER]),
        "nature": st.sampled_from(["", *PostNature.values]),
        "started_on": st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2026, 10, 31))),
    }
)


TWICE = [
    ("航测二室团支部", "组织委员"),
    ("航测二室团支部", "宣传委员"),
    ("测绘院团总支", "组织委员"),
    ("航测二室团支部", "组织委员"),
    ("航测一室团支部", "组织委员"),
]
PLACES = ["bureau", "general", "branch", "sister_branch", "other_general"]


@given(
    held=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(PLACES), POST), max_size=7, unique_by=lambda held: str(held[:2])
    ),
    title=st.sampled_from(["", "外联部部长", "外联部、宣传部部长", "团支部副书记"]),
    doubled=st.booleans(),
)
@SLOW
def test_cadres_whatever_they_hold_and_wherever(world, held, title, doubled):
    """Several posts of one person in one place and in several, of members, young people and people of no branch."""
    with transaction.atomic():
        people = [
            a_member("甄佳禾", branch=world.sister_branch),
            a_member("甄佳禾", branch=world.branch, birth_on=dt.date(2003, 2, 1)),
            a_member("甄长风", branch=world.other_branch, status=MemberStatus.OVERAGE, league_status=LeagueStatus.LEFT),
            a_young_person("甄以宁", branch=None),
        ]
        for who, place, post in held:
            a_cadre_term(person=people[who], organization=getattr(world, place), **post)
            if doubled:
                a_cadre_term(
                    person=people[who], organization=getattr(world, place), **post | {"post": LeaguePost.STUDY_OFFICER}
                )
        if title:
            a_cadre_term(person=people[0], organization=world.other_branch, post=LeaguePost.OTHER, post_title=title)
        before = stored()

        roster = came_back("cadres", world.bureau, by=world.bureau_admin)

        assert outcome(roster) == ([], {"same"})
        assert roster.rows.count() == 1 + len(held) * (1 + doubled) + bool(title)
        assert stored() == before
        transaction.set_rollback(True)


def test_cadres_without_a_number_with_a_post_above_their_branch(world):
    person = a_young_person("甄以宁", branch=world.sister_branch, id_number="", birth_on=dt.date(2001, 6, 18))
    a_cadre_term(person=person, organization=world.general, post=LeaguePost.DEPUTY_SECRETARY)
    before = stored()

    roster = came_back("cadres", world.bureau, by=world.bureau_admin)

    assert (outcome(roster), stored()) == (([], {"same"}), before)


def test_the_same_post_of_one_person_twice_is_refused_and_so_is_a_second_one_nobody_knows_of(world):
    person = world.sister_member
    for place, post in (
        (world.sister_branch, LeaguePost.ORGANIZATION_OFFICER),
        (world.sister_branch, LeaguePost.PUBLICITY_OFFICER),
        (world.general, LeaguePost.ORGANIZATION_OFFICER),
    ):
        a_cadre_term(person=person, organization=place, post=post)
    rows = [(person.name, person.id_number, place, post) for place, post in TWICE]

    roster = imported({"团干部": [CADRE_HEADINGS[:4], *rows]}, organization=world.bureau, by=world.bureau_admin)

    assert states(roster) == [(2, "same"), (3, "same"), (4, "same"), (5, "invalid"), (6, "invalid")]
    said = {line: [problem[:2] for problem in roster.rows.get(line=line).problems] for line in (5, 6)}
    assert said == {
        5: [["R_ID_DUP", "与本文件第 2 行是同一个人的同一个职务，请删去重复的行。"]],
        6: [
            [
                "R_ID_DUP",
                "与本文件第 2 行是同一个人，请删去重复的行；兼任其他职务的，请在任职组织的团干部页面登记。",
            ]
        ],
    }


def test_a_cadre_of_a_branch_the_importer_does_not_keep_is_not_recognised(world):
    a_cadre_term(person=world.other_member, organization=world.general, post=LeaguePost.DEPUTY_SECRETARY)
    before = stored()

    roster = came_back("cadres", world.general, by=world.general_admin)

    assert [found for _, found in codes(roster)] == [["R_ID_MASKED"]]
    assert stored() == before


FACTS = st.fixed_dictionaries(
    {
        "founded_on": st.one_of(st.none(), st.dates(dt.date(1990, 1, 1), dt.date(2026, 10, 31))),
        "founded_on_is_month": st.booleans(),
        "contact_phone": st.sampled_from(["", "0531-88001234"]),
    }
)


@given(facts=st.lists(FACTS, max_size=3), everything=st.booleans())
@SLOW
def test_organizations(world, facts, everything):
    with transaction.atomic():
        for number, values in enumerate(facts):
            if values["founded_on_is_month"] and values["founded_on"]:
                values = values | {"founded_on": values["founded_on"].replace(day=1)}
            kind = [OrgType.BRANCH, OrgType.GENERAL_BRANCH][number % 2]
            name = f"物探{number}队团{'支部' if kind == OrgType.BRANCH else '总支'}"
            made = an_organization(name, under=world.bureau, org_type=kind)
            category = UnitCategory.objects.first() if number else None
            Organization.objects.filter(pk=made.pk).update(**values, unit_category=category)
        before = stored()

        query = "all=1" if everything else ""
        roster = came_back("organizations", world.bureau, by=world.bureau_admin, query=query)

        assert outcome(roster) == ([], {"same"})
        assert stored() == before
        transaction.set_rollback(True)
