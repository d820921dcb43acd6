"""The back office: staff only, dictionaries, accounts, grants, organisations and technical log; never people."""

import datetime as dt
import io
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse
from openpyxl import Workbook, load_workbook

from activities.models import ActivityKind
from branches import resets, tree
from branches.models import (
    AccessGrant,
    AuditEntry,
    Organization,
    PledgeText,
    TermRule,
    Touched,
    UnitCategory,
    UnitNature,
    User,
)
from branches.tests.builders import PASSWORD, an_organization
from members.models import AgeRule


def admin_urls():
    yield reverse("admin:index")
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            try:
                yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")
            except NoReverseMatch:
                continue


@pytest.mark.parametrize(
    "who", [None, "bureau_admin", "general_admin", "secretary", "officer", "clerk", "observer", "auditor", "outsider"]
)
def test_everyone_but_staff_gets_the_log_in_page(world, client, signed_in, who):
    if who is not None:
        signed_in(getattr(world, who))

    answers = {url: client.get(url) for url in admin_urls()}

    assert all(answer.status_code == 302 and "/login/?next=" in answer["Location"] for answer in answers.values())


def test_staff_opens_every_page(world, signed_in):
    client = signed_in(world.system_admin)

    # The log has no page to add.
    assert {url: client.get(url).status_code for url in admin_urls() if "auditentry/add" not in url} == {
        url: 200 for url in admin_urls() if "auditentry/add" not in url
    }


def test_rules_of_terms_name_the_type_in_words(world, signed_in):
    shown = signed_in(world.system_admin).get("/admin/branches/termrule/").content.decode()

    assert ">基层团委</a>" in shown
    assert ">base_committee</a>" not in shown


def test_people_and_their_facts_are_never_registered():
    hidden = [
        model
        for model in apps.get_models()
        if model._meta.app_label in {"members", "activities"}
        and model._meta.model_name not in {"agerule", "activitykind", "exportprofile", "privacylimits"}
    ]

    assert [model for model in hidden if admin.site.is_registered(model)] == []


def test_log_entries_about_people_are_left_out(world, signed_in):
    from branches import audit

    audit.record(audit.Kind.CHANGED, world.member, by=world.secretary, at=world.branch)

    page = signed_in(world.system_admin).get(reverse("admin:branches_auditentry_changelist"))

    assert "华岳局团委" in page.content.decode()
    assert "白雨桐" not in page.content.decode()


def test_a_second_root_and_its_administrator(world, signed_in):
    client = signed_in(world.system_admin)

    client.post(
        reverse("admin:branches_organization_add"),
        {
            "under": "",
            "org_type": "base_committee",
            "full_name": "中国共产主义青年团黄河局委员会",
            "short_name": "黄河局团委",
        },
    )
    root = Organization.objects.get(short_name="黄河局团委")
    client.post(
        reverse("admin:branches_accessgrant_add"),
        {
            "user": world.outsider.pk,
            "organization": root.pk,
            "role": "administrator",
            "starts_on": "2026-11-21",
            "ends_on": "",
        },
    )

    assert (root.depth, root.root_id) == (1, root.pk)
    assert tree.find_problems() == []
    given = AccessGrant.objects.get(organization=root)
    assert (given.user, given.granted_by) == (world.outsider, world.system_admin)
    assert AuditEntry.objects.filter(kind="granted", actor=world.system_admin).count() == 1


def test_a_system_administrator_grants_nothing_to_oneself(world, signed_in):
    page = signed_in(world.system_admin).post(
        reverse("admin:branches_accessgrant_add"),
        {
            "user": world.system_admin.pk,
            "organization": world.bureau.pk,
            "role": "administrator",
            "starts_on": "2026-11-21",
            "ends_on": "",
        },
        follow=True,
    )

    assert "系统管理员不能给自己授权" in page.content.decode()
    assert not AccessGrant.objects.filter(user=world.system_admin).exists()


