"""The database's own refusal to change the log: entries and links are never updated, young ones never deleted.

Who can write to the database can also drop a trigger; that is what the chain is for. The triggers stop accidents, and
whoever holds no more than the application's own statements. Installed after every migrate, since SQLite drops a
table's triggers whenever it rebuilds the table.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import connections

from branches.models import AuditEntry, AuditSeal
from tuanjian.startup import SHORTEST_AUDIT_MONTHS

# Nothing younger is removed by age, whatever the setting.
_MONTHS: Final = SHORTEST_AUDIT_MONTHS
_ENTRIES, _SEALS = AuditEntry._meta.db_table, AuditSeal._meta.db_table
_OF_A_LINK: Final = ("number", "sealed_at", "entries", "size", "previous_digest", "digest")

_SQLITE: Final = (
    f"""CREATE TRIGGER IF NOT EXISTS audit_entry_update BEFORE UPDATE ON {_ENTRIES}
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_entry_delete BEFORE DELETE ON {_ENTRIES}
    WHEN OLD.at > datetime('now', '-{_MONTHS} months')
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_seal_update BEFORE UPDATE ON {_SEALS}
    WHEN OLD.removed_at IS NOT NULL OR {" OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _OF_A_LINK)}
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_seal_delete BEFORE DELETE ON {_SEALS}
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
)
_POSTGRESQL: Final = (
    f"""CREATE OR REPLACE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at < now() - interval '{_MONTHS} months' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'the audit log is append-only';
    END $$""",
    f"""CREATE OR REPLACE FUNCTION audit_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL
            AND ({", ".join(f"OLD.{name}" for name in _OF_A_LINK)}) IS NOT DISTINCT FROM
                ({", ".join(f"NEW.{name}" for name in _OF_A_LINK)}) THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the audit log is append-only';
    END $$""",
    f"""CREATE OR REPLACE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON {_ENTRIES}
    FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()""",
    f"""CREATE OR REPLACE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON {_ENTRIES}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_guard()""",
    f"""CREATE OR REPLACE TRIGGER audit_seal_guard BEFORE UPDATE OR DELETE ON {_SEALS}
    FOR EACH ROW EXECUTE FUNCTION audit_seal_guard()""",
    f"""CREATE OR REPLACE TRIGGER audit_seal_truncate BEFORE TRUNCATE ON {_SEALS}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_seal_guard()""",
)


def install(*, using: str = "default") -> None:
    """Have the database refuse; doing it again changes nothing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def install_after_migrate(*, using: str, **kwargs: Any) -> None:
    """post_migrate: unless ``settings.AUDIT_GUARD`` is off, or the tables are not (or no longer) as they are here."""
    if settings.AUDIT_GUARD and _is_migrated(using):
        install(using=using)


def _is_migrated(using: str) -> bool:
    connection = connections[using]
    with connection.cursor() as cursor:
        if _SEALS not in connection.introspection.table_names(cursor):
            return False
        columns = connection.introspection.get_table_description(cursor, _SEALS)
    return {"removed_at", *_OF_A_LINK} <= {column.name for column in columns}
