import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import housekeeping, tree
from branches.models import AuditEntry, Organization, Role, Touched
from branches.tests.builders import a_grant, a_user
from members.dictionaries import IncomeBand, LeaguePost, PoliticalStatus, PostNature
from members.models import (
    BranchMembership,
    CadreTerm,
    ImportState,
    LeagueStatus,
    Member,
    RosterFile,
    RosterImport,
    StatusChange,
)
from members.roster.plans.absent import missing_from_file
from members.roster.running.applying import MOVED, apply_plan, confirm, write
from members.roster.running.checking import return_lost
from members.roster.running.starting import check_again, discard, start
from members.tests.builders import an_id_number
from members.tests.rosters import (
    CADRE_HEADINGS,
    ORGANIZATION_HEADINGS,
    a_file,
    a_row,
    checked,
    imported,
    members,
    older_number,
    states,
)
from tuanjian.idnumbers import Gender


@pytest.fixture
def admin(world):
    return world.bureau_admin


def test_a_new_member_stands_with_everything_the_row_says(world, admin):
    headings = ("姓名", "身份证号", "民族", "文化程度", "政治面貌", "入团年月", "发展团员编号", "支部", "收入", "备注")
    number = an_id_number(dt.date(2004, 2, 3), Gender.MALE)
    row = ("赵启明", number, "回", "大学本科", "团员", "2018.6", "201812345678", "航测一室", "5000-8000元", "=1+1")

    imported({"团员": [headings, row]}, organization=world.bureau, by=admin)

    person = Member.objects.get(name="赵启明")
    assert (person.id_number, person.gender, person.birth_on) == (number, Gender.MALE, dt.date(2004, 2, 3))
    assert (person.ethnicity, person.education, person.political_status) == ("03", "21", "03")
    assert (person.joined_on, person.joined_on_is_month, person.member_no) == (
        dt.date(2018, 6, 1),
        True,
        "201812345678",
    )
    assert (person.branch, person.league_status, person.income_band) == (
        world.branch,
        LeagueStatus.MEMBER,
        IncomeBand.UP_TO_8000,
    )
    assert (person.remark, person.pinyin, person.initials) == ("=1+1", "zhaoqiming", "zqm")
    assert (person.created_by, person.updated_by, person.version) == (admin, admin, 1)


def test_history_log_and_figures_follow(world, admin):
    Touched.objects.all().delete()

    roster = imported(
        members(a_row("赵启明", "航测一室团支部", post="组织委员")), organization=world.bureau, by=admin, note="一季度"
    )

    person = Member.objects.get(name="赵启明")
    membership, change = BranchMembership.objects.get(person=person), StatusChange.objects.get(person=person)
    assert (membership.branch, membership.effective_from, membership.effective_to) == (
        world.branch,
        dt.date(2016, 5, 1),
        None,
    )
    assert (change.league_status, change.recorded_by) == (LeagueStatus.MEMBER, admin)
    entries = AuditEntry.objects.filter(job=f"名册导入 {roster.pk}").order_by("id")
    assert [(entry.kind, entry.object_label, entry.reason) for entry in entries] == [
        ("created", "名册.xlsx", "一季度"),
        ("job", "名册.xlsx", ""),
        ("created", "赵启明", "一季度"),
        ("created", "赵启明 组织委员", "一季度"),
        ("imported", "名册.xlsx", "一季度"),
    ]
    assert person.id_number not in str([entry.changes for entry in entries])
    assert set(Touched.objects.values_list("organization_id", flat=True)) == {world.branch.pk}
    assert (roster.state, roster.written_by) == (ImportState.DONE, admin)


def test_a_party_member_among_the_members_keeps_the_membership(world, admin):
    imported(members(a_row("赵启明", "航测一室团支部", political="中共党员")), organization=world.bureau, by=admin)

    assert Member.objects.get(name="赵启明").league_status == LeagueStatus.RETAINED


def test_one_post_in_two_sheets_is_one_term(world, admin):
    number = an_id_number()
    cadre = ("赵启明", number, "航测二室团支部", "支部书记", "2024-03", "兼职", "共青团员")

    roster = imported(
        {**members(a_row("赵启明", "航测二室团支部", number=number, post="书记")), "团干部": [CADRE_HEADINGS, cadre]},
        organization=world.bureau,
        by=admin,
    )

    term = CadreTerm.objects.get(organization=world.sister_branch)
    assert (term.post, term.nature, term.started_on, term.started_on_is_month) == (
        LeaguePost.SECRETARY,
        PostNature.PART_TIME,
        dt.date(2024, 3, 1),
        True,
    )
    assert roster.counts["written"]["posts_created"] == 1


def test_one_post_of_somebody_known_in_two_sheets_is_one_term(world, admin):
    number = world.sister_member.id_number
    cadre = ("何静姝", number, "航测二室团支部", "支部书记", "2024-03", "兼职", "共青团员")

    roster = imported(
        {**members(a_row("何静姝", "航测二室团支部", number=number, post="书记")), "团干部": [CADRE_HEADINGS, cadre]},
        organization=world.bureau,
        by=admin,
    )

    term = CadreTerm.objects.get(person=world.sister_member)
    assert (term.post, term.started_on, roster.counts["written"]["posts_created"]) == (
        LeaguePost.SECRETARY,
        dt.date(2024, 3, 1),
        1,
    )


