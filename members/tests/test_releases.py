"""A second person for many clear numbers: who is asked, who decides, what is handed out and what is logged."""

import datetime as dt
import hashlib
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import AccessGrant, AuditEntry
from branches.tests.builders import a_grant, a_user
from members import exports, releases
from members.filters import as_listed
from members.models import ExportProfile, ExportRequest, Member, PrivacyLimits
from members.tests.builders import a_member
from reports.todos import todos_for

PURPOSE = "录入国家系统"


@pytest.fixture
def strict(world):
    """A tree in which nobody takes more than two numbers of others alone."""
    PrivacyLimits.objects.create(organization=world.bureau, rows_without_approval=2)
    for _ in range(3):
        a_member(branch=world.branch)
    return world


def people(organization):
    return as_listed(Member.objects.under(organization))


def words(**more):
    return {"profile": ExportProfile.objects.get(), "asked": "", "purpose": PURPOSE} | more


def asked(world, *, by=None, organization=None):
    organization = organization or world.general
    return releases.ask(people(organization), organization, query="", by=by or world.general_admin, **words())


def approved(world):
    asking = asked(world)
    releases.approve(asking, by=world.bureau_admin)
    return asking


def taken(world, organization, by):
    return exports.export(people(organization), organization, by=by, **words())


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def test_beyond_the_limit_nobody_takes_numbers_alone(strict):
    needs = "名单中有本支部以外的 5 人，超过 2 人，须由另一名管理员批准，请提交申请。"

    assert refusal(lambda: taken(strict, strict.general, strict.general_admin)) == [needs]
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_the_own_branch_is_taken_alone(strict):
    assert taken(strict, strict.branch, strict.secretary)


def test_the_limit_is_two_hundred_where_nobody_set_one(world):
    assert PrivacyLimits.of(world.branch).rows_without_approval == 200
    assert PrivacyLimits.of(world.branch).reveals_per_hour == 30


def test_another_tree_keeps_its_own_limit(strict):
    assert PrivacyLimits.of(strict.other_branch).rows_without_approval == 2
    assert PrivacyLimits.of(strict.foreign_branch).rows_without_approval == 200


def test_a_list_is_not_split_to_get_around_the_limit(strict):
    for organization in (strict.sister_branch, strict.other_branch):
        taken(strict, organization, strict.bureau_admin)

    again = refusal(lambda: taken(strict, strict.sister_branch, strict.bureau_admin))
    with time_machine.travel(timezone.now() + dt.timedelta(hours=24, minutes=1)):
        assert taken(strict, strict.sister_branch, strict.bureau_admin)

    assert again == [
        "名单中有本支部以外的 1 人，加上 24 小时内已导出的 2 人，超过 2 人，须由另一名管理员批准，请提交申请。"
    ]


def test_a_tree_can_ask_for_approval_of_minors(world):
    PrivacyLimits.objects.create(organization=world.bureau, approve_minors=True)
    a_member(branch=world.sister_branch, birth_on=dt.date(2010, 1, 1))

    said = refusal(lambda: taken(world, world.general, world.general_admin))

    assert said == ["名单中有本支部以外未满 18 周岁的 1 人，须由另一名管理员批准，请提交申请。"]
    assert taken(world, world.branch, world.general_admin)


def test_asking_approving_fetching_are_logged_and_the_file_is_whole(strict):
    asking = approved(strict)
    content = releases.fetch(asking, people(strict.general), by=strict.general_admin)

    asking.refresh_from_db()
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]
    assert (asking.state, asking.rows, asking.decided_by) == ("fetched", 5, strict.bureau_admin)
    assert strict.member.id_number in [row[1] for row in rows]
    told = AuditEntry.objects.filter(object_type="members.exportrequest").order_by("id")
    assert list(told.values_list("kind", "actor__username", "reason")) == [
        ("created", "general_admin", PURPOSE),
        ("changed", "bureau_admin", ""),
    ]
    entry = AuditEntry.objects.get(kind="exported")
    assert entry.changes["批准人"] == [None, "局级管理员"]
    assert entry.changes["文件 SHA-256"] == [None, hashlib.sha256(content).hexdigest()]
    assert (entry.reason, entry.mentions.count()) == (PURPOSE, 5)


