import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.models import AuditEntry
from branches.tests.builders import a_grant, a_user
from members import corrections, privacy, records, sameness
from members.models import Choice, Correction, Member, PrivacyLimits
from members.roster.preview.deciding import decide
from members.roster.running.applying import apply_plan
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import a_row, checked, imported, members

VERIFIED = dt.date(2026, 1, 1)


@pytest.fixture
def asked(world):
    """The secretary's list has another name for a verified member."""
    Member.objects.filter(pk=world.member.pk).update(verified_on=VERIFIED)
    row = ("白宇桐", world.member.id_number, None, None, None, world.branch.short_name, None, None)
    imported(members(row), organization=world.branch, by=world.secretary)
    return Correction.objects.get()


def test_a_level_above_makes_the_correction(world, asked):
    person = corrections.approve(asked, version=1, answer="已核对身份证", by=world.general_admin)

    asked.refresh_from_db()
    entry = AuditEntry.objects.get(object_type="members.member", kind="changed", object_id=str(person.pk))
    assert (person.name, person.pinyin, person.verified_on, person.version) == ("白宇桐", "baiyutong", VERIFIED, 2)
    assert (asked.state, asked.decided_by, asked.answer) == ("approved", world.general_admin, "已核对身份证")
    assert entry.changes == {"姓名": ["白雨桐", "白宇桐"]}


def test_another_number_brings_birth_date_and_sex_along(world):
    Member.objects.filter(pk=world.member.pk).update(verified_on=VERIFIED)
    number = an_id_number(dt.date(2002, 3, 4), "1")
    row = a_row(world.member.name, world.branch.short_name, number=number)
    roster = checked(members(row), organization=world.branch, by=world.secretary)
    decide(roster.rows.get(), Choice.SAME, by=world.secretary)
    apply_plan(roster, by=world.secretary)

    person = corrections.approve(Correction.objects.get(), version=1, by=world.general_admin)

    assert (person.id_number, person.birth_on, person.gender) == (number, dt.date(2002, 3, 4), "1")


def test_a_request_goes_back_with_the_reason(world, asked):
    with pytest.raises(ValidationError, match="请写明退回的原因"):
        corrections.send_back(asked, version=1, answer=" ", by=world.general_admin)

    corrections.send_back(asked, version=1, answer="与档案不符", by=world.general_admin)

    asked.refresh_from_db()
    assert (asked.state, Member.objects.get(pk=world.member.pk).name) == ("returned", "白雨桐")


@pytest.mark.parametrize("who", ["secretary", "foreign_admin", "observer"])
def test_only_another_one_above_decides(world, asked, who):
    with pytest.raises(ValidationError, match="上级的另一名管理员"):
        corrections.approve(asked, version=1, by=getattr(world, who))

    assert Correction.objects.get().state == "waiting"


def test_nobody_decides_about_the_own_request(world):
    Member.objects.filter(pk=world.member.pk).update(verified_on=VERIFIED)
    row = ("白宇桐", world.member.id_number, None, None, None, world.branch.short_name, None, None)
    imported(members(row), organization=world.branch, by=world.general_admin)

    with pytest.raises(ValidationError, match="上级的另一名管理员"):
        corrections.approve(Correction.objects.get(), version=1, by=world.general_admin)


def test_a_request_is_decided_once(world, asked):
    corrections.approve(asked, version=1, by=world.general_admin)

    with pytest.raises(ValidationError, match="已有变动"):
        corrections.send_back(asked, version=1, answer="与档案不符", by=world.bureau_admin)


def test_a_number_taken_meanwhile_is_refused(world, asked):
    number = an_id_number()
    asked.values = {"id_number": number, "id_type": "111"}
    asked.save()
    a_member("钱子昂", branch=world.sister_branch, id_number=number)

    with pytest.raises(ValidationError):
        corrections.approve(asked, version=1, by=world.general_admin)

    assert Correction.objects.get().state == "waiting"


