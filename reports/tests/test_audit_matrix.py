"""Whatever changes something is in the log: every URL of the matrix, its forms filled in, held against the database.
Looking at a page changes nothing but the log.

Each form is handed in as the page offers it, its empty fields filled by kind or from ``WORDS``, until a row differs.
Then there has to be an entry. A URL that takes a POST has to change something here, or be named in ``CHANGE_NOTHING``
with the reason: a new one fails until somebody has looked at it.
"""

import datetime as dt
import itertools
import re

import pytest
from django import forms
from django.apps import apps
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities import recording
from branches import registration, resets
from branches.models import AuditEntry, Role
from branches.tests.builders import PASSWORD, a_grant, a_user, an_organization
from members import closing, merging, national, records, releases
from members.filters import as_listed
from members.models import ExportProfile, Member
from members.tests.builders import a_member, a_phone, an_id_number
from members.tests.outgoing import a_list_made
from members.tests.rosters import imported
from members.tests.rosters import members as sheet_of_members
from reports.statistics import saving
from reports.tests import circular_scenes, spot_check_scenes
from reports.tests.campaign_scenes import CAMPAIGN_SCENES
from reports.tests.import_scenes import (
    Scene,
    scene_of_checked,
    scene_of_doubt,
    scene_of_mending,
    scene_of_name,
    scene_of_new_import,
    scene_of_sheets,
    scene_of_written,
)
from reports.tests.matrix_world import address_of, furnish, subject_of
from reports.tests.scheme_scenes import scene_of_scheme
from reports.tests.test_matrix import BACKEND, FIXED, PATTERNS, SUBJECTS
from tuanjian.fields import MobileField, OfficeDateField

pytestmark = pytest.mark.matrix

# The log itself, what belongs to a session, and the queue of organisations to be counted again.
BESIDES = {
    *("branches.AuditEntry", "branches.AuditPending", "branches.AuditSeal", "branches.AuditMention"),
    *("branches.SignIn", "sessions.Session", "branches.Touched"),
    *("axes.AccessAttempt", "axes.AccessFailureLog", "axes.AccessLog", "axes.AccessAttemptExpiration"),
}
# The session knows it, the database does not; or nothing is asked for but to be shown something.
CHANGE_NOTHING = {
    "branches:login": "a session begins",
    "branches:logout": "a session ends",
    "branches:switch": "kept in the session",
    "reports:search": "kept in the session",
    "branches:register": "shows what a code is good for",
    "members:check_number": "shows whether a number is taken",
    **dict.fromkeys(("members:reveal", "members:reveal_correction"), "shows a number"),
    "members:export_profile": "hands out a file",
    "members:import_file": "hands out a file",
    # Pages that show the same to a POST.
    **dict.fromkeys(
        (
            *("reports:workbench", "reports:todos", "reports:help", "reports:organization", "reports:vacancies"),
            *("branches:tree", "branches:tree_children", "branches:pick", "branches:lower", "branches:grants"),
            "branches:sign_ins",
        ),
        "shows a page",
    ),
}
NEW_PASSWORD = "qingshan-lvshui-2026"
WORDS = {
    "purpose": lambda: "核对档案材料",
    "id_number": an_id_number,
    "phone": a_phone,
    "name": lambda: "赵启明",
    "display_name": lambda: "赵启明",
    "username": lambda: "zhaoqiming",
    "account": lambda: "outsider",
    "old_password": lambda: PASSWORD,
    "password": lambda: NEW_PASSWORD,
    "new_password1": lambda: NEW_PASSWORD,
    "new_password2": lambda: NEW_PASSWORD,
    "remark": lambda: "改动的备注",
    "topic": lambda: "改动的主题",
    "order_number": lambda: "7",
    "starts_at": lambda: "14:00",
    "ends_at": lambda: "15:30",
    "ends_on": lambda: "2027-12-31",
    "region_code": lambda: "370100",
}


def member_of(world):
    return subject_of("member", world, "branch")


