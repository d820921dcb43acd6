"""Each column of a roster once: its field, what the office calls it, which headings mean it (``families``)."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from functools import cache
from typing import Final

from members.models.roster import RowKind
from tuanjian.placeholders import visible

PEOPLE_KINDS: Final = (RowKind.MEMBERS, RowKind.CADRES, RowKind.YOUTH)
# Columns of days.
DATES: Final = ("birth_date", "joined_on", "post_started_on", "founded_on")
_BRACKETS = re.compile(r"[（(\[【〔{<《][^）)\]】〕}>》]*[）)\]】〕}>》]")
_BRACKET = re.compile(r"[（）()\[\]【】〔〕{}<>《》]")
_MARKS = re.compile(r"[^\w/]+|_+")
_CIRCLED = re.compile("[①-⑳⑴-⒇]")
_DEMANDED = re.compile(r"^[必选]填项?|[必选]填项?$")
# Headings of lists made with traditional characters; only what stands in headings and dictionaries.
_TRADITIONAL: Final = str.maketrans(
    "團員號證時間屬織稱職務學歷聯繫絡電話備註別機碼現單簡類級層隸業種齡黨幹書記專將歲畢擔與郵編發漢滿內無會處廠車兒實戶預積極眾貫總區縣鄉鎮網點資訊",
    "团员号证时间属织称职务学历联系络电话备注别机码现单简类级层隶业种龄党干书记专将岁毕担与邮编发汉满内无会处厂车儿实户预积极众贯总区县乡镇网点资讯",
)
_NUMBERED = re.compile(r"^[0-9一二三四五六七八九十]{1,2}[、.．)）]")


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a roster. ``kinds`` are the sheets it stands in, ``required`` those where it must be filled.

    ``heading``, ``width``, ``number_format``, ``note`` and ``choices`` (the name of a list) are what templates are made
    with; ``usual`` and ``stand_ins`` are further headings, ``words`` an expression any heading with such words matches,
    unless ``but`` matches too.
    """

    field: str
    heading: str
    kinds: tuple[RowKind, ...]
    usual: str = ""
    stand_ins: str = ""
    words: str = ""
    but: str = ""
    required: tuple[RowKind, ...] = ()
    width: float = 12
    number_format: str = "@"
    note: str = ""
    choices: str = ""
    headings: dict[RowKind, str] = dataclasses.field(default_factory=dict)

    def heading_in(self, kind: RowKind) -> str:
        """What the column is called in templates of this kind."""
        return self.headings.get(kind, self.heading)


_M, _C, _Y, _O = RowKind.MEMBERS, RowKind.CADRES, RowKind.YOUTH, RowKind.ORGANIZATIONS

