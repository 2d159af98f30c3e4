"""Which table a name, a class or a column means, seen from another table, and what foreign keys reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.sqlmodel.expressions import columns_in
from tenantlint.lang.sqlmodel.models import TableModel, default_schema
from tenantlint.lang.sqlmodel.schema_items import (
    ColumnValue,
    ConstraintValue,
    ForeignKeyValue,
    IndexValue,
    MetaDataValue,
)
from tenantlint.lang.sqlmodel.sql_types import NULL_TYPE
from tenantlint.lang.values import ListValue
from tenantlint.schema import UNKNOWN, Maybe, qualified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.sqlmodel.imports import Imports
    from tenantlint.lang.sqlmodel.models import Models
    from tenantlint.lang.sqlmodel.schema_items import SchemaItem
    from tenantlint.lang.sqlmodel.unread import UnreadTables
    from tenantlint.lang.values import Value


class Target:
    """One column that a foreign key references.

    ``table`` is None where the project has no such table; ``column`` is None where the table has no such column.
    ``table_name`` and ``name`` are what the code says then.
    """

    def __init__(
        self, table: TableModel | None, column: ColumnValue | None, table_name: Maybe[str], name: Maybe[str]
    ) -> None:
        self.table = table
        self.column = column
        self.table_name = table_name if table is None else qualified(table.schema, table.table_name)
        self.name = name if column is None else column.database_name()


NOWHERE = Target(None, None, UNKNOWN, UNKNOWN)


class Key:
    """A foreign key of a table: its own columns (None where it names one that is not there) and what they reference."""

    def __init__(
        self, item: SchemaItem, columns: list[ColumnValue | None], names: list[Maybe[str]], targets: list[Target]
    ) -> None:
        self.item = item
        self.columns = columns
        self.names = tuple(names)
        self.targets = targets

    @property
    def target(self) -> Target:
        """The first of the targets, whose table counts for all."""
        return self.targets[0] if self.targets else NOWHERE

    def pairs(self) -> list[tuple[ColumnValue, ColumnValue]] | None:
        """Return the referencing and the referenced columns; None where one is not known."""
        found = [(own, target.column) for own, target in zip(self.columns, self.targets, strict=False)]
        known = [(own, other) for own, other in found if own is not None and other is not None]
        return known if len(known) == len(found) else None


class Registry:
    """The tables of a project by class, by name and by nearness.

    A project may hold several applications that have a class or a table of the same name. Where a name is ambiguous,
    the one whose file is nearest counts.
    """

    def __init__(self, models: Models, imports: Imports, unread: UnreadTables) -> None:
        self.tables = models.finished()
        self.imports = imports
        self.unread = unread
        self.others = frozenset(models.other_names)
        self._ids: dict[int, str] = {}
        taken: set[str] = set()
        self._by_name: dict[tuple[Maybe[str | None], Maybe[str]], list[TableModel]] = {}
        self._by_class: dict[str, list[TableModel]] = {}
        self._keys: dict[int, list[Key]] = {}
        for table in self.tables:
            self._by_name.setdefault((table.schema, table.table_name), []).append(table)
            self._by_class.setdefault(table.cls.name, []).append(table)
            self._ids[id(table)] = _new_id(table, taken)
            taken.add(self._ids[id(table)])
        self._attach(models.indexes)

    def _attach(self, indexes: Iterable[IndexValue]) -> None:
        """Give indexes that are made of a table's columns, outside of its class, to that table."""
        placed = {id(item) for table in self.tables for item in table.items}
        for index in indexes:
            owner = next((found.column.owner for value in index.expressions for found in columns_in(value)), None)
            if id(index) not in placed and owner is not None:
                owner.items.append(index)

    def id_of(self, table: TableModel) -> str:
        """Return the ``Table.id`` of a table."""
        return self._ids[id(table)]

    def by_class(self, name: str, user: TableModel) -> TableModel | None:
        """Return the table whose class has a name (which may be dotted), as seen from ``user``."""
        return _nearest(self._by_class.get(name.rpartition(".")[2], []), user)

    def by_name(self, schema: str | None, name: str, user: TableModel) -> TableModel | None:
        """Return the table of a name, as seen from ``user``."""
        return _nearest(self._by_name.get((schema, name), []), user)

    def may_be_unread(self, name: Maybe[str]) -> bool:
        """Return whether a table that the project does not show may exist all the same."""
        if name is UNKNOWN or name in self.others or any(table.table_name is UNKNOWN for table in self.tables):
            return True
        return self.unread.may_hold(name, frozenset(self._by_class))

    def convention_of(self, table: TableModel) -> Value:
        """Return the naming convention that counted when a table was made."""
        metadata, at = table.metadata, table.cls.at
        if not isinstance(metadata, MetaDataValue) or at is None:
            return UNKNOWN
        found = metadata.convention
        for place, convention in metadata.later:
            same = place.path == at.path
            if (place.start < at.start) if same else self.imports.has_run(place.path, at.path):
                found = convention
        return found

    # Foreign keys

    def keys_of(self, table: TableModel) -> list[Key]:
        """Return the foreign keys of a table, those of columns first."""
        if id(table) not in self._keys:
            self._keys[id(table)] = [*self._column_keys(table), *self._table_keys(table)]
        return self._keys[id(table)]

    def _column_keys(self, table: TableModel) -> Iterable[Key]:
        for column in table.columns.values():
            for item in column.items:
                if isinstance(item, ForeignKeyValue):
                    yield Key(item, [column], [column.database_name()], [self.target_of(table, item.target)])

    def _table_keys(self, table: TableModel) -> Iterable[Key]:
        for item in table.items:
            if not isinstance(item, ConstraintValue) or item.kind != "foreign_key":
                continue
            columns, targets = item.args.get(0, "columns"), item.args.get(1, "refcolumns")
            if isinstance(columns, ListValue) and isinstance(targets, ListValue):
                own = [_own_column(table, value) for value in columns.items]
                names = [_own_name(column, value) for column, value in zip(own, columns.items, strict=True)]
                yield Key(item, own, names, [self.target_of(table, target) for target in targets.items])
            else:
                table.incomplete.add("foreign_keys")

    def target_of(self, user: TableModel, target: Value) -> Target:
        """Return what a foreign key's target means: ``table.column``, ``schema.table.column`` or a column."""
        column = next(columns_in(target), None)
        if column is not None:
            owner = column.column.owner
            return NOWHERE if owner is None else Target(owner, column.column, UNKNOWN, UNKNOWN)
        if not isinstance(target, str) or "." not in target:
            return NOWHERE
        path, _, key = target.rpartition(".")
        schema, _, name = path.rpartition(".")
        wanted = schema or default_schema(user)
        if wanted is UNKNOWN:
            return Target(None, None, UNKNOWN, key)
        table = self.by_name(wanted, name, user)
        if table is not None:
            return Target(table, table.by_key(key), UNKNOWN, key)
        return Target(None, None, f"{wanted}.{name}" if wanted else name, key)

    def type_of(self, column: ColumnValue, depth: int = 0) -> Maybe[str]:
        """Return the type of a column; one without a type takes that of the column that it references."""
        table = column.owner
        if column.type is not NULL_TYPE or table is None:
            return column.type.name(UNKNOWN if table is None else default_schema(table))
        for key in self.keys_of(table):
            for own, target in zip(key.columns, key.targets, strict=False):
                if own is column and target.column is not None and depth < len(self.tables):
                    return self.type_of(target.column, depth + 1)
        return UNKNOWN


def _own_column(table: TableModel, value: Value) -> ColumnValue | None:
    found = next(columns_in(value), None)
    return table.by_key(value) if found is None else found.column


def _own_name(column: ColumnValue | None, value: Value) -> Maybe[str]:
    if column is not None:
        return column.database_name()
    return value if isinstance(value, str) else UNKNOWN


def _nearest(tables: list[TableModel], user: TableModel) -> TableModel | None:
    return max(tables, key=lambda table: _shared(table.cls.module, user.cls.module), default=None)


def _shared(left: str, right: str) -> int:
    """Return how many leading folders two paths share; the same file counts one more."""
    if left == right:
        return left.count("/") + 1
    count = 0
    for one, other in zip(left.split("/")[:-1], right.split("/")[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count


def _new_id(table: TableModel, taken: set[str]) -> str:
    base = f"sqlmodel:{table.cls.module}:{table.cls.name}"
    number = 1
    while (name := base if number == 1 else f"{base}#{number}") in taken:
        number += 1
    return name
