"""Steps of a revision that give a policy other predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import CheckWrites
from tenantlint.lang.alembic.write_code import identifier, qualified
from tenantlint.lang.alembic.write_restore import policy_call
from tenantlint.lang.alembic.write_steps import Planned, Step
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.policies import altered, policy_of, predicate_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.change import WrapCalls
    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.migration import History
    from tenantlint.schema import Table


def altered_policy(
    change: CheckWrites | WrapCalls,
    place: tuple[History, Table] | None,
    code: Callable[[History], Code],
) -> Planned:
    """Return the step that alters a policy of the database. Raises RefusedError where Alembic does not make it."""
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
    return Planned(place[0], Step(up, down), f"alter policy {change.policy}")
