"""Lowers LibCST expressions to the IR.

LibCST's own position providers cost two to three times the parse, so the places come from the standard library's
``ast``: both trees are walked in step, and ``a`` is the ``ast`` node that stands for the LibCST node ``n``. It is
None where nothing stands for it: inside f-strings and annotation strings, which have no places of their own, and
everywhere in a file whose syntax is newer than the running Python, for which the position provider is asked.

The nodes may be of LibCST's classes or of classes that only have the same names (``cst.py``), so a node's kind is the
name of its class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel import cst
from tenantlint.lang.sqlmodel.bodies import UNREAD
from tenantlint.lang.surrogates import joined

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tenantlint.source import Source

    AstNode = ast.AST | None

Span = tuple[int, int]

Cst = Any
"""A LibCST node, real or look-alike."""


def kind(n: Cst) -> str:
    """Return what a LibCST node is."""
    return type(n).__name__


class Lowering:
    """Lowers the expressions of one file. ``spans`` holds the places of the nodes where no ``ast`` tells them."""

    def __init__(self, source: Source, spans: Mapping[Cst, Span]) -> None:
        self.source = source
        self.spans = spans
        self.fixed: Span | None = None
        self.enclosing: Span = (0, 0)
        self._starts = source.line_starts
        self._offsets: dict[int, int] = {}

    def span(self, n: Cst, a: AstNode) -> Span:
        """Return the byte offsets of a node; those of the enclosing statement where it has no place of its own."""
        if self.fixed is not None:
            return self.fixed
        line = getattr(a, "lineno", None)
        if line is None:
            return self.spans.get(n, self.enclosing)
        starts, shared = self._starts, self._offsets  # half of all offsets are those of another node, too
        start = starts[line - 1] + a.col_offset  # type: ignore[union-attr]
        end = starts[a.end_lineno - 1] + a.end_col_offset  # type: ignore[union-attr]
        return shared.setdefault(start, start), shared.setdefault(end, end)

    def inside(self, span: Span, n: Cst) -> ir.Expr:
        """Lower an expression that has no place of its own: everything in it stands at ``span``."""
        outer, self.fixed = self.fixed, span
        try:
            return self.expression(n, None)
        finally:
            self.fixed = outer

    def expression(self, n: Cst, a: AstNode) -> ir.Expr:
        """Lower one expression."""
        lower = _EXPRESSIONS.get(type(n).__name__)
        return ir.Opaque(*self.span(n, a), kind(n)) if lower is None else lower(self, n, a)

    # Names and literals

    def _name(self, n: Cst, a: AstNode) -> ir.Expr:
        span = self.span(n, a)
        if n.value == UNREAD:
            return ir.Opaque(*span, "data")
        return ir.Const(*span, _CONSTANTS[n.value]) if n.value in _CONSTANTS else ir.Name(*span, n.value)

    def _ellipsis(self, n: Cst, a: AstNode) -> ir.Expr:
        return ir.Name(*self.span(n, a), "Ellipsis")

    def _literal(self, n: Cst, a: AstNode) -> ir.Expr:
        value = getattr(a, "value", None)
        value = _evaluated(n.value) if value is None else value
        return _constant(self.span(n, a), value, n)

    def _formatted(self, n: Cst, a: AstNode) -> ir.Expr:
        """Lower an f-string, or strings side by side, some of which may be f-strings."""
        span = self.span(n, a)
        value = getattr(a, "value", None)
        if isinstance(value, (str, bytes)):
            return _constant(span, value, n)
        expressions = [part for part in _format_parts(n) if kind(part) == "FormattedStringExpression"]
        values = getattr(a, "values", None)
        if values is None:
            return ir.Template(*span, tuple(self._unplaced_part(part, span) for part in _format_parts(n)))
        if sum(type(value).__name__ == "FormattedValue" for value in values) != len(expressions):
            return ir.Opaque(*span, kind(n))
        left = iter(expressions)
        return ir.Template(*span, tuple(self._format_part(value, left, span) for value in values))

    def _format_part(self, value: ast.AST, expressions: Iterable[Cst], span: Span) -> ir.Expr:
        if type(value).__name__ == "Constant":
            return ir.Const(*span, joined(value.value))  # type: ignore[attr-defined]
        return self._format_expression(next(iter(expressions)), span)

    def _format_expression(self, n: Cst, span: Span) -> ir.Expr:
        plain = not n.format_spec and n.conversion in (None, "s") and n.equal is None
        return self.inside(span, n.expression) if plain else ir.Opaque(*span, "format")

    def _unplaced_part(self, n: Cst, span: Span) -> ir.Expr:
        if kind(n) == "FormattedStringExpression":
            return self._format_expression(n, span)
        if kind(n) == "SimpleString":
            return _constant(span, _evaluated(n.value), n)
        if kind(n) == "FormattedStringText" and "\\" not in n.value:
            return ir.Const(*span, n.value.replace("{{", "{").replace("}}", "}"))
        return ir.Opaque(*span, kind(n))

    # Access

    def _attribute(self, n: Cst, a: AstNode) -> ir.Expr:
        return ir.Attr(*self.span(n, a), self.expression(n.value, child(a, "value")), n.attr.value)

    def _subscript(self, n: Cst, a: AstNode) -> ir.Expr:
        value = self.expression(n.value, child(a, "value"))
        return ir.Item(*self.span(n, a), value, self._key(n, child(a, "slice")))

    def _key(self, n: Cst, a: AstNode) -> ir.Expr:
        if len(n.slice) == 1 and kind(n.slice[0].comma) != "Comma":
            return self._slice(n.slice[0].slice, a)
        parts = paired(n.slice, child(a, "elts"))
        elements = tuple(self._slice(element.slice, part) for element, part in parts)
        return ir.Seq(elements[0].start, elements[-1].end, "tuple", elements)

    def _slice(self, n: Cst, a: AstNode) -> ir.Expr:
        if kind(n) == "Index":
            starred = bool(getattr(n, "star", None))
            value = self.expression(n.value, child(a, "value") if starred else a)
            return ir.Spread(value.start, value.end, value) if starred else value
        span = self.span(n, a)
        bounds = (
            ir.Const(*span, None) if bound is None else self.expression(bound, child(a, name))
            for name, bound in (("lower", n.lower), ("upper", n.upper), ("step", n.step))
        )
        return ir.Call(*span, ir.Name(*span, "slice"), tuple(ir.Arg(*span, bound) for bound in bounds))

    def _call(self, n: Cst, a: AstNode) -> ir.Expr:
        func = self.expression(n.func, child(a, "func"))
        return ir.Call(*self.span(n, a), func, self.arguments(n.args, a, "args"))

    def arguments(self, nodes: Sequence[Cst], a: AstNode, positional: str) -> tuple[ir.Arg, ...]:
        """Lower the arguments of a call (``positional`` is "args") or of a class statement ("bases")."""
        values, keywords = iter(getattr(a, positional, ())), iter(getattr(a, "keywords", ()))
        return tuple(self._argument(n, next(keywords if _is_keyword(n) else values, None)) for n in nodes)

    def _argument(self, n: Cst, a: AstNode) -> ir.Arg:
        name = n.keyword.value if n.keyword is not None else n.star or None
        value = self.expression(n.value, a if name is None else child(a, "value"))
        span = (value.start, value.end) if name is None else self.span(n, a)
        return ir.Arg(*span, value, name)

    # Sequences and mappings

    def _sequence(self, n: Cst, a: AstNode) -> ir.Expr:
        items = tuple(self._element(element, part) for element, part in paired(n.elements, child(a, "elts")))
        return ir.Seq(*self.span(n, a), _KINDS[kind(n)], items)  # type: ignore[arg-type]

    def _element(self, n: Cst, a: AstNode) -> ir.Expr:
        if kind(n) != "StarredElement":
            return self.expression(n.value, a)
        return ir.Spread(*self.span(n, a), self.expression(n.value, child(a, "value")))

    def _dict(self, n: Cst, a: AstNode) -> ir.Expr:
        keys = [key for _n, key in paired(n.elements, child(a, "keys"))]
        values = [value for _n, value in paired(n.elements, child(a, "values"))]
        return ir.Mapping(*self.span(n, a), tuple(map(self._entry, n.elements, keys, values)))

    def _entry(self, n: Cst, key: AstNode, value: AstNode) -> ir.Entry:
        lowered = self.expression(n.value, value)
        if kind(n) != "DictElement":
            return ir.Entry(lowered.start, lowered.end, None, lowered)
        lowered_key = self.expression(n.key, key)
        return ir.Entry(lowered_key.start, lowered.end, lowered_key, lowered)

    def _comprehension(self, n: Cst, a: AstNode) -> ir.Expr:
        loop = n.for_in
        if loop.inner_for_in is not None or loop.asynchronous is not None:
            return ir.Opaque(*self.span(n, a), kind(n))
        key = self.expression(n.key, child(a, "key")) if kind(n) == "DictComp" else None
        element = self.expression(n.elt if key is None else n.value, child(a, "elt" if key is None else "value"))
        part = next(iter(getattr(a, "generators", ())), None)
        target = self.target(loop.target, child(part, "target"))
        iterable = self.expression(loop.iter, child(part, "iter"))
        tests = tuple(self.expression(test.test, place) for test, place in paired(loop.ifs, child(part, "ifs")))
        return ir.Comprehension(
            *self.span(n, a), "list" if key is None else "dict", key, element, target, iterable, tests
        )

    # Operators

    def _unary(self, n: Cst, a: AstNode) -> ir.Expr:
        value = self.expression(n.expression, child(a, "operand"))
        return ir.Unary(*self.span(n, a), _OPERATORS[kind(n.operator)], value)

    def binary(self, n: Cst, a: AstNode) -> ir.Expr:
        """Lower an arithmetic operator, ``|`` among them."""
        left = self.expression(n.left, child(a, "left"))
        right = self.expression(n.right, child(a, "right"))
        return ir.Binary(*self.span(n, a), _OPERATORS[kind(n.operator)], left, right)

    def _boolean(self, n: Cst, a: AstNode) -> ir.Expr:
        """Lower ``a and b and c``, which LibCST nests to the left and ``ast`` keeps flat."""
        operands, left, operator = [n.right], n.left, kind(n.operator)
        while kind(left) == "BooleanOperation" and kind(left.operator) == operator and not left.lpar:
            operands.append(left.right)
            left = left.left
        nodes = paired([left, *reversed(operands)], child(a, "values"))
        return _chain(_OPERATORS[operator], [self.expression(node, part) for node, part in nodes])

    def _comparison(self, n: Cst, a: AstNode) -> ir.Expr:
        left = self.expression(n.left, child(a, "left"))
        results: list[ir.Expr] = []
        for target, part in paired(n.comparisons, child(a, "comparators")):
            right = self.expression(target.comparator, part)
            results.append(ir.Binary(left.start, right.end, _OPERATORS[kind(target.operator)], left, right))
            left = right
        return _chain("and", results)

    def _conditional(self, n: Cst, a: AstNode) -> ir.Expr:
        test, then = self.expression(n.test, child(a, "test")), self.expression(n.body, child(a, "body"))
        return ir.Cond(*self.span(n, a), test, then, self.expression(n.orelse, child(a, "orelse")))

    def _walrus(self, n: Cst, a: AstNode) -> ir.Expr:
        return self.expression(n.value, child(a, "value"))

    # Functions

    def _lambda(self, n: Cst, a: AstNode) -> ir.Expr:
        span = self.span(n, a)
        params = self.parameters(n.params, child(a, "args"))
        return ir.Func(*span, "<lambda>", params, (ir.Return(*span, self.expression(n.body, child(a, "body"))),))

    def parameters(self, n: Cst, a: AstNode) -> tuple[ir.Param, ...]:
        """Lower the parameters of a function."""
        plain = [*n.posonly_params, *n.params]
        defaults = [param for param in plain if param.default is not None]
        places = dict(
            zip(map(id, defaults), (part for _n, part in paired(defaults, child(a, "defaults"))), strict=True)
        )
        result = [self._parameter(param, places.get(id(param)), "") for param in plain]
        if kind(n.star_arg) == "Param":
            result.append(self._parameter(n.star_arg, None, "*"))
        for param, part in paired(n.kwonly_params, child(a, "kw_defaults")):
            result.append(self._parameter(param, part, "kw"))
        if n.star_kwarg is not None:
            result.append(self._parameter(n.star_kwarg, None, "**"))
        return tuple(result)

    def _parameter(self, n: Cst, default: AstNode, rest: str) -> ir.Param:
        value = None if n.default is None else self.expression(n.default, default)
        span = self.enclosing if value is None else (value.start, value.end)
        return ir.Param(*span, ir.Name(*span, n.name.value), value, rest)  # type: ignore[arg-type]

    # Targets

    def target(self, n: Cst, a: AstNode) -> ir.Target:
        """Lower what an assignment or a loop binds."""
        if kind(n) in ("Tuple", "List"):
            return self._sequence_target(n, a)
        result = self.expression(n, a)
        return result if isinstance(result, (ir.Name, ir.Attr, ir.Item)) else ir.Name(result.start, result.end, "_")

    def _sequence_target(self, n: Cst, a: AstNode) -> ir.Target:
        items: list[ir.Target | None] = []
        rest: ir.Target | None = None
        for element, part in paired(n.elements, child(a, "elts")):
            if kind(element) == "StarredElement":
                rest = self.target(element.value, child(part, "value"))
            else:
                items.append(self.target(element.value, part))
        return ir.SeqPattern(*self.span(n, a), tuple(items), rest)

    # Annotations

    def annotation(self, n: Cst, a: AstNode) -> ir.Expr:
        """Lower an annotation; the strings in it that stand for types are lowered as the types that they name."""
        return self._typed(self.expression(n, a))

    def _typed(self, node: ir.Expr) -> ir.Expr:
        if isinstance(node, ir.Const) and isinstance(node.value, str):
            return self._forward(node.value.strip(), (node.start, node.end))
        if isinstance(node, ir.Binary):
            return ir.Binary(node.start, node.end, node.op, self._typed(node.left), self._typed(node.right))
        if isinstance(node, ir.Item):
            return ir.Item(node.start, node.end, node.value, self._typed_key(node))
        return node

    def _typed_key(self, node: ir.Item) -> ir.Expr:
        head = node.value.name if isinstance(node.value, ir.Attr) else getattr(node.value, "id", "")
        if head == "Literal":
            return node.key
        if not isinstance(node.key, ir.Seq):
            return self._typed(node.key)
        types = 1 if head == "Annotated" else len(node.key.items)
        items = (*map(self._typed, node.key.items[:types]), *node.key.items[types:])
        return ir.Seq(node.key.start, node.key.end, node.key.kind, items)

    def _forward(self, text: str, span: Span) -> ir.Expr:
        return self._typed(self.text(text, span))

    def text(self, text: str, span: Span) -> ir.Expr:
        """Lower an expression that stands in a string; Opaque where it does not parse."""
        if all(part.isidentifier() and part not in _CONSTANTS for part in text.split(".")):
            return _dotted(text, span)
        try:
            module: Cst = cst.parse(f"({text})\n")
        except (cst.CstSyntaxError, RecursionError):
            return ir.Opaque(*span, "text")
        small: Sequence[Cst] = getattr(module.body[0], "body", ())
        if len(small) != 1 or kind(small[0]) != "Expr":
            return ir.Opaque(*span, "text")
        return self.inside(span, small[0].value)


def child(a: AstNode, name: str) -> Any:
    """Return a child of an ``ast`` node, None where there is none."""
    return getattr(a, name, None)


def paired(nodes: Sequence[Cst], parts: object) -> Iterable[tuple[Cst, AstNode]]:
    """Pair LibCST nodes with the ``ast`` nodes that stand for them; with None where they do not correspond."""
    if isinstance(parts, list) and len(parts) == len(nodes):
        return zip(nodes, parts, strict=True)
    return [(node, None) for node in nodes]


def _dotted(text: str, span: Span) -> ir.Expr:
    """Return what a name with dots stands for, which needs no parser."""
    first, *rest = text.split(".")
    result: ir.Expr = ir.Name(*span, first)
    for name in rest:
        result = ir.Attr(*span, result, name)
    return result


def _is_keyword(n: Cst) -> bool:
    return n.keyword is not None or n.star == "**"


def _chain(op: str, values: list[ir.Expr]) -> ir.Expr:
    result = values[0]
    for value in values[1:]:
        result = ir.Binary(result.start, value.end, op, result, value)
    return result


def _format_parts(n: Cst) -> list[Cst]:
    """Return the texts and expressions of strings side by side, in order."""
    if kind(n) == "ConcatenatedString":
        return [*_format_parts(n.left), *_format_parts(n.right)]
    return list(n.parts) if kind(n) == "FormattedString" else [n]


def _evaluated(text: str) -> Any:
    """Return the value of a literal, None where it has none: a name of no character, a number without an end."""
    import ast

    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None


def _constant(span: Span, value: Any, n: Cst) -> ir.Expr:
    if isinstance(value, str):
        return ir.Const(*span, joined(value))
    return ir.Const(*span, value) if isinstance(value, _LITERALS) else ir.Opaque(*span, kind(n))


_LITERALS: Final = (str, int, float, bytes)
_CONSTANTS: Final[dict[str, bool | None]] = {"None": None, "True": True, "False": False}
_KINDS: Final = {"List": "list", "Tuple": "tuple", "Set": "set"}

_OPERATORS: Final = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "MatrixMultiply": "@",
    "Divide": "/",
    "FloorDivide": "//",
    "Modulo": "%",
    "Power": "**",
    "LeftShift": "<<",
    "RightShift": ">>",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "And": "and",
    "Or": "or",
    "Equal": "==",
    "NotEqual": "!=",
    "LessThan": "<",
    "LessThanEqual": "<=",
    "GreaterThan": ">",
    "GreaterThanEqual": ">=",
    "In": "in",
    "NotIn": "not in",
    "Is": "is",
    "IsNot": "is not",
    "Not": "not",
    "Plus": "+",
    "Minus": "-",
    "BitInvert": "~",
}

_EXPRESSIONS: Final[dict[str, Callable[[Lowering, Cst, AstNode], ir.Expr]]] = {
    "Name": Lowering._name,
    "Ellipsis": Lowering._ellipsis,
    "Integer": Lowering._literal,
    "Float": Lowering._literal,
    "SimpleString": Lowering._literal,
    "ConcatenatedString": Lowering._formatted,
    "FormattedString": Lowering._formatted,
    "Attribute": Lowering._attribute,
    "Subscript": Lowering._subscript,
    "Call": Lowering._call,
    "List": Lowering._sequence,
    "Tuple": Lowering._sequence,
    "Set": Lowering._sequence,
    "Dict": Lowering._dict,
    "ListComp": Lowering._comprehension,
    "SetComp": Lowering._comprehension,
    "GeneratorExp": Lowering._comprehension,
    "DictComp": Lowering._comprehension,
    "UnaryOperation": Lowering._unary,
    "BinaryOperation": Lowering.binary,
    "BooleanOperation": Lowering._boolean,
    "Comparison": Lowering._comparison,
    "IfExp": Lowering._conditional,
    "NamedExpr": Lowering._walrus,
    "Lambda": Lowering._lambda,
}
