"""与国家系统核对: who is missing where, what differs, what somebody has to look at; nobody's record changes."""

import datetime as dt
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import AccessGrant, AuditEntry, Organization
from members import exports
from members.filters import as_listed
from members.models import Comparison, ComparisonFile, ComparisonRow, ComparisonState, ExportProfile, Member
from members.national_check import comparing, keeping
from members.national_check.showing import Asked, shown
from members.records import void
from members.tests.builders import a_cadre_term, a_member, an_id_number
from members.tests.national import a_line, a_list, compared, told
from members.tests.rosters import a_file
from tuanjian import sealing


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


@pytest.fixture
def admin(world):
    return world.general_admin


def test_who_agrees_is_counted_and_not_kept(world, admin):
    world.secretary_term.delete()

    comparison = compared(world, a_line(world.member), a_line(world.sister_member))

    assert (comparison.state, comparison.counts) == (
        "done",
        {
            "same": 2,
            "different": 0,
            "one_sided": 0,
            "only_here": 0,
            "only_there": 0,
            "unclear": 0,
            "here": 2,
            "there": 2,
            "fields": {},
        },
    )
    assert not ComparisonRow.objects.exists()
    assert not ComparisonFile.objects.exists()


def test_what_differs_stands_side_by_side(world, admin):
    phone = world.member.phone
    lines = (
        a_line(world.member, 民族="回族", 手机号码=f"{phone[:3]}****{phone[-4:]}", 现任团内职务="团支部书记"),
        a_line(world.sister_member, 入团年月="2016-06", 手机号码="14000999999", 邮箱="he@example.com", 文化程度="不详"),
    )

    comparison = compared(world, *lines)

    assert told(comparison, admin) == [
        ("different", "白雨桐", [("民族", "汉族", "回族")], "", []),
        (
            "different",
            "何静姝",
            [
                ("学历", "本科", "（空）"),
                ("入团年月", "2016-05", "2016-06"),
                ("手机号", world.sister_member.phone_masked, "140****9999"),
                ("电子邮箱", "（空）", "he@example.com"),
            ],
            "",
            [],
        ),
    ]
    assert comparison.counts["fields"] == {"ethnicity": 1, "education": 1, "joined_on": 1, "phone": 1, "email": 1}


def test_what_only_one_side_has_filled_in_is_counted_for_itself(world, admin):
    world.secretary_term.delete()
    lines = (
        a_line(world.member, 邮箱="bai@example.com", 文化程度=""),
        a_line(world.sister_member, 邮箱="he@example.com", 民族="回族"),
    )

    comparison = compared(world, *lines)

    assert (comparison.counts["one_sided"], comparison.counts["different"]) == (1, 1)
    assert [pair[0] for pair in told(comparison, admin, outcome="one_sided")[0][2]] == ["学历", "电子邮箱"]


def test_who_is_missing_on_either_side(world, admin):
    stranger = an_id_number()
    lines = (a_line(world.member, 现任团内职务="书记"), a_line(world.member, 姓名="钱子昂", 身份证号=stranger))

    comparison = compared(world, *lines)

    assert told(comparison, admin) == [("only_here", "何静姝", [], "", []), ("only_there", "钱子昂", [], "", [])]
    assert [line.number for line in shown(list(comparison.rows.all()), user=admin)] == [
        world.sister_member.id_number_masked,
        "37" + "*" * 16,
    ]


def test_numbers_are_kept_nowhere(world, admin):
    stranger = an_id_number()

    compared(world, a_line(world.member, 姓名="钱子昂", 身份证号=stranger))

    kept = " ".join(sealing.unseal("comparison.row", row.sealed) + row.name for row in ComparisonRow.objects.all())
    assert stranger not in kept
    assert world.member.id_number not in kept
    assert world.member.phone not in kept


def test_covered_numbers_mean_who_fits_alone(world, admin):
    number = world.member.id_number
    world.secretary_term.delete()
    lines = (
        a_line(world.member, 姓名="白*", 身份证号=f"{number[:4]}{'*' * 10}{number[-4:]}"),
        a_line(world.sister_member, 姓名="何静姝", 身份证号="3799**************"),
    )

    comparison = compared(world, *lines)

    assert comparison.counts["same"] == 2


