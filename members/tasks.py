"""Work that does not fit into a request. Arguments are ids only; the truth about a job is the row it works on."""

from django_tasks import task

from members.roster import checking


@task()
def check_roster(import_id: int) -> None:
    """Check an uploaded roster (``members.roster.checking``)."""
    checking.check(import_id)