def test_what_is_asked_about_a_record_merged_away_is_withdrawn(world, asked):
    Member.objects.filter(pk=world.member.pk).update(verified_on=None)
    kept = a_member("白雨桐", branch=world.branch)
    world.secretary_term.ended_on = dt.date(2026, 6, 1)
    world.secretary_term.save()
    other = Member.objects.get(pk=world.member.pk)

    sameness.merge(
        kept, other=other, take=(), kept_version=kept.version, other_version=other.version, by=world.bureau_admin
    )

    assert Correction.objects.get().state == "withdrawn"


def test_the_lock_holds_for_everybody_else(world, asked):
    member = Member.objects.get(pk=world.member.pk)

    with pytest.raises(ValidationError, match="已核实的记录"):
        records.correct(member, values={"name": "白宇桐"}, version=member.version, by=world.bureau_admin)


def test_the_list_shows_what_waits_below(world, asked, signed_in):
    page = signed_in(world.general_admin).get(reverse("members:corrections"))

    assert [row.pk for row in page.context["waiting"]] == [asked.pk]


def test_the_list_shows_nothing_of_others(world, asked, signed_in):
    page = signed_in(world.foreign_admin).get(reverse("members:corrections"))

    assert list(page.context["waiting"]) == []


def test_only_the_level_above_finds_it_among_what_is_to_be_decided(world, asked):
    colleague = a_user("colleague")
    a_grant(colleague, world.branch)

    found = [
        list(corrections.decidable(user, world.branch)) for user in (world.general_admin, world.secretary, colleague)
    ]

    assert found == [[asked], [], []]


def test_of_two_grants_only_the_organisation_asked_for_is_listed(world, asked, signed_in):
    user = a_user()
    for place in (world.general, world.other_general):
        a_grant(user, place)

    page = signed_in(user).get(reverse("members:corrections"), {"organization": world.other_general.pk})

    assert list(page.context["waiting"]) == []


def test_the_page_makes_and_returns(world, asked, signed_in):
    url = reverse("members:correction", args=[world.member.pk])
    client = signed_in(world.general_admin)
    shown = client.get(url)

    refused = client.post(url, {"version": "1", "deed": "return", "answer": ""})
    done = client.post(url, {"version": "1", "deed": "approve", "answer": ""})

    assert (shown.status_code, shown.context["may_decide"]) == (200, True)
    assert (refused.status_code, "请写明退回的原因" in refused.content.decode()) == (200, True)
    assert (done.status_code, Member.objects.get(pk=world.member.pk).name) == (302, "白宇桐")
    assert client.get(url).status_code == 302


def test_whoever_asked_only_looks(world, asked, signed_in):
    page = signed_in(world.secretary).get(reverse("members:correction", args=[world.member.pk]))

    assert (page.status_code, page.context["may_decide"], "请等待" in page.content.decode()) == (200, False, True)


@pytest.mark.parametrize(("who", "status"), [("observer", 403), ("foreign_admin", 404)])
def test_the_page_is_for_who_keeps_the_person(world, asked, signed_in, who, status):
    page = signed_in(getattr(world, who)).get(reverse("members:correction", args=[world.member.pk]))

    assert page.status_code == status


def test_the_list_tells_whoever_asked_what_became_of_it(world, asked, signed_in):
    corrections.send_back(asked, version=1, answer="与档案不符", by=world.general_admin)

    page = signed_in(world.secretary).get(reverse("members:corrections"))

    text = page.content.decode()
    assert ([row.pk for row in page.context["settled"]], list(page.context["waiting"])) == ([asked.pk], [])
    assert ("已退回" in text, "与档案不符" in text) == (True, True)


@pytest.mark.parametrize("who", ["general_admin", "bureau_admin", "foreign_admin"])
def test_what_became_of_it_is_told_to_nobody_else(world, asked, signed_in, who):
    corrections.send_back(asked, version=1, answer="与档案不符", by=world.general_admin)

    page = signed_in(getattr(world, who)).get(reverse("members:corrections"))

    assert list(page.context["settled"]) == []