def test_an_account_is_made_disabled_and_logged_never_deleted(world, signed_in):
    client = signed_in(world.system_admin)

    client.post(reverse("admin:branches_user_add"), {"username": "liqing", "display_name": "李青"})
    account = User.objects.get(username="liqing")
    client.post(
        reverse("admin:branches_user_change", args=[account.pk]),
        {"username": "liqing", "display_name": "李青", "phone": "14000123457"},
    )

    account.refresh_from_db()
    assert (account.is_active, account.phone) == (False, "14000123457")
    assert AuditEntry.objects.filter(object_type="branches.user", object_id=str(account.pk)).count() == 2
    assert "14000123457" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert client.post(reverse("admin:branches_user_delete", args=[account.pk]), {"post": "yes"}).status_code == 403


def test_an_account_begins_with_a_code_and_without_a_password(world, signed_in):
    client = signed_in(world.system_admin)
    new = {"username": "liqing", "display_name": "李青"}

    shown = client.post(reverse("admin:branches_user_add"), new | {"password1": "x" * 12, "password2": "x" * 12})
    again = client.post(reverse("admin:branches_user_reset_code", args=[User.objects.get(username="liqing").pk]))

    account = User.objects.get(username="liqing")
    codes = [re.search(r"<strong>(\w{4}-\w{4})</strong>", answer.content.decode())[1] for answer in (shown, again)]
    assert not account.has_usable_password()
    assert [resets.find(code) and resets.find(code).user for code in codes] == [None, account]
    assert AuditEntry.objects.filter(object_type="branches.resetcode", actor=world.system_admin).count() == 2


def test_no_password_is_set_in_the_back_office(world, signed_in):
    client = signed_in(world.system_admin)
    address = f"/admin/branches/user/{world.secretary.pk}/password/"
    new = {"password1": "shan-gao-shui-chang-9", "password2": "shan-gao-shui-chang-9"}

    answers = [client.get(address), client.post(address, new), client.get("/admin/password_change/")]

    world.secretary.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403, 302]
    assert world.secretary.check_password(PASSWORD)
    own = reverse("admin:branches_user_reset_code", args=[world.system_admin.pk])
    assert "不能给自己生成重置码" in client.post(own, follow=True).content.decode()


def test_the_back_office_has_no_log_in_of_its_own(world, client, signed_in):
    anonymous = client.get("/admin/login/?next=/admin/branches/user/")
    stranger = signed_in(world.secretary).get("/admin/login/")
    staff = signed_in(world.system_admin).get("/admin/login/")

    assert anonymous["Location"] == "/login/?next=%2Fadmin%2Fbranches%2Fuser%2F"
    assert (stranger.status_code, staff["Location"]) == (403, "/admin/")


def test_a_new_text_of_the_pledge_is_added_never_changed(world, signed_in):
    client = signed_in(world.system_admin)

    client.post(reverse("admin:branches_pledgetext_add"), {"valid_from": "2027-01-01", "text": "新的承诺。"})

    added = PledgeText.objects.get(valid_from="2027-01-01")
    change = reverse("admin:branches_pledgetext_change", args=[added.pk])
    assert client.post(change, {"valid_from": "2027-01-01", "text": "改动"}).status_code == 403
    assert AuditEntry.objects.filter(object_type="branches.pledgetext", actor=world.system_admin).count() == 1


def entries_about(*subjects):
    kinds = AuditEntry.objects.filter(object_type=subjects[0]._meta.label_lower).order_by("id")
    return list(kinds.values_list("kind", "object_label", "actor_name"))


def test_words_that_are_deleted_leave_an_entry_each(world, signed_in):
    client = signed_in(world.system_admin)
    words = [UnitNature.objects.create(code=f"9{number}", name=f"新词{number}") for number in range(3)]

    client.post(reverse("admin:branches_unitnature_delete", args=[words[0].pk]), {"post": "yes"})
    ticked = {"action": "delete_selected", "_selected_action": [words[1].pk, words[2].pk], "post": "yes"}
    client.post(reverse("admin:branches_unitnature_changelist"), ticked)

    assert not UnitNature.objects.filter(code__startswith="9").exists()
    assert entries_about(*words) == [("deleted", f"新词{number}", "系统管理员") for number in range(3)]


