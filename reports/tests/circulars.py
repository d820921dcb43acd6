"""Circulars for tests: a draft, an issued one, templates that were meddled with."""

import datetime as dt
import io
import zipfile

from django.utils import timezone
from docx import Document

from reports.circulars import drafting, issuing, word
from reports.models import Circular, CircularKind, IssuedSheet, SheetKind
from reports.sheets.tables import Heading, Sheet

OCTOBER = dt.date(2026, 10, 1)


def a_draft(organization, *, by, kind=CircularKind.ENTRY, on=dt.date(2026, 11, 21), **more):
    if kind == CircularKind.ORG_LIFE:
        more = {"month": OCTOBER} | more
    return drafting.draft(organization, kind=kind, on=on, by=by, **more)


def an_issued(organization, *, by, **more):
    draft = a_draft(organization, by=by, **more)
    return issuing.issue(draft, version=draft.version, by=by)


def typed(circular, **changes):
    """What the form of a draft hands in when nothing but this is changed."""
    heads = {name: getattr(circular, name) for name in ("title", "prefix", "addressee", "signature", "audience")}
    texts = {part.key: part.text for part in word.text_of(circular)}
    return {
        "heads": heads | changes.get("heads", {}),
        "texts": texts | changes.get("texts", {}),
        "chosen": changes.get("chosen", {}),
        "version": changes.get("version", circular.version),
    }


def document(content):
    return Document(io.BytesIO(content))


def texts_in(content):
    return [paragraph.text for paragraph in document(content).paragraphs]


def table_in(content):
    """The cells of the table, a merged one once."""
    [table] = document(content).tables
    return [[cell.text for cell in dict.fromkeys(row.cells)] for row in table.rows]


def meddled(template, *, parts=None, replace=None):
    """The template with parts added, or with text replaced in its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(target, "w") as written:
        for name in source.namelist():
            data = source.read(name)
            for part, old, new in replace or ():
                if part == name:
                    assert old.encode() in data
                    data = data.replace(old.encode(), new.encode(), 1)
            written.writestr(name, data)
        for name, data in (parts or {}).items():
            written.writestr(name, data)
    return target.getvalue()


def _row(organization):
    return {
        "pk": organization.pk,
        "place": 0,
        "name": organization.short_name,
        "type": organization.get_org_type_display(),
        "expected": 10,
        "actual": 9,
        "on_time": 9,
        "missing": 1,
        "rate": 90.0,
        "then": None,
    }


def a_stored_circular(organization, *, by, title):
    """A draft as the database has it, of any organisation, without counting anything."""
    table = {"bands": [], "own": _row(organization), "total": _row(organization), "counted_at": ""}
    return Circular.objects.create(
        organization=organization,
        kind=CircularKind.ENTRY,
        title=title,
        prefix="团通",
        addressee="各下级团组织",
        signature=organization.full_name,
        on=timezone.localdate(),
        counted_at=timezone.now(),
        figures={"issuer": organization.full_name, "short": organization.short_name, "table": table},
        parts=[{"key": "opening", "section": "opening", "sub": "", "made": "现通报如下。", "text": f"现通报{title}。"}],
        made_by=by,
    )


def a_stored_sheet(organization, *, by, note):
    """An issued sheet as the database has it."""
    sheet = Sheet("直属下级数据统计", "个", [Heading("组织名称", False)], [[organization.short_name]], None, [note])
    return IssuedSheet.objects.create(
        organization=organization,
        kind=SheetKind.LOWER,
        on=timezone.localdate(),
        content=sheet.kept() | {"organization": organization.full_name, "short": organization.short_name},
        counted_at=timezone.now(),
        issued_by=by,
    )
