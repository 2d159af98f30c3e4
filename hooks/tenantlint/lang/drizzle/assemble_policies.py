"""The policies of tables, and those that belong to none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.columns import BuiltColumn
from tenantlint.lang.drizzle.policies import PolicyValue, roles_of
from tenantlint.lang.drizzle.sqltext import Renderer, SqlValue
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.drizzle.values import UNDEFINED, as_text, is_known, member
from tenantlint.schema import UNKNOWN, Maybe, Policy

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.context import Context, Placed
    from tenantlint.source import Location

_COMMANDS: Final = frozenset({"all", "select", "insert", "update", "delete"})


class Policies:
    """Makes the policies of one project. A linked policy counts only where its module exports it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.renderer = Renderer(context.names.of)
        self._linked: dict[int, list[PolicyValue]] = {}
        for thing in context.library.declared:
            if isinstance(thing, PolicyValue) and isinstance(thing.linked, TableValue) and self._is_exported(thing):
                self._linked.setdefault(id(thing.linked), []).append(thing)

    def _is_exported(self, policy: PolicyValue) -> bool:
        return id(policy) in self.context.exported

    def of_table(self, table: TableValue, extras: list[Placed]) -> tuple[Policy, ...]:
        """Return the policies of a table: those of its third argument, then those linked to it."""
        placed = [(item.value, item.at) for item in extras if isinstance(item.value, PolicyValue)]
        seen = {id(policy) for policy, _ in placed}
        linked = [policy for policy in self._linked.get(id(table), ()) if id(policy) not in seen]
        return (
            *(self.policy(policy, table, at, attached=True) for policy, at in placed),
            *(self.policy(policy, table, policy.at, attached=True) for policy in linked),
        )

    def is_detached(self, policy: PolicyValue, used: set[int]) -> bool:
        """Tell whether a policy is certainly never created."""
        if id(policy) in used or id(policy) in self.context.library.escaped or policy.linked is UNKNOWN:
            return False
        return not (isinstance(policy.linked, TableValue) and self._is_exported(policy))

    def policy(self, policy: PolicyValue, table: TableValue | None, at: Location, attached: bool) -> Policy:
        """Return a policy of ``table``; where that is None, its columns are those of the table it names."""
        using = self.renderer.text(member(policy.config, "using"))
        with_check = self.renderer.text(member(policy.config, "withCheck"))
        command, mode = member(policy.config, "for"), member(policy.config, "as")
        known = as_text("all" if command is UNDEFINED else command)
        return Policy(
            as_text(policy.name),
            known if known in _COMMANDS else UNKNOWN,
            roles_of(member(policy.config, "to")),
            mode != "restrictive" if is_known(mode) else UNKNOWN,
            using,
            with_check,
            self._tenant_columns((using, with_check), table, policy),
            attached,
            at,
        )

    def _tenant_columns(
        self, predicates: tuple[Maybe[str | None], ...], table: TableValue | None, policy: PolicyValue
    ) -> Maybe[tuple[Maybe[str], ...]]:
        if UNKNOWN in predicates:
            return UNKNOWN
        from tenantlint.lang.predicates import compared_columns

        owner = table or _named_table(policy)
        if owner is None:
            return ()
        name = owner.name if isinstance(owner.name, str) else None
        columns = {text for column in owner.columns.values() if (text := self.context.names.of(column)) is not UNKNOWN}
        found = [
            column
            for predicate in predicates
            if isinstance(predicate, str)
            for column in compared_columns(predicate, name, columns)
        ]
        return tuple(dict.fromkeys(found))


def _named_table(policy: PolicyValue) -> TableValue | None:
    """Return the table of the first column that a policy's predicates name."""
    if isinstance(policy.linked, TableValue):
        return policy.linked
    pending = [member(policy.config, "withCheck"), member(policy.config, "using")]
    while pending:
        value = pending.pop()
        if isinstance(value, BuiltColumn):
            return value.table
        if isinstance(value, SqlValue):
            pending.extend(reversed(value.chunks))
    return None
