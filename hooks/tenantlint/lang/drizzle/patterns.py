"""Patterns and assignment targets: from tree-sitter's nodes to ``lang/ir.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang import ir
from tenantlint.lang.drizzle.lower import COMMENTS, Lowering, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


def target(low: Lowering, node: Node) -> ir.Target:
    """Return what a pattern, or the left side of an assignment, binds."""
    start, end = node.start_byte, node.end_byte
    if node.type == "object_pattern":
        return _map_pattern(low, node)
    if node.type == "array_pattern":
        return _seq_pattern(low, node)
    if node.type == "assignment_pattern":
        left = node.child_by_field_name("left")
        inner = ir.Name(start, end, "") if left is None else target(low, left)
        return ir.Default(start, end, inner, low.field(node, "right"))
    if node.type in ("member_expression", "subscript_expression", "non_null_expression"):
        place = low.expression(node)
        if isinstance(place, (ir.Attr, ir.Item, ir.Name)):
            return place
    return ir.Name(start, end, low.text(node))


def _map_pattern(low: Lowering, node: Node) -> ir.Target:
    entries: list[ir.PatternEntry] = []
    rest: ir.Target | None = None
    for child in low.named(node):
        if child.type == "rest_pattern":
            rest = target(low, low.named(child)[0])
        else:
            entries.extend(_pattern_entry(low, child))
    return ir.MapPattern(node.start_byte, node.end_byte, tuple(entries), rest)


def _pattern_entry(low: Lowering, node: Node) -> Iterator[ir.PatternEntry]:
    start, end = node.start_byte, node.end_byte
    if node.type == "shorthand_property_identifier_pattern":
        name = low.text(node)
        yield ir.PatternEntry(start, end, name, ir.Name(start, end, name))
    elif node.type == "object_assignment_pattern":
        left = node.child_by_field_name("left")
        if left is not None:
            name = low.text(left)
            inner = ir.Name(left.start_byte, left.end_byte, name)
            yield ir.PatternEntry(start, end, name, inner, low.field(node, "right"))
    elif node.type == "pair_pattern":
        name_node, value = key(low, node.child_by_field_name("key")), node.child_by_field_name("value")
        if value is not None and isinstance(name_node, ir.Const):
            place: ir.Target = target(low, value)
            if isinstance(place, ir.Default):
                yield ir.PatternEntry(start, end, str(name_node.value), place.target, place.default)
            else:
                yield ir.PatternEntry(start, end, str(name_node.value), place)


def _seq_pattern(low: Lowering, node: Node) -> ir.Target:
    items: list[ir.Target | None] = []
    rest: ir.Target | None = None
    filled = False
    for child in node.children[1:]:
        if child.type in (",", "]"):
            if not filled and child.type == ",":
                items.append(None)
            filled = False
        elif child.type == "rest_pattern":
            rest, filled = target(low, low.named(child)[0]), True
        elif child.type not in COMMENTS:
            items.append(target(low, child))
            filled = True
    return ir.SeqPattern(node.start_byte, node.end_byte, tuple(items), rest)
