"""Lists made in the background: exactly what was queried, kept for its maker, deleted in time."""

import datetime as dt
import hashlib
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from branches import tree
from branches.models import AccessGrant, AuditEntry, Role
from branches.tests.builders import a_grant
from members.lists import keeping, kinds, making
from members.models import Export, ExportFile, ExportState
from members.tests.builders import a_member
from members.tests.outgoing import a_list_made


@pytest.fixture
def few(settings):
    """Two rows are a long list."""
    settings.TUANJIAN_EXPORT_AT_ONCE = 1


def url(page, *args, **query):
    address = reverse(f"members:{page}", args=args)
    return address + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")


def started(world, by=None, query="", key="members", organization=None):
    return keeping.start(kinds.of(key), organization or world.general, QueryDict(query), by=by or world.general_admin)


def rows_of(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def people_in(content):
    return [row[2] for row in rows_of(content) if isinstance(row[0], int)]


def refusal(deed):
    with pytest.raises(ValidationError) as refused:
        deed()
    return refused.value.messages


def test_it_holds_what_was_queried_and_is_kept_sealed(world):
    a_member("高若溪", branch=world.branch, political_status="01", league_status="retained")

    export = started(world, query="political_status=01")

    content = keeping.fetch(export, by=world.general_admin)
    assert (export.state, export.rows, export.asked, export.percent) == ("ready", 1, "政治面貌：中共党员", 100)
    assert people_in(content) == ["高若溪"]
    assert (export.size, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert b"PK" not in bytes(ExportFile.objects.get().sealed)[:20]
    assert "共 1 人" in rows_of(content)[-1][0]


def test_numbers_stay_masked_and_phones_as_on_the_screen(world):
    above = str(rows_of(keeping.fetch(started(world), by=world.general_admin)))
    own = started(world, by=world.secretary, organization=world.branch)

    assert world.member.phone in str(rows_of(keeping.fetch(own, by=world.secretary)))
    assert world.member.phone not in above
    assert world.member.phone_masked in above
    assert world.member.id_number not in above


def test_making_and_every_fetching_are_in_the_log(world):
    export = started(world)

    keeping.fetch(export, by=world.general_admin)
    keeping.fetch(export, by=world.general_admin)

    told = list(AuditEntry.objects.filter(object_type="members.export").order_by("id"))
    assert [entry.kind for entry in told] == ["created", "exported", "exported", "exported"]
    assert {entry.job for entry in told} == {f"导出 {export.pk}"}
    assert told[1].changes["文件 SHA-256"] == [None, export.sha256]
    assert {each.object_id for each in told[1].mentions.all()} == {str(world.member.pk), str(world.sister_member.pk)}
    assert told[3].changes["内容"] == [None, "下载"]


def test_the_job_runs_with_the_rights_its_maker_has_then(world, settings):
    export = a_list_made(world.general, by=world.general_admin)
    Export.objects.update(state=ExportState.WAITING)
    AccessGrant.objects.filter(user=world.general_admin).update(ended_at=timezone.now())

    making.make(export.pk)

    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", making.OUT_OF_SIGHT)
    assert AuditEntry.objects.get(kind="job").reason == making.OUT_OF_SIGHT


def test_a_job_that_runs_twice_makes_it_once(world):
    export = started(world)

    making.make(export.pk)

    assert AuditEntry.objects.filter(kind="exported").count() == 1


def test_who_is_out_of_sight_has_nothing_made(world):
    foreign = world.foreign_bureau

    assert refusal(lambda: started(world, organization=foreign)) == [making.OUT_OF_SIGHT]
    assert refusal(lambda: started(world, by=world.auditor, organization=world.bureau)) == [making.OUT_OF_SIGHT]


def test_conditions_that_are_not_understood_are_refused(world):
    assert refusal(lambda: started(world, query="age=7")) == [making.NOT_UNDERSTOOD]
    assert refusal(lambda: started(world, query=f"size={'1' * 2_000}")) == ["查询条件太长，请返回名单简化条件再导出。"]
    assert not Export.objects.exists()


def test_the_same_list_is_not_made_twice_at_a_time(world):
    started(world)
    Export.objects.update(state=ExportState.MAKING)

    assert refusal(lambda: started(world)) == ["同样的名单正在生成，请到“我的导出”查看。"]
    assert started(world, query="gender=1").state == "ready"


def test_nobody_else_fetches_it(world):
    export = started(world)

    assert refusal(lambda: keeping.fetch(export, by=world.bureau_admin)) == [keeping.NOT_YOURS]
    assert refusal(lambda: keeping.delete(export, by=world.bureau_admin)) == ["只有生成这份名单的人可以删除。"]


def test_whose_grant_has_ended_no_longer_fetches_it(world):
    export = started(world)
    AccessGrant.objects.filter(user=world.general_admin).update(ended_at=timezone.now())

    assert refusal(lambda: keeping.fetch(export, by=world.general_admin)) == [keeping.SEES_LESS]


def test_a_branch_that_has_moved_out_of_sight_takes_the_list_along(world):
    export = started(world)
    tree.move(world.sister_branch, under=world.other_general, by=None)

    assert refusal(lambda: keeping.fetch(export, by=world.general_admin)) == [keeping.SEES_LESS]
    assert people_in(keeping.fetch(started(world), by=world.general_admin)) == [world.member.name]


def test_phones_shown_as_the_own_branchs_go_with_the_grant(world):
    a_grant(world.clerk, world.branch, Role.ADMINISTRATOR)
    export = started(world, by=world.clerk)
    AccessGrant.objects.filter(user=world.clerk, role=Role.ADMINISTRATOR).update(ended_at=timezone.now())

    assert refusal(lambda: keeping.fetch(export, by=world.clerk)) == [keeping.SEES_LESS]


def test_more_rights_take_nothing_away(world):
    export = started(world)
    a_grant(world.general_admin, world.bureau, Role.OBSERVER)

    assert keeping.why_not(export, by=world.general_admin) == ""


def test_files_go_after_some_days_and_on_request(world, settings):
    old, new = started(world), started(world, query="gender=1")
    Export.objects.filter(pk=old.pk).update(made_at=timezone.now() - dt.timedelta(days=7, minutes=1))

    assert keeping.delete_expired() == 1
    keeping.delete(new, by=world.general_admin)

    assert set(Export.objects.values_list("state", flat=True)) == {"deleted"}
    assert not ExportFile.objects.exists()
    assert refusal(lambda: keeping.fetch(old, by=world.general_admin)) == ["这份名单已删除，不能下载。"]
    assert refusal(lambda: keeping.delete(new, by=world.general_admin)) == ["这份名单已删除，不需要删除。"]
    changed = AuditEntry.objects.filter(kind="changed", object_type="members.export").order_by("id")
    assert [(entry.actor, entry.reason) for entry in changed] == [(None, "超过保存期限"), (world.general_admin, "")]


def test_a_lost_worker_is_noticed(world):
    export = started(world)
    Export.objects.update(state=ExportState.MAKING, lease_until=timezone.now())

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)):
        assert making.return_lost() == 1

    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", "后台任务中断，请重新生成。")


