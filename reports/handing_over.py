"""交接单: what a unit hands over on a day – posts and rights that changed hands, figures, what is still to be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from branches import audit
from branches.elections import Term, terms_of
from branches.models import AccessGrant, Organization, Role, User
from branches.permissions import permissions_on
from members.models import CadreTerm
from reports.counts import Counts, counts_of
from reports.todos import Todo, todos_for


@dataclass(frozen=True)
class Sheet:
    """The sheet of one organisation for one day, cut to what the viewer may look at."""

    organization: Organization
    on: dt.date
    counts: Counts
    term: Term
    ended: list[CadreTerm]
    begun: list[CadreTerm]
    staying: list[CadreTerm]
    leaving: list[AccessGrant]
    coming: list[AccessGrant]
    todos: list[Todo]
    sees_people: bool


@transaction.atomic
def printed_sheet(organization: Organization, on: dt.date, *, today: dt.date, by: User) -> Sheet:
    """Read the sheet together; the log notes that it was put on paper."""
    sees_people = permissions_on(organization, by).sees_roster
    terms = CadreTerm.objects.visible_to(by).filter(organization=organization).select_related("person")
    in_order = terms.in_office_order()
    administrators = AccessGrant.objects.filter(organization=organization, role=Role.ADMINISTRATOR)
    administrators = administrators.select_related("user").order_by("id")
    before = on - dt.timedelta(days=1)
    gone = Q(ended_at__date=on) | Q(ends_on=before) | Q(ended_at=None, ends_with_code__isnull=False)
    audit.record(audit.Kind.PRINTED, organization, by=by, at=organization, reason="交接单")
    return Sheet(
        organization=organization,
        on=on,
        counts=counts_of([organization], today, people=sees_people)[organization.pk],
        term=terms_of([organization], today)[organization.pk],
        ended=list(in_order.filter(ended_on=on)),
        begun=list(in_order.filter(started_on=on, started_on_is_month=False, ended_on=None)),
        staying=list(in_order.filter(ended_on=None).exclude(started_on=on, started_on_is_month=False)),
        leaving=list(administrators.filter(gone)),
        coming=list(administrators.filter(starts_on=on, ended_at=None)),
        todos=todos_for(by, organization, today),
        sees_people=sees_people,
    )
