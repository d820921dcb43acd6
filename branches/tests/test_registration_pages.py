"""/register/ and /reset/: a code typed on any machine, by whoever holds it."""

import re

import pytest
from axes.models import AccessAttempt
from django.test import Client

from branches import registration, resets
from branches.models import AccessGrant, AuditEntry, RegistrationCode, Role, User
from branches.tests.builders import PASSWORD, a_user

NEW = "qingshan-lvshui-2026"
WRONG = "这个码不正确或已失效。请逐个字符核对；仍不行的，请向发码的上级要一个新的。"
LOCKED = "连错次数过多，暂时不能登录或使用注册码、重置码。"
VARYING = re.compile(r'value="\w{64}"|Token": "\w+|value="[A-Z0-9-]{9}"')


@pytest.fixture
def code(world):
    return registration.issue(world.branch, role=Role.ADMINISTRATOR, by=world.general_admin).shown


@pytest.fixture
def reset_code(world):
    return resets.issue(world.secretary, by=world.general_admin).shown


def page(answer):
    return answer.content.decode()


def person(code, **changed):
    return {
        "code": code,
        "username": "luxiaoming",
        "display_name": "陆小明",
        "phone": "140 0000 9999",
        "new_password1": NEW,
        "new_password2": NEW,
    } | changed


def test_a_code_shows_what_it_gives_before_it_is_taken(client, world, code):
    shown = page(client.post("/register/", {"code": code.lower()}))

    assert "中国共产主义青年团华岳局测绘院航测一室支部委员会" in shown
    assert "管理员" in shown
    assert RegistrationCode.objects.get().used_at is None


@pytest.mark.parametrize("name", ["陆小明", ""])
def test_the_name_on_the_code_need_not_be_typed(client, world, name):
    issued = registration.issue(world.branch, role=Role.ADMINISTRATOR, holder_name=name, by=world.general_admin)

    answer = client.post("/register/", {"code": issued.code})

    assert answer.context["new"]["display_name"].value() == name


def test_from_the_code_to_the_first_page(client, world, code):
    answer = client.post("/register/new/", person(code))

    user = User.objects.get(username="luxiaoming")
    assert answer["Location"] == "/"
    assert (user.display_name, user.phone, user.check_password(NEW)) == ("陆小明", "14000009999", True)
    assert [(row.organization, row.role) for row in user.grants.all()] == [(world.branch, "administrator")]
    assert client.get("/")["Location"] == "/pledge/?next=%2F"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"username": ""}, "请填写用户名。"),
        ({"username": "lu"}, "用户名至少 3 个字符。"),
        ({"username": "14000009999"}, "用户名不能全是数字，请加入字母。"),
        ({"username": "lu xiao ming"}, "用户名只能用文字、数字和 @ . + - _ 这几个符号。"),
        ({"username": "clerk"}, "这个用户名已被使用，请换一个。"),
        ({"display_name": ""}, "请填写姓名。"),
        ({"phone": "123"}, "手机号应为 11 位，现为 3 位。"),
        ({"new_password2": "another-one-2026"}, "两次输入的新密码不一致，请重新输入。"),
        (
            {"new_password1": "hangceyishi-2026", "new_password2": "hangceyishi-2026"},
            "密码里不要出现用户名、姓名、手机号、证件号码、单位名称或“团建”等字样，请换一个。",
        ),
        ({"new_password1": "", "new_password2": ""}, "请填写新密码。"),
    ],
)
def test_what_a_new_account_is_refused(client, world, code, changed, sentence):
    before = User.objects.count()

    answer = client.post("/register/new/", person(code, **changed))

    assert sentence in page(answer)
    assert (User.objects.count(), RegistrationCode.objects.get().used_at) == (before, None)
    assert f'value="{code}"' in page(answer)


def test_an_account_that_sleeps_takes_the_code_with_its_password(client, world, code):
    sleeper = a_user("sleeper")

    refused = client.post("/login/", {"username": "sleeper", "password": PASSWORD})
    answer = client.post("/register/known/", {"code": code, "username": "sleeper", "password": PASSWORD})

    assert "您的授权已到期、已被收回或尚未开始，暂时不能登录。" in page(refused)
    assert answer["Location"] == "/"
    assert [(row.organization, row.role) for row in sleeper.grants.all()] == [(world.branch, "administrator")]
    assert client.get("/organizations/").status_code == 200


def test_a_wrong_password_takes_nothing(client, world, code):
    answer = client.post("/register/known/", {"code": code, "username": "outsider", "password": "wrong"})

    assert "用户名或密码不正确。" in page(answer)
    assert RegistrationCode.objects.get().used_at is None
    assert not world.outsider.grants.exists()


def test_whoever_is_signed_in_accepts_with_a_button(signed_in, world, code):
    client = signed_in(world.outsider)

    shown = page(client.post("/register/", {"code": code}))
    answer = client.post("/register/accept/", {"code": code})

    assert "接受授权" in shown
    assert "开通账号" not in shown
    assert answer["Location"] == "/"
    assert [row.organization for row in world.outsider.grants.all()] == [world.branch]


