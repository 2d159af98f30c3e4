"""The index that a change is about: the tables that have it in code, and what the database has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.histories import history_of, twin_of
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenantlint.change import DropIndex, RenameIndex
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History, HistoryKind
    from tenantlint.schema import Index, Table


def declared(change: DropIndex | RenameIndex, context: Lowering) -> list[tuple[Table, Index]]:
    """Return the tables that have an index by the declaration of a change, the change's own first, with the index.

    Raises RefusedError where there is none.
    """
    found = [
        (table, index)
        for table in context.schema.tables
        for index in table.indexes
        if index.at == change.at and index.attached
    ]
    found.sort(key=lambda pair: pair[0].id != change.table_id)
    if not found or found[0][0].id != change.table_id:
        raise RefusedError("the index is not there any more")
    return found


def refuse_name(change: RenameIndex, tables: Sequence[tuple[Table, Index]], context: Lowering) -> None:
    """Raise RefusedError where the new name of an index is taken, or another index is to have it too."""
    for table, index in tables:
        if any(each is not index and each.columns == index.columns for each in table.indexes):
            raise RefusedError("another index is over the same columns, and would have the same name")
        made = (each for history in context.schema.histories for each in history.tables)
        for other in (*context.schema.tables, *made):
            names = {other.name, *(each.name for each in other.indexes)}
            names |= {each.name for each in other.unique_constraints}
            if other.schema == table.schema and change.new_name in names:
                raise RefusedError(f"the name `{change.new_name}` is taken already")


def stored(
    change: DropIndex | RenameIndex, context: Lowering, kind: HistoryKind
) -> Iterator[tuple[Table, History, Index]]:
    """Yield the tables that have the index of a change in the database too, and what it is there.

    Raises RefusedError where that is not certain.
    """
    for table, index in declared(change, context):
        history = history_of(table, context.schema, kind)
        if history is not None:
            made = _made(table, index, twin_of(table, history))
            if made is not None:
                yield table, history, made


def _made(table: Table, index: Index, twin: Table) -> Index | None:
    """Return what the database has of an index, None where it has none. Raises RefusedError where it is not known."""
    named = [each for each in twin.indexes if each.name == index.name]
    if isinstance(index.name, str) and len(named) == 1:
        return named[0]
    names = {each.name for each in table.indexes if each is not index}
    over = [each for each in twin.indexes if each.columns == index.columns and each.name not in names]
    alike = [each for each in over if (each.unique, each.partial) == (index.unique, index.partial)]
    if not isinstance(index.name, str) and len(over) == len(alike) == 1 and isinstance(alike[0].name, str):
        return alike[0]
    if over or "indexes" in twin.incomplete:
        raise RefusedError("what the database calls the index is not known: write the migration by hand")
    return None
