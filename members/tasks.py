"""Work that does not fit into a request. Arguments are ids only; the truth about a job is the row it works on."""

from django_tasks import task

from members.roster.running import checking


@task()
def check_roster(import_id: int) -> None:
    """Check an uploaded file (``members.roster.running.checking``)."""
    checking.check(import_id)


@task()
def write_roster(import_id: int, user_id: int) -> None:
    """Write a confirmed import (``members.roster.running.applying``)."""
    # It enqueues this task, so it cannot be imported before it.
    from members.roster.running import applying

    applying.write(import_id, user_id)


@task()
def make_list(export_id: int) -> None:
    """Make the file of an export (``members.lists.making``)."""
    from members.lists import making

    making.make(export_id)


@task()
def compare_national(comparison_id: int) -> None:
    """Hold a list of the national system against ours (``members.national_check.comparing``)."""
    from members.national_check import comparing

    comparing.compare(comparison_id)
