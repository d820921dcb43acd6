"""Handing out the refused rows: they hold numbers in clear, so the log says who took them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import PurePath

from django.db import transaction

from branches import audit
from branches.models import User
from members.models.roster import RosterImport
from members.roster.reporting import write_refused


@transaction.atomic
def refused_rows(roster: RosterImport, *, by: User) -> bytes:
    """The refused rows as a workbook that can be mended and uploaded again; the log notes who took how many.

    Refuses when nothing was refused and when the file has been deleted. Asks no rights: whoever may import there may
    have them.
    """
    target = io.BytesIO()
    count = write_refused(roster, target)
    changes = {"内容": [None, "退回的行"], "行数": [None, count]}
    audit.record(audit.Kind.EXPORTED, roster, by=by, at=roster.organization, changes=changes, job=roster.job)
    return target.getvalue()


def file_name(roster: RosterImport, *, on: dt.date) -> str:
    """What the workbook is called: as the file it comes from."""
    return f"{PurePath(roster.file_name).stem}有问题的行{on:%Y%m%d}.xlsx"
