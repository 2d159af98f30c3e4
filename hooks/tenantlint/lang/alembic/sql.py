"""SQL that a migration runs as text: to operations, or to what it may touch where parts of it are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.answers import HOLE
from tenantlint.migration import (
    AlterPolicy,
    CreatePolicy,
    DropPolicy,
    Other,
    SetRowSecurity,
    Unread,
    WriteRows,
)
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.migration import Operation
    from tenantlint.source import Location

_STAND_IN: Final = "unknown_7f3a"
_SECURITY: Final = (SetRowSecurity, CreatePolicy, DropPolicy, AlterPolicy)
_WHY: Final = "parts of its text are known only when the revision runs"
_CATALOGS: Final = ("information_schema", "pg_catalog", "pg_class", "pg_constraint", "pg_index", "pg_tables", "pg_type",
                    "pg_policies", "pg_attribute", "pg_namespace", "pg_enum", "pg_extension", "to_regclass", "pg_proc",
                    "pg_trigger", "pg_roles", "pg_views", "pg_matviews")  # fmt: skip


def asks_catalog(text: str) -> bool:
    """Return whether a query asks the database for its own structure."""
    lowered = text.lower()
    return any(name in lowered for name in _CATALOGS)


def operations_of(text: str, at: Location, certain: bool) -> Iterator[Operation]:
    """Give the operations of a text in which HOLE stands for what is not known."""
    from tenantlint.lang.sql.parse import operations_of_text

    if HOLE not in text:
        yield from operations_of_text(text, at, certain)
        return
    for operation in operations_of_text(text.replace(HOLE, _STAND_IN), at, certain):
        yield _with_holes(operation) if isinstance(operation, Unread) or _mentions(operation) else operation


def _with_holes(operation: Operation) -> Operation:
    if isinstance(operation, Unread):
        return Unread(operation.at, operation.certain, _WHY, UNKNOWN, security=True, structure=True)
    table = getattr(operation, "table", UNKNOWN)
    tables: Maybe[tuple[str, ...]] = (table,) if isinstance(table, str) and _STAND_IN not in table else UNKNOWN
    structure = not isinstance(operation, (*_SECURITY, WriteRows, Other))
    return Unread(operation.at, operation.certain, _WHY, tables, isinstance(operation, _SECURITY), structure)


def _mentions(value: object) -> bool:
    """Return whether the stand-in is anywhere in an operation."""
    if isinstance(value, str):
        return _STAND_IN in value
    if isinstance(value, Record):
        return any(_mentions(getattr(value, field)) for field in value.__fields__)
    return isinstance(value, tuple) and any(map(_mentions, value))
