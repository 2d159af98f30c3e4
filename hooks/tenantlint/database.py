"""What the migrations of a project make of the tables that its models declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.record import replace
from tenantlint.schema import UNKNOWN, RowLevelSecurity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.migration import History
    from tenantlint.schema import Index, Maybe, Policy, Schema, Table, UniqueConstraint


class Database:
    """The tables that the migrations leave behind, found by the model's table.

    Where several histories have a table of that name, what one of them gives counts: they may be of two databases, and
    which one a model belongs to is not known. So does what a model in another language says of the same table.
    """

    def __init__(self, schema: Schema) -> None:
        self._migrated: dict[str, list[Table]] = {}
        self._declared: dict[str, list[Table]] = {}
        self._unread: set[Maybe[str]] = set()
        self._restructured: set[str] = set()
        self._anywhere: set[str] = set()
        _add(self._declared, tuple(table for table in schema.tables if table.dialect == "postgresql"))
        for history in schema.histories:
            _add(self._migrated, tuple(self._settled(history)))
            for item in history.unread:
                if item.structure:
                    names, changed = self._anywhere, _names(history)
                    if item.tables is not UNKNOWN:
                        names, changed = self._restructured, map(_key, item.tables)
                    names.update(changed)
                if item.security:
                    self._unread.update([UNKNOWN] if item.tables is UNKNOWN else map(_key, item.tables))

    def _settled(self, history: History) -> Iterator[Table]:
        """Yield the tables of a history. One that it only alters is the model's, where there is a model of that name.

        Such a table is made by the model (``create_all``, ``drizzle-kit push``), so that it has no other security.
        """
        doubtful: set[Maybe[str]] | None = None
        for table in history.tables:
            name = table.qualified_name
            if name is not UNKNOWN and _key(name) in self._declared and table.incomplete >= _SECURED_ELSEWHERE:
                doubtful = _doubtful(history) if doubtful is None else doubtful
                yield table if name in doubtful else _secured_here(table)
            else:
                yield table

    def twins(self, table: Table) -> tuple[Table, ...]:
        """Return the tables of the database that have the name of ``table``."""
        name = table.qualified_name
        return () if name is UNKNOWN else tuple(self._migrated.get(_key(name), ()))

    def _tellers(self, table: Table) -> tuple[Table, ...]:
        """Return all that tells of the security of ``table``: itself, its twins, and other models of it."""
        name = table.qualified_name
        models = () if name is UNKNOWN else self._declared.get(_key(name), ())
        return (table, *(model for model in models if model is not table), *self.twins(table))

    def has(self, name: str) -> bool:
        """Return whether a migration has a table of this (qualified) name."""
        return _key(name) in self._migrated

    def models(self, table: Table) -> tuple[Table, ...]:
        """Return the models of PostgreSQL tables that have the name of ``table``."""
        name = table.qualified_name
        return () if name is UNKNOWN else tuple(self._declared.get(_key(name), ()))

    def is_secured_by_migrations(self, table: Table) -> Maybe[bool]:
        """Return whether a migration or script enables row level security on ``table``, whatever its model says."""
        return _any([twin.rls.enabled for twin in self.twins(table)], self._may_be_secured_elsewhere(table))

    def row_level_security(self, table: Table) -> RowLevelSecurity:
        """Return what the models and the migrations together say of row level security on ``table``."""
        facts = [each.rls for each in self._tellers(table)]
        unread = self._may_be_secured_elsewhere(table)
        return RowLevelSecurity(
            _any([fact.enabled for fact in facts], unread), _any([fact.forced for fact in facts], unread)
        )

    def policies(self, table: Table) -> tuple[Policy, ...]:
        """Return the policies of ``table``: the model's own, then those of the migrations with other names."""
        found: list[Policy] = []
        names: set[Maybe[str]] = set()
        for each in self._tellers(table):
            found += [policy for policy in each.policies if policy.name is UNKNOWN or policy.name not in names]
            names |= {policy.name for policy in each.policies}
        return tuple(found)

    def may_have_more_policies(self, table: Table) -> bool:
        """Return whether ``table`` may have other policies than are known, because something could not be read."""
        return self._may_be_secured_elsewhere(table) or any(
            "policies" in each.incomplete for each in self._tellers(table)
        )

    def has_unread_structure(self, table: Table, by_name: bool = False) -> bool:
        """Return whether a migration of ``table`` that could not be read may give it keys or columns.

        ``by_name`` leaves out the statements that may be about any table, such as a loop over the catalog: what they
        change, all tables have.
        """
        name = table.qualified_name
        if name is UNKNOWN:
            return False
        return _key(name) in self._restructured or (not by_name and _key(name) in self._anywhere)

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


def _add(found: dict[str, list[Table]], tables: tuple[Table, ...]) -> None:
    for table in tables:
        if table.qualified_name is not UNKNOWN:
            found.setdefault(_key(table.qualified_name), []).append(table)


_SECURED_ELSEWHERE: Final = frozenset({"columns", "primary_key", "policies"})


def _doubtful(history: History) -> set[Maybe[str]]:
    """Return the tables of which a history leaves open what security it gives them, or takes from them."""
    from tenantlint.migration import AlterPolicy, CreatePolicy, DropPolicy, RenameTable, SetRowSecurity

    doubtful: set[Maybe[str]] = set()
    created: set[tuple[Maybe[str], Maybe[str]]] = set()
    for operation in (each for revision in history.revisions for each in revision.upgrade):
        if isinstance(operation, RenameTable):
            doubtful |= {operation.table, operation.new_name}
        elif isinstance(operation, SetRowSecurity | CreatePolicy | AlterPolicy | DropPolicy):
            doubt = not operation.certain
            if isinstance(operation, CreatePolicy):
                created.add((operation.table, operation.policy.name))
            elif isinstance(operation, DropPolicy) and not operation.if_exists:  # it must be there: who created it?
                doubt |= (operation.table, operation.name) not in created
            if doubt:
                doubtful.add(operation.table)
    return doubtful


def _secured_here(table: Table) -> Table:
    rls = RowLevelSecurity(table.rls.enabled is True, table.rls.forced is True)
    return replace(table, incomplete=table.incomplete - {"policies"}, rls=rls)


def _names(history: History) -> Iterator[str]:
    return (_key(table.qualified_name) for table in history.tables if table.qualified_name is not UNKNOWN)


def _key(name: str) -> str:
    return name.removeprefix("public.")


def _any(facts: list[Maybe[bool]], unread: bool) -> Maybe[bool]:
    if any(fact is True for fact in facts):
        return True
    return UNKNOWN if unread or any(fact is UNKNOWN for fact in facts) else False
