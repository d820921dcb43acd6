"""The pages of 与国家系统核对: handing in, looking, narrowing, taking out, deleting."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from members.models import Comparison, ComparisonRow
from members.tests.national import a_line, a_list
from members.tests.outgoing import a_comparison


def url(page, *args, query=""):
    return reverse(f"members:{page}", args=args) + query


def test_the_whole_way_on_the_pages(world, signed_in):
    client = signed_in(world.general_admin)
    file = SimpleUploadedFile("国家系统.xlsx", a_list(a_line(world.member, 民族="回族")).read())

    empty = client.post(url("comparison_new"), {"organization": world.general.pk}).content.decode()
    foreign = client.post(url("comparison_new"), {"organization": world.other_general.pk, "file": file})
    file.seek(0)
    answer = client.post(url("comparison_new"), {"organization": world.general.pk, "file": file}, follow=True)
    comparison = Comparison.objects.get()
    page = answer.content.decode()
    narrowed = client.get(url("comparison", comparison.pk, query="?field=ethnicity&name=白")).content.decode()
    nothing = client.get(url("comparison", comparison.pk, query="?outcome=only_there")).content.decode()
    workbook = client.get(url("comparison_export", comparison.pk, query="?outcome=only_here"))
    client.post(url("comparison_delete", comparison.pk))
    gone = client.get(url("comparison", comparison.pk)).content.decode()

    assert "请选择国家系统导出的文件。" in empty
    assert (foreign.status_code, Comparison.objects.count()) == (200, 1)
    assert ("回族" in page, "何静姝" in page, "只在本系统" in page) == (True, True, True)
    assert ("白雨桐" in narrowed, "何静姝" in narrowed) == (True, False)
    assert "没有符合条件的结果" in nothing
    assert "何静姝" in str(list(load_workbook(io.BytesIO(b"".join(workbook.streaming_content))).active.values))
    assert "核对结果已删除" in gone


PAGES = ("comparison", "comparison_progress", "comparison_export")


@pytest.mark.parametrize("name", PAGES)
def test_who_may_look(world, signed_in, name):
    comparison = a_comparison(world.general, by=world.general_admin)
    done = {"comparison_progress": 286}.get(name, 200)

    def status(user):
        return signed_in(user).get(url(name, comparison.pk)).status_code

    cast = ("general_admin", "bureau_admin", "clerk", "observer", "officer")
    assert {status(getattr(world, who)) for who in cast} == {done}
    others = ("secretary", "foreign_admin", "outsider", "auditor", "system_admin")
    assert {status(getattr(world, who)) for who in others} == {404}


def test_who_may_hand_in_and_delete_on_the_pages(world, signed_in):
    comparison = a_comparison(world.general, by=world.general_admin)

    def statuses(user):
        client = signed_in(user)
        return (
            client.get(url("comparisons")).status_code,
            client.get(url("comparison_new")).status_code,
            client.post(url("comparison_delete", comparison.pk)).status_code,
        )

    cast = ("observer", "officer", "secretary", "foreign_admin", "outsider", "auditor", "clerk")
    assert {who: statuses(getattr(world, who)) for who in cast} == {
        "observer": (200, 403, 403),
        "officer": (200, 403, 403),
        "secretary": (200, 200, 404),
        "foreign_admin": (200, 200, 404),
        "outsider": (403, 403, 404),
        "auditor": (403, 403, 404),
        "clerk": (200, 200, 302),
    }
    assert comparison.file_name not in signed_in(world.foreign_admin).get(url("comparisons")).content.decode()


@pytest.mark.parametrize("name", ["comparisons", "comparison"])
def test_queries_do_not_grow(world, signed_in, name):
    client = signed_in(world.general_admin)
    first = a_comparison(world.general, by=world.general_admin, person=world.member)
    args = [first.pk] if name == "comparison" else []

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name, *args)).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for number, person in enumerate([world.member, world.sister_member], 2):
        a_comparison(world.general, by=world.general_admin, person=person)
        row = ComparisonRow.objects.filter(comparison=first).first()
        row.pk, row.number, row.target_id = None, number, person.pk
        row.save()

    assert queries() == one
