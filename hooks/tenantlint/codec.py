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

_PLAIN_HINTS: Final = frozenset({"int", "str", "bool", "float", "bytes", "None"})
"""The annotations of fields that are always plain."""

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
            return self._of_record(kind)
        if kind is tuple:
            return lambda value: [v if type(v) in _PLAIN else self[type(v)](v) for v in value]
        if kind is frozenset:
            return lambda value: frozenset(map(_string, value))
        if kind is Unknown:
            return lambda value: ...
        raise CodecError(f"{kind.__name__} is not kept")

    def _of_record(self, kind: type[Record]) -> Pack:
        """Return what packs Records of a class; what is not plain although its field says so, ``marshal`` refuses."""
        name = f"{MODULES.index(kind.__module__)}{kind.__name__}"
        fields = _in_order(kind)
        get, places = attrgetter(*fields) if len(fields) > 1 else _only(*fields), _places(kind)

        def packed(value: object) -> object:
            values = [*get(value)]
            for place in places:
                part = values[place]
                part_type = type(part)
                if part_type is tuple:
                    values[place] = [v if type(v) in _PLAIN else self[type(v)](v) for v in part]
                elif part_type not in _PLAIN:
                    values[place] = self[part_type](part)
            return (name, *values)

        return packed if places else lambda value: (name, *get(value))


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


def _places(kind: type[Record]) -> tuple[int, ...]:
    """Return which of the fields in that order may hold something else than plain values, by their annotations."""
    hints = {field: hint for base in kind.__mro__ for field, hint in vars(base).get("__annotations__", {}).items()}
    fields = enumerate(_in_order(kind))
    return tuple(place for place, field in fields if not _PLAIN_HINTS.issuperset(hints[field].split(" | ")))


def _unpacked(value: object) -> object:
    if type(value) is tuple:
        name, *parts = value
        make, places = _CLASSES.get(name) or _class(name)
        for place in places:
            part = parts[place]
            if type(part) is list:
                parts[place] = tuple([v if type(v) in _PLAIN else _unpacked(v) for v in part])
            elif type(part) not in _PLAIN:
                parts[place] = _unpacked(part)
        return make(*parts)
    if type(value) is list:
        return tuple([v if type(v) in _PLAIN else _unpacked(v) for v in value])
    if value is ...:
        from tenantlint.schema import UNKNOWN

        return UNKNOWN
    return value


def _class(name: str) -> tuple[type[Record], tuple[int, ...]]:
    from importlib import import_module

    found: type[Record] = getattr(import_module(MODULES[int(name[0])]), name[1:])
    if not issubclass(found, Record):
        raise CodecError(f"{name} is no Record")
    made = _CLASSES[name] = found, _places(found)
    return made


_PACKERS: Final = _Packers()
_CLASSES: Final[dict[str, tuple[type[Record], tuple[int, ...]]]] = {}
