"""Rewrites a revision that drops a column and adds it under another name: it renames it instead, both ways."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tenantlint.change import Patch
from tenantlint.lang.alembic.write_code import split
from tenantlint.lang.alembic.write_downgrade import offset_of
from tenantlint.lang.alembic.write_revision import code_of
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.renames import pair, refuse_comment, renamed
from tenantlint.lang.text import Text

if TYPE_CHECKING:
    from tenantlint.change import RenameInstead
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import Operation
    from tenantlint.source import Source

_BY_HAND = "the column is dropped or added in a way that is not edited: rename it by hand"


def lower(change: RenameInstead, context: Lowering) -> Patch:
    """Return the edits of both functions. Refuses where a rename may be something else."""
    try:
        found = renamed(change, context)
        revision = found.revision
        code, source = code_of(revision, context.project), context.project.source(revision.path)

        def call(old: str, new: str, nullable: str) -> str:
            table, schema = code.text(split(change.table)[1]), code.schema(change.table)
            more = nullable if found.relaxes else None
            named = code.text(new)
            return code.call("alter_column", table, code.text(old), new_column_name=named, nullable=more, **schema)

        text = call(change.old, change.new, "True")
        edits = _replaced(source, (found.dropped, found.added), "upgrade", text)
        if revision.downgrade.state == "present":
            back = pair(revision.downgrade.operations, change.table, change.new, change.old)
            if any(each.at in (back[0].at, back[1].at) for each in revision.downgrade.operations if each not in back):
                raise RefusedError(_BY_HAND)
            edits += _replaced(source, back, "downgrade", call(change.new, change.old, "False"))
        return Patch(tuple(edits))
    except (RefusedError, SyntaxError) as error:
        return Patch(refused=str(error))


def _replaced(source: Source, operations: tuple[Operation, Operation], name: str, text: str) -> list[Edit]:
    """Return the edits that put ``text`` in the place of the first of two calls, and delete the line of the other."""
    file = Text(source)
    functions = [
        node for node in ast.parse(source.data).body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    calls = [_place(source, node) for function in functions for node in function.body if _is_call(node)]
    first, second = sorted((each.at for each in operations), key=lambda at: at.start)
    if first.path != source.path or not {(first.start, first.end), (second.start, second.end)} <= {*calls}:
        raise RefusedError(_BY_HAND)
    start, end = file.line_start(second.start), file.line_end(second.end)
    refuse_comment(file, second, b"#")
    if file.data[second.end : end].strip():
        raise RefusedError("a comment stands at what would be deleted: rename it by hand")
    starts, line = source.line_starts, source.line_of(second.end)
    if line < len(starts):
        end = starts[line]
    else:
        start = len(file.data[:start].rstrip(b"\r\n"))
    return [file.replace(first.start, first.end, text), file.replace(start, end, "")]


def _is_call(node: ast.stmt) -> bool:
    """Return whether a statement is a call of ``op`` itself."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    function = node.value.func
    is_op = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "op"
    return is_op and isinstance(function, ast.Attribute) and function.attr in ("add_column", "drop_column")


def _place(source: Source, node: ast.stmt) -> tuple[int, int]:
    end = offset_of(source, node.end_lineno or node.lineno, node.end_col_offset or 0)
    return offset_of(source, node.lineno, node.col_offset), end
