"""Records as bytes, and back: of the classes that a Store keeps, and of no others.

A Record becomes a tuple of its class's name and its fields, a tuple a list, UNKNOWN an Ellipsis, and ``marshal`` writes
that. Unlike with pickle, nothing that is read names code that runs. But ``marshal`` must not be given bytes that
somebody made up, which may crash it: what is decoded has passed a checksum in a file that only the user can write.
"""

from __future__ import annotations

import marshal
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
)
"""Where the classes are that may be kept."""

_PLAIN: Final = frozenset({int, str, bool, float, bytes, type(None)})


class CodecError(ValueError):
    """The value holds something that is not kept."""


def encode(value: object) -> bytes:
    """Return a value as bytes: Records, tuples, frozensets of strings, UNKNOWN and plain values. Raises CodecError."""
    try:
        packed: Any = _packed(value)
        return marshal.dumps(packed)
    except (RecursionError, ValueError) as error:
        raise CodecError(str(error)) from error


def decode(data: bytes) -> object:
    """Return the value that ``encode`` was given. Raises CodecError where that is not possible here and now."""
    try:
        return _unpacked(marshal.loads(data))
    except (ValueError, EOFError, TypeError, IndexError, AttributeError, ImportError, RecursionError) as error:
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
        name, fields = f"{MODULES.index(kind.__module__)}{kind.__name__}", _in_order(kind)
        return lambda value: (name, *[_packed(getattr(value, field)) for field in fields])
    if kind is tuple:
        return lambda value: [_packed(item) for item in value]  # type: ignore[attr-defined]
    if kind is frozenset:
        return lambda value: frozenset(map(_string, value))  # type: ignore[call-overload]
    if kind is Unknown:
        return lambda value: ...
    raise CodecError(f"{kind.__name__} is not kept")


def _string(value: object) -> str:
    if type(value) is not str:
        raise CodecError(f"{type(value).__name__} in a set is not kept")
    return value


def _in_order(kind: type[Record]) -> list[str]:
    """Return the fields in the order in which the class takes them: those without a default come first."""
    required = [field for field in kind.__fields__ if field not in kind.__defaults__]
    return [*required, *(field for field in kind.__fields__ if field in kind.__defaults__)]


def _unpacked(value: object) -> object:
    if isinstance(value, tuple):
        name, *rest = value
        return (_CLASSES.get(name) or _class(name))(*[v if type(v) in _PLAIN else _unpacked(v) for v in rest])
    if isinstance(value, list):
        return tuple([v if type(v) in _PLAIN else _unpacked(v) for v in value])
    if value is ...:
        from tenantlint.schema import UNKNOWN

        return UNKNOWN
    return value


def _class(name: str) -> type[Record]:
    from importlib import import_module

    found: type[Record] = getattr(import_module(MODULES[int(name[0])]), name[1:])
    if not issubclass(found, Record):
        raise CodecError(f"{name} is no Record")
    _CLASSES[name] = found
    return found


_PACKERS: Final[dict[type, Callable[[object], object]]] = {}
_CLASSES: Final[dict[str, type[Record]]] = {}
