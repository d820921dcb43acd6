"""What is kept of an import for a time only: the uploaded file and what was read from it.

The import itself, its counts and its changes stay; with the changes it can be taken back as long as it exists.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from branches import audit
from members.models.mends import RosterMend
from members.models.roster import ImportState, RosterFile, RosterImport, RosterRow

_AT_WORK: Final = (ImportState.CHECKING, ImportState.WRITING)
_WAITING: Final = (ImportState.UPLOADED, ImportState.TO_ARRANGE, ImportState.TO_CONFIRM)
_EXPIRED: Final = "超过保存期限"


@transaction.atomic
def delete_expired(*, now: dt.datetime | None = None) -> int:
    """Delete files and rows of imports uploaded more than TUANJIAN_IMPORT_FILE_DAYS ago; returns how many files.

    An import that nobody has confirmed by then becomes 已放弃, which the log notes. One that is being worked on is left
    for the next time. Belongs in the housekeeping of every minute.
    """
    uploaded_by = (now or timezone.now()) - dt.timedelta(days=settings.TUANJIAN_IMPORT_FILE_DAYS)
    old = RosterImport.objects.filter(created_at__lt=uploaded_by).exclude(state__in=_AT_WORK)
    waiting = old.filter(state__in=_WAITING).select_for_update(of=("self",), no_key=True).select_related("organization")
    for roster in list(waiting):
        _discard(roster)
    RosterRow.objects.filter(roster__in=old).delete()
    RosterMend.objects.filter(roster__in=old).delete()
    return RosterFile.objects.filter(roster__in=old).delete()[0]


def _discard(roster: RosterImport) -> None:
    before = roster.get_state_display()
    roster.state, roster.fingerprint, roster.error, roster.error_code = ImportState.DISCARDED, "", "", ""
    roster.save(update_fields=["state", "fingerprint", "error", "error_code"])
    changes = {"状态": [before, ImportState.DISCARDED.label]}
    audit.record(audit.Kind.CHANGED, roster, by=None, at=roster.organization, changes=changes, reason=_EXPIRED)