def scene_of_saved_table(world, by):
    return Scene(args=[saving.save_choice(world.bureau, name="常看的表", choice={}, by=by).pk])


def scene_of_ticked(world, by):
    return Scene(query=f"?pk={member_of(world).pk}")


def scene_without_post(world, by):
    person = member_of(world)
    person.terms.all().delete()
    return Scene(args=[person.pk], query=f"?pk={person.pk}")


def scene_of_void_member(world, by):
    person = member_of(world)
    person.terms.all().delete()
    records.void([person], reason="重复录入", by=by)
    return Scene(args=[person.pk])


def scene_of_void_activity(world, by):
    recording.void(subject_of("activity", world, "branch"), reason="重复登记", by=by)
    return Scene()


def scene_of_marked(world, by):
    national.mark([member_of(world)], done_on=dt.date(2026, 11, 1), by=by)
    return Scene()


def scene_of_empty_branch(world, by):
    empty = an_organization("待撤销团支部", under=world.general, by=by)
    return Scene(args=[empty.pk])


def scene_of_closed_branch(world, by):
    empty = an_organization("待恢复团支部", under=world.general, by=by)
    closing.close(empty, on=dt.date(2026, 11, 20), reason="撤并", by=by)
    return Scene(args=[empty.pk])


def scene_of_two_branches(world, by):
    world.branch.roster_imports.update(state="discarded")
    seen = merging.preview(world.branch, into=world.sister_branch, by=by)
    into = {"into": str(world.sister_branch.pk), "people": str(seen.people), "posts": str(len(seen.posts))}
    return Scene(query=f"?into={world.sister_branch.pk}", data=into)


def scene_of_two_records(world, by):
    person = member_of(world)
    other = a_member(person.name, branch=world.branch)
    versions = {"kept_version": str(person.version), "other_version": str(other.version)}
    return Scene(query=f"?other={other.pk}", data={"other": str(other.pk)} | versions)


def scene_of_correction(world, by):
    person = member_of(world)
    Member.objects.filter(pk=person.pk).update(verified_on=timezone.localdate())
    row = ("费新名", person.id_number, None, None, None, person.branch.full_name, None, None)
    imported(sheet_of_members(row), organization=person.branch, by=world.secretary)
    return Scene(data={"deed": "approve"})


def scene_of_verified(world, by):
    Member.objects.filter(pk=member_of(world).pk).update(verified_on=timezone.localdate())
    return Scene(data={"name": "费新名", "reason": "录入时写错"})


def scene_of_code(world, by):
    issued = registration.issue(world.branch, role=Role.OBSERVER, by=by)
    return Scene(data={"code": issued.code}, anonymous=True)


def scene_of_code_for_known(world, by):
    a_user("qian")
    issued = registration.issue(world.branch, role=Role.OBSERVER, by=by)
    return Scene(data={"code": issued.code, "username": "qian", "password": PASSWORD}, anonymous=True)


def scene_of_code_for_oneself(world, by):
    issued = registration.issue(world.foreign_branch, role=Role.OBSERVER, by=None)
    return Scene(data={"code": issued.code})


def scene_of_reset(world, by):
    issued = resets.issue(world.clerk, by=by)
    return Scene(data={"code": issued.code}, anonymous=True)


def scene_without_request(world, by):
    subject_of("request", world, "branch").delete()
    names = {"full_name": "中国共产主义青年团华岳局测绘院航测三室支部委员会", "short_name": "航测三室团支部"}
    return Scene(data=names)


def scene_of_handover(world, by):
    moved = {"leaving": [world.secretary.grants.get().pk], "successor": "outsider", "successor_name": ""}
    return Scene(data=moved | {"ending": [], "on": str(timezone.localdate())})


def scene_of_approved_export(world, by):
    people = as_listed(Member.objects.under(world.sister_branch))
    words = {"profile": ExportProfile.objects.first(), "query": "", "asked": "", "purpose": "录入国家系统"}
    second = a_user("second")
    a_grant(second, world.bureau)
    asking = releases.ask(people, world.sister_branch, by=by, **words)
    releases.approve(asking, by=second)
    return Scene(args=[asking.pk])


