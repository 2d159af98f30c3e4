"""JavaScript's operators, globals, and the properties of strings, arrays and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.fresh import GLOBALS as FRESH
from tenantlint.lang.drizzle.fresh import Fresh, converter, fresh_of
from tenantlint.lang.drizzle.values import MAX_TEXT, UNDEFINED, Method, Namespace, as_text
from tenantlint.lang.values import (
    Arguments,
    Builtin,
    Deferred,
    External,
    FuncValue,
    ListValue,
    MapValue,
    ModuleValue,
    Native,
    Value,
)
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


def truth(value: Value) -> Maybe[bool]:
    """Return whether a known value is truthy."""
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, (str, int, float)):
        return bool(value)
    return UNKNOWN if isinstance(value, External) else True


def to_text(value: Value) -> Maybe[str]:
    """Return ``String(value)`` of a primitive, UNKNOWN for everything else."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return "undefined" if value is UNDEFINED else UNKNOWN


def unary(op: str, value: Value) -> Value:
    """Return the result of a prefix operator on a known value."""
    if op == "!":
        known = truth(value)
        return UNKNOWN if known is UNKNOWN else not known
    if op in ("await", "()"):
        return value
    if op == "void":
        return UNDEFINED
    if op == "typeof":
        return _type_of(value)
    if op == "-" and isinstance(value, (int, float)):
        return -value
    return value if op == "+" and isinstance(value, (int, float)) else UNKNOWN


def _type_of(value: Value) -> Value:
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (FuncValue, Method)):
        return "function"
    return "object" if value is None or isinstance(value, (ListValue, MapValue)) else UNKNOWN


def binary(op: str, left: Value, right: Value) -> Value:
    """Return the result of an infix operator on known values."""
    if op in ("===", "==", "!==", "!="):
        same = _equal(left, right, loose=len(op) == 2)
        return UNKNOWN if same is UNKNOWN else same is (op[0] == "=")
    if op == "in":
        return _has_key(left, right)
    if op in _COMPUTING and (isinstance(left, Fresh) or isinstance(right, Fresh)):
        return fresh_of((left, right))
    if op == "+" and (isinstance(left, str) or isinstance(right, str)):
        first, second = to_text(left), to_text(right)
        short = first is not UNKNOWN and second is not UNKNOWN and len(first) + len(second) <= MAX_TEXT
        return f"{first}{second}" if short else UNKNOWN
    operate = _ARITHMETIC.get(op)
    if operate is None or not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return UNKNOWN
    return operate(left, right)


def _has_key(key: Value, value: Value) -> Value:
    if not isinstance(value, MapValue) or not isinstance(key, str):
        return UNKNOWN
    return True if key in value.entries else UNKNOWN if not value.complete else False


def _equal(left: Value, right: Value, loose: bool) -> Maybe[bool]:
    if isinstance(left, External) or isinstance(right, External):
        return UNKNOWN
    if loose and (left is None or left is UNDEFINED):
        return right is None or right is UNDEFINED
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if isinstance(left, bool) is not isinstance(right, bool):
        return UNKNOWN if loose else False
    if numbers or (isinstance(left, str) and isinstance(right, str)):
        return left == right
    return UNKNOWN if loose and type(left) is not type(right) else left is right


_COMPUTING: Final = frozenset("+-*/%")
_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def attribute(value: Value, name: str) -> Value:
    """Return ``value.name`` of a string, array or object; ``undefined`` of nothing, as ``?.`` gives it."""
    if isinstance(value, MapValue):
        return value.entries.get(name, UNDEFINED if value.complete else UNKNOWN)
    if isinstance(value, ListValue):
        if name == "length":
            return len(value.items) if value.complete else UNKNOWN
        return _method(value, name)
    if isinstance(value, str):
        return len(value) if name == "length" else _method(value, name)
    return UNDEFINED if value is UNDEFINED or value is None else UNKNOWN


def _method(value: ListValue | str, name: str) -> Value:
    from tenantlint.lang.drizzle.methods import ARRAY_METHODS, STRING_METHODS

    step = (STRING_METHODS if isinstance(value, str) else ARRAY_METHODS).get(name)
    return UNKNOWN if step is None else Method(value, step)


