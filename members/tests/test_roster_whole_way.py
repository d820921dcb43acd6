"""Random workbooks all the way: planned, decided about, written, written again, taken back in parts or whole."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from branches.models import Organization, OrgType
from members import records
from members.dictionaries import LeaguePost
from members.models import (
    BranchMembership,
    CadreTerm,
    Choice,
    Correction,
    DifferentPeople,
    Member,
    StatusChange,
)
from members.models.roster import ImportState
from members.roster.outcome.undoing import take_back
from members.roster.preview.deciding import decide, want_branch
from members.roster.running.applying import apply_plan
from members.tests.builders import a_cadre_term, a_young_person, an_id_number
from members.tests.rosters import (
    CADRE_HEADINGS,
    ORGANIZATION_HEADINGS,
    a_row,
    checked,
    imported,
    members,
    older_number,
    states,
)

NEW_BRANCH = "遥感室团支部"
MEMBERS = ("姓名", "身份证号", "政治面貌", "入团年月", "所在团支部", "团内职务", "工作单位", "手机号")
YOUTH = ("姓名", "性别", "出生日期", "所在团支部", "备注")


@pytest.fixture
def admin(world):
    return world.bureau_admin


def everything():
    """Everybody and everything but what a take-back leaves raised: versions, times, tokens of seals."""
    raised = {"version", "updated_at", "updated_by_id", "id_number_sealed", "phone_sealed"}
    tables = (Organization, Member, CadreTerm, BranchMembership, StatusChange, DifferentPeople)
    return [
        [
            {name: value for name, value in row.items() if name not in raised}
            for row in model.objects.order_by("pk").values()
        ]
        for model in tables
    ]


def in_two_branches(world, admin):
    """An import of somebody new in each of two branches, one of them with a post at the committee."""
    number = older_number()
    cadre = ("钱子昂", number, "华岳局团委", "副书记", "2022-01", "专职", "共青团员")
    rows = [a_row("赵启明", "航测一室团支部"), a_row("钱子昂", "航测二室团支部", number=number)]
    return imported({**members(*rows), "团干部": [CADRE_HEADINGS, cadre]}, organization=world.bureau, by=admin)


def test_a_branch_is_taken_back_and_the_rest_stays(world, admin):
    roster = in_two_branches(world, admin)

    result = take_back(roster, branches=[world.sister_branch], by=admin)

    roster.refresh_from_db()
    assert (result.kept, roster.state) == ([], ImportState.DONE)
    assert [Member.objects.filter(name=name).exists() for name in ("赵启明", "钱子昂")] == [True, False]
    assert not CadreTerm.objects.filter(post=LeaguePost.DEPUTY_SECRETARY).exists()


def test_part_by_part_all_of_it_is_taken_back(world, admin):
    before = everything()
    roster = in_two_branches(world, admin)
    take_back(roster, branches=[world.sister_branch], by=admin)

    take_back(roster, branches=[world.branch], by=admin)

    roster.refresh_from_db()
    assert everything() == before
    assert (roster.state, roster.changes.filter(returned_at=None).count()) == (ImportState.TAKEN_BACK, 0)
    assert roster.counts["returned"] == roster.changes.count()


def test_what_was_touched_in_a_part_is_kept_and_named(world, admin):
    roster = in_two_branches(world, admin)
    person = Member.objects.get(name="赵启明")
    records.correct(person, values={"remark": "骨干"}, version=person.version, by=world.secretary)

    result = take_back(roster, branches=[world.branch], by=admin)

    roster.refresh_from_db()
    (kept,) = result.kept
    assert (kept.label, kept.kept_because[:2], roster.state) == ("赵启明", "支书", ImportState.DONE)
    assert f"{dt.datetime.now(dt.UTC):%Y}" in kept.kept_because


def test_statements_of_taking_back_do_not_depend_on_the_rows(world, admin, django_assert_max_num_queries):
    names = [f"赵{first}{second}" for first in "甲乙丙丁戊己庚辛" for second in "子丑寅卯辰巳午未"]
    rows = [a_row(name, "航测一室团支部", post="组织委员") for name in names]
    roster = imported(members(*rows), organization=world.bureau, by=admin)

    with django_assert_max_num_queries(75):
        take_back(roster, by=admin)

    assert not Member.objects.filter(name__in=names).exists()


WHO = st.sampled_from(["new", "new", "known", "sister", "other number", "verified", "young"])
LINES = st.lists(
    st.tuples(
        WHO,
        st.sampled_from(["航测一室团支部", "航测二室团支部", "一分队团支部", NEW_BRANCH, "新支部", "没有的支部"]),
        st.sampled_from(["共青团员", "中共党员", "群众", "火星人", None]),
        st.sampled_from(["书记", "组织委员、宣传委员", None]),
        st.sampled_from(["2016-05", "2016-05-04", "2030-01", None]),
        st.sampled_from(["测绘院", "清空", None]),
        st.sampled_from(["14000123456", "清空", "138****1234", None]),
    ),
    min_size=1,
    max_size=7,
).filter(lambda lines: sum(who == "other number" for who, *_ in lines) < 2)
# Once one of two rows with other numbers is said to be somebody, the file lists that number: the other is plainly new.


def the_file(world, lines, *, with_organizations):
    known = {
        "known": (world.member.name, world.member.id_number),
        "sister": (world.sister_member.name, world.sister_member.id_number),
        "verified": ("曹另名", world.other_member.id_number),
        "young": ("周怀瑾", an_id_number(dt.date(2004, 5, 6))),
    }
    rows, youth = [], []
    for at, (who, branch, political, post, joined, unit, phone) in enumerate(lines):
        name, number = known.get(who, (f"赵{'甲乙丙丁戊己庚'[at]}", an_id_number()))
        if who == "other number":
            name, branch = world.member.name, world.branch.full_name
        rows.append((name, number, political, joined, branch, post, unit, phone))
        if who == "young":
            youth.append((name, "女", "2004-05", world.branch.full_name, unit))
    sheets = {"团员": [MEMBERS, *rows]}
    if youth:
        sheets["青年"] = [YOUTH, youth[0]]
    if with_organizations:
        branch = ("测绘院团总支", "测绘院新支部委员会", "新支部", "团支部", None, "2020-05", None)
        sheets["组织"] = [ORGANIZATION_HEADINGS, branch]
    return sheets, len(rows) + len(youth[:1]) + with_organizations


@pytest.mark.property
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(lines=LINES, with_organizations=st.booleans(), create=st.booleans(), data=st.data())
def test_a_random_workbook_goes_in_twice_alike_and_comes_out_whole(
    world, admin, lines, with_organizations, create, data
):
    with transaction.atomic():
        Member.objects.filter(pk=world.other_member.pk).update(verified_on=dt.date(2026, 1, 1))
        a_young_person("周怀瑾", branch=world.branch, birth_on=dt.date(2004, 5, 6), id_number="", work_unit="")
        a_cadre_term(person=world.sister_member, organization=world.sister_branch, post=LeaguePost.ORGANIZATION_OFFICER)
        before = everything()
        sheets, count = the_file(world, lines, with_organizations=with_organizations)
        roster = checked(sheets, organization=world.bureau, by=admin)
        if create:
            want_branch(roster, name=NEW_BRANCH, parent=world.general, org_type=OrgType.BRANCH, by=admin)
        for row in roster.rows.exclude(offers=[]):
            choice = data.draw(st.sampled_from([None, *row.offers]))
            if choice is not None and choice in roster.rows.get(pk=row.pk).offers:
                decide(row, Choice(choice), by=admin)
        roster.refresh_from_db()
        apply_plan(roster, by=admin)
        after = everything()
        again = imported(sheets, organization=world.bureau, by=admin)
        after_again = everything()

        result = take_back(again, by=admin)
        result = take_back(roster, by=admin)

        counted = sum(number for kind in roster.counts["rows"].values() for number in kind.values())
        assert (len(states(roster)), counted) == (count, count)
        assert {state for _, state in states(again)} <= {"same", "invalid", "asked"}
        assert after_again == after
        assert (result.kept, everything()) == ([], before)
        assert not Correction.objects.waiting().exists()
        transaction.set_rollback(True)
