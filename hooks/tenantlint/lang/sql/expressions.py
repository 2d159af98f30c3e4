"""The values of constant SQL expressions, as PL/pgSQL builds statements from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.sql.effects import HOLE
from tenantlint.lang.sql.grammar import parse_sql
from tenantlint.lang.sql.literals import string_value
from tenantlint.lang.sql.names import identifier, parts_of
from tenantlint.lang.sql.nodes import child, descend, has, items, text
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    Environment: TypeAlias = Mapping[str, "Value"]


class Array(Record):
    """A PostgreSQL array of one dimension."""

    items: tuple[Value, ...]


class Row(Record):
    """A row of a query: values by column name, in order."""

    fields: tuple[tuple[str, Value], ...]

    def get(self, name: str) -> Value:
        """Return the value of a column."""
        return next((value for field, value in self.fields if field == name), UNKNOWN)

    def only(self) -> Value:
        """Return the value of the only column, UNKNOWN where there are more."""
        values = [value for field, value in self.fields if not field.endswith(".")]
        return values[0] if len(values) == 1 else UNKNOWN


Value: TypeAlias = "str | int | Array | Row | Unknown | None"
_STRINGS: Final = frozenset({"string_literal", "escape_string_literal", "dollar_quoted_string"})
_CONSTANTS: Final[dict[str, Value]] = {"kw_null": None, "kw_true": 1, "kw_false": 0}
MAX_DEPTH: Final = 100
_DIRECTIVE: Final = r"%(?:(%)|(?:(\d+)\$)?-?(?:\d+|\*(?:\d+\$)?)?([sIL]))"


def value_of(written: str, variables: Environment) -> Value:
    """Return the value of an expression, UNKNOWN where it is not constant. A string may have HOLEs in it."""
    root = parse_sql(f"SELECT {written}".encode("utf-8", "replace"))
    targets = [] if root is None else list(descend(root, "target_el"))
    return evaluate(targets[0], variables, 0) if len(targets) == 1 or _single(targets) else UNKNOWN


def _single(targets: list[Node]) -> bool:
    """Tell whether all targets but the first are inside the first, as those of a subquery."""
    return bool(targets) and all(each.end_byte <= targets[0].end_byte for each in targets[1:])


def parsed(written: str) -> Node | None:
    """Return the tree of ``SELECT written``, None where it does not parse."""
    root = parse_sql(f"SELECT {written}".encode("utf-8", "replace"))
    return None if root is None else next(descend(root, "target_el"), None)


def evaluate(node: Node, variables: Environment, depth: int = 0) -> Value:
    """Return the value of an expression's tree, UNKNOWN where it is not constant or deeper than it is sane."""
    while node.child_count == 1:
        node = node.children[0]
    if depth > MAX_DEPTH:
        return UNKNOWN
    if not node.child_count:
        return _leaf(node, variables)
    reader = _READERS.get(node.type)
    return UNKNOWN if reader is None else reader(node, variables, depth + 1)


def _leaf(node: Node, variables: Environment) -> Value:
    written = text(node)
    if node.type in _STRINGS:
        return string_value(written)
    if node.type == "integer_literal":
        return int(written) if written.isdecimal() and len(written) < 20 else UNKNOWN
    if node.type in _CONSTANTS:
        return _CONSTANTS[node.type]
    value = variables.get(identifier(written), UNKNOWN)
    return value.only() if isinstance(value, Row) else value


def _operation(node: Node, variables: Environment, depth: int) -> Value:
    """Return the value of a cast or a concatenation; its left side is walked down in a loop."""
    if has(node, "::"):
        inner = evaluate(node.children[0], variables, depth)
        kind = child(node, "Typename")
        return as_array(inner) if kind is not None and has(kind, "opt_array_bounds") else inner
    operands: list[Node] = []
    while len(node.children) == 3 and text(node.children[1]) == "||":
        operands.append(node.children[2])
        node = node.children[0]
        while node.child_count == 1:
            node = node.children[0]
    if not operands:
        return UNKNOWN
    operands.append(node)
    return _concatenated([evaluate(each, variables, depth) for each in reversed(operands)])


def _concatenated(values: list[Value]) -> Value:
    if any(isinstance(each, Array) for each in values):
        return Array(tuple(item for each in values for item in (each.items if isinstance(each, Array) else (each,))))
    return "".join(_shown(each) for each in values)


def _shown(value: Value) -> str:
    """Return a value as text, HOLE where it is not known."""
    return str(value) if isinstance(value, (str, int)) else HOLE


def as_array(value: Value) -> Value:
    """Return an array that is written as a string: ``{a,"b c"}``."""
    if not isinstance(value, str) or not re.fullmatch(r"\{[^{}\\]*\}", value):
        return value
    found = re.findall(r'"([^"]*)"|([^,"\s][^,"]*)', value[1:-1])
    return Array(tuple(quoted or plain.strip() for quoted, plain in found))