def test_approved_numbers_do_not_count_against_the_limit(strict):
    releases.fetch(approved(strict), people(strict.general), by=strict.general_admin)

    assert taken(strict, strict.sister_branch, strict.general_admin)


def test_who_may_not_decide(strict):
    asking = asked(strict)

    assert refusal(lambda: releases.approve(asking, by=strict.general_admin)) == [
        "自己的申请不能自己批准，请联系另一名管理员。"
    ]
    for user in (strict.secretary, strict.officer, strict.observer, strict.foreign_admin, strict.system_admin):
        assert refusal(lambda user=user: releases.approve(asking, by=user)) == [
            "您没有这里的明文导出权限，不能批准，请联系上级管理员。"
        ]
    asking.refresh_from_db()
    assert asking.state == "waiting"


def test_the_database_keeps_two_people_apart(strict):
    asking = asked(strict)

    with pytest.raises(IntegrityError), transaction.atomic():
        ExportRequest.objects.filter(pk=asking.pk).update(decided_by=strict.general_admin)


def test_refusing_takes_a_reason_and_ends_it(strict):
    asking = asked(strict)

    without = refusal(lambda: releases.refuse(asking, reason=" ", by=strict.bureau_admin))
    releases.refuse(asking, reason="用途不明", by=strict.bureau_admin)

    assert without == ["请写明不批准的原因，申请人会看到。"]
    assert refusal(lambda: releases.approve(asking, by=strict.bureau_admin)) == ["这份申请不批准，不能再办理。"]
    assert refusal(lambda: releases.fetch(asking, people(strict.general), by=strict.general_admin)) == [
        "这份申请不批准，不能下载。"
    ]


def test_it_is_fetched_once_by_the_one_who_asked(strict):
    asking = approved(strict)

    other = refusal(lambda: releases.fetch(asking, people(strict.general), by=strict.bureau_admin))
    releases.fetch(asking, people(strict.general), by=strict.general_admin)
    again = refusal(lambda: releases.fetch(asking, people(strict.general), by=strict.general_admin))

    assert other == ["只有申请人本人可以下载。"]
    assert again == ["这份名单已下载过，每次批准只能下载一次。还要使用请重新申请。"]


@pytest.mark.parametrize(("hours", "word"), [(23, None), (25, "这份申请已过期，不能下载。")])
def test_an_approval_lasts_a_day(strict, hours, word):
    asking = approved(strict)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=hours)):
        if word:
            assert refusal(lambda: releases.fetch(asking, people(strict.general), by=strict.general_admin)) == [word]
        else:
            assert releases.fetch(asking, people(strict.general), by=strict.general_admin)


def test_a_request_nobody_decides_lapses(strict):
    asking = asked(strict)

    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        assert refusal(lambda: releases.approve(asking, by=strict.bureau_admin)) == ["这份申请已过期，不能再办理。"]
        assert not ExportRequest.objects.waiting().exists()


def test_the_file_has_the_rights_and_the_people_of_the_moment(strict):
    asking = approved(strict)
    a_member(branch=strict.branch)

    more = refusal(lambda: releases.fetch(asking, people(strict.general), by=strict.general_admin))
    AccessGrant.objects.filter(user=strict.general_admin).update(ended_at=timezone.now())
    without = refusal(lambda: releases.fetch(asking, people(strict.general), by=strict.general_admin))

    assert more == ["批准的是 5 人，现在查询到 6 人，请重新申请。"]
    assert without == ["其中 6 人不在您可以导出明文的范围内，请缩小查询范围，或由上级管理员导出。"]


