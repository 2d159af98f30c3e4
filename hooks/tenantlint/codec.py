"""Records as bytes, and back: of the classes that a Store keeps, and of no others.

A Record becomes a tuple of its class's name and its fields, a tuple a list, UNKNOWN an Ellipsis, and ``marshal`` writes
that. Unlike with pickle, nothing that is read names code that runs. But ``marshal`` must not be given bytes that
somebody made up, which may crash it: what is decoded has passed a checksum in a file that only the user can write.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from tenantlint.record import Record

MODULES: Final = (
    "tenantlint.source",
    "tenantlint.schema",
    "tenantlint.migration",
    "tenantlint.diagnostic",
    "tenantlint.lang.ir",
    "tenantlint.lang.sql.scripts",
    "tenantlint.link",
)
"""Where the classes are that may be kept."""

_LEAF: Final = "."
_PLAIN: Final = frozenset({int, str, bool, float, bytes, type(None)})


class CodecError(ValueError):
    """The value holds something that is not kept."""


def encode(value: object) -> bytes:
    """Return a value as bytes: Records, tuples, frozensets of strings, UNKNOWN and plain values. Raises CodecError."""
    try:
        return marshal.dumps(pack(value))
    except (RecursionError, ValueError) as error:
        raise CodecError(str(error)) from error


def pack(value: object) -> Any:
    """Return a value as plain tuples, lists and so on. Raises CodecError."""
    return value if type(value) in _PLAIN else _PACKERS[type(value)](value)


def decode(data: bytes) -> object:
    """Return the value that ``encode`` was given. Raises CodecError where that is not possible here and now."""
    try:
        return unpack(marshal.loads(data))
    except (ValueError, EOFError, TypeError) as error:
        raise CodecError(str(error)) from error


def unpack(packed: object) -> object:
    """Return the value that ``pack`` was given. Raises CodecError where that is not possible here and now."""
    try:
        return _unpacked(packed)
    except (ValueError, TypeError, IndexError, AttributeError, ImportError, RecursionError) as error:
        raise CodecError(str(error)) from error


Pack = Callable[[Any], object]


class _Packers(dict[type, Pack]):
    """What packs the values of each type, made when it is first asked for."""

    def __missing__(self, kind: type) -> Pack:
        pack = self[kind] = self._make(kind)
        return pack

    def _make(self, kind: type) -> Pack:
        from tenantlint.schema import Unknown

        if issubclass(kind, Record) and kind.__module__ in MODULES:
            return self._of_record(f"{MODULES.index(kind.__module__)}{kind.__name__}", _in_order(kind))
        if kind is tuple:
            return lambda value: [v if type(v) in _PLAIN else self[type(v)](v) for v in value]
        if kind is frozenset:
            return lambda value: frozenset(map(_string, value))
        if kind is Unknown:
            return lambda value: ...
        raise CodecError(f"{kind.__name__} is not kept")

    def _of_record(self, name: str, fields: list[str]) -> Pack:
        """Return what packs Records of a class. One of plain fields is marked, so that it is quicker to unpack."""
        get, leaf = attrgetter(*fields) if len(fields) > 1 else _only(*fields), _LEAF + name

        def packed(value: object) -> object:
            values = get(value)
            if _PLAIN.issuperset(map(type, values)):
                return (leaf, *values)
            return (name, *[v if type(v) in _PLAIN else self[type(v)](v) for v in values])

        return packed


def _only(field: str) -> Callable[[object], tuple[object]]:
    get = attrgetter(field)
    return lambda value: (get(value),)


def _string(value: object) -> str:
    if type(value) is not str:
        raise CodecError(f"{type(value).__name__} in a set is not kept")
    return value


def _in_order(kind: type[Record]) -> list[str]:
    """Return the fields in the order in which the class takes them: those without a default come first."""
    required = [field for field in kind.__fields__ if field not in kind.__defaults__]
    return [*required, *(field for field in kind.__fields__ if field in kind.__defaults__)]


def _unpacked(value: object) -> object:
    if type(value) is tuple:
        name = value[0]
        make = _CLASSES.get(name) or _class(name)
        if name[0] == _LEAF:
            return make(*value[1:])
        return make(*[v if type(v) in _PLAIN else _unpacked(v) for v in value[1:]])
    if isinstance(value, list):
        return tuple([v if type(v) in _PLAIN else _unpacked(v) for v in value])
    if value is ...:
        from tenantlint.schema import UNKNOWN

        return UNKNOWN
    return value


def _class(name: str) -> type[Record]:
    from importlib import import_module

    plain = name.removeprefix(_LEAF)
    found: type[Record] = getattr(import_module(MODULES[int(plain[0])]), plain[1:])
    if not issubclass(found, Record):
        raise CodecError(f"{name} is no Record")
    _CLASSES[name] = found
    return found


_PACKERS: Final = _Packers()
_CLASSES: Final[dict[str, type[Record]]] = {}
