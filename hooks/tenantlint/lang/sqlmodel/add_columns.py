"""Adds a tenant column or a timestamp to a SQLModel table, written as the other tables of the project have it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tenantlint.change import AddTenant, AddTimestamp, Patch
from tenantlint.edit import apply
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.copying import copy, derive, models, reach
from tenantlint.lang.sqlmodel.defaults import update_edits
from tenantlint.lang.sqlmodel.editing import (
    Declared,
    PythonFile,
    called,
    column_call,
    column_member,
    field_call,
    keyword,
)
from tenantlint.lang.sqlmodel.importing import Imports
from tenantlint.lang.sqlmodel.required import without_none
from tenantlint.lang.text import merged
from tenantlint.schema import UNKNOWN
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.copying import Model
    from tenantlint.schema import Column, Table


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of an AddTenant or an AddTimestamp. Raises RefusedError."""
    assert isinstance(change, AddTenant | AddTimestamp)
    table = context.table(change.table_id)
    if table is None:
        raise RefusedError("the table is not there any more")
    declared = Declared(context.project, table)
    declared.refuse_taken(change.name)
    for model in models(context, _serving(change, context)):
        for take in (derive, _copied):
            try:
                return Patch(merged(take(context, declared, model)))
            except RefusedError:
                continue
    if isinstance(change, AddTenant):
        return Patch(merged(_tenant(change, context, declared)))
    return Patch(merged(_timestamp(change, context, declared)))


def _serving(change: AddTenant | AddTimestamp, context: Lowering) -> Iterator[tuple[Table, Column]]:
    """Yield the columns of other tables that are what a table is to get."""
    for table in context.schema.tables:
        column = table.column(change.name)
        if table.orm != "sqlmodel" or column is None or column.key != change.name:
            continue
        if isinstance(change, AddTimestamp) and change.nullable:
            if column.nullable is True and column.type == "timestamptz":
                yield table, column
        elif column.nullable is not False:
            continue
        elif isinstance(change, AddTenant):
            if _references(table, change):
                yield table, column
        elif column.has_default is True and column.default_call is None and column.on_update is change.on_update:
            yield table, column


def _references(table: Table, change: AddTenant) -> bool:
    keys = [key for key in table.foreign_keys if key.columns == (change.name,)]
    to_target = any(key.target_id == change.target_id for key in keys) if change.target_id else not keys
    return to_target and any(
        index.attached and index.columns is not UNKNOWN and index.columns[0] == change.name for index in table.indexes
    )


def _copied(context: Lowering, declared: Declared, model: Model) -> list[Edit]:
    if any(key.columns == (model.column.name,) for key in model.table.foreign_keys) and not _is_indexed(model):
        raise RefusedError("its index is declared elsewhere")
    text, edits = copy(context, declared, model)
    is_time = model.column.has_default is True
    return [*edits, declared.file.add_member(declared.owner, _last(declared, is_time), text)]


def _is_indexed(model: Model) -> bool:
    field = field_call(model.node)
    holder = column_call(field) or field
    given = keyword(holder, "index") if holder else None
    return given is not None and isinstance(given.value, ast.Constant) and given.value.value is True


def _last(declared: Declared, any_column: bool) -> ast.stmt | None:
    """Return the last member that is a column, or a key; else what names the table; None where there is neither."""
    table, file = declared.table, declared.file
    keys = {name for key in table.foreign_keys if key.columns is not UNKNOWN for name in key.columns}
    places = {
        column.at.start
        for column in table.columns
        if column.at.path == file.path and (any_column or column.primary_key is True or column.name in keys)
    }
    named: ast.stmt | None = None
    last: ast.stmt | None = None
    for node in declared.owner.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and file.start(target) in places:
            last = node
        elif isinstance(target, ast.Name) and target.id.startswith("__"):
            named = node
    return last or named


