"""From tree-sitter's nodes to the shared expressions of ``lang/ir.py``."""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Final

from tenantlint.lang import ir
from tenantlint.lang.drizzle import literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    LowerExpression = Callable[["Lowering", Node], ir.Expr]
    LowerStatement = Callable[["Lowering", Node, list[ir.Stmt]], None]

COMMENTS: Final = frozenset({"comment", "html_comment"})
_CONTAINERS: Final = frozenset({"object", "array"})
_NESTED: Final = frozenset({"object", "array", "arrow_function", "function_expression", "parenthesized_expression"})


class Lowering:
    """Lowers the nodes of one file. ``data`` is its content; the two tables tell how each type of node is lowered.

    ``broken`` is true where the file does not parse as a whole: then what is next to an error counts as unknown.
    ``declared`` has the names of each function around the current node, and ``reassigned`` those of variables that
    change in ways that the evaluator does not follow: in an inner function, or inside an expression.
    """

    __slots__ = ("broken", "data", "declared", "expressions", "reassigned", "statements")

    def __init__(
        self,
        data: bytes,
        expressions: Mapping[str, LowerExpression],
        statements: Mapping[str, LowerStatement],
        broken: bool = False,
    ) -> None:
        self.data = data
        self.expressions = expressions
        self.statements = statements
        self.broken = broken
        self.declared: list[set[str]] = []
        self.reassigned: set[str] = set()

    def text(self, node: Node) -> str:
        """Return the source text of a node."""
        start, end = node.byte_range
        return intern(self.data[start:end].decode("utf-8", "replace"))

    def expression(self, node: Node) -> ir.Expr:
        """Return the expression that a node stands for."""
        return self.expression_of(node.type, node)

    def expression_of(self, kind: str, node: Node) -> ir.Expr:
        """Return the expression that a node of the type ``kind`` stands for."""
        lower = self.expressions.get(kind)
        if lower is None or (self.broken and kind not in _CONTAINERS and is_damaged(node)):
            return self.opaque(node)
        return lower(self, node)

    def block(self, node: Node) -> tuple[ir.Stmt, ...]:
        """Return the statements inside a node; functions come first, as JavaScript hoists them."""
        statements: list[ir.Stmt] = []
        for child in node.named_children:
            lower = self.statements.get(child.type)
            if lower is not None:
                lower(self, child, statements)
        hoisted = [item for item in statements if isinstance(item, ir.FuncDef)]
        if not hoisted:
            return tuple(statements)
        return (*hoisted, *(item for item in statements if not isinstance(item, ir.FuncDef)))

    def settled(self, body: tuple[ir.Stmt, ...]) -> tuple[ir.Stmt, ...]:
        """Return the body of a scope, in which the variables that were reassigned on the way are unknown."""
        if not self.reassigned:
            return body
        return tuple(_forgotten(statement, self.reassigned) for statement in body)

    def opaque(self, node: Node) -> ir.Opaque:
        """Return an expression whose value is not known."""
        return ir.Opaque(node.start_byte, node.end_byte, node.type)

    def field(self, node: Node, name: str) -> ir.Expr:
        """Return the expression in a field of a node; opaque where the field is missing."""
        child = node.child_by_field_name(name)
        return self.opaque(node) if child is None else self.expression(child)

    def named(self, node: Node) -> list[Node]:
        """Return the named children of a node without comments."""
        return [child for child in node.named_children if child.type not in COMMENTS]


def _forgotten(statement: ir.Stmt, names: set[str]) -> ir.Stmt:
    if not isinstance(statement, ir.Assign) or statement.value is None:
        return statement
    if not any(isinstance(target, ir.Name) and target.id in names for target in statement.targets):
        return statement
    value = ir.Opaque(statement.value.start, statement.value.end, "reassigned")
    return ir.Assign(statement.start, statement.end, statement.targets, value)


def is_damaged(node: Node) -> bool:
    """Tell whether something is missing, or too much, directly inside a node."""
    return node.has_error and any(child.is_error or child.is_missing for child in node.children)


def _name(low: Lowering, node: Node) -> ir.Expr:
    start, end = node.byte_range
    return ir.Name(start, end, intern(low.data[start:end].decode("utf-8", "replace")))


def _string(low: Lowering, node: Node) -> ir.Expr:
    start, end = node.byte_range
    text = low.data[start + 1 : end - 1].decode("utf-8", "replace")
    return ir.Const(start, end, literals.unescape(text))


def _number(low: Lowering, node: Node) -> ir.Expr:
    value = literals.number(low.text(node))
    return low.opaque(node) if value is None else ir.Const(node.start_byte, node.end_byte, value)


def _constant(value: bool | None) -> Callable[[Lowering, Node], ir.Expr]:
    return lambda low, node: ir.Const(node.start_byte, node.end_byte, value)


