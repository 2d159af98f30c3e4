"""The ``casing`` option of ``drizzle(...)`` calls inside functions, which nothing may ever call.

Such calls are lifted to the top of the module with that one option: it holds for the whole database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.lower import key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.drizzle.lower import Lowering

_OPTION: Final = re.compile(rb"\bcasing\b")
_ANCESTRY: Final = ("object", "arguments", "call_expression")


def lifted(low: Lowering, root: Node) -> Iterator[ir.Stmt]:
    """Yield the calls in a file that set ``casing`` somewhere inside a function."""
    for match in _OPTION.finditer(low.data):
        word = root.descendant_for_byte_range(match.start(), match.end())
        option = word.parent if word is not None and word.type == "property_identifier" else word
        call = _call_around(option)
        function = call.child_by_field_name("function") if call is not None else None
        if option is None or call is None or function is None or not _is_inside_function(call):
            continue
        start, end = call.start_byte, call.end_byte
        entry = ir.Entry(option.start_byte, option.end_byte, _key(low, option), _value(low, option))
        options = ir.Mapping(option.start_byte, option.end_byte, (entry,))
        yield ir.ExprStmt(start, end, ir.Call(start, end, low.expression(function), (ir.Arg(start, end, options),)))


def _key(low: Lowering, option: Node) -> ir.Expr:
    return key(low, option.child_by_field_name("key")) if option.type == "pair" else key(low, option)


def _value(low: Lowering, option: Node) -> ir.Expr:
    return low.field(option, "value") if option.type == "pair" else low.expression(option)


def _call_around(option: Node | None) -> Node | None:
    """Return the call whose argument is the object that holds ``option``."""
    if option is None or option.type not in ("pair", "shorthand_property_identifier"):
        return None
    node = option
    for kind in _ANCESTRY:
        if node.parent is None or node.parent.type != kind:
            return None
        node = node.parent
    return node


def _is_inside_function(node: Node) -> bool:
    current = node.parent
    while current is not None:
        if current.type in ("arrow_function", "function_expression", "function_declaration", "method_definition"):
            return True
        current = current.parent
    return False
