"""The tree of the matrix: who asks, from where, and the records with unique canaries they may or may not see."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from activities.models import Activity, ActivityKind
from branches import audit, readiness, tree
from branches.models import (
    AccessGrant,
    AuditEntry,
    ChangeRequest,
    Headcount,
    Organization,
    RegistrationCode,
    Role,
    User,
)
from branches.models.organizations import OrganizationStatus
from branches.tests.builders import a_grant, a_user, an_organization
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Comparison, Export, ExportProfile, ExportRequest, Member
from members.models.roster import RosterImport, RosterRow
from members.tests.builders import a_cadre_term, a_member, a_young_person
from members.tests.outgoing import a_comparison, a_list_made
from members.tests.rosters import an_import
from reports.models import Campaign, Circular, IssuedSheet, SavedTable, SpotCheck, SpotRecord
from reports.tests.campaign_scenes import a_draft_of
from reports.tests.circulars import a_stored_circular, a_stored_sheet
from reports.tests.spot_checking import a_stored_check

SITES = (
    "bureau",
    "general",
    "branch",
    "sister_branch",
    "other_general",
    "other_branch",
    "foreign_bureau",
    "foreign_branch",
    # Stood under "general" while all this was written, under "other_general" now.
    "moved_branch",
    "closed_branch",
)
ABOVE = {
    "bureau": ("bureau",),
    "general": ("bureau", "general"),
    "branch": ("bureau", "general", "branch"),
    "sister_branch": ("bureau", "general", "sister_branch"),
    "other_general": ("bureau", "other_general"),
    "other_branch": ("bureau", "other_general", "other_branch"),
    "foreign_bureau": ("foreign_bureau",),
    "foreign_branch": ("foreign_bureau", "foreign_branch"),
    "moved_branch": ("bureau", "other_general", "moved_branch"),
    "closed_branch": ("bureau", "general", "closed_branch"),
}
# The log belongs to those who stood above when it was written.
ABOVE_THEN = ABOVE | {"moved_branch": ("bureau", "general", "moved_branch")}
ADMIN, OFFICER, CLERK, OBSERVER, AUDITOR = (
    Role.ADMINISTRATOR, Role.OFFICER, Role.ENTRY_CLERK, Role.OBSERVER, Role.AUDITOR,
)  # fmt: skip


OUTSIDE_THE_MIDDLE = [(ADMIN, "bureau"), (ADMIN, "branch"), (CLERK, "branch"), (ADMIN, "other_general")]


@dataclass
class Persona:
    name: str
    user: User | None
    role: Role | None = None
    site: str | None = None
    owes_pledge: bool = False

    def reaches(self, site):
        return self.site is not None and self.site in ABOVE[site]

    def reached_then(self, site):
        return self.site is not None and self.site in ABOVE_THEN[site]

    def stands_above(self, site):
        return self.reaches(site) and (self.site != site or len(ABOVE[site]) == 1)


@dataclass
class Canaries:
    organization: dict[str, list[str]]
    log: dict[str, list[str]]
    people: dict[str, list[str]]
    tops: dict[str, str]


def personas(world):
    today = timezone.localdate()
    yield Persona("anonymous", None)
    # Every role in the middle of the tree, so that own, above, below and beside occur; the strongest at both ends too.
    for role, site in [*((role, "general") for role in Role), *OUTSIDE_THE_MIDDLE]:
        user = a_user(f"{role.value}_{site}", display_name=f"{role.label}{site}")
        a_grant(user, getattr(world, site), role)
        yield Persona(f"{role.value} at {site}", user, role, site)
    yield Persona("outsider", world.outsider)
    yield Persona("system administrator", world.system_admin)
    yield Persona("administrator elsewhere", world.foreign_admin, ADMIN, "foreign_bureau")
    ended, future, disabled = a_user("ended"), a_user("future"), a_user("disabled", is_active=False)
    a_grant(ended, world.bureau, ended_at=timezone.now() - dt.timedelta(seconds=1))
    a_grant(future, world.bureau, starts_on=today + dt.timedelta(days=1))
    a_grant(disabled, world.bureau)
    yield Persona("grant taken back a second ago", ended)
    yield Persona("grant of tomorrow", future)
    yield Persona("disabled account", disabled)
    unpledged = a_user("unpledged", pledged=False)
    a_grant(unpledged, world.bureau)
    # Whatever the grant would show: to somebody who owes the pledge it shows nothing.
    yield Persona("pledge not given", unpledged, owes_pledge=True)


def furnish(world):
    """Give every organisation people, a post, a grant, a headcount and log entries, all with canaries."""
    readiness.beat()
    canaries = Canaries({}, {}, {}, {})
    world.moved_branch = an_organization("转隶一室团支部", under=world.general)
    world.closed_branch = an_organization("撤并一室团支部", under=world.general)
    kind = ActivityKind.objects.get(code="league_lesson")
    for number, site in enumerate(SITES):
        organization = getattr(world, site)
        mark = f"{number}号秘标"
        Organization.objects.filter(pk=organization.pk).update(
            remark=f"组织备注{mark}", contact_phone=f"0531-8800{number:04d}", address=f"地址{mark}"
        )
        words = [f"组织备注{mark}", f"0531-8800{number:04d}", f"地址{mark}"]
        branch = organization if organization.is_branch else None
        surname = "柯甄阚佘麦芮莘晏裘祁"[number]
        person = a_member(
            f"{surname}岚岚" if branch else f"{surname}舟舟",
            branch=branch,
            league_status="member" if branch else "none",
            remark=f"个人备注{mark}",
            email=f"canary{number}@example.com",
            work_unit=f"单位{mark}",
        )
        a_cadre_term(person=person, organization=organization, post=LeaguePost.DEPUTY_SECRETARY)
        people = [person]
        if branch:
            people.append(a_young_person(f"{surname}青青", branch=branch, remark=f"青年备注{mark}"))
        canaries.people[site] = [
            word
            for each in people
            for word in (each.name, each.id_number, each.phone, each.remark, each.email, each.work_unit)
            if word
        ]
        holder = a_user(f"holder{number}", display_name=f"授权人{mark}")
        a_grant(holder, organization, Role.OBSERVER)
        RegistrationCode.objects.create(
            organization=organization, role=Role.OBSERVER, holder_name=f"领码{mark}", digest=f"{number}",
            made_by=holder, made_at=timezone.now(), expires_at=timezone.now() + dt.timedelta(days=20),
        )  # fmt: skip
        ChangeRequest.objects.create(
            organization=organization, kind="name", full_name=f"改名{mark}", short_name=f"改简{mark}",
            reason=f"申请{mark}", made_by=holder, made_at=timezone.now(),
        )  # fmt: skip
        words += [f"授权人{mark}", f"领码{mark}", f"改名{mark}", f"改简{mark}", f"申请{mark}"]
        Headcount.objects.create(
            organization=organization, kind="staff", value=98_700 + number, as_of_on=dt.date(2026, 9, 1),
            source=f"来源{mark}", set_by=holder,
        )  # fmt: skip
        words.append(f"来源{mark}")
        activity = Activity.objects.create(
            organization=organization, kind=kind, topic=f"团课{mark}", held_on=dt.date(2026, 5, 4), host=f"主持{mark}"
        )
        activity.attendances.create(person=person, state="present")
        canaries.people[site] += [f"团课{mark}", f"主持{mark}"]
        audit.record(audit.Kind.CHANGED, person, by=holder, at=organization, reason=f"日志{mark}")
        canaries.log[site] = [f"日志{mark}", f"授权人{mark}", person.name, organization.short_name]
        words.append(f"日志{mark}")
        an_import(organization, by=holder, label=f"{surname}途途", note=f"导入说明{mark}")
        canaries.people[site] += [f"{surname}途途", f"导入说明{mark}"]
        ExportRequest.objects.create(
            organization=organization, profile=ExportProfile.objects.get(), purpose=f"导出用途{mark}", rows=1,
            asked=f"姓名：{mark}", requested_by=holder, requested_at=timezone.now(),
        )  # fmt: skip
        canaries.people[site].append(f"导出用途{mark}")
        a_list_made(organization, by=holder, asked=f"姓名：名单{mark}")
        a_comparison(organization, by=holder, name=f"{surname}远远", file_name=f"核对{mark}.xlsx")
        canaries.people[site] += [f"名单{mark}", f"{surname}远远", f"核对{mark}"]
        a_stored_circular(organization, by=holder, title=f"通报{mark}")
        a_stored_sheet(organization, by=holder, note=f"定稿{mark}")
        canaries.people[site] += [f"通报{mark}", f"定稿{mark}"]
        a_draft_of(organization, by=holder, name=f"调度{mark}", notice=f"调度通知{mark}")
        canaries.people[site] += [f"调度{mark}", f"调度通知{mark}"]
        SavedTable.objects.create(organization=organization, user=holder, name=f"存表{mark}", choice={"rows": "tree"})
        canaries.people[site].append(f"存表{mark}")
        a_stored_check(organization, person, by=holder, name=f"抽查{mark}", note=f"检查备注{mark}")
        canaries.people[site] += [f"抽查{mark}", f"检查备注{mark}"]
        canaries.organization[site] = words
        canaries.tops[site] = organization.short_name
    tree.move(world.moved_branch, under=world.other_general, by=None)
    # Closed with everything still in it, which no rule allows: what a page then shows is held to the same rights.
    Organization.objects.filter(pk=world.closed_branch.pk).update(
        status=OrganizationStatus.CLOSED, closed_on=timezone.localdate()
    )
    return canaries


def subject_of(kind, world, site):
    organization = getattr(world, site)
    if kind == "organization":
        return organization
    if kind == "member":
        return Member.objects.filter(terms__organization=organization, remark__startswith="个人备注").get()
    if kind == "term":
        return CadreTerm.objects.get(organization=organization, person__remark__startswith="个人备注")
    if kind == "grant":
        return AccessGrant.objects.get(organization=organization, user__username__startswith="holder")
    if kind == "code":
        return RegistrationCode.objects.get(organization=organization)
    if kind == "request":
        return ChangeRequest.objects.get(organization=organization, reason__startswith="申请")
    if kind == "import":
        return RosterImport.objects.get(organization=organization)
    if kind == "row":
        return RosterRow.objects.get(roster__organization=organization)
    if kind == "export":
        return ExportRequest.objects.get(organization=organization)
    if kind == "list":
        return Export.objects.get(organization=organization, made_by__username__startswith="holder")
    if kind == "comparison":
        return Comparison.objects.get(organization=organization, made_by__username__startswith="holder")
    if kind == "campaign":
        return Campaign.objects.get(organization=organization, name__startswith="调度")
    if kind == "activity":
        return Activity.objects.get(organization=organization, topic__startswith="团课")
    if kind == "circular":
        return Circular.objects.get(organization=organization, title__startswith="通报")
    if kind == "sheet":
        return IssuedSheet.objects.get(organization=organization)
    if kind == "saved_table":
        return SavedTable.objects.get(organization=organization, user__username__startswith="holder")
    if kind == "spot_check":
        return SpotCheck.objects.get(organization=organization, name__startswith="抽查")
    if kind == "spot_record":
        return SpotRecord.objects.get(organization=organization, note__startswith="检查备注")
    if kind == "entry":
        return AuditEntry.objects.get(placement__organization=organization, reason__startswith="日志")
    raise KeyError(kind)


def address_of(subject):
    """What stands in the address for it: its key; a row of an import is found by the import and its number."""
    return [subject.roster_id, subject.number] if isinstance(subject, RosterRow) else [subject.pk]