def test_a_refusal_of_the_rule_comes_back_to_the_page(signed_in, world, code):
    answer = signed_in(world.secretary).post("/register/accept/", {"code": code})

    assert "支书在航测一室团支部已有管理员授权，不需要重复授权。" in page(answer)


def test_unknown_used_void_and_expired_codes_answer_alike(world, code):
    used, void, over = (
        registration.issue(world.branch, role=Role.OFFICER, by=world.general_admin, holder_name=name)
        for name in ("陆一", "陆二", "陆三")
    )
    registration.redeem(used.row, user=a_user())
    registration.void(void.row, by=world.general_admin)
    RegistrationCode.objects.filter(pk=over.row.pk).update(expires_at=over.row.made_at)

    answers = {
        VARYING.sub("", page(Client().post("/register/", {"code": text})))
        for text in ("AAAA-AAAA", used.shown, void.shown, over.shown)
    }

    assert len(answers) == 1
    assert WRONG in answers.pop()


def test_twenty_wrong_codes_lock_the_address_for_codes(world, code, client):
    for _ in range(19):
        assert client.post("/register/", {"code": "AAAA-AAAA"}).status_code == 200
    locked = client.post("/reset/", {"code": "AAAA-AAAA", "new_password1": NEW, "new_password2": NEW})

    assert (locked.status_code, LOCKED in page(locked)) == (429, True)
    assert client.post("/register/", {"code": code}).status_code == 429
    assert client.post("/register/new/", person(code)).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.7").post("/register/", {"code": code}).status_code == 200
    assert client.post("/login/", {"username": "secretary", "password": PASSWORD}).status_code == 302


def test_what_was_typed_is_not_kept_with_the_failures(world, client):
    client.post("/register/new/", person("AAAA-AAAA"))
    client.post("/login/", {"username": "379998199001011234", "password": "hush-hush"})

    kept = str(list(AccessAttempt.objects.values()))
    assert [
        word for word in ("AAAA-AAAA", NEW, "陆小明", "14000", "379998199001011234", "hush-hush") if word in kept
    ] == []
    assert AccessAttempt.objects.count() == 2


def test_resetting_leads_back_to_the_login_with_the_user_name(client, world, reset_code):
    elsewhere = Client()
    elsewhere.force_login(world.secretary, backend="branches.authentication.NameOrPhoneBackend")

    answer = client.post("/reset/", {"code": reset_code, "new_password1": NEW, "new_password2": NEW})

    assert answer["Location"] == "/login/"
    assert "请用用户名 secretary 登录。" in page(client.get("/login/"))
    assert elsewhere.get("/organizations/")["Location"] == "/login/?next=/organizations/"
    assert client.post("/login/", {"username": "secretary", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"code": "AAAA-AAAA"}, WRONG),
        ({"code": ""}, "请填写重置码。"),
        ({"new_password2": "another-one-2026"}, "两次输入的新密码不一致，请重新输入。"),
        ({"new_password1": "secretary-11", "new_password2": "secretary-11"}, "密码里不要出现用户名"),
        ({"new_password1": "", "new_password2": ""}, "请填写新密码。"),
    ],
)
def test_resets_that_are_refused(client, world, reset_code, changed, sentence):
    data = {"code": reset_code, "new_password1": NEW, "new_password2": NEW} | changed

    answer = client.post("/reset/", data)

    world.secretary.refresh_from_db()
    assert sentence in page(answer)
    assert world.secretary.check_password(PASSWORD)
    assert resets.find(reset_code) is not None


def test_a_reset_forgives_the_wrong_passwords_of_this_address(client, world, reset_code):
    for _ in range(5):
        locked = client.post("/login/", {"username": "secretary", "password": "wrong"})

    client.post("/reset/", {"code": reset_code, "new_password1": NEW, "new_password2": NEW})

    assert locked.status_code == 429
    assert client.post("/login/", {"username": "secretary", "password": NEW}).status_code == 302


def test_nothing_of_it_is_stored_by_browsers(client, world, code):
    answers = [client.get("/register/"), client.get("/reset/"), client.post("/register/", {"code": code})]

    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_every_step_is_in_the_log(client, world, code):
    before = AuditEntry.objects.count()

    client.post("/register/new/", person(code))

    entries = AuditEntry.objects.order_by("id")[before:]
    assert [(row.kind, row.actor.username, row.placement.short_name) for row in entries] == [
        ("created", "general_admin", "航测一室团支部"),
        ("granted", "general_admin", "航测一室团支部"),
        ("changed", "luxiaoming", "航测一室团支部"),
        ("signed_in", "luxiaoming", "航测一室团支部"),
    ]
    assert AccessGrant.objects.filter(user__username="luxiaoming").count() == 1
