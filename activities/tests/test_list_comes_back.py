"""What leaves as a list of activities comes back as an import that changes nothing."""

import datetime as dt

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.models import Activity, Attendance, ExternalParticipants
from activities.tests.builders import an_activity
from branches.models import AuditEntry
from members.lists import kinds, making
from members.models.roster import ImportPurpose
from members.tests.rosters import codes, imported, states

SLOW = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def stored():
    return [list(model.objects.order_by("pk").values()) for model in (Activity, Attendance, ExternalParticipants)]


def listed(world):
    return making.at_once(kinds.of("activities"), world.bureau, QueryDict(), by=world.bureau_admin)


HELD = st.fixed_dictionaries(
    {
        "held_on": st.dates(dt.date(2026, 1, 1), dt.date(2026, 11, 20)),
        "place": st.sampled_from(["", "三楼会议室"]),
        "host": st.sampled_from(["", "白雨桐"]),
        "minutes": st.sampled_from(["", "=学习", "第一行\n第二行", "长" * 500]),
        "attended": st.sampled_from([None, 12]),
    }
)


@given(st.lists(st.tuples(HELD, st.booleans()), max_size=4))
@SLOW
def test_activities(world, rows):
    with transaction.atomic():
        for number, (held, named) in enumerate(rows):
            more = {"present": [world.member], "attended": None} if named else {}
            an_activity(world.branch, f"主题 {number}", **held | more)
        before = stored()

        file = ContentFile(listed(world), name="活动清单.xlsx")
        purpose = ImportPurpose.ACTIVITIES
        if rows:
            roster = imported(file, organization=world.bureau, by=world.bureau_admin, purpose=purpose)
            assert (codes(roster), {state for _, state in states(roster)}) == ([], {"same"})
            assert roster.rows.count() == len(rows)

        assert stored() == before
        transaction.set_rollback(True)


def test_who_was_there_is_mentioned_in_the_log(world):
    an_activity(world.branch, present=[world.member], leave=[world.sister_member])

    listed(world)

    mentioned = {each.object_id for each in AuditEntry.objects.get(kind="exported").mentions.all()}
    assert mentioned == {str(world.member.pk), str(world.sister_member.pk)}