SCENES = {
    **circular_scenes.SCENES,
    **spot_check_scenes.SCENES,
    "reports:saved_table_rename": scene_of_saved_table,
    "reports:saved_table_delete": scene_of_saved_table,
    "branches:application_approve": lambda world, by: Scene(data={"version": "1"}),
    "branches:application_return": lambda world, by: Scene(data={"version": "1", "answer": "请附批复"}),
    "branches:apply_name": scene_without_request,
    "branches:apply_type": lambda world, by: Scene(args=[an_organization("新团委", under=world.bureau).pk]),
    "branches:apply_administrator": lambda world, by: Scene(data={"successor": "outsider", "successor_name": ""}),
    "members:handover": scene_of_handover,
    "branches:login": lambda world, by: Scene(anonymous=True, data={"username": "officer", "password": PASSWORD}),
    "branches:switch": lambda world, by: Scene(data={"organization": str(world.bureau.pk)}),
    "branches:register": scene_of_code,
    "branches:register_new": scene_of_code,
    "branches:register_known": scene_of_code_for_known,
    "branches:register_accept": scene_of_code_for_oneself,
    "branches:reset": scene_of_reset,
    "branches:add": lambda world, by: Scene(site="general"),
    "branches:code_sheet": lambda world, by: Scene(site="general"),
    "reports:scheme": scene_of_scheme,
    "reports:move_confirm": lambda world, by: Scene(
        query=f"?under={world.other_general.pk}", data={"under": str(world.other_general.pk)}
    ),
    "branches:rename": lambda world, by: Scene(
        data={"full_name": "中国共产主义青年团华岳局测绘院航测三室支部委员会", "short_name": "航测三室团支部"}
    ),
    "branches:change_type": lambda world, by: Scene(args=[an_organization("新团委", under=world.bureau).pk]),
    "members:new": lambda world, by: Scene(query=f"?branch={world.branch.pk}"),
    "members:check_number": lambda world, by: Scene(data={"id_number": an_id_number()}),
    "members:edit_ticked": scene_of_ticked,
    "members:void": scene_without_post,
    "members:void_many": scene_without_post,
    "members:restore": scene_of_void_member,
    "members:reveal": lambda world, by: Scene(data={"field": "phone", "purpose": "电话通知开会"}),
    "members:national_mark": scene_of_ticked,
    "members:national_withdraw": scene_of_marked,
    "branches:grant_add": lambda world, by: Scene(data={"confirmed": str(world.outsider.pk)}),
    "members:cadre_new": lambda world, by: Scene(site="other_branch", query="?kind=new"),
    "members:close": scene_of_empty_branch,
    "members:reopen": scene_of_closed_branch,
    "members:merge": scene_of_two_branches,
    "members:merge_records": scene_of_two_records,
    "members:different": scene_of_two_records,
    "members:correction": scene_of_correction,
    "members:ask_correction": scene_of_verified,
    "members:export_fetch": scene_of_approved_export,
    "members:export_again": lambda world, by: Scene(args=[a_list_made(world.bureau, by=by).pk]),
    "members:export_delete": lambda world, by: Scene(args=[a_list_made(world.bureau, by=by).pk]),
    "members:comparison_new": scene_of_new_import,
    "members:import_new": scene_of_new_import,
    "members:import_mend": lambda world, by: scene_of_mending(world, by, field="branch", text="航测二室团支部"),
    "members:import_decide": scene_of_doubt,
    "members:import_names": scene_of_name,
    "members:import_sheets": scene_of_sheets,
    "members:import_confirm": scene_of_checked,
    "members:import_check_again": scene_of_checked,
    "members:import_discard": scene_of_checked,
    "members:import_take_back": scene_of_written,
    "activities:restore": scene_of_void_activity,
    **CAMPAIGN_SCENES,
}


