"""Dropped and added columns that are one column renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.migration import AddColumn, AddForeignKey, DropColumn, Unread, WriteRows
from tenantlint.names import plurals, snake_case
from tenantlint.record import Record
from tenantlint.rules._migrations import fills
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import Operation, Revision
    from tenantlint.replay import State
    from tenantlint.schema import Maybe

_LONG_ENOUGH: Final = 5
_TYPO_SHARE: Final = 0.85


class Rename(Record):
    """A column that is dropped, and the one that is added in its place."""

    table: str
    dropped: DropColumn
    old: str
    added: AddColumn
    new: str


def renames(revision: Revision, before: State) -> list[Rename]:
    """Return the columns that one revision drops and adds again under a similar name, without copying their values."""
    added = [op for op in revision.upgrade if isinstance(op, AddColumn) and op.certain]
    found: list[Rename] = []
    for dropped in revision.upgrade:
        if added and isinstance(dropped, DropColumn) and dropped.certain:
            best = _best(dropped, [op for op in added if op.table == dropped.table], revision, before)
            if best is not None:
                added.remove(best.added)
                found.append(best)
    return found


def _best(dropped: DropColumn, added: Iterable[AddColumn], revision: Revision, before: State) -> Rename | None:
    table, old = dropped.table, dropped.column
    kind = _type_of(dropped, revision, before)
    if table is UNKNOWN or old is UNKNOWN or kind is UNKNOWN:
        return None
    for op in added:
        new = op.column.name
        if new in (UNKNOWN, old) or op.column.type != kind or not _similar(old, new):
            continue
        if _targets_before(before, table, old) == _targets_after(revision, table, new):
            return None if _may_copy(revision.upgrade, table) else Rename(table, dropped, old, op, new)
    return None


def _targets_before(before: State, table: str, column: str) -> set[Maybe[str]]:
    """Return the tables that a column alone references; it has the values of their keys."""
    found = before.table(table)
    keys = found.foreign_keys if found else ()
    return {key.target_table for key in keys if key.columns == (column,)}


def _targets_after(revision: Revision, table: str, column: str) -> set[Maybe[str]]:
    keys = [op.key for op in revision.upgrade if isinstance(op, AddForeignKey) and op.table == table]
    return {key.target_table for key in keys if key.columns == (column,)}


def _type_of(dropped: DropColumn, revision: Revision, before: State) -> Maybe[str]:
    """Return the type of the dropped column: as the database has it, or as the downgrade adds it again."""
    column = before.column(dropped.table, dropped.column)
    if column is not None and column.type is not UNKNOWN:
        return column.type
    for op in revision.downgrade.operations:
        if isinstance(op, AddColumn) and (op.table, op.column.name) == (dropped.table, dropped.column):
            return op.column.type
    return UNKNOWN


def _may_copy(operations: Iterable[Operation], table: str) -> bool:
    """Return whether a statement may fill a column that is added to the table, and so keep the values."""
    added = [(table, op.column.name) for op in operations if isinstance(op, AddColumn) and op.table in (table, UNKNOWN)]
    return any(
        op.tables is UNKNOWN or table in op.tables
        if isinstance(op, Unread)
        else isinstance(op, WriteRows) and op.table in (table, UNKNOWN) and fills(op, set(), added)
        for op in operations
    )


def _similar(old: str, new: str) -> bool:
    """Return whether two names mean one thing: in another style or number, with a word more or less, or mistyped."""
    one, other = _words(old), _words(new)
    if not one or not other:
        return False
    if "".join(one) == "".join(other) or sorted(one) == sorted(other):
        return True
    if set(one) < set(other) or set(other) < set(one):
        return True
    if other[-1] in plurals(one[-1]) or one[-1] in plurals(other[-1]):
        return one[:-1] == other[:-1]
    return min(len(old), len(new)) >= _LONG_ENOUGH and _share("_".join(one), "_".join(other)) >= _TYPO_SHARE


def _words(name: str) -> list[str]:
    return [word for word in snake_case(name).split("_") if word]


def _share(one: str, other: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other, autojunk=False).ratio()
