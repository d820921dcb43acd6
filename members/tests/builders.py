"""Plain builder functions for people and posts. All people are invented: area 379998, phones 14000xxxxxx."""

import datetime as dt
from itertools import count

from branches.models import Organization
from members.dictionaries import Education, Ethnicity, LeaguePost, PoliticalStatus, PostManner, PostNature
from members.models import BranchMembership, CadreTerm, LeagueStatus, Member
from tuanjian.idnumbers import Gender, IdType, make_resident_number

_numbers = count(1)
AREA = "379998"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "雨桐景行梓萱启明若溪子昂知远静姝文博令仪思远佳禾繁星书瑶牧之怀瑾以宁长风"


def next_number():
    return next(_numbers)


def number_from(number):
    """ID numbers run out after 500: a test that begins with people of fixed numbers goes on behind theirs."""
    global _numbers
    _numbers = count(number)


def an_id_number(birth_on=dt.date(2001, 6, 18), gender=Gender.FEMALE):
    serial = next(_numbers) % 500 * 2 + (1 if gender == Gender.MALE else 0)
    return make_resident_number(AREA, birth_on, serial)


def a_phone():
    return f"14000{next(_numbers):06d}"


def a_member(
    name=None, *, branch, birth_on=dt.date(2001, 6, 18), gender=Gender.FEMALE, id_number=None, phone=None, **fields
):
    number = next(_numbers)
    if name is None:
        name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % (len(GIVEN) // 2) * 2 :][:2]
    values = {
        "league_status": LeagueStatus.MEMBER,
        "ethnicity": Ethnicity.HAN,
        "education": Education.BACHELOR,
        "political_status": PoliticalStatus.LEAGUE_MEMBER,
        "joined_on": dt.date(birth_on.year + 15, 5, 1),
        "joined_on_is_month": True,
        "id_type": IdType.RESIDENT,
    } | fields
    member = Member(name=name, branch=branch, birth_on=birth_on, gender=gender, **values)
    member.spell_name()
    member.id_number = an_id_number(birth_on, gender) if id_number is None else id_number
    member.phone = a_phone() if phone is None else phone
    member.save()
    if branch is not None:
        BranchMembership.objects.create(
            person=member, branch=branch, effective_from=values["joined_on"] or dt.date(2020, 1, 1)
        )
    return member


def a_young_person(name=None, *, branch, **fields):
    return a_member(
        name,
        branch=branch,
        **(
            {"league_status": LeagueStatus.NONE, "political_status": PoliticalStatus.MASSES, "joined_on": None} | fields
        ),
    )


def a_cadre_term(*, person, organization: Organization, post=LeaguePost.SECRETARY, ended_on=None, **fields):
    values = {
        "nature": PostNature.PART_TIME,
        "manner": PostManner.ELECTED,
        "started_on": dt.date(2024, 3, 1),
    } | fields
    return CadreTerm.objects.create(
        person=person, organization=organization, post=post, rank=CadreTerm.rank_of(post), ended_on=ended_on, **values
    )
