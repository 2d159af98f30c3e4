"""From what the code declared to the tables of ``schema.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint import types
from tenantlint.lang.drizzle import relations
from tenantlint.lang.drizzle.columns import BuiltColumn, MissingColumn
from tenantlint.lang.drizzle.extras import Extra
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.drizzle.values import UNDEFINED, member
from tenantlint.lang.values import Arguments, FuncValue, ListValue, MapValue, Native, Value
from tenantlint.schema import (
    UNKNOWN,
    Column,
    ForeignKey,
    Index,
    Maybe,
    Part,
    Relation,
    RowLevelSecurity,
    Table,
    UniqueConstraint,
    qualified,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class Assembler:
    """Makes the tables of one project. ``symbols`` gives each table's id, symbol and place."""

    def __init__(self, evaluator: Evaluator, library: Library, symbols: dict[int, tuple[str, str, Location]]) -> None:
        self.evaluator = evaluator
        self.library = library
        self.symbols = symbols
        self.relations: dict[int, list[tuple[str, relations.RelationValue]]] = {}
        self.unsure_relations: set[int] = set()
        self.used: set[int] = set()

    def tables(self) -> tuple[Table, ...]:
        """Return all tables."""
        self._collect_relations()
        return tuple(self._table(table) for table in self.library.tables if id(table) in self.symbols)

    def _table_id(self, table: TableValue) -> str | None:
        found = self.symbols.get(id(table))
        return None if found is None else found[0]

    # Relations

    def _collect_relations(self) -> None:
        for declared in self.library.relations:
            if not isinstance(declared.table, TableValue):
                continue
            config = self.evaluator.call(declared.function, Arguments((relations.helpers(),)), declared.at)
            if not isinstance(config, MapValue) or not config.complete:
                self.unsure_relations.add(id(declared.table))
            for key, value in config.entries.items() if isinstance(config, MapValue) else ():
                if isinstance(value, relations.RelationValue) and isinstance(key, str):
                    self.relations.setdefault(id(declared.table), []).append((key, value))

    def _relation(self, table: TableValue, name: str, value: relations.RelationValue) -> Relation:
        target = value.target if isinstance(value.target, TableValue) else None
        columns, target_columns = (
            self._columns(member(value.config, "fields")),
            self._columns(member(value.config, "references")),
        )
        relation_name = member(value.config, "relationName")
        return Relation(
            name,
            value.kind,
            UNKNOWN if target is None else qualified(target.schema, target.name),
            UNKNOWN if target is None else self._table_id(target),
            columns,
            self._table_id(table),
            target_columns,
            None if relation_name is UNDEFINED else relation_name if isinstance(relation_name, str) else UNKNOWN,
            UNKNOWN if target is None else self._inverse(table, value, target),
            None,
            value.at,
        )

    def _inverse(self, table: TableValue, value: relations.RelationValue, target: TableValue) -> Maybe[str | None]:
        name = member(value.config, "relationName")
        found = [
            key
            for key, other in self.relations.get(id(target), ())
            if other is not value
            and (member(other.config, "relationName") == name if name is not UNDEFINED else other.target is table)
        ]
        return found[0] if len(found) == 1 else None

    # Tables

    def _table(self, table: TableValue) -> Table:
        identity, symbol, at = self.symbols[id(table)]
        incomplete: set[Part] = set()
        if not table.complete:
            incomplete |= {"columns", "foreign_keys", "primary_key"}
        extras = self._extras(table, incomplete)
        primary = self._primary_key(table, extras)
        if id(table) in self.unsure_relations:
            incomplete.add("relations")
        return Table(
            identity,
            table.name,
            table.schema,
            table.dialect,
            "drizzle",
            symbol,
            at,
            tuple(self._column(column, primary) for column in table.columns.values()),
            primary,
            tuple(self._index(extra, place) for extra, place in extras if extra.kind == "index"),
            tuple(self._unique(extra, place) for extra, place in extras if extra.kind == "unique"),
            (
                *self._inline_keys(table),
                *(self._foreign_key(extra, place) for extra, place in extras if extra.kind == "foreign_key"),
            ),
            tuple(self._relation(table, key, value) for key, value in self.relations.get(id(table), ())),
            (),
            RowLevelSecurity(table.rls, False),
            frozenset(incomplete),
        )

    def _extras(self, table: TableValue, incomplete: set[Part]) -> list[tuple[Extra, Location]]:
        value = table.extra
        if isinstance(value, (FuncValue, Native)):
            value = self.evaluator.call(value, Arguments((table,)), table.at)
        found: list[tuple[Extra, Location]] = []
        if value is UNDEFINED:
            return found
        if not isinstance(value, (MapValue, ListValue)) or not value.complete:
            incomplete |= {"indexes", "unique_constraints", "foreign_keys", "primary_key", "policies"}
        items: Iterable[tuple[Value, Location | None]] = ()
        if isinstance(value, MapValue):
            items = [(item, value.places.get(key)) for key, item in value.entries.items()]
        elif isinstance(value, ListValue):
            items = list(zip(value.items, value.places, strict=True))
        for item, place in items:
            if isinstance(item, Extra):
                self.used.add(id(item))
                found.append((item, place or item.at))
            elif item is UNKNOWN:
                incomplete |= {"indexes", "unique_constraints", "foreign_keys", "primary_key", "policies"}
        return found

    def _column(self, column: BuiltColumn, primary: Maybe[tuple[Maybe[str], ...]]) -> Column:
        facts = column.facts
        in_key: Maybe[bool] = UNKNOWN if primary is UNKNOWN else column.name in primary
        nullable = facts["not_null"] if facts["not_null"] is UNKNOWN else not facts["not_null"]
        return Column(
            column.name,
            column.key,
            column.type if column.type is UNKNOWN else types.normalize(column.type),
            False if in_key is True else nullable,
            in_key,
            facts["unique"],
            facts["has_default"],
            facts["server_default"],
            facts["on_update"],
            column.at,
        )

    def _primary_key(self, table: TableValue, extras: list[tuple[Extra, Location]]) -> Maybe[tuple[Maybe[str], ...]]:
        names: list[Maybe[str]] = [column.name for column in table.columns.values() if column.facts["primary"] is True]
        for extra, _ in extras:
            if extra.kind == "primary_key":
                columns = self._columns(extra.columns)
                if columns is UNKNOWN:
                    return UNKNOWN
                names.extend(name for name in columns if name not in names)
        return tuple(names)

    def _columns(self, value: Value) -> Maybe[tuple[Maybe[str], ...]]:
        if value is UNDEFINED:
            return ()
        if not isinstance(value, ListValue) or not value.complete:
            return UNKNOWN
        return tuple(_column_name(item) for item in value.items)

    def _index(self, extra: Extra, at: Location) -> Index:
        columns = self._columns(extra.columns)
        name = None if extra.name is UNDEFINED else extra.name if isinstance(extra.name, str) else UNKNOWN
        return Index(name, columns, extra.unique, extra.where is not UNDEFINED, True, at)

    def _unique(self, extra: Extra, at: Location) -> UniqueConstraint:
        name = None if extra.name is UNDEFINED else extra.name if isinstance(extra.name, str) else UNKNOWN
        return UniqueConstraint(name, self._columns(extra.columns), True, at)

    def _inline_keys(self, table: TableValue) -> Iterable[ForeignKey]:
        for column in table.columns.values():
            for reference in column.references:
                target = self.evaluator.call(reference.function, Arguments(), reference.at)
                targets = ListValue([target])
                on_delete, on_update = member(reference.actions, "onDelete"), member(reference.actions, "onUpdate")
                yield self._key(None, (column.name,), targets, on_delete, on_update, reference.at)

    def _foreign_key(self, extra: Extra, at: Location) -> ForeignKey:
        name = None if extra.name is UNDEFINED else extra.name if isinstance(extra.name, str) else UNKNOWN
        columns = self._columns(extra.columns)
        return self._key(name, columns, extra.foreign_columns, extra.on_delete, extra.on_update, at)

    def _key(
        self,
        name: Maybe[str | None],
        columns: Maybe[tuple[Maybe[str], ...]],
        targets: Value,
        on_delete: Value,
        on_update: Value,
        at: Location,
    ) -> ForeignKey:
        first = targets.items[0] if isinstance(targets, ListValue) and targets.items else UNKNOWN
        table = first.table if isinstance(first, (BuiltColumn, MissingColumn)) else None
        return ForeignKey(
            name,
            columns,
            UNKNOWN if table is None else qualified(table.schema, table.name),
            UNKNOWN if table is None else self._table_id(table),
            self._columns(targets),
            _action(on_delete),
            _action(on_update),
            at,
        )


def _action(value: Value) -> Maybe[str | None]:
    if value is UNDEFINED:
        return None
    return value if isinstance(value, str) else UNKNOWN


def _column_name(value: Value) -> Maybe[str]:
    if isinstance(value, BuiltColumn):
        return value.name
    return value.key if isinstance(value, MissingColumn) else UNKNOWN
