"""What the rules on the standard fields share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Column, Maybe, Table
    from tenantlint.view import SchemaView


def find(table: Table, names: tuple[str, ...]) -> Column | None:
    """Return the column that has one of ``names``, in the database or in code, in whatever style."""
    wanted = [snake_case(name) for name in names]
    for column in table.columns:
        if snake_case(column.key) in wanted or (column.name is not UNKNOWN and snake_case(column.name) in wanted):
            return column
    return None


def may_have_more(table: Table) -> bool:
    """Return whether the table may have a column of any name that could not be read."""
    return "columns" in table.incomplete or any(column.name is UNKNOWN for column in table.columns)


def references(table: Table) -> Iterator[Maybe[tuple[Maybe[str], ...]]]:
    """Yield the columns of each foreign key, and those that a relation to one row joins on."""
    for key in table.foreign_keys:
        yield key.columns
    for relation in table.relations:
        if relation.kind == "many" or relation.columns == ():
            continue
        if UNKNOWN in (relation.kind, relation.columns_of):
            yield UNKNOWN
        elif relation.columns_of == table.id:
            yield relation.columns


def may_join(table: Table, view: SchemaView, besides: tuple[str, ...]) -> bool:
    """Return whether the rows only join others, or may: two foreign keys, the keys of the row, and ``besides``.

    Such a row is made and deleted, and never changed.
    """
    if "foreign_keys" in table.incomplete:
        return True
    keys = [known(columns) for columns in references(table)]
    if None in keys:
        return True
    keyed: set[Maybe[str]] = {column for columns in keys if columns for column in columns}
    primary = known(table.primary_key)
    if primary is not None and len(primary) == 1:
        keyed -= {*primary}
    if len(keyed) < 2:
        return False
    keyed |= view.tenant_names(table)
    rest = [column for column in table.columns if column.name not in keyed and column.primary_key is False]
    return all(snake_case(column.key) in besides for column in rest)


class StandardTime(Rule):
    """The base of the rules on the columns ``created_at`` and ``updated_at``.

    ``missing``, ``null`` and ``unset`` are the reasons that the messages give.
    """

    missing: ClassVar[str]
    null: ClassVar[str]
    unset: ClassVar[str]

    names: tuple[str, ...]
    join_tables: bool = False
    nullable: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the column that is missing, or what is wrong with the one that is there."""
        column = find(table, self.names)
        if column is not None:
            yield from self._check_column(table, column)
        elif self.applies(table, view) and not may_have_more(table):
            text = (
                f"has no `{self.names[0]}`: {self.missing}; add the column, NOT NULL and with a default, or name yours "
                "in the option `names`"
            )
            yield Finding(table.at, table, label(table), text)

    def applies(self, table: Table, view: SchemaView) -> bool:
        """Return whether the table is one that needs the column."""
        return self.join_tables or not may_join(table, view, ("id", *self.names))

    def _check_column(self, table: Table, column: Column) -> Iterator[Finding]:
        null = column.nullable is True and not self.nullable
        unset = column.has_default is False and not (self.nullable and column.nullable is not False)
        if null and unset:
            text = f"may be NULL and has no default: {self.null}; make it NOT NULL, with a default"
        elif null:
            text = f"may be NULL: {self.null}; make it NOT NULL"
        elif unset:
            text = f"has no default: {self.unset}; give it one"
        else:
            return
        yield Finding(column.at, table, label(table, column), text)
