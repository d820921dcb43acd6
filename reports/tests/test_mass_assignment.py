"""A form writes its own fields and no others, whatever else is sent along; and no choice reaches beyond one's scope.

Each form is handed in twice from the same state: as its page offers it, and with every field name of every model of
ours added, all with values that would do harm. The database has to look the same afterwards.
"""

import datetime as dt

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models, transaction
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.test import Client
from django.utils import timezone

from branches.models import Organization, Role, User
from members.models import CadreTerm, Member
from reports.tests.matrix_world import furnish
from reports.tests.test_audit_matrix import (
    CHANGE_NOTHING,
    SCENES,
    Scene,
    address,
    differing,
    everything,
    filled,
    forms_in,
)
from reports.tests.test_house import LAYERS
from reports.tests.test_matrix import BACKEND, PATTERNS

pytestmark = [pytest.mark.matrix, pytest.mark.django_db]

CANARY = "夹带的内容"
# New with each writing, whoever asks: random codes and their digests, ciphertexts.
DRAWN_ANEW = ("digest", "sealed", "password", "batch", "job", "code", "session", "content")
# What a button without a page of its own reads.
OF_BUTTONS = {"answer", "version"}
# Takes a file, or changes nothing by itself.
LEFT_OUT = {"members:import_new", "members:comparison_new", "reports:circular_templates", *CHANGE_NOTHING}


def harmful(field, world):
    """A value for this field that nobody who fills in the form may set."""
    if isinstance(field, models.ForeignKey):
        foreign = {
            Organization: world.foreign_branch,
            Member: world.foreign_member,
            User: world.outsider,
            CadreTerm: world.secretary_term,
        }.get(field.related_model)
        return foreign.pk if foreign else 1
    if field.choices:
        return next(
            (str(key) for key, _ in field.flatchoices if key == Role.ADMINISTRATOR), str(field.flatchoices[-1][0])
        )
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, (models.DateTimeField, models.DateField)):
        return "2001-01-01"
    return "7777" if isinstance(field, models.IntegerField) else CANARY


def smuggled(world):
    """Every name under which a column of ours could be set."""
    fields = [
        field for model in apps.get_models() if model._meta.app_label in LAYERS for field in model._meta.local_fields
    ]
    return {name: harmful(field, world) for field in fields for name in (field.name, field.attname)} | {
        "id": "1",
        "pk": "1",
    }


def own_names(response):
    """What the forms of the page read; the rest is nobody's."""
    names = set(OF_BUTTONS)
    for form in forms_in(response):
        names |= {form.add_prefix(name) for name in form.fields} | set(form.fields)
    return names


def rows():
    """Every row of every table of ours, without the columns that are drawn anew."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS or model.__name__.startswith("Audit"):
            continue
        kept = [f.attname for f in model._meta.local_fields if not any(word in f.attname for word in DRAWN_ANEW)]
        found[model._meta.label] = sorted(map(repr, model._base_manager.order_by().values_list(*kept)))
    return found


def next_keys():
    """Where PostgreSQL's sequences stand: unlike everything else they go on after a rollback."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences")
        return dict(cursor.fetchall())


def give_keys_again(numbers):
    """Rows of the next time get the keys of those that were undone, so that the two can be compared."""
    with connection.cursor() as cursor:
        for sequence, last in numbers.items():
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [sequence, last or 1, last is not None])


def handed_in(client, url, sent, more=None):
    """What was sent, the last answer and the database after it, all undone.

    ``sent`` is handed in as it is; a page that asks again gets what it asks for besides, at most three times.
    """
    cookies, numbers = client.cookies.copy(), next_keys()
    with transaction.atomic():
        page, before = client.get(url), everything()
        own, sent = own_names(page), filled(page) | sent
        for _ in range(3):
            page = client.post(url, {name: more[name] for name in more or {} if name not in own} | sent)
            if page.status_code == 405 or differing(before):
                break
            own |= own_names(page)
            sent = filled(page) | sent
        after = rows()
        transaction.set_rollback(True)
    give_keys_again(numbers)
    client.cookies = cookies
    return sent, page, after


TAKE_POSTS = sorted(set(PATTERNS) - LEFT_OUT)


@pytest.fixture
def still(world):
    """Time stands still: the same deed leaves the same times."""
    furnish(world)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1), tick=False):
        yield world


def client_for(scene, user):
    client = Client()
    if not scene.anonymous:
        client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize("name", TAKE_POSTS)
def test_what_is_sent_beside_a_form_changes_nothing(name, still):
    scene = SCENES.get(name, lambda world, by: Scene())(still, still.bureau_admin)
    client = client_for(scene, still.bureau_admin)
    url = address(name, scene, still)

    sent, _, plain = handed_in(client, url, scene.data)
    _, answer, laden = handed_in(client, url, sent, smuggled(still))

    assert answer.status_code < 500
    assert {label: found for label, found in laden.items() if found != plain[label]} == {}


@pytest.mark.parametrize("name", TAKE_POSTS)
def test_no_choice_of_a_form_reaches_beyond_the_own_scope(name, still):
    """A foreign key in a field of the form's own is refused, with nothing written."""
    scene = SCENES.get(name, lambda world, by: Scene())(still, still.bureau_admin)
    client = client_for(scene, still.bureau_admin)
    url = address(name, scene, still)
    page = client.get(url)
    foreign = {Organization: still.foreign_branch, Member: still.foreign_member}
    choices = [
        (form.add_prefix(key), foreign[field.queryset.model].pk)
        for form in forms_in(page)
        for key, field in form.fields.items()
        if isinstance(field, ModelChoiceField) and field.queryset.model in foreign and not field.disabled
    ]
    multiple = {
        form.add_prefix(key)
        for form in forms_in(page)
        for key, field in form.fields.items()
        if isinstance(field, ModelMultipleChoiceField)
    }
    before, taken = everything(), []

    for key, pk in choices:
        with transaction.atomic():
            client.post(url, filled(page) | scene.data | {key: [pk] if key in multiple else pk})
            taken += [(key, label) for label in differing(before)]
            transaction.set_rollback(True)

    assert taken == []
