"""Which table a name, a class or a column means, seen from another table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.sqlmodel.models import ModelClass, default_schema
from tenantlint.lang.sqlmodel.schema_items import ColumnExpression, ColumnValue, ForeignKeyValue, IndexValue
from tenantlint.lang.sqlmodel.sql_types import NULL_TYPE
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.sqlmodel.models import TableModel
    from tenantlint.lang.values import Value


class Registry:
    """The tables of a project by class, by name and by nearness.

    A project may hold several applications that have a class or a table of the same name. Where a name is ambiguous,
    the one whose file is nearest counts; where two are equally near, nothing is known.
    """

    def __init__(self, tables: list[TableModel], indexes: Iterable[IndexValue], others: Iterable[str] = ()) -> None:
        self.tables = tables
        self.others = frozenset(others)
        self._ids: dict[int, str] = {}
        self._by_name: dict[tuple[Maybe[str | None], Maybe[str]], list[TableModel]] = {}
        self._by_class: dict[str, list[TableModel]] = {}
        self._attached: dict[int, list[IndexValue]] = {}
        for table in tables:
            self._by_name.setdefault((table.schema, table.table_name), []).append(table)
            self._by_class.setdefault(table.cls.name, []).append(table)
            self._ids[id(table)] = self._new_id(table)
        self._attach(indexes)

    def _new_id(self, table: TableModel) -> str:
        base = f"sqlmodel:{table.cls.module}:{table.cls.name}"
        taken = set(self._ids.values())
        number = 1
        while (name := base if number == 1 else f"{base}#{number}") in taken:
            number += 1
        return name

    def _attach(self, indexes: Iterable[IndexValue]) -> None:
        placed = {id(item) for table in self.tables for item in table.items}
        for index in indexes:
            owner = next((_owner(value) for value in index.expressions if _owner(value) is not None), None)
            if id(index) not in placed and owner is not None:
                self._attached.setdefault(id(owner), []).append(index)

    def attached(self, table: TableModel) -> list[IndexValue]:
        """Return the indexes that are made of the table's columns outside of its class."""
        return self._attached.get(id(table), [])

    def id_of(self, table: TableModel) -> str:
        """Return the ``Table.id`` of a table."""
        return self._ids[id(table)]

    def by_class(self, name: str, user: TableModel) -> TableModel | None:
        """Return the table whose class has a name (which may be dotted), as seen from ``user``."""
        return _nearest(self._by_class.get(name.rpartition(".")[2], []), user)

    def by_name(self, schema: str | None, name: str, user: TableModel) -> TableModel | None:
        """Return the table of a name, as seen from ``user``."""
        return _nearest(self._by_name.get((schema, name), []), user)

    def target_of(
        self, user: TableModel, targets: tuple[Value, ...]
    ) -> tuple[TableModel | Maybe[str], tuple[Maybe[str], ...]]:
        """Return the table, or its name where the project has no such table, and the columns of a foreign key."""
        found = [self._one_target(user, target) for target in targets]
        table = found[0][0] if found else UNKNOWN
        return table, tuple(column for _table, column in found)

    def _one_target(self, user: TableModel, target: Value) -> tuple[TableModel | Maybe[str], Maybe[str]]:
        if isinstance(target, ColumnExpression):
            target = target.column
        if isinstance(target, ColumnValue):
            from tenantlint.lang.sqlmodel.assemble import column_name

            owner = target.owner
            return (owner if owner is not None else UNKNOWN), column_name(target)  # type: ignore[return-value]
        if not isinstance(target, str) or "." not in target:
            return UNKNOWN, UNKNOWN
        return self._named_target(user, target)

    def _named_target(self, user: TableModel, target: str) -> tuple[TableModel | Maybe[str], Maybe[str]]:
        path, _, column = target.rpartition(".")
        schema, _, name = path.rpartition(".")
        wanted = schema or default_schema(user)
        if wanted is UNKNOWN:
            return UNKNOWN, column
        table = self.by_name(wanted, name, user)
        if table is not None:
            return table, self._database_name(table, column)
        return (f"{wanted}.{name}" if wanted else name), column

    def _database_name(self, table: TableModel, key: str) -> Maybe[str]:
        from tenantlint.lang.sqlmodel.assemble import _key, column_name

        found = next((column for column in table.columns.values() if _key(column) == key), None)
        return key if found is None else column_name(found)

    def target_id(self, user: TableModel, target: TableModel | Maybe[str]) -> Maybe[str | None]:
        """Return the ``Table.id`` of a foreign key's target; UNKNOWN where a table that was not read may be it."""
        if target is UNKNOWN:
            return UNKNOWN
        if not isinstance(target, str):
            return self.id_of(target)
        known = target in self.others or any(table.table_name is UNKNOWN for table in self.tables)
        return UNKNOWN if known else None

    def type_of(self, table: TableModel, column: ColumnValue, depth: int = 0) -> Maybe[str]:
        """Return the type of a column; one without a type takes that of the column that it references."""
        if column.type is not NULL_TYPE:
            return column.type.name(default_schema(table))
        for item in column.items:
            if isinstance(item, ForeignKeyValue) and depth < len(self.tables):
                target, columns = self.target_of(table, (item.target,))
                if isinstance(target, str) or target is UNKNOWN:
                    return UNKNOWN
                from tenantlint.lang.sqlmodel.assemble import column_name

                found = next((other for other in target.columns.values() if column_name(other) == columns[0]), None)
                return UNKNOWN if found is None else self.type_of(target, found, depth + 1)
        return UNKNOWN


def _owner(value: Value) -> TableModel | None:
    if isinstance(value, ColumnExpression):
        value = value.column
    return value.owner if isinstance(value, ColumnValue) else None  # type: ignore[return-value]


def _nearest(tables: list[TableModel], user: TableModel) -> TableModel | None:
    if len(tables) <= 1:
        return tables[0] if tables else None
    ranked = sorted(tables, key=lambda table: -_shared(table.cls.module, user.cls.module))
    best = _shared(ranked[0].cls.module, user.cls.module)
    return ranked[0] if _shared(ranked[1].cls.module, user.cls.module) < best or ranked[0] is user else ranked[0]


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


__all__ = ["ModelClass", "Registry"]