def _tenant(change: AddTenant, context: Lowering, declared: Declared) -> list[Edit]:
    target = context.table(change.target_id or "")
    if target is None:
        raise RefusedError("which type the tenant column has cannot be told: the project declares no table of tenants")
    keys = [column for column in target.columns if column.primary_key is True]
    if len(keys) != 1 or keys[0].name is UNKNOWN or target.qualified_name is UNKNOWN:
        raise RefusedError(f"the primary key of `{target.symbol}` is not one column")
    origin, node = column_member(context.project, keys[0])
    kind = without_none(node.annotation) if isinstance(node, ast.AnnAssign) else None
    if kind is None or isinstance(kind, ast.Constant):
        raise RefusedError(f"the type of `{target.symbol}.{keys[0].key}` is not written out")
    file, owner = declared.file, declared.owner
    imports = Imports(file, file.start(owner))
    for name in dict.fromkeys(each.id for each in ast.walk(kind) if isinstance(each, ast.Name)):
        reach(context, file, owner, origin, name, imports)
    key = file.quoted(f"{target.qualified_name}.{keys[0].name}")
    field = f"{imports.name('Field', 'sqlmodel')}(foreign_key={key}, index=True, nullable=False)"
    text = f"{change.name}: {origin.text(kind)} = {field}"
    return [*imports.edits(), file.add_member(owner, _last(declared, any_column=False), text)]


def _timestamp(change: AddTimestamp, context: Lowering, declared: Declared) -> list[Edit]:
    file, owner = declared.file, declared.owner
    if change.nullable:
        return _nullable_time(change, declared)
    for model in models(context, _other_times(change, context, declared.table)):
        try:
            text, edits = copy(context, declared, model)
            text = _renamed(text, model.column.key, change)
            return [*edits, file.add_member(owner, _last(declared, any_column=True), text)]
        except RefusedError:
            continue
    imports = Imports(file, file.start(owner))
    time, zone = imports.name("datetime", "datetime"), imports.name("timezone", "datetime")
    field = imports.name("Field", "sqlmodel")
    kind, now = imports.name("DateTime", "sqlalchemy", "sqlmodel"), f"lambda: {time}.now({zone}.utc)"
    step = declared.file.step(owner)
    update = f"{step}sa_column_kwargs={{{file.quoted('onupdate')}: {now}}},\n" if change.on_update else ""
    text = (
        f"{change.name}: {time} = {field}(\n{step}default_factory={now},\n"
        f"{step}sa_type={kind}(timezone=True),\n{update})"
    )
    return [*imports.edits(), file.add_member(owner, _last(declared, any_column=True), text)]


def _nullable_time(change: AddTimestamp, declared: Declared) -> list[Edit]:
    file, owner = declared.file, declared.owner
    imports = Imports(file, file.start(owner))
    time, field = imports.name("datetime", "datetime"), imports.name("Field", "sqlmodel")
    kind = imports.name("DateTime", "sqlalchemy", "sqlmodel")
    optional = f"{imports.name('Optional', 'typing')}[{time}]" if _says_optional(file) else f"{time} | None"
    text = f"{change.name}: {optional} = {field}(default=None, sa_type={kind}(timezone=True))"
    return [*imports.edits(), file.add_member(owner, _last(declared, any_column=True), text)]


def _says_optional(file: PythonFile) -> bool:
    """Return whether a file writes ``Optional``, and nowhere ``| None``."""
    return b"Optional[" in file.data and b"| None" not in file.data


def _other_times(change: AddTimestamp, context: Lowering, own: Table) -> Iterator[tuple[Table, Column]]:
    """Yield the times of rows that the project declares under the other standard name, those of the table first."""
    for table in (own, *context.schema.tables):
        for column in table.columns if table.orm == "sqlmodel" else ():
            named = column.name in ("created_at", "updated_at") and column.key == column.name != change.name
            fits = column.nullable is False and column.has_default is True and column.default_call is None
            if named and fits and (column.on_update is False or column.on_update is change.on_update):
                yield table, column


def _renamed(text: str, old: str, change: AddTimestamp) -> str:
    """Return a declaration under another name, set on updates where that is asked. Raises RefusedError."""
    rest = text.removeprefix(old)
    if rest == text or old in rest:
        raise RefusedError("the name is in the declaration more than once")
    text = change.name + rest
    file = PythonFile(Source("", text.encode()))
    node = file.tree.body[0]
    if not isinstance(node, ast.AnnAssign) or called(node.value) != "Field":
        raise RefusedError("the column has no `Field`")
    if not change.on_update or "onupdate" in text:
        return text
    return apply(file.data, update_edits(file, node)).decode()