def item(value: Value, key: Value) -> Value:
    """Return ``value[key]`` of a string, array or object."""
    if isinstance(key, int) and isinstance(value, (ListValue, str)):
        items = value.items if isinstance(value, ListValue) else list(value)
        if isinstance(value, ListValue) and not value.complete:
            return UNKNOWN
        return items[key] if 0 <= key < len(items) else UNDEFINED
    name = to_text(key)
    return UNKNOWN if name is UNKNOWN else attribute(value, name)


# Globals


def _entries_of(value: Value) -> MapValue:
    """Return an object as a map; an incomplete one where it is no plain object."""
    if isinstance(value, MapValue):
        return value
    if isinstance(value, ListValue):
        return MapValue({str(index): item for index, item in enumerate(value.items)}, value.complete)
    return MapValue({}, complete=False)


def _object_of(evaluator: Evaluator, args: Arguments) -> MapValue:
    value = args.get(0)
    if not isinstance(value, ModuleValue):
        return _entries_of(value)
    names = evaluator.exported_names(value.module)
    members = {name: evaluator.member(value.module, name) for name in names or ()}
    return MapValue(dict(members.items()), names is not None)


def _keys(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    found = _object_of(evaluator, args)
    return ListValue(list(found.entries), complete=found.complete)


def _values(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    found = _object_of(evaluator, args)
    places = [found.places.get(key) for key in found.entries]
    return ListValue(list(found.entries.values()), complete=found.complete, places=[*places])


def _entries(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    found = _object_of(evaluator, args)
    pairs: list[Value] = [
        ListValue([key, value], places=[None, found.places.get(key)]) for key, value in found.entries.items()
    ]
    return ListValue(pairs, complete=found.complete)


def _from_entries(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    pairs = args.get(0)
    result = MapValue({}, isinstance(pairs, ListValue) and pairs.complete)
    for pair in pairs.items if isinstance(pairs, ListValue) else ():
        if isinstance(pair, ListValue) and len(pair.items) >= 2 and pair.complete:
            result.put(pair.items[0], pair.items[1], pair.places[1])
        else:
            result.complete = False
    return result


def _assign(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    target = args.get(0)
    if not isinstance(target, MapValue):
        return UNKNOWN
    for source in args.positional[1:]:
        if source is not None and source is not UNDEFINED:
            other = _entries_of(source)
            if evaluator.uncertain:
                other = MapValue(dict.fromkeys(other.entries, UNKNOWN), complete=False)
            target.update(other)
    target.complete = target.complete and args.complete
    return target


def _same(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return args.get(0)


def _is_array(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    value = args.get(0)
    return UNKNOWN if value is UNKNOWN or isinstance(value, External) else isinstance(value, ListValue)


def _array_from(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    items = evaluator.language.iterate(args.get(0))
    result = ListValue(list(items or ()), complete=items is not None)
    mapper = args.get(1, default=UNDEFINED)
    return result if mapper is UNDEFINED else evaluator.call(_method(result, "map"), Arguments((mapper,)), at)


def _string(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return to_text(args.get(0, default=""))


def _boolean(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    value = args.get(0, default=UNDEFINED)
    return UNKNOWN if value is UNKNOWN else truth(value)


def _require(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``require`` and ``import()`` give: a module."""
    module = as_text(args.get(0))
    return UNKNOWN if module is UNKNOWN else evaluator.imported(Deferred(module, 0, None, at), at.path)


GLOBALS: Final[Mapping[str, Native | Value]] = {
    "undefined": UNDEFINED,
    "require": Builtin(_require),
    "import": Builtin(_require),
    **FRESH,
    "String": converter(_string),
    "Boolean": Builtin(_boolean),
    "Array": Namespace({"isArray": Builtin(_is_array), "from": Builtin(_array_from)}),
    "structuredClone": Builtin(_same),
    "Object": Namespace(
        {
            "keys": Builtin(_keys),
            "values": Builtin(_values),
            "entries": Builtin(_entries),
            "fromEntries": Builtin(_from_entries),
            "assign": Builtin(_assign),
            "freeze": Builtin(_same),
            "seal": Builtin(_same),
        }
    ),
}
