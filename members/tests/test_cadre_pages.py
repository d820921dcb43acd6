"""Pages of cadres and contacts: who may open them, what stands there, what they do."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry
from branches.tests.builders import an_organization
from members.dictionaries import LeaguePost, PoliticalStatus
from members.models import CadreTerm, Member
from members.tests.builders import a_cadre_term, a_member, a_phone, an_id_number

TERM = {"post": LeaguePost.PUBLICITY_OFFICER, "nature": "part_time", "manner": "elected", "started_on": "2026.05"}


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows_of(response):
    return [
        (row.record.person.name, row.record.organization.short_name, row.record.title)
        for row in response.context["table"].page.object_list
    ]


def person_data(**fields):
    return (
        TERM
        | {
            "post": LeaguePost.COMMITTEE_MEMBER,
            "id_type": "111",
            "id_number": an_id_number(dt.date(1995, 3, 4)),
            "name": "罗清扬",
            "phone": a_phone(),
            "political_status": PoliticalStatus.PARTY_MEMBER,
        }
        | fields
    )


@pytest.fixture
def urls(world):
    return {
        "list": reverse("members:organization_cadres", args=[world.branch.pk]),
        "new": reverse("members:cadre_new", args=[world.branch.pk]),
        "edit": reverse("members:cadre_edit", args=[world.secretary_term.pk]),
        "end": reverse("members:cadre_end", args=[world.secretary_term.pk]),
    }


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("foreign_admin", {"list": 404, "new": 404, "edit": 404, "end": 404}),
        ("outsider", {"list": 404, "new": 404, "edit": 404, "end": 404}),
        ("auditor", {"list": 404, "new": 404, "edit": 404, "end": 404}),
        ("system_admin", {"list": 404, "new": 404, "edit": 404, "end": 404}),
        ("observer", {"list": 200, "new": 403, "edit": 403, "end": 403}),
        ("officer", {"list": 200, "new": 403, "edit": 403, "end": 403}),
        ("clerk", {"list": 200, "new": 200, "edit": 200, "end": 200}),
        ("secretary", {"list": 200, "new": 200, "edit": 200, "end": 200}),
    ],
)
def test_who_opens_what(world, urls, signed_in, who, expected):
    client = signed_in(getattr(world, who))

    assert {name: client.get(url).status_code for name, url in urls.items()} == expected


def test_the_list_shows_the_subtree_of_the_chosen_organisation(world, signed_in):
    a_cadre_term(person=world.other_member, organization=world.other_branch)
    a_cadre_term(person=world.foreign_member, organization=world.foreign_branch)
    client = signed_in(world.bureau_admin)

    everything = client.get(reverse("members:cadres"))
    part = client.get(reverse("members:cadres"), {"organization": world.general.pk})

    own = ("白雨桐", "航测一室团支部", "书记")
    assert rows_of(everything) == [own, ("曹景行", "一分队团支部", "书记")]
    assert rows_of(part) == [own]


def test_an_organisation_lists_its_own_level_only(world, signed_in):
    a_cadre_term(person=world.member, organization=world.general, post=LeaguePost.COMMITTEE_MEMBER)

    response = signed_in(world.general_admin).get(reverse("members:organization_cadres", args=[world.general.pk]))

    assert rows_of(response) == [("白雨桐", "测绘院团总支", "委员")]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["白雨桐", "郭子昂"]),
        ({"name": "gza"}, ["郭子昂"]),
        ({"name": "雨桐"}, ["白雨桐"]),
        ({"post": "deputy_secretary"}, ["郭子昂"]),
        ({"nature": "full_time"}, []),
        ({"ended": "on"}, ["白雨桐", "高若溪", "郭子昂"]),
        ({"sort": "-name"}, ["郭子昂", "白雨桐"]),
        ({"post": "no such post"}, ["白雨桐", "郭子昂"]),
    ],
)
def test_the_list_is_queried(world, signed_in, query, names):
    for name, post, ended_on in (
        ("郭子昂", LeaguePost.DEPUTY_SECRETARY, None),
        ("高若溪", LeaguePost.DEPUTY_SECRETARY, dt.date(2025, 1, 1)),
    ):
        a_cadre_term(
            person=a_member(name, branch=world.branch), organization=world.branch, post=post, ended_on=ended_on
        )

    response = signed_in(world.observer).get(reverse("members:cadres"), query)

    assert [name for name, _, _ in rows_of(response)] == names


def test_the_list_offers_deeds_only_to_whom_they_are_open(world, signed_in):
    urls = [reverse(f"members:cadre_{deed}", args=[world.secretary_term.pk]) for deed in ("edit", "end")]

    for_secretary = signed_in(world.secretary).get(reverse("members:cadres")).content.decode()
    for_observer = signed_in(world.observer).get(reverse("members:cadres")).content.decode()

    assert [url in for_secretary for url in urls] == [True, True]
    assert [url in for_observer for url in urls] == [False, False]


@pytest.mark.parametrize("name", ["members:cadres", "members:contacts", "members:contacts_print"])
def test_lists_ask_as_often_for_three_as_for_one(world, signed_in, name):
    client = signed_in(world.bureau_admin)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(name))
    for number in range(3):
        branch = an_organization(f"新支部{number}", under=world.general)
        a_cadre_term(person=a_member(branch=branch), organization=branch)

    with CaptureQueriesContext(connection) as four:
        client.get(reverse(name))

    assert len(four) == len(one)


def test_a_person_is_found_and_appointed(world, urls, signed_in):
    client = signed_in(world.secretary)
    found = client.post(urls["new"], {"q": "byt"})
    form = client.get(urls["new"], {"person": world.member.pk})

    saved = client.post(f"{urls['new']}?person={world.member.pk}", TERM, follow=True)

    assert found.context["people"] == [world.member]
    assert f"?person={world.member.pk}" in found.content.decode()
    assert "第一步" in found.content.decode()
    assert form.status_code == 200
    assert saved.redirect_chain == [(urls["list"], 302)]
    assert [str(message) for message in saved.context["messages"]] == ["已登记白雨桐任航测一室团支部宣传委员。"]
    term = CadreTerm.objects.get(post=LeaguePost.PUBLICITY_OFFICER)
    assert (term.person, term.started_on, term.started_on_is_month) == (world.member, dt.date(2026, 5, 1), True)


@pytest.mark.parametrize("who", ["sister_member", "foreign_member"])
def test_somebody_out_of_reach_is_not_found(world, urls, signed_in, who):
    person = getattr(world, who)
    client = signed_in(world.secretary)

    found = client.post(urls["new"], {"q": person.id_number})

    assert found.context["people"] == []
    assert person.name not in found.content.decode()
    assert client.get(urls["new"], {"person": person.pk}).status_code == 404
    assert client.post(f"{urls['new']}?person={person.pk}", TERM).status_code == 404


@pytest.mark.parametrize("asked", ["²", "１２", "9" * 40, "-1", "abc"])
def test_a_person_that_is_no_number_leads_to_the_search(world, urls, signed_in, asked):
    response = signed_in(world.secretary).get(urls["new"], {"person": asked})

    assert (response.status_code, response.context["people"]) == (200, [world.member])


def test_what_the_rule_refuses_stands_beside_the_field(world, urls, signed_in):
    other = a_member("郭子昂", branch=world.branch)

    response = signed_in(world.secretary).post(
        f"{urls['new']}?person={other.pk}", TERM | {"post": LeaguePost.SECRETARY}
    )

    assert response.context["form"].errors == {
        "post": ["航测一室团支部的书记现由白雨桐担任，请先为其办理免职，再登记新的书记。"]
    }
    assert CadreTerm.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"post": ""}, {"post": ["请选择团内职务。"]}),
        ({"post": "standing_member"}, {"post": ["“standing_member”不在可选范围内，请从列表中重新选择。"]}),
        ({"nature": ""}, {"nature": ["请选择团干部性质。"]}),
        ({"post": "other"}, {"post_title": ["选了“其他”，请填写职务名称。"]}),
        ({"started_on": "2026-12"}, {"started_on": ["任现职年月不能晚于今天。"]}),
        ({"started_on": "24.5.1"}, {"started_on": ["日期“24.5.1”写法有歧义（分不清年、月、日），请写成 2021-05-04。"]}),
    ],
)
def test_forms_that_are_refused(world, urls, signed_in, fields, errors):
    response = signed_in(world.secretary).post(f"{urls['new']}?person={world.member.pk}", TERM | fields)

    assert response.context["form"].errors == errors
    assert CadreTerm.objects.count() == 1


def test_a_new_person_comes_with_the_post(world, signed_in):
    url = reverse("members:cadre_new", args=[world.general.pk]) + "?kind=new"

    response = signed_in(world.general_admin).post(url, person_data(started_on=""), follow=True)

    person = Member.objects.get(name="罗清扬")
    assert (person.branch, person.league_status, person.gender, person.birth_on) == (
        None,
        "none",
        "2",
        dt.date(1995, 3, 4),
    )
    assert person.terms.get().organization == world.general
    assert rows_of(response) == [("罗清扬", "测绘院团总支", "委员")]


def test_an_age_out_of_bounds_is_saved_and_warned_about(world, signed_in):
    url = reverse("members:cadre_new", args=[world.general.pk]) + "?kind=new"

    response = signed_in(world.general_admin).post(
        url, person_data(id_number=an_id_number(dt.date(1985, 3, 4))), follow=True
    )

    assert [str(message) for message in response.context["messages"]] == [
        "已登记罗清扬任测绘院团总支委员。",
        "罗清扬现年 41 周岁，不在 14–35 周岁之内，请核对出生日期和任职是否有误。",
    ]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        (
            {"id_number": "379998199503040000"},
            {"id_number": ["身份证号被表格软件改成了数字，后几位已丢失，请把该列设为“文本”后重新填写。"]},
        ),
        (
            {"id_type": "516", "id_number": "H12345678"},
            {
                "birth_on": ["这种证件的号码里没有出生日期，请填写。"],
                "gender": ["这种证件的号码里没有性别，请填写。"],
            },
        ),
        ({"political_status": "03"}, {"political_status": ["团员请先在团员名单中新增，再登记任职。"]}),
        ({"phone": "14000"}, {"phone": ["手机号应为 11 位，现为 5 位。"]}),
        ({"phone": "13000000000"}, {"phone": ["这不是真实的手机号，请填写本人的手机号。"]}),
        ({"name": "无"}, {"name": ["这里填的不是姓名，请填写证件上的姓名。"]}),
    ],
)
def test_new_people_that_are_refused(world, signed_in, fields, errors):
    url = reverse("members:cadre_new", args=[world.general.pk]) + "?kind=new"
    people = Member.objects.count()

    response = signed_in(world.general_admin).post(url, person_data(**fields))

    assert response.context["form"].errors == errors
    assert Member.objects.count() == people


def test_a_permit_holder_is_entered_with_birth_and_sex(world, signed_in):
    url = reverse("members:cadre_new", args=[world.general.pk]) + "?kind=new"

    signed_in(world.general_admin).post(
        url, person_data(id_type="516", id_number="h12345678", birth_on="1995-03-04", gender="1")
    )

    person = Member.objects.get(name="罗清扬")
    assert (person.id_number, person.birth_on, person.gender) == ("H12345678", dt.date(1995, 3, 4), "1")


def test_a_number_of_the_own_scope_leads_to_the_person(world, signed_in):
    url = reverse("members:cadre_new", args=[world.general.pk]) + "?kind=new"

    response = signed_in(world.general_admin).post(url, person_data(id_number=world.member.id_number))

    assert "航测一室团支部已有此人：白雨桐。" in text_of(response)
    assert f'href="?person={world.member.pk}"' in response.content.decode()


def test_a_foreign_number_tells_nothing(world, signed_in):
    url = reverse("members:cadre_new", args=[world.general.pk]) + "?kind=new"

    response = signed_in(world.general_admin).post(url, person_data(id_number=world.foreign_member.id_number))

    assert response.context["form"].errors == {"id_number": ["该证件号码已登记，不能重复新增。"]}
    assert [word in text_of(response) for word in (world.foreign_member.name, "长江厂", "铸造")] == [False] * 3


def test_a_post_is_corrected(world, urls, signed_in):
    client = signed_in(world.secretary)
    form = client.get(urls["edit"]).context["form"]

    response = client.post(
        urls["edit"], form.initial | {"post": "deputy_secretary", "is_party_committee_member": "true"}
    )

    assert response.headers["Location"] == urls["list"]
    world.secretary_term.refresh_from_db()
    assert (world.secretary_term.post, world.secretary_term.is_party_committee_member) == ("deputy_secretary", True)
    assert world.secretary_term.started_on == dt.date(2024, 3, 1)


def test_two_who_correct_at_once_compare_first(world, urls, signed_in):
    client = signed_in(world.secretary)
    data = TERM | {"post": "secretary", "version": "1", "started_on": "2024-03-01"}
    form = signed_in(world.clerk).get(urls["edit"]).context["form"]
    client.post(urls["edit"], form.initial | {"nature": "seconded", "is_party_committee_member": ""})
    client = signed_in(world.secretary)

    stale = client.post(urls["edit"], data)
    again = client.post(urls["edit"], data | {"version": stale.context["form"]["version"].value()})

    assert stale.context["differences"] == [{"label": "团干部性质", "typed": "兼职", "now": "挂职"}]
    assert "录入员已修改此任职，请先比对。" in text_of(stale)
    assert again.status_code == 302
    world.secretary_term.refresh_from_db()
    assert (world.secretary_term.nature, world.secretary_term.version) == ("part_time", 3)


def test_ending_asks_first_and_then_ends(world, urls, signed_in):
    client = signed_in(world.secretary)
    asked = client.get(urls["end"])

    done = client.post(urls["end"], {"ended_on": "2026-11-20", "reason": "其他", "note": "参军"}, follow=True)

    assert "确定免去白雨桐的航测一室团支部书记职务吗？" in text_of(asked)
    assert done.redirect_chain == [(urls["list"], 302)]
    world.secretary_term.refresh_from_db()
    assert (world.secretary_term.ended_on, world.secretary_term.end_reason) == (dt.date(2026, 11, 20), "其他：参军")
    assert "已于 2026-11-20 免去" in text_of(client.get(urls["end"]))


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"ended_on": ["请填写免职日期。"], "reason": ["请选择免职原因。"]}),
        ({"ended_on": "2026-11-22", "reason": "工作调动"}, {"ended_on": ["免职日期不能晚于今天。"]}),
        (
            {"ended_on": "2026-11", "reason": "工作调动"},
            {"ended_on": ["日期“2026-11”只写到月，这里要写到日，如 2021-05-04。"]},
        ),
        ({"ended_on": "2026-11-20", "reason": "其他"}, {"note": ["原因选了“其他”，请写明情况。"]}),
    ],
)
def test_endings_that_are_refused(world, urls, signed_in, data, errors):
    response = signed_in(world.secretary).post(urls["end"], data or {"note": ""})

    assert response.context["form"].errors == errors
    world.secretary_term.refresh_from_db()
    assert world.secretary_term.ended_on is None


def test_contacts_show_phones_only_to_the_own_administrator(world, signed_in):
    own = text_of(signed_in(world.secretary).get(reverse("members:contacts")))
    above = text_of(signed_in(world.bureau_admin).get(reverse("members:contacts")))

    assert (world.member.phone in own, world.member.phone in above) == (True, False)
    assert (world.member.phone_masked in own, world.member.phone_masked in above) == (False, True)


def test_printing_contacts_masks_alike_and_is_logged(world, signed_in):
    response = signed_in(world.observer).get(reverse("members:contacts_print"), {"organization": world.branch.pk})

    assert [(term.person.name, phone) for term, phone in response.context["rows"]] == [
        ("白雨桐", world.member.phone_masked)
    ]
    entry = AuditEntry.objects.latest("id")
    assert (entry.kind, entry.actor, entry.changes) == (
        "printed",
        world.observer,
        {"内容": [None, "通讯录"], "人数": [None, 1]},
    )


def test_looking_writes_nothing_but_printing(world, urls, signed_in):
    client = signed_in(world.secretary)
    entries = AuditEntry.objects.count()

    for url in (*urls.values(), reverse("members:cadres"), reverse("members:contacts")):
        client.get(url)

    assert AuditEntry.objects.count() == entries
