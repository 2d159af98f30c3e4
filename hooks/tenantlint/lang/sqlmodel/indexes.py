"""Takes an index of a SQLModel table away, or renames it: ``index=True`` of a field, and ``Index`` in its arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.change import DropIndex, Patch, RenameIndex
from tenantlint.lang.indexes import declared, refuse_name, stored
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.add_index import in_arguments
from tenantlint.lang.sqlmodel.editing import (
    Declared,
    called,
    column_call,
    column_member,
    field_call,
    keyword,
    opened,
)
from tenantlint.lang.text import merged
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import Member, PythonFile
    from tenantlint.schema import Column, Index, Table
    from tenantlint.source import Location

_BY_HAND: Final = "the index is declared in a way that is not edited"


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a DropIndex or a RenameIndex. Raises RefusedError."""
    assert isinstance(change, DropIndex | RenameIndex)
    tables = declared(change, context)
    list(stored(change, context, "alembic"))  # what cannot be migrated is refused before it costs a migration
    table, index = tables[0]
    if isinstance(change, RenameIndex):
        refuse_name(change, tables, context)
    column = next((each for each in table.columns if each.at == change.at), None)
    if isinstance(change, DropIndex):
        return Patch(merged(_dropped(context, table, column, change.at)))
    if column is None:
        return Patch(merged(_renamed(context, change, index)))
    if len(tables) > 1:
        raise RefusedError("several tables have the index by one declaration, which cannot give each its own name")
    return Patch(merged(_named(context, table, column, change.new_name)))


def _dropped(context: Lowering, table: Table, column: Column | None, at: Location) -> list[Edit]:
    if column is not None:
        file, node = column_member(context.project, column)
        if column.unique is not False:
            raise RefusedError(f"`{column.key}` is unique by the same declaration: drop the index by hand")
        return without_option(file, node, "index")
    file = opened(context.project.source(at.path))
    return removed_argument(file, call_at(file, at), table)


def without_option(file: PythonFile, node: Member, option: str) -> list[Edit]:
    """Return the edits that take ``index=True`` or the like away, and a ``Field()`` with it that says nothing else.

    Raises RefusedError where the option is no constant that stands there.
    """
    field = field_call(node)
    holder = column_call(field) or field
    given = keyword(holder, option) if holder is not None else None
    if holder is None or given is None or not isinstance(given.value, ast.Constant):
        raise RefusedError(_BY_HAND)
    if holder is field and isinstance(node, ast.AnnAssign) and len(field.args) + len(field.keywords) == 1:
        return [file.replace(file.end(node.annotation), file.end(field), "")]
    return [file.remove_argument(holder, given)]


def call_at(file: PythonFile, at: Location) -> ast.Call:
    """Return the call that stands at a place. Raises RefusedError."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and (file.start(node), file.end(node)) == (at.start, at.end):
            return node
    raise RefusedError(_BY_HAND)


def refuse_elsewhere(file: PythonFile, call: ast.Call, table: Table) -> None:
    """Raise RefusedError where an item does not stand in the ``__table_args__`` of a class."""
    for owner in file.classes:
        for node in owner.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, ast.Tuple | ast.List) and call in value.elts:
                return
    raise RefusedError(f"it is not declared in the arguments of `{table.symbol}` themselves")


def removed_argument(file: PythonFile, call: ast.Call, table: Table) -> list[Edit]:
    """Return the edits that take an item out of ``__table_args__``, and that with it where it is left empty.

    Raises RefusedError where the item stands elsewhere.
    """
    for owner in file.classes:
        for node in owner.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, ast.Tuple | ast.List) and call in value.elts:
                return _taken(file, owner, node, value, call)
    raise RefusedError(f"it is not declared in the arguments of `{table.symbol}` themselves: take it away by hand")


def _taken(
    file: PythonFile, owner: ast.ClassDef, node: ast.stmt, value: ast.Tuple | ast.List, call: ast.Call
) -> list[Edit]:
    items = value.elts
    if len(items) == 1:
        return [_without_statement(file, owner, node)]
    spans = [(file.start(each), file.end(each)) for each in items]
    index = items.index(call)
    edits = [file.without(spans, index)]
    left = [each for each in items if each is not call]
    end = file.end(left[0])
    between = file.data[end : file.end(value) - 1]
    if len(left) == 1 and isinstance(value, ast.Tuple) and not isinstance(left[0], ast.Dict):
        gone = edits[0]
        kept = file.data[end : max(end, gone.start)] + file.data[max(end, gone.end) : end + len(between)]
        if b"," not in kept and gone.start == end:
            return [file.replace(gone.start, gone.end, ",")]
        if b"," not in kept:
            edits.append(file.insert(end, ","))
    return edits


def _without_statement(file: PythonFile, owner: ast.ClassDef, node: ast.stmt) -> Edit:
    start, end = file.start(node), file.end(node)
    line_end = file.line_end(end)
    if len(owner.body) == 1 or not file.begins_line(start) or file.data[end:line_end].strip():
        raise RefusedError(f"nothing else stands in the arguments of `{owner.name}`: take them away by hand")
    starts = file.source.line_starts
    line = file.source.line_of(line_end)
    after = starts[line] if line < len(starts) else len(file.data)
    before = file.line_start(start)
    if line < len(starts) and node is not owner.body[-1] and _is_blank(file, after) and _is_blank_before(file, before):
        after = starts[line + 1] if line + 1 < len(starts) else len(file.data)
    return file.replace(before, after, "")


def _is_blank(file: PythonFile, offset: int) -> bool:
    return not file.data[offset : file.line_end(offset)].strip()


def _is_blank_before(file: PythonFile, offset: int) -> bool:
    line = file.data[file.line_start(offset - 1) : offset].strip() if offset else b""
    return not line or line.endswith(b":")


def _renamed(context: Lowering, change: RenameIndex, index: Index) -> list[Edit]:
    file = opened(context.project.source(change.at.path))
    call = call_at(file, change.at)
    given = keyword(call, "name")
    value = given.value if given is not None else next(iter(call.args), None)
    if called(call) != "Index" or not isinstance(value, ast.Constant) or value.value not in (None, index.name):
        raise RefusedError("its name is no text that stands in the declaration")
    mark = file.data[file.start(value) : file.start(value) + 1].decode()
    text = file.quoted(change.new_name) if value.value is None else f"{mark}{change.new_name}{mark}"
    if mark not in "\"'" and value.value is not None:
        raise RefusedError("its name is no plain text")
    return [file.replace(file.start(value), file.end(value), text)]


def _named(context: Lowering, table: Table, column: Column, name: str) -> list[Edit]:
    """Return the edits that declare the index of a field with a name."""
    own = Declared(context.project, table)
    file, node = column_member(context.project, column)
    if column.unique is not False:
        raise RefusedError(f"`{column.key}` is unique by the same declaration: give the index a name by hand")
    if column.name is UNKNOWN:
        raise RefusedError("the name of the column in the database is not known")
    return [*without_option(file, node, "index"), *in_arguments(context, own, (column.name,), name)]
