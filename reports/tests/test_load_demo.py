"""What `load_demo` refuses, in databases that are not empty."""

import pytest
from django.core.management import CommandError, call_command

from branches.models import Organization, User
from branches.tests.builders import a_user, an_organization

pytestmark = pytest.mark.django_db


def test_refuses_beside_organizations_of_others():
    an_organization("长江厂团委")

    with pytest.raises(CommandError) as refused:
        call_command("load_demo")

    assert str(refused.value) == "数据库里已有其他团组织，不能装入演示数据，请换一个空数据库。"
    assert list(Organization.objects.values_list("short_name", flat=True)) == ["长江厂团委"]


def test_refuses_beside_an_account_of_the_same_name():
    a_user("sysadmin")

    with pytest.raises(CommandError) as refused:
        call_command("load_demo")

    assert str(refused.value) == "用户名 sysadmin 已被使用，请换一个空数据库再装入演示数据。"
    assert list(User.objects.values_list("username", flat=True)) == ["sysadmin"]
    assert not Organization.objects.exists()


def test_refuses_a_day_that_is_none():
    with pytest.raises(CommandError, match="日期请写成 YYYY-MM-DD"):
        call_command("load_demo", "--as-of", "2026-02-30")
