"""Compares row level security and policies, of the sides that declare any: SQLModel cannot, so it has no say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.drift.model import Statement
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenantlint.drift.model import Kind, Side
    from tenantlint.schema import Maybe, Policy, Table

    Tell = Callable[[Kind, str, str, list[Statement]], None]


def compare_security(tell: Tell, name: str, present: Sequence[tuple[Side, Table]]) -> None:
    """Tell where sides that declare row level security differ on a table."""
    having = [(side, table) for side, table in present if side.has_security]
    if len(having) > 1:
        tell("row-level-security", name, name, [Statement(side, _enabled(table), table.at) for side, table in having])
    having = [(side, table) for side, table in present if side.has_policies]
    if len(having) < 2:
        return
    for policy in dict.fromkeys(each.name for _, table in having for each in _attached(table)):
        if policy is UNKNOWN:
            continue
        subject = f"{name} {policy}"
        tell("policy", subject, name, [_there(side, table, policy) for side, table in having])
        own = [(side, each) for side, table in having for each in _attached(table) if each.name == policy]
        for value in (_command, _roles, _mode):
            tell("policy", subject, name, [Statement(side, value(each), each.at) for side, each in own])


def _attached(table: Table) -> list[Policy]:
    return [policy for policy in table.policies if policy.attached]


def _there(side: Side, table: Table, name: str) -> Statement:
    found = next((policy for policy in _attached(table) if policy.name == name), None)
    if found is not None:
        return Statement(side, "there", found.at)
    is_open = "policies" in table.incomplete or any(each.name is UNKNOWN for each in table.policies)
    return Statement(side, UNKNOWN if is_open else "missing", table.at)


def _enabled(table: Table) -> Maybe[str]:
    given = table.rls.enabled
    return UNKNOWN if given is UNKNOWN else "enabled" if given else "not enabled"


def _command(policy: Policy) -> Maybe[str]:
    return UNKNOWN if policy.command is UNKNOWN else f"for {policy.command}"


def _roles(policy: Policy) -> Maybe[str]:
    if policy.roles is UNKNOWN or UNKNOWN in policy.roles:
        return UNKNOWN
    return f"to {', '.join(sorted(map(str, policy.roles)))}"


def _mode(policy: Policy) -> Maybe[str]:
    return UNKNOWN if policy.permissive is UNKNOWN else "permissive" if policy.permissive else "restrictive"
