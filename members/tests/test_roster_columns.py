import pytest

from branches.models import OrgType
from members.dictionaries import LeaguePost
from members.models import RowKind
from members.roster.reading.columns import ALL, label_of
from members.roster.reading.families import ORGANIZATION_FAMILY, ROSTER, Recognised, recognise
from members.roster.reading.words import read_posts, type_by_name


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("姓　名*", "name"),
        ("性\n别", "gender"),
        ("身份证号码\n（18位）", "id_number"),
        ("公民身份号码", "id_number"),
        ("政治\u200b面貌", "political_status"),
        ("入团年月(如2019-05)", "joined_on"),
        ("加入共青团时间", "joined_on"),
        ("※所在团支部", "branch"),
        ("任职团组织", "branch"),
        ("3、最高学历", "education"),
        ("现任团内职务", "league_post"),
        ("任现职时间", "post_started_on"),
        ("专职/兼职/挂职", "post_nature"),
        ("联系电话（手机）", "phone"),
        ("E-mail", "email"),
        ("发展团员编号", "member_no"),
        ("学习工作单位", "work_unit"),
        ("月收入档次", "income_band"),
        ("备 注", "remark"),
        ("性别▼", "gender"),
        ("性别\n必填", "gender"),
        ("√民族", "ethnicity"),
        ("①民族", "ethnicity"),
        ("必填 所属民族", "ethnicity"),
        ("何时出生", "birth_date"),
        ("入团年/月", "joined_on"),
        ("参加共青团时间", "joined_on"),
        ("团员编码", "member_no"),
        ("团员手机号码", "phone"),
        ("通讯方式", "phone"),
        ("编入团支部", "branch"),
        ("团关系所在支部", "branch"),
        ("支部简称", "branch"),
        ("团委职务", "league_post"),
        ("何时任现职", "post_started_on"),
        ("专（兼）职", "post_nature"),
        ("团干部类别", "post_nature"),
        ("所在科室/病区", "work_unit"),
        ("所属单位", "work_unit"),
        ("部门名称", "work_unit"),
        ("月工资", "income_band"),
        ("情况说明", "remark"),
    ],
)
def test_headings_of_people_are_read_by_meaning(heading, expected):
    found = recognise(heading)

    assert found is not None
    assert found.field == expected


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "序号",
            "是否团干部",
            "是否同级党委（支部）成员",
            "办公电话",
            "行政职务",
            "班主任",
            "血型",
            "籍贯",
            "入党时间",
        ),
        *("班长姓名", "团支书联系电话", "书记邮箱", "支部负责人联系方式", "团支部书记身份证号", "管理员手机号"),
        *("曾任团内职务", "团员QQ号码", "支部编码", "党团关系", "部门电话", "公司地址"),
        *("父亲姓名", "紧急联系人电话", "身份证有效期", "团员证编号", "失败原因", "支部人数", "出生地", "QQ"),
    ],
)
def test_headings_of_other_things_mean_nothing(heading):
    assert recognise(heading) is None


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("上级团组织全称", "parent"),
        ("团组织全称", "full_name"),
        ("简称", "short_name"),
        ("组织类型", "org_type"),
        ("单位所属行业类别", "unit_category"),
        ("建立时间", "founded_on"),
        ("办公电话", "phone"),
        ("上一级团组织", "parent"),
        ("团组织名称（全称）", "full_name"),
        ("团组织名称（简称）", "short_name"),
        ("设置形式", "org_type"),
        ("创建时间", "founded_on"),
        ("座机号码", "phone"),
    ],
)
def test_headings_of_organisations_are_read_by_meaning(heading, expected):
    found = recognise(heading, ORGANIZATION_FAMILY)

    assert found is not None
    assert found.field == expected


def test_the_surer_heading_has_the_lower_tier():
    assert (recognise("手机号"), recognise("联系电话"), recognise("学生本人手机")) == (
        Recognised("phone", 0),
        Recognised("phone", 1),
        Recognised("phone", 2),
    )


@pytest.mark.parametrize("family", ROSTER)
def test_every_heading_of_ours_is_recognised_as_its_field(family):
    told = {column.field: recognise(column.heading, family) for column in family.columns}

    assert told == {column.field: Recognised(column.field, 0) for column in family.columns}


def test_each_kind_has_its_columns_with_its_words():
    assert {kind: ALL[kind][0].field for kind in ALL} == {
        RowKind.ORGANIZATIONS: "parent",
        RowKind.MEMBERS: "name",
        RowKind.CADRES: "name",
        RowKind.YOUTH: "name",
    }
    assert (label_of("branch", RowKind.MEMBERS), label_of("branch", RowKind.CADRES)) == ("所在团支部", "任职组织")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("团支部书记", ([LeaguePost.SECRETARY], [])),
        ("团支书", ([LeaguePost.SECRETARY], [])),
        ("团委副书记", ([LeaguePost.DEPUTY_SECRETARY], [])),
        ("书记、组织委员", ([LeaguePost.SECRETARY, LeaguePost.ORGANIZATION_OFFICER], [])),
        ("书记兼宣传委员", ([LeaguePost.SECRETARY, LeaguePost.PUBLICITY_OFFICER], [])),
        ("普通团员", ([], [])),
        ("无职务", ([], [])),
        ("副书记（主持工作）", ([LeaguePost.DEPUTY_SECRETARY], [])),
        ("书记（兼宣传委员）", ([LeaguePost.SECRETARY, LeaguePost.PUBLICITY_OFFICER], [])),
        ("组织委员 宣传委员", ([LeaguePost.ORGANIZATION_OFFICER, LeaguePost.PUBLICITY_OFFICER], [])),
        ("二支部书记", ([], ["二支部书记"])),
        ("外联部部长", ([], ["外联部部长"])),
    ],
)
def test_posts_are_read_with_their_level_and_in_company(text, expected):
    assert read_posts(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("甲厂总支部委员会", OrgType.GENERAL_BRANCH),
        ("甲厂支部委员会", OrgType.BRANCH),
        ("甲县工作委员会", OrgType.WORK_COMMITTEE),
        ("甲厂委员会", OrgType.BASE_COMMITTEE),
        ("甲厂", None),
    ],
)
def test_the_type_shows_in_the_name(name, expected):
    assert type_by_name(name) is expected
