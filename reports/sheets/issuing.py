"""定稿: freezing a sheet, so that it can be printed again as it was."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.models import IssuedSheet
from reports.sheets.making import sheet_on


def issued_by(organization: Organization) -> QuerySet[IssuedSheet]:
    """The sheets this organisation has issued, latest first."""
    return IssuedSheet.objects.filter(organization=organization).select_related("issued_by").order_by("-id")


@transaction.atomic
def issue(organization: Organization, *, kind: str, on: dt.date, by: User) -> IssuedSheet:
    """Keep the sheet as it is now; later entries make another sheet, never change this one.

    Refuses what ``making.sheet_on`` refuses.
    """
    sheet = sheet_on(organization, kind, on)
    issued = IssuedSheet.objects.create(
        organization=organization,
        kind=kind,
        on=on,
        content=sheet.kept() | {"organization": organization.full_name, "short": organization.short_name},
        counted_at=timezone.now(),
        issued_by=by,
    )
    changes = {"表名": [None, issued.get_kind_display()], "统计时点": [None, str(on)]}
    audit.record(audit.Kind.CREATED, issued, by=by, at=organization, changes=changes)
    return issued
