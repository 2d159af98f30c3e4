"""One statement to its operations: which reader takes which kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sql import objects, routines, rows, tables
from tenantlint.lang.sql.effects import HOLE, inserted, unread, without_holes
from tenantlint.lang.sql.grammar import parse_sql
from tenantlint.lang.sql.nodes import descend
from tenantlint.lang.sql.repair import repaired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from tenantlint import migration as m
    from tenantlint.lang.sql.context import Context


def read(context: Context) -> list[m.Operation]:
    """Return what the statement of ``context`` does."""
    rows = inserted(context)
    if rows is not None:
        return [] if tables.is_temporary(rows.table) else [rows]
    root = None
    if len(context.data) <= _MAX_BYTES:
        context, root = _parsed(context)
    if root is None:
        return unread(context, "the statement cannot be read")
    tops = [each for each in root.named_children if each.type != "comment"]
    found = [each for top in tops for each in _dispatch(context, top)]
    if context.fixed is not None and HOLE.encode() in context.data:
        found = [without_holes(each, "a name that is not known") for each in found]
    return [each for each in found if not tables.is_temporary(getattr(each, "table", None))]


def _parsed(context: Context) -> tuple[Context, Node | None]:
    """Return the tree of a statement, after a repair where that helps, and the context of what was parsed."""
    root = parse_sql(context.data)
    if root is not None:
        return context, root
    data = repaired(context.data)
    root = parse_sql(data) if data != context.data else None
    context.refused = root is None
    if root is None or len(data) == len(context.data):
        return context, root
    return context.moved(data, context.here, True), root


def _dispatch(context: Context, top: Node) -> Iterator[m.Operation]:
    node = top
    while node.type in _WRAPPERS and node.child_count:
        node = next(each for each in node.children if each.type != "comment")
    yield from _READERS.get(node.type, _other)(context, node)


def _other(context: Context, node: Node) -> Iterator[m.Operation]:
    yield tables.other(context, node)


def _create_schema(context: Context, node: Node) -> Iterator[m.Operation]:
    yield tables.other(context, node)
    for each in descend(node, "schema_stmt"):
        yield from _dispatch(context, each)


def _do(context: Context, node: Node) -> Iterator[m.Operation]:
    from tenantlint.lang.sql.blocks import do_block  # few files have a block

    yield from do_block(context, node, read)


_MAX_BYTES: Final = 400_000
_WRAPPERS: Final = frozenset({"toplevel_stmt", "stmt", "schema_stmt", "PreparableStmt"})
_READERS: Final[dict[str, Callable[[Context, Node], Iterator[m.Operation]]]] = {
    "AlterEnumStmt": objects.alter_enum,
    "AlterObjectSchemaStmt": objects.set_schema,
    "AlterPolicyStmt": objects.alter_policy,
    "AlterTableStmt": tables.alter_table,
    "CallStmt": rows.call,
    "CopyStmt": rows.copy,
    "CreateAsStmt": tables.create_table,
    "CreateFunctionStmt": routines.create_function,
    "CreatePolicyStmt": objects.create_policy,
    "CreateSchemaStmt": _create_schema,
    "CreateStmt": tables.create_table,
    "CreateTrigStmt": routines.create_trigger,
    "DefineStmt": objects.define,
    "DeleteStmt": rows.write,
    "DoStmt": _do,
    "DropStmt": objects.drop,
    "IndexStmt": objects.create_index,
    "InsertStmt": rows.write,
    "MergeStmt": rows.write,
    "RemoveFuncStmt": objects.drop_function,
    "RenameStmt": objects.rename,
    "SelectStmt": rows.select,
    "TruncateStmt": rows.truncate,
    "UpdateStmt": rows.write,
    "VariableResetStmt": rows.reset_variable,
    "VariableSetStmt": rows.set_variable,
}
