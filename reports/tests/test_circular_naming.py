"""点名: a circular that calls people by their full names goes out only when somebody means it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry
from members.models import Member
from members.tests.builders import a_cadre_term, a_member
from reports.circulars import drafting, issuing, naming
from reports.circulars.naming import Named
from reports.models import Circular
from reports.tests.circulars import a_draft, typed

SENTENCE = "文字里有本级或下级人员的姓名：白**（工作要求）。通报一般不点名到个人，请核对；也可能只是同形的词语。"


def a_text(world, text, **heads):
    draft = a_draft(world.bureau, by=world.officer)
    asked = typed(draft, texts={"requests": text}, heads=heads)
    return drafting.edit(draft, **asked, by=world.officer)


def named(world, text, **heads):
    return naming.named_in(a_text(world, text, **heads))


def test_what_the_system_writes_names_nobody(world):
    assert naming.named_in(a_draft(world.bureau, by=world.officer)) == []


def test_people_of_the_subtree_are_found_where_they_stand(world):
    member = a_member("阿依古丽·买买提", branch=world.other_branch)
    cadre = a_cadre_term(person=a_member("欧阳若溪", branch=world.foreign_branch), organization=world.general)

    found = named(
        world, f"请{member.name.replace('·', '•')}同志、{cadre.person.name}、白雨桐补录。", title="关于白雨桐的通报"
    )

    assert found == [
        Named("白**", "标题"),
        Named("欧***", "工作要求"),
        Named("阿*******", "工作要求"),
    ]


@pytest.mark.parametrize(
    "text", ["请江铸补录。", "请白雨同补录。", "请 Anna Smith 补录。", "一二三四五六七八九十" * 400]
)
def test_nobody_else_is(world, text):
    Member.objects.filter(pk=world.foreign_member.pk).update(name="江铸")

    assert named(world, text) == []


def test_names_of_the_organisations_it_is_about_are_no_names_of_people(world):
    a_member("测绘", branch=world.branch)

    assert named(world, "请测绘院团总支补录。") == []
    assert named(world, "请测绘单位补录。") == [Named("测*", "工作要求")]


def test_who_has_left_is_found_and_who_was_entered_by_mistake_is_not(world):
    for state, found in (("transferred_out", [Named("白**", "工作要求")]), ("void", [])):
        Member.objects.filter(pk=world.member.pk).update(status=state)
        assert named(world, "请白雨桐补录。") == found


def test_it_is_refused_until_somebody_means_it_and_the_log_says_so(world):
    draft = a_text(world, "请白雨桐补录。")
    before = AuditEntry.objects.count()

    with pytest.raises(ValidationError) as refused:
        issuing.issue(draft, version=draft.version, by=world.officer)
    assert refused.value.message_dict == {"names_people": [SENTENCE]}
    assert (Circular.objects.get().is_draft, AuditEntry.objects.count()) == (True, before)

    issuing.issue(draft, version=draft.version, by=world.officer, names_people=True)

    assert AuditEntry.objects.latest("pk").changes["点名"] == [None, "已核对，确需点名（1 处）"]


def test_the_page_asks_only_where_people_are_named(world, signed_in):
    client, url = signed_in(world.officer), reverse("reports:circular_issue", args=[a_text(world, "请逐项补录。").pk])
    plain = client.get(url).content.decode()
    draft = a_text(world, "请白雨桐补录。")
    url, asked = reverse("reports:circular_issue", args=[draft.pk]), {"version": draft.version}

    shown, refused = client.get(url).content.decode(), client.post(url, asked).content.decode()
    answer = client.post(url, asked | {"names_people": "on"})

    assert "确需点名" not in plain
    assert [("我已核对，确需点名" in page, SENTENCE in page, "白雨桐" in page) for page in (shown, refused)] == [
        (True, True, False), (True, True, False),
    ]  # fmt: skip
    assert answer["Location"] == draft.get_absolute_url()


def test_the_number_of_queries_does_not_grow_with_people(world):
    draft = a_text(world, "请白雨桐补录。")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert len(naming.named_in(draft)) == 1
        return len(asked)

    few = queries()
    for _ in range(20):
        a_member(branch=world.branch)

    assert queries() == few


def test_more_than_anybody_reads_are_counted():
    said = naming.in_words([Named("白**", "标题")] * 12)

    assert said.startswith("文字里有本级或下级人员的姓名：白**（标题）、")
    assert (said.count("白**"), "等 12 处" in said) == (10, True)