def _inner(low: Lowering, node: Node) -> ir.Expr:
    """Lower what only wraps an expression: parentheses, ``as``, ``satisfies``, ``!``."""
    children = low.named(node)
    return low.expression(children[0]) if children else low.opaque(node)


def _type_assertion(low: Lowering, node: Node) -> ir.Expr:
    children = low.named(node)
    return low.expression(children[-1]) if children else low.opaque(node)


def _last(low: Lowering, node: Node) -> ir.Expr:
    """Lower a comma expression, of which only the last value counts."""
    return _type_assertion(low, node)


def _member(low: Lowering, node: Node) -> ir.Expr:
    value, name = _ends(low, node)
    if value is None or name is None or name.type == "private_property_identifier":
        return low.opaque(node)
    start, end = node.byte_range
    return ir.Attr(start, end, low.expression(value), low.text(name))


def _ends(low: Lowering, node: Node) -> tuple[Node | None, Node | None]:
    """Return the first and the last part of a node: faster than to ask for its fields by name."""
    children = node.named_children
    if len(children) != 2:
        children = low.named(node)
    return (children[0], children[-1]) if len(children) > 1 else (None, None)


def _subscript(low: Lowering, node: Node) -> ir.Expr:
    return ir.Item(node.start_byte, node.end_byte, low.field(node, "object"), low.field(node, "index"))


def _call(low: Lowering, node: Node) -> ir.Expr:
    function, arguments = _ends(low, node)
    if function is None or arguments is None:
        return low.opaque(node)
    if arguments.type == "template_string":
        return _template_of(low, arguments, node, low.expression(function))
    start, end = node.byte_range
    return ir.Call(start, end, _callee(low, function), _arguments(low, arguments))


def _callee(low: Lowering, node: Node) -> ir.Expr:
    kind = node.type
    if kind == "import":
        return ir.Name(node.start_byte, node.end_byte, "import")
    return low.expression_of(kind, node)


def _new(low: Lowering, node: Node) -> ir.Expr:
    arguments = node.child_by_field_name("arguments")
    args = () if arguments is None else _arguments(low, arguments)
    return ir.Call(node.start_byte, node.end_byte, low.field(node, "constructor"), args)


def _arguments(low: Lowering, node: Node) -> tuple[ir.Arg, ...]:
    args: list[ir.Arg] = []
    for child in node.named_children:
        kind = child.type
        start, end = child.byte_range
        if kind == "spread_element":
            args.append(ir.Arg(start, end, _spread_value(low, child), "*"))
        elif kind not in COMMENTS:
            args.append(ir.Arg(start, end, low.expression_of(kind, child)))
    if low.broken and is_damaged(node):
        args.append(ir.Arg(node.start_byte, node.end_byte, low.opaque(node), "*"))
    return tuple(args)


def _spread_value(low: Lowering, node: Node) -> ir.Expr:
    children = low.named(node)
    return low.expression(children[0]) if children else low.opaque(node)


def _array(low: Lowering, node: Node) -> ir.Expr:
    items = tuple(
        ir.Spread(child.start_byte, child.end_byte, _spread_value(low, child))
        if child.type == "spread_element"
        else low.expression(child)
        for child in low.named(node)
    )
    if low.broken and node.has_error:
        items = (*items, ir.Spread(node.start_byte, node.end_byte, low.opaque(node)))
    return ir.Seq(node.start_byte, node.end_byte, "list", items)


def _object(low: Lowering, node: Node) -> ir.Expr:
    entries = list(_entries(low, node))
    if all(entry.key is not None for entry in entries):
        entries.sort(key=_order)
    return ir.Mapping(node.start_byte, node.end_byte, tuple(entries))


def _order(entry: ir.Entry) -> tuple[int, int]:
    """Sort array indices first, in numeric order, as JavaScript does; other keys stay where they are."""
    name = entry.key.value if isinstance(entry.key, ir.Const) else None
    return (0, int(name)) if isinstance(name, str) and name.isdecimal() else (1, 0)


def _entries(low: Lowering, node: Node) -> Iterator[ir.Entry]:
    for child in node.named_children:
        kind = child.type
        start, end = child.byte_range
        if kind == "pair":
            name, value = _ends(low, child)
            yield ir.Entry(start, end, key(low, name), _pair_value(low, child, value))
        elif kind == "shorthand_property_identifier":
            text = low.text(child)
            yield ir.Entry(start, end, ir.Const(start, end, text), ir.Name(start, end, text))
        elif kind == "spread_element":
            yield ir.Entry(start, end, None, _spread_value(low, child))
        elif kind == "method_definition":
            yield ir.Entry(start, end, key(low, child.child_by_field_name("name")), low.expression_of(kind, child))
        elif kind not in COMMENTS:
            yield ir.Entry(start, end, None, low.opaque(child))
    if low.broken and node.has_error:
        yield ir.Entry(node.start_byte, node.end_byte, None, low.opaque(node))


