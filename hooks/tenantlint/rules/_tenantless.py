"""What the declaration of a table says of rows that have no tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.names import plurals, snake_case
from tenantlint.rule import label
from tenantlint.schema import UNKNOWN
from tenantlint.view import known

if TYPE_CHECKING:
    from tenantlint.schema import ForeignKey, Table
    from tenantlint.view import SchemaView

_USERS = frozenset({"user", *plurals("user")})
_AUDITS = frozenset({"audit", "audits", "auditlog", "auditlogs"})


def may_be_without_tenant(table: Table, view: SchemaView) -> bool:
    """Return whether a row without a tenant is declared to be somebody's, or to outlive its tenant.

    A row of an audit log may tell of what no tenant did, and that of a user who is a member of several tenants has but
    the one last looked at.
    """
    name = snake_case(label(table))
    return (
        any(_outlives_tenant(key, table, view) or _goes_with_user(key, table, view) for key in table.foreign_keys)
        or any(snake_case(column.key) == "owner_id" and column.nullable is False for column in table.columns)
        or not _AUDITS.isdisjoint(name.split("_"))
        or (name in _USERS and any(_are_members(each, table, view) for each in view.schema))
    )


def _outlives_tenant(key: ForeignKey, table: Table, view: SchemaView) -> bool:
    columns = known(key.columns)
    return columns is not None and key.on_delete in ("set null", UNKNOWN) and view.is_tenant_key(table, columns)


def _goes_with_user(key: ForeignKey, table: Table, view: SchemaView) -> bool:
    """Return whether a row always has the user that the key references, and is deleted with them."""
    target = view.find(key.target_id)
    if target is None or key.on_delete != "cascade" or snake_case(label(target)) not in _USERS:
        return False
    columns = [table.column(name) for name in known(key.columns) or ()]
    return bool(columns) and all(column is not None and column.nullable is False for column in columns)


def _are_members(table: Table, users: Table, view: SchemaView) -> bool:
    """Return whether a row of ``table`` puts one of ``users`` into a tenant."""
    tenant = tuple(name for name in view.tenant_names(table) if name is not UNKNOWN)
    for key in table.foreign_keys:
        columns = known(key.columns)
        if tenant and columns and key.target_id == users.id:
            pair = (*columns, *tenant)
            if set(pair) <= set(known(table.primary_key) or ()) or view.is_unique(table, pair):
                return True
    return False
