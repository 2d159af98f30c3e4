"""Functions and parameters: from tree-sitter's nodes to ``lang/ir.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.patterns import target
from tenantlint.lang.values import target_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.lower import LowerExpression, Lowering


def function(low: Lowering, node: Node) -> ir.Expr:
    """Lower a function of any syntax. Asynchronous ones and generators decide no schema and are opaque."""
    head = node.children[0].type
    if head in ("async", "get", "set", "*"):
        return low.opaque(node)
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if body is None:
        return low.opaque(node)
    params = tuple(_parameters(low, node))
    low.declared.append({bound for param in params for bound in target_names(param.target)})
    statements = low.settled(_body(low, body))
    low.declared.pop()
    return ir.Func(node.start_byte, node.end_byte, "" if name is None else low.text(name), params, statements)


def _body(low: Lowering, node: Node) -> tuple[ir.Stmt, ...]:
    if node.type == "statement_block":
        return low.block(node)
    return (ir.Return(node.start_byte, node.end_byte, low.expression(node)),)


def _parameters(low: Lowering, node: Node) -> Iterator[ir.Param]:
    single = node.child_by_field_name("parameter")
    if single is not None:
        yield ir.Param(single.start_byte, single.end_byte, target(low, single))
        return
    params = node.child_by_field_name("parameters")
    for param in low.named(params) if params is not None else ():
        pattern, value = param.child_by_field_name("pattern"), param.child_by_field_name("value")
        if pattern is None or pattern.type == "this":
            continue
        start, end = param.start_byte, param.end_byte
        if pattern.type == "rest_pattern":
            yield ir.Param(start, end, target(low, low.named(pattern)[0]), rest="*")
        else:
            yield ir.Param(start, end, target(low, pattern), None if value is None else low.expression(value))


EXPRESSIONS: Final[Mapping[str, LowerExpression]] = dict.fromkeys(
    ("arrow_function", "function_expression", "function_declaration", "method_definition"), function
)
