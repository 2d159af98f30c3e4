"""The Schema as the settings of its project see it: what is exempt, and which column holds the tenant.

What several rules ask is answered here once, so that they agree.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from tenantlint.facts import SchemaFacts, foreign_keys, known, relation_keys
from tenantlint.names import snake_case
from tenantlint.schema import UNKNOWN, Maybe
from tenantlint.settings import FRAMEWORK_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.schema import Column, Schema, Table
    from tenantlint.security import Security
    from tenantlint.settings import Settings

__all__ = ["SchemaView", "fits", "foreign_keys", "known", "relation_keys"]

_FULL_TEXT: frozenset[str] = frozenset({"fts", "fts3", "fts4", "fts5"})
_LOGIN: frozenset[str] = frozenset({"provider", "provider_id", "provider_account_id"})


class SchemaView(SchemaFacts):
    """A schema and settings, and what follows from both.

    ``tables`` are those that rules check, and ``checked`` their ids; ``schema`` still has the exempt ones, which others
    may point to.
    """

    def __init__(self, schema: Schema, settings: Settings) -> None:
        super().__init__(schema)
        self.settings = settings
        self._tenant_columns: dict[str, tuple[Column, ...]] = {}
        exempt = (*FRAMEWORK_TABLES, *settings.exempt_tables)
        self.tables = tuple(
            table for table in schema.tables if not (self.matches(table, exempt) or _is_full_text_index(table))
        )
        self.checked = frozenset(table.id for table in self.tables)

    def matches(self, table: Table, patterns: tuple[str, ...]) -> bool:
        """Return whether the name, the qualified name or the symbol of ``table`` matches one of ``patterns``."""
        if not patterns:
            return False
        names = [name for name in (table.name, table.qualified_name, table.symbol) if name is not UNKNOWN]
        return any(
            name.startswith(start) and name.endswith(end) and fits(name, pattern)
            for pattern, start, end in _with_ends(patterns)
            for name in names
        )

    @cached_property
    def security(self) -> Security:
        """What models and migrations say of row level security."""
        from tenantlint.security import Security

        return Security(self)

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
        """Return whether the rows of ``table`` are the tenants themselves, and belong to no outer tenant.

        With ``tenant-column = ["organization_id", "team_id"]``, the organizations are; the teams, which have an
        organization each, are not.
        """
        return table.id in self.tenant_roots and all(
            table in self.tenant_tables(table, column) for column in self.tenant_columns(table)
        )

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

    def refers_to_tenant(self, table: Table) -> bool:
        """Return whether each row of ``table`` references a tenant by a column that says in which part it does.

        ``child_workspace_id`` does for ``workspace_id``. Where people are the tenants, such columns have many names.
        """
        names = [snake_case(name) for name in self.settings.tenant_columns]
        targets = {UNKNOWN, *self.tenant_roots}
        referencing = [key.columns for key in table.foreign_keys if key.target_id in targets]
        if any(known(columns) is None for columns in referencing):
            return True
        for column in table.columns:
            if column.nullable is not True and (column.name,) in referencing:
                called = snake_case(column.key)
                if any(name == "user_id" or called.endswith(f"_{name}") for name in names):
                    return True
        return False

    @cached_property
    def may_have_tenants(self) -> bool:
        """Whether the rows of some table belong to a tenant each, or may: something of a table could not be read."""
        return any(table.incomplete or self.is_tenant_table(table) for table in self.tables)

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

    def _have_all_tables(self, table: Table, columns: Iterable[str]) -> bool:
        return self.is_tenant_key(table, columns)

    def tenant_names(self, table: Table) -> set[Maybe[str]]:
        """Return the database names of the columns that hold the tenant of a row."""
        return {column.name for column in self.tenant_columns(table)}


def _is_called(column: Column, name: str) -> bool:
    return snake_case(column.key) == name or (column.name is not UNKNOWN and snake_case(column.name) == name)


def _is_full_text_index(table: Table) -> bool:
    """Return whether ``table`` is one of SQLite's virtual tables, which no index, key or constraint can be added to."""
    if (
        table.dialect != "sqlite"
        or table.name is UNKNOWN
        or table.primary_key not in (UNKNOWN, ())
        or table.foreign_keys
    ):
        return False
    return not _FULL_TEXT.isdisjoint(table.name.lower().split("_"))


def _is_own_key(table: Table, columns: Maybe[tuple[Maybe[str], ...]]) -> bool:
    """Return whether ``columns`` are the primary key of ``table`` and reference nothing themselves."""
    referencing = [key.columns for key in table.foreign_keys]
    return columns == table.primary_key and columns not in referencing and UNKNOWN not in (columns, *referencing)


def _is_login(table: Table) -> bool:
    """Return whether ``table`` holds logins with other providers, as better-auth and Auth.js call their accounts."""
    names = {snake_case(column.key) for column in table.columns}
    return bool(names & _LOGIN) and ("user_id" in names or "userid" in names)


@lru_cache(maxsize=256)
def _with_ends(patterns: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Return each pattern with what all names that match it begin with and end in."""
    found = []
    for pattern in patterns:
        parts = pattern.replace("?", "*").replace("[", "*").replace("]", "*").split("*")
        found.append((pattern, parts[0], parts[-1]) if len(parts) > 1 else (pattern, pattern, pattern))
    return tuple(found)


def fits(name: str, pattern: str) -> bool:
    """Return whether a name matches a pattern of the shell's kind, letter case and all."""
    if not any(wildcard in pattern for wildcard in "*?["):
        return name == pattern
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern)
