"""Takes an index out of the third argument of a Drizzle table, or renames it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.change import DropIndex, Patch, RenameIndex
from tenantlint.lang.drizzle.editing import Declared, arguments, links, named, outermost, string_value
from tenantlint.lang.indexes import declared, refuse_name, stored
from tenantlint.lang.lowering import RefusedError

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Index, Table
    from tenantlint.source import Location


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a DropIndex or a RenameIndex. Raises RefusedError."""
    assert isinstance(change, DropIndex | RenameIndex)
    tables = declared(change, context)
    list(stored(change, context, "drizzle-kit"))  # what cannot be migrated is refused before it costs a migration
    table, index = tables[0]
    if len(tables) > 1:
        raise RefusedError("several tables have the index by one declaration")
    own = Declared(context.project, table)
    if isinstance(change, DropIndex):
        return Patch((removed(own, item(own, change.at, table)),))
    refuse_name(change, tables, context)
    return Patch((_renamed(own.file, item(own, change.at, table), index, change.new_name),))


def item(own: Declared, at: Location, table: Table) -> Node:
    """Return the chain of calls that stands at a place in the third argument of a table. Raises RefusedError."""
    extra = own.extra
    if at.path == own.file.path and extra is not None and extra.start_byte <= at.start and at.end <= extra.end_byte:
        node = own.file.root.descendant_for_byte_range(at.start, at.end)
        value = node.child_by_field_name("value") if node is not None and node.type == "pair" else node
        if value is not None and value.type == "call_expression":
            return outermost(value)
    raise RefusedError(f"it is not declared in the third argument of `{table.symbol}` itself")


def removed(own: Declared, chain: Node) -> Edit:
    """Return the edit that takes an item out of the third argument, and that with it where it is left empty."""
    file, extra = own.file, own.extra
    node = chain.parent if chain.parent is not None and chain.parent.type == "pair" else chain
    holder = node.parent
    if holder is None or holder.type not in ("array", "object") or extra is None:
        raise RefusedError("it is declared in a way that is not edited")
    items = named(holder)
    if len(items) > 1:
        return file.without([(each.start_byte, each.end_byte) for each in items], items.index(node))
    given = arguments(own.call)
    spans = [(each.start_byte, each.end_byte) for each in given]
    if any(child.type == "comment" for child in holder.children) or given[-1] != extra:
        raise RefusedError("nothing but comments would be left in the third argument: take it away by hand")
    return file.replace(spans[-2][1], spans[-1][1], "")


def _renamed(file: ScriptFile, chain: Node, index: Index, name: str) -> Edit:
    _, root = links(file, chain)[0]
    given = arguments(root)
    if not given or string_value(file, given[0]) != index.name:
        raise RefusedError("its name is no text that stands in the declaration")
    return file.replace(given[0].start_byte + 1, given[0].end_byte - 1, name)
