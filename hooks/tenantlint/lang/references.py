"""What a foreign key that a column is to get needs: a target that is certain, of one key, of the column's own type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import AddForeignKey
from tenantlint.lang.histories import history_of, refuse_unless_there, table_in, twin_of
from tenantlint.lang.lowering import RefusedError, sharing
from tenantlint.record import Record, replace
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tenantlint.change import Change
    from tenantlint.lang.differences import Differences
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History
    from tenantlint.schema import Column, Table


class Reference(Record):
    """A column, the tables that have it by its declaration, and the key of the table that it is to reference."""

    column: Column
    tables: tuple[Table, ...]
    target: Table
    key: Column


def reference(change: AddForeignKey, context: Lowering) -> Reference:
    """Return what a column is to reference. Raises RefusedError where that is not certain."""
    own = context.column(change.table_id, change.key)
    tables = tuple(table for table, _ in sharing(context, change))
    if own is None:
        raise RefusedError(f"there is no `{change.key}` any more")
    target = context.table(change.target_id or "")
    if target is None:
        raise RefusedError("which table it references is not certain: declare the foreign key by hand")
    keys = [column for column in target.columns if column.primary_key is not False]
    if len(keys) != 1 or keys[0].primary_key is UNKNOWN or UNKNOWN in (keys[0].name, target.qualified_name):
        raise RefusedError(f"the primary key of `{target.symbol}` is not one column")
    _refuse_types(own, target, keys[0])
    for table in tables:
        if table.id == target.id:
            raise RefusedError(f"`{target.symbol}` has the column by the same declaration, and is what it references")
        if any(key.columns is UNKNOWN or own.name in key.columns for key in table.foreign_keys):
            raise RefusedError(f"`{table.symbol}.{own.key}` is part of a foreign key already")
        # What cannot be migrated is refused before it costs a migration.
        history = history_of(table, context.schema, "alembic" if table.orm == "sqlmodel" else "drizzle-kit")
        if history is not None:
            _refuse_unready(own, target, table, history)
    return Reference(own, tables, target, keys[0])


def _refuse_types(own: Column, target: Table, key: Column) -> None:
    if UNKNOWN in (own.name, own.type, key.type):
        raise RefusedError(f"the type of `{own.key}`, or of what it references, is not known")
    if own.type != key.type:
        raise RefusedError(
            f"`{own.key}` is {own.type} and `{target.symbol}.{key.key}` is {key.type}: give both one type first"
        )


def expanded(given: Sequence[Change], context: Lowering) -> list[Change]:
    """Return changes with one for each table that a foreign key comes to, where several share its declaration."""
    return [each for change in given for each in _each(change, context)]


def _each(change: Change, context: Lowering) -> Iterator[Change]:
    if not isinstance(change, AddForeignKey):
        yield change
        return
    for table, _ in sharing(context, change):
        yield replace(change, table_id=table.id)


def _refuse_unready(column: Column, target: Table, table: Table, history: History) -> None:
    """Raise RefusedError where the database has not the column yet, or not the table that it is to reference."""
    refuse_unless_there(table, twin_of(table, history), str(column.name))
    name = str(target.qualified_name)
    if table_in(history, name) is None:
        raise RefusedError(f"no migration makes the table `{name}` yet: generate that migration first")


def referring_columns(
    own: Iterable[Change], table: Table, history: History, differences: Differences
) -> set[tuple[str]]:
    """Return the columns, as the database calls them afterwards, that changes of a table let reference another one.

    Raises RefusedError where the database has not the column yet, or not what it is to reference.
    """
    context, found = differences.context, set[tuple[str]]()
    for change in own:
        if isinstance(change, AddForeignKey):
            column, target = context.column(change.table_id, change.key), context.table(change.target_id or "")
            name = UNKNOWN if column is None else column.name
            if column is None or target is None or UNKNOWN in (name, target.qualified_name):
                raise RefusedError("the names in the database are not known")
            _refuse_unready(column, target, table, history)
            found.add((differences.new_name(table, str(name)),))
    return found
