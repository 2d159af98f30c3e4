"""How the rules on policies name things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.rule import Finding, label
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.schema import Policy, Table
    from tenantlint.view import SchemaView


def finding(policy: Policy, table: Table, text: str) -> Finding:
    """Return a finding at a policy; ``text`` goes on from "is a policy that"."""
    if policy.name is UNKNOWN:
        return Finding(policy.at, table, label(table), f"has a policy that {text}")
    return Finding(policy.at, table, f"{label(table)}.{policy.name}", f"is a policy that {text}")


def tenant_of(table: Table, view: SchemaView) -> str:
    """Return how messages name the tenant column of a tenant table."""
    column = view.tenant_columns(table)[0]
    return f"`{column.key if column.name is UNKNOWN else column.name}`"
