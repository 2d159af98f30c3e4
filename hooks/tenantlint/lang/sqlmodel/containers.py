"""The methods and items of Python's strings, lists and dicts, as far as schemas use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.builtins import Slice, applied, dict_of, iterate, plain, pure
from tenantlint.lang.sqlmodel.objects import EnumMember
from tenantlint.lang.sqlmodel.sizes import method
from tenantlint.lang.values import MAX_ITEMS, MISSING, Builtin, FuncValue, ListValue, MapValue, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Arguments
    from tenantlint.source import Location

    Method = Callable[[Any, Evaluator, Arguments, Location], Value]

_STRING_METHODS: Final = frozenset(
    "capitalize casefold count endswith expandtabs find format index isalnum isalpha isascii isdecimal isdigit "
    "isidentifier islower isnumeric isspace istitle isupper join ljust lower lstrip partition removeprefix "
    "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase "
    "title upper zfill".split()
)


def attribute(value: Value, name: str) -> Value:
    """Return ``value.name`` for a constant, list, map or function."""
    if isinstance(value, str) and name in _STRING_METHODS:
        return pure(method(value, name))
    if isinstance(value, ListValue):
        return _bound(value, name, _LIST_METHODS)
    if isinstance(value, MapValue):
        return _bound(value, name, _MAP_METHODS)
    if isinstance(value, FuncValue) and name in ("__name__", "__qualname__"):
        return value.node.name
    return UNKNOWN


def _bound(value: Value, name: str, methods: Mapping[str, Method]) -> Value:
    method = methods.get(name)
    if method is None:
        return UNKNOWN
    return Builtin(lambda evaluator, args, at: method(value, evaluator, args, at))


def _spoil(value: ListValue | MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Stand for a change that is not followed: from now on there may be more or less than is known."""
    value.complete = False
    return UNKNOWN


def _append(value: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    value.append(args.get(0), at, not evaluator.uncertain)
    return None


def _extend(value: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    items = iterate(args.get(0))
    value.complete = value.complete and items is not None and not evaluator.uncertain
    for item in tuple(items or ())[:MAX_ITEMS]:  # a list may be extended by itself
        value.append(item, at, not evaluator.uncertain)
    value.complete = value.complete and len(value.items) <= MAX_ITEMS
    return None


def _copy_list(value: ListValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return ListValue(list(value.items), value.kind, value.complete, list(value.places))


def _get(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    found = map_item(value, args.get(0))
    return args.get(1, default=None) if found is MISSING else found


def _pop(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    found, key = _get(value, evaluator, args, at), args.get(0)
    if evaluator.uncertain or not isinstance(key, str):
        value.complete = False
    else:
        value.entries.pop(key, None)
    return found


def _setdefault(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    if map_item(value, args.get(0)) is MISSING:
        value.put(args.get(0), args.get(1, default=None), at, not evaluator.uncertain)
    return _get(value, evaluator, args, at)


def _update(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    other = dict_of(evaluator, args, at)
    if isinstance(other, MapValue):
        value.update(other)
    value.complete = value.complete and not evaluator.uncertain
    return None


def _copy_map(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return MapValue(dict(value.entries), value.complete, dict(value.places))


def _keys(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return ListValue(list(value.entries), "list", value.complete)


def _values(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return ListValue(list(value.entries.values()), "list", value.complete)


def _items(value: MapValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    pairs: list[Value] = [ListValue([key, item], "tuple") for key, item in value.entries.items()]
    return ListValue(pairs, "list", value.complete)


_LIST_METHODS: Final[dict[str, Method]] = {
    **dict.fromkeys(("insert", "remove", "pop", "clear", "sort", "reverse", "discard"), _spoil),
    **dict.fromkeys(("append", "add"), _append),
    **dict.fromkeys(("extend", "update"), _extend),
    "copy": _copy_list,
}
_MAP_METHODS: Final[dict[str, Method]] = {
    **dict.fromkeys(("popitem", "clear"), _spoil),
    "get": _get,
    "pop": _pop,
    "setdefault": _setdefault,
    "update": _update,
    "copy": _copy_map,
    "keys": _keys,
    "values": _values,
    "items": _items,
}


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
        return applied(str.__getitem__, value, key)
    if isinstance(value, ListValue) and isinstance(key, int) and value.complete:
        return value.items[key] if -len(value.items) <= key < len(value.items) else UNKNOWN
    return UNKNOWN


def _sliced(value: Value, key: Slice) -> Value:
    if key.bounds.step == 0:
        return UNKNOWN
    if isinstance(value, str):
        return value[key.bounds]
    if isinstance(value, ListValue) and value.complete:
        return ListValue(value.items[key.bounds], value.kind, True, value.places[key.bounds])
    return UNKNOWN
