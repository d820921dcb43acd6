"""Pages of the person record: who gets in, what stands there, what is refused."""

import datetime as dt

import pytest
from django.urls import reverse

from branches.models import AuditEntry
from branches.tests.builders import a_grant, an_organization
from members import records
from members.models import Member, MemberYear
from members.portrait import state_of
from members.tests.builders import a_cadre_term, a_member, a_phone, an_id_number

PAGES = ["member", "edit", "void", "restore"]


def url(page, member=None, /, **query):
    address = reverse(f"members:{page}", args=[member.pk] if member else [])
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def a_post(**values):
    return {
        "id_type": "111",
        "id_number": an_id_number(dt.date(2001, 6, 18)),
        "name": "乔以安",
        "ethnicity": "01",
        "political_status": "03",
        "education": "21",
        "league_status": "member",
        "joined_on": "2016.5",
        "phone": a_phone(),
    } | values


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_strangers_find_nothing(world, signed_in, page):
    for user in (world.outsider, world.foreign_admin, world.auditor, world.system_admin):
        assert signed_in(user).get(url(page, world.member)).status_code == 404


@pytest.mark.parametrize(("page", "status"), [("member", 200), ("edit", 403), ("void", 403), ("restore", 403)])
def test_observers_look_and_do_not_touch(world, signed_in, page, status):
    assert signed_in(world.observer).get(url(page, world.member)).status_code == status


@pytest.mark.parametrize("page", PAGES)
def test_administrators_get_in(world, signed_in, page):
    for user in (world.secretary, world.general_admin, world.bureau_admin):
        assert signed_in(user).get(url(page, world.member)).status_code == 200


def test_a_person_is_entered(world, signed_in):
    response = signed_in(world.secretary).post(url("new"), a_post(branch=world.branch.pk), follow=True)

    entered = Member.objects.get(name="乔以安")
    assert response.redirect_chain == [(entered.get_absolute_url(), 302)]
    assert (entered.branch, entered.birth_on, entered.joined_on, entered.joined_on_is_month) == (
        world.branch, dt.date(2001, 6, 18), dt.date(2016, 5, 1), True,
    )  # fmt: skip
    assert [str(message) for message in response.context["messages"]] == ["已保存乔以安的资料。"]


def test_entering_goes_on_and_warns_once(world, signed_in):
    post = a_post(branch=world.branch.pk, joined_on="2017-09", again="1")

    response = signed_in(world.secretary).post(url("new", branch=world.branch.pk), post, follow=True)

    assert response.redirect_chain == [(url("new", branch=world.branch.pk), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "已保存乔以安的资料。",
        "乔以安：发展团员编号缺失或与入团年份不符，请补正。",
    ]


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"id_number": ""}, "id_number", "请填写证件号码。"),
        ({"id_number": "37999820010618"}, "id_number", "身份证号应为 18 位，现为 14 位。"),
        ({"phone": "1865318305"}, "phone", "手机号应为 11 位，现为 10 位。"),
        ({"joined_on": "2013-05"}, "joined_on", "按当时规定入团须年满 12 周岁，此人入团时 11 周岁，请核对入团年月。"),
        ({"name": "张3"}, "name", None),
        ({"id_type": "414", "id_number": "E12345678"}, "birth_on", "号码里没有出生日期，请填写出生日期，至少到月。"),
        ({"league_status": "none"}, "league_status", "“none”不在可选范围内，请从列表中重新选择。"),
    ],
)
def test_entering_is_refused_beside_the_field(world, signed_in, values, field, sentence):
    response = signed_in(world.secretary).post(url("new"), a_post(branch=world.branch.pk) | values)

    errors = response.context["form"].errors
    assert field in errors
    assert sentence is None or errors[field] == [sentence]
    assert not Member.objects.filter(name="乔以安").exists()


def test_branches_on_offer_are_those_managed(world, signed_in):
    client = signed_in(world.general_admin)
    closed = an_organization("老团支部", under=world.general)
    closed.status, closed.closed_on = "closed", dt.date(2026, 1, 1)
    closed.save()

    offered = list(client.get(url("new")).context["form"].fields["branch"].queryset)
    outside = client.post(url("new"), a_post(branch=world.other_branch.pk))

    assert offered == [world.branch, world.sister_branch]
    assert "branch" in outside.context["form"].errors


