"""The tree on screen and the pages that change organisations."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import particulars, tree
from branches.forms.organizations import MoveForm
from branches.models import AuditEntry, Headcount, Organization, OrgType
from branches.tests.builders import a_grant, a_user, an_organization
from tuanjian.officedates import OfficeDate

# Name of the URL, and who is served on the general branch: its own administrator, or only somebody above.
OWN_LEVEL = ["branches:add", "branches:edit", "branches:headcount"]
FROM_ABOVE = ["branches:rename", "branches:change_type", "branches:move", "branches:order"]
NEW_BRANCH = {
    "org_type": "branch",
    "branch_kind": "ordinary",
    "short_name": "遥感室团支部",
    "full_name": "中国共产主义青年团华岳局测绘院遥感室支部委员会",
    "order_number": "30",
}


def page(answer):
    return answer.content.decode()


@pytest.mark.parametrize("name", OWN_LEVEL + FROM_ABOVE)
def test_strangers_find_nothing_observers_may_not_and_the_level_above_may(world, signed_in, name):
    url = reverse(name, args=[world.general.pk])
    own = 200 if name in OWN_LEVEL else 403

    answers = [
        signed_in(user).get(url).status_code
        for user in (world.outsider, world.foreign_admin, world.secretary, world.observer, world.general_admin)
    ]

    assert answers == [404, 404, 404, 403, own]
    assert signed_in(world.bureau_admin).get(url).status_code == 200
    assert signed_in(world.bureau_admin).get(reverse(name, args=[999_999])).status_code == 404


def test_the_tree_shows_the_own_scope_and_nothing_beside(world, signed_in):
    shown = page(signed_in(world.general_admin).get("/organizations/"))

    assert "测绘院团总支" in shown
    assert "航测一室团支部" in shown
    assert "水文队团总支" not in shown
    assert "长江厂团委" not in shown


def test_the_tree_of_somebody_without_a_grant_says_so(world, signed_in):
    assert "您还没有可以查看的组织" in page(signed_in(world.outsider).get("/organizations/"))


def test_searching_the_tree(world, signed_in):
    client = signed_in(world.bureau_admin)

    assert "找到 1 个组织，连同上级列出" in page(client.get("/organizations/?q=hcystzb"))
    assert "没有找到这样的组织" in page(client.get("/organizations/?q=铸造车间"))


def test_children_load_on_demand(world, signed_in):
    client = signed_in(world.bureau_admin)

    shown = page(client.get(reverse("branches:tree_children", args=[world.other_general.pk])))

    assert "一分队团支部" in shown
    assert "航测一室团支部" not in shown
    assert client.get(reverse("branches:tree_children", args=[world.foreign_bureau.pk])).status_code == 404
    assert client.get(reverse("branches:tree_children", args=[world.general.pk]) + "?after=9e9").status_code == 200


def test_the_picker_answers_in_scope(world, signed_in):
    url = "/organizations/pick/"

    assert signed_in(world.secretary).get(url, {"q": "航测"}).json() == {
        "results": [{"value": str(world.branch.pk), "text": "航测一室团支部", "note": ""}]
    }
    assert signed_in(world.secretary).get(url, {"q": "铸造"}).json() == {"results": []}
    assert signed_in(world.secretary).get(url, {"right": "everything"}).json() == {"results": []}


def lower(client, **query):
    answer = client.get("/organizations/lower/", query)
    return [row.record.short_name for row in answer.context["table"].page.object_list]


def test_lower_organisations_of_the_own_and_of_another_one(world, signed_in):
    client = signed_in(world.bureau_admin)

    assert lower(client) == ["测绘院团总支", "水文队团总支"]
    assert lower(client, organization=world.general.pk) == ["航测一室团支部", "航测二室团支部"]
    assert lower(client, all="1", org_type="branch") == ["航测一室团支部", "航测二室团支部", "一分队团支部"]
    assert lower(client, name="测绘") == ["测绘院团总支"]
    assert client.get("/organizations/lower/", {"organization": world.foreign_bureau.pk}).status_code == 404
    assert client.get("/organizations/lower/", {"organization": "x"}).status_code == 404
    assert "您还没有可以查看的组织" in page(signed_in(world.outsider).get("/organizations/lower/"))


def test_lower_organisations_by_status_and_term(world, signed_in):
    tree.close(world.sister_branch, on=dt.date(2026, 11, 20), by=None, reason="合并")
    particulars.correct(
        world.branch, values={"last_election_on": OfficeDate(dt.date(2020, 1, 1))}, version=1, by=world.secretary
    )
    client = signed_in(world.general_admin)

    assert lower(client) == ["航测一室团支部"]
    assert lower(client, status="closed") == ["航测二室团支部"]
    assert lower(client, term="overdue") == ["航测一室团支部"]
    assert lower(client, term="unknown") == []


def test_the_table_costs_the_same_for_one_row_and_for_three(world, signed_in):
    client = signed_in(world.bureau_admin)
    url = reverse("branches:lower") + f"?organization={world.other_general.pk}"
    client.get(url)

    with CaptureQueriesContext(connection) as first:
        client.get(url)
    for number in (1, 2):
        an_organization(f"{number} 分队团支部", under=world.other_general)
    with CaptureQueriesContext(connection) as second:
        client.get(url)

    assert len(first) == len(second)


def from_above_offered(client, organization):
    shown = page(client.get("/organizations/lower/", {"all": "1"}))
    return [name for name in FROM_ABOVE if f'"{reverse(name, args=[organization.pk])}"' in shown]


def test_the_own_row_offers_nothing_that_the_level_above_decides(world, signed_in):
    own = signed_in(world.general_admin)

    assert from_above_offered(own, world.general) == []
    assert from_above_offered(own, world.branch) == FROM_ABOVE
    assert from_above_offered(signed_in(world.bureau_admin), world.general) == FROM_ABOVE


def test_observers_see_the_table_without_buttons(world, signed_in):
    assert "新建下级组织" not in page(signed_in(world.observer).get("/organizations/lower/"))
    assert "新建下级组织" in page(signed_in(world.general_admin).get("/organizations/lower/"))


def test_adding_a_lower_organisation(world, signed_in):
    answer = signed_in(world.general_admin).post(reverse("branches:add", args=[world.general.pk]), NEW_BRANCH)

    added = Organization.objects.get(short_name="遥感室团支部")
    assert answer["Location"] == added.get_absolute_url()
    assert (added.org_type, added.order_number, added.parent_path) == ("branch", 30, world.general.path)
    assert AuditEntry.objects.filter(kind="created", object_id=str(added.pk), actor=world.general_admin).exists()


def test_adding_one_after_the_other(world, signed_in):
    url = reverse("branches:add", args=[world.general.pk])

    assert signed_in(world.general_admin).post(url, NEW_BRANCH | {"again": "1"})["Location"] == url


def test_an_unusual_name_is_asked_about_before_it_is_saved(world, signed_in):
    client, url = signed_in(world.general_admin), reverse("branches:add", args=[world.general.pk])
    unusual = NEW_BRANCH | {"short_name": "遥感室", "full_name": "遥感室"}

    asked = client.post(url, unusual)
    filled = client.post(url, unusual | {"names": "proposal"})
    assert not Organization.objects.filter(short_name__startswith="遥感室").exists()
    saved = client.post(url, unusual | {"names": "mine"})

    assert "名称与一般写法不同，还没有保存。" in page(asked)
    assert "已按建议填写名称，还没有保存。" in page(filled)
    assert filled.context["form"]["full_name"].value() == "中国共产主义青年团遥感室支部委员会"
    assert filled.context["form"]["short_name"].value() == "遥感室团支部"
    assert saved.status_code == 302
    assert Organization.objects.get(short_name="遥感室").full_name == "遥感室"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"short_name": "航测一室团支部"}, "同一上级之下已有这个简称，请换一个能区分的简称。"),
        (
            {"full_name": "中国共产主义青年团华岳局水文队一分队支部委员会"},
            "同一组织树里已有这个全称，请核对是否重复建立。",
        ),
        ({"branch_kind": ""}, "请选择团支部类型。"),
        ({"org_type": "general_branch"}, "不在可选范围内，请从列表中重新选择。"),
        ({"order_number": "-1"}, "排序号"),
    ],
)
def test_organisations_that_are_not_added(world, signed_in, changed, sentence):
    before = Organization.objects.count()

    answer = signed_in(world.general_admin).post(reverse("branches:add", args=[world.general.pk]), NEW_BRANCH | changed)

    assert answer.status_code == 200
    assert sentence in page(answer)
    assert Organization.objects.count() == before


def test_a_branch_takes_nothing_below_it(world, signed_in):
    url = reverse("branches:add", args=[world.branch.pk])

    assert "团支部之下不能设下级组织" in page(signed_in(world.secretary).get(url))
    assert signed_in(world.secretary).post(url, NEW_BRANCH).status_code == 200
    assert not Organization.objects.filter(short_name="遥感室团支部").exists()


def particulars_of(client, organization, **changed):
    shown = client.get(reverse("branches:edit", args=[organization.pk])).context["form"]
    values = {name: shown[name].value() for name in shown.fields}
    return {name: value for name, value in (values | changed).items() if value not in (None, False)}


def test_editing_particulars(world, signed_in):
    client, url = signed_in(world.secretary), reverse("branches:edit", args=[world.branch.pk])
    data = particulars_of(client, world.branch, last_election_on="2024年5月", student="on", address="测绘街 1 号")

    answer = client.post(url, data)

    world.branch.refresh_from_db()
    assert answer["Location"] == world.branch.get_absolute_url()
    assert (world.branch.last_election_on, world.branch.last_election_on_is_month) == (dt.date(2024, 5, 1), True)
    assert (world.branch.student, world.branch.address, world.branch.version) == (True, "测绘街 1 号", 2)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"last_election_on": "24.5"}, "写法有歧义"),
        ({"founded_on": "2030-01"}, "成立时间不能晚于今天。"),
        ({"region_code": "37"}, "行政区划代码是 6 位数字，例如 370100。"),
        ({"contact_email": "不是邮箱"}, "电子邮箱"),
    ],
)
def test_particulars_that_are_refused(world, signed_in, changed, sentence):
    client = signed_in(world.secretary)

    answer = client.post(
        reverse("branches:edit", args=[world.branch.pk]), particulars_of(client, world.branch, **changed)
    )

    world.branch.refresh_from_db()
    assert answer.status_code == 200
    assert sentence in page(answer)
    assert world.branch.version == 1


def test_a_stale_form_is_compared_first(world, signed_in):
    client, url = signed_in(world.secretary), reverse("branches:edit", args=[world.branch.pk])
    data = particulars_of(client, world.branch, address="测绘街 2 号")
    particulars.correct(world.branch, values={"address": "测绘街 1 号"}, version=1, by=world.general_admin)

    compared = client.post(url, data)
    world.branch.refresh_from_db()
    assert world.branch.address == "测绘街 1 号"
    again = client.post(url, data | {"version": compared.context["stale"].organization.version})

    world.branch.refresh_from_db()
    shown = page(compared)
    assert "总支管理员已修改此组织，请先比对。" in shown
    assert "测绘街 1 号" in shown
    assert "测绘街 2 号" in shown
    assert "以我填的为准" in shown
    assert again.status_code == 302
    assert (world.branch.address, world.branch.version) == ("测绘街 2 号", 3)


def test_renaming_from_above(world, signed_in):
    data = {
        "short_name": "航测所团支部",
        "full_name": "中国共产主义青年团华岳局测绘院航测所支部委员会",
        "reason": "机构调整",
    }

    answer = signed_in(world.general_admin).post(reverse("branches:rename", args=[world.branch.pk]), data)

    world.branch.refresh_from_db()
    assert answer.status_code == 302
    assert world.branch.short_name == "航测所团支部"
    assert AuditEntry.objects.first().reason == "机构调整"


def test_a_refused_name_is_not_shown_as_if_it_were_kept(world, signed_in):
    data = {"short_name": "航测二室团支部", "full_name": "中国共产主义青年团华岳局测绘院航测所支部委员会"}

    answer = signed_in(world.general_admin).post(reverse("branches:rename", args=[world.branch.pk]), data)

    assert "同一上级之下已有这个简称，请换一个能区分的简称。" in page(answer)
    assert answer.context["organization"].short_name == "航测一室团支部"
    assert Organization.objects.get(pk=world.branch.pk).short_name == "航测一室团支部"


def test_changing_the_type(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("branches:change_type", args=[world.general.pk])

    refused = client.post(url, {"org_type": "branch"})
    accepted = client.post(url, {"org_type": "base_committee"})

    world.general.refresh_from_db()
    assert "下面还有不能设在团支部之下的组织，请先移走它们再改类别。" in page(refused)
    assert accepted.status_code == 302
    assert world.general.org_type == OrgType.BASE_COMMITTEE


def test_choosing_another_superior_leads_to_the_preview(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("branches:move", args=[world.branch.pk])
    before = world.branch.path

    assert "只移动航测一室团支部一个组织。" in page(client.get(url))
    answer = client.get(url, {"under": world.other_general.pk})

    world.branch.refresh_from_db()
    confirm = reverse("reports:move_confirm", args=[world.branch.pk])
    assert answer.headers["Location"] == f"{confirm}?under={world.other_general.pk}"
    assert world.branch.path == before
    assert client.post(url, {"under": world.other_general.pk}).status_code == 405


@pytest.mark.parametrize("target", ["branch", "sister_branch", "foreign_bureau", "other_branch"])
def test_targets_out_of_scope_or_of_a_wrong_type_are_not_offered(world, signed_in, target):
    url = reverse("branches:move", args=[world.branch.pk])

    answer = signed_in(world.bureau_admin).get(url, {"under": getattr(world, target).pk})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["under"]


def test_staying_is_refused(world, signed_in):
    answer = signed_in(world.bureau_admin).get(
        reverse("branches:move", args=[world.branch.pk]), {"under": world.general.pk}
    )

    assert "航测一室团支部已经在测绘院团总支之下，不需要移动。" in page(answer)


def test_many_targets_are_searched_not_listed(world):
    for number in range(51):
        an_organization(f"{number} 队团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)

    form = MoveForm({"under": str(world.other_general.pk)}, organization=world.branch, user=world.bureau_admin)

    under = form.fields["under"].widget
    assert under.attrs["data-picker-url"] == "/organizations/pick/?right=structure&receives=branch"
    assert under.choices == [("", "请选择"), (world.other_general.pk, "水文队团总支")]
    assert form.is_valid()


def test_the_order_number(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("branches:order", args=[world.general.pk])

    assert "水文队团总支" in page(client.get(url))
    assert client.post(url, {"order_number": "7"}).status_code == 302
    world.general.refresh_from_db()
    assert world.general.order_number == 7


def test_declaring_numbers(world, signed_in):
    url = reverse("branches:headcount", args=[world.branch.pk])
    data = {"kind": "expected_members", "value": "15", "as_of_on": "2026-11-01", "source": "上级核定"}

    refused = signed_in(world.secretary).post(url, data)
    assert not Headcount.objects.exists()
    accepted = signed_in(world.general_admin).post(url, data)

    assert refused.status_code == 200
    assert [choice[1] for choice in refused.context["form"].fields["kind"].choices] == ["职工总数"]
    assert accepted.status_code == 302
    assert Headcount.objects.get().value == 15
    assert "上级核定" in page(signed_in(world.secretary).get(url))


@pytest.mark.parametrize("name", OWN_LEVEL + FROM_ABOVE)
def test_looking_writes_nothing(world, signed_in, name):
    entries = AuditEntry.objects.count()

    signed_in(world.bureau_admin).get(reverse(name, args=[world.general.pk]))

    assert AuditEntry.objects.count() == entries + 1  # the log-in itself


def test_a_role_on_two_places_reaches_both(world, signed_in):
    user = a_user()
    a_grant(user, world.branch)
    a_grant(user, world.other_branch, "observer")
    client = signed_in(user)

    assert client.get(reverse("branches:edit", args=[world.branch.pk])).status_code == 200
    assert client.get(reverse("branches:edit", args=[world.other_branch.pk])).status_code == 403