PEOPLE: Final = (
    Column(
        "name",
        "姓名",
        PEOPLE_KINDS,
        usual="名字 团员姓名 学生姓名 团干部姓名 干部姓名 青年姓名 人员姓名 成员姓名 员工姓名 职工姓名 "
        "本人姓名 党员姓名 "
        "中文名 中文姓名 真实姓名 人员名称 name fullname realname membername xm xingming",
        words=r"姓名",
        required=PEOPLE_KINDS,
        note="证件上的姓名，少数民族姓名中间用“·”。",
    ),
    Column("gender", "性别", PEOPLE_KINDS, usual="男/女 sex gender xb xingbie", words=r"性别$|^男女$", width=6),
    Column(
        "id_number",
        "身份证号",
        PEOPLE_KINDS,
        usual="身份证 身份证号码 公民身份号码 公民身份证号码 居民身份证号 居民身份证号码 身份证件号 "
        "身份证件号码 证件号码 证件号 证件编号 "
        "sfz sfzh sfzhm sfzjh shenfenzheng idcard idno idnumber idcardno idcardnumber",
        words=r"身份证|证件号|身份号|身份id|公民身份|居民证号|身分证",
        but=r"类型|种类|复印|照片|有效(?!身份|证件)|到期|签发|地址|住址|所在地|归属|后.?位|日期|时间|机关|一致",
        required=(_M, _C),
        width=22,
        note="18 位，按文本填写。",
    ),
    Column(
        "birth_date",
        "出生日期",
        PEOPLE_KINDS,
        usual="生日 出生 何时出生 csrq csny birthday birthdate dateofbirth dob",
        words=r"出生(年|月|日|时)|生日",
        but=r"地|证",
        width=12,
        note="如 2004-05-04；有身份证号的可不填。",
    ),
    Column(
        "ethnicity",
        "民族",
        PEOPLE_KINDS,
        usual="族别 民族成份 民族成分 名族 mz minzu ethnicity ethnicgroup",
        words=r"^(何|所属)?民族",
        but=r"班|乡|学校|宗教",
        width=8,
    ),
    Column(
        "education",
        "学历",
        PEOPLE_KINDS,
        usual="最高学历 文化程度 文化水平 教育水平 受教育程度 学历层次 教育程度 xl whcd education educationlevel",
        # Of two that were got in two ways the one of full-time study, as the national system asks for it first.
        stand_ins="目前学历 全日制学历 全日制教育学历 全日制教育 在读学历 现有学历 第一学历 学历学位 学历情况 "
        "培养层次 文化",
        words=r"学历|文化程度|教育程度",
        but=r"编号|证书|院校|专业|时间|单位|学校|系",
        width=14,
    ),
    Column(
        "political_status",
        "政治面貌",
        PEOPLE_KINDS,
        usual="政治面目 政治身份 面貌 政面 党派 zzmm politicalstatus",
        # Says less, but who is none must not be taken for a member.
        stand_ins="是否团员 是否为团员 是否是团员 是否共青团员 是否为共青团员 是否是共青团员 团员否 团员/非团员",
        words=r"政治(面|情况|成分)",
        but=r"时间|日期",
        width=12,
    ),
    Column(
        "joined_on",
        "入团年月",
        (_M, _C),
        usual="入团时间 入团日期 入团年月日 何时入团 入团 rtsj rtrq rtny "
        "dateofjoining dateofjoiningcyl joiningdate joindate dateofjoiningtheleague",
        words=r"(入团|[加参]入?(共青团|青年团|团组织|中国共产主义青年团)|成为.{0,2}团员).*(年|月|日|时)"
        r"|何(时|年|年何月)(入|加入)|何?时候(入|加入).?团",
        but=r"地|志愿|单位|编号|入党",
        width=12,
        note="如 2019-05 或 2019-05-04。",
    ),
    Column(
        "member_no",
        "发展团员编号",
        (_M,),
        usual="团员编号 团员号 团员编码 发展团员号 发展编号 团员发展编号 入团编号",
        stand_ins="入团志愿书编号 志愿书编号 团籍编号",
        words=r"(团员|发展|入团|志愿书).*(编号|号码|编码)|志愿书号",
        # Those of other things: “团员手机号码”, “团员志愿者编号”.
        but=r"团员证|时间|志愿者|身份|证件|手机|电话|联系|学|qq|微信",
        width=16,
        note="2017 年以后入团的为 12 位，前四位是入团年份。",
    ),
    Column(
        "branch",
        "所在团支部",
        PEOPLE_KINDS,
        usual="所在支部 所属支部 所属团支部 支部 支部名称 团支部 团支部名称 所在团组织 所属团组织 任职组织 "
        "任职团组织 团支部全称 支部全称 "
        "所在支部名称 所在团支部名称 所在团支部全称 任职团组织全称 任职组织名称 "
        "tzb sztzb szzb tzbmc leaguebranch branch branchname",
        stand_ins="团组织全称 团组织名称 团组织 所在组织 所属组织 组织名称 组织全称 任职单位 任职支部 "
        "所在班级团支部 组织 团支部简称 支部简称",
        words=r"支部|团组织|(?<!党)团关系|任职(单位|组织)|团委名称|团总支名称",
        but=r"书记|职务|任职(?!单位|组织|支部|团)|人数|委员|大会|电话|类型|类别|简称|上级|时间|日期|成员|转|"
        r"负责|联系|手机|邮箱|编[号码]|代码|"
        # Where somebody was, or joined, is not where they are.
        r"^原|原(所|团|支|组)|曾|(?<!编)入团|党(支|总|委|组织)",
        required=PEOPLE_KINDS,
        width=34,
        headings={_C: "任职组织"},
    ),
    Column(
        "league_post",
        "团内职务",
        (_M, _C),
        usual="现任团内职务 团内现任职务 担任团内职务 支部职务 任何团内职务 团职务 团内任职 团干部职务 "
        "现任团职 团职 团委职务 团务职务 团内职务名称 "
        "团支部职务 支委职务 团支部任职 共青团职务 兼任团职务 兼任团内职务 团内兼职 团组织职务 tnzw",
        # Not 岗位: that is what somebody works as.
        stand_ins="职务 现任职务 任职 担任职务 职务名称 任职情况",
        words=r"(团内|团支部|支部|团组织|团干).*(职|岗)",
        but=r"时间|年月|日期|性质|行政|党内|称|曾|原",
        required=(_C,),
        width=14,
    ),
    Column(
        "post_started_on",
        "任现职年月",
        (_M, _C),
        usual="任职时间 任职年月 任职日期 任现职时间 任现职日期 任职起始时间 任职开始时间 现任职务时间 "
        "何时任职 何时任现职 到任时间 起任时间 任期开始 任职起始 任职开始 任职起始日期 任职起始年月",
        stand_ins="担任时间 上任时间 就任时间 起始时间 任命时间 当选时间",
        words=r"(任现?职|任团|担任|当选).*(时间|年月|日期|时)",
        but=r"终|结束|届满|免|离|至|职务[及和与]",
        width=12,
    ),
    Column(
        "post_nature",
        "团干部性质",
        (_M, _C),
        usual="专职兼职挂职 专/兼/挂 专/兼/挂职 任职类型 干部类型 团干部类型 专兼职 专兼挂 "
        "干部性质 任职性质 职务性质 专/兼职 团干性质 专职/兼职/挂职 "
        "专兼职情况",
        # “专（兼）职” and “专（兼、挂）职”
        stand_ins="专职 性质 任职方式 任职形式",
        words=r"专职.*兼职|专兼|干部?(性质|类别|类型)",
        width=12,
    ),
    Column(
        "phone",
        "手机号",
        PEOPLE_KINDS,
        usual="手机 手机号码 本人手机 本人手机号 移动电话 移动电话号码 联系手机 手机电话 本人手机号码 "
        "sjh sjhm mobilephone mobilenumber mobileno cellphone",
        stand_ins="联系电话 联系方式 电话 tel mobile 电话号码 本人电话 本人联系电话 联系号码 "
        "lxdh lxfs phone phonenumber phoneno telephone",
        words=r"手机|移动电话|(联系|联络|通讯|通信)(电话|方式|号码)",
        but=r"办公|家庭|固定|座机|单位|传真|短号|学校|品牌|型号",
        width=14,
    ),
    Column(
        "email",
        "电子邮箱",
        PEOPLE_KINDS,
        usual="邮箱 email 邮件 邮件地址 电邮 电子邮件 邮箱地址 个人邮箱 qq邮箱 e-mail mail emailaddress dzyx",
        words=r"邮箱|信箱|电子邮件|email",
        width=22,
    ),
    Column(
        "work_unit",
        "工作单位",
        PEOPLE_KINDS,
        usual="学习工作单位 工作学习单位 现工作单位 工作单位名称 学习/工作单位 学习单位 工作单位全称 所在单位",
        stand_ins="单位 单位名称 工作部门 部门 所在部门 科室 工作单位及部门 单位部门 就读学校 "
        "gzdw szdw workunit company department",
        words=r"(工作|学习|就[业职]|服务|供职|现).*(单位|部门)|^(所在)?(单位|部门|科室).?(部门|科室|班组|车间|处室)$"
        r"|^(所在|所属|现|目前)?(单位|部门|科室|处室|车间|公司|企业|病区)([/及]?(单位|部门|科室|处室|车间|病区))?(名称)?$",
        but=r"性质|类别|电话|地址|职务$|行业|时间",
        width=24,
    ),
    Column(
        "income_band",
        "收入档次",
        (_M,),
        usual="收入 月收入 月收入档次 收入情况 月收入情况 年收入",
        words=r"收入|月薪|月工资",
        width=16,
    ),
    Column(
        "remark",
        "备注",
        PEOPLE_KINDS,
        usual="附注 备考 其他说明 备注说明 说明 bz remark remarks note notes",
        stand_ins="其他 其它 其它说明 情况说明 特殊说明 特殊情况 其他情况",
        words=r"备注",
        width=20,
    ),
)