def test_words_of_a_workbook_leave_an_entry_each(world, signed_in):
    client = signed_in(world.system_admin)
    book = Workbook()
    book.active.append(["代码", "名称", "排序号", "停用日期"])
    book.active.append(["91", "新词", 91, None])
    file = io.BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("words.xlsx", file.getvalue())

    preview = client.post(reverse("admin:branches_unitnature_import"), {"import_file": upload, "format": "0"})
    confirm = preview.context["confirm_form"]
    client.post(reverse("admin:branches_unitnature_process_import"), confirm.initial)

    assert entries_about(UnitNature.objects.get(code="91")) == [("imported", "新词", "系统管理员")]


def test_dictionaries_go_out_as_xlsx(world, signed_in):
    answer = signed_in(world.system_admin).get(reverse("admin:branches_unitnature_export"))

    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["代码", "名称", "排序号", "停用日期"]
    assert len(rows) == 1 + UnitNature.objects.count()


def test_an_organisation_is_renamed_in_the_back_office(world, signed_in):
    client = signed_in(world.system_admin)
    url = reverse("admin:branches_organization_change", args=[world.foreign_bureau.pk])

    assert client.get(url).status_code == 200
    names = {"full_name": "中国共产主义青年团长江机械厂委员会", "short_name": "长江机械厂团委"}
    client.post(url, {"org_type": "base_committee", **names})

    world.foreign_bureau.refresh_from_db()
    assert world.foreign_bureau.short_name == "长江机械厂团委"
    assert tree.find_problems() == []


def everything_waits():
    active = Organization.objects.active().order_by("pk").values_list("pk", flat=True)
    return list(Touched.objects.order_by("organization_id").values_list("organization_id", flat=True)) == list(active)


def test_whatever_is_done_to_a_rule_everything_is_counted_anew(world, signed_in):
    client, list_of_terms = signed_in(world.system_admin), reverse("admin:branches_termrule_changelist")
    term, age = TermRule.objects.first(), AgeRule.objects.get(kind="youth_to")
    closed = an_organization(under=world.general)
    tree.close(closed, on=dt.date(2026, 11, 21), by=None, reason="撤销")
    typed = {"org_type": "branch", "years": 3, "shift_months": 6, "valid_from": "2027-01-01", "source": "文件"}
    new = {"kind": "youth_to", "age": 34, "valid_from": "2026-11-01", "source": "文件"}
    ticked = {"action": "delete_selected", "_selected_action": [TermRule.objects.last().pk], "post": "yes"}
    waits = {}

    for done, url, post in (
        ("term added", reverse("admin:branches_termrule_add"), typed),
        ("term changed", reverse("admin:branches_termrule_change", args=[term.pk]), typed),
        ("term deleted", reverse("admin:branches_termrule_delete", args=[term.pk]), {"post": "yes"}),
        ("terms deleted", list_of_terms, ticked),
        ("age added", reverse("admin:members_agerule_add"), new),
        ("age changed", reverse("admin:members_agerule_change", args=[age.pk]), new | {"valid_from": "2017-01-01"}),
    ):
        Touched.objects.all().delete()
        assert client.post(url, post).status_code == 302, done
        waits[done] = everything_waits()

    assert all(waits.values()), waits
    age.refresh_from_db()
    assert (age.age, TermRule.objects.filter(pk=term.pk).exists()) == (34, False)


def test_a_rule_that_is_refused_moves_nothing(world, signed_in):
    Touched.objects.all().delete()
    typed = {"kind": "youth_to", "age": 34, "valid_from": "2026-11-01", "valid_to": "2026-01-01", "source": "文件"}

    answer = signed_in(world.system_admin).post(reverse("admin:members_agerule_add"), typed)

    assert answer.status_code == 200
    assert not Touched.objects.exists()


@pytest.mark.parametrize("model", [UnitNature, UnitCategory, ActivityKind])
def test_the_code_of_a_word_stays(world, signed_in, model):
    client, label = signed_in(world.system_admin), model._meta.label_lower.replace(".", "_")
    typed = {"code": "新码", "name": "新词", "order_number": 5, "group": "other"}

    client.post(reverse(f"admin:{label}_add"), typed)
    word = model.objects.get(code="新码")
    client.post(reverse(f"admin:{label}_change", args=[word.pk]), typed | {"code": "别的码", "name": "新名"})

    word.refresh_from_db()
    assert (word.code, word.name) == ("新码", "新名")
