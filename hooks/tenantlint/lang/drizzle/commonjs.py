"""CommonJS exports: ``exports.x = ...`` and ``module.exports = {...}``, as ``lang/ir.py`` has exports.

The exported property ``x`` is bound to the name ``exports.x``, which no variable of the code can have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.statements import expression_statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.lower import LowerExpression, Lowering, LowerStatement

_OBJECTS: Final = ("exports", "module.exports")


def _statement(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    assigned = node.named_children[0] if node.named_children else None
    if low.declared or assigned is None or assigned.type != "assignment_expression":
        expression_statement(low, node, out)
        return
    left, right = assigned.child_by_field_name("left"), assigned.child_by_field_name("right")
    if left is None or right is None or left.type != "member_expression" or b"exports" not in (left.text or b""):
        expression_statement(low, node, out)
    elif low.text(left) == "module.exports":
        out.extend(_all(low, right))
    else:
        out.extend(_one(left, low.expression(left), low.expression(right)))


def _all(low: Lowering, node: Node) -> Iterator[ir.Stmt]:
    """Yield the exports of ``module.exports = {...}``; the entries of what is spread there are not followed."""
    value = low.expression(node)
    for entry in value.entries if isinstance(value, ir.Mapping) else ():
        if isinstance(entry.key, ir.Const) and isinstance(entry.key.value, str):
            place = ir.Name(entry.start, entry.end, f"exports.{entry.key.value}")
            yield from _one(node, place, entry.value)


def _one(node: Node, place: ir.Expr, value: ir.Expr) -> Iterator[ir.Stmt]:
    if isinstance(place, ir.Name):
        start, end = node.start_byte, node.end_byte
        yield ir.Assign(start, end, (place,), value)
        alias = place.id.removeprefix("exports.")
        yield ir.Export(start, end, (ir.ImportedName(start, end, place.id, alias),))


def member(low: Lowering, node: Node) -> ir.Expr | None:
    """Return ``exports.x`` as the name that it is bound to, None for every other member."""
    value, name = node.child_by_field_name("object"), node.child_by_field_name("property")
    if value is None or name is None or low.text(value) not in _OBJECTS:
        return None
    return ir.Name(node.start_byte, node.end_byte, f"exports.{low.text(name)}")


def expressions(others: Mapping[str, LowerExpression]) -> dict[str, LowerExpression]:
    """Return how members are lowered, with the rest left to ``others``."""
    other = others["member_expression"]
    return {"member_expression": lambda low, node: member(low, node) or other(low, node)}


STATEMENTS: Final[Mapping[str, LowerStatement]] = {"expression_statement": _statement}