def test_queries_of_writing_do_not_grow_within_a_chunk(world, tmp_path):
    kind = kinds.of("members")

    def queries():
        found = making.queried(kind, world.general, QueryDict(), by=world.general_admin)
        with CaptureQueriesContext(connection) as captured:
            making.write(kind, world.general, found, tmp_path / "list.xlsx", by=world.general_admin)
        return len(captured)

    few = queries()
    for _ in range(3):
        a_member(branch=world.branch)

    assert queries() == few


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("youth", ["白雨桐", "何静姝"]),
        ("cadres", ["白雨桐"]),
        (
            "organizations",
            ["中国共产主义青年团华岳局测绘院航测一室支部委员会", "中国共产主义青年团华岳局测绘院航测二室支部委员会"],
        ),
        ("activities", []),
    ],
)
def test_every_list_can_be_taken_out_at_once(world, signed_in, key, expected):
    response = signed_in(world.general_admin).get(url("list_export", key, organization=world.general.pk))

    assert people_in(b"".join(response.streaming_content)) == expected
    assert AuditEntry.objects.filter(kind="exported").count() == 1


def test_a_list_nobody_offers_is_not_there(world, signed_in):
    assert signed_in(world.general_admin).get(url("list_export", "passwords")).status_code == 404


def test_a_long_list_goes_by_way_of_a_page(world, signed_in, few):
    client = signed_in(world.general_admin)

    asked = client.get(url("members_export"), follow=True)
    answer = client.post(asked.request["PATH_INFO"], follow=True)
    export = Export.objects.get()
    file = client.get(url("export_file", export.pk))

    assert "查询到 2 人，将在后台生成。" in asked.content.decode()
    assert "名单已生成，共 2 行" in answer.content.decode()
    assert people_in(b"".join(file.streaming_content)) == ["白雨桐", "何静姝"]
    assert file["Content-Disposition"].count("xlsx") >= 1


