"""Names: what is unusual is warned about with a proposal that would not be warned about again."""

import pytest

from branches import naming
from branches.models import OrgType

PREFIX = "中国共产主义青年团"


@pytest.mark.parametrize(
    ("kind", "full_name", "proposal"),
    [
        (OrgType.BRANCH, "测绘院新测团支部", f"{PREFIX}测绘院新测支部委员会"),
        (OrgType.BRANCH, "共青团华岳局测绘院支部委员会", f"{PREFIX}华岳局测绘院支部委员会"),
        (OrgType.BRANCH, f"{PREFIX}华岳局测绘院总支部", f"{PREFIX}华岳局测绘院支部委员会"),
        (OrgType.GENERAL_BRANCH, f"{PREFIX}测绘院团总支", f"{PREFIX}测绘院总支部委员会"),
        (OrgType.BASE_COMMITTEE, "华岳局团委", f"{PREFIX}华岳局委员会"),
    ],
)
def test_a_proposal_is_right_itself(kind, full_name, proposal):
    [warning] = naming.check(org_type=kind, full_name=full_name, short_name=f"甲{naming.SHORT_ENDINGS[kind]}")

    assert (warning.field, warning.proposal) == ("full_name", proposal)
    assert naming.check(org_type=kind, full_name=proposal, short_name=f"甲{naming.SHORT_ENDINGS[kind]}") == []


@pytest.mark.parametrize(
    ("superior", "kind", "name", "full_name"),
    [
        ("华岳局测绘院总支部委员会", OrgType.BRANCH, "一支部", "华岳局测绘院一支部委员会"),
        ("华岳局测绘院总支部委员会", OrgType.BRANCH, "测绘院遥感室团支部", "华岳局测绘院遥感室支部委员会"),
        ("华岳局一院野外一线总支部委员会", OrgType.BRANCH, "一院野外二队团支部", "华岳局一院野外二队支部委员会"),
        ("华岳局委员会", OrgType.GENERAL_BRANCH, "机关", "华岳局机关总支部委员会"),
        ("华岳局委员会", OrgType.BRANCH, f"{PREFIX}甲校一班支部", "甲校一班支部委员会"),
    ],
)
def test_a_full_name_says_where_the_organisation_stands_once(superior, kind, name, full_name):
    assert naming.full_name_below(PREFIX + superior, name, org_type=kind) == PREFIX + full_name


@pytest.mark.parametrize("kind", list(OrgType))
def test_usual_names_are_not_warned_about(kind):
    full_name = f"{PREFIX}华岳局测绘院{naming.FULL_ENDINGS[kind]}"

    assert naming.check(org_type=kind, full_name=full_name, short_name=f"测绘院{naming.SHORT_ENDINGS[kind]}") == []


@pytest.mark.parametrize(
    ("kind", "short_name", "proposal"),
    [
        (OrgType.BRANCH, "测绘院支部", "测绘院团支部"),
        (OrgType.BASE_COMMITTEE, "共青团华岳局委员会", "华岳局团委"),
        (OrgType.GENERAL_BRANCH, "测绘院", "测绘院团总支"),
    ],
)
def test_short_names_get_a_proposal(kind, short_name, proposal):
    full_name = f"{PREFIX}华岳局{naming.FULL_ENDINGS[kind]}"

    [warning] = naming.check(org_type=kind, full_name=full_name, short_name=short_name)

    assert (warning.field, warning.proposal) == ("short_name", proposal)


def test_names_are_tidied():
    assert naming.tidy(" 测绘院　１室\u200b团支部 ") == "测绘院1室团支部"
