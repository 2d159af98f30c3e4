"""What a change makes different in the tables that the code declares: its columns, keys and names before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.change import RenameColumn, RenameTable
from tenantlint.lang.lowering import RefusedError
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenantlint.change import Change
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Column, ForeignKey, Index, Maybe, Table, UniqueConstraint

_UNNAMED: Final = "the name of the column in the database is not known"
NamedKind: TypeAlias = Literal["index", "unique", "foreign key"]


class ColumnName(Record):
    """A column of ``table`` (as it was) that has another name in the database afterwards."""

    table: Table
    old: str
    new: str


class MemberName(Record):
    """An index or a constraint of ``table`` (as it was) whose name follows from what is renamed."""

    table: Table
    kind: NamedKind
    old: str
    new: str


class Additions(Record):
    """What a table has that it had not before."""

    columns: tuple[Column, ...]
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]


def column_names(renames: Sequence[RenameColumn], context: Lowering) -> list[ColumnName]:
    """Return the columns that renames give another name: those of other tables too, where a mixin declares one."""
    if context.after is not None:
        pairs = _pairs(context) if any(change.new_name is not None for change in renames) else ()
        return [found for before, after in pairs for found in _renamed(before, after)]
    found = []
    for change in renames:
        table, column = context.table(change.table_id), context.column(change.table_id, change.key)
        if table is not None and column is not None and change.new_name not in (None, column.name):
            if column.name is UNKNOWN:
                raise RefusedError(_UNNAMED)
            found.append(ColumnName(table, column.name, str(change.new_name)))
    return found


def _renamed(before: Table, after: Table) -> Iterator[ColumnName]:
    if len(before.columns) != len(after.columns):
        return
    for old, new in zip(before.columns, after.columns, strict=True):
        if old.name is UNKNOWN or new.name is UNKNOWN:
            if old.key != new.key:
                raise RefusedError(_UNNAMED)
        elif old.name != new.name:
            yield ColumnName(before, old.name, new.name)


def member_names(changes: Sequence[Change], context: Lowering) -> list[MemberName]:
    """Return the indexes and constraints that have other names because of what is renamed."""
    if not any(isinstance(change, (RenameColumn, RenameTable)) for change in changes):
        return []
    return [found for before, after in _pairs(context) for found in _members(before, after)]


def _members(before: Table, after: Table) -> Iterator[MemberName]:
    groups: tuple[tuple[NamedKind, Sequence[_Named], Sequence[_Named]], ...] = (
        ("index", before.indexes, after.indexes),
        ("unique", before.unique_constraints, after.unique_constraints),
        ("foreign key", before.foreign_keys, after.foreign_keys),
    )
    for kind, olds, news in groups:
        for old, new in zip(olds, news, strict=False) if len(olds) == len(news) else ():
            if isinstance(old.name, str) and isinstance(new.name, str) and old.name != new.name:
                yield MemberName(before, kind, old.name, new.name)


def additions(table_id: str, context: Lowering) -> Additions:
    """Return what the code gives a table. Raises RefusedError where that is not known."""
    before = context.table(table_id)
    after = None if context.after is None else context.after.by_id().get(table_id)
    if before is None or after is None:
        raise RefusedError("what the code declares afterwards is not known")
    names = {column.name for column in before.columns}
    return Additions(
        tuple(column for column in after.columns if column.name not in names),
        tuple(key for key in after.foreign_keys if _key(key) not in map(_key, before.foreign_keys)),
        tuple(index for index in after.indexes if _index(index) not in map(_index, before.indexes)),
    )


def _key(key: ForeignKey) -> tuple[Maybe[tuple[Maybe[str], ...]], Maybe[str]]:
    return key.columns, key.target_table


def _index(index: Index) -> tuple[Maybe[str | None], Maybe[tuple[Maybe[str | None], ...]]]:
    return index.name, index.columns


def _pairs(context: Lowering) -> Iterator[tuple[Table, Table]]:
    after = {} if context.after is None else context.after.by_id()
    for table in context.schema.tables:
        if table.dialect == "postgresql" and table.id in after:
            yield table, after[table.id]


if TYPE_CHECKING:
    _Named: TypeAlias = Index | UniqueConstraint | ForeignKey
