"""What is under way in a demo unit: codes, requests to the superior, a handover to come, an export to be approved.

All of it is done by the rules themselves, in the name of the cast; its days follow today, not the day of the figures.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict
from django.utils import timezone

from branches import applications, naming, registration
from branches.models import AccessGrant, ChangeRequest, Organization, OrgType, Role, User
from members import handover, releases
from members.filters import MemberFilter, as_listed
from members.models import ExportProfile, Member
from reports.demo import accounts
from reports.demo.blueprint import Blueprint, Renaming
from reports.demo.days import days_after

# So many days ahead lies the handover: the day is still to come for whoever looks around for a week or two.
HANDOVER_IN = 20


def begin(organizations: Mapping[str, Organization], blueprint: Blueprint) -> None:
    """Begin everything of which somebody in the cast is to find the next step among the to-dos.

    What needs a place that the unit has not is left out.
    """
    cast = {user.username: user for user in User.objects.filter(username__in=accounts.USERNAMES)}
    committee = organizations.get(blueprint.committee_with_logins)
    if committee is not None:
        _replace_administrator(committee, cast)
    _ask_for_names(organizations, blueprint, cast)
    _hand_out_codes(organizations[blueprint.branch_with_logins], cast)
    if blueprint.second_places is not None:
        _hand_over(organizations[blueprint.second_places[1]], cast)
    if committee is not None:
        _ask_for_export(committee, cast[accounts.COMMITTEE.username])


def _replace_administrator(committee: Organization, cast: Mapping[str, User]) -> None:
    leaving, successor = cast[accounts.ENDED.username], cast[accounts.COMMITTEE.username]
    asked = applications.ask_for_administrator(
        committee,
        leaving=AccessGrant.objects.get(user=leaving, organization=committee),
        successor=successor,
        successor_name="",
        reason="周往同志工作调动，团委管理员由接任书记担任。",
        by=leaving,
    )
    applications.approve(asked, version=asked.version, answer="同意。", by=cast["bureau_admin"])


def _ask_for_names(organizations: Mapping[str, Organization], blueprint: Blueprint, cast: Mapping[str, User]) -> None:
    if blueprint.name_asked_for is not None:
        general = organizations[blueprint.general_with_logins]
        _ask_for_name(general, blueprint.name_asked_for, by=cast["general_admin"])
    if blueprint.name_returned is not None:
        branch = organizations[blueprint.branch_with_logins]
        returned = _ask_for_name(branch, blueprint.name_returned, by=cast["branch_admin"])
        answer = blueprint.name_returned.answer
        applications.send_back(returned, version=returned.version, answer=answer, by=cast["general_admin"])


def _ask_for_name(organization: Organization, wanted: Renaming, *, by: User) -> ChangeRequest:
    org_type = OrgType(organization.org_type)
    return applications.ask_for_name(
        organization,
        full_name=f"{naming.PREFIX}{wanted.full}{naming.FULL_ENDINGS[org_type]}",
        short_name=f"{wanted.short}{naming.SHORT_ENDINGS[org_type]}",
        reason=wanted.reason,
        by=by,
    )


def _hand_out_codes(branch: Organization, cast: Mapping[str, User]) -> None:
    """One code that nobody has used yet. The other one is the newcomer's: see ``_hand_over``."""
    registration.issue(branch, role=Role.OFFICER, holder_name="宋时雨", by=cast["branch_admin"])


def _hand_over(branch: Organization, cast: Mapping[str, User]) -> None:
    """Somebody new opens an account by a code as entry clerk, and will take over as administrator."""
    newcomer = accounts.NEWCOMER
    issued = registration.issue(
        branch, role=newcomer.role, holder_name=newcomer.display_name, by=cast[accounts.TWO_PLACES.username]
    )
    successor, _ = registration.open_account(
        issued.row,
        username=newcomer.username,
        display_name=newcomer.display_name,
        phone="",
        password=accounts.PASSWORD,
    )
    planned = handover.Handover(
        organization=branch,
        occasion=handover.Occasion.LEAVING,
        on=days_after(timezone.localdate(), HANDOVER_IN),
        leaving=tuple(handover.grants_to_end(branch).filter(user=cast[accounts.TWO_PLACES.username])),
        successor=successor,
    )
    handover.hand_over(planned, by=cast["bureau_admin"])


def _ask_for_export(committee: Organization, by: User) -> None:
    """More people than one may take alone; nothing where no profile is in use."""
    profile = ExportProfile.objects.filter(is_active=True).order_by("pk").first()
    if profile is None:
        return
    query = QueryDict(f"organization={committee.pk}")
    asked = MemberFilter(query, queryset=Member.objects.visible_to(by).under(committee))
    releases.ask(
        as_listed(asked.qs),
        committee,
        profile=profile,
        query=query.urlencode(),
        asked=asked.in_words,
        purpose="录入国家系统，核对团员证件号码",
        by=by,
    )