def test_who_cannot_be_told_apart_is_told(world, admin):
    other = a_member("白羽", branch=world.sister_branch)

    comparison = compared(world, a_line(world.member, 姓名="白*", 身份证号="3799**************"))

    assert told(comparison, admin, outcome="unclear") == [
        ("unclear", "白*", [], "本系统有几个人都符合，请按下面的名单辨认", [world.member.name, other.name])
    ]
    assert [name for _, name, *_ in told(comparison, admin, outcome="only_here")] == ["何静姝"]


def test_a_number_the_sheet_has_spoilt_is_told(world, admin):
    comparison = compared(world, a_line(world.member, 身份证号="12345"), a_line(world.sister_member))

    assert told(comparison, admin, outcome="unclear") == [
        ("unclear", "白雨桐", [], "身份证号应为 18 位，现为 5 位。", ["白雨桐"])
    ]
    assert told(comparison, admin, outcome="only_here") == []


def test_people_who_left_are_told_as_that(world, admin):
    Member.objects.filter(pk=world.sister_member.pk).update(status="overage", league_status="left")

    comparison = compared(world, a_line(world.member, 现任团内职务="书记"), a_line(world.sister_member))

    assert told(comparison, admin) == [("different", "何静姝", [("在册情况", "超龄离团", "在册")], "", [])]
    assert comparison.counts["here"] == 1


def test_void_records_and_other_trees_are_nobody(world, admin):
    world.secretary_term.delete()
    void([world.member], reason="重复录入", by=admin)

    comparison = compared(world, a_line(world.member), a_line(world.foreign_member), a_line(world.sister_member))

    assert [(outcome, name) for outcome, name, *_ in told(comparison, admin)] == [
        ("only_there", "白雨桐"),
        ("only_there", "戴梓萱"),
    ]


def test_the_branch_is_compared_by_any_of_its_names(world, admin):
    headings = ("姓名", "身份证号", "所在团支部")
    lines = [
        ("白雨桐", world.member.id_number, "航测一室支部"),
        ("何静姝", world.sister_member.id_number, "航测三室团支部"),
    ]

    comparison = compared(world, file=a_list(*lines, headings=headings))

    assert told(comparison, admin) == [
        ("different", "何静姝", [("所在团支部", "航测二室团支部", "航测三室团支部")], "", [])
    ]


def test_our_own_export_for_the_national_system_agrees(world, admin):
    a_cadre_term(person=world.sister_member, organization=world.sister_branch)
    people = as_listed(Member.objects.under(world.general))
    profile = ExportProfile.objects.get()
    content = exports.export(people, world.general, profile=profile, asked="", purpose="录入国家系统", by=admin)

    comparison = compared(world, file=SimpleUploadedFile("国家系统.xlsx", content))

    assert (comparison.counts["same"], told(comparison, admin)) == (2, [])


def test_nothing_is_written_to_anybody(world, admin):
    before = list(Member.objects.order_by("pk").values()), list(Organization.objects.order_by("pk").values())

    compared(world, a_line(world.member, 民族="回族", 姓名="白羽"))

    assert (list(Member.objects.order_by("pk").values()), list(Organization.objects.order_by("pk").values())) == before


def test_starting_ending_and_taking_out_are_in_the_log(world, admin):
    comparison = compared(world, a_line(world.member, 民族="回族"))
    keeping.as_workbook(comparison, Asked(outcome="different"), by=admin)

    entries = list(AuditEntry.objects.filter(object_type="members.comparison").order_by("id"))
    assert [entry.kind for entry in entries] == ["created", "job", "exported"]
    assert entries[1].changes["只在本系统"] == [None, 1]
    assert entries[2].changes["条件"] == [None, "结果：内容不同"]
    assert [each.object_id for each in entries[2].mentions.all()] == [str(world.member.pk)]


def test_too_many_lines_are_not_cut_off(world, admin, monkeypatch):
    comparison = compared(world, a_line(world.foreign_member))
    monkeypatch.setattr(keeping, "MOST_LINES", 2)

    assert refusal(lambda: keeping.as_workbook(comparison, Asked(), by=admin)) == [
        "结果超过 2 行，请先按结果、项目或姓名筛选，分几次导出。"
    ]
    assert keeping.as_workbook(comparison, Asked(outcome="only_here"), by=admin)


