"""The columns that indexes, unique constraints and primary keys are over, and which lookups they serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Part, Table

KEY_PARTS: frozenset[Part] = frozenset({"indexes", "unique_constraints", "primary_key"})
"""The parts of a table that hold keys."""


class Key(Record):
    """Columns (database names, None for an expression) that an index is over.

    ``usable`` tells whether it may serve every query; a partial index does not.
    """

    columns: Maybe[tuple[Maybe[str | None], ...]]
    unique: Maybe[bool] = True
    usable: Maybe[bool] = True


def keys(table: Table, wanted: frozenset[str], twins: Iterable[Table] = ()) -> Iterator[Key]:
    """Yield the keys of ``table``: its own, and those that migrations give it in the database (``twins``).

    ``wanted`` are the columns that a lookup compares, which decide whether a partial index may serve it.
    """
    for each in (table, *twins):
        yield Key(each.primary_key)
        for constraint in each.unique_constraints:
            if constraint.attached:
                yield Key(constraint.columns)
        for column in each.columns:
            if column.unique is not False:
                yield Key((column.name,), True, column.unique)
        for index in each.indexes:
            if index.attached:
                yield Key(index.columns, index.unique, _usable(table, wanted, index.partial))
    if table.dialect == "mysql":  # InnoDB makes an index for every foreign key
        yield from (Key(key.columns, False) for key in table.foreign_keys)


def _usable(table: Table, wanted: frozenset[str], partial: Maybe[bool]) -> Maybe[bool]:
    if partial is not True:
        return UNKNOWN if partial is UNKNOWN else True
    return UNKNOWN if all(column.nullable is not False for column in table.columns if column.name in wanted) else False


def serves(key: Key, wanted: frozenset[str]) -> Maybe[bool]:
    """Return whether rows can be found by ``wanted`` through the key: it leads with them, or is unique within them."""
    if key.columns is UNKNOWN:
        return UNKNOWN
    if key.usable is False or not key.columns:
        return False
    leads = all_in(key.columns[: len(wanted)], wanted) if len(key.columns) >= len(wanted) else False
    covers = all_in(key.columns, wanted) if key.unique is not False else False
    if leads is True or (covers is True and key.unique is True):
        return key.usable
    return UNKNOWN if leads is UNKNOWN or covers is not False else False


def may_be_unique(key: Key, wanted: frozenset[str]) -> bool:
    """Return whether the key may forbid two rows with equal values in ``wanted``; a partial one does for some rows."""
    if key.unique is False:
        return False
    return key.columns is UNKNOWN or (bool(key.columns) and all_in(key.columns, wanted) is not False)


def all_in(columns: tuple[Maybe[str | None], ...], wanted: frozenset[str]) -> Maybe[bool]:
    """Return whether all ``columns`` are among ``wanted``."""
    if any(column is not UNKNOWN and column not in wanted for column in columns):
        return False
    return UNKNOWN if UNKNOWN in columns else True
