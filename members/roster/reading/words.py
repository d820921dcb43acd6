"""The words of rosters for the entries of our dictionaries: synonyms, old names, common misspellings.

Sources: the code lists of GB/T 3304, 4658 and 4762, the word lists of the provincial system, and its own misspellings.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from branches.models import OrgType, UnitCategory
from members.dictionaries import Education, Ethnicity, IncomeBand, LeaguePost, PoliticalStatus, PostNature
from tuanjian.idnumbers import Gender
from tuanjian.spreadsheets.cleaning import Vocabulary, fold

GENDERS: Final = Vocabulary(
    [(Gender.MALE, "男"), (Gender.FEMALE, "女")],
    {Gender.MALE: "男性 m male 1 男生 先生 男士 男同志", Gender.FEMALE: "女性 f female 2 女生 女士 女同志"},
)

_MISSPELT = {
    Ethnicity.HANI: "哈呢族 哈呢",
    Ethnicity.LISU: "僳僳族 僳僳",
    Ethnicity.OTHER: "其它",
    Ethnicity.UYGHUR: "维族",
    Ethnicity.MONGOL: "蒙族 蒙",
    Ethnicity.KOREAN: "朝族 鲜族",
}
ETHNICITIES: Final = Vocabulary(
    Ethnicity.choices,
    {
        code: f"{label.removesuffix('族') if len(label) > 2 or label.endswith('族') else ''} {_MISSPELT.get(code, '')}"
        for code, label in ((Ethnicity(value), name) for value, name in Ethnicity.choices)
    },
)

EDUCATIONS: Final = Vocabulary(
    Education.choices,
    {
        Education.DOCTOR: "博士 博士毕业 博士研究生毕业 博士学位 博研 研究生(博士)",
        Education.DOCTOR_STUDYING: "博士在读 在读博士 博士生",
        Education.MASTER: "硕士 研究生 硕士毕业 硕士研究生毕业 研究生毕业 研究生教育 研究生班毕业 全日制硕士研究生 "
        "硕士学位 硕研",
        Education.MASTER_STUDYING: "硕士在读 在读硕士 研究生在读 硕士生 在读研究生",
        Education.BACHELOR: "大学 大学本科 普通本科 全日制本科 本科毕业 大学毕业 大学本科毕业 学士 大本 成人本科 "
        "大学本科教育 普通高等本科 学士学位",
        Education.BACHELOR_STUDYING: "大学在读 大学本科在读 普通本科在读 在读本科 在读大学生 本科生",
        Education.JUNIOR_COLLEGE: "专科 大学专科 普通专科 高职 高职高专 大专毕业 专科毕业 大学专科毕业 大学专科教育 "
        "高等职业教育",
        Education.JUNIOR_COLLEGE_STUDYING: "专科在读 普通专科在读 高职在读 在读大专 在读专科",
        Education.VOCATIONAL: "中职 中职中专 职高 技校 中技 中等职业教育 中等专业学校 中等专科 中专毕业 职业高中",
        Education.VOCATIONAL_STUDYING: "中职在读 中职中专在读 中等职业教育在读 技校在读 职高在读 在读中专",
        Education.SENIOR: "普通高中 高中毕业 普高",
        Education.SENIOR_STUDYING: "普通高中在读 在读高中 高中生",
        Education.JUNIOR: "初级中学 初中毕业",
        Education.JUNIOR_STUDYING: "在读初中 初中生",
        Education.PRIMARY: "小学毕业",
    },
)

POLITICAL_STATUSES: Final = Vocabulary(
    PoliticalStatus.choices,
    {
        PoliticalStatus.PARTY_MEMBER: "党员 中国共产党员 中国共产党党员 共产党员 正式党员 中共正式党员 "
        "中共党员(正式) 中共党员(保留团籍) 党员(保留团籍) 保留团籍的党员 保留团籍党员",
        PoliticalStatus.PROBATIONARY: "预备党员 预备中共党员 中国共产党预备党员 党员(预备) 中共党员(预备) "
        "预备党员(保留团籍) 中共预备党员(保留团籍)",
        # 积极分子 are members still; 是 and 否 answer 是否团员.
        PoliticalStatus.LEAGUE_MEMBER: "团员 共青团 中国共青团员 共青团团员 中国共产主义青年团团员 "
        "中国共产主义青年团员 团员(积极分子) 共青团员(积极分子) 团员(入党积极分子) 共青团员(入党积极分子) "
        "团员/入党积极分子 共青团员/入党积极分子 共青团员(发展对象) 共青团员(保留团籍) 是 是团员",
        PoliticalStatus.MASSES: "普通群众 普通公民 非团员 非共青团员 不是团员 否",
        PoliticalStatus.MINMENG: "民盟成员",
        PoliticalStatus.NO_PARTY: "无党派人士 无党派",
    },
)

INCOMES: Final = Vocabulary(
    IncomeBand.choices,
    {
        IncomeBand.STUDENT: "学生 无收入",
        IncomeBand.RURAL: "无固定收入 农村户籍",
        IncomeBand.UP_TO_2000: "2000元及以下 2000以下 0-2000 0-2000元 2000元以内 ≤2000 ≤2000元 低于2000元",
        IncomeBand.UP_TO_5000: "2000-5000 2000-5000元 2000元-5000元 2000至5000元 2000元至5000元 2001-5000元",
        IncomeBand.UP_TO_8000: "5000-8000 5000-8000元 5000元-8000元 5000至8000元 5000元至8000元 5001-8000元",
        IncomeBand.UP_TO_10000: "8000-10000 8000-10000元 8000元-10000元 8000至10000元 8000元至10000元 8001-10000元",
        IncomeBand.ABOVE_10000: "10000以上 >10000 >10000元 10000元及以上 1万元以上 高于10000元",
    },
)

POSTS: Final = Vocabulary(
    LeaguePost.choices,
    {
        LeaguePost.SECRETARY: "支书 主持工作书记 负责人",
        LeaguePost.DEPUTY_SECRETARY: "副支书",
        LeaguePost.STANDING_MEMBER: "常务委员 常委委员",
        LeaguePost.COMMITTEE_MEMBER: "支委 支委委员 委员会委员 执行委员",
        LeaguePost.ALTERNATE_MEMBER: "候补",
        LeaguePost.ORGANIZATION_OFFICER: "组织 组委",
        LeaguePost.PUBLICITY_OFFICER: "宣传 宣委",
        LeaguePost.CULTURE_OFFICER: "文艺委员 体育委员 文娱委员 文艺体育委员 文化体育委员",
        LeaguePost.PRODUCTION_OFFICER: "生产 青工委员",
        LeaguePost.RIGHTS_OFFICER: "维权委员 权益保护委员",
        LeaguePost.VOLUNTEER_OFFICER: "志愿服务委员 志愿者委员",
        LeaguePost.STUDY_OFFICER: "学习",
        LeaguePost.DISCIPLINE_OFFICER: "纪律检查委员 纪检 纪律委员",
        LeaguePost.GROUP_LEADER: "团小组长 小组长 组长",
        LeaguePost.STAFF: "干事 团委工作人员 专职干事",
    },
)
# What people write who hold no post.
NO_POST: Final = frozenset(
    fold(word)
    for word in [
        *("无", "团员", "普通团员", "否", "没有", "群众", "青年", "普通青年", "暂无", "未任职"),
        *("无职务", "无任职", "无团内职务", "未担任", "不担任", "未担任职务", "共青团员"),
    ]
)
# “副书记（主持工作）”: what stands in the brackets is no other post.
_REMARKED = re.compile(r"[（(](?!.*(?:书记|委员|组长|干事))[^（()）]*[)）]$")
_LEVEL = re.compile(r"^(共青团|团委|团工委|团总支|团支部|总支|支部|团)(?=.)")
_BETWEEN = re.compile(r"[、，,;；/\n]|兼(?!职)")

NATURES: Final = Vocabulary(
    PostNature.choices,
    {
        PostNature.FULL_TIME: "专 专职团干 专职团干部 专职干部 专职人员 全职",
        PostNature.PART_TIME: "兼 兼职团干 兼职团干部 兼职干部 兼职人员",
        PostNature.SECONDED: "挂 挂职团干 挂职团干部 挂职干部 挂职人员",
    },
)

ORG_TYPES: Final = Vocabulary(
    OrgType.choices,
    {
        OrgType.LEADING_BODY: "领导机关团组织 团的领导机关 团领导机关 地方团委",
        OrgType.BASE_COMMITTEE: "团委 团委会 委员会 基层委员会 基层团委会 二级团委",
        OrgType.WORK_COMMITTEE: "工委 工作委员会 青工委",
        OrgType.GENERAL_BRANCH: "总支 总支部 总支部委员会 团总支部",
        OrgType.BRANCH: "支部 支部委员会 团支部委员会 普通团支部 联合团支部",
    },
)
_TYPE_ENDINGS = (
    (OrgType.WORK_COMMITTEE, ("团工委", "工作委员会", "工委")),
    (OrgType.GENERAL_BRANCH, ("总支部委员会", "团总支", "总支部", "总支")),
    (OrgType.BRANCH, ("支部委员会", "团支部", "支部")),
    (OrgType.BASE_COMMITTEE, ("委员会", "团委")),
)


def type_by_name(name: str) -> OrgType | None:
    """The type an organisation's name ends in, None if it ends in none."""
    for org_type, endings in _TYPE_ENDINGS:
        if name.endswith(endings):
            return org_type
    return None


