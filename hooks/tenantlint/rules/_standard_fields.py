"""What the rules on the standard fields share."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final

from tenantlint.names import snake_case
from tenantlint.rule import Finding, Rule, label
from tenantlint.rules._fixes import add_timestamp, make_required, rename_column
from tenantlint.rules._row_times import is_made_at, is_named_as_time, is_time, is_written_once
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Column, Maybe, Table
    from tenantlint.view import SchemaView


_BESIDES: Final = ("display_order", "id", "order", "position", "sort_order")
"""What rows that join others may have besides: an order of their own."""


def find(table: Table, names: tuple[str, ...]) -> Column | None:
    """Return the column that is called by one of ``names``."""
    return next((column for column in table.columns if is_called(column, names)), None)


def is_called(column: Column, names: tuple[str, ...]) -> bool:
    """Return whether the column has one of ``names``, in the database or in code, in whatever style.

    ``*`` at the beginning of a name stands for any letters.
    """
    whole, endings = _parts(names)
    key = snake_case(column.key)
    if key in whole or key.endswith(endings):
        return True
    if column.name is UNKNOWN or column.name == column.key:
        return False
    name = snake_case(column.name)
    return name in whole or name.endswith(endings)


@lru_cache(maxsize=256)
def _parts(names: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names in snake case, and the endings that stand for any letters before them."""
    endings = tuple(snake_case(name[1:]) for name in names if name.startswith("*"))
    return frozenset(snake_case(name.removeprefix("*")) for name in names), endings


def may_have_more(table: Table) -> bool:
    """Return whether the table may have a column of any name that could not be read."""
    return "columns" in table.incomplete or any(column.name is UNKNOWN for column in table.columns)


def is_declared_elsewhere(table: Table, names: tuple[str, ...], view: SchemaView) -> bool:
    """Return whether ``table`` is one that the project declares in part, so that a column is not missing from it.

    Another model or a migration has the column, or there is one column only, as of a table that another system owns.
    """
    if len(table.columns) < 2 or view.is_excerpt(table):
        return True
    return any(find(twin, names) is not None or may_have_more(twin) for twin in view.twins(table))


def references(table: Table, view: SchemaView) -> Iterator[Maybe[tuple[Maybe[str], ...]]]:
    """Yield the columns of each foreign key, and those that a relation to one row joins on."""
    for key in view.foreign_keys(table):
        yield key.columns
    for relation in table.relations:
        if relation.kind == "many" or relation.columns == ():
            continue
        if UNKNOWN in (relation.kind, relation.columns_of):
            yield UNKNOWN
        elif relation.columns_of == table.id:
            yield relation.columns


def may_join(table: Table, view: SchemaView, besides: tuple[str, ...]) -> bool:
    """Return whether the rows only join others, or may: two foreign keys, the keys of the row, ``besides``, and times.

    A primary key of two columns and more joins what they name, whether or not foreign keys say so.

    Such a row is made and deleted, and never changed.
    """
    if view.may_have_more_foreign_keys(table):
        return True
    keys = [known(columns) for columns in references(table, view)]
    if None in keys:
        return True
    keyed: set[Maybe[str]] = {column for columns in keys if columns for column in columns}
    primary = known(table.primary_key)
    if primary is None:
        return True
    if len(primary) == 1:
        keyed -= {*primary}
    keyed |= {*primary} if len(primary) > 1 else set()
    if len(keyed) < 2:
        return False
    keyed |= view.tenant_names(table)
    rest = [column for column in table.columns if column.name not in keyed and column.primary_key is False]
    return all(snake_case(column.key) in besides or is_time(column) for column in rest)


def _has_other_rhythm(table: Table, column: Column) -> bool:
    """Return whether the time is not that of the row: another column has that, or the row is soon gone."""
    others = (each for each in table.columns if each is not column)
    return is_written_once(table) or any(each.has_default is not False and is_made_at(each) for each in others)


class StandardTime(Rule):
    """The base of the rules on the columns ``created_at`` and ``updated_at``.

    ``missing``, ``null`` and ``unset`` are the reasons that the messages give. ``verbs`` are the words that other
    names of the column have in them. ``on_update`` tells whether every update sets the column.
    """

    missing: ClassVar[str]
    null: ClassVar[str]
    unset: ClassVar[str]
    verbs: ClassVar[frozenset[str]]
    on_update: ClassVar[bool] = False

    never_empty: ClassVar[tuple[str, ...]] = ("names",)

    names: tuple[str, ...]
    join_tables: bool = False
    nullable: bool = False

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        """Report the column that is missing, or what is wrong with the one that is there."""
        column = find(table, self.names)
        if column is not None:
            if not view.is_prescribed(table, column):
                asks_default = view.settings.strict or not _has_other_rhythm(table, column)
                yield from self._check_column(table, column, asks_default)
        elif not may_have_more(table) and not is_declared_elsewhere(table, self.names, view):
            yield from self._without(table, view)

    def _without(self, table: Table, view: SchemaView) -> Iterator[Finding]:
        """Report a table without the column, unless its rows have no use for it."""
        if not self.join_tables and (may_join(table, view, _BESIDES) or view.is_of_login_library(table)):
            return
        other = next((column for column in table.columns if is_named_as_time(column, self.verbs)), None)
        if other is not None:
            yield self._misnamed(table, other, view)
        elif self.join_tables or view.settings.strict or not self.needs_none(table, view):
            yield self._missing(table)

    def needs_none(self, table: Table, view: SchemaView) -> bool:
        """Return whether the rows of a table without the column show that they have no use for it."""
        raise NotImplementedError

    def _missing(self, table: Table) -> Finding:
        text = (
            f"has no `{self.names[0]}`: {self.missing}; add the column, NOT NULL and with a default, or name yours "
            "in the option `names`"
        )
        return Finding(table.at, table, label(table), text, add_timestamp(table, self.names[0], self.on_update))

    def _misnamed(self, table: Table, column: Column, view: SchemaView) -> Finding:
        text = (
            f"is this table's `{self.names[0]}`, by another name: who reads several tables must look it up in each; "
            f"name it `{self.names[0]}`, or list its name in the option `names`"
        )
        fix = rename_column(table, column, self.names[0], view)
        return Finding(column.at, table, label(table, column), text, fix)

    def _check_column(self, table: Table, column: Column, asks_default: bool) -> Iterator[Finding]:
        null = column.nullable is True and not self.nullable
        unset = column.has_default is False and not (self.nullable and column.nullable is not False)
        unset = unset and (asks_default or null)
        if null and unset:
            text = f"may be NULL and has no default: {self.null}; make it NOT NULL, with a default"
        elif null:
            text = f"may be NULL: {self.null}; make it NOT NULL"
        elif unset:
            text = f"has no default: {self.unset}; give it one"
        else:
            return
        fix = None if unset else make_required(table, column)
        yield Finding(column.at, table, label(table, column), text, fix)
