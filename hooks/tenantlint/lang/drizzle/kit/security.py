"""Migrations of drizzle-kit that change what policies say, and that switch row level security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenantlint import change as changes
from tenantlint.lang.drizzle.kit import key_of
from tenantlint.lang.drizzle.kit.text import alter_policy_sql, policy_sql, quoted, type_text, written
from tenantlint.lang.histories import migrated
from tenantlint.lang.lowering import RefusedError, session_value
from tenantlint.lang.policies import altered, policy_of, predicate_of
from tenantlint.schema import UNKNOWN, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.change import Change, CheckWrites, SecureTable, WrapCalls
    from tenantlint.lang.drizzle.kit import Migrations
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Table


def alter(change: Change, migrations: Migrations) -> None:
    """Add what a change of a table's security takes to the migration of its history. Raises RefusedError."""
    if isinstance(change, changes.SecureTable):
        _secure(change, migrations)
        return
    table = migrations.context.table(getattr(change, "table_id", ""))
    if table is not None:
        _MAKERS[type(change)](change, table, migrations)


def _alter_policy(change: CheckWrites | WrapCalls, table: Table, migrations: Migrations) -> None:
    policy = policy_of(table, change.policy)
    if policy is None:
        _alter_unmodelled(change, table, migrations)
        return
    for each in _sharing(policy, migrations.context):
        after = None if migrations.context.after is None else migrations.context.after.by_id().get(each.id)
        place = migrations.of(each)
        if place is None:
            continue
        if after is None:
            raise RefusedError("what the code declares afterwards is not known")
        for new in after.policies:
            if new.at.path == policy.at.path and policy_of(each, str(new.name)) is not None:
                made = place[0].snapshot.alter_policy(key_of(each), new)
                place[0].add(f"alter policy {new.name}", each, made)


def _sharing(policy: Policy, context: Lowering) -> Iterator[Table]:
    """Yield the tables that have a policy by one declaration, such as that of a function."""
    for table in context.schema.tables:
        if any(each.at == policy.at for each in table.policies):
            yield table


def _alter_unmodelled(change: CheckWrites | WrapCalls, table: Table, migrations: Migrations) -> None:
    """Alter a policy that a migration made by hand: the snapshot knows nothing of it."""
    place = migrations.of(table)
    policy = None if place is None else policy_of(place[1], change.policy)
    if place is None or policy is None:
        raise RefusedError(
            f"the policy `{change.policy}` is made by SQL outside of drizzle-kit's folder: alter it there"
        )
    new = altered(policy, change, predicate_of(change, quoted))
    if place[0].is_new("altered policy", key_of(table), change.policy, type(change).__name__):
        place[0].add(f"alter policy {new.name}", table, [alter_policy_sql(new, written(key_of(table)))])


def _switch_on(change: Change, table: Table, migrations: Migrations) -> None:
    place = migrations.of(table)
    if place is not None:
        place[0].add(f"secure {table.name}", table, place[0].snapshot.enable_security(key_of(table)))


def _force(change: Change, table: Table, migrations: Migrations) -> None:
    """Write what a schema of Drizzle cannot say: a statement of which the snapshot knows nothing."""
    place = migrations.of(table)
    sql = f"ALTER TABLE {written(key_of(table))} FORCE ROW LEVEL SECURITY;"
    if place is None:
        raise RefusedError(f"no migration of drizzle-kit makes the table: run `{sql}` where the database is made")
    if place[0].is_new("force", key_of(table)):
        place[0].add(f"force security of {table.name}", table, [sql])


def _secure(change: SecureTable, migrations: Migrations) -> None:
    """Secure a table that only migrations make: the code and the snapshot say nothing of its security."""
    table, _ = migrated(change, migrations.context)
    place, column = migrations.of(table), table.column(change.tenant)
    if place is None or column is None or column.type is UNKNOWN:
        raise RefusedError(f"the type of `{change.tenant}` is not known, and the policy has to compare with it")
    type_text(column.type)
    given = changes.EnableSecurity(table.id, change.tenant, change.setting, change.value)
    predicate = f"{quoted(str(table.name))}.{quoted(change.tenant)} = {session_value(given, column.type)}"
    name, sql = f"{table.name}_tenant", written(key_of(table))
    policy = Policy(name, "all", ("public",), True, predicate, None, (change.tenant,), True, table.at)
    made = [f"ALTER TABLE {sql} {word} ROW LEVEL SECURITY;" for word in _missing(table)]
    made += [] if table.policies else [policy_sql(policy, sql)]
    if place[0].is_new("secured", key_of(table)):
        place[0].add(f"secure {table.name}", table, made)


def _missing(table: Table) -> Iterator[str]:
    if table.rls.enabled is not True:
        yield "ENABLE"
    if table.rls.forced is not True:
        yield "FORCE"


_MAKERS: Final[dict[type[Change], Callable[[Any, Table, Migrations], None]]] = {
    changes.CheckWrites: _alter_policy,
    changes.WrapCalls: _alter_policy,
    changes.SwitchOnSecurity: _switch_on,
    changes.ForceSecurity: _force,
}