def test_a_branch_in_the_address_has_to_be_managed(world, signed_in):
    assert signed_in(world.secretary).get(url("new", branch=world.branch.pk)).status_code == 200
    assert signed_in(world.secretary).get(url("new", branch=world.sister_branch.pk)).status_code == 404
    assert signed_in(world.observer).get(url("new")).status_code == 403
    assert signed_in(world.outsider).get(url("new")).status_code == 403


def test_youth_without_number_tell_birth_and_sex(world, signed_in):
    post = {"name": "姜文博", "branch": world.branch.pk, "id_type": "111", "birth_on": "2004.3", "gender": "1"}
    client = signed_in(world.secretary)

    lacking = client.post(url("new", kind="youth"), post | {"birth_on": "", "gender": ""})
    client.post(url("new", kind="youth"), post)

    assert set(lacking.context["form"].errors) == {"birth_on", "gender"}
    entered = Member.objects.get(name="姜文博")
    assert (entered.league_status, entered.birth_on, entered.birth_on_is_month, entered.gender) == (
        "none", dt.date(2004, 3, 1), True, "1",
    )  # fmt: skip


def test_answers_about_foreign_numbers_are_byte_identical(world, signed_in):
    client = signed_in(world.secretary)

    answers = {
        client.post(url("check_number"), {"id_type": "111", "id_number": person.id_number}).content
        for person in (world.sister_member, world.other_member, world.foreign_member)
    }

    assert len(answers) == 1
    answer = answers.pop().decode()
    assert "该证件号码已登记，不能重复新增。" in answer
    assert not any(name in answer for name in ("何静姝", "曹景行", "戴梓萱", "团支部"))


def test_answers_about_numbers(world, signed_in):
    client = signed_in(world.secretary)

    def answer(number, **more):
        return text_of(client.post(url("check_number"), {"id_type": "111", "id_number": number} | more))

    number = an_id_number(dt.date(2001, 6, 18))
    assert "校验通过，未登记过" in answer(number)
    assert "2001-06-18" in answer(number)
    assert "25 周岁" in answer(number)
    assert world.member.get_absolute_url() in answer(world.member.id_number)
    assert "校验通过" in answer(world.member.id_number, number_of=world.member.pk)
    assert "出生日期、性别暂不能得出" in answer(number[:17] + ("1" if number[17] != "1" else "2"))
    assert client.get(url("check_number")).status_code == 405
    assert signed_in(world.observer).post(url("check_number"), {"id_number": number}).status_code == 403


def test_correcting_keeps_what_is_left_empty(world, signed_in):
    number, phone = world.member.id_number, world.member.phone
    client = signed_in(world.general_admin)
    form = client.get(url("edit", world.member)).context["form"]
    page = text_of(client.get(url("edit", world.member)))
    post = {name: form[name].value() or "" for name in form.fields} | {"work_unit": "测绘院", "joined_on": "2016-05"}

    response = client.post(url("edit", world.member), post)

    assert (number in page, phone in page) == (False, False)
    assert response.status_code == 302
    saved = Member.objects.get(pk=world.member.pk)
    assert (saved.id_number, saved.phone, saved.work_unit, saved.version) == (number, phone, "测绘院", 2)


def edit_post(client, member, **values):
    form = client.get(url("edit", member)).context["form"]
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields} | values


def test_the_own_branch_sees_and_may_empty_the_phone(world, signed_in):
    client = signed_in(world.secretary)

    client.post(url("edit", world.member), edit_post(client, world.member, phone=""))

    assert Member.objects.get(pk=world.member.pk).phone == ""


def test_a_gap_is_focused(world, signed_in):
    person = a_member(branch=world.branch, phone="")

    page = text_of(signed_in(world.secretary).get(url("edit", person, field="phone")))

    assert page.count("autofocus") == 1
    assert 'id="id_phone"' in page
    assert "缺项：没有填写，或填的是占位号码、多人共用的号码。" in page