def _pair_value(low: Lowering, node: Node, value: Node | None) -> ir.Expr:
    if value is None or (low.broken and node.has_error and value.type not in _NESTED):
        return low.opaque(node)
    return low.expression(value)


def key(low: Lowering, node: Node | None) -> ir.Expr:
    """Return the key of a property, which is a string however it is written."""
    if node is None:
        return ir.Opaque(0, 0, "key")
    kind = node.type
    if kind == "property_identifier":
        start, end = node.byte_range
        return ir.Const(start, end, low.text(node))
    if kind == "string":
        return _string(low, node)
    if kind == "computed_property_name":
        return _inner(low, node)
    if kind == "number":
        value = literals.number(low.text(node))
        return low.opaque(node) if value is None else ir.Const(node.start_byte, node.end_byte, str(value))
    return ir.Const(node.start_byte, node.end_byte, low.text(node))


def _template(low: Lowering, node: Node) -> ir.Expr:
    return _template_of(low, node, node, None)


def _template_of(low: Lowering, node: Node, whole: Node, tag: ir.Expr | None) -> ir.Expr:
    parts: list[ir.Expr] = []
    start = node.start_byte + 1
    for child in node.named_children:
        if child.type == "template_substitution":
            _literal_part(low, start, child.start_byte, parts)
            parts.append(_substitution(low, child))
            start = child.end_byte
    _literal_part(low, start, node.end_byte - 1, parts)
    return ir.Template(whole.start_byte, whole.end_byte, tuple(parts), tag)


def _substitution(low: Lowering, node: Node) -> ir.Expr:
    """Return what stands in ``${...}``; a literal there is marked, for it is no text of the template."""
    value = _inner(low, node)
    return ir.Unary(value.start, value.end, "()", value) if isinstance(value, ir.Const) else value


def _literal_part(low: Lowering, start: int, end: int, parts: list[ir.Expr]) -> None:
    if start < end:
        text = low.data[start:end].decode("utf-8", "replace").replace("\r\n", "\n")
        parts.append(ir.Const(start, end, literals.unescape(text)))


def _assigning(low: Lowering, node: Node) -> ir.Expr:
    """Lower an assignment inside an expression, which the evaluator does not follow: its variable is unknown."""
    left = node.child_by_field_name("left") or node.child_by_field_name("argument")
    if left is not None and left.type == "identifier":
        low.reassigned.add(low.text(left))
    return low.opaque(node)


def _unary(low: Lowering, node: Node) -> ir.Expr:
    operator = node.child_by_field_name("operator")
    op = low.text(operator) if operator is not None else "?"
    return ir.Unary(node.start_byte, node.end_byte, op, low.field(node, "argument"))


def _await(low: Lowering, node: Node) -> ir.Expr:
    return ir.Unary(node.start_byte, node.end_byte, "await", _inner(low, node))


def _binary(low: Lowering, node: Node) -> ir.Expr:
    spine: list[Node] = []
    current: Node | None = node
    while current is not None and current.type == "binary_expression":
        spine.append(current)
        current = current.child_by_field_name("left")
    left: ir.Expr = low.opaque(node) if current is None else low.expression(current)
    for part in reversed(spine):
        operator = part.child_by_field_name("operator")
        op = low.text(operator) if operator is not None else "?"
        left = ir.Binary(part.start_byte, part.end_byte, op, left, low.field(part, "right"))
    return left


def _ternary(low: Lowering, node: Node) -> ir.Expr:
    return ir.Cond(
        node.start_byte,
        node.end_byte,
        low.field(node, "condition"),
        low.field(node, "consequence"),
        low.field(node, "alternative"),
    )


EXPRESSIONS: Final[Mapping[str, LowerExpression]] = {
    "identifier": _name,
    "undefined": _name,
    "this": _name,
    "shorthand_property_identifier": _name,
    "property_identifier": _name,
    "string": _string,
    "number": _number,
    "true": _constant(True),
    "false": _constant(False),
    "null": _constant(None),
    "parenthesized_expression": _inner,
    "as_expression": _inner,
    "satisfies_expression": _inner,
    "non_null_expression": _inner,
    "instantiation_expression": _inner,
    "type_assertion": _type_assertion,
    "sequence_expression": _last,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "call_expression": _call,
    "new_expression": _new,
    "array": _array,
    "object": _object,
    "template_string": _template,
    "unary_expression": _unary,
    "await_expression": _await,
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "assignment_expression": _assigning,
    "augmented_assignment_expression": _assigning,
    "update_expression": _assigning,
}
