"""What operations on row level security and policies do to a State."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import replace
from tenantlint.replay.members import has, known, without
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint import migration as m
    from tenantlint.replay import State
    from tenantlint.schema import Maybe, Policy


def set_row_security(state: State, operation: m.SetRowSecurity) -> None:
    """Apply ENABLE, DISABLE, FORCE or NO FORCE ROW LEVEL SECURITY."""
    draft = state.draft(known(operation.table), operation.at)
    if operation.enabled is not None and draft.enabled is not operation.enabled:
        draft.enabled = operation.enabled if operation.certain else UNKNOWN
    if operation.forced is not None and draft.forced is not operation.forced:
        draft.forced = operation.forced if operation.certain else UNKNOWN


def create_policy(state: State, operation: m.CreatePolicy) -> None:
    """Apply CREATE POLICY."""
    draft = state.draft(known(operation.table), operation.at)
    if not operation.certain:
        draft.doubt(("policies",))
    elif not has(draft.policies, operation.policy.name):
        draft.policies.append(operation.policy)


def drop_policy(state: State, operation: m.DropPolicy) -> None:
    """Apply DROP POLICY."""
    name = known(operation.table)
    if operation.if_exists and name not in state.drafts:
        return  # the table may be missing too
    draft = state.draft(name, operation.at)
    draft.policies = without(draft, "policies", draft.policies, operation.name, operation)


def alter_policy(state: State, operation: m.AlterPolicy) -> None:
    """Apply ALTER POLICY."""
    draft = state.draft(known(operation.table), operation.at)
    draft.policies = [_altered(each, operation) if _may_be(each, operation.name) else each for each in draft.policies]


def _may_be(policy: Policy, name: Maybe[str]) -> bool:
    return policy.name == name or name is UNKNOWN


def _altered(policy: Policy, operation: m.AlterPolicy) -> Policy:
    sure = operation.certain and operation.name is not UNKNOWN
    changes: dict[str, object] = {
        fact: value if sure else UNKNOWN
        for fact, value in (
            ("name", operation.new_name),
            ("roles", operation.roles),
            ("using", operation.using),
            ("with_check", operation.with_check),
        )
        if value is not None
    }
    if operation.using is not None or operation.with_check is not None:
        changes["tenant_columns"] = _tenant_columns(policy, operation) if sure else UNKNOWN
    return replace(policy, **changes)


def _tenant_columns(policy: Policy, operation: m.AlterPolicy) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the tenant columns of what the policy has afterwards: of its new predicates, and of one that stays."""
    stays = (operation.using is None and policy.using is not None) or (
        operation.with_check is None and policy.with_check is not None
    )
    if not stays or operation.tenant_columns == policy.tenant_columns:
        return operation.tenant_columns
    return UNKNOWN