def test_the_workbook_has_a_line_for_each_differing_fact(world, admin):
    comparison = compared(world, a_line(world.member, 民族="回族", 政治面貌="中共党员", 现任团内职务="书记"))

    sheet = load_workbook(io.BytesIO(keeping.as_workbook(comparison, Asked(), by=admin))).active

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[:7] for row in rows[:3]] == [
        ["内容不同", "白雨桐", world.member.id_number_masked, "航测一室团支部", "民族", "汉族", "回族"],
        ["内容不同", "白雨桐", world.member.id_number_masked, "航测一室团支部", "政治面貌", "共青团员", "中共党员"],
        ["只在本系统", "何静姝", world.sister_member.id_number_masked, "航测二室团支部", None, None, None],
    ]


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("名单.xlsx", b"nothing"),
        a_file({"名单": [["序号", "内容"], ["1", "没有人"]]}, name="名单.xlsx"),
    ],
)
def test_files_that_list_nobody_say_so(world, admin, file):
    comparison = compared(world, file=file)

    assert comparison.state == "failed"
    assert comparison.error
    assert not ComparisonFile.objects.exists()
    assert AuditEntry.objects.filter(kind="job", reason=comparison.error).exists()


def test_who_may_hand_in(world):
    def said(user, organization):
        return refusal(lambda: compared(world, a_line(world.member), by=user, organization=organization))

    assert said(world.observer, world.general) == [comparing.NO_RIGHT]
    assert said(world.officer, world.bureau) == [comparing.NO_RIGHT]
    assert said(world.general_admin, world.other_general) == [comparing.NO_RIGHT]
    assert compared(world, a_line(world.member), by=world.clerk).state == "done"
    assert refusal(lambda: compared(world, file=SimpleUploadedFile("a.xlsx", b""))) == [
        "文件是空的，请检查后重新上传。"
    ]


def test_the_job_asks_the_right_again(world, admin):
    comparison = compared(world, a_line(world.member))
    Comparison.objects.update(state=ComparisonState.WAITING)
    AccessGrant.objects.filter(user=admin).update(ended_at=timezone.now())

    comparing.compare(comparison.pk)

    comparison.refresh_from_db()
    assert (comparison.state, comparison.error) == ("failed", comparing.NO_RIGHT)


def test_lines_about_people_out_of_sight_are_not_shown(world, admin):
    comparison = compared(world, a_line(world.member, 民族="回族"), a_line(world.sister_member, 民族="回族"))
    Member.objects.filter(pk=world.sister_member.pk).update(branch=world.other_branch)

    assert [name for _, name, *_ in told(comparison, admin)] == ["白雨桐"]
    assert [name for _, name, *_ in told(comparison, world.bureau_admin)] == ["白雨桐", "何静姝"]


def test_candidates_out_of_sight_are_not_named(world, admin):
    a_member("白羽", branch=world.sister_branch)
    comparison = compared(world, a_line(world.member, 姓名="白*", 身份证号="3799**************"))
    Member.objects.filter(name="白羽").update(branch=world.other_branch)

    assert told(comparison, admin, outcome="unclear")[0][4] == ["白雨桐"]


def test_results_go_after_some_days_and_on_request(world, admin):
    old, new = compared(world, a_line(world.member)), compared(world, a_line(world.member))
    Comparison.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=7, minutes=1))

    assert keeping.delete_expired() == 1
    keeping.delete(new, by=admin)

    assert set(Comparison.objects.values_list("state", flat=True)) == {"deleted"}
    assert not ComparisonRow.objects.exists()
    assert refusal(lambda: keeping.delete(new, by=admin)) == ["这次核对已到期，不能删除结果。"]
    new.refresh_from_db()
    assert refusal(lambda: keeping.as_workbook(new, Asked(), by=admin)) == ["这次核对已到期，没有可以下载的结果。"]


def test_who_may_not_delete(world, admin):
    comparison = compared(world, a_line(world.member))

    assert refusal(lambda: keeping.delete(comparison, by=world.observer)) == [comparing.NO_RIGHT]


def test_a_lost_worker_is_noticed(world, admin):
    comparison = compared(world, a_line(world.member))
    Comparison.objects.update(state=ComparisonState.COMPARING, lease_until=timezone.now())

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)):
        assert comparing.return_lost() == 1

    comparison.refresh_from_db()
    assert (comparison.state, comparison.error) == ("failed", "后台任务中断，请重新上传核对。")
