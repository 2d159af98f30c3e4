"""The Schema as the settings of its project see it: what is exempt, which column holds the tenant, what is indexed.

What several rules ask is answered here once, so that they agree.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tenantlint.names import plurals, snake_case
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.settings import FRAMEWORK_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.database import Database
    from tenantlint.schema import Column, ForeignKey, Part, Relation, Schema, Table
    from tenantlint.settings import Settings
    from tenantlint.source import Location

_KEY_PARTS: frozenset[Part] = frozenset({"indexes", "unique_constraints", "primary_key"})


class SchemaView:
    """A schema and settings, and what follows from both.

    ``tables`` are those that rules check, and ``checked`` their ids; ``schema`` still has the exempt ones, which others
    may point to.
    """

    def __init__(self, schema: Schema, settings: Settings) -> None:
        self.schema = schema
        self.settings = settings
        self._indexed: dict[Location, bool] = {}
        self._tenant_columns: dict[str, tuple[Column, ...]] = {}
        exempt = (*FRAMEWORK_TABLES, *settings.exempt_tables)
        self.tables = tuple(table for table in schema.tables if not self.matches(table, exempt))
        self.checked = frozenset(table.id for table in self.tables)

    @cached_property
    def by_id(self) -> dict[str, Table]:
        """All tables by ``Table.id``."""
        return self.schema.by_id()

    def find(self, table_id: Maybe[str | None]) -> Table | None:
        """Return the table with this ``Table.id``, None where it is not known or not declared."""
        return self.by_id.get(table_id) if isinstance(table_id, str) else None

    def matches(self, table: Table, patterns: tuple[str, ...]) -> bool:
        """Return whether the name, the qualified name or the symbol of ``table`` matches one of ``patterns``."""
        names = (table.name, table.qualified_name, table.symbol)
        return any(name is not UNKNOWN and _fits(name, pattern) for pattern in patterns for name in names)

    @cached_property
    def database(self) -> Database:
        """What the migrations make of the tables."""
        from tenantlint.database import Database

        return Database(self.schema)

    # Tenancy

    @cached_property
    def tenant_roots(self) -> frozenset[str]:
        """The ids of the tables whose rows are the tenants.

        They are those of ``tenant-tables``; else, for each ORM, those that a tenant column references; else those
        that its name names (``tenant_id``: ``tenant``, ``tenants``).
        """
        patterns = self.settings.tenant_tables
        if patterns:
            return frozenset(table.id for table in self.schema if self.matches(table, patterns))
        return frozenset().union(*(self._roots_of(snake_case(name)) for name in self.settings.tenant_columns))

    def _roots_of(self, tenant: str) -> set[str]:
        referenced = [
            target
            for table in self.schema
            for key in table.foreign_keys
            if (target := self.find(key.target_id)) is not None
            and self._is_single(table, key.columns, tenant)
            and not self._is_single(target, key.target_columns, tenant)
        ]
        settled = {table.orm for table in referenced}
        named = [table for table in self.tables_named(tenant.removesuffix("_id")) if table.orm not in settled]
        return {table.id for table in (*referenced, *named)}

    def _is_single(self, table: Table, columns: Maybe[tuple[Maybe[str], ...]], tenant: str) -> bool:
        if columns is UNKNOWN or len(columns) != 1 or columns[0] is UNKNOWN:
            return False
        column = table.column(columns[0])
        return snake_case(columns[0]) == tenant or (column is not None and _is_called(column, tenant))

    def is_tenant_root(self, table: Table) -> bool:
        """Return whether the rows of ``table`` are the tenants themselves."""
        return table.id in self.tenant_roots

    def tenant_columns(self, table: Table) -> tuple[Column, ...]:
        """Return the columns that hold the tenant of a row, the outermost tenant first.

        They are found by the name in the database or in code, whatever its style. Without one, a primary key that
        references the tenant root is the tenant.
        """
        found = self._tenant_columns.get(table.id)
        if found is None:
            names = [snake_case(name) for name in self.settings.tenant_columns]
            named = tuple(column for name in names for column in table.columns if _is_called(column, name))
            found = self._tenant_columns[table.id] = named or self._tenant_key(table)
        return found

    def may_be_tenant_key(self, table: Table) -> bool:
        """Return whether the primary key references the tenants, or may by what could not be read."""
        primary = known(table.primary_key)
        return any(
            key.target_id in (UNKNOWN, *self.tenant_roots)
            and (primary is None or known(key.columns) in (None, primary))
            for key in table.foreign_keys
        )

    def _tenant_key(self, table: Table) -> tuple[Column, ...]:
        for key in table.foreign_keys:
            if key.target_id in self.tenant_roots and key.columns is not UNKNOWN and key.columns == table.primary_key:
                return tuple(column for column in table.columns if column.name in key.columns)
        return ()

    def is_tenant_key(self, table: Table, columns: Iterable[str]) -> bool:
        """Return whether ``columns`` (database names) of ``table`` hold the tenant and nothing else, or may."""
        tenant = self.tenant_names(table)
        return UNKNOWN in tenant or tenant.issuperset(columns)

    def tenant_names(self, table: Table) -> set[Maybe[str]]:
        """Return the database names of the columns that hold the tenant of a row."""
        return {column.name for column in self.tenant_columns(table)}

    # Names

    @cached_property
    def _by_name(self) -> dict[str, list[Table]]:
        found: dict[str, list[Table]] = {}
        for table in self.schema:
            for name in {snake_case(name) for name in (table.name, table.symbol) if name is not UNKNOWN}:
                found.setdefault(name, []).append(table)
        return found

    def tables_named(self, noun: str) -> list[Table]:
        """Return the tables that are called ``noun`` or its plural, in the database or in code."""
        found = {table.id: table for name in (noun, *plurals(noun)) for table in self._by_name.get(name, ())}
        return list(found.values())

    # Relations

    @cached_property
    def related_orms(self) -> frozenset[str]:
        """The ORMs for which the project declares relations."""
        return frozenset(table.orm for table in self.schema if table.relations)

    def may_join(self, table: Table, target: Table) -> bool:
        """Return whether a many-to-many relation from or to ``target`` goes through ``table``, or may."""
        names = (table.qualified_name, UNKNOWN)
        return any(
            (relation.through in names or table.qualified_name is UNKNOWN)
            and (owner is target or relation.target_id in (target.id, UNKNOWN))
            for owner, relation in self._many_to_many
        )

    @cached_property
    def _many_to_many(self) -> list[tuple[Table, Relation]]:
        return [(table, each) for table in self.schema for each in table.relations if each.through is not None]

    # Indexes

    def is_indexed(self, table: Table, columns: tuple[str, ...]) -> Maybe[bool]:
        """Return whether rows of ``table`` can be found by ``columns`` (database names) through an index.

        An index does where it leads with the columns, in any order, or where it is unique over some of them. A
        partial index serves only queries that repeat its condition, so it does not count; over columns that may be
        NULL the condition may be that they are not, which every comparison implies, so that the answer is UNKNOWN.
        """
        wanted = frozenset(columns)
        unsure = bool(table.incomplete & _KEY_PARTS)
        for key in _keys(table, wanted):
            answer = _serves(key, wanted)
            if answer is True:
                return True
            unsure = unsure or answer is UNKNOWN
        return UNKNOWN if unsure else False

    def is_unique(self, table: Table, columns: tuple[str, ...]) -> bool:
        """Return whether at most one row of ``table`` has given values in ``columns``, as far as is known."""
        wanted = frozenset(columns)
        return any(
            key.usable is True and key.unique is True and key.columns and _all_in(key.columns, wanted) is True
            for key in _keys(table, wanted)
            if key.columns is not UNKNOWN
        )

    def missing_index_place(self, table: Table, column: Column) -> Location:
        """Return where an index on ``column`` is missing.

        That is the column; but the table where others share the column and some of them have an index of their own,
        or where it is Drizzle's, whose indexes stand in the table.
        """
        if len(self.sharing(column)) > 1 and (table.orm == "drizzle" or self._indexed_somewhere(column)):
            return table.at
        return column.at

    def _indexed_somewhere(self, column: Column) -> bool:
        known = self._indexed.get(column.at)
        if known is None:
            name = column.name
            known = name is UNKNOWN or any(self.is_indexed(table, (name,)) is True for table in self.sharing(column))
            self._indexed[column.at] = known
        return known

    def sharing(self, column: Column) -> list[Table]:
        """Return the tables whose column is declared at the same place, as in a mixin."""
        return self._by_column[column.at]

    @cached_property
    def _by_column(self) -> dict[Location, list[Table]]:
        found: dict[Location, list[Table]] = {}
        for table in self.schema:
            for column in table.columns:
                found.setdefault(column.at, []).append(table)
        return found


class _Key(Record):
    """Columns that an index is over; ``usable`` tells whether it may serve every query."""

    columns: Maybe[tuple[Maybe[str | None], ...]]
    unique: Maybe[bool] = True
    usable: Maybe[bool] = True


def _keys(table: Table, wanted: frozenset[str]) -> Iterator[_Key]:
    yield _Key(table.primary_key)
    for constraint in table.unique_constraints:
        if constraint.attached:
            yield _Key(constraint.columns)
    for column in table.columns:
        if column.unique is not False:
            yield _Key((column.name,), True, column.unique)
    for index in table.indexes:
        if index.attached:
            yield _Key(index.columns, index.unique, _usable(table, wanted, index.partial))
    if table.dialect == "mysql":  # InnoDB makes an index for every foreign key
        yield from (_Key(key.columns, False) for key in table.foreign_keys)


def _usable(table: Table, wanted: frozenset[str], partial: Maybe[bool]) -> Maybe[bool]:
    if partial is not True:
        return UNKNOWN if partial is UNKNOWN else True
    return UNKNOWN if all(column.nullable is not False for column in table.columns if column.name in wanted) else False


def _serves(key: _Key, wanted: frozenset[str]) -> Maybe[bool]:
    """Return whether rows can be found by ``wanted`` through the key: it leads with them, or is unique within them."""
    if key.columns is UNKNOWN:
        return UNKNOWN
    if key.usable is False or not key.columns:
        return False
    leads = _all_in(key.columns[: len(wanted)], wanted) if len(key.columns) >= len(wanted) else False
    covers = _all_in(key.columns, wanted) if key.unique is not False else False
    if leads is True or (covers is True and key.unique is True):
        return key.usable
    return UNKNOWN if leads is UNKNOWN or covers is not False else False


def _all_in(columns: tuple[Maybe[str | None], ...], wanted: frozenset[str]) -> Maybe[bool]:
    if any(column is not UNKNOWN and column not in wanted for column in columns):
        return False
    return UNKNOWN if UNKNOWN in columns else True


def _is_called(column: Column, name: str) -> bool:
    return snake_case(column.key) == name or (column.name is not UNKNOWN and snake_case(column.name) == name)


def _fits(name: str, pattern: str) -> bool:
    if not any(wildcard in pattern for wildcard in "*?["):
        return name == pattern
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern)


def known(columns: Maybe[tuple[Maybe[str], ...]]) -> tuple[str, ...] | None:
    """Return column names that are all known, else None."""
    if columns is UNKNOWN or any(column is UNKNOWN for column in columns):
        return None
    return tuple(column for column in columns if column is not UNKNOWN)


def relation_keys(table: Table) -> Iterator[tuple[Relation, tuple[str, ...]]]:
    """Return each relation of ``table`` that joins on known columns of its own rows, with these columns."""
    for relation in table.relations:
        columns = known(relation.columns)
        if relation.columns_of == table.id and columns:
            yield relation, columns


def foreign_keys(table: Table) -> Iterator[tuple[ForeignKey, tuple[str, ...]]]:
    """Return each foreign key of ``table`` whose columns are known, with these columns."""
    for key in table.foreign_keys:
        columns = known(key.columns)
        if columns:
            yield key, columns
