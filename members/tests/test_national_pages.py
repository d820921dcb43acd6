"""Pages around the national system: who gets in, what is marked and handed out, what is refused."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant
from members import national, records
from members.models import ExportProfile, Member, NationalMark
from members.tests.builders import a_member, a_young_person
from tuanjian.paging import SIZES

TODAY = "2026-11-21"


def url(page, *people, **query):
    address = reverse(f"members:{page}", args=[people[0].pk] if page == "national_withdraw" else [])
    ticks = [] if page == "national_withdraw" else [f"pk={person.pk}" for person in people]
    return "?".join(filter(None, [address, "&".join([*ticks, *(f"{key}={value}" for key, value in query.items())])]))


def text_of(response):
    return response.content.decode()


def said(response):
    return [str(message) for message in response.context["messages"]]


def marked(person, by):
    national.mark([person], done_on=dt.date.fromisoformat(TODAY), by=by)


@pytest.mark.parametrize(
    ("who", "mark", "withdraw", "export"),
    [
        ("foreign_admin", 404, 404, 200),
        ("outsider", 403, 404, 403),
        ("auditor", 403, 404, 403),
        ("system_admin", 403, 404, 403),
        ("observer", 403, 403, 403),
        ("officer", 403, 403, 403),
        ("clerk", 200, 200, 403),
        ("secretary", 200, 200, 200),
        ("bureau_admin", 200, 200, 200),
    ],
)
def test_who_gets_in(world, signed_in, who, mark, withdraw, export):
    marked(world.member, world.secretary)
    client = signed_in(getattr(world, who))

    statuses = (
        client.get(url("national_mark", world.member)).status_code,
        client.get(url("national_withdraw", world.member)).status_code,
        client.get(url("export_profile")).status_code,
    )

    assert statuses == (mark, withdraw, export)


def test_ticked_people_are_marked_and_the_list_comes_back(world, signed_in):
    client = signed_in(world.general_admin)
    back = url("members", gender="2")

    page = client.get(url("national_mark", world.member, world.sister_member, next=back))
    answer = client.post(
        url("national_mark", world.member, world.sister_member, next=back),
        {"done_on": TODAY, "note": "新增"},
        follow=True,
    )

    assert "确定把白雨桐、何静姝标记为国家系统已办吗？" in text_of(page)
    assert page.context["form"]["done_on"].value() == TODAY
    assert answer.redirect_chain == [(back, 302)]
    assert said(answer) == ["已标记 2 人国家系统已办。"]
    assert sorted(NationalMark.objects.values_list("person__name", "note")) == [("何静姝", "新增"), ("白雨桐", "新增")]


def test_who_was_marked_before_is_said(world, signed_in):
    marked(world.member, world.general_admin)

    answer = signed_in(world.general_admin).post(
        url("national_mark", world.member, world.sister_member), {"done_on": TODAY}, follow=True
    )

    assert said(answer) == ["已标记 1 人国家系统已办，另有 1 人此前已标记，没有重复标记。"]


def test_marking_is_refused_beside_the_field(world, signed_in):
    client = signed_in(world.secretary)

    future = client.post(url("national_mark", world.member), {"done_on": "2026-11-22"})
    nothing = client.post(url("national_mark", world.member), {"done_on": ""})
    month = client.post(url("national_mark", world.member), {"done_on": "2026-11"})
    nobody = client.get(url("national_mark"), follow=True)

    assert future.context["form"].errors == {"done_on": ["办理日期不能晚于今天。"]}
    assert nothing.context["form"].errors == {"done_on": ["请填写办理日期。"]}
    assert "done_on" in month.context["form"].errors
    assert said(nobody) == ["请先勾选要标记的人员。"]
    assert not NationalMark.objects.exists()


def test_one_person_out_of_reach_refuses_all(world, signed_in):
    client = signed_in(world.secretary)
    a_grant(world.secretary, world.general, Role.OBSERVER)

    assert client.post(url("national_mark", world.member, world.foreign_member), {"done_on": TODAY}).status_code == 404
    assert client.post(url("national_mark", world.member, world.sister_member), {"done_on": TODAY}).status_code == 403
    assert not NationalMark.objects.exists()


def test_next_leads_nowhere_else(world, signed_in):
    answer = signed_in(world.secretary).post(
        url("national_mark", world.member, next="https://evil.example/"), {"done_on": TODAY}
    )

    assert answer["Location"] == world.member.get_absolute_url()


def test_the_page_of_a_person_says_where_it_stands(world, signed_in):
    client, address = signed_in(world.secretary), world.member.get_absolute_url()

    before = text_of(client.get(address))
    marked(world.member, world.secretary)
    done = text_of(client.get(address))
    records.correct(world.member, values={"work_unit": "测绘院"}, version=1, by=world.secretary)
    changed = text_of(client.get(address))

    assert ("还没有标记为已在国家系统办理" in before, "标记已办" in before, "撤回标记" in before) == (True, True, False)
    assert ("2026-11-21 已办" in done, "支书 2026-11-21" in done, "标记已办" in done, "撤回标记" in done) == (
        True, True, False, True,
    )  # fmt: skip
    assert ("办后有改动" in changed, "标记已办" in changed, "撤回标记" in changed) == (True, True, True)


def test_observers_read_it_and_young_people_are_spared(world, signed_in):
    young = a_young_person("姜文博", branch=world.branch)
    client = signed_in(world.observer)

    assert "标记已办" not in text_of(client.get(world.member.get_absolute_url()))
    assert "还没有标记" in text_of(client.get(world.member.get_absolute_url()))
    assert "<h2>国家系统</h2>" in text_of(client.get(world.member.get_absolute_url()))
    assert "<h2>国家系统</h2>" not in text_of(client.get(young.get_absolute_url()))


def test_a_mark_is_withdrawn(world, signed_in):
    marked(world.member, world.secretary)
    client = signed_in(world.secretary)

    asked = client.get(url("national_withdraw", world.member))
    answer = client.post(url("national_withdraw", world.member), {"reason": "勾选有误"}, follow=True)
    again = client.post(url("national_withdraw", world.member), {"reason": "勾选有误"})

    assert "将撤回标记“已办 2026-11-21”" in text_of(asked)
    assert answer.redirect_chain == [(world.member.get_absolute_url(), 302)]
    assert said(answer) == ["已撤回白雨桐的国家系统已办标记。"]
    assert "白雨桐没有国家系统已办的标记" in text_of(again)


def listed(client, **query):
    response = client.get(url("members", **query))
    return [row.record.name for row in response.context["table"].paginated_rows]


def test_the_list_is_asked_and_has_the_column_only_then(world, signed_in):
    marked(world.member, world.general_admin)
    marked(world.sister_member, world.general_admin)
    records.correct(world.sister_member, values={"work_unit": "测绘院"}, version=1, by=world.general_admin)
    a_member("王五", branch=world.branch)
    client = signed_in(world.general_admin)

    by_state = {state: listed(client, national=state) for state in ("none", "done", "changed", "shown")}
    with_column, without = text_of(client.get(url("members", national="shown"))), text_of(client.get(url("members")))

    assert by_state == {
        "none": ["王五"], "done": ["白雨桐"], "changed": ["何静姝"], "shown": ["白雨桐", "王五", "何静姝"],
    }  # fmt: skip
    assert ("已办 11-21" in with_column, 'data-label="国家系统"' in with_column) == (True, True)
    assert 'data-label="国家系统"' not in without
    assert ("条件：国家系统" in with_column, "证件号码</" in with_column) == (False, False)


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["members", "export_profile"])
def test_queries_do_not_grow(world, signed_in, page):
    client, address = signed_in(world.general_admin), url(page, organization=world.branch.pk, national="shown")
    queries(client, address)
    marked(world.member, world.secretary)

    one = queries(client, address)
    for _ in range(3):
        marked(a_member(branch=world.branch), world.secretary)

    assert queries(client, address) == one


def test_as_many_as_a_page_holds_are_marked_with_few_queries(world, signed_in):
    people = [a_member(branch=world.branch) for _ in range(max(SIZES))]
    client = signed_in(world.secretary)
    client.get(url("members"))

    with CaptureQueriesContext(connection) as captured:
        client.post(url("national_mark", *people), {"done_on": TODAY})

    assert NationalMark.objects.count() == len(people)
    assert len(captured) < 40


def test_only_who_may_export_in_clear_is_offered_it(world, signed_in):
    link = reverse("members:export_profile")

    assert link in text_of(signed_in(world.secretary).get(url("members")))
    for user in (world.clerk, world.officer, world.observer):
        assert link not in text_of(signed_in(user).get(url("members")))


def test_the_file_holds_what_was_queried(world, signed_in):
    a_member("高若溪", branch=world.branch, political_status="01", league_status="retained")
    client, address = signed_in(world.secretary), url("export_profile", political_status="01")

    page = text_of(client.get(address))
    answer = client.post(address, {"profile": ExportProfile.objects.get().pk, "purpose": "录入国家系统"})

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    person = Member.objects.get(name="高若溪")
    assert "查询到 1 人。条件：政治面貌：中共党员。" in page
    assert [cell.value for cell in sheet[2]][:2] == ["高若溪", person.id_number]
    assert "attachment" in answer["Content-Disposition"]
    entry = AuditEntry.objects.get(kind="exported")
    assert (entry.reason, entry.changes["人数"], entry.changes["条件"]) == (
        "录入国家系统", [None, 1], [None, "政治面貌：中共党员"],
    )  # fmt: skip
    assert person.id_number not in page


def test_exporting_is_refused_on_the_page(world, signed_in):
    client, profile = signed_in(world.secretary), ExportProfile.objects.get()

    short = client.post(url("export_profile"), {"profile": profile.pk, "purpose": "录入"})
    unclear = client.post(
        url("export_profile", political_status="99"), {"profile": profile.pk, "purpose": "录入国家系统"}
    )
    a_grant(world.secretary, world.general, Role.OBSERVER)
    beyond = client.get(url("export_profile", organization=world.general.pk))
    nobody = client.get(url("export_profile", name="不存在"))
    ExportProfile.objects.update(is_active=False)
    none = client.get(url("export_profile", organization=world.branch.pk))

    assert short.context["form"].errors == {"purpose": ["请写明导出用途，至少 4 个字，如“录入国家系统”。"]}
    assert "查询条件有误" in text_of(unclear)
    assert "所查询的人员中有 1 人不在您可以导出明文的范围内" in text_of(beyond)
    assert "没有可以导出的人员" in text_of(nobody)
    assert "没有启用的导出方案" in text_of(none)
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_another_root_is_not_found(world, signed_in):
    assert (
        signed_in(world.secretary).get(url("export_profile", organization=world.foreign_bureau.pk)).status_code == 404
    )
