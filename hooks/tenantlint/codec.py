"""Records as bytes, and back: of the classes that a Store keeps, and of no others.

A Record becomes a tuple of its class's name and its fields, a tuple a list, UNKNOWN an Ellipsis, and ``marshal`` writes
that. Unlike with pickle, nothing that is read names code that runs. But ``marshal`` must not be given bytes that
somebody made up, which may crash it: what is decoded has passed a checksum in a file that only the user can write.
"""

from __future__ import annotations

import marshal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

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
    return _packed(value)


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


def _packed(value: object) -> object:
    kind = type(value)
    if kind in _PLAIN:
        return value
    pack = _PACKERS.get(kind)
    if pack is None:
        pack = _PACKERS[kind] = _packer(kind)
    return pack(value)


def _packer(kind: type) -> Callable[[object], object]:
    from tenantlint.schema import Unknown

    if issubclass(kind, Record) and kind.__module__ in MODULES:
        return _record_packer(f"{MODULES.index(kind.__module__)}{kind.__name__}", _in_order(kind))
    if kind is tuple:
        return lambda value: [_packed(item) for item in value]  # type: ignore[attr-defined]
    if kind is frozenset:
        return lambda value: frozenset(map(_string, value))  # type: ignore[call-overload]
    if kind is Unknown:
        return lambda value: ...
    raise CodecError(f"{kind.__name__} is not kept")


def _record_packer(name: str, fields: list[str]) -> Callable[[object], object]:
    """Return what packs Records of a class. One with plain fields only is marked, so that it is quicker to unpack."""
    get, leaf, count = attrgetter(*fields, "__class__"), _LEAF + name, len(fields)

    def packed(value: object) -> object:
        values = get(value)[:count]
        if _PLAIN.issuperset(map(type, values)):
            return (leaf, *values)
        return (name, *[v if type(v) in _PLAIN else _packed(v) for v in values])

    return packed


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


_PACKERS: Final[dict[type, Callable[[object], object]]] = {}
_CLASSES: Final[dict[str, type[Record]]] = {}