ORGANIZATIONS: Final = (
    Column(
        "parent",
        "上级组织",
        (_O,),
        usual="上级团组织 上级 上级组织名称 上级组织全称 上级团组织名称 上级团组织全称 隶属组织 直属上级 "
        "所属上级 主管团组织 "
        "上级团委 直接上级组织 所属团委",
        words=r"上一?级|隶属|(主管|归属).*团",
        but=r"电话|党组织|类别|时间",
        width=34,
        note="最高一级留空。",
    ),
    Column(
        "full_name",
        "组织全称",
        (_O,),
        usual="团组织全称 全称 规范全称 组织名称 团组织名称 团组织 组织",
        stand_ins="名称 团支部名称 支部名称 团支部全称 支部全称 单位名称 团支部",
        words=r"(组织|支部|团委).*(全称|名称)",
        but=r"上级|简称|党",
        required=(_O,),
        width=40,
    ),
    Column("short_name", "组织简称", (_O,), usual="简称 团组织简称 支部简称", words=r"简称", but=r"上级", width=24),
    Column(
        "org_type",
        "组织类别",
        (_O,),
        usual="组织类型 团组织类别 团组织类型 类别 类型 级别 组织级别 组织层级",
        stand_ins="组织形式 设置形式 层级 建制",
        words=r"组织(类别|类型|级别|层级|形式|形态|性质)",
        but=r"上级",
        required=(_O,),
        width=12,
    ),
    Column(
        "unit_category",
        "行业类别",
        (_O,),
        usual="所属行业 行业 单位所属行业类别 单位行业类别 单位类别 所属行业类别",
        words=r"行业|单位类(别|型)",
        width=26,
    ),
    Column(
        "founded_on",
        "成立时间",
        (_O,),
        usual="成立日期 成立年月 建立时间 组建时间 组织建立时间 建团时间 成立",
        words=r"(成立|建立|组建|设立|创建|始建).*(时|日|年)",
        width=12,
    ),
    Column(
        "phone",
        "联系电话",
        (_O,),
        usual="电话 办公电话 组织电话 联系方式 值班电话 固定电话 座机",
        words=r"电话|联系方式|座机|固话",
        but=r"上级|书记|手机",
        width=16,
        note="办公电话，不要填写个人手机号。",
    ),
)

