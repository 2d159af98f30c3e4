"""What several rules on migrations ask."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from tenantlint.migration import AddColumn, CreateTable, RenameColumn, RenameTable, Unread, WriteRows
from tenantlint.replay import states
from tenantlint.schema import UNKNOWN
from tenantlint.settings import FRAMEWORK_TABLES
from tenantlint.view import fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.migration import History, Operation, Revision
    from tenantlint.replay import State
    from tenantlint.rule import Rule
    from tenantlint.schema import Maybe
    from tenantlint.view import SchemaView


def starts(history: History) -> Iterator[tuple[Revision, State]]:
    """Yield each revision that does something with the database before it, which holds until the next one is asked."""
    last = None
    for revision, _, state in states(history):
        if revision is not last:
            last = revision
            yield revision, state


def is_older(before: State, revision: Revision, operation: Operation, table: str, column: str | None = None) -> bool:
    """Return whether a table, and a column of it, surely stood there before the revision."""
    if before.is_new(table) is not False or (column is not None and before.is_added(table, column)):
        return False
    return not any(_may_make(each, table, column) for each in earlier(revision, operation))


def earlier(revision: Revision, operation: Operation) -> Iterator[Operation]:
    """Yield the operations of an upgrade before one of them."""
    return takewhile(lambda each: each is not operation, revision.upgrade)


def _may_make(operation: Operation, table: str, column: str | None) -> bool:
    """Return whether an operation may make the table or the column, as far as is known."""
    if isinstance(operation, Unread):
        return operation.structure and (operation.tables is UNKNOWN or table in operation.tables)
    if isinstance(operation, CreateTable):
        return operation.table in (UNKNOWN, table)
    if isinstance(operation, RenameTable):
        known = operation.certain and operation.table is not UNKNOWN
        return operation.new_name is UNKNOWN or (operation.new_name == table and not known)
    if column is None or not isinstance(operation, AddColumn | RenameColumn) or operation.table not in (UNKNOWN, table):
        return False
    name = operation.column.name if isinstance(operation, AddColumn) else operation.new_name
    return name in (UNKNOWN, column)


def may_move_values(revision: Revision) -> bool:
    """Return whether the upgrade writes values into tables or columns that it makes itself, as far as is known."""
    tables = {each.table for each in revision.upgrade if isinstance(each, CreateTable)}
    columns = [(each.table, each.column.name) for each in revision.upgrade if isinstance(each, AddColumn)]
    return any(
        isinstance(each, Unread) or (isinstance(each, WriteRows) and fills(each, tables, columns))
        for each in revision.upgrade
    )


def fills(operation: WriteRows, tables: set[Maybe[str]], columns: Iterable[tuple[Maybe[str], Maybe[str]]]) -> bool:
    """Return whether rows may be put into one of ``tables``, or values into one of ``columns`` (table, column)."""
    if operation.command == "insert" and not tables.isdisjoint({operation.table, UNKNOWN}):
        return True
    return operation.table is UNKNOWN or any(
        table in (operation.table, UNKNOWN) and (column is UNKNOWN or writes(operation, column))
        for table, column in columns
    )


def writes(operation: WriteRows, column: Maybe[str]) -> bool:
    """Return whether an INSERT or UPDATE gives the column a value, or may."""
    columns = operation.columns
    return operation.command in ("insert", "update") and (columns is UNKNOWN or column in columns or UNKNOWN in columns)


def is_exempt(name: Maybe[str | None], rule: Rule, view: SchemaView) -> bool:
    """Return whether the rule leaves out a table by its (qualified) name."""
    patterns = (*FRAMEWORK_TABLES, *view.settings.exempt_tables, *rule.exempt_tables)
    return isinstance(name, str) and any(
        fits(each, pattern) for pattern in patterns for each in (name, name.rpartition(".")[2])
    )


def undoing_place(history: History) -> str:
    """Return what a message calls the place that undoes a revision."""
    return "`downgrade`" if history.kind == "alembic" else "the down migration"
