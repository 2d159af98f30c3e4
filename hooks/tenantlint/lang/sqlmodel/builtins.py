"""Python's builtin functions, methods and operators, as far as schemas use them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tenantlint.lang.sqlmodel.expressions import SqlValue, combine
from tenantlint.lang.sqlmodel.objects import (
    AnnotatedType,
    ClassValue,
    Decorator,
    EnumMember,
    InstanceValue,
    NewTypeValue,
    Parametrized,
    SpecialForm,
    TypeVariable,
    UnionType,
    union,
)
from tenantlint.lang.values import MISSING, Builtin, FuncValue, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.objects import Constructor
    from tenantlint.lang.values import Arguments
    from tenantlint.source import Location

    _Function = Callable[[Evaluator, Arguments, Location], Value]

OBJECT: Final = ClassValue("object", module="builtins")


def _builtin_class(name: str, *bases: ClassValue) -> ClassValue:
    return ClassValue(name, bases, module="builtins")


INT: Final = _builtin_class("int")
STR: Final = _builtin_class("str")
BOOL: Final = _builtin_class("bool", INT)
FLOAT: Final = _builtin_class("float")
BYTES: Final = _builtin_class("bytes")
LIST: Final = _builtin_class("list")
DICT: Final = _builtin_class("dict")
TUPLE: Final = _builtin_class("tuple")
SET: Final = _builtin_class("set")
FROZENSET: Final = _builtin_class("frozenset")
TYPE: Final = _builtin_class("type")

SCALARS: Final = (str, int, float, bool, bytes)
_TYPES: Final = (ClassValue, SpecialForm, Parametrized, UnionType, AnnotatedType, TypeVariable, NewTypeValue)


class _Ellipsis(Native):
    """``...``."""


ELLIPSIS: Final = _Ellipsis()


class Slice(Native):
    """The bounds of ``value[a:b:c]``."""

    def __init__(self, bounds: tuple[int | None, ...]) -> None:
        self.bounds = slice(*bounds)


def plain(value: Value) -> object:
    """Return ``value`` as a plain Python object, MISSING where it holds something that is not plain."""
    if value is None or isinstance(value, SCALARS):
        return value
    if isinstance(value, EnumMember):
        return plain(value.value) if STR in value.cls.mro or INT in value.cls.mro else MISSING
    if isinstance(value, ListValue) and value.complete:
        items = [plain(item) for item in value.items]
        return MISSING if MISSING in items else (tuple(items) if value.kind == "tuple" else items)
    return MISSING


def lifted(value: object) -> Value:
    """Return a plain Python object as a value."""
    if value is None or isinstance(value, SCALARS):
        return value
    if isinstance(value, (list, tuple)):
        return ListValue([lifted(item) for item in value], "tuple" if isinstance(value, tuple) else "list")
    return UNKNOWN


def _apply(function: Callable[..., object], *args: object) -> Value:
    """Call a Python function with plain arguments; UNKNOWN where one is not plain or the call fails."""
    if any(arg is MISSING for arg in args):
        return UNKNOWN
    try:
        return lifted(function(*args))
    except (TypeError, ValueError, LookupError, ArithmeticError, re.error):
        return UNKNOWN


def _pure(function: Callable[..., object]) -> Builtin:
    """Return a builtin that calls a pure Python function with plain positional arguments."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return _apply(function, *map(plain, args.positional)) if args.complete and not args.named else UNKNOWN

    return Builtin(call)


def _items(value: Value) -> list[Value] | None:
    if isinstance(value, ListValue):
        return list(value.items) if value.complete else None
    if isinstance(value, MapValue):
        return list(value.entries) if value.complete else None
    if isinstance(value, str):
        return list(value)
    if isinstance(value, ClassValue):
        members = enum_members(value)
        return list(members) if members and value.known else None
    return None


def enum_members(cls: ClassValue) -> list[EnumMember]:
    """Return the members of an enumeration in order, aliases left out."""
    members = {id(item): item for item in cls.namespace.values() if isinstance(item, EnumMember)}
    return list(members.values())


def iterate(value: Value) -> list[Value] | None:
    """Return the items that a loop over ``value`` sees, None where they are not all known."""
    return _items(value)


