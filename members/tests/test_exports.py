"""Export by a profile: columns, order, headings and words as data; numbers in clear in the file and nowhere else."""

import hashlib
import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant
from members import exports
from members.filters import as_listed
from members.models import ExportColumn, ExportField, ExportProfile, Member
from members.tests.builders import a_cadre_term, a_member

PURPOSE = "录入国家系统"
HEADINGS = [
    *("姓名", "身份证号", "民族", "政治面貌", "文化程度", "入团年月", "是否团干部", "手机号码", "微博", "QQ", "邮箱"),
    *("发展团员编号", "现任团内职务", "任现职年月", "团干部性质", "是否同级党委（支部）成员"),
]


def national():
    return ExportProfile.objects.get(name="国家系统")


def exported(world, **asked):
    return [
        [cell.value for cell in row] for row in load_workbook(io.BytesIO(file_of(world, **asked))).active.iter_rows()
    ]


def file_of(world, *, by=None, profile=None, organization=None, purpose=PURPOSE, people=None):
    organization = organization or world.branch
    people = Member.objects.under(organization) if people is None else people
    return exports.export(
        as_listed(people),
        organization,
        profile=profile or national(),
        asked="",
        purpose=purpose,
        by=by or world.general_admin,
    )


def a_profile(*columns, **fields):
    profile = ExportProfile.objects.create(name="自定", **fields)
    for position, values in enumerate(columns):
        ExportColumn.objects.create(profile=profile, position=position, **values)
    return profile


def test_the_national_profile_is_there(world):
    columns = list(national().columns.all())

    assert [column.heading for column in columns] == HEADINGS
    assert [column.heading for column in columns if column.is_required] == [
        "姓名", "身份证号", "民族", "政治面貌", "入团年月", "手机号码", "邮箱",
    ]  # fmt: skip
    for column in columns:
        column.full_clean()


def test_a_person_in_the_words_of_the_national_system(world):
    Member.objects.filter(pk=world.member.pk).update(email="byt@example.com", member_no="201600000001")
    a_cadre_term(person=world.member, organization=world.general, post="committee_member", nature="full_time")

    rows = exported(world)

    assert rows[:2] == [
        HEADINGS,
        [
            *("白雨桐", world.member.id_number, "汉族", "共青团员", "普通本科", "2016-05", "是", world.member.phone),
            *(None, None, "byt@example.com", "201600000001", "书记", "2024-03", "兼职团干", None),
        ],
    ]
    assert [row[0] for row in rows[2:]] == [
        "由 总支管理员 于 2026-11-21 12:00 导出，共 1 人，含证件号码明文，用后请妥善保管或销毁。"
    ]


def test_the_file_says_what_the_other_side_will_miss(world):
    a_member("高若溪", branch=world.branch, phone="", education="61")

    rows = exported(world)

    assert rows[2][4] == "普通高中"
    assert rows[2][6] == "否"
    assert rows[3][0] == "对方必填而未填：手机号码 1 人、邮箱 2 人。"


def test_columns_order_headings_and_words_are_those_of_the_profile(world):
    profile = a_profile(
        {"heading": "支部", "field": ExportField.BRANCH},
        {"heading": "来源", "fixed_text": "团建"},
        {"heading": "性别", "field": ExportField.GENDER, "words": {"女": "2"}},
        {"heading": "出生", "field": ExportField.BIRTH_MONTH},
        {"heading": "入团", "field": ExportField.JOINED_ON},
        {"heading": "空"},
        title="团员信息采集表",
    )

    rows = exported(world, profile=profile)

    assert [row[:6] for row in rows[:3]] == [
        ["团员信息采集表", None, None, None, None, None],
        ["支部", "来源", "性别", "出生", "入团", "空"],
        ["航测一室团支部", "团建", "2", "2001-06", "2016-05", None],
    ]


def test_every_field_gives_a_text(world):
    profile = a_profile(*({"heading": field.label[:40], "field": field} for field in ExportField))

    rows = exported(world, profile=profile)

    assert len(rows[1]) == len(ExportField)
    assert rows[1][0] == "白雨桐"


