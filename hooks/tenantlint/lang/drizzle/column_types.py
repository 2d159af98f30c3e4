"""The SQL type that each column builder gives, by dialect, as ``getSQLType()`` returns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.drizzle.values import UNDEFINED, member
from tenantlint.lang.values import ListValue, MapValue, Value
from tenantlint.schema import UNKNOWN, Dialect, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TypeOf: TypeAlias = "Callable[[Value], Maybe[str]]"
"""From the options of a builder (an object, or UNDEFINED) to the type."""


def _option(options: Value, name: str) -> Value:
    """Return an option that becomes a part of the type: a plain value, UNDEFINED, or UNKNOWN for all else."""
    value = member(options, name)
    return value if value is UNDEFINED or isinstance(value, (str, int, float)) else UNKNOWN


def _fixed(text: str) -> TypeOf:
    return lambda options: text


def _sized(base: str, option: str = "length", optional: bool = True) -> TypeOf:
    """Return ``base(size)``; plain ``base`` where the size is optional and not given."""

    def type_of(options: Value) -> Maybe[str]:
        size = _option(options, option)
        if size is UNKNOWN:
            return UNKNOWN
        if size is UNDEFINED:
            return base if optional else f"{base}(undefined)"
        return f"{base}({size})"

    return type_of


def _numeric(base: str, separator: str, unsigned: bool = False) -> TypeOf:
    def type_of(options: Value) -> Maybe[str]:
        precision, scale, sign = (_option(options, name) for name in ("precision", "scale", "unsigned"))
        if UNKNOWN in (precision, scale) or (unsigned and sign is UNKNOWN):
            return UNKNOWN
        text = base
        if precision is not UNDEFINED:
            text = f"{base}({precision})" if scale is UNDEFINED else f"{base}({precision}{separator}{scale})"
        if text in ("decimal(10,0)", "decimal(10)"):
            text = "decimal"
        return f"{text} unsigned" if unsigned and sign is True else text

    return type_of


def _unsigned(base: str) -> TypeOf:
    def type_of(options: Value) -> Maybe[str]:
        sign = _option(options, "unsigned")
        if sign is UNKNOWN:
            return UNKNOWN
        return f"{base} unsigned" if sign is True else base

    return type_of


def _zoned(base: str) -> TypeOf:
    def type_of(options: Value) -> Maybe[str]:
        precision, zone = _option(options, "precision"), _option(options, "withTimezone")
        if UNKNOWN in (precision, zone):
            return UNKNOWN
        text = base if precision is UNDEFINED else f"{base}({precision})"
        return f"{text} with time zone" if zone is True else text

    return type_of


def _interval(options: Value) -> Maybe[str]:
    fields, precision = _option(options, "fields"), _option(options, "precision")
    if UNKNOWN in (fields, precision):
        return UNKNOWN
    text = "interval" if fields is UNDEFINED else f"interval {fields}"
    return text if precision in (UNDEFINED, 0) else f"{text}({precision})"


def _sqlite_text(options: Value) -> Maybe[str]:
    mode, length = _option(options, "mode"), _option(options, "length")
    if mode == "json":
        return "text"
    if UNKNOWN in (mode, length):
        return UNKNOWN
    return "text" if length in (UNDEFINED, 0) else f"text({length})"


def mysql_enum(values: Value) -> Maybe[str]:
    """Return the type of a MySQL enum, whose labels are an array or the values of an object."""
    if isinstance(values, MapValue):
        values = ListValue(list(values.entries.values()), complete=values.complete)
    if not isinstance(values, ListValue) or not values.complete:
        return UNKNOWN
    labels = [f"'{item}'" for item in values.items if isinstance(item, str)]
    return f"enum({','.join(labels)})" if len(labels) == len(values.items) else UNKNOWN


_SAME: Final = ("boolean", "date", "json", "real", "serial", "smallint", "text")

TYPES: Final[Mapping[Dialect, Mapping[str, TypeOf]]] = {
    "postgresql": {
        **{
            name: _fixed(name)
            for name in (*_SAME, "bigint", "bigserial", "bytea", "cidr", "inet", "integer", "jsonb", "line", "macaddr")
        },
        **{name: _fixed(name) for name in ("macaddr8", "point", "smallserial", "uuid")},
        "doublePrecision": _fixed("double precision"),
        "geometry": _fixed("geometry(point)"),
        "char": _sized("char"),
        "varchar": _sized("varchar"),
        "numeric": _numeric("numeric", ", "),
        "decimal": _numeric("numeric", ", "),
        "interval": _interval,
        "time": _zoned("time"),
        "timestamp": _zoned("timestamp"),
        **{name: _sized(name, "dimensions", optional=False) for name in ("bit", "halfvec", "sparsevec", "vector")},
    },
    "mysql": {
        **{name: _fixed(name) for name in ("boolean", "date", "json", "serial", "year")},
        **{name: _fixed(name) for name in ("text", "tinytext", "mediumtext", "longtext")},
        **{name: _unsigned(name) for name in ("bigint", "int", "mediumint", "smallint", "tinyint")},
        **{name: _sized(name) for name in ("binary", "char", "varbinary", "varchar")},
        **{name: _sized(name, "fsp") for name in ("datetime", "time", "timestamp")},
        **{name: _numeric(name, ",", unsigned=True) for name in ("decimal", "double", "float")},
        "real": _numeric("real", ", "),
    },
    "sqlite": {
        "blob": _fixed("blob"),
        "integer": _fixed("integer"),
        "int": _fixed("integer"),
        "numeric": _fixed("numeric"),
        "real": _fixed("real"),
        "text": _sqlite_text,
    },
}
