"""逐项补录: from one gap to the next, and back to the list."""

from urllib.parse import parse_qs, urlsplit

from branches.models import AuditEntry
from members.models import Member
from members.tests.builders import a_member
from reports.completion.gaps import steps_among
from reports.completion.missing import missing_in


def start(branch):
    return f"/completion/{branch.pk}/next/"


def asked(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def form_data(client, url):
    form = client.get(url.partition("#")[0]).context["form"]
    values = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def test_steps_stand_for_every_missing_fact(world, today):
    a_member("高若溪", branch=world.branch, ethnicity="", education="")
    lines = missing_in(world.branch, today, user=world.secretary)

    steps = steps_among(lines)

    assert sum(step.count for step in steps) == sum(line.count for line in lines)
    assert len({step.key for step in steps}) == len(steps)
    first = next(step for step in steps if step.title.startswith("高若溪"))
    assert (first.title, first.note) == ("高若溪：民族等 2 项", "民族、学历")
    assert next(step.title for step in steps if not step.lines[0].person).startswith("本支部：")


def test_saving_leads_to_the_next_person_and_at_the_end_to_the_list(world, signed_in):
    first, second = (a_member(name, branch=world.branch, ethnicity="") for name in ("甲一", "乙二"))
    client = signed_in(world.secretary)

    url = client.get(start(world.branch)).url
    data = form_data(client, url) | {"ethnicity": "01"}
    onward = client.post(url.partition("#")[0], data).url
    following = client.get(onward).url

    assert url.startswith(f"/members/{first.pk}/edit/?field=ethnicity&next=")
    assert onward == asked(url)["next"]
    assert following.startswith(f"/members/{second.pk}/edit/")
    assert Member.objects.get(pk=first.pk).ethnicity == "01"


def test_a_step_passed_over_does_not_come_back_at_once(world, signed_in):
    first, second = (a_member(name, branch=world.branch, ethnicity="") for name in ("甲一", "乙二"))
    client = signed_in(world.secretary)
    seen, url = [], client.get(start(world.branch)).url

    while not url.startswith("/completion/"):
        seen.append(url.partition("?")[0])
        assert client.get(url.partition("#")[0]).status_code == 200
        url = client.get(asked(url)["next"]).url

    assert url == f"/completion/{world.branch.pk}/"
    own = f"/organizations/{world.branch.pk}"
    assert seen == [
        *(f"/members/{person.pk}/edit/" for person in (first, second)),
        f"{own}/edit/",
        f"{own}/activities/new/",
    ]


def test_the_form_offers_to_go_on_and_to_pass_over(world, signed_in):
    client = signed_in(world.secretary)
    url = client.get(start(world.branch)).url

    page = client.get(url.partition("#")[0]).content.decode()

    assert "保存，补下一项" in page
    assert ">跳过</a>" in page
    assert f'href="/completion/{world.branch.pk}/">取消</a>' in page


def test_from_the_list_one_returns_to_the_list(world, signed_in):
    person = a_member("甲一", branch=world.branch, ethnicity="")
    client = signed_in(world.secretary)
    page = f"/completion/{world.branch.pk}/"
    url = f"/members/{person.pk}/edit/?field=ethnicity&next=%2Fcompletion%2F{world.branch.pk}%2F"

    shown = client.get(page).content.decode()
    answer = client.post(url, form_data(client, url) | {"ethnicity": "01"})

    assert url.replace("&", "&amp;") in shown
    assert answer.url == page


def test_an_address_elsewhere_is_not_followed(world, signed_in):
    client = signed_in(world.secretary)
    url = f"/members/{world.member.pk}/edit/?next=https://example.org/"

    answer = client.post(url, form_data(client, url) | {"remark": "备注"})

    assert answer.url == world.member.get_absolute_url()


def test_who_may_go_through_the_gaps(world, signed_in):
    people = (world.foreign_admin, world.observer, world.clerk, world.secretary)

    assert [signed_in(user).get(start(world.branch)).status_code for user in people] == [404, 403, 302, 302]


def test_a_clerk_is_led_to_no_form_of_the_organisation(world, signed_in):
    client = signed_in(world.clerk)
    url, seen = client.get(start(world.branch)).url, []

    while not url.startswith("/completion/"):
        seen.append(url)
        assert client.get(url.partition("#")[0]).status_code == 200
        url = client.get(asked(url)["next"]).url

    assert not [each for each in seen if each.startswith(f"/organizations/{world.branch.pk}/edit/")]


def test_going_through_writes_nothing(world, signed_in):
    client = signed_in(world.secretary)
    before = AuditEntry.objects.count()

    client.get(start(world.branch) + "?at=x&was=" + "长" * 80)

    assert AuditEntry.objects.count() == before
