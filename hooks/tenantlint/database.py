"""What the migrations of a project make of the tables that its models declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.schema import UNKNOWN, RowLevelSecurity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.migration import History
    from tenantlint.schema import Index, Maybe, Policy, Schema, Table, UniqueConstraint


class Database:
    """The tables that the migrations leave behind, found by the model's table.

    Where several histories have a table of that name, what one of them gives counts: they may be of two databases, and
    which one a model belongs to is not known.
    """

    def __init__(self, schema: Schema) -> None:
        self._by_name: dict[str, list[Table]] = {}
        self._unread: dict[Maybe[str], bool] = {}
        self._restructured: set[str] = set()
        for history in schema.histories:
            for table in history.tables:
                if table.qualified_name is not UNKNOWN:
                    self._by_name.setdefault(_key(table.qualified_name), []).append(table)
            for item in history.unread:
                if item.structure:
                    self._restructured.update(_names(history) if item.tables is UNKNOWN else map(_key, item.tables))
                if item.security:
                    self._unread.update(dict.fromkeys([UNKNOWN] if item.tables is UNKNOWN else item.tables, True))

    def twins(self, table: Table) -> tuple[Table, ...]:
        """Return the tables of the database that have the name of ``table``."""
        name = table.qualified_name
        return () if name is UNKNOWN else tuple(self._by_name.get(_key(name), ()))

    def row_level_security(self, table: Table) -> RowLevelSecurity:
        """Return what the model and the migrations together say of row level security on ``table``."""
        facts = [table.rls, *(twin.rls for twin in self.twins(table))]
        unread = self._may_be_secured_elsewhere(table)
        return RowLevelSecurity(
            _any([fact.enabled for fact in facts], unread), _any([fact.forced for fact in facts], unread)
        )

    def policies(self, table: Table) -> tuple[Policy, ...]:
        """Return the policies of ``table``: the model's own, then those of the migrations with other names."""
        found = list(table.policies)
        names = {policy.name for policy in found}
        for twin in self.twins(table):
            found += [policy for policy in twin.policies if policy.name is UNKNOWN or policy.name not in names]
            names |= {policy.name for policy in twin.policies}
        return tuple(found)

    def may_have_more_policies(self, table: Table) -> bool:
        """Return whether ``table`` may have policies that could not be read."""
        return self._may_be_secured_elsewhere(table) or any(
            "policies" in each.incomplete for each in (table, *self.twins(table))
        )

    def has_unread_structure(self, table: Table) -> bool:
        """Return whether a migration of ``table`` that could not be read may give it keys or columns."""
        name = table.qualified_name
        return name is not UNKNOWN and _key(name) in self._restructured

    def keys(self, table: Table) -> tuple[tuple[Index, ...], tuple[UniqueConstraint, ...]]:
        """Return the indexes and unique constraints that the migrations give ``table``."""
        twins = self.twins(table)
        return (
            tuple(index for twin in twins for index in twin.indexes),
            tuple(constraint for twin in twins for constraint in twin.unique_constraints),
        )

    def _may_be_secured_elsewhere(self, table: Table) -> bool:
        name = table.qualified_name
        return name is UNKNOWN or UNKNOWN in self._unread or _key(name) in self._unread


def _names(history: History) -> Iterator[str]:
    return (_key(table.qualified_name) for table in history.tables if table.qualified_name is not UNKNOWN)


def _key(name: str) -> str:
    return name.removeprefix("public.")


def _any(facts: list[Maybe[bool]], unread: bool) -> Maybe[bool]:
    if any(fact is True for fact in facts):
        return True
    return UNKNOWN if unread or any(fact is UNKNOWN for fact in facts) else False
