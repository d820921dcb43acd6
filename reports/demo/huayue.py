"""华岳地质局: an invented geological bureau with the figures of seed unit 003 (4 团委, 7 团总支, 79 团支部)."""

from branches.models import BranchKind, OrgType
from members.models import MemberStatus
from reports.demo.blueprint import ENTERPRISE, PUBLIC_BODY, SCHOOL, Blueprint, Plan, Renaming, Setting, Unit
from reports.demo.topics import GEOLOGY

BUREAU = "华岳地质局"


def _branch(
    unit: str,
    room: str,
    *,
    of: Unit = PUBLIC_BODY,
    kind: BranchKind = BranchKind.ORDINARY,
    size: int | None = None,
    former: str = "",
    work_unit: str = "",
) -> Plan:
    name = f"{unit}{room}"
    place = BUREAU + (work_unit or name)
    return Plan(OrgType.BRANCH, BUREAU + name, name, place, unit=of, kind=kind, size=size, former=former)


def _branches(unit: str, rooms: str, *, of: Unit = PUBLIC_BODY) -> tuple[Plan, ...]:
    return tuple(_branch(unit, room, of=of) for room in rooms.split())


def _class(name: str, cohort: int, size: int | None = None) -> Plan:
    short = f"职工学院{name}"
    return Plan(
        OrgType.BRANCH, BUREAU + short, short, f"{BUREAU}职工学院", cohort=cohort, size=size, student=True, unit=SCHOOL
    )


def _above(
    org_type: OrgType,
    unit: str,
    *children: Plan,
    of: Unit = PUBLIC_BODY,
    student: bool = False,
    former: str = "",
) -> Plan:
    return Plan(
        org_type, BUREAU + unit, unit, BUREAU + unit, children=children, unit=of, student=student, former=former
    )


OFFICE = _above(
    OrgType.GENERAL_BRANCH,
    "机关",
    *_branches("机关", "综合部门 党群部门 人事财务部门 地勘科技部门 安全生产部门 纪检审计部门"),
)
FIRST_INSTITUTE = _above(
    OrgType.BASE_COMMITTEE,
    "第一勘查院",
    _above(
        OrgType.GENERAL_BRANCH,
        "第一勘查院野外一线",
        *_branches("第一勘查院野外", "一分队 二分队 三分队 四分队 五分队 六分队"),
    ),
    *_branches("第一勘查院", "院机关 地质一室 地质二室 矿产评价室 环境治理室 信息中心 后勤服务中心"),
    _branch("第一勘查院", "岩土工程公司", of=ENTERPRISE),
)
SECOND_INSTITUTE = _above(
    OrgType.BASE_COMMITTEE,
    "第二勘查院",
    *_branches("第二勘查院", "院机关 区域地质调查所 矿产勘查所 化探所 工程勘察处 绿色矿山中心 资料档案室 汽车队"),
    _branch("第二勘查院", "岩矿实验室", former="第二勘查院中心化验室"),
    _branch("第二勘查院", "海外项目部", kind=BranchKind.TEMPORARY, size=5),
)
SURVEYING = _above(
    OrgType.GENERAL_BRANCH,
    "测绘院",
    *_branches("测绘院", "院机关 航测一室 航测二室 地理信息中心 制图印刷室 工程测量队 不动产测绘室 无人机室"),
    former="测绘大队",
)
HYDROGEOLOGY = _above(
    OrgType.GENERAL_BRANCH,
    "水文地质队",
    *_branches("水文地质队", "队机关 一分队 二分队 三分队 地热所 环境监测站 水质化验室"),
)
GEOPHYSICS = _above(
    OrgType.GENERAL_BRANCH,
    "物探中心",
    *_branches("物探中心", "中心机关 电法室 磁法室 地震勘探室 重力测井室 数据处理室 仪器维修室"),
)
DRILLING = _above(
    OrgType.GENERAL_BRANCH,
    "钻探公司",
    *_branches("钻探公司", "公司机关 一机组 二机组 三机组 四机组 五机组 装备维修车间 泥浆技术中心", of=ENTERPRISE),
    of=ENTERPRISE,
)
COLLEGE = _above(
    OrgType.BASE_COMMITTEE,
    "职工学院",
    _above(
        OrgType.GENERAL_BRANCH,
        "职工学院学生",
        _class("地质{cohort}01班", 2),
        _class("地质{cohort}01班", 1),
        _class("地质{cohort}01班", 0, size=53),
        _class("测绘{cohort}01班", 2),
        _class("测绘{cohort}01班", 1),
        _class("测绘{cohort}01班", 0),
        _class("钻探{cohort}01班", 1),
        _class("水文{cohort}01班", 0),
        of=SCHOOL,
        student=True,
    ),
    _branch("职工学院", "教职工", of=SCHOOL, kind=BranchKind.TEACHERS),
    _branch("职工学院", "机关后勤", of=SCHOOL),
    of=SCHOOL,
    former="职工中等专业学校",
)
DIRECT = (
    *_branches("", "职工医院 岩矿测试中心 地质博物馆 职工幼儿园"),
    _branch("", "物资供应站", of=ENTERPRISE),
    _branch("", "华岳宾馆", of=ENTERPRISE, size=4),
    _branch("", "印刷厂招待所联合", of=ENTERPRISE, kind=BranchKind.JOINT, size=5, work_unit="印刷厂"),
    _branch("", "离退休服务中心", size=2),
    _branch("", "高原找矿项目临时", kind=BranchKind.TEMPORARY, size=6, work_unit="高原找矿项目部"),
)