def test_nobody_asks_where_nobody_could_agree(strict):
    assert refusal(lambda: asked(strict, by=strict.bureau_admin, organization=strict.bureau)) == [
        "华岳局团委及上级没有另一名可以批准的管理员，请先增设一名管理员，或由各下级管理员分别导出。"
    ]
    second = a_user("second_admin", display_name="另一管理员")
    a_grant(second, strict.bureau)

    assert releases.approvers_of(strict.bureau, but=strict.bureau_admin) == [second]
    assert asked(strict, by=strict.bureau_admin, organization=strict.bureau).rows == 6


def test_the_same_request_is_not_made_twice(strict):
    asked(strict)

    assert refusal(lambda: asked(strict)) == ["您已提交过同样的申请，正在等待批准，请到“明文导出申请”查看。"]


def url(page, *args, **query):
    return reverse(f"members:{page}", args=args) + (
        "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
    )


def text_of(response):
    return response.content.decode()


def test_the_whole_way_on_the_pages(strict, signed_in, client):
    address = url("export_profile", organization=strict.general.pk, gender="2")
    profile = ExportProfile.objects.get()

    before = text_of(signed_in(strict.general_admin).get(address))
    answer = client.post(address, {"profile": profile.pk, "purpose": PURPOSE}, follow=True)
    asking = ExportRequest.objects.get()
    own = client.post(url("export_approve", asking.pk), follow=True)
    deciding = text_of(signed_in(strict.bureau_admin).get(url("export_request", asking.pk)))
    client.post(url("export_approve", asking.pk))
    ready = text_of(signed_in(strict.general_admin).get(url("export_request", asking.pk)))
    file = client.post(url("export_fetch", asking.pk))
    again = client.post(url("export_fetch", asking.pk), follow=True)

    assert ("提交申请" in before, "名单中有本支部以外的 5 人，超过 2 人，" in before) == (True, True)
    assert "等待另一名管理员批准" in text_of(answer)
    assert "局级管理员" in text_of(answer)
    assert asking.asked == "性别：女"
    assert "自己的申请不能自己批准" in text_of(own)
    assert "总支管理员申请导出 5 人的证件号码和手机号明文" in deciding
    assert "已批准，可以下载一次" in ready
    assert load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.max_row >= 6
    assert "这份名单已下载过" in text_of(again)


def test_refusing_on_the_pages(strict, signed_in):
    asking = asked(strict)
    client = signed_in(strict.bureau_admin)

    empty = client.post(url("export_refuse", asking.pk), {"reason": ""})
    answer = client.post(url("export_refuse", asking.pk), {"reason": "用途不明"}, follow=True)

    assert "请写明不批准的原因" in text_of(empty)
    assert ("不批准" in text_of(answer), "用途不明" in text_of(answer)) == (True, True)


def test_who_gets_in(strict, signed_in):
    asking = asked(strict)

    def status(user):
        client = signed_in(user)
        return client.get(url("export_request", asking.pk)).status_code, client.get(url("export_requests")).status_code

    cast = ("bureau_admin", "general_admin", "observer", "officer", "secretary", "foreign_admin", "outsider")
    assert {name: status(getattr(strict, name)) for name in cast} == {
        "bureau_admin": (200, 200), "general_admin": (200, 200), "observer": (403, 403), "officer": (403, 403),
        "secretary": (404, 200), "foreign_admin": (404, 200), "outsider": (404, 403),
    }  # fmt: skip


def test_approvers_and_the_one_who_asked_have_it_among_their_todos(strict, today):
    def titles(user, organization):
        return [todo.title for todo in todos_for(user, organization, today) if "明文" in todo.title]

    asking = asked(strict)
    waiting = titles(strict.bureau_admin, strict.bureau), titles(strict.general_admin, strict.general)
    releases.approve(asking, by=strict.bureau_admin)

    assert waiting == (["待批准的明文导出"], [])
    assert titles(strict.general_admin, strict.general) == ["已批准、等您下载的明文导出"]
    assert titles(strict.bureau_admin, strict.bureau) == []


def test_queries_of_the_list_do_not_grow(strict, signed_in):
    client, address = signed_in(strict.bureau_admin), url("export_requests")
    asking = asked(strict)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for number in range(3):
        asking.pk, asking.query = None, f"age={number}"
        asking.save()

    assert queries() == one