def _sequence(kind: str) -> _Function:
    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        if not args.positional:
            return ListValue([], kind, args.complete)
        items = _items(args.positional[0])
        return ListValue(items or [], kind, items is not None)

    return call


def dict_of(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``dict(...)`` makes."""
    result = MapValue({}, args.complete)
    if args.positional:
        first = args.positional[0]
        if isinstance(first, MapValue):
            result.update(first)
        else:
            result.complete = False
    for name, value in args.named.items():
        result.put(name, value, at)
    return result


def _len(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    items = _items(args.get(0))
    return UNKNOWN if items is None else len(items)


def _getattr(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    target, name = args.get(0), args.get(1)
    return evaluator.attribute(target, name) if isinstance(name, str) else UNKNOWN


def _setattr(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    target, name = args.get(0), args.get(1)
    if isinstance(target, Native) and isinstance(name, str):
        target.set(name, UNKNOWN if evaluator.uncertain else args.get(2), at)
    return None


def _slice(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    bounds = [plain(bound) for bound in args.positional]
    known = [bound for bound in bounds if bound is None or isinstance(bound, int)]
    return Slice(tuple(known)) if len(known) == len(bounds) else UNKNOWN


def _type(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    value = args.get(0)
    return value.cls if isinstance(value, (InstanceValue, EnumMember)) and len(args.positional) == 1 else UNKNOWN


_CONVERSIONS: Final[dict[ClassValue, _Function]] = {
    LIST: _sequence("list"),
    TUPLE: _sequence("tuple"),
    SET: _sequence("set"),
    FROZENSET: _sequence("set"),
    DICT: dict_of,
    TYPE: _type,
    STR: _pure(str).function,
    INT: _pure(int).function,
    FLOAT: _pure(float).function,
    BOOL: _pure(bool).function,
}


def _constructor(convert: _Function) -> Constructor:
    return lambda cls, evaluator, args, at: convert(evaluator, args, at)


for _cls, _convert in _CONVERSIONS.items():
    _cls.constructor = _constructor(_convert)

BUILTINS: Final[dict[str, Value]] = {
    **{
        cls.name: cls
        for cls in (OBJECT, INT, STR, BOOL, FLOAT, BYTES, LIST, DICT, TUPLE, SET, FROZENSET, TYPE)
    },
    "classmethod": Decorator("classmethod"),
    "staticmethod": Decorator("staticmethod"),
    "property": Decorator("property"),
    "len": Builtin(_len),
    "getattr": Builtin(_getattr),
    "setattr": Builtin(_setattr),
    "slice": Builtin(_slice),
    "sorted": _pure(sorted),
    "reversed": _pure(lambda value: list(reversed(value))),
    "enumerate": _pure(lambda value, start=0: list(enumerate(value, start))),
    "zip": _pure(lambda *values: list(zip(*values, strict=False))),
    "range": _pure(lambda *bounds: list(range(*bounds))),
    "min": _pure(min),
    "max": _pure(max),
    "sum": _pure(sum),
    "abs": _pure(abs),
    "repr": _pure(repr),
    "ord": _pure(ord),
    "chr": _pure(chr),
    "__debug__": True,
    "NotImplemented": UNKNOWN,
    "Ellipsis": ELLIPSIS,
}

_STRING_METHODS: Final = frozenset(
    "capitalize casefold count endswith expandtabs find format index isalnum isalpha isascii isdecimal isdigit "
    "isidentifier islower isnumeric isspace istitle isupper join ljust lower lstrip partition removeprefix "
    "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase "
    "title upper zfill".split()
)


def attribute(value: Value, name: str) -> Value:
    """Return ``value.name`` for a constant, list, map or function."""
    if isinstance(value, str) and name in _STRING_METHODS:
        return _pure(getattr(value, name))
    if isinstance(value, ListValue):
        return _list_method(value, name)
    if isinstance(value, MapValue):
        return _map_method(value, name)
    if isinstance(value, FuncValue) and name in ("__name__", "__qualname__"):
        return value.node.name
    return UNKNOWN


def _list_method(value: ListValue, name: str) -> Value:
    def append(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        value.append(args.get(0), at, not evaluator.uncertain)
        return None

    def extend(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        items = _items(args.get(0))
        value.complete = value.complete and items is not None and not evaluator.uncertain
        for item in items or ():
            value.append(item, at, not evaluator.uncertain)
        return None

    def spoil(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        value.complete = False
        return UNKNOWN

    def copy(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return ListValue(list(value.items), value.kind, value.complete, list(value.places))

    methods = {"append": append, "add": append, "extend": extend, "update": extend, "copy": copy}
    changes = {"insert", "remove", "pop", "clear", "sort", "reverse", "discard"}
    return Builtin(spoil if name in changes else methods[name]) if name in changes or name in methods else UNKNOWN


def _map_method(value: MapValue, name: str) -> Value:
    def get(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        key = args.get(0)
        found = map_item(value, key)
        return args.get(1, default=None) if found is MISSING else found

    def update(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        other = dict_of(evaluator, args, at)
        if isinstance(other, MapValue):
            value.update(other)
        value.complete = value.complete and not evaluator.uncertain
        return None

    def copy(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return MapValue(dict(value.entries), value.complete, dict(value.places))

    def keys(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return ListValue(list(value.entries), "list", value.complete)

    def values(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return ListValue(list(value.entries.values()), "list", value.complete)

    def items(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        pairs: list[Value] = [ListValue([key, item], "tuple") for key, item in value.entries.items()]
        return ListValue(pairs, "list", value.complete)

    def pop(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        found = get(evaluator, args, at)
        if evaluator.uncertain or args.get(0) is UNKNOWN:
            return spoil(evaluator, args, at)
        value.entries.pop(plain(args.get(0)), None)
        return found

    def setdefault(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        found = map_item(value, args.get(0))
        if found is MISSING:
            found = args.get(1, default=None)
            value.put(plain(args.get(0)), found, at, not evaluator.uncertain)
        return found

    def spoil(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        value.complete = False
        return UNKNOWN

    methods = {"get": get, "update": update, "copy": copy, "keys": keys, "values": values, "items": items}
    methods |= {"pop": pop, "setdefault": setdefault}
    changes = ("popitem", "clear")
    return Builtin(methods.get(name, spoil)) if name in methods or name in changes else UNKNOWN


def map_item(value: MapValue, key: Value) -> Value:
    """Return the entry of a dict, MISSING where it surely has none."""
    lookup = key if not isinstance(key, EnumMember) else plain(key)
    try:
        if lookup in value.entries:
            return value.entries[lookup]
    except TypeError:
        return UNKNOWN
    return MISSING if value.complete and key is not UNKNOWN else UNKNOWN


def item(value: Value, key: Value) -> Value:
    """Return ``value[key]`` for a constant, list, map or function."""
    if isinstance(value, MapValue):
        found = map_item(value, key)
        return UNKNOWN if found is MISSING else found
    if isinstance(key, Slice):
        return _sliced(value, key)
    if isinstance(value, str) and isinstance(key, int):
        return _apply(str.__getitem__, value, key)
    if isinstance(value, ListValue) and isinstance(key, int) and value.complete:
        return value.items[key] if -len(value.items) <= key < len(value.items) else UNKNOWN
    return UNKNOWN


def _sliced(value: Value, key: Slice) -> Value:
    if isinstance(value, str):
        return value[key.bounds]
    if isinstance(value, ListValue) and value.complete:
        return ListValue(value.items[key.bounds], value.kind, True, value.places[key.bounds])
    return UNKNOWN


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


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], object]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "/": lambda left, right: left / right,
    "**": lambda left, right: left**right if abs(right) < _MAX_EXPONENT else None,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_MAX_EXPONENT: Final = 64


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
    function = _ARITHMETIC.get(op)
    return UNKNOWN if function is None else _apply(function, plain(left), plain(right))


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
    items = _items(right)
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
    return UNKNOWN if value is MISSING else _apply(lambda: left % value)


def text(value: Value) -> Maybe[str]:
    """Return what an f-string prints for ``value``."""
    if isinstance(value, EnumMember):
        return UNKNOWN
    if isinstance(value, ClassValue) and value is not UNKNOWN:
        return UNKNOWN
    return str(value) if value is None or isinstance(value, SCALARS) else UNKNOWN
