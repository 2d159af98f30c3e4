"""Steps of a revision for row level security: to switch it on, and to give policies other predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenantlint import change as changes
from tenantlint.change import CheckWrites
from tenantlint.lang.alembic.write_code import identifier, qualified
from tenantlint.lang.alembic.write_restore import policy_call
from tenantlint.lang.alembic.write_steps import Planned, Step, name_of, place_of, policy_step, switch
from tenantlint.lang.histories import migrated
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.policies import altered, policy_of, predicate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.change import Change, WrapCalls
    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.differences import Differences
    from tenantlint.migration import History
    from tenantlint.schema import Table


def security_steps(change: Change, differences: Differences, code: Callable[[History], Code]) -> Iterator[Planned]:
    """Yield the steps for a change of a table's row level security. Raises RefusedError."""
    return _STEPS[type(change)](change, differences, code)


def _secure(
    change: changes.EnableSecurity, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    context = differences.context
    table = context.table(change.table_id)
    place = None if table is None else place_of(table, context)
    if table is None or place is None:
        raise RefusedError(
            "no Alembic revision makes this table yet, which row level security needs: generate that one first"
        )
    yield from _secured(change, table, place, differences, code)


def _secure_table(
    change: changes.SecureTable, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    table, history = migrated(change, differences.context)
    place_of(table, differences.context)  # which refuses a history that is not in order
    made = changes.EnableSecurity(table.id, change.tenant, change.setting, change.value)
    yield from _secured(made, table, (history, table), differences, code)


def _secured(
    change: changes.EnableSecurity,
    table: Table,
    place: tuple[History, Table],
    differences: Differences,
    code: Callable[[History], Code],
) -> Iterator[Planned]:
    history, twin = place
    write, name = code(history), name_of(table)
    titles = iter([f"row level security for {name}"])
    if twin.rls.enabled is not True:
        yield Planned(history, switch(write, name, "ENABLE", "DISABLE"), next(titles))
    if twin.rls.forced is not True:
        yield Planned(history, switch(write, name, "FORCE", "NO FORCE"), next(titles, ""))
    if not twin.policies:
        now = differences.new_name(table, change.tenant)
        yield Planned(history, policy_step(write, table, change, now), next(titles, ""))


def _altered_policy(
    change: CheckWrites | WrapCalls, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    """Alter a policy of the database. Raises RefusedError where Alembic does not make it."""
    table = differences.context.table(change.table_id)
    place = None if table is None else place_of(table, differences.context)
    policy = None if place is None else policy_of(place[1], change.policy)
    if place is None or policy is None:
        raise RefusedError(f"no Alembic revision makes the policy `{change.policy}`: alter it where it is made")
    write, name = code(place[0]), str(place[1].qualified_name)
    new = altered(policy, change, predicate_of(change, identifier))
    head = f"ALTER POLICY {identifier(change.policy)} ON {qualified(name)}"
    if isinstance(change, CheckWrites):
        up = write.execute(head, f"WITH CHECK ({new.with_check})")
        down = write.execute(head, f"WITH CHECK ({policy.with_check})")
        if policy.with_check is None:  # which no ALTER POLICY takes away
            drop = write.execute(f"DROP POLICY {identifier(change.policy)} ON {qualified(name)}")
            down = f"{drop}\n{policy_call(name, policy, write)}"
    else:
        up, down = (write.execute(head, f"USING ({each.using})") for each in (new, policy))
    yield Planned(place[0], Step(up, down), f"alter policy {change.policy}")


_STEPS: Final[dict[type[Change], Callable[[Any, Differences, Callable[[History], Code]], Iterator[Planned]]]] = {
    changes.EnableSecurity: _secure,
    changes.SecureTable: _secure_table,
    changes.CheckWrites: _altered_policy,
    changes.WrapCalls: _altered_policy,
}