def test_cadres_who_are_no_members_are_people_without_branch(world, admin):
    cadre = ("李文博", older_number(), "华岳局团委", "副书记、外联部部长", "2022-01", "专职", "中共党员")

    imported({"团干部": [CADRE_HEADINGS, cadre]}, organization=world.bureau, by=admin)

    person = Member.objects.get(name="李文博")
    assert (person.branch, person.league_status) == (None, LeagueStatus.NONE)
    assert [(term.post, term.title) for term in person.terms.order_by("rank")] == [
        (LeaguePost.DEPUTY_SECRETARY, "副书记"),
        (LeaguePost.OTHER, "外联部部长"),
    ]


def test_a_cadre_found_among_the_members_later_joins_the_branch(world, admin):
    number = an_id_number()
    cadre = ("赵启明", number, "华岳局团委", "委员", "2022-01", "兼职", "中共党员")
    imported({"团干部": [CADRE_HEADINGS, cadre]}, organization=world.bureau, by=admin)

    imported(
        members(a_row("赵启明", "航测一室团支部", number=number, political="中共党员")),
        organization=world.bureau,
        by=admin,
    )

    person = Member.objects.get(name="赵启明")
    assert (person.branch, person.league_status, person.version) == (world.branch, LeagueStatus.RETAINED, 2)
    assert person.terms.count() == 1
    assert BranchMembership.objects.filter(person=person, effective_to=None).count() == 1


def test_known_people_are_updated_and_raised(world, admin):
    row = ("白雨桐", world.member.id_number, None, "中共预备党员", None, "航测一室团支部", None, None)

    roster = imported(members(row), organization=world.bureau, by=admin)

    person = Member.objects.get(pk=world.member.pk)
    assert (person.political_status, person.league_status, person.version) == (
        PoliticalStatus.PROBATIONARY,
        LeagueStatus.RETAINED,
        2,
    )
    assert (person.phone, person.ethnicity) == (world.member.phone, world.member.ethnicity)
    entry = AuditEntry.objects.get(object_type="members.member", job=f"名册导入 {roster.pk}")
    assert entry.changes == {"政治面貌": ["共青团员", "中共预备党员"], "团籍": ["团员", "保留团籍"]}


def test_organisations_are_created_and_updated(world, admin):
    rows = [
        (None, world.bureau.full_name, None, "团委", "国有企业", "1990-01-02", None),
        ("华岳局团委", "华岳局遥感院总支部委员会", "遥感院团总支", "团总支", "国有企业", "2020-05", "0871-65120000"),
        ("遥感院团总支", "华岳局遥感院新建室支部委员会", "新建室团支部", "团支部", None, None, None),
    ]

    imported(
        {"组织": [ORGANIZATION_HEADINGS, *rows], **members(a_row("赵启明", "新建室团支部"))},
        organization=world.bureau,
        by=admin,
    )

    general = Organization.objects.get(short_name="遥感院团总支")
    assert (general.founded_on, general.founded_on_is_month, str(general.unit_category)) == (
        dt.date(2020, 5, 1),
        True,
        "国有企业",
    )
    bureau = Organization.objects.get(pk=world.bureau.pk)
    assert (bureau.founded_on, bureau.version, bureau.short_name) == (dt.date(1990, 1, 2), 2, "华岳局团委")
    assert Member.objects.get(name="赵启明").branch.short_name == "新建室团支部"
    assert tree.find_problems() == []


def test_importing_twice_changes_nothing(world, admin):
    cadre = ("李文博", older_number(), "华岳局团委", "副书记", "2022-01", "专职", "中共党员")
    sheets = {
        "组织": [
            ORGANIZATION_HEADINGS,
            ("华岳局团委", "华岳局新支部委员会", "新支部", "团支部", None, "2020-05", None),
        ],
        **members(a_row("赵启明", "新支部", post="书记"), a_row("钱子昂", "航测一室团支部")),
        "团干部": [CADRE_HEADINGS, cadre],
    }
    imported(sheets, organization=world.bureau, by=admin)
    before = list(Member.objects.order_by("pk").values())

    roster = imported(sheets, organization=world.bureau, by=admin)

    assert {state for _, state in states(roster)} == {"same"}
    assert set(roster.counts["written"].values()) == {0}
    assert list(Member.objects.order_by("pk").values()) == before


def test_a_plan_that_no_longer_holds_is_not_written(world, admin):
    number = an_id_number()
    sheets = members(a_row("赵启明", "航测一室团支部", number=number))
    first = checked(sheets, organization=world.bureau, by=admin)
    second = checked(sheets, organization=world.bureau, by=admin)
    apply_plan(first, by=admin)

    with pytest.raises(ValidationError) as refusal:
        apply_plan(second, by=admin)

    second.refresh_from_db()
    assert (refusal.value.code, second.state) == (MOVED, ImportState.TO_CONFIRM)
    assert Member.objects.filter(name="赵启明").count() == 1


