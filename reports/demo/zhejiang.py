"""云汀储蓄银行: an invented bank with the figures of seed unit 001 (94 organisations, 255 cadres, 5,562 团员青年).

The seed does not say how many of the 5,562 are League members: here 2,214 are, 3,348 are young people of up to 35 who
are none. They are 76 % of the 7,318 staff declared at the root.
"""

from branches.models import OrgType
from members.models import MemberStatus
from reports.demo.blueprint import ENTERPRISE, Blueprint, Faults, Plan, Programme, Renaming, Setting
from reports.demo.topics import OFFICE

BANK = "云汀储蓄银行"
PROVINCE = "省分行"
# Ten cities that are on no map, each with its branches: offices of the city and 支行.
CITIES = {
    "临汀市": "本部 营业部 城北支行 城西支行 汀东支行 汀南支行 南湖支行 桥头支行 花园路支行",
    "澄州市": "本部 营业部 城东支行 城南支行 澄江支行 澄湖支行 石门支行 白塔支行",
    "桐溪市": "本部 营业部 城东支行 桐荫路支行 溪口支行 青山支行 开发区支行",
    "湖阳市": "本部 营业部 城西支行 湖滨支行 阳山支行 荷塘路支行 开发区支行",
    "嘉平市": "本部 营业部 城南支行 平安路支行 嘉禾支行 盐滩支行 开发区支行",
    "瓯山市": "本部 营业部 城北支行 山前支行 瓯江路支行 海口支行 开发区支行",
    "金川市": "本部 营业部 城东支行 川西支行 双溪支行 商贸城支行 开发区支行",
    "衢岭市": "本部 营业部 城中支行 岭下支行 柑林支行 石梁支行",
    "舟岛市": "本部 营业部 港区支行 东岛支行 渔港支行 灯塔支行",
    "丽谷市": "本部 营业部 城中支行 云田支行 竹口支行 龙溪支行",
}
# Of these the branches in the country stand below a general branch.
WITH_GENERAL = {"临汀市": "县域支行", "澄州市": "县域支行"}
OFFICES = "办公室 人力资源部 公司金融部 个人金融部 三农金融部 风险合规部 信息科技部 运营管理部"


def _plan(org_type: OrgType, full: str, short: str, *children: Plan) -> Plan:
    return Plan(org_type, BANK + full, short, BANK + full, children=children, unit=ENTERPRISE)


def _branches(unit: str, rooms: list[str], *, short: str) -> tuple[Plan, ...]:
    return tuple(_plan(OrgType.BRANCH, unit + room, short + room) for room in rooms)


def _city(city: str, rooms: str) -> Plan:
    full, names = f"{city}分行", rooms.split()
    direct = names
    below: tuple[Plan, ...] = ()
    if city in WITH_GENERAL:
        direct, rural = names[:4], names[4:]
        word = WITH_GENERAL[city]
        below = (_plan(OrgType.GENERAL_BRANCH, full + word, full + word, *_branches(full, rural, short=full)),)
    return _plan(OrgType.BASE_COMMITTEE, full, full, *_branches(full, direct, short=full), *below)


ZHEJIANG = Blueprint(
    code="DEMOZJ",
    title=f"{BANK}{PROVINCE}",
    root=_plan(
        OrgType.BASE_COMMITTEE,
        PROVINCE,
        PROVINCE,
        _plan(
            OrgType.GENERAL_BRANCH,
            f"{PROVINCE}机关",
            f"{PROVINCE}机关",
            *_branches(PROVINCE, OFFICES.split(), short=PROVINCE),
        ),
        *(_city(city, rooms) for city, rooms in CITIES.items()),
        *_branches(PROVINCE, ["营业部", "客户服务中心"], short=PROVINCE),
    ),
    setting=Setting(
        city="云汀省临汀市",
        streets=("储蓄路", "解放大街", "江滨路", "青年路", "湖东街"),
        domain="yunting.example",
        declared_by="省分行团委",
        topics=OFFICE,
        remarks=("综合柜员。", "客户经理，常到乡镇走访。", "大堂经理。", "新入职，轮岗中。"),
        men=0.44,
    ),
    members=2_214,
    cadres=255,
    outside_secretaries=12,
    youth=3_348,
    due_to_leave=26,
    turning_28=24,
    retained=205,
    senior_cadres=16,
    left={
        MemberStatus.OVERAGE: 118,
        MemberStatus.TRANSFERRED_OUT: 64,
        MemberStatus.VOLUNTARY_EXIT: 6,
        MemberStatus.SELF_LAPSED: 3,
    },
    staff=7_318,
    usual_sizes=(18, 38),
    size_limits=(16, 46),
    faults=Faults(tidy=30),
    programmes=(
        Programme("contest", 62, ("团史知识竞赛", "合规知识竞赛", "业务知识竞赛", "反诈知识竞赛")),
        Programme(
            "joint_study",
            26,
            ("与街道团工委联学共建", "与高校团委联学共建", "与企业团委联学共建"),
            kind_name="联学共建",
        ),
        Programme("visit", 89, ("参观红色教育基地", "参观革命纪念馆", "走访乡村振兴示范村")),
        Programme("topic_study", 72, ("专题学习研讨", "青年理论学习小组旁听", "青年大学习交流", "读书分享会")),
    ),
    # Counting four thousand people more takes longer: fewer days than usual.
    days_back=(365, 300, 240, 180, 120, 90, 60, 30, 14, 7, 1),
    without_secretary=f"{PROVINCE}客户服务中心团支部",
    without_cadres="丽谷市分行龙溪支行团支部",
    general_with_logins=f"{PROVINCE}机关团总支",
    branch_with_logins=f"{PROVINCE}信息科技部团支部",
    second_places=("澄州市分行县域支行团总支", f"{PROVINCE}营业部团支部"),
    committee_with_logins="临汀市分行团委",
    name_asked_for=Renaming(
        f"{BANK}{PROVINCE}本部", f"{PROVINCE}本部", reason="省分行机关改称省分行本部，团总支名称相应变更。"
    ),
    name_returned=Renaming(
        f"{BANK}{PROVINCE}金融科技部",
        f"{PROVINCE}金融科技部",
        reason="部门拟更名，团支部名称相应变更。",
        answer="部门更名的文件还没有下发，请在文件下发后写明文号再提出。",
    ),
)
