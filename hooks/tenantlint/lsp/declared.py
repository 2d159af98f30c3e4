"""The table or the column that is declared at a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.record import Record

if TYPE_CHECKING:
    from tenantlint.schema import Column, Schema, Table
    from tenantlint.source import Location, Source


class Declared(Record):
    """A table, and its column where that is what is declared. ``others`` tables have the same declaration."""

    table: Table
    column: Column | None
    others: int


def declared_at(schema: Schema, source: Source, offset: int) -> Declared | None:
    """Return what is declared at a byte of a file: the column, else the table, whose declaration is the smallest.

    The name that a table is assigned to belongs to its declaration.
    """
    path = source.path
    columns = [
        (table, column) for table in schema.tables for column in table.columns if _covers(column.at, path, offset)
    ]
    if columns:
        table, column = min(columns, key=lambda pair: pair[1].at.end - pair[1].at.start)
        return Declared(table, column, sum(each.at == column.at for _, each in columns) - 1)
    tables = [
        table
        for table in schema.tables
        if _covers(table.at, path, offset) or (table.at.path == path and _is_named(table, source, offset))
    ]
    if tables:
        table = min(tables, key=lambda each: each.at.end - each.at.start)
        return Declared(table, None, sum(each.at == table.at for each in tables) - 1)
    return None


def _is_named(table: Table, source: Source, offset: int) -> bool:
    """Return whether the name that the table is assigned to stands at a byte of its first line."""
    start = source.line_starts[source.line_of(table.at.start) - 1]
    name = re.compile(rb"(?<![\w$])" + re.escape(table.symbol.encode()) + rb"(?![\w$])")
    match = name.search(source.data, start, table.at.start) if start <= offset < table.at.start else None
    return match is not None and match.start() <= offset <= match.end()


def _covers(at: Location, path: str, offset: int) -> bool:
    return at.path == path and at.start <= offset <= at.end


def name_in(declared: Declared, source: Source) -> tuple[int, int] | None:
    """Return where the declaration of a column says the column's key, None where it does not."""
    column = declared.column
    if column is None:
        return None
    key = re.escape(column.key.encode())
    match = re.compile(rb"(?<![\w$])" + key + rb"(?![\w$])").search(source.data, column.at.start, column.at.end)
    return None if match is None else match.span()
