"""The small standard world and its cast.

华岳局团委 ── 测绘院团总支 ── 航测一室团支部 (own), 航测二室团支部 (beside)
           └─ 水文队团总支 ── 一分队团支部
长江厂团委 ── 铸造车间团支部                     (another root)
"""

from dataclasses import dataclass

from branches.models import Organization, OrgType, Role, User
from branches.tests.builders import a_grant, a_user, an_organization
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member
from members.tests.builders import a_cadre_term, a_member


@dataclass
class World:
    bureau: Organization
    general: Organization
    branch: Organization
    sister_branch: Organization
    other_general: Organization
    other_branch: Organization
    foreign_bureau: Organization
    foreign_branch: Organization

    bureau_admin: User
    general_admin: User
    secretary: User
    officer: User
    clerk: User
    observer: User
    auditor: User
    outsider: User
    foreign_admin: User
    system_admin: User

    member: Member
    sister_member: Member
    other_member: Member
    foreign_member: Member
    secretary_term: CadreTerm


def a_world():
    bureau = an_organization("华岳局团委", full_name="中国共产主义青年团华岳局委员会")
    general = an_organization(
        "测绘院团总支",
        full_name="中国共产主义青年团华岳局测绘院总支部委员会",
        under=bureau,
        org_type=OrgType.GENERAL_BRANCH,
    )
    branch = an_organization(
        "航测一室团支部", full_name="中国共产主义青年团华岳局测绘院航测一室支部委员会", under=general
    )
    sister = an_organization(
        "航测二室团支部", full_name="中国共产主义青年团华岳局测绘院航测二室支部委员会", under=general
    )
    other_general = an_organization(
        "水文队团总支",
        full_name="中国共产主义青年团华岳局水文队总支部委员会",
        under=bureau,
        org_type=OrgType.GENERAL_BRANCH,
    )
    other_branch = an_organization(
        "一分队团支部", full_name="中国共产主义青年团华岳局水文队一分队支部委员会", under=other_general
    )
    foreign_bureau = an_organization("长江厂团委", full_name="中国共产主义青年团长江厂委员会")
    foreign_branch = an_organization(
        "铸造车间团支部", full_name="中国共产主义青年团长江厂铸造车间支部委员会", under=foreign_bureau
    )
    cast = {
        "bureau_admin": ("局级管理员", bureau, Role.ADMINISTRATOR),
        "general_admin": ("总支管理员", general, Role.ADMINISTRATOR),
        "secretary": ("支书", branch, Role.ADMINISTRATOR),
        "officer": ("干事", bureau, Role.OFFICER),
        "clerk": ("录入员", general, Role.ENTRY_CLERK),
        "observer": ("观察员", general, Role.OBSERVER),
        "auditor": ("审计员", bureau, Role.AUDITOR),
        "outsider": ("局外人", None, None),
        "foreign_admin": ("外单位管理员", foreign_bureau, Role.ADMINISTRATOR),
    }
    users = {}
    for key, (display_name, organization, role) in cast.items():
        users[key] = a_user(key, display_name=display_name)
        if organization is not None:
            a_grant(users[key], organization, role)
    member = a_member("白雨桐", branch=branch)
    return World(
        bureau=bureau,
        general=general,
        branch=branch,
        sister_branch=sister,
        other_general=other_general,
        other_branch=other_branch,
        foreign_bureau=foreign_bureau,
        foreign_branch=foreign_branch,
        system_admin=a_user("system_admin", display_name="系统管理员", is_staff=True, is_superuser=True),
        member=member,
        sister_member=a_member("何静姝", branch=sister),
        other_member=a_member("曹景行", branch=other_branch),
        foreign_member=a_member("戴梓萱", branch=foreign_branch),
        secretary_term=a_cadre_term(person=member, organization=branch, post=LeaguePost.SECRETARY),
        **users,
    )
