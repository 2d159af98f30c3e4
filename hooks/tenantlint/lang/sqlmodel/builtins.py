"""Python's builtin functions, methods and operators, as far as schemas use them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.execute import MAX_ITERATIONS
from tenantlint.lang.sqlmodel.objects import ClassValue, Decorator, EnumMember, InstanceValue, made_of
from tenantlint.lang.values import MISSING, Builtin, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN

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


def applied(function: Callable[..., object], *args: object) -> Value:
    """Call a Python function with plain arguments; UNKNOWN where one is not plain or the call fails."""
    if any(arg is MISSING for arg in args):
        return UNKNOWN
    try:
        return lifted(function(*args))
    except (TypeError, ValueError, LookupError, ArithmeticError, re.error):
        return UNKNOWN


def pure(function: Callable[..., object]) -> Builtin:
    """Return a builtin that calls a pure Python function with plain positional arguments."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return applied(function, *map(plain, args.positional)) if args.complete and not args.named else UNKNOWN

    return Builtin(call)


def enum_members(cls: ClassValue) -> list[EnumMember]:
    """Return the members of an enumeration in order, aliases left out."""
    members = {id(item): item for item in cls.namespace.values() if isinstance(item, EnumMember)}
    return list(members.values())


def iterate(value: Value) -> list[Value] | None:
    """Return the items that a loop over ``value`` sees, None where they are not all known."""
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


def _sequence(kind: str) -> _Function:
    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        if not args.positional:
            return ListValue([], kind, args.complete)
        items = iterate(args.positional[0])
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
    items = iterate(args.get(0))
    return UNKNOWN if items is None else len(items)


def _getattr(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    target, name = args.get(0), args.get(1)
    return evaluator.attribute(target, name) if isinstance(name, str) else UNKNOWN


def _setattr(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    target, name = args.get(0), args.get(1)
    if isinstance(target, Native) and isinstance(name, str):
        target.set(name, UNKNOWN if evaluator.uncertain else args.get(2), at)
    return None


def _range(*bounds: int) -> list[int]:
    """Return the numbers of a range. Raises ValueError where they are more than a loop goes through."""
    numbers = range(*bounds)
    if len(numbers) > MAX_ITERATIONS:
        raise ValueError(len(numbers))
    return list(numbers)


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
    STR: pure(str).function,
    INT: pure(int).function,
    FLOAT: pure(float).function,
    BOOL: pure(bool).function,
}


def _constructor(convert: _Function) -> Constructor:
    return lambda cls, evaluator, args, at: convert(evaluator, args, at)


def _scalar_constructor(convert: _Function) -> Constructor:
    return lambda cls, evaluator, args, at: made_of(args.positional) or convert(evaluator, args, at)


def _new(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``object.__new__(cls)`` makes."""
    cls = args.get(0)
    return InstanceValue(cls) if isinstance(cls, ClassValue) else UNKNOWN


for _cls in (OBJECT, STR, INT):
    _cls.namespace["__new__"] = Builtin(_new)

for _cls, _convert in _CONVERSIONS.items():
    _cls.constructor = (_scalar_constructor if _cls in (STR, INT, FLOAT) else _constructor)(_convert)

BUILTINS: Final[dict[str, Value]] = {
    **{cls.name: cls for cls in (OBJECT, INT, STR, BOOL, FLOAT, BYTES, LIST, DICT, TUPLE, SET, FROZENSET, TYPE)},
    "classmethod": Decorator("classmethod"),
    "staticmethod": Decorator("staticmethod"),
    "property": Decorator("property"),
    "len": Builtin(_len),
    "getattr": Builtin(_getattr),
    "setattr": Builtin(_setattr),
    "slice": Builtin(_slice),
    "sorted": pure(sorted),
    "reversed": pure(lambda value: list(reversed(value))),
    "enumerate": pure(lambda value, start=0: list(enumerate(value, start))),
    "zip": pure(lambda *values: list(zip(*values, strict=False))),
    "range": pure(_range),
    "min": pure(min),
    "max": pure(max),
    "sum": pure(sum),
    "abs": pure(abs),
    "repr": pure(repr),
    "ord": pure(ord),
    "chr": pure(chr),
    "__debug__": True,
    "NotImplemented": UNKNOWN,
    "Ellipsis": ELLIPSIS,
}