def test_a_confirmed_import_is_written_in_the_background(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)

    confirm(roster, by=admin)

    assert (roster.state, roster.written_by, roster.error) == (ImportState.DONE, admin, "")
    assert Member.objects.filter(name="赵启明").count() == 1


def test_what_stands_against_writing_is_kept_with_the_import(world, admin):
    sheets = members(a_row("赵启明", "航测一室团支部"))
    first = checked(sheets, organization=world.bureau, by=admin)
    second = checked(sheets, organization=world.bureau, by=admin)
    apply_plan(first, by=admin)

    confirm(second, by=admin)

    assert (second.state, second.error_code) == (ImportState.TO_CONFIRM, MOVED)
    assert second.error == "检查之后数据有变动，没有写入任何内容，请重新检查后再确认。"


def test_a_background_job_that_runs_again_writes_nothing_more(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)
    confirm(roster, by=admin)
    before = AuditEntry.objects.count()

    write(roster.pk, admin.pk)

    assert (AuditEntry.objects.count(), Member.objects.filter(name="赵启明").count()) == (before, 1)


def test_a_discarded_import_keeps_nothing_of_the_file(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)

    discard(roster, by=admin)

    assert roster.state == ImportState.DISCARDED
    assert (roster.rows.count(), RosterFile.objects.filter(roster=roster).count()) == (0, 0)
    with pytest.raises(ValidationError, match="不能写入"):
        confirm(roster, by=admin)


def test_a_written_import_cannot_be_discarded(world, admin):
    roster = imported(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)

    with pytest.raises(ValidationError, match="不能放弃"):
        discard(roster, by=admin)

    assert roster.rows.count() == 1


def test_nobody_discards_an_import_of_others(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)

    with pytest.raises(ValidationError, match="没有在这里导入的权限"):
        discard(roster, by=world.outsider)

    assert RosterImport.objects.get(pk=roster.pk).state == ImportState.TO_CONFIRM


def test_a_check_again_shows_the_present_state(world, admin):
    sheets = members(a_row("赵启明", "航测一室团支部"))
    first = checked(sheets, organization=world.bureau, by=admin)
    second = checked(sheets, organization=world.bureau, by=admin)
    apply_plan(first, by=admin)

    check_again(second, by=admin)

    assert states(second) == [(2, "same")]


def test_an_import_is_written_once(world, admin):
    roster = imported(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)

    with pytest.raises(ValidationError, match="已完成"):
        apply_plan(roster, by=admin)


def test_rights_are_asked_again_when_writing(world):
    user = a_user()
    grant = a_grant(user, world.branch, Role.ENTRY_CLERK)
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.branch, by=user)
    grant.delete()

    with pytest.raises(ValidationError, match="权限"):
        apply_plan(roster, by=user)

    assert not Member.objects.filter(name="赵启明").exists()


def test_starting_needs_the_right_and_a_file(world):
    file = a_file(members(a_row("赵启明", "航测一室团支部")))
    with pytest.raises(ValidationError, match="权限"):
        start(file, organization=world.sister_branch, note="", update_existing=True, by=world.secretary)

    assert not RosterImport.objects.exists()


def test_a_lost_worker_gives_the_import_back(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)
    long_ago = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.WRITING, lease_until=long_ago)

    returned = return_lost()

    roster.refresh_from_db()
    assert (returned, roster.state) == (1, ImportState.TO_CONFIRM)


def test_who_is_on_the_roster_but_not_in_the_file_is_named(world, admin):
    refused = a_row("何静姝", "航测二室团支部", number=world.sister_member.id_number, phone="123")

    roster = checked(members(a_row("赵启明", "航测一室团支部"), refused), organization=world.bureau, by=admin)

    assert [person.name for person in missing_from_file(roster, user=admin)] == ["白雨桐"]
    assert list(missing_from_file(roster, user=world.foreign_admin)) == []


def test_statements_hardly_depend_on_the_rows(world, admin, django_assert_max_num_queries):
    names = [f"赵{first}{second}" for first in "甲乙丙丁戊己庚辛" for second in "子丑寅卯辰巳午未"]
    roster = checked(members(*(a_row(name, "航测一室团支部") for name in names)), organization=world.bureau, by=admin)

    with django_assert_max_num_queries(45):
        apply_plan(roster, by=admin)

    assert Member.objects.filter(branch=world.branch).count() == 65


def test_the_worker_gives_lost_imports_back_every_minute(world, admin):
    roster = imported(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)
    RosterImport.objects.filter(pk=roster.pk).update(
        state=ImportState.CHECKING, lease_until=dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    )

    housekeeping.every_minute()

    roster.refresh_from_db()
    assert (roster.state, roster.error) == (ImportState.FAILED, "后台任务中断，请点“重新检查”。")