HUAYUE = Blueprint(
    code="DEMOHY",
    title=BUREAU,
    root=Plan(
        OrgType.BASE_COMMITTEE,
        full=BUREAU,
        short=BUREAU,
        work_unit=f"{BUREAU}团委",
        children=(
            OFFICE,
            FIRST_INSTITUTE,
            SECOND_INSTITUTE,
            SURVEYING,
            HYDROGEOLOGY,
            GEOPHYSICS,
            DRILLING,
            COLLEGE,
            *DIRECT,
        ),
    ),
    setting=Setting(
        city="华岳市",
        streets=("勘探路", "地质大街", "山前路", "矿业路", "测绘街"),
        domain="huayue.example",
        declared_by="局团委",
        topics=GEOLOGY,
        remarks=(
            "测量员，长期在野外作业。",
            "地质编录员。",
            "钻探班报员，轮休制。",
            "物探操作员，每年4月至11月出队。",
            "化验员。",
            "项目现场安全员。",
        ),
    ),
    members=1_016,
    cadres=243,
    outside_secretaries=14,
    youth=430,
    due_to_leave=17,
    turning_28=11,
    retained=92,
    senior_cadres=14,
    left={
        MemberStatus.OVERAGE: 46,
        MemberStatus.TRANSFERRED_OUT: 21,
        MemberStatus.VOLUNTARY_EXIT: 4,
        MemberStatus.SELF_LAPSED: 2,
    },
    without_secretary="物资供应站团支部",
    without_cadres="第二勘查院汽车队团支部",
    general_with_logins="测绘院团总支",
    branch_with_logins="测绘院航测一室团支部",
    second_places=("水文地质队团总支", "第二勘查院海外项目部团支部"),
    committee_with_logins="职工学院团委",
    name_asked_for=Renaming(
        f"{BUREAU}测绘地理信息院", "测绘地理信息院", reason="测绘院更名为测绘地理信息院，团总支名称相应变更。"
    ),
    name_returned=Renaming(
        f"{BUREAU}测绘院航空摄影测量一室",
        "测绘院航空摄影测量一室",
        reason="科室拟更名，团支部名称相应变更。",
        answer="科室更名的文件还没有下发，请在文件下发后写明文号再提出。",
    ),
)
