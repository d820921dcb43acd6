"""随机抽查: the pages. Who may open what, what they show, what leaves the system."""

import hashlib
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import AuditEntry
from members.models import Member
from members.tests.builders import a_member
from reports.models import SpotCheck, SpotKind, SpotRecord
from reports.spot_checks import following, recording
from reports.tests.spot_checking import RIGHT, WRONG, a_draw, checked, mended, record_of


@pytest.fixture
def check(world):
    return a_draw(world, number=10)


@pytest.fixture
def record(check, world):
    return record_of(check, world.member)


def statuses(signed_in, world, url, post=None):
    people = ("outsider", "foreign_admin", "auditor", "secretary", "observer", "officer", "bureau_admin")
    answers = {}
    for who in people:
        client = signed_in(getattr(world, who))
        answers[who] = client.get(url).status_code if post is None else client.post(url, post).status_code
    return answers


def drawn(**more):
    return {"name": "抽查", "kind": "members", "number": "2", "seed": "5"} | more


def test_who_may_look_at_a_draw_and_who_may_draw(world, check, signed_in):
    stranger = dict.fromkeys(("outsider", "foreign_admin", "auditor"), 404)
    below = stranger | {"secretary": 404, "observer": 404}
    of_general = a_draw(world, top=world.general, by=world.general_admin)

    assert statuses(signed_in, world, f"/spot-checks/{check.pk}/") == below | {"officer": 200, "bureau_admin": 200}
    assert statuses(signed_in, world, f"/spot-checks/{of_general.pk}/") == below | {
        "observer": 200, "officer": 200, "bureau_admin": 200,
    }  # fmt: skip
    for page in (f"spot-checks/{of_general.pk}/again", f"organizations/{world.general.pk}/spot-checks/new"):
        assert statuses(signed_in, world, f"/{page}/", {}) == below | {
            "observer": 403, "officer": 200, "bureau_admin": 200,
        }  # fmt: skip


def test_who_may_say_what_was_found_and_who_may_mend(world, check, record, signed_in):
    checked(record, WRONG, by=world.officer)
    seen = dict.fromkeys(("outsider", "foreign_admin", "auditor"), 404) | {"officer": 200, "bureau_admin": 200}

    assert statuses(signed_in, world, f"/spot-records/{record.pk}/") == seen | {"secretary": 200, "observer": 200}
    for deed in ("check", "settle"):
        page = f"/spot-records/{record.pk}/{deed}/"
        assert statuses(signed_in, world, page) == seen | {"secretary": 403, "observer": 403}
    page = f"/spot-records/{record.pk}/mend/"
    assert statuses(signed_in, world, page) == seen | {"secretary": 200, "observer": 403, "officer": 403}