def test_cadres_only(world):
    a_member("高若溪", branch=world.branch)
    profile = a_profile({"heading": "姓名", "field": ExportField.NAME}, people=ExportProfile.People.CADRES)

    rows = exported(world, profile=profile)

    assert [row[0] for row in rows[:-1]] == ["姓名", "白雨桐"]


def test_it_is_logged_with_count_and_purpose_and_never_a_number(world):
    content = file_of(world, purpose="  录入  国家系统 ")

    entry = AuditEntry.objects.get(kind="exported")
    assert (entry.actor, entry.reason, entry.object_label) == (world.general_admin, "录入 国家系统", "航测一室团支部")
    assert entry.changes == {
        "内容": [None, "按“国家系统”格式导出"],
        "人数": [None, 1],
        "其中本支部以外": [None, 1],
        "其中未满 18 周岁": [None, 0],
        "条件": [None, "全部"],
        "列": [None, "、".join(HEADINGS)],
        "号码": [None, "明文"],
        "文件 SHA-256": [None, hashlib.sha256(content).hexdigest()],
    }
    said = json.dumps(list(AuditEntry.objects.values("changes", "reason", "object_label")), ensure_ascii=False)
    assert world.member.id_number not in said
    assert world.member.phone not in said


def refusal(world, **asked):
    with pytest.raises(ValidationError) as refused:
        exported(world, **asked)
    return refused.value.messages


def test_refusals_hand_out_and_log_nothing(world, monkeypatch):
    a_grant(world.secretary, world.general, Role.OBSERVER)
    beyond = "不在您可以导出明文的范围内，请缩小查询范围，或由上级管理员导出。"

    assert refusal(world, purpose=" 录入 ") == ["请写明导出用途，至少 4 个字，如“录入国家系统”。"]
    assert refusal(world, people=Member.objects.none()) == ["没有符合条件的人员可以导出，请返回修改查询条件。"]
    for user in (world.observer, world.officer, world.clerk, world.auditor, world.system_admin, world.foreign_admin):
        assert refusal(world, by=user) == [f"其中 1 人{beyond}"]
    # Seen through another grant, but not with this right: one such person refuses the whole list.
    assert refusal(world, by=world.secretary, organization=world.general) == [f"其中 1 人{beyond}"]
    monkeypatch.setattr(exports, "MOST", 1)
    assert refusal(world, organization=world.general) == ["查询到的人员超过 1 人，请缩小查询范围，分几次导出。"]
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_queries_do_not_grow_with_the_people(world):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            exported(world)
        return len(captured)

    one = queries()
    for _ in range(3):
        a_cadre_term(person=a_member(branch=world.branch), organization=world.branch, post="committee_member")

    assert queries() == one


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        (
            {"field": "name", "fixed_text": "无"},
            "fixed_text",
            "这一列已取自档案，请清空固定内容，或把“取自”留空。",
        ),
        (
            {"field": "name", "words": {"张三": "李四"}},
            "words",
            "只有取自固定选项的列（如政治面貌、学历）才能写代码词，请清空代码词。",
        ),
        (
            {"field": "post_nature", "words": {"全职": "专职团干"}},
            "words",
            "本系统没有“全职”，等号左边请用本系统的词：专职、兼职、挂职。",
        ),
        ({"field": "post_nature", "words": {"专职": "专" * 41}}, "words", "对应的词请写在 40 个字以内。"),
    ],
)
def test_columns_that_cannot_work_are_refused(world, values, field, sentence):
    column = ExportColumn(profile=national(), position=1, heading="列", **values)

    with pytest.raises(ValidationError) as refused:
        column.full_clean()

    assert refused.value.message_dict == {field: [sentence]}


def test_a_copy_waits_to_be_changed(world):
    copied = exports.copy(national(), by=world.system_admin)

    assert (copied.name, copied.is_active, copied.columns.count()) == ("国家系统（副本）", False, 16)
    assert list(ExportProfile.objects.on_offer()) == [national()]
    assert national().columns.count() == 16
    with pytest.raises(ValidationError, match="已有“国家系统（副本）”，请先给它改名再复制。"):
        exports.copy(national(), by=world.system_admin)
