"""Statements: from tree-sitter's nodes to ``lang/ir.py``.

Each function appends what a node stands for to ``out``; a node may give no statement or several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle.lower import is_damaged, key
from tenantlint.lang.drizzle.patterns import target
from tenantlint.lang.values import target_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from tenantlint.lang.drizzle.lower import Lowering, LowerStatement

_JUMPS: Final = (b"break", b"continue")
_EFFECTS: Final = frozenset(
    {
        "await_expression",
        "binary_expression",
        "call_expression",
        "new_expression",
        "parenthesized_expression",
        "sequence_expression",
        "ternary_expression",
        "unary_expression",
    }
)


def expression_statement(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Append what an expression does: it assigns, or calls. The grammar takes a namespace for an expression too."""
    for child in node.named_children:
        kind = child.type
        if kind in _EFFECTS:
            out.append(ir.ExprStmt(child.start_byte, child.end_byte, low.expression_of(kind, child)))
        elif kind == "update_expression":
            low.expression_of(kind, child)
        else:
            statement(low, child, out)


def _assignment(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    left = node.child_by_field_name("left")
    if left is not None:
        _note_assigned(low, left)
        value = low.field(node, "right")
        out.append(ir.Assign(node.start_byte, node.end_byte, (target(low, left),), value))


def _note_assigned(low: Lowering, left: Node) -> None:
    """Take note of a variable that a function assigns and does not declare."""
    if low.declared and left.type == "identifier" and low.text(left) not in low.declared[-1]:
        low.reassigned.add(low.text(left))


def _augmented(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
    if left is not None and operator is not None:
        _note_assigned(low, left)
        start, end = node.start_byte, node.end_byte
        op = low.text(operator).removesuffix("=")
        value = ir.Binary(start, end, op, low.expression(left), low.field(node, "right"))
        out.append(ir.Assign(start, end, (target(low, left),), value))


def _declaration(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    for child in node.named_children:
        name = child.child_by_field_name("name") if child.type == "variable_declarator" else None
        if name is None:
            continue
        value = child.child_by_field_name("value")
        start, end = child.start_byte, child.end_byte
        expression = ir.Name(end, end, "undefined") if value is None else low.expression(value)
        if low.broken and (is_damaged(node) or is_damaged(child)):
            expression = low.opaque(child)
        place = target(low, name)
        if low.declared:
            low.declared[-1].update(target_names(place))
        out.append(ir.Assign(start, end, (place,), expression))


def _function(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    name = node.child_by_field_name("name")
    if name is None:
        return
    place = ir.Name(name.start_byte, name.end_byte, low.text(name))
    value = low.expression(node)
    if isinstance(value, ir.Func):
        out.append(ir.FuncDef(node.start_byte, node.end_byte, place, value))
    else:
        out.append(ir.Assign(node.start_byte, node.end_byte, (place,), value))


def _class(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Lower a class to the object of its static members, which is all that can hold a part of a schema."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    place = ir.Name(name.start_byte, name.end_byte, low.text(name))
    entries = (*_static_members(low, body), ir.Entry(node.start_byte, node.end_byte, None, low.opaque(node)))
    value = ir.Mapping(node.start_byte, node.end_byte, entries)
    out.append(ir.Assign(node.start_byte, node.end_byte, (place,), value))


def _static_members(low: Lowering, body: Node) -> Iterator[ir.Entry]:
    for child in body.named_children:
        if any(part.type == "static" for part in child.children[:3]):
            name = key(low, child.child_by_field_name("name"))
            is_method = child.type == "method_definition"
            yield ir.Entry(
                child.start_byte,
                child.end_byte,
                name,
                low.expression(child) if is_method else low.field(child, "value"),
            )


def _enum(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    place = ir.Name(name.start_byte, name.end_byte, low.text(name))
    forward: list[ir.Entry] = []
    backward: list[ir.Entry] = []
    following: int | None = 0
    for child in low.named(body):
        start, end = child.start_byte, child.end_byte
        assigned = child.type == "enum_assignment"
        label = key(low, child.child_by_field_name("name") if assigned else child)
        value = low.field(child, "value") if assigned else _next_member(low, child, following)
        forward.append(ir.Entry(start, end, label, value))
        number = value.value if isinstance(value, ir.Const) else None
        following = number + 1 if type(number) is int else None
        if type(number) is int:
            backward.append(ir.Entry(start, end, ir.Const(start, end, str(number)), label))
    mapping = ir.Mapping(node.start_byte, node.end_byte, (*backward, *forward))
    out.append(ir.Assign(node.start_byte, node.end_byte, (place,), mapping))


def _next_member(low: Lowering, node: Node, number: int | None) -> ir.Expr:
    return low.opaque(node) if number is None else ir.Const(node.start_byte, node.end_byte, number)


def _body(low: Lowering, node: Node | None) -> tuple[ir.Stmt, ...]:
    if node is None:
        return ()
    if node.type == "statement_block":
        return low.block(node)
    if node.type == "else_clause":
        children = low.named(node)
        return _body(low, children[0]) if children else ()
    out: list[ir.Stmt] = []
    statement(low, node, out)
    return tuple(out)


def statement(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Append what the statement ``node`` stands for."""
    lower = low.statements.get(node.type)
    if lower is not None:
        lower(low, node, out)


def _if(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    body = _body(low, node.child_by_field_name("consequence"))
    orelse = _body(low, node.child_by_field_name("alternative"))
    out.append(ir.If(node.start_byte, node.end_byte, low.field(node, "condition"), body, orelse))


def _for_of(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    left, body, operator = (node.child_by_field_name(name) for name in ("left", "body", "operator"))
    iterable = low.field(node, "right")
    if operator is None or operator.type != "of" or _jumps(low, body):
        iterable = low.opaque(node)
    place = ir.Name(node.start_byte, node.start_byte, "") if left is None else target(low, left)
    out.append(ir.For(node.start_byte, node.end_byte, place, iterable, _body(low, body)))


def _jumps(low: Lowering, node: Node | None) -> bool:
    """Tell whether a loop's body may leave a round early, which the evaluator does not follow."""
    if node is None:
        return False
    text = low.data[node.start_byte : node.end_byte]
    return any(jump in text for jump in _JUMPS)


def _loop(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Lower a loop of unknown length: its body may run or not."""
    start, end = node.start_byte, node.end_byte
    initializer = node.child_by_field_name("initializer")
    if initializer is not None:
        statement(low, initializer, out)
    body = _body(low, node.child_by_field_name("body"))
    out.append(ir.For(start, end, ir.Name(start, start, ""), low.opaque(node), body))


def _try(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    handlers = () if handler is None else (_body(low, handler.child_by_field_name("body")),)
    after = () if final is None else _body(low, final.child_by_field_name("body"))
    body = _body(low, node.child_by_field_name("body"))
    out.append(ir.Try(node.start_byte, node.end_byte, body, handlers, after))


def _error(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Lower the statements that are whole inside a part that does not parse."""
    for child in node.named_children:
        statement(low, child, out)


def _block(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    out.append(ir.Block(node.start_byte, node.end_byte, low.block(node)))


def _return(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    children = low.named(node)
    out.append(ir.Return(node.start_byte, node.end_byte, low.expression(children[0]) if children else None))


def _throw(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    out.append(ir.Raise(node.start_byte, node.end_byte))


def _switch(low: Lowering, node: Node, out: list[ir.Stmt]) -> None:
    """Lower ``switch`` to an if chain; where a case may fall through, every test is unknown."""
    body = node.child_by_field_name("body")
    if body is None:
        return
    subject = low.field(node, "value")
    cases = low.named(body)
    clean = all(_ends(case) for case in cases[:-1]) and all(case.type == "switch_case" for case in cases[:-1])
    chain: tuple[ir.Stmt, ...] = ()
    for case in reversed(cases):
        start, end = case.start_byte, case.end_byte
        statements = _case_body(low, case)
        if case.type == "switch_default" and clean:
            chain = statements
            continue
        same = ir.Binary(start, end, "===", subject, low.field(case, "value"))
        chain = (ir.If(start, end, same if clean else low.opaque(case), statements, chain),)
    out.extend(chain)


def _case_body(low: Lowering, case: Node) -> tuple[ir.Stmt, ...]:
    out: list[ir.Stmt] = []
    for child in case.children_by_field_name("body"):
        statement(low, child, out)
    return tuple(out)


def _ends(case: Node) -> bool:
    """Tell whether a case leaves the switch at its end. An empty one falls through."""
    body = case.children_by_field_name("body")
    last = body[-1] if body else None
    if last is not None and last.type == "statement_block" and last.named_children:
        last = last.named_children[-1]
    return last is not None and last.type in ("break_statement", "return_statement", "throw_statement")


STATEMENTS: Final[Mapping[str, LowerStatement]] = {
    "ERROR": _error,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "expression_statement": expression_statement,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "class_declaration": _class,
    "abstract_class_declaration": _class,
    "enum_declaration": _enum,
    "if_statement": _if,
    "for_in_statement": _for_of,
    "for_statement": _loop,
    "while_statement": _loop,
    "do_statement": _loop,
    "try_statement": _try,
    "statement_block": _block,
    "return_statement": _return,
    "throw_statement": _throw,
    "switch_statement": _switch,
}