def test_a_record_changed_meanwhile_is_compared(world, signed_in):
    client = signed_in(world.secretary)
    post = edit_post(client, world.member, work_unit="我填的单位")
    records.correct(world.member, values={"work_unit": "别人填的"}, version=1, by=world.general_admin)

    compared = client.post(url("edit", world.member), post)

    assert compared.context["rows"] == [("工作单位", "我填的单位", "别人填的")]
    assert "总支管理员已修改白雨桐的资料，请先比对。" in text_of(compared)
    assert Member.objects.get(pk=world.member.pk).work_unit == "别人填的"
    client.post(url("edit", world.member), post | {"version": 2})
    assert Member.objects.get(pk=world.member.pk).work_unit == "我填的单位"


def test_a_verified_record_shows_name_and_number_instead_of_asking(world, signed_in):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))
    client = signed_in(world.secretary)

    page = text_of(client.get(url("edit", world.member)))
    client.post(url("edit", world.member), edit_post(client, world.member, name="改名", remark="改"))
    client.post(url("edit", world.member), edit_post(client, world.member, name="白雨桐", remark="备注"))

    assert "已核实的记录不能直接改姓名和证件号码，请向上级申请更正；" in page
    assert 'name="id_number"' not in page
    saved = Member.objects.get(pk=world.member.pk)
    assert (saved.name, saved.remark, saved.version) == ("白雨桐", "备注", 2)


def test_ticked_people_are_voided_together(world, signed_in):
    first, second = a_member("甲一", branch=world.branch), a_member("乙二", branch=world.branch)
    address = f"{url('void_many')}?pk={first.pk}&pk={second.pk}"
    client = signed_in(world.secretary)

    page = text_of(client.get(address))
    lacking = client.post(address, {"reason": ""})
    client.post(address, {"reason": "other", "note": "演练"})

    assert "确定作废甲一、乙二的记录吗？" in page
    assert lacking.context["form"].errors
    assert set(Member.objects.filter(status="void").values_list("name", flat=True)) == {"甲一", "乙二"}
    assert set(AuditEntry.objects.filter(kind="voided").values_list("reason", flat=True)) == {"其他：演练"}


def test_voiding_names_the_posts_in_the_way(world, signed_in):
    response = signed_in(world.secretary).post(url("void", world.member), {"reason": "duplicate"})

    assert response.context["form"].non_field_errors() == ["白雨桐现任航测一室团支部书记，请先办理免职再作废。"]
    assert Member.objects.get(pk=world.member.pk).status == "normal"


def test_ticks_out_of_reach_are_refused_as_a_whole(world, signed_in):
    own = a_member("甲一", branch=world.branch)
    both = f"{url('void_many')}?pk={own.pk}&pk={world.sister_member.pk}"

    assert signed_in(world.secretary).get(both).status_code == 404
    assert signed_in(world.observer).get(f"{url('void_many')}?pk={own.pk}").status_code == 403
    assert signed_in(world.outsider).get(url("void_many")).status_code == 403
    assert signed_in(world.secretary).get(url("void_many")).status_code == 302


def test_one_tick_leads_to_its_form(world, signed_in):
    client = signed_in(world.secretary)

    assert client.get(f"{url('edit_ticked')}?pk={world.member.pk}&next=/members/%3Fgender%3D2").url == (
        f"{url('edit', world.member)}?next=%2Fmembers%2F%3Fgender%3D2"
    )
    assert client.get(url("edit_ticked")).url == url("members")
    assert client.get(f"{url('edit_ticked')}?pk={world.sister_member.pk}").status_code == 404


def test_restoring_from_above(world, signed_in):
    person = a_member("沈牧之", branch=world.branch)
    records.void([person], reason="重复录入", by=world.secretary)

    own = signed_in(world.secretary).get(url("restore", person))
    tried = signed_in(world.secretary).post(url("restore", person), {"reason": "核对无误"})
    signed_in(world.general_admin).post(url("restore", person), {"reason": "核对无误"})

    assert "作废的记录由上级恢复，请联系上级管理员。" in text_of(own)
    assert tried.status_code == 200
    assert Member.objects.get(pk=person.pk).status == "normal"
    assert AuditEntry.objects.get(kind="restored").actor == world.general_admin


