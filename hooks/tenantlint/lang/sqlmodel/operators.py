"""Python's operators, as far as schemas use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import SCALARS, applied, iterate, plain
from tenantlint.lang.sqlmodel.expressions import SqlValue, combine
from tenantlint.lang.sqlmodel.objects import (
    AnnotatedType,
    ClassValue,
    EnumMember,
    NewTypeValue,
    Parametrized,
    SpecialForm,
    TypeVariable,
    UnionType,
    made_of,
    union,
)
from tenantlint.lang.sqlmodel.sizes import formatted
from tenantlint.lang.sqlmodel.stdlib import STR_ENUM
from tenantlint.lang.values import MISSING, FuncValue, ListValue, MapValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TYPES: Final = (ClassValue, SpecialForm, Parametrized, UnionType, AnnotatedType, TypeVariable, NewTypeValue)


def truth(value: Value) -> Maybe[bool]:
    """Return whether ``value`` counts as true."""
    if value is None or isinstance(value, SCALARS):
        return bool(value)
    if isinstance(value, (ListValue, MapValue)):
        size = len(value.items) if isinstance(value, ListValue) else len(value.entries)
        return True if size else (False if value.complete else UNKNOWN)
    return True if isinstance(value, (ClassValue, FuncValue)) else UNKNOWN


def unary(op: str, value: Value) -> Value:
    """Return the result of a prefix operator."""
    if op == "not":
        result = truth(value)
        return result if result is UNKNOWN else not result
    if op == "-" and isinstance(value, (int, float)):
        return -value
    return value if op == "+" and isinstance(value, (int, float)) else UNKNOWN


_MAX_EXPONENT: Final = 64
_MAX_LENGTH: Final = 1_000_000
"""Characters or items of a text or list that is made by repetition."""


def _product(left: Any, right: Any) -> object:
    """Return a product. Raises OverflowError where a text or list is repeated so often that it fills the memory."""
    length = next((len(value) for value in (left, right) if isinstance(value, (str, bytes, list, tuple))), 0)
    times = next((value for value in (left, right) if isinstance(value, int)), 0)
    if length * times > _MAX_LENGTH:
        raise OverflowError
    return left * right


def _power(left: Any, right: Any) -> object:
    """Return a power. Raises OverflowError where it would take long."""
    if abs(right) >= _MAX_EXPONENT:
        raise OverflowError
    return left**right


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], object]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": _product,
    "//": lambda left, right: left // right,
    "/": lambda left, right: left / right,
    "**": _power,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def binary(op: str, left: Value, right: Value) -> Value:
    """Return the result of an infix operator."""
    if isinstance(left, SqlValue) or isinstance(right, SqlValue):
        return combine(op, left, right)
    if op == "|":
        return _or(left, right)
    if op == "+" and isinstance(left, ListValue) and isinstance(right, ListValue):
        complete = left.complete and right.complete
        return ListValue([*left.items, *right.items], left.kind, complete, [*left.places, *right.places])
    if op in ("in", "not in"):
        return _contains(left, right, op == "in")
    if op in ("is", "is not", "==", "!=") and not isinstance(left, SCALARS):
        return _identical(left, right, op in ("is", "=="))
    if op == "%" and isinstance(left, str):
        return _percent(left, right)
    made = made_of((left, right)) if op in ("+", "-", "*", "/", "//", "%") else None
    if made is not None:
        return made
    function = _ARITHMETIC.get(op)
    return UNKNOWN if function is None else applied(function, plain(left), plain(right))


def _or(left: Value, right: Value) -> Value:
    if isinstance(left, MapValue) and isinstance(right, MapValue):
        result = MapValue(dict(left.entries), left.complete, dict(left.places))
        result.update(right)
        return result
    if isinstance(left, _TYPES) or isinstance(right, _TYPES):
        return union((left, right))
    return UNKNOWN


def _contains(left: Value, right: Value, positive: bool) -> Value:
    if isinstance(right, str) and isinstance(left, str):
        return (left in right) == positive
    items = iterate(right)
    if items is None or plain(left) is MISSING or any(plain(item) is MISSING for item in items):
        return UNKNOWN
    return (plain(left) in [plain(item) for item in items]) == positive


def _identical(left: Value, right: Value, positive: bool) -> Value:
    if left is right:
        return positive
    plain_pair = left is None or right is None or (isinstance(left, ClassValue) and isinstance(right, ClassValue))
    return not positive if plain_pair else UNKNOWN


def _percent(left: str, right: Value) -> Value:
    value = plain(right)
    return UNKNOWN if value is MISSING else applied(formatted, left, value)


def text(value: Value) -> Maybe[str]:
    """Return what an f-string prints for ``value``."""
    if isinstance(value, EnumMember) and STR_ENUM in value.cls.mro:
        value = value.value
    return str(value) if value is None or isinstance(value, SCALARS) else UNKNOWN
