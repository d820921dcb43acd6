"""Lists of activities made by the tests themselves, and the way from such a list to the database."""

from members.models.roster import ImportPurpose
from members.tests import rosters

HEADINGS = ("团组织", "活动日期", "活动类型", "主题", "参加人员", "参加人数")


def a_list(*rows, headings=HEADINGS, title="活动"):
    return {title: [headings, *rows]}


def a_row(topic="学习团章", *, branch="航测一室团支部", held_on="2026-11-10", kind="团课", people=None, attended=None):
    """A row that is right."""
    return (branch, held_on, kind, topic, people, attended)


def checked(sheets, *, organization, by, **options):
    """The import as it waits for confirmation."""
    return rosters.checked(sheets, organization=organization, by=by, purpose=ImportPurpose.ACTIVITIES, **options)


def imported(sheets, *, organization, by, **options):
    """The import as it has been written."""
    return rosters.imported(sheets, organization=organization, by=by, purpose=ImportPurpose.ACTIVITIES, **options)


def sentences(roster):
    """Line and problem sentences of each refused row."""
    return [(row.line, [problem[1] for problem in row.problems]) for row in roster.rows.all() if row.problems]


def notes(roster):
    """Line and warning sentences of each row that has some."""
    return [(row.line, [warning[1] for warning in row.warnings]) for row in roster.rows.all() if row.warnings]
