"""What is unique in a table, in code and in the database, and what takes its place with the tenant before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.histories import has_name, history_of, refuse_unless_there, twin_of
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.upserts import refuse_upserts
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.change import ScopeUnique
    from tenantlint.lang.differences import Differences
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History, HistoryKind
    from tenantlint.schema import Index, Table, UniqueConstraint


class Replaced(Record):
    """What is unique in the database, and the constraint or the unique index that takes its place.

    ``plain`` is the index over the same columns that the code has afterwards, and that is not unique.
    """

    table: Table
    history: History
    old: UniqueConstraint | Index
    new: UniqueConstraint | Index
    plain: Index | None


def wanted(change: ScopeUnique, context: Lowering) -> Table:
    """Return the table of a change, all that it needs being there and nothing in the way. Raises RefusedError."""
    table = context.table(change.table_id)
    if table is None or not uniques(table, change.columns):
        raise RefusedError("it is not unique any more")
    if table.column(change.tenant) is None or any(table.column(name) is None for name in change.columns):
        raise RefusedError("the columns are not there any more")
    if any(set(columns) == {change.tenant, *change.columns} for columns in _all(table)):
        raise RefusedError("it is unique together with the tenant column already: take the other one away by hand")
    for other in context.schema.tables:
        places = {each.at for each in other.columns} | {each.at for each in other.indexes}
        if other.id != table.id and change.at in places | {each.at for each in other.unique_constraints}:
            raise RefusedError(f"`{other.symbol}` has it by the same declaration: change both by hand")
    _refuse_references(table, change, context)
    names = [each.name for each in uniques(table, change.columns)]
    for history in context.schema.histories:
        for twin in history.tables:
            names += [each.name for each in uniques(twin, change.columns) if has_name(table, twin)]
    refuse_upserts(table, change.columns, names, context)
    own = history_of(table, context.schema, "alembic" if table.orm == "sqlmodel" else "drizzle-kit")
    if own is not None:
        _stored(change, table, own)  # what cannot be migrated is refused before it costs a migration
    return table


def _all(table: Table) -> Iterator[tuple[object, ...]]:
    """Yield the columns of each key that surely makes the rows of a table unique."""
    for constraint in table.unique_constraints:
        if constraint.attached and constraint.columns is not UNKNOWN:
            yield constraint.columns
    for index in table.indexes:
        if index.attached and index.unique is True and index.partial is False and index.columns is not UNKNOWN:
            yield index.columns


def uniques(table: Table, columns: tuple[str, ...]) -> list[UniqueConstraint | Index]:
    """Return the constraints and the unique indexes over columns, and for a unique column one without a name."""
    found: list[UniqueConstraint | Index] = [
        each for each in table.indexes if each.columns == columns and each.unique is True and each.partial is False
    ]
    found += [each for each in table.unique_constraints if each.columns == columns]
    own = table.column(columns[0]) if len(columns) == 1 else None
    if not found and own is not None and own.unique is True:
        from tenantlint.schema import UniqueConstraint

        found.append(UniqueConstraint(None, columns, True, own.at))
    return found


def _refuse_references(table: Table, change: ScopeUnique, context: Lowering) -> None:
    made = [each for history in context.schema.histories for each in history.tables]
    for other in (*context.schema.tables, *made):
        for key in other.foreign_keys:
            to_table = key.target_table in (UNKNOWN, table.qualified_name)
            if to_table and (key.target_columns is UNKNOWN or set(key.target_columns) == {*change.columns}):
                raise RefusedError(f"a foreign key of `{other.symbol}` needs it: change both by hand")


def _stored(change: ScopeUnique, table: Table, history: History) -> list[UniqueConstraint | Index]:
    """Return what makes the columns unique in the database, nothing where they are not. Raises RefusedError."""
    twin = twin_of(table, history)
    for name in (change.tenant, *change.columns):
        refuse_unless_there(table, twin, name)
    stored = uniques(twin, change.columns)
    if len(stored) > 1 or (not stored and twin.incomplete & {"indexes", "unique_constraints"}):
        raise RefusedError("what makes it unique in the database is not certain: write the migration by hand")
    return stored


def replaced(change: ScopeUnique, differences: Differences, kind: HistoryKind) -> Replaced | None:
    """Return what a change replaces in the database, None where that does not have it. Raises RefusedError."""
    context = differences.context
    table, after = wanted(change, context), None if context.after is None else context.after.by_id()
    history = history_of(table, context.schema, kind)
    stored = [] if history is None else _stored(change, table, history)
    if history is None or not stored:
        return None
    twin, now = twin_of(table, history), None if after is None else after.get(table.id)
    new = [] if now is None else uniques(now, (change.tenant, *change.columns))
    if now is None or len(new) != 1:
        raise RefusedError("what the code declares afterwards is not known")
    plain = [each for each in now.indexes if each.columns == change.columns and each.unique is False]
    had = [each for each in twin.indexes if each.columns == change.columns and each.unique is False]
    return Replaced(table, history, stored[0], new[0], plain[0] if plain and not had else None)
