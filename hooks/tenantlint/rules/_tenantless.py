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
_NOBODYS = frozenset({"global", "system", "personal", "builtin"})
_AUDITS = frozenset({"audit", "audits", "auditlog", "auditlogs"})


def may_be_without_tenant(table: Table, view: SchemaView) -> bool:
    """Return whether a row without a tenant is declared to be somebody's, or to outlive its tenant.

    A row of an audit log may tell of what no tenant did, and that of a user who is a member of several tenants has but
    the one last looked at.
    """
    name = snake_case(label(table))
    return (
        any(_outlives_tenant(key, table, view) or _goes_with_user(key, table, view) for key in table.foreign_keys)
        or any(snake_case(column.key) == "owner_id" and column.nullable is not True for column in table.columns)
        or not _AUDITS.isdisjoint(name.split("_"))
        or (name in _USERS and any(_are_members(each, table, view) for each in view.schema))
        or _has_kinds(table, view)
        or _is_of_user(table)
    )


def _has_kinds(table: Table, view: SchemaView) -> bool:
    """Return whether an enum of the table has a label for rows of no tenant, or labels that name other owners.

    These are ``global`` and the like, or the words before ``_id`` of two or more of the table's foreign keys.
    """
    types = {column.type for column in table.columns}
    owners = {_noun(column) for key in table.foreign_keys for column in known(key.columns) or ()}
    for enum in view.schema.enums:
        if enum.name is UNKNOWN or enum.name in types or UNKNOWN in types:
            labels = (UNKNOWN,) if enum.values is UNKNOWN else enum.values
            words = {snake_case(label) for label in labels if label is not UNKNOWN}
            parts = {part for word in words for part in word.split("_")}
            if UNKNOWN in labels or not _NOBODYS.isdisjoint(parts) or len(words & owners) > 1:
                return True
    return False


def _noun(column: str) -> str:
    return snake_case(column).removesuffix("_id")


def _is_of_user(table: Table) -> bool:
    """Return whether a row always has a user, in a table that declares no foreign keys."""
    return not table.foreign_keys and any(
        snake_case(column.key) == "user_id" and column.nullable is not True for column in table.columns
    )


def _outlives_tenant(key: ForeignKey, table: Table, view: SchemaView) -> bool:
    columns = known(key.columns)
    return key.on_delete in ("set null", UNKNOWN) and (columns is None or view.is_tenant_key(table, columns))


def _goes_with_user(key: ForeignKey, table: Table, view: SchemaView) -> bool:
    """Return whether a row always has the user that the key references, and is deleted with them."""
    target, names = view.find(key.target_id), known(key.columns)
    is_user = key.target_id is UNKNOWN or (target is not None and snake_case(label(target)) in _USERS)
    if not is_user or key.on_delete not in ("cascade", UNKNOWN):
        return False
    return names is None or all(column.nullable is not True for column in table.columns if column.name in names)


def _are_members(table: Table, users: Table, view: SchemaView) -> bool:
    """Return whether a row of ``table`` puts one of ``users`` into a tenant."""
    tenant = view.tenant_names(table)
    for key in table.foreign_keys:
        columns, primary = known(key.columns), known(table.primary_key)
        if tenant and key.target_id in (users.id, UNKNOWN):
            if columns is None or primary is None or UNKNOWN in tenant:
                return True
            pair = (*columns, *(name for name in tenant if name is not UNKNOWN))
            if set(pair) <= set(primary) or view.may_be_unique(table, pair):
                return True
    return False
