"""A unit in which somebody does one thing after the other, for tests of what holds whatever is done."""

import datetime as dt
import random

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities.models import Activity, Attendance
from activities.recording import Details, record, void
from activities.tests.builders import a_kind
from branches import grants, particulars, tree
from branches.models import Headcount, Organization, OrgType, Role
from branches.tests.builders import a_user, an_organization
from members import cadres, closing, merging, records
from members.dictionaries import LeaguePost, PostNature
from members.models import CadreTerm, Member
from members.tests.builders import an_id_number
from tuanjian.officedates import OfficeDate


def newcomer(branch):
    person = Member(name="新来的人", branch=branch, league_status="member")
    person.id_number = an_id_number(dt.date(2002, 3, 4))
    return person


DEEDS = (
    *("enter", "correct", "void", "restore", "appoint", "end", "move", "add", "close", "rename", "order", "declare"),
    *("record", "unrecord", "merge", "grant", "reopen"),
)


def totals(known):
    return {pk: each.total for pk, each in known.items()}


class Walk:
    """A unit in which somebody does one thing after the other, as the rules allow."""

    def __init__(self, world, seed):
        self.world, self.dice = world, random.Random(seed)
        self.by = world.bureau_admin
        self.phones = [f"14000{number:06d}" for number in range(3)]

    def step(self, deeds=DEEDS):
        """Try one of the deeds; returns which, and whether the rules let it be done."""
        deed = self.dice.choice(deeds)
        try:
            with transaction.atomic():
                getattr(self, deed)()
        except ValidationError:
            return deed, False
        return deed, True

    def a_branch(self):
        return self.dice.choice(list(Organization.objects.active().filter(org_type=OrgType.BRANCH)))

    def a_place(self):
        return self.dice.choice(list(Organization.objects.active()))

    def a_person(self):
        return self.dice.choice(list(Member.objects.order_by("pk")))

    def enter(self):
        person = newcomer(self.a_branch())
        person.phone = self.dice.choice(self.phones)
        records.enter(person, by=self.by)

    def correct(self):
        person = self.a_person()
        values = {"phone": self.dice.choice(self.phones), "education": self.dice.choice(["21", "31", ""])}
        values["birth_on"] = None if self.dice.random() < 0.2 else OfficeDate(dt.date(1999, 2, 3), is_month=False)
        records.correct(person, values=values, version=person.version, by=self.by)

    def void(self):
        records.void([self.a_person()], reason="重复登记", by=self.by)

    def restore(self):
        records.restore(self.a_person(), by=self.by)

    def appoint(self):
        person, nature = self.a_person(), self.dice.choice(PostNature.values)
        post = self.dice.choice([LeaguePost.SECRETARY, LeaguePost.GROUP_LEADER, LeaguePost.STAFF])
        cadres.appoint(CadreTerm(person=person, organization=self.a_place(), post=post, nature=nature), by=self.by)

    def end(self):
        if terms := list(CadreTerm.objects.current()):
            cadres.end_term(self.dice.choice(terms), on=timezone.localdate(), reason="工作调动", by=self.by)

    def move(self):
        tree.move(self.a_place(), under=self.a_place(), by=self.by)

    def add(self):
        kind = self.dice.choice([OrgType.GENERAL_BRANCH, OrgType.BRANCH])
        an_organization(under=self.a_place(), org_type=kind, by=self.by)

    def close(self):
        closing.close(self.a_place(), on=timezone.localdate(), reason="撤销", by=self.by)

    def reopen(self):
        if closed := list(Organization.objects.filter(status="closed")):
            closing.reopen(self.dice.choice(closed), reason="恢复", by=self.by)

    def rename(self):
        place, number = self.a_place(), self.dice.randrange(1_000_000)
        tree.rename(place, full_name=f"改名后的第{number}委员会", short_name=f"改名{number}", by=self.by)

    def order(self):
        tree.set_order(self.a_place(), order_number=self.dice.randrange(9), by=self.by)

    def declare(self):
        particulars.declare(
            self.a_place(),
            kind=self.dice.choice(list(Headcount.Kind)),
            value=self.dice.randrange(30),
            as_of_on=timezone.localdate(),
            source="名册",
            by=self.by,
        )

    def record(self):
        place = self.a_branch()
        activity = Activity(
            organization=place,
            kind=a_kind(self.dice.choice(["branch_assembly", "committee_meeting", "league_lesson"])),
            topic="学习团章",
            held_on=timezone.localdate() - dt.timedelta(days=self.dice.randrange(60)),
        )
        people = list(Member.objects.on_roster().filter(branch=place)[:3])
        record(activity, details=Details([Attendance(person=each, state="present") for each in people]), by=self.by)

    def unrecord(self):
        if held := list(Activity.objects.standing()):
            void(self.dice.choice(held), reason="not_held", by=self.by)

    def merge(self):
        source, into = self.a_branch(), self.a_branch()
        merging.merge(
            source,
            into=into,
            on=timezone.localdate(),
            reason="",
            people=Member.objects.on_roster().filter(branch=source).count(),
            posts=CadreTerm.objects.current().filter(organization=source).count(),
            by=self.by,
        )

    def grant(self):
        user = a_user(last_login=timezone.now())
        grants.grant(
            user,
            organization=self.a_place(),
            role=Role.ADMINISTRATOR,
            starts_on=timezone.localdate(),
            ends_on=None,
            by=self.by,
        )