def read_posts(text: str) -> tuple[list[LeaguePost], list[str]]:
    """The posts a cell names, and the words in it that name none of the dictionary's.

    “团支部书记” is 书记, “书记、组织委员” two posts; words for having no post give none.
    """
    posts: list[LeaguePost] = []
    unknown: list[str] = []
    pieces = [part.strip() for part in _BETWEEN.split(_REMARKED.sub("", text))]
    for word in [word for piece in pieces for word in _apart(piece)]:
        if not fold(word) or fold(word) in NO_POST:
            continue
        bare = _LEVEL.sub("", word)
        code = POSTS.find(word) or POSTS.find(bare) or POSTS.find(_LEVEL.sub("", bare))
        if code is None or code == LeaguePost.OTHER:
            unknown.append(word)
        elif LeaguePost(code) not in posts:
            posts.append(LeaguePost(code))
    return posts, unknown


def _apart(text: str) -> list[str]:
    """The words set apart by blanks where each of them is a post, else the text as it is."""
    words = text.split()
    return words if len(words) > 1 and all(POSTS.find(_LEVEL.sub("", word)) for word in words) else [text]


_STUDIED = re.compile(
    r"^(非?全日制|在职|普通|成人|函授|自考|统招|国家统招)(?=..|$)|(?<=..)(学历|文化|文化程度|毕业生)$"
)


def plain_education(text: str) -> str:
    """The words for an education without how somebody studied: 在职本科学历 is 本科."""
    return _STUDIED.sub("", _STUDIED.sub("", text))


@cache
def _categories(names: tuple[tuple[str, str], ...]) -> Vocabulary:
    return Vocabulary(names, {code: re.sub(r"[（(].*?[）)]", "", name) for code, name in names if "（" in name})


def unit_categories() -> Vocabulary:
    """行业类别 as this site has them; the codes are keys of ``UnitCategory``. One query."""
    rows = UnitCategory.objects.filter(retired_on=None).order_by("order_number").values_list("pk", "name")
    return _categories(tuple((str(pk), name) for pk, name in rows))
