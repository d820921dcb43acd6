"""What a password must not be, in our sentences."""

import pytest
from django.core.exceptions import ValidationError

from branches import passwords
from branches.models import User

TELLING = "密码里不要出现用户名、姓名、手机号、证件号码、单位名称或“团建”等字样，请换一个。"
SIMILAR = "新密码与用户名或姓名太相近，请换一个。"


def refusals(password, user, **more):
    try:
        passwords.check(password, user, **more)
    except ValidationError as refusal:
        return refusal.messages
    return []


@pytest.fixture
def somebody(db):
    user = User(username="luxiaoming", display_name="陆小明")
    user.phone = "14000009999"
    return user


@pytest.mark.parametrize(
    ("password", "sentences"),
    [
        ("lantian-baiyun-2026", []),
        ("山高水长风和日丽一二三四", []),
        ("short-1", ["新密码太短，请至少用 10 个字符。"]),
        ("74839201746", ["新密码不能全是数字，请加入字母或符号。"]),
        ("password123", ["这个密码太常见，容易被猜到，请换一个。"]),
        ("2026Dragon!!!", ["这个密码太常见，容易被猜到，请换一个。"]),
        ("sunshinesunshine1", ["这个密码太常见，容易被猜到，请换一个。"]),
        ("dragon-in-the-2026", []),
        ("xx-LuXiaoming-77", [SIMILAR, TELLING]),
        ("lu.xiao.ming.2026", [SIMILAR, TELLING]),
        ("a14000009999b", [TELLING]),
        ("id37999819900101123x", [TELLING]),
        ("Tuan-Jian-2026-x", [TELLING]),
        ("gongqingtuan#99", [TELLING]),
    ],
)
def test_passwords_and_what_is_said_about_them(somebody, password, sentences):
    assert refusals(password, somebody) == sentences


@pytest.mark.parametrize("password", ["HangCeYiShi-2026", "航测一室加油加油加油", "hang-ce-yi-shi-88"])
def test_the_own_unit_is_no_password(world, somebody, password):
    assert refusals(password, world.secretary) == [TELLING]
    assert refusals(password, somebody) == []
    assert refusals(password, somebody, unit=world.branch) == [TELLING]
