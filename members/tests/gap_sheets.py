"""缺项补录表 in tests: taken, read by name and heading, filled in, handed in again."""

import io

import openpyxl
from django.core.files import File

from members.models import Member
from members.models.roster import ImportPurpose
from members.roster.gap_sheets.gap_sheet import write_gap_sheet
from members.roster.running.starting import start

# What the record of somebody lacks who lacks nearly everything, and what fills it.
NOTHING = {
    "ethnicity": "",
    "education": "",
    "political_status": "",
    "joined_on": None,
    "phone": "",
    "work_unit": "待补",
}
GIVEN = {
    "民族": "回族",
    "学历": "大专",
    "政治面貌": "共青团员",
    "入团年月": "2016-05",
    "手机号": "14000999001",
    "工作单位": "航测一室",
}


def a_sheet(organization, by):
    content = io.BytesIO()
    write_gap_sheet(organization, content, by=by)
    content.seek(0)
    return openpyxl.load_workbook(content)


def lines(book):
    """The rows of the sheet by name: heading → cell."""
    sheet = book["缺项补录表"]
    at = next(row[0].row for row in sheet.iter_rows() if row[0].value == "补录编号")
    headings = [cell.value for cell in sheet[at]]
    return {row[1].value: dict(zip(headings, row, strict=True)) for row in sheet.iter_rows(min_row=at + 1)}


def returned(book, organization, by):
    """The sheet handed in again, as it waits for confirmation."""
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    file = File(content, name="缺项补录表.xlsx")
    return start(file, organization=organization, note="", update_existing=True, by=by, purpose=ImportPurpose.GAPS)


def fill(book, name, values):
    cells = lines(book)[name]
    for heading, value in values.items():
        cells[heading].value = value
    return book


def facts(pk):
    """The whole record; what is sealed in clear, because every sealing reads otherwise."""
    person = Member.objects.get(pk=pk)
    columns = [field.attname for field in Member._meta.concrete_fields if not field.attname.endswith("_sealed")]
    return {name: getattr(person, name) for name in (*columns, "id_number", "phone")}
