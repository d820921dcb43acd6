"""Two people, or one in many windows, at the same moment: limits, approvals and files of clear numbers hold."""

import pytest

from branches.models import AuditEntry, User
from branches.tests.builders import a_grant, a_user
from branches.tests.threads import at_once, overlapping
from members import exports, privacy, releases
from members.filters import as_listed
from members.models import ExportProfile, ExportRequest, Member, PrivacyLimits
from members.privacy import Revealed
from members.tests.builders import a_member

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PURPOSE = "录入国家系统"


def again(user):
    """The account as a request of its own would read it."""
    return User.objects.get(pk=user.pk)


def people(organization):
    return as_listed(Member.objects.under(organization))


def taking(organization, by):
    words = {"profile": ExportProfile.objects.get(), "asked": "", "purpose": PURPOSE}
    return lambda: exports.export(people(organization), organization, by=again(by), **words)


@pytest.fixture
def asking(world):
    """A request for everybody of the middle level, waiting for a second person."""
    PrivacyLimits.objects.create(organization=world.bureau, rows_without_approval=1)
    words = {"profile": ExportProfile.objects.get(), "query": "", "asked": "", "purpose": PURPOSE}
    return releases.ask(people(world.general), world.general, by=world.general_admin, **words)


def approving(asking, by):
    return lambda: releases.approve(ExportRequest.objects.get(pk=asking.pk), by=again(by))


def refusing(asking, by):
    return lambda: releases.refuse(ExportRequest.objects.get(pk=asking.pk), reason="人太多", by=again(by))


def fetching(asking, world):
    return lambda: releases.fetch(
        ExportRequest.objects.get(pk=asking.pk), people(world.general), by=again(world.general_admin)
    )


def told_of(asking):
    """What the log says about the request after it was made, and about the file."""
    changed = AuditEntry.objects.filter(object_type="members.exportrequest", kind="changed").order_by("id")
    taken = AuditEntry.objects.filter(kind="exported").order_by("id")
    return [entry.actor for entry in changed], [entry.changes["批准人"][1] for entry in taken]


def test_of_two_who_decide_about_a_request_one_does(world, asking):
    second = a_user(display_name="第二位局管理员")
    a_grant(second, world.bureau)

    answers = at_once(approving(asking, world.bureau_admin), refusing(asking, second))

    asking.refresh_from_db()
    decided = second if answers[0] else world.bureau_admin
    sentence = "不能再办理。"
    assert sorted(answers, key=bool)[0] is None
    assert sorted(answers, key=bool)[1][0].endswith(sentence)
    assert (asking.state, asking.decided_by) == ("refused" if answers[0] else "approved", decided)
    assert told_of(asking) == ([decided], [])


@pytest.mark.parametrize("together", [at_once, overlapping])
def test_of_two_who_approve_at_once_one_does(world, asking, together):
    second = a_user(display_name="第二位局管理员")
    a_grant(second, world.bureau)

    answers = together(approving(asking, world.bureau_admin), approving(asking, second))

    assert [bool(answer) for answer in sorted(answers, key=bool)] == [False, True]
    assert told_of(asking) == ([second if answers[0] else world.bureau_admin], [])


@pytest.mark.parametrize("together", [at_once, overlapping])
def test_an_approved_file_is_fetched_once(world, asking, together):
    releases.approve(asking, by=world.bureau_admin)

    answers = together(fetching(asking, world), fetching(asking, world))

    once = "这份名单已下载过，每次批准只能下载一次。还要使用请重新申请。"
    assert sorted(answers, key=bool) == [None, [once]]
    assert told_of(asking) == ([world.bureau_admin], ["局级管理员"])


def test_a_file_fetched_in_the_moment_of_approval_names_who_approved(world, asking):
    answers = overlapping(approving(asking, world.bureau_admin), fetching(asking, world))

    # SQLite has the second wait before it looks, PostgreSQL at the row: both see it approved.
    assert answers == [None, None]
    assert told_of(asking) == ([world.bureau_admin], ["局级管理员"])


def test_one_asks_for_the_same_list_once(world):
    PrivacyLimits.objects.create(organization=world.bureau, rows_without_approval=1)
    words = {"profile": ExportProfile.objects.get(), "query": "", "asked": "", "purpose": PURPOSE}

    def ask():
        releases.ask(people(world.general), world.general, by=again(world.general_admin), **words)

    answers = at_once(*[ask] * 4)

    assert sorted(map(bool, answers)) == [False, True, True, True]
    assert ExportRequest.objects.count() == 1


def test_two_lists_at_once_are_added_up(world):
    PrivacyLimits.objects.create(organization=world.bureau, rows_without_approval=1)
    by = world.bureau_admin

    answers = at_once(*(taking(organization, by) for organization in (world.sister_branch, world.other_branch)))

    assert [bool(answer) for answer in sorted(answers, key=bool)] == [False, True]
    assert AuditEntry.objects.filter(kind="exported").count() == 1


def test_in_many_windows_nobody_looks_more_often_than_the_limit(world):
    PrivacyLimits.objects.create(organization=world.bureau, reveals_per_hour=10)
    strangers = [a_member(branch=world.sister_branch).pk for _ in range(8)]

    def looking(pk):
        def look():
            person, user = Member.objects.get(pk=pk), again(world.bureau_admin)
            privacy.reveal(person, field=Revealed.PHONE, purpose="电话通知开会", by=user)

        return look

    answers = at_once(*(looking(pk) for pk in strangers * 3))

    assert [bool(answer) for answer in sorted(answers, key=bool)] == [False] * 10 + [True] * 14
    assert privacy.looked_lately(world.bureau_admin) == 10
    assert AuditEntry.objects.filter(kind="refused").count() == 14
