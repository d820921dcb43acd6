"""江汀财务共享服务中心: an invented branch with the figures of seed unit 000, which is the whole tree by itself.

Founded in May 2012, 12 members, 33 young people of up to 35, 5 cadres, 3 Party members below 28. The seed does not say
how these overlap: here the 12 members are among the 33, and the 3 Party members are members who keep their membership.
Its honours (2016, 2019) stand in the remark of the branch: the application has no register of them.
"""

import datetime as dt

from branches.models import OrgType, Star
from members.models import MemberStatus
from reports.demo.blueprint import ENTERPRISE, Blueprint, Faults, Plan, Programme, Setting
from reports.demo.topics import OFFICE

CENTRE = "江汀通信财务共享服务中心"
SHORT = "财务共享服务中心"

HUBEI = Blueprint(
    code="DEMOHB",
    title=CENTRE,
    root=Plan(
        OrgType.BRANCH,
        full=CENTRE,
        short=SHORT,
        work_unit=CENTRE,
        size=12,
        unit=ENTERPRISE,
        founded_on=dt.date(2012, 5, 1),
        star=Star.FIVE,
        remark="2016年被评为全省五四红旗团支部，2019年被命名为青年文明号（演示）。",
    ),
    setting=Setting(
        city="江汀市",
        streets=("共享路", "江汀大道"),
        domain="jiangting.example",
        declared_by="上级团委",
        topics=OFFICE,
        remarks=("核算岗。", "资金岗。", "机器人流程开发。"),
        men=0.4,
    ),
    members=12,
    cadres=5,
    outside_secretaries=0,
    youth=21,
    due_to_leave=0,
    turning_28=1,
    retained=3,
    senior_cadres=0,
    left={MemberStatus.OVERAGE: 3, MemberStatus.TRANSFERRED_OUT: 1},
    past_terms=3,
    party_youth_from=28,
    older_staff=None,
    faults=Faults(
        unfinished=0,
        overdue=0,
        due_soon=0,
        never_elected=0,
        lacking=0,
        exceeding=0,
        undeclared=0,
        void_activities=1,
        silent=0,
        joined_too_young=0,
        shared_phones=0,
        careless=0,
        tidy=0,
        entered_twice=0,
        not_normal=(),
    ),
    diligence=(60, 1),
    programmes=(
        # 125 in all, as the seed has it: 116 short ones of a few people, and the nine themed ones of the next line.
        Programme(
            "training",
            116,
            ("报账系统操作微课", "税务新政解读", "表格函数练习", "资金稽核案例", "流程机器人入门", "师带徒岗位练兵"),
            for_everybody=True,
        ),
        Programme(
            "themed_training",
            9,
            tuple(f"业财融合专题培训第{number}期" for number in "一二三四五六七八九"),
            kind_name="专题培训",
            turnout=320,
            named=3,
        ),
        Programme(
            "team_building", 5, ("青年拓展训练", "青年联谊", "趣味运动会"), kind_name="团队建设", for_everybody=True
        ),
        Programme(
            "volunteer_service",
            12,
            ("社区买药送药", "社区物资保障", "热线接听支援"),
            for_everybody=True,
            result=("社区服务", 1_600, "人次"),
        ),
        Programme("care", 10, ("慰问一线岗位", "看望困难员工家庭"), result=("关怀慰问", 2_000, "人次")),
    ),
    branch_with_logins=f"{SHORT}团支部",
)