def test_the_page_of_a_person(world, signed_in):
    person = a_member("高若溪", branch=world.branch, phone="", joined_on=None, birth_on=dt.date(1999, 1, 1))
    a_cadre_term(person=person, organization=world.branch, post="study_officer", ended_on=dt.date(2025, 1, 1))
    MemberYear.objects.create(person=person, year=2025, evaluation="excellent", registration="registered")
    records.correct(person, values={"work_unit": "测绘院"}, version=1, by=world.secretary)

    response = signed_in(world.secretary).get(url("member", person))

    seen = response.context["portrait"]
    assert [gap.fact.label for gap in seen.gaps] == ["手机号", "入团年月"]
    assert [(line.label, line.value) for line in seen.computed] == [
        ("年龄", "27 周岁"), ("青年", "是"), ("团员青年", "是"), ("团干部", "否"), ("28 岁以下党员", "否"),
        ("满 28 周岁", "2027-01-01，还有 41 天"),
    ]  # fmt: skip
    assert (seen.state, seen.state_word) == ("care", "缺 2 项")
    page = text_of(response)
    for expected in ("学习委员", "已免职", "优秀", "已注册", "去补录", "工作单位：— → 测绘院"):
        assert expected in page


def test_state_words():
    def state(gaps=0, post=False, **fields):
        values = {"league_status": "member", "status": "normal", "birth_on": dt.date(2001, 1, 1)} | fields
        return state_of(Member(**values), holds_post=post, gap_count=gaps, leave_at=28, on=dt.date(2026, 11, 21))

    assert state() == ("good", "完整")
    assert (state(gaps=2), state(gaps=3)) == (("care", "缺 2 项"), ("problem", "缺 3 项"))
    soon, passed = dt.date(1999, 1, 20), dt.date(1998, 11, 21)
    assert (state(birth_on=soon), state(birth_on=passed)) == (("care", "将满 28"), ("problem", "已满 28"))
    assert state(birth_on=passed, post=True) == ("good", "完整")
    assert state(status="void") == ("neutral", "误录作废")
    assert state(status="floating") == ("busy", "流动")


def test_looking_at_a_number_is_logged(world, signed_in):
    address = url("reveal", world.member)

    own = signed_in(world.secretary).post(address, {"field": "id_number"})
    refused = signed_in(world.general_admin).post(address, {"field": "phone", "purpose": "看"})
    fragment = signed_in(world.general_admin).post(
        address, {"field": "phone", "purpose": "电话通知开会"}, headers={"HX-Request": "true"}
    )

    assert world.member.id_number in text_of(own)
    assert own["Cache-Control"] == "no-store, private"
    assert "请写明查看用途，至少 4 个字" in text_of(refused)
    assert world.member.phone not in text_of(refused)
    assert world.member.phone in text_of(fragment)
    assert "<html" not in text_of(fragment)
    assert AuditEntry.objects.filter(kind="revealed").count() == 2


def test_looking_is_not_for_everybody(world, signed_in):
    address, asked = url("reveal", world.member), {"field": "phone", "purpose": "电话通知开会"}

    assert signed_in(world.observer).post(address, asked).status_code == 403
    assert signed_in(world.outsider).post(address, asked).status_code == 404
    assert signed_in(world.secretary).get(address).status_code == 405
    assert signed_in(world.secretary).post(address, {"field": "remark"}).status_code == 200
    assert not AuditEntry.objects.filter(kind="revealed").exists()


def test_observers_get_no_button_to_look(world, signed_in):
    page = text_of(signed_in(world.observer).get(url("member", world.member)))

    assert "查看完整" not in page
    assert world.member.phone not in page
    assert world.member.id_number not in page


def test_a_taken_back_grant_ends_the_pages(world, signed_in):
    grant = a_grant(world.outsider, world.branch)
    client = signed_in(world.outsider)
    assert client.get(url("member", world.member)).status_code == 200

    grant.delete()

    assert client.get(url("member", world.member)).status_code == 404
