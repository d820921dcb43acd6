"""Pages of circulars: drafting, issuing, receiving, the template; who may what."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.models import Role
from branches.tests.builders import a_grant, a_user, an_organization
from reports.circulars import word
from reports.models import Circular, CircularKind
from reports.tests.circulars import a_draft, an_issued, texts_in
from reports.todos import todos_for


def url(name, subject):
    return reverse(f"reports:{name}", args=[subject.pk])


def said(response):
    return [str(message) for message in response.context["messages"]]


def shown_form(response):
    """What the form of the page hands in when nothing is changed."""
    form = response.context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value is not None}


def text_of(circular, key):
    return next(part.text for part in word.text_of(circular) if part.key == key)


def test_from_draft_to_issue(world, signed_in):
    client = signed_in(world.officer)
    asked = {"kind": "entry", "audience": "all", "on": "2026-11-21", "since": "", "month": ""}

    made = client.post(url("circular_new", world.bureau), asked, follow=True)
    draft = Circular.objects.get()
    data = shown_form(made) | {"title": "关于录入进度的通报", "praised": [str(world.general.pk)]}
    saved = client.post(url("circular_edit", draft), data, follow=True)
    confirm = client.get(url("circular_issue", draft))
    issued = client.post(url("circular_issue", draft), shown_form(confirm), follow=True)

    assert made.redirect_chain == [(url("circular_edit", draft), 302)]
    assert shown_form(made)["praised"] == []
    assert said(saved) == ["已保存。"]
    assert shown_form(saved)["part_praised"] == "对测绘院团总支提出表扬。"
    assert "将编为华岳局团委〔2026〕1号，发给 5 个下级组织。" in confirm.content.decode()
    assert said(issued) == ["已印发，下级组织可以在“通报”中签收。"]
    assert Circular.objects.get().symbol == "华岳局团委〔2026〕1号"
    assert "对测绘院团总支提出表扬。" in issued.content.decode()


@pytest.mark.parametrize(
    ("then", "where"), [("show", "circular"), ("issue", "circular_issue"), ("elsewhere", "circular_edit")]
)
def test_what_was_typed_is_saved_before_preview_and_issue(world, signed_in, then, where):
    client = signed_in(world.officer)
    draft = a_draft(world.bureau, by=world.officer)
    data = shown_form(client.get(url("circular_edit", draft))) | {"part_requests": "请于本月底前补齐。", "then": then}

    answer = client.post(url("circular_edit", draft), data)

    assert answer.url == url(where, draft)
    assert text_of(Circular.objects.get(), "requests") == "请于本月底前补齐。"


def test_what_was_typed_is_saved_before_counting_again(world, signed_in):
    client = signed_in(world.officer)
    draft = a_draft(world.bureau, by=world.officer)
    data = shown_form(client.get(url("circular_edit", draft)))

    refused = client.post(url("circular_count", draft), data | {"title": ""})
    after_refusal = Circular.objects.get()
    counted = client.post(url("circular_count", draft), data | {"part_requests": "请于本月底前补齐。"})
    stale = client.post(url("circular_count", draft), data | {"part_requests": "请补齐。"})

    assert refused.context["form"].errors.keys() == {"title"}
    assert (after_refusal.version, after_refusal.counted_at) == (draft.version, draft.counted_at)
    assert counted.url == url("circular_edit", draft)
    assert stale.context["form"].errors == {"__all__": ["这份通报刚刚被他人改动过，请重新打开后再修改。"]}
    kept = Circular.objects.get()
    assert (text_of(kept, "requests"), kept.counted_at > draft.counted_at) == ("请于本月底前补齐。", True)


def test_one_button_to_begin_where_there_is_none_yet(world, signed_in):
    page = signed_in(world.officer).get("/circulars/").content.decode()

    # One in the toolbar, and the one at the bottom of a phone, which hides the toolbar.
    assert page.count(url("circular_new", world.bureau)) == 2
    assert (page.count('class="toolbar only-wide"'), page.count('class="bottom-deeds"')) == (1, 1)


def test_refusals_stand_in_the_form(world, signed_in):
    client = signed_in(world.officer)
    draft = a_draft(world.bureau, by=world.officer)
    data = shown_form(client.get(url("circular_edit", draft)))

    late = client.post(url("circular_new", world.bureau), {"kind": "entry", "audience": "all", "on": "2026-12-01"})
    both = client.post(
        url("circular_edit", draft), data | {"praised": [world.general.pk], "criticised": [world.general.pk]}
    )
    numbered = client.post(url("circular_edit", draft), data | {"prefix": "华岳团通〔2026〕3号"})

    assert late.context["form"].errors == {"on": ["统计时点不能晚于今天。"]}
    assert numbered.context["form"].errors == {"prefix": ["只写年份前的部分，如“华岳团通”，年份和序号印发时自动编排。"]}
    assert both.context["form"].errors == {"__all__": ["同一个组织不能既表扬又批评，请去掉其中一处。"]}
    assert Circular.objects.get().chosen == {}


def test_many_organisations_are_searched_for_instead_of_listed(world, signed_in):
    draft = a_draft(world.bureau, by=world.officer, kind=CircularKind.ORG_LIFE)
    [group, *_] = draft.figures["table"]["groups"]
    first = group["rows"][0]
    group["rows"] += [first | {"pk": 900_000 + number, "name": f"第{number}团支部"} for number in range(60)]
    draft.chosen = {"praised": [900_001], "criticised": []}
    draft.save()
    client = signed_in(world.officer)

    page = client.get(url("circular_edit", draft))
    data = shown_form(page) | {"criticised": [str(first["pk"])], "title": ""}
    back = client.post(url("circular_edit", draft), data)
    saved = client.post(url("circular_edit", draft), data | {"title": "通报"})
    foreign = data | {"title": "通报", "version": "3", "praised": [str(world.foreign_branch.pk)]}
    refused = client.post(url("circular_edit", draft), foreign)

    fields = page.context["form"].fields
    assert page.content.decode().count(f'pick/?under={world.bureau.pk}&amp;type=branch"') == 2
    assert [fields[key].widget.choices for key in ("praised", "criticised")] == [[("900001", "第1团支部")], []]
    assert f'<option value="{first["pk"]}" selected>{first["name"]}</option>' in back.content.decode()
    assert saved.status_code == 302
    assert Circular.objects.get().chosen == {"praised": [900_001], "criticised": [first["pk"]]}
    assert refused.context["form"].errors.keys() == {"praised"}


def test_receiving_by_opening(world, signed_in):
    circular = an_issued(world.bureau, by=world.officer)
    client = signed_in(world.secretary)
    before = client.get(url("circular", circular)).content.decode()
    todos = [todo.title for todo in todos_for(world.secretary, world.branch, circular.on)]
    file_before = client.get(url("circular_word", circular))

    opened = client.post(url("circular_receive", circular), follow=True)
    again = client.get("/circulars/").content.decode()

    assert ("打开即代表航测一室团支部签收" in before, "总体情况" in before) == (True, False)
    assert "上级的通报" in todos
    assert file_before.status_code == 302
    assert "总体情况" in opened.content.decode()
    assert "签收情况" not in opened.content.decode()
    assert "已签收" in again
    assert "上级的通报" not in [todo.title for todo in todos_for(world.secretary, world.branch, circular.on)]
    file = b"".join(client.get(url("circular_word", circular)).streaming_content)
    assert file == circular.file.content
    page = signed_in(world.officer).get(url("circular", circular)).content.decode()
    assert ("签收情况" in page, "支书" in page) == (True, True)


def test_the_general_branch_receives_for_itself_only(world, signed_in):
    circular = an_issued(world.bureau, by=world.officer)

    signed_in(world.general_admin).post(url("circular_receive", circular))

    assert list(circular.deliveries.filter(read_by=world.general_admin).values_list("name", flat=True)) == [
        "测绘院团总支"
    ]


def test_who_has_not_received_it_can_be_listed_alone(world, signed_in):
    circular = an_issued(world.bureau, by=world.officer)
    signed_in(world.secretary).post(url("circular_receive", circular))
    client = signed_in(world.officer)

    everybody, unread = (client.get(url("circular", circular) + query) for query in ("", "?unread=1"))

    listed = [[receipt.delivery.name for receipt in page.context["receipts"]] for page in (everybody, unread)]
    assert [name for name in listed[0] if name not in listed[1]] == ["航测一室团支部"]
    assert len(listed[1]) == 4
    assert ("只看没有签收的" in everybody.content.decode(), "显示全部" in unread.content.decode()) == (True, True)
    assert "已签收 1/5" in unread.content.decode()


def test_a_withdrawn_one_says_so(world, signed_in):
    circular = an_issued(world.bureau, by=world.officer)
    client = signed_in(world.officer)
    without = client.post(url("circular_withdraw", circular), {"reason": ""})

    client.post(url("circular_withdraw", circular), {"reason": "数字有误"})

    assert without.context["form"].errors == {"reason": ["请写明撤回的原因，各收文组织会看到。"]}
    page = signed_in(world.secretary).get(url("circular", circular)).content.decode()
    assert "这份通报已撤回，请不要再引用。" in page
    assert "原因：数字有误" in page


def test_discarding_and_counting_again(world, signed_in):
    client = signed_in(world.officer)
    draft = a_draft(world.bureau, by=world.officer)

    counted = client.post(url("circular_count", draft), follow=True)
    client.post(url("circular_discard", draft), shown_form(client.get(url("circular_discard", draft))))

    assert said(counted) == ["已按现在的记录重新取数，手工改过的文字没有变，请核对其中的数字。"]
    assert Circular.objects.count() == 0


def test_buttons_on_what_is_issued_say_why_not(world, signed_in):
    client = signed_in(world.officer)
    circular = an_issued(world.bureau, by=world.officer)

    assert said(client.post(url("circular_count", circular), follow=True)) == ["通报已经印发，内容不能再改动。"]
    assert client.get(url("circular_edit", circular)).status_code == 302
    again = client.post(url("circular_issue", circular), {"version": circular.version})
    assert again.context["form"].errors == {"__all__": ["通报已经印发，内容不能再改动。"]}


@pytest.mark.parametrize(
    ("who", "wanted"),
    [
        ("bureau_admin", (200, 200, 200, 200)),
        ("officer", (200, 200, 200, 200)),
        ("observer", (404, 404, 404, 404)),
        ("secretary", (404, 404, 404, 404)),
        ("auditor", (404, 404, 404, 404)),
        ("foreign_admin", (404, 404, 404, 404)),
    ],
)
def test_who_may_draft(world, signed_in, who, wanted):
    draft = a_draft(world.bureau, by=world.bureau_admin)
    client = signed_in(getattr(world, who))

    found = tuple(
        client.get(url(name, subject)).status_code
        for name, subject in (
            ("circular", draft),
            ("circular_edit", draft),
            ("circular_new", world.bureau),
            ("circular_templates", world.bureau),
        )
    )

    assert found == wanted


def test_an_observer_looks_and_changes_nothing(world, signed_in):
    draft = a_draft(world.general, by=world.general_admin)
    client = signed_in(world.observer)

    assert client.get(url("circular", draft)).status_code == 200
    for name in ("circular_edit", "circular_count", "circular_discard", "circular_issue", "circular_withdraw"):
        assert client.post(url(name, draft)).status_code == 403
    assert client.get(url("circular_new", world.general)).status_code == 403


def test_buttons_are_for_those_who_may(world, signed_in):
    draft = a_draft(world.general, by=world.general_admin)
    issued = an_issued(world.general, by=world.general_admin)

    def buttons(user):
        client = signed_in(user)
        pages = [client.get(path).content.decode() for path in ("/circulars/", url("circular", draft))]
        pages.append(client.get(url("circular", issued)).content.decode())
        return ["拟一份通报" in pages[0], ">修改<" in pages[1], ">撤回<" in pages[2]]

    assert buttons(world.general_admin) == [True, True, True]
    assert buttons(world.observer) == [False, False, False]


def test_the_todo_is_for_those_who_may_open_it(world):
    an_issued(world.bureau, by=world.officer)
    auditor = a_user("auditor_below")
    a_grant(auditor, world.general, Role.AUDITOR)

    def titles(user):
        return [todo.title for todo in todos_for(user, world.general, timezone.localdate())]

    assert "上级的通报" in titles(world.general_admin)
    assert "上级的通报" not in titles(auditor)


def test_what_was_received_is_not_managed(world, signed_in):
    circular = an_issued(world.bureau, by=world.officer)

    assert signed_in(world.general_admin).post(url("circular_withdraw", circular)).status_code == 403


def test_the_list_shows_what_this_organisation_received_and_issued(world, signed_in):
    from_above = an_issued(world.bureau, by=world.officer)
    own = a_draft(world.general, by=world.general_admin)
    an_issued(world.foreign_bureau, by=world.foreign_admin)

    page = signed_in(world.general_admin).get("/circulars/")

    assert [receipt.circular for receipt in page.context["received"]] == [from_above]
    assert list(page.context["page"]) == [own]


def test_queries_of_the_pages_do_not_grow(world, signed_in):
    def queries(client, path):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def all_of(circular):
        below, above = signed_in(world.general_admin), ["/circulars/"]
        received = [queries(below, path) for path in above]
        client = signed_in(world.officer)
        return received + [queries(client, path) for path in ("/circulars/", url("circular", circular))]

    few = all_of(an_issued(world.bureau, by=world.officer))
    for number in range(2):
        an_organization(f"又{number}团支部", under=world.bureau)
        an_issued(world.bureau, by=world.officer)

    assert all_of(an_issued(world.bureau, by=world.officer)) == few


def test_discarding_what_was_changed_meanwhile_is_refused(world, signed_in):
    client = signed_in(world.officer)
    draft = a_draft(world.bureau, by=world.officer)
    asking = client.get(url("circular_discard", draft))
    data = shown_form(client.get(url("circular_edit", draft))) | {"part_requests": "请于本月底前补齐。"}
    client.post(url("circular_edit", draft), data)

    stale = client.post(url("circular_discard", draft), shown_form(asking))

    assert stale.context["form"].errors == {"__all__": ["这份通报刚刚被他人改动过，请重新打开后再修改。"]}
    assert text_of(Circular.objects.get(), "requests") == "请于本月底前补齐。"


def test_receiving_is_offered_to_those_who_can(world, signed_in):
    an_issued(world.bureau, by=world.officer)
    an_observer = a_user("observer_below")
    a_grant(an_observer, world.general, Role.OBSERVER)

    def offered(user):
        page = signed_in(user).get("/circulars/", {"organization": world.general.pk}).content.decode()
        todos = [todo.title for todo in todos_for(user, world.general, timezone.localdate())]
        return "待签收" in page, "去签收" in page, "打开即签收" in page, "上级的通报" in todos

    assert offered(world.general_admin) == (True, True, True, True)
    assert offered(an_observer) == (True, False, False, False)
    assert offered(world.bureau_admin) == (True, False, False, False)


def test_the_issuer_sees_where_nobody_can_receive(world, signed_in):
    a_grant(a_user("observer_below"), world.sister_branch, Role.OBSERVER)
    closed = a_user("closed_below", is_active=False)
    a_grant(closed, world.other_branch, Role.ENTRY_CLERK)
    circular = an_issued(world.bureau, by=world.officer)
    signed_in(world.secretary).post(url("circular_receive", circular))

    page = signed_in(world.officer).get(url("circular", circular))

    assert [(receipt.delivery.name, receipt.word) for receipt in page.context["receipts"]] == [
        ("测绘院团总支", "待签收"),
        ("航测一室团支部", "已签收"),
        ("航测二室团支部", "无账号"),
        ("水文队团总支", "无账号"),
        ("一分队团支部", "无账号"),
    ]


def test_the_file_is_called_by_number_and_title(world, signed_in):
    circular = an_issued(world.bureau, by=world.officer)

    response = signed_in(world.officer).get(url("circular_word", circular))

    assert response["Content-Type"] == word.DOCX
    assert circular.symbol in texts_in(b"".join(response.streaming_content))
    assert word.file_name(circular) == f"{circular.symbol}{circular.title}.docx"
