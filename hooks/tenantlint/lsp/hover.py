"""Hover: the page of the rule on a finding, and what is known of a table or a column on its declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lsp.declared import Declared, declared_at
from tenantlint.rule import page
from tenantlint.rules import RULES, load
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lsp.state import Checked
    from tenantlint.schema import Column, ForeignKey, Index, Maybe, Policy, Table, UniqueConstraint
    from tenantlint.view import SchemaView

_BETWEEN: Final = "\n---\n\n"


def hover(checked: Checked, path: str, offset: int, view: SchemaView) -> str | None:
    """Return Markdown for the byte at ``offset`` of a file, None where there is nothing to say."""
    parts = [page(load(each.code)) for each in _findings(checked, path, offset) if each.code in RULES]
    declared = declared_at(checked.outcome.schema, checked.project.source(path), offset)
    if declared is not None:
        parts.insert(0, _declaration(declared, view))
    return _BETWEEN.join(dict.fromkeys(parts)) or None


def _findings(checked: Checked, path: str, offset: int) -> Iterator[Diagnostic]:
    return (
        each
        for each in checked.outcome.diagnostics
        if each.at.path == path and each.at.start <= offset <= max(each.at.end, each.at.start)
    )


def _declaration(declared: Declared, view: SchemaView) -> str:
    table, column = declared.table, declared.column
    lines = list(_column(table, column) if column is not None else _table(table, view))
    if declared.others:
        lines.append(f"Declared once for {declared.others + 1} tables.")
    return "\n\n".join(lines) + "\n"


def _table(table: Table, view: SchemaView) -> Iterator[str]:
    yield f"**table** `{_known(table.qualified_name)}` ({table.orm}, {table.dialect})"
    tenant = ", ".join(f"`{column.key}`" for column in view.tenant_columns(table))
    if view.is_tenant_root(table):
        yield "Its rows are the tenants."
    elif tenant:
        yield f"Tenant: {tenant}"
    yield f"Columns: {len(table.columns)}. Primary key: {_columns(table.primary_key)}"
    yield from _listed("Indexes", (_index(index) for index in table.indexes))
    yield from _listed("Unique", (_columns(unique.columns) for unique in table.unique_constraints))
    yield from _listed("Foreign keys", map(_foreign_key, table.foreign_keys))
    yield f"Row level security: {_security(table, view)}"
    yield from _listed("Policies", map(_policy, view.database.policies(table)))


def _security(table: Table, view: SchemaView) -> str:
    security = view.database.row_level_security(table)
    if security.enabled is not True:
        return "unknown" if security.enabled is UNKNOWN else "not enabled"
    return "enabled and forced" if security.forced is True else "enabled"


def _column(table: Table, column: Column) -> Iterator[str]:
    yield f"**column** `{_known(table.qualified_name)}.{_known(column.name)}`: `{_known(column.type)}`"
    yield ", ".join(_facts(column)) + "."
    yield from _listed("Indexes", (_index(index) for index in table.indexes if _holds(index, column)))
    yield from _listed("Unique", (_columns(each.columns) for each in table.unique_constraints if _holds(each, column)))
    keys = (key for key in table.foreign_keys if key.columns is not UNKNOWN and column.name in key.columns)
    yield from _listed("Foreign keys", map(_foreign_key, keys))


def _facts(column: Column) -> Iterator[str]:
    yield {True: "nullable", False: "NOT NULL", UNKNOWN: "nullability unknown"}[column.nullable]
    if column.primary_key is True:
        yield "primary key"
    if column.unique is True:
        yield "unique"
    if column.has_server_default is True:
        yield "default in the database"
    elif column.has_default is True:
        yield "default in code"
    if column.on_update is True:
        yield "set on every update"


def _holds(member: Index | UniqueConstraint, column: Column) -> bool:
    return member.columns is not UNKNOWN and column.name in member.columns


def _index(index: Index) -> str:
    marks = [
        *(["unique"] if index.unique is True else []),
        *(["partial"] if index.partial is True else []),
        *([str(index.method)] if index.method not in ("btree", UNKNOWN) else []),
        *([] if index.attached else ["not attached, so never created"]),
    ]
    return f"{_columns(index.columns)}" + (f" ({', '.join(marks)})" if marks else "")


def _foreign_key(key: ForeignKey) -> str:
    deleted = f", on delete {key.on_delete}" if isinstance(key.on_delete, str) else ""
    return f"{_columns(key.columns)} → `{_known(key.target_table)}` {_columns(key.target_columns)}{deleted}"


def _policy(policy: Policy) -> str:
    tenant = "" if policy.tenant_columns in (UNKNOWN, ()) else f", by {_columns(policy.tenant_columns)}"
    return f"`{_known(policy.name)}` for {_known(policy.command)}{tenant}"


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    found = list(dict.fromkeys(items))
    if found:
        yield (
            f"{title}: {found[0]}" if len(found) == 1 else "\n".join([f"{title}:\n", *(f"- {each}" for each in found)])
        )


def _columns(columns: Maybe[tuple[Maybe[str | None], ...]]) -> str:
    if columns is UNKNOWN:
        return "unknown"
    return ", ".join("an expression" if name is None else f"`{_known(name)}`" for name in columns) or "none"


def _known(value: Maybe[str]) -> str:
    return "unknown" if value is UNKNOWN else value
