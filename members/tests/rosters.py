"""Roster files made by the tests themselves, and the whole way from such a file to the database."""

import datetime as dt
import io
import json

from django.core.files import File
from django.utils import timezone
from openpyxl import Workbook

from members.models.roster import ImportState, RosterImport, RosterRow, RowKind, RowState
from members.roster.preview.staging import read_of
from members.roster.reading.rows import CleanRow
from members.roster.running.applying import apply_plan
from members.roster.running.starting import start
from members.tests.builders import a_phone, an_id_number
from tuanjian import sealing
from tuanjian.idnumbers import Gender

MEMBER_HEADINGS = ("姓名", "身份证号", "民族", "政治面貌", "入团年月", "所在团支部", "团内职务", "手机号")
CADRE_HEADINGS = ("姓名", "身份证号", "任职组织", "团内职务", "任现职年月", "团干部性质", "政治面貌")
YOUTH_HEADINGS = ("姓名", "性别", "出生日期", "所在团支部")
ORGANIZATION_HEADINGS = ("上级组织", "组织全称", "组织简称", "组织类别", "行业类别", "成立时间", "联系电话")


def a_file(sheets, name="名册.xlsx"):
    """A workbook with these sheets, each a list of rows."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
            for cell in sheet[sheet.max_row]:
                # Otherwise openpyxl would make a formula of "=1+1".
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return File(content, name=name)


def members(*rows, headings=MEMBER_HEADINGS, title="团员"):
    return {title: [headings, *rows]}


def a_row(name, branch, *, number=None, political="共青团员", joined="2016-05", post=None, phone=None):
    """A row of members that is right."""
    return (name, number or an_id_number(), "汉族", political, joined, branch, post, phone or a_phone())


def older_number():
    return an_id_number(dt.date(1990, 3, 4), Gender.MALE)


def checked(sheets, *, organization, by, **options):
    """The import as it waits for confirmation."""
    file = sheets if isinstance(sheets, File) else a_file(sheets)
    return start(file, organization=organization, by=by, **({"note": "", "update_existing": True} | options))


def imported(sheets, *, organization, by, **options):
    """The import as it has been written."""
    roster = checked(sheets, organization=organization, by=by, **options)
    apply_plan(roster, by=by)
    return roster


def an_import(organization, *, by, label="费思源", note=""):
    """An import of one new member that waits for confirmation, without the file and the check."""
    numbers = {state.value: int(state == RowState.NEW) for state in RowState}
    roster = RosterImport.objects.create(
        organization=organization,
        started_by=by,
        note=note,
        file_name="名册.xlsx",
        as_of_on=timezone.localdate(),
        state=ImportState.TO_CONFIRM,
        counts={"rows": {RowKind.MEMBERS: numbers}, "branches": [], "findings": []},
    )
    row = CleanRow("团员", 2, RowKind.MEMBERS, {"name": label}, {"name": label}, cells={"name": [label, "t", ""]})
    content = {"read": read_of(row), "shown": {"name": label}}
    sealed = sealing.seal("roster.row", json.dumps(content))
    RosterRow.objects.create(
        roster=roster,
        number=1,
        sheet="团员",
        line=2,
        kind=RowKind.MEMBERS,
        state=RowState.NEW,
        label=label,
        sealed=sealed,
    )
    return roster


def states(roster):
    """Line and state of each row, in the order of the file."""
    return [(row.line, row.state) for row in roster.rows.order_by("number")]


def codes(roster):
    """Line and codes of the problems of each row that has some."""
    return [(row.line, [problem[0] for problem in row.problems]) for row in roster.rows.all() if row.problems]


def warned(roster):
    """Line and codes of the warnings of each row that has some."""
    return [(row.line, [warning[0] for warning in row.warnings]) for row in roster.rows.all() if row.warnings]