def test_who_keeps_the_person_no_more_is_told_nothing(world, asked):
    corrections.send_back(asked, version=1, answer="与档案不符", by=world.general_admin)
    Member.objects.filter(pk=world.member.pk).update(branch=world.other_branch)

    assert list(corrections.settled_for(world.secretary, world.bureau)) == []


@pytest.fixture
def another_number(world):
    """The secretary asks for another number of a verified member."""
    Member.objects.filter(pk=world.member.pk).update(verified_on=VERIFIED)
    person, number = Member.objects.get(pk=world.member.pk), an_id_number(dt.date(2002, 3, 4), "1")
    return corrections.ask(person, values={"id_number": number}, reason="录入时写错", by=world.secretary)


def looks():
    entries = AuditEntry.objects.filter(kind="revealed")
    return list(entries.values_list("kind", "actor__username", "object_type", "changes", "reason"))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_who_decides_looks_at_both_numbers_for_a_purpose(world, another_number, signed_in, headers):
    client, person = signed_in(world.general_admin), another_number.person
    numbers = (person.id_number, another_number.values["id_number"])
    page = client.get(reverse("members:correction", args=[person.pk])).content.decode()

    answer = client.post(
        reverse("members:reveal_correction", args=[person.pk]),
        {"field": "id_number", "why": "", "purpose": "核对更正申请"},
        headers=headers,
    ).content.decode()

    assert [number in page for number in numbers] == [False, False]
    assert 'id="correction-numbers"' in page
    assert f'<b class="revealed">{numbers[0]}</b> → <b class="revealed">{numbers[1]}</b>' in answer
    what = {"查看内容": [None, "证件号码、申请更正的证件号码"]}
    assert looks() == [("revealed", world.general_admin.username, "members.member", what, "核对更正申请")]
    assert privacy.looked_lately(world.general_admin) == 1


def test_without_a_purpose_no_number_is_shown(world, another_number, signed_in):
    address = reverse("members:reveal_correction", args=[world.member.pk])

    page = signed_in(world.general_admin).post(address, {"field": "id_number", "purpose": ""}).content.decode()

    assert "请写明查看用途" in page
    assert another_number.values["id_number"] not in page
    assert looks() == []


def test_a_look_too_many_is_refused_and_logged(world, another_number):
    PrivacyLimits.objects.create(organization=world.bureau, reveals_per_hour=1)
    corrections.reveal_numbers(another_number, purpose="核对更正申请", by=world.general_admin)

    with pytest.raises(ValidationError, match="已达 1 次"):
        corrections.reveal_numbers(another_number, purpose="核对更正申请", by=world.general_admin)

    refused = AuditEntry.objects.get(kind="refused")
    assert (len(looks()), refused.object_type, refused.reason) == (1, "members.member", "核对更正申请")


@pytest.mark.parametrize(("who", "status"), [("secretary", 200), ("observer", 403), ("outsider", 404)])
def test_nobody_else_is_shown_the_wanted_number(world, another_number, signed_in, who, status):
    client = signed_in(getattr(world, who))
    address = reverse("members:reveal_correction", args=[world.member.pk])

    response = client.post(address, {"field": "id_number", "purpose": "核对更正申请"})

    assert response.status_code == status
    assert another_number.values["id_number"] not in response.content.decode()
    assert looks() == []


def test_a_request_for_another_name_shows_no_number(world, asked, signed_in):
    address = reverse("members:correction", args=[world.member.pk])

    page = signed_in(world.general_admin).get(address).content.decode()

    assert "correction-numbers" not in page
    with pytest.raises(ValidationError, match="只有待审核的证件号码更正"):
        corrections.reveal_numbers(asked, purpose="核对更正申请", by=world.general_admin)


def test_a_settled_request_shows_nothing_any_more(world, another_number, signed_in):
    corrections.send_back(another_number, version=1, answer="与档案不符", by=world.general_admin)
    address = reverse("members:reveal_correction", args=[world.member.pk])

    response = signed_in(world.general_admin).post(address, {"field": "id_number", "purpose": "核对更正申请"})

    assert (response.status_code, looks()) == (302, [])
