"""谁看过这条记录: one person's log, by who did what, for those who may read it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import privacy, records, traces
from members.models import Member
from members.privacy import Revealed
from members.tests.builders import a_cadre_term

LOOKING = "核对档案资料"


def address(member):
    return f"/members/{member.pk}/traces/"


def looked(world, by):
    privacy.reveal(world.member, field=Revealed.PHONE, purpose=LOOKING, by=by)


def test_who_looked_changed_and_took_it_out(world, signed_in):
    looked(world, world.officer)
    looked(world, world.officer)
    records.correct(world.member, values={"work_unit": "测绘院"}, version=1, by=world.secretary)
    client = signed_in(world.general_admin)
    client.get("/members/export/")

    page = client.get(address(world.member))

    told = [(row.actor_name, row.looked, row.changed, row.taken) for row in page.context["tallies"]]
    assert told == [("总支管理员", 0, 0, 1), ("支书", 0, 1, 0), ("干事", 2, 0, 0)]
    assert LOOKING in page.content.decode()


@pytest.mark.parametrize(("what", "kinds"), [("looked", ["revealed"]), ("taken", []), ("changed", ["changed"])])
def test_one_sort_at_a_time(world, signed_in, what, kinds):
    looked(world, world.officer)
    records.correct(world.member, values={"work_unit": "测绘院"}, version=1, by=world.secretary)

    page = signed_in(world.secretary).get(address(world.member), {"what": what})

    assert [row.record.kind for row in page.context["table"].page.object_list] == kinds


def test_entries_out_of_the_readers_log_are_not_told(world):
    cadre = Member.objects.get(pk=world.other_member.pk)
    a_cadre_term(person=cadre, organization=world.general, post="committee_member")
    privacy.reveal(cadre, field=Revealed.PHONE, purpose=LOOKING, by=world.bureau_admin)

    assert traces.tallies(traces.entries_about(cadre, user=world.general_admin)) == []
    assert len(traces.tallies(traces.entries_about(cadre, user=world.bureau_admin))) == 1


def test_who_gets_in(world, signed_in):
    cast = ("secretary", "general_admin", "observer", "clerk", "officer", "auditor", "outsider", "foreign_admin")

    answers = {name: signed_in(getattr(world, name)).get(address(world.member)).status_code for name in cast}

    assert answers == {
        "secretary": 200, "general_admin": 200, "observer": 403, "clerk": 403, "officer": 403,
        "auditor": 404, "outsider": 404, "foreign_admin": 404,
    }  # fmt: skip


def test_the_person_page_leads_there_for_who_may_read_it(world, signed_in):
    page = world.member.get_absolute_url()

    assert address(world.member) in signed_in(world.secretary).get(page).content.decode()
    assert address(world.member) not in signed_in(world.clerk).get(page).content.decode()


def test_queries_do_not_grow(world, signed_in):
    client = signed_in(world.secretary)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(world.member)).status_code == 200
        return len(captured)

    looked(world, world.officer)
    queries()
    one = queries()
    for user in (world.general_admin, world.clerk, world.bureau_admin):
        looked(world, user)

    assert queries() == one
