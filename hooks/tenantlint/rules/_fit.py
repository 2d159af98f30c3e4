"""How the type of a column goes with that of the key that it references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.rule import label
from tenantlint.schema import UNKNOWN
from tenantlint.types import Fit, reference
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.schema import Column, ForeignKey, Table
    from tenantlint.view import SchemaView


class Pair:
    """A column and the column that it references, with known types."""

    def __init__(self, column: Column, target: Table, other: Column, own: str, wanted: str) -> None:
        self.column = column
        self.key = label(target, other)
        self.own = own
        self.wanted = wanted
        self.fit: Fit = reference(own, wanted, target.dialect == "mysql")


def pair(column: Column, target: Table, name: str) -> Pair | None:
    """Return a column with the column ``name`` of ``target``; None where the type of either is not known.

    SQLite's types are hints only, so that nothing is said of its tables.
    """
    other = target.column(name)
    if other is None or other.type is UNKNOWN or column.type is UNKNOWN or target.dialect == "sqlite":
        return None
    return Pair(column, target, other, column.type, other.type)


def pairs(table: Table, key: ForeignKey, view: SchemaView) -> Iterator[Pair]:
    """Yield the columns of a foreign key with those that they reference, as far as the types are known."""
    target, own, others = view.find(key.target_id), known(key.columns), known(key.target_columns)
    for name, other in zip(own or (), others or (), strict=False):
        column = table.column(name)
        found = pair(column, target, other) if column is not None and target is not None else None
        if found is not None:
            yield found
