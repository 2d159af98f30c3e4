"""SQL text to operations, for tables of tests."""

from __future__ import annotations

from tenantlint import migration as m
from tenantlint.lang.sql.parse import Script, operations
from tenantlint.record import replace
from tenantlint.source import Location, Source

ANYWHERE = Location("x.sql", 0, 0)


def script(sql: str | bytes) -> Script:
    return operations(Source("x.sql", sql if isinstance(sql, bytes) else sql.encode()))


def ops(sql: str | bytes) -> list[m.Operation]:
    """Return the operations of a script, all at one place."""
    return [replace(each, at=ANYWHERE) for each in script(sql).operations]


def one(sql: str | bytes) -> m.Operation:
    (operation,) = ops(sql)
    return operation


def text_at(sql: str, at: Location) -> str:
    """Return the text that a location stands for."""
    assert at.path == "x.sql"
    return sql.encode()[at.start : at.end].decode()


def rls(table: str, certain: bool = True) -> m.SetRowSecurity:
    """Return the operation that enables row level security."""
    return m.SetRowSecurity(ANYWHERE, certain, table, enabled=True)


def unread(why: str, tables: object, security: bool, structure: bool, certain: bool = True) -> m.Unread:
    return m.Unread(ANYWHERE, certain, why, tables, security, structure)  # type: ignore[arg-type]