def _primary(node: Node, variables: Environment, depth: int) -> Value:
    """Return the value of ``(…)``, ``ARRAY[…]`` or ``ARRAY(SELECT …)``."""
    listed, query = child(node, "array_expr"), child(node, "select_with_parens")
    if listed is not None:
        return Array(tuple(evaluate(each, variables, depth) for each in items(child(listed, "expr_list"))))
    if query is not None and has(node, "kw_array"):
        from tenantlint.lang.sql.queries import rows_below

        found = rows_below(query, variables, depth)
        return UNKNOWN if found is None else Array(tuple(each.only() for each in found))
    inner = child(node, "a_expr")
    if inner is None or has(node, "opt_indirection"):
        return UNKNOWN
    return evaluate(inner, variables, depth)


def _subquery(node: Node, variables: Environment, depth: int) -> Value:
    from tenantlint.lang.sql.queries import rows_below

    found = rows_below(node, variables, depth)
    return found[0].only() if found is not None and len(found) == 1 else UNKNOWN


def _reference(node: Node, variables: Environment, depth: int) -> Value:
    """Return the value of ``record.field``."""
    del depth
    if next(descend(node, "["), None) is not None:
        return UNKNOWN
    first, *rest = parts_of(node)
    holder = variables.get(first, UNKNOWN)
    return holder.get(rest[0]) if isinstance(holder, Row) and len(rest) == 1 else UNKNOWN


def _call(node: Node, variables: Environment, depth: int) -> Value:
    name = parts_of(child(node, "func_name") or node)[-1]
    function = _FUNCTIONS.get(name)
    if function is None:
        return UNKNOWN
    listed = items(child(node, "func_arg_list"))
    return function([evaluate(each, variables, depth) for each in listed])


def _cast(node: Node, variables: Environment, depth: int) -> Value:
    inner = child(node, "a_expr")
    return evaluate(inner, variables, depth) if inner is not None and has(node, "kw_cast") else UNKNOWN


def _format(arguments: list[Value]) -> Value:
    """Return what ``format()`` makes of its arguments."""
    if not arguments or not isinstance(arguments[0], str):
        return UNKNOWN
    position = 0

    def filled(match: re.Match[str]) -> str:
        nonlocal position
        if match[1]:
            return "%"
        position = int(match[2]) if match[2] else position + 1
        value = arguments[position] if position < len(arguments) else UNKNOWN
        return _FORMATS[match[3]](value)

    return re.sub(_DIRECTIVE, filled, arguments[0])


def _quoted_name(value: Value) -> str:
    return '"' + _shown(value).replace('"', '""') + '"'


def _quoted_text(value: Value) -> str:
    return "NULL" if value is None else "'" + _shown(value).replace("'", "''") + "'"


_FORMATS: Final[dict[str, Callable[[Value], str]]] = {"s": _shown, "I": _quoted_name, "L": _quoted_text}


def _split(arguments: list[Value]) -> Value:
    if len(arguments) != 2 or not isinstance(arguments[0], str) or not isinstance(arguments[1], str):
        return UNKNOWN
    return Array(tuple(arguments[0].split(arguments[1]))) if arguments[1] else UNKNOWN


def _textual(convert: Callable[[str], str]) -> Callable[[list[Value]], Value]:
    def function(arguments: list[Value]) -> Value:
        value = arguments[0] if len(arguments) == 1 else UNKNOWN
        return convert(value) if isinstance(value, str) else UNKNOWN

    return function


_FUNCTIONS: Final[dict[str, Callable[[list[Value]], Value]]] = {
    "any": lambda arguments: arguments[0] if arguments else UNKNOWN,
    "concat": lambda arguments: "".join(_shown(each) for each in arguments),
    "format": _format,
    "lower": _textual(str.lower),
    "quote_ident": lambda arguments: _quoted_name(arguments[0]) if arguments else UNKNOWN,
    "quote_literal": lambda arguments: _quoted_text(arguments[0]) if arguments else UNKNOWN,
    "string_to_array": _split,
    "to_regclass": lambda arguments: arguments[0] if arguments else UNKNOWN,
    "upper": _textual(str.upper),
}
_READERS: Final[dict[str, Callable[[Node, Environment, int], Value]]] = {
    "a_expr": _operation,
    "a_expr_prec": _operation,
    "c_expr": _primary,
    "columnref": _reference,
    "func_application": _call,
    "func_expr_common_subexpr": _cast,
    "select_with_parens": _subquery,
    "target_el": lambda node, variables, depth: evaluate(node.children[0], variables, depth),
}


def conjuncts(node: Node) -> list[Node]:
    """Return the conditions that ``AND`` joins, in order."""
    pending, found = [node], []
    while pending:
        each = pending.pop()
        while each.child_count == 1 or [inner.type for inner in each.children] == ["(", "a_expr", ")"]:
            each = each.children[0] if each.child_count == 1 else each.children[1]
        if each.type == "a_expr" and has(each, "kw_and") and len(each.children) == 3:
            pending += [each.children[2], each.children[0]]
        else:
            found.append(each)
    return found
