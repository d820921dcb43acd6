"""`manage.py setup`: the first organisation and the code for its administrator; once."""

import io

import pytest
from django.core.management import CommandError, call_command

from branches import registration
from branches.models import Organization, OrgType, RegistrationCode, Role
from branches.tests.builders import a_grant, a_user, an_organization

pytestmark = pytest.mark.django_db
NAMES = {"full_name": "中国共产主义青年团某某局委员会", "short_name": "某某局团委", "type": "base_committee"}


def set_up(**options):
    said = io.StringIO()
    call_command("setup", stdout=said, **options)
    return said.getvalue()


def code_in(said):
    return said.split("管理员注册码：")[1].split()[0]


def test_the_code_opens_the_first_account(client):
    said = set_up(**NAMES)

    top = Organization.objects.get()
    row = registration.find(code_in(said))
    assert (top.full_name, top.short_name, top.org_type) == (*NAMES.values(),)
    assert (row.organization, row.role, row.made_by) == (top, Role.ADMINISTRATOR, None)
    assert "/register/" in said


def test_a_second_run_refuses_and_says_what_to_do():
    set_up(**NAMES)

    with pytest.raises(CommandError, match=r"已有顶层组织“中国共产主义青年团某某局委员会”，没有改动。.*--new-code"):
        set_up(**NAMES)

    assert (Organization.objects.count(), RegistrationCode.objects.count()) == (1, 1)


def test_another_code_makes_the_first_void():
    first = code_in(set_up(**NAMES))

    second = code_in(set_up(new_code=True))

    assert registration.find(first) is None
    assert registration.find(second) is not None


def test_no_other_code_once_there_is_an_administrator():
    top = an_organization("某某局团委")
    a_grant(a_user("head"), top)

    with pytest.raises(
        CommandError, match=r"已有管理员 head，不再生成注册码。忘记密码时，请运行 manage.py reset_code。"
    ):
        set_up(new_code=True)


def test_no_other_code_before_there_is_an_organisation():
    with pytest.raises(CommandError, match="还没有组织，请先不加 --new-code 运行"):
        set_up(new_code=True)


def test_a_name_that_is_refused_leaves_nothing():
    with pytest.raises(CommandError):
        set_up(**NAMES | {"full_name": "　", "short_name": "　"})

    assert not Organization.objects.exists()


def test_what_is_not_given_is_asked_for(monkeypatch):
    number = OrgType.values.index("general_branch") + 1
    answers = iter(["中国共产主义青年团某某局总支部委员会", "某某局团总支", str(number)])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))

    set_up()

    top = Organization.objects.get()
    assert (top.short_name, top.org_type) == ("某某局团总支", OrgType.GENERAL_BRANCH)
