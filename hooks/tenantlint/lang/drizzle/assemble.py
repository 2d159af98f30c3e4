"""From what the code declared to the tables of ``schema.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.assemble_columns import Columns
from tenantlint.lang.drizzle.assemble_keys import foreign_keys, joined, raw_names
from tenantlint.lang.drizzle.columns import BuiltColumn, MissingColumn, OrderedColumn
from tenantlint.lang.drizzle.context import Context, Placed
from tenantlint.lang.drizzle.extras import Extra
from tenantlint.lang.drizzle.policies import PolicyValue
from tenantlint.lang.drizzle.values import UNDEFINED, as_name, is_known, list_of
from tenantlint.lang.values import Arguments, FuncValue, ListValue, MapValue, Native, Value
from tenantlint.schema import (
    UNKNOWN,
    Index,
    Maybe,
    Part,
    Policy,
    RowLevelSecurity,
    Table,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.drizzle.assemble_policies import Policies
    from tenantlint.lang.drizzle.assemble_relations import Relations
    from tenantlint.lang.drizzle.tables import TableValue
    from tenantlint.source import Location

_EXTRA_PARTS: Final[frozenset[Part]] = frozenset(
    {"indexes", "unique_constraints", "foreign_keys", "primary_key", "policies"}
)

_COLUMNS: Final = (BuiltColumn, MissingColumn, OrderedColumn)


class Assembler:
    """Makes the tables of one project."""

    def __init__(self, context: Context, relations: Relations, policies: Policies) -> None:
        self.context = context
        self.names = context.names
        self.relations = relations
        self.policies = policies
        self.used: set[int] = set()
        self.incomplete: set[Part] = set()

    def tables(self) -> tuple[Table, ...]:
        """Return all tables; what is declared outside of them is added to the table that its columns belong to."""
        library = self.context.library
        found = {id(table): (table, self._extras(table), frozenset(self.incomplete)) for table in library.tables}
        detached = self._detached()
        return tuple(
            self._table(table, extras, incomplete, detached.get(key, []))
            for key, (table, extras, incomplete) in found.items()
        )

    def detached_policies(self) -> tuple[Policy, ...]:
        """Return the policies that are neither in a table nor linked to one. Only known after ``tables``."""
        return tuple(
            self.policies.policy(thing, None, thing.at, attached=False)
            for thing in self.context.library.declared
            if isinstance(thing, PolicyValue) and self.policies.is_detached(thing, self.used)
        )

    def _detached(self) -> dict[int, list[Extra]]:
        """Return the indexes and unique constraints that no table took, by the table of their columns."""
        found: dict[int, list[Extra]] = {}
        library = self.context.library
        for thing in library.declared:
            if isinstance(thing, Extra) and id(thing) not in self.used and id(thing) not in library.escaped:
                columns = [
                    item for item in list_of(thing.columns) or () if isinstance(item, (BuiltColumn, OrderedColumn))
                ]
                if columns and thing.kind in ("index", "unique"):
                    found.setdefault(id(columns[0].table), []).append(thing)
        return found

    # The third argument

    def _extras(self, table: TableValue) -> list[Placed]:
        """Return what the third argument holds, and set ``incomplete`` to the parts that may have more."""
        self.incomplete = set()
        library = self.context.library
        before = len(library.declared)
        value = table.extra
        if isinstance(value, (FuncValue, Native)):
            value = self.context.evaluator.call_later(value, Arguments((table,)), table.at)
        found = list(self._members(value, table.at, flat=True))
        self.used.update(id(placed.value) for placed in found)
        if self.incomplete:
            library.escaped.update(id(thing) for thing in library.declared[before:])
            self.context.evaluator.give_up("third argument of a table", "it holds what is not known", table.at)
        return found

    def _members(self, value: Value, at: Location, flat: bool) -> Iterator[Placed]:
        """Yield the members of an array, one level of arrays inside it too, or those of an object."""
        if value is UNDEFINED:
            return
        if not isinstance(value, (MapValue, ListValue)) or not value.complete:
            self.incomplete |= _EXTRA_PARTS
        for item, place in _places(value, at):
            if isinstance(item, (Extra, PolicyValue)):
                yield Placed(item, place)
            elif isinstance(item, ListValue) and flat and isinstance(value, ListValue):
                yield from self._members(item, place, flat=False)
            elif not is_known(item):
                self.incomplete |= _EXTRA_PARTS

    # Tables

    def _table(self, table: TableValue, extras: list[Placed], parts: frozenset[Part], detached: list[Extra]) -> Table:
        symbol = self.context.symbols[id(table)]
        incomplete = set(parts | self._unknown_parts(table))
        own = [(placed.value, placed.at) for placed in extras if isinstance(placed.value, Extra)]
        placed = [(extra, at, extra.columns is not UNDEFINED) for extra, at in own]
        placed += [(extra, extra.at, False) for extra in detached]
        keys = [extra for extra, _ in own if extra.kind == "primary_key"]
        columns = Columns(self.context, table, keys, "primary_key" not in parts)
        if self.relations.may_have_more(table):
            incomplete.add("relations")
        policies = self.policies.of_table(table, extras)
        return Table(
            symbol.id,
            table.name,
            table.schema,
            table.dialect,
            "drizzle",
            symbol.name,
            symbol.at,
            columns.columns(),
            columns.primary_key(),
            tuple(self._index(extra, attached, at) for extra, at, attached in placed if extra.kind == "index"),
            tuple(self._unique(table, *item) for item in placed if item[0].kind == "unique"),
            foreign_keys(self.context, table, own),
            self.relations.of_table(table),
            policies,
            RowLevelSecurity(_enabled(table, policies, incomplete), False),
            frozenset(incomplete),
        )

    def _unknown_parts(self, table: TableValue) -> set[Part]:
        """Return the parts that columns which could not be read may add to."""
        columns = table.columns.values()
        parts: set[Part] = set()
        if not table.complete:
            parts |= {"columns", "primary_key", "foreign_keys"}
            self.context.evaluator.give_up("columns of a table", "they are not all known", table.at)
        if not all(column.references_known for column in columns):
            parts.add("foreign_keys")
        return parts

    def _index(self, extra: Extra, attached: bool, at: Location) -> Index:
        partial = extra.where is not UNDEFINED if is_known(extra.where) else UNKNOWN
        columns = self._index_columns(extra.columns)
        method = extra.method if isinstance(extra.method, str) else UNKNOWN
        plain = not any(isinstance(item, OrderedColumn) for item in list_of(extra.columns) or ())
        return Index(as_name(extra.name), columns, extra.unique, partial, attached, at, method, plain)

    def _index_columns(self, value: Value) -> Maybe[tuple[Maybe[str | None], ...]]:
        """Return the names of an index's columns, None for an expression."""
        items = () if value is UNDEFINED else list_of(value)
        if items is None:
            return UNKNOWN
        return tuple(
            None if isinstance(item, Native) and not isinstance(item, _COLUMNS) else self.names.of_any(item)
            for item in items
        )

    def _unique(self, table: TableValue, extra: Extra, at: Location, attached: bool) -> UniqueConstraint:
        name = as_name(extra.name)
        if name is None and attached:
            name = joined([table.name, *raw_names(extra.columns), "unique"])
        return UniqueConstraint(name, self.names.of_all(extra.columns), attached, at)


def _places(value: Value, at: Location) -> list[tuple[Value, Location]]:
    if isinstance(value, MapValue):
        return [(item, value.places.get(key, at)) for key, item in value.entries.items()]
    if isinstance(value, ListValue):
        return [(item, place or at) for item, place in zip(value.items, value.places, strict=True)]
    return []


def _enabled(table: TableValue, policies: tuple[Policy, ...], incomplete: set[Part]) -> Maybe[bool]:
    """Tell whether row level security is enabled: drizzle-kit also enables it where a table has a policy."""
    if table.rls is True or policies:
        return True
    return UNKNOWN if "policies" in incomplete and table.dialect == "postgresql" else table.rls