def test_conditions_nobody_understands_lead_back(world, signed_in):
    answer = signed_in(world.general_admin).get(url("list_export", "members", age=7), follow=True)

    assert answer.redirect_chain[0][0].startswith("/members/?age=7")
    assert making.NOT_UNDERSTOOD in answer.content.decode()
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_the_page_of_an_export_that_sees_too_much_offers_another(world, signed_in):
    export = started(world)
    tree.move(world.sister_branch, under=world.other_general, by=None)
    client = signed_in(world.general_admin)

    page = client.get(url("export", export.pk)).content.decode()
    refused = client.get(url("export_file", export.pk), follow=True).content.decode()
    again = client.post(url("export_again", export.pk), follow=True).content.decode()

    assert keeping.SEES_LESS in page
    assert url("export_file", export.pk) not in page
    assert keeping.SEES_LESS in refused
    assert "名单已生成，共 1 行" in again


def test_progress_ends_by_fetching_the_page_anew(world, signed_in):
    export = started(world)
    client = signed_in(world.general_admin)

    done = client.get(url("export_progress", export.pk))
    Export.objects.update(state=ExportState.MAKING, done=1, total=4)
    under_way = client.get(url("export_progress", export.pk))

    assert (done.status_code, done["HX-Refresh"]) == (286, "true")
    assert under_way.status_code == 200
    assert "第 1 行，共 4 行" in under_way.content.decode()


def test_deleting_on_the_page(world, signed_in):
    export = started(world)

    answer = signed_in(world.general_admin).post(url("export_delete", export.pk), follow=True)

    assert "已删除文件。" in answer.content.decode()
    assert not ExportFile.objects.exists()


PAGES = ("export", "export_progress", "export_file", "export_again", "export_delete")


@pytest.mark.parametrize("name", PAGES)
def test_an_export_is_there_for_its_maker_only(world, signed_in, name):
    export = started(world)
    method = "post" if name in ("export_again", "export_delete") else "get"

    def status(user):
        return getattr(signed_in(user), method)(url(name, export.pk)).status_code

    others = (world.bureau_admin, world.observer, world.outsider, world.foreign_admin, world.system_admin)
    assert {status(user) for user in others} == {404}
    AccessGrant.objects.filter(user=world.general_admin).update(ended_at=timezone.now())
    assert status(world.general_admin) == 404


def test_an_observer_takes_what_is_on_the_screen(world, signed_in):
    content = b"".join(signed_in(world.observer).get(url("list_export", "members")).streaming_content)

    assert world.member.phone not in str(rows_of(content))
    assert signed_in(world.auditor).get(url("list_export", "members")).status_code == 403
    assert signed_in(world.auditor).get(url("exports")).status_code == 403
    assert (
        signed_in(world.foreign_admin).get(url("list_export", "members", organization=world.branch.pk)).status_code
        == 404
    )


def test_queries_of_the_own_list_do_not_grow(world, signed_in):
    client = signed_in(world.general_admin)
    a_list_made(world.general, by=world.general_admin)
    a_list_made(world.general, by=world.bureau_admin, asked="别人的")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url("exports"))
        assert "别人的" not in page.content.decode()
        return len(captured)

    queries()
    one = queries()
    for _ in range(2):
        a_list_made(world.branch, by=world.general_admin)

    assert queries() == one