def everything():
    """Every row that counts, by table."""
    watched = [model for model in apps.get_models() if model._meta.label not in BESIDES]
    return {
        model._meta.label: sorted(map(_in_words, model._base_manager.order_by().values_list())) for model in watched
    }


def _in_words(row):
    """A row to compare; PostgreSQL gives bytes as views, which differ each time they are read."""
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in row])


def differing(before):
    return sorted(label for label, rows in everything().items() if rows != before[label])


def forms_in(response):
    """The forms of a page, once each."""
    found = {}
    layers = [layer for each in response.context or [] for layer in getattr(each, "dicts", [each])]
    for value in itertools.chain.from_iterable(layer.values() for layer in layers):
        inner = [value.management_form, *value.forms] if isinstance(value, BaseFormSet) else [value]
        found |= {id(form): form for form in inner if isinstance(form, BaseForm)}
    return list(found.values())


def hidden_in(response):
    """What the page hands back by itself when it asks to confirm what it has shown."""
    if response.streaming:  # a file, not a page
        return {}
    page = response.content.decode()
    return dict(re.findall(r'<input type="hidden" name="(confirmed)" value="([^"]+)"', page))


def filled(response):
    """What somebody sends who fills in every form of the page."""
    words = {bound.html_name: word_for(bound) for form in forms_in(response) for bound in form}
    return {name: word for name, word in words.items() if word not in (None, "", [])}


def word_for(bound):
    if bound.name in WORDS:
        return WORDS[bound.name]()
    value = bound.value()
    if value not in (None, "", []):
        return bound.field.prepare_value(value)
    choices = [str(key) for key, _ in _flat(getattr(bound.field, "choices", [])) if key not in (None, "")]
    if choices:
        return choices[:1] if isinstance(bound.field, forms.MultipleChoiceField) else choices[0]
    return next((word for kind, word in BY_KIND.items() if isinstance(bound.field, kind)), "测试内容")


BY_KIND = {
    forms.FileField: None,
    forms.BooleanField: "on",
    OfficeDateField: "2026-05-04",
    forms.DateField: "2026-05-04",
    forms.IntegerField: "3",
    forms.EmailField: "qiming@example.com",
    MobileField: "14000999999",
}


def _flat(choices):
    for key, label in choices:
        yield from label if isinstance(label, (list, tuple)) else [(key, label)]


def address(name, scene, world):
    if name in FIXED:
        return reverse(name, args=FIXED[name]) + scene.query
    if not PATTERNS[name].pattern.converters:
        return reverse(name) + scene.query
    args = scene.args or address_of(subject_of(SUBJECTS[name], world, scene.site))
    return reverse(name, args=args) + scene.query


def hand_in(client, url, scene):
    """Look, then send the forms of the page until something differs, at most three times: some pages ask again."""
    before = everything()
    page = client.get(url)
    assert differing(before) == [], "looking changes nothing but the log"
    data, entries = filled(page) | scene.data, AuditEntry.objects.count()
    for _ in range(3):
        response = client.post(url, data)
        if response.status_code == 405 or (changed := differing(before)):
            break
        data |= {name: word for name, word in filled(response).items() if name not in data} | scene.data
        data |= hidden_in(response)
    return response, [] if response.status_code == 405 else changed, AuditEntry.objects.count() - entries


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_what_changes_something_is_in_the_log(name, world):
    furnish(world)
    client = Client()
    scene = SCENES.get(name, lambda world, by: Scene())(world, world.bureau_admin)
    if not scene.anonymous:
        client.force_login(world.bureau_admin, backend=BACKEND)

    response, changed, entries = hand_in(client, address(name, scene, world), scene)

    assert response.status_code < 500
    assert entries > 0 or changed == []
    if response.status_code != 405 and name not in CHANGE_NOTHING:
        assert changed != [], f"{name} takes a POST, but nothing was changed: {errors_of(response)}"


def errors_of(response):
    return [response.status_code, *(form.errors.as_json() for form in forms_in(response) if form.errors)]