def test_an_observer_of_the_committee_looks_and_says_nothing(world, signed_in):
    of_general = a_draw(world, top=world.general, by=world.general_admin)
    record = record_of(of_general, world.member)
    client = signed_in(world.observer)

    answers = [client.post(f"/spot-records/{record.pk}/{deed}/", {"verdict": "right"}) for deed in ("check", "settle")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "开始检查" not in client.get(f"/spot-checks/{of_general.pk}/").content.decode()
    assert SpotRecord.objects.exclude(verdict="").count() == 0


def test_records_of_organizations_are_mended_by_who_keeps_organizations(world, signed_in):
    record = a_draw(world, kind=SpotKind.ORGANIZATIONS, number=9).records.get(organization=world.branch)
    checked(record, WRONG.__class__(verdict="unreal", basis="file", unreal="twice"), by=world.officer)
    url = f"/spot-records/{record.pk}/mend/"

    assert signed_in(world.clerk).get(url).status_code == 403
    assert signed_in(world.secretary).get(url).status_code == 200


def test_drawing_on_the_page(world, signed_in):
    client = signed_in(world.officer)
    page = client.get(f"/organizations/{world.bureau.pk}/spot-checks/new/")
    refused = client.post(f"/organizations/{world.bureau.pk}/spot-checks/new/", drawn(percent="5"))

    answer = client.post(f"/organizations/{world.bureau.pk}/spot-checks/new/", drawn(number="9"), follow=True)

    made = SpotCheck.objects.get()
    shown = answer.content.decode()
    assert "不能人工挑选" in page.content.decode()
    assert "抽取数量和抽取比例请填写其中一项。" in refused.content.decode()
    assert answer.redirect_chain == [(f"/spot-checks/{made.pk}/", 302)]
    assert "范围内只有 3 条记录，不足 9 条，已全部抽中。" in shown
    assert all(word in shown for word in ("手工指定", made.population_digest, "白**", "曹**", "未检查完"))
    assert "白雨桐" not in shown


def test_drawing_again_on_the_page(world, check, signed_in):
    client = signed_in(world.officer)
    refused = client.post(f"/spot-checks/{check.pk}/again/", {"reason": " "})

    answer = client.post(f"/spot-checks/{check.pk}/again/", {"reason": "有人调出"}, follow=True)

    assert "请写明重抽的原因" in refused.content.decode()
    assert "有人调出" in answer.content.decode()
    listed = client.get(f"/spot-checks/?organization={world.bureau.pk}").content.decode()
    assert (listed.count("第四季度抽查</a>"), "有人调出" in listed) == (2, True)


def posted(record, verdict, **more):
    record.refresh_from_db()
    return {"verdict": verdict, "basis": "file", "version": record.version} | more


def test_one_record_after_the_other(world, check, record, signed_in):
    client = signed_in(world.officer)
    url = f"/spot-records/{record.pk}/check/"
    sister = record_of(check, world.sister_member)

    refused = client.post(url, posted(record, "wrong"))
    answer = client.post(url, posted(record, "right"))
    second = client.post(
        f"/spot-records/{sister.pk}/check/", posted(sister, "wrong", says_ethnicity="回族", says_work_unit="测绘院")
    )

    assert "请至少标出一项不一致或缺漏" in refused.content.decode()
    assert answer["Location"] == f"/spot-records/{sister.pk}/check/"
    assert second["Location"] == f"/spot-records/{record_of(check, world.other_member).pk}/check/"
    assert list(sister.facts.values_list("key", "mark", "file_says")) == [
        ("ethnicity", "wrong", "回族"),
        ("work_unit", "missing", "测绘院"),
    ]
    last = record_of(check, world.other_member)
    end = client.post(f"/spot-records/{last.pk}/check/", posted(last, "unreal", unreal="left"))
    assert end["Location"] == f"/spot-checks/{check.pk}/"
    again = client.get(f"/spot-records/{sister.pk}/check/").content.decode()
    assert 'value="回族"' in again


def test_enter_in_a_field_registers_nothing_and_keeps_what_was_typed(world, record, signed_in):
    client = signed_in(world.officer)
    url = f"/spot-records/{record.pk}/check/"
    page = client.get(url).content.decode()
    form = page[page.index('<form method="post" class="form-card spot-form"') :]
    # What a browser presses on Enter: the first button of the form, before the one for unreal records.
    pressed = form[form.index("<button") :].split(">")[0]

    answer = client.post(url, posted(record, "", says_ethnicity="回族", unreal="left"))

    assert 'name="verdict" value=""' in pressed
    assert "请按页面下方的按钮登记。" in answer.content.decode()
    assert 'value="回族"' in answer.content.decode()
    record.refresh_from_db()
    assert not record.is_checked


def test_what_was_typed_is_not_dropped_with_an_unreal_record(world, record, signed_in):
    url = f"/spot-records/{record.pk}/check/"

    answer = signed_in(world.officer).post(url, posted(record, "unreal", says_ethnicity="回族", unreal="left"))

    assert recording.UNREAL_WITH_MARKS in answer.content.decode()
    assert 'value="回族"' in answer.content.decode()
    record.refresh_from_db()
    assert not record.is_checked


def test_a_number_beside_the_record_is_refused_on_the_page_too(world, record, signed_in):
    answer = signed_in(world.officer).post(
        f"/spot-records/{record.pk}/check/", posted(record, "wrong", says_phone="14000123456")
    )

    assert "请不要写手机号，只写哪几位不符" in answer.content.decode()
    assert record.facts.count() == 0


def test_the_branch_mends_and_the_committee_confirms(world, check, record, signed_in):
    checked(record, WRONG, by=world.officer)
    client = signed_in(world.secretary)
    found = client.get(f"/organizations/{world.branch.pk}/spot-checks/").content.decode()
    page = client.get(f"/spot-records/{record.pk}/").content.decode()
    Member.objects.filter(pk=world.member.pk).update(ethnicity="03")
    answer = client.post(f"/spot-records/{record.pk}/mend/", {"note": "已改", "version": 2}, follow=True)

    assert ("白雨桐" in found, f"/spot-checks/{check.pk}/" in found) == (True, False)
    back = f"next=%2Fspot-records%2F{record.pk}%2F"
    assert f"/members/{world.member.pk}/edit/?field=ethnicity&amp;{back}#id_ethnicity" in page
    assert "检查后已改动" in answer.content.decode()
    client = signed_in(world.officer)
    refused = client.post(f"/spot-records/{record.pk}/settle/", {"deed": "return", "version": 3})
    assert "请写明退回的原因" in refused.content.decode()
    client.post(f"/spot-records/{record.pk}/settle/", {"deed": "confirm", "version": 3})
    record.refresh_from_db()
    assert record.word == "已整改"


def test_nobody_confirms_on_the_page_what_the_same_person_reported(world, record, signed_in):
    checked(record, WRONG, by=world.officer)
    mended(record, by=world.bureau_admin)
    client, url = signed_in(world.bureau_admin), f"/spot-records/{record.pk}/settle/"

    shown = client.get(url).content.decode()
    answer = client.post(url, {"deed": "confirm", "version": record.version})

    assert "整改是您登记的，请由抽查组织的其他管理人员复核" in shown
    assert "整改是您登记的，请由抽查组织的其他管理人员复核" in answer.content.decode()
    record.refresh_from_db()
    assert record.word == "待复核"


def test_a_branch_has_no_draws_but_what_was_found(world, record, signed_in):
    checked(record, RIGHT, by=world.officer)

    page = signed_in(world.secretary).get("/spot-checks/").content.decode()

    assert ("检查发现与整改" in page, "无问题" in page) == (True, True)


def test_states_are_asked_for(world, check, record, signed_in):
    checked(record, RIGHT, by=world.officer)
    checked(record_of(check, world.sister_member), WRONG, by=world.officer)
    client = signed_in(world.officer)

    def shown(state):
        page = client.get(f"/spot-checks/{check.pk}/?state={state}").content.decode()
        return [name for name in ("白**", "何**", "曹**") if name in page]

    assert [shown(state) for state in ("", "none", "right", "open", "mended")] == [
        ["白**", "何**", "曹**"], ["曹**"], ["白**"], ["何**"], [],
    ]  # fmt: skip


def test_the_sheet_on_paper_and_as_a_workbook(world, check, signed_in):
    client = signed_in(world.officer)

    paper = client.get(f"/spot-checks/{check.pk}/sheet/").content.decode()
    content = b"".join(client.get(f"/spot-checks/{check.pk}/sheet/export/").streaming_content)

    lines = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    number = record_of(check, world.member).number
    assert lines[2][:8] == ("序号", "抽中序号", "组织", "姓名", "性别", "出生日期", "民族", "证件号码")
    assert lines[2][-4:] == ("与档案一致", "不一致的项目", "应为", "检查人签字")
    assert lines[3][:8] == (1, number, "航测一室团支部", "白雨桐", "女", "2001-06-18", "汉族", "37" + "*" * 16)
    assert lines[3][-4:] == (None, None, None, None)
    assert all(word in paper for word in ("白雨桐", "37" + "*" * 16, "检查人签字", "种子：20261121（手工指定）"))
    assert "种子：20261121（手工指定）" in lines[1][0]
    for secret in (world.member.id_number, world.member.phone):
        assert secret not in paper + str(lines)
    printed, exported = AuditEntry.objects.filter(object_type="reports.spotcheck").order_by("pk")[1:]
    assert (printed.kind, printed.changes) == ("printed", {"内容": [None, "随机抽查核对表"], "条数": [None, 3]})
    assert exported.changes["文件 SHA-256"] == [None, hashlib.sha256(content).hexdigest()]
    assert exported.mentions.count() == printed.mentions.count() == 3


def test_names_dates_and_numbers_stay_in_one_line_on_paper(world, check, signed_in):
    Member.objects.filter(pk=world.member.pk).update(work_unit="华岳地质局测绘院航测一室")

    paper = signed_in(world.officer).get(f"/spot-checks/{check.pk}/sheet/").content.decode()

    for short in ("白雨桐", "2001-06-18", "2016-05", "37" + "*" * 16, "共青团员"):
        assert f'<span class="whole">{short}</span>' in paper
    assert '<span class="words">华岳地质局测绘院航测一室</span>' in paper


def test_people_out_of_reach_are_on_no_sheet(world, check, signed_in):
    Member.objects.filter(pk=world.other_member.pk).update(branch=world.foreign_branch)

    paper = signed_in(world.officer).get(f"/spot-checks/{check.pk}/sheet/").content.decode()

    assert ("曹景行" in paper, "人员已不在管理范围内" in paper) == (False, True)


def test_the_population_is_handed_out_as_it_was_digested(world, check, signed_in):
    answer = signed_in(world.officer).get(f"/spot-checks/{check.pk}/population/")

    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == check.population_digest
    assert AuditEntry.objects.latest("pk").changes == {"内容": [None, "总体名单"], "条数": [None, 3]}


def test_the_result_says_that_it_is_half_done_until_it_is_not(world, check, record, signed_in):
    client = signed_in(world.officer)
    checked(record, WRONG, by=world.officer)

    def pages():
        return [client.get(f"/spot-checks/{check.pk}/{page}/").content.decode() for page in ("result", "result/print")]

    half = pages()
    for person in (world.sister_member, world.other_member):
        checked(record_of(check, person), RIGHT, by=world.officer)
    whole = pages()

    assert ["检查完" in page and "3 条" in page for page in half] == [True, True]
    assert ["还没有检查完" in page or "未检查完" in page for page in half + whole] == [True, True, False, False]
    assert ["96.7%" in page for page in whole] == [True, True]
    assert ["测绘院团总支" in page for page in whole] == [True, True]


def test_the_result_as_a_workbook(world, check, record, signed_in):
    checked(record, WRONG, by=world.officer)

    answer = signed_in(world.officer).get(f"/spot-checks/{check.pk}/result/export/")

    content = b"".join(answer.streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = list(book["汇总"].iter_rows(values_only=True))
    assert "3 条中已查 1 条，未查完" in lines[1][0]
    assert lines[3] == (1, "有待整改", "测绘院团总支", 2, 1, 1, 10, 9, 10, 10, 1, 0, 0, 1, 0.9, 1)
    assert lines[4][:5] == (2, "未检查完", "水文队团总支", 1, 0)
    assert lines[4][-3:] == ("—", "—", "—")
    assert list(book["项目"].iter_rows(values_only=True))[3] == (1, "民族", 1, 0)
    assert AuditEntry.objects.latest("pk").changes["文件 SHA-256"] == [None, hashlib.sha256(content).hexdigest()]


PAGES = [
    "spot-checks/?organization={0}",
    "spot-checks/{1}/",
    "spot-checks/{1}/result/",
    "organizations/{0}/spot-checks/",
]


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_the_same_number_of_queries_whatever_is_drawn(world, signed_in, page):
    client = signed_in(world.officer)
    one = a_draw(world, number=1)
    for record in one.records.all():
        checked(record, WRONG, by=world.officer)
    url = "/" + page.format(world.bureau.pk, one.pk)
    client.get(url)
    before = count(client, url)
    for _ in range(3):
        a_member(branch=world.other_branch)
    many = a_draw(world, number=6)
    for record in many.records.all():
        checked(record, WRONG, by=world.officer)

    assert count(client, "/" + page.format(world.bureau.pk, many.pk)) == before


def count(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_findings_keep_no_name_of_their_own(world, record):
    checked(record, WRONG, by=world.officer)
    mended(record, by=world.secretary)
    following.confirm(record, version=record.version, by=world.officer)

    assert "白雨桐" not in str(SpotRecord.objects.filter(pk=record.pk).values().get())
