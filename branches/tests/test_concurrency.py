"""A hundred parallel additions, moves and roots leave the tree whole, on both databases."""

import random

import pytest

from branches import registration, tree
from branches.models import Organization, OrgType, RegistrationCode, Role, User
from branches.tests.builders import PASSWORD, an_organization
from branches.tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_parallel_roots_additions_and_moves_leave_no_problems():
    dice = random.Random(7)
    root = an_organization("总团委")
    committees = [an_organization(f"{n}院团委", under=root, org_type=OrgType.BASE_COMMITTEE) for n in range(6)]
    branches = [an_organization(f"{n}室团支部", under=dice.choice(committees)) for n in range(10)]

    def add(number):
        return lambda: an_organization(
            f"新{number}团支部", under=Organization.objects.get(pk=dice.choice(committees).pk)
        )

    def move(number):
        what, where = dice.choice(branches + committees), dice.choice(committees)
        return lambda: tree.move(
            Organization.objects.get(pk=what.pk), under=Organization.objects.get(pk=where.pk), by=None
        )

    jobs = [add(n) for n in range(40)] + [move(n) for n in range(40)]
    jobs += [lambda n=n: an_organization(f"根{n}团委") for n in range(20)]
    dice.shuffle(jobs)

    answers = at_once(*jobs)

    refused = {sentence for messages in answers if messages for sentence in messages}
    assert tree.find_problems() == []
    assert Organization.objects.filter(short_name__startswith="新").count() == 40
    assert Organization.objects.filter(depth=1).count() == 21
    assert all("不需要移动" in sentence or "不能移到自己" in sentence for sentence in refused)


def test_crossed_moves_cannot_close_a_circle():
    root = an_organization("总团委")
    left = an_organization("左团委", under=root, org_type=OrgType.BASE_COMMITTEE)
    right = an_organization("右团委", under=root, org_type=OrgType.BASE_COMMITTEE)

    def move(what, where):
        return lambda: tree.move(
            Organization.objects.get(pk=what.pk), under=Organization.objects.get(pk=where.pk), by=None
        )

    answers = at_once(*[move(left, right), move(right, left)] * 4)

    assert tree.find_problems() == []
    assert None in answers
    assert Organization.objects.under(root).count() == 3


def test_of_eight_people_with_one_code_one_gets_an_account():
    registration.issue(an_organization("总团委"), role=Role.ADMINISTRATOR, by=None)

    def enter(number):
        person = {"username": f"person{number}", "display_name": "陆小明", "phone": "", "password": PASSWORD}
        return lambda: registration.open_account(RegistrationCode.objects.get(), **person)

    answers = at_once(*(enter(number) for number in range(8)))

    late = ["这个码不正确或已失效。请逐个字符核对；仍不行的，请向发码的上级要一个新的。"]
    assert sorted(answers, key=bool) == [None] + [late] * 7
    assert User.objects.count() == 1
    assert RegistrationCode.objects.get().used_by == User.objects.get()


def test_of_eight_people_who_want_one_user_name_one_gets_it():
    root = an_organization("总团委")
    issued = [registration.issue(root, role=Role.OBSERVER, by=None, holder_name=f"陆{n}") for n in "一二三四五六七八"]

    def enter(row):
        person = {"username": "luxiaoming", "display_name": "陆小明", "phone": "", "password": PASSWORD}
        return lambda: registration.open_account(row, **person)

    answers = at_once(*(enter(each.row) for each in issued))

    assert sorted(answers, key=bool) == [None] + [["这个用户名已被使用，请换一个。"]] * 7
    assert User.objects.count() == 1