ALL: Final = {_O: ORGANIZATIONS, **{kind: tuple(c for c in PEOPLE if kind in c.kinds) for kind in PEOPLE_KINDS}}


@cache
def column_of(field: str, kind: RowKind | str) -> Column:
    """The column of this field in sheets of a roster of this kind."""
    family = ORGANIZATIONS if kind == RowKind.ORGANIZATIONS else PEOPLE
    return next(column for column in family if column.field == field)


@cache
def label_of(field: str, kind: RowKind | str) -> str:
    """What the field is called in sheets of this kind, the field itself where there is no such column."""
    family = ORGANIZATIONS if kind == RowKind.ORGANIZATIONS else PEOPLE
    return next((column.heading_in(RowKind(kind)) for column in family if column.field == field), field)


def simplified(text: str) -> str:
    """The text with the traditional characters of headings and dictionaries made simplified ones."""
    return text.translate(_TRADITIONAL)


def bare(heading: str) -> str:
    """The heading without decoration: brackets, marks, blanks, numbers, 必填; one width, lower case, simplified."""
    plain = simplified(unicodedata.normalize("NFKC", _CIRCLED.sub("", visible(heading))).casefold())
    plain = _NUMBERED.sub("", plain.strip())
    # “【姓名】” says nothing but what stands in its brackets.
    said = _MARKS.sub("", _BRACKETS.sub("", plain)) or _MARKS.sub("", _BRACKET.sub("", plain))
    return _DEMANDED.sub("", said)
