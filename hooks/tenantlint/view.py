"""The Schema as the settings of its project see it: what is exempt, which column holds the tenant, what is indexed.

What several rules ask is answered here once, so that they agree.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tenantlint.keys import KEY_PARTS, all_in, keys, may_be_unique, serves
from tenantlint.names import plurals, snake_case
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.settings import FRAMEWORK_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.database import Database
    from tenantlint.schema import Column, ForeignKey, Relation, Schema, Table
    from tenantlint.security import Security
    from tenantlint.settings import Settings
    from tenantlint.source import Location

_LOGIN: frozenset[str] = frozenset({"provider", "provider_id", "provider_account_id"})


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

    @cached_property
    def security(self) -> Security:
        """What models and migrations say of row level security."""
        from tenantlint.security import Security

        return Security(self)

    def twins(self, table: Table) -> tuple[Table, ...]:
        """Return what the migrations make of ``table``: the tables of its name in the database."""
        return self.database.twins(table) if self.schema.histories else ()

    def _has_unread_structure(self, table: Table) -> bool:
        return bool(self.schema.histories) and self.database.has_unread_structure(table)

    def foreign_keys(self, table: Table) -> tuple[ForeignKey, ...]:
        """Return the foreign keys of ``table``: the model's own, then those that migrations give it.

        The latter reference the models' tables too, where the project has a model of that name.
        """
        added = tuple(key for twin in self.twins(table) for key in twin.foreign_keys)
        return table.foreign_keys + tuple(self._of_model(table, key) for key in added)

    def _of_model(self, table: Table, key: ForeignKey) -> ForeignKey:
        named = self._models.get((table.orm, key.target_table), ())
        return replace(key, target_id=named[0].id if len(named) == 1 else UNKNOWN if named else key.target_id)

    @cached_property
    def _models(self) -> dict[tuple[str, Maybe[str]], list[Table]]:
        found: dict[tuple[str, Maybe[str]], list[Table]] = {}
        for table in self.schema:
            if table.qualified_name is not UNKNOWN:
                found.setdefault((table.orm, table.qualified_name.removeprefix("public.")), []).append(table)
        return found

    def may_have_more_foreign_keys(self, table: Table) -> bool:
        """Return whether ``table`` may have foreign keys that could not be read."""
        return "foreign_keys" in table.incomplete or self._has_unread_structure(table)

    def uses_foreign_keys(self, table: Table) -> bool:
        """Return whether foreign keys are an option for ``table``: some do without any in MySQL, as Vitess asks for."""
        return table.dialect != "mysql" or self._mysql_has_keys

    @cached_property
    def _mysql_has_keys(self) -> bool:
        tables = [table for table in self.schema if table.dialect == "mysql"]
        return any(table.foreign_keys or "foreign_keys" in table.incomplete for table in tables)

    # Tenancy

    @cached_property
    def tenant_roots(self) -> frozenset[str]:
        """The ids of the tables whose rows are the tenants.

        They are those of ``tenant-tables``; else, for each ORM, those that a tenant column references; else those
        that its name names (``tenant_id``: ``tenant``, ``tenants``).
        """
        return frozenset().union(*self._roots.values())

    @cached_property
    def _roots(self) -> dict[str, frozenset[str]]:
        """The ids of the tenants' tables by the name of the tenant column, in snake case."""
        names = [snake_case(name) for name in self.settings.tenant_columns]
        patterns = self.settings.tenant_tables
        if patterns:
            return dict.fromkeys(names, frozenset(table.id for table in self.schema if self.matches(table, patterns)))
        return {name: frozenset(self._roots_of(name)) for name in names}

    def tenant_tables(self, table: Table, column: Column) -> list[Table]:
        """Return the tenants' tables that a tenant column of ``table`` can mean: those of its name and its ORM."""
        return [
            root
            for name, ids in self._roots.items()
            if _is_called(column, name)
            for root in map(self.find, sorted(ids))
            if root is not None and (root.orm, root.dialect) == (table.orm, table.dialect)
        ]

    def _roots_of(self, tenant: str) -> set[str]:
        referenced = [
            target
            for table in self.schema
            for key in self.foreign_keys(table)
            if (target := self.find(key.target_id)) is not None
            and self._is_single(table, key.columns, tenant)
            and (not self._is_single(target, key.target_columns, tenant) or _is_own_key(target, key.target_columns))
        ]
        settled = {table.orm for table in referenced}
        named = [
            table
            for table in self.tables_named(tenant.removesuffix("_id"))
            if table.orm not in settled and not _is_login(table)
        ]
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
        references the tenant root is the tenant. The ``account_id`` of a login with another provider is none.
        """
        found = self._tenant_columns.get(table.id)
        if found is None:
            named = () if self._is_login(table) else tuple(self._named_as_tenant(table))
            found = self._tenant_columns[table.id] = named or self._tenant_key(table)
        return found

    def _named_as_tenant(self, table: Table) -> Iterator[Column]:
        names = [snake_case(name) for name in self.settings.tenant_columns]
        return (column for name in names for column in table.columns if _is_called(column, name))

    def _is_login(self, table: Table) -> bool:
        return _is_login(table) and any(snake_case(name) == "account_id" for name in self.settings.tenant_columns)

    def has_other_meaning(self, table: Table) -> bool:
        """Return whether ``table`` has a column that is called as the tenant column is and means something else."""
        return not self.tenant_columns(table) and any(True for _ in self._named_as_tenant(table))

    def is_tenant_table(self, table: Table) -> bool:
        """Return whether the rows of ``table`` belong to a tenant each, and are not the tenants themselves."""
        return bool(self.tenant_columns(table)) and not self.is_tenant_root(table)

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
        unsure = self._may_have_more_keys(table)
        for key in keys(table, wanted, self.twins(table)):
            answer = serves(key, wanted)
            if answer is True:
                return True
            unsure = unsure or answer is UNKNOWN
        return UNKNOWN if unsure else False

    def is_unique(self, table: Table, columns: tuple[str, ...]) -> bool:
        """Return whether at most one row of ``table`` has given values in ``columns``, as far as is known."""
        wanted = frozenset(columns)
        return any(
            key.usable is True and key.unique is True and key.columns and all_in(key.columns, wanted) is True
            for key in keys(table, wanted, self.twins(table))
            if key.columns is not UNKNOWN
        )

    def may_be_unique(self, table: Table, columns: Iterable[str]) -> bool:
        """Return whether anything may keep two rows of ``table``, or some of them, from equal values in ``columns``."""
        wanted = frozenset(columns)
        return self._may_have_more_keys(table) or any(
            may_be_unique(key, wanted) for key in keys(table, wanted, self.twins(table))
        )

    def _may_have_more_keys(self, table: Table) -> bool:
        return bool(table.incomplete & KEY_PARTS) or self._has_unread_structure(table)

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


def _is_called(column: Column, name: str) -> bool:
    return snake_case(column.key) == name or (column.name is not UNKNOWN and snake_case(column.name) == name)


def _is_own_key(table: Table, columns: Maybe[tuple[Maybe[str], ...]]) -> bool:
    """Return whether ``columns`` are the primary key of ``table`` and reference nothing themselves."""
    referencing = [key.columns for key in table.foreign_keys]
    return columns == table.primary_key and columns not in referencing and UNKNOWN not in (columns, *referencing)


def _is_login(table: Table) -> bool:
    """Return whether ``table`` holds logins with other providers, as better-auth and Auth.js call their accounts."""
    names = {snake_case(column.key) for column in table.columns}
    return bool(names & _LOGIN) and ("user_id" in names or "userid" in names)


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
