"""Makes a SQLModel column NOT NULL."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tenantlint.change import MakeRequired, Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import column_call, column_member, field_call, keyword
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import PythonFile


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a MakeRequired. Raises RefusedError."""
    assert isinstance(change, MakeRequired)
    column = context.column(change.table_id, change.key)
    if column is None or column.nullable is not True:
        raise RefusedError(f"`{change.key}` is not a column that may be NULL")
    file, node = column_member(context.project, column)
    if not isinstance(node, ast.AnnAssign):
        raise RefusedError("the column is declared without a type")
    edits = [*_annotation(file, node.annotation), *_value(file, node), *_nullable(file, node)]
    if not edits:
        raise RefusedError("nothing in its declaration says that it may be NULL")
    return Patch(merged(edits))


def _annotation(file: PythonFile, node: ast.expr) -> list[Edit]:
    if isinstance(node, ast.Constant):
        raise RefusedError("its type is a string")
    kept = without_none(node)
    if kept is node:
        return []
    if kept is None:
        raise RefusedError("its type is not edited")
    return [file.replace(file.start(node), file.end(node), file.text(kept))]


def without_none(node: ast.expr) -> ast.expr | None:
    """Return the part of a type that is not None: all of it where it has none, None where that is no part."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        if _is_none(node.right):
            return node.left
        return node.right if _is_none(node.left) else node
    if not isinstance(node, ast.Subscript):
        return node
    name = getattr(node.value, "attr", getattr(node.value, "id", ""))
    if name == "Optional":
        return node.slice
    if name != "Union" or not isinstance(node.slice, ast.Tuple):
        return node
    parts = [each for each in node.slice.elts if not _is_none(each)]
    return parts[0] if len(parts) == 1 else None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _value(file: PythonFile, node: ast.AnnAssign) -> list[Edit]:
    """Return the edits that take the default None away."""
    if node.value is not None and _is_none(node.value):
        return [file.replace(file.end(node.annotation), file.end(node.value), "")]
    field = field_call(node)
    if field is None:
        return []
    default = keyword(field, "default")
    if default is not None and _is_none(default.value):
        return [file.remove_argument(field, default)]
    return [file.remove_argument(field, field.args[0])] if field.args and _is_none(field.args[0]) else []


def _nullable(file: PythonFile, node: ast.AnnAssign) -> list[Edit]:
    field = field_call(node)
    column = column_call(field)
    holder = column or field
    given = keyword(holder, "nullable") if holder else None
    if given is None:
        return [file.add_argument(column, "nullable=False")] if column else []
    if isinstance(given.value, ast.Constant):
        changed = given.value.value is not False
        return [file.replace(file.start(given.value), file.end(given.value), "False")] if changed else []
    raise RefusedError("its `nullable` is not a plain True or False")
