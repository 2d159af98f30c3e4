"""JavaScript's operators, globals and methods on constants, arrays and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.values import UNDEFINED, Method
from tenantlint.lang.values import Arguments, Builtin, FuncValue, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


def truth(value: Value) -> Maybe[bool]:
    """Return whether a known value is truthy."""
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, (str, int, float, bool)):
        return bool(value) and value == value
    return True


def to_text(value: Value) -> str | None:
    """Return ``String(value)`` of a primitive, None for everything else."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return "undefined" if value is UNDEFINED else None


def unary(op: str, value: Value) -> Value:
    """Return the result of a prefix operator on a known value."""
    if op == "!":
        return not truth(value)
    if op == "await":
        return value
    if op == "void":
        return UNDEFINED
    if op == "typeof":
        return _type_of(value)
    if isinstance(value, (int, float)):
        return -value if op == "-" else value if op == "+" else UNKNOWN
    return UNKNOWN


def _type_of(value: Value) -> Value:
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (FuncValue, Builtin, Method)):
        return "function"
    return "object" if value is None or isinstance(value, (ListValue, MapValue)) else UNKNOWN


def binary(op: str, left: Value, right: Value) -> Value:
    """Return the result of an infix operator on known values."""
    if op in ("===", "==", "!==", "!="):
        same = _equal(left, right)
        return same if same is UNKNOWN else same == (op[0] == "=")
    if op == "+" and (isinstance(left, str) or isinstance(right, str)):
        first, second = to_text(left), to_text(right)
        return UNKNOWN if first is None or second is None else first + second
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        operate = _ARITHMETIC.get(op)
        return UNKNOWN if operate is None else operate(left, right)
    if op == "in" and isinstance(right, MapValue) and isinstance(left, str):
        return True if left in right.entries else False if right.complete else UNKNOWN
    return UNKNOWN


def _equal(left: Value, right: Value) -> Maybe[bool]:
    primitive = (str, int, float, bool, type(None), type(UNDEFINED))
    if isinstance(left, primitive) and isinstance(right, primitive):
        return type(left) is type(right) and left == right
    return left is right


_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float | bool]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def attribute(value: Value, name: str) -> Value:
    """Return ``value.name``."""
    if isinstance(value, MapValue):
        if name in value.entries:
            return value.entries[name]
        return UNDEFINED if value.complete else UNKNOWN
    if isinstance(value, ListValue):
        if name == "length":
            return len(value.items) if value.complete else UNKNOWN
        method = _ARRAY.get(name)
        return UNKNOWN if method is None else Method(value, method)
    if isinstance(value, str):
        if name == "length":
            return len(value)
        method = _STRING.get(name)
        return UNKNOWN if method is None else Method(value, method)
    return UNKNOWN


def item(value: Value, key: Value) -> Value:
    """Return ``value[key]``."""
    if isinstance(value, ListValue) and isinstance(key, int):
        if 0 <= key < len(value.items):
            return value.items[key] if value.complete else UNKNOWN
        return UNDEFINED if value.complete else UNKNOWN
    name = to_text(key)
    return UNKNOWN if name is None else attribute(value, name)


_ARRAY: Final[Mapping[str, Callable[[Value, Evaluator, Arguments, Location], Value]]] = {}
_STRING: Final[Mapping[str, Callable[[Value, Evaluator, Arguments, Location], Value]]] = {}
GLOBALS: Final[Mapping[str, Value]] = {"undefined": UNDEFINED}
