"""PostgreSQL type names in one short lower-case form, so that types of different ORMs compare."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Fit: TypeAlias = Literal["fits", "narrow", "clash", "unclear"]
"""How a column's type goes with the key that it references: see ``reference``."""

_ALIASES: Final = {
    "bigserial": "bigint",
    "bool": "boolean",
    "char": "char",
    "character": "char",
    "character varying": "varchar",
    "dec": "numeric",
    "decimal": "numeric",
    "double": "double precision",
    "float4": "real",
    "float8": "double precision",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "serial": "integer",
    "serial2": "smallint",
    "serial4": "integer",
    "serial8": "bigint",
    "smallserial": "smallint",
    "bit varying": "varbit",
}
_FAMILIES: Final = {
    "bigint": "integer",
    "smallint": "integer",
    "char": "text",
    "varchar": "text",
}
_SIZES: Final = {"smallint": 2, "integer": 4, "bigint": 8}
_WIDENING: Final = {"integer": 0, "numeric": 1, "real": 2, "double precision": 2}
_MOMENTS: Final = frozenset({"date", "timestamp", "timestamptz"})
_MYSQL_INTEGERS: Final = {"serial": "bigint unsigned", "integer": "int"}
_TYPE = r"^(?P<base>.*?)\s*(?:\((?P<args>[^()]*)\))?\s*(?P<zone>with(?:out)? time zone)?$"
_REAL_DIGITS: Final = 24


@lru_cache(maxsize=1024)
def normalize(sql_type: str) -> str:
    """Return the short form of a PostgreSQL type: ``varchar(255)``, ``timestamptz(3)``, ``numeric(10,2)``, ``text[]``.

    Serial types give the integer type that the column really has. A name that is not known (an enum, a domain, an
    extension's type) keeps its case and its quotes are dropped.
    """
    text = " ".join(sql_type.replace('"', "").split())
    dimensions = 0
    while text.endswith("]"):
        text = text[: text.rindex("[")].rstrip()
        dimensions += 1
    return _normalize_scalar(text) + "[]" * dimensions


@lru_cache(maxsize=1024)
def family(sql_type: str) -> str:
    """Return what the short form ``sql_type`` holds, its size aside: types of one family can be compared."""
    base = sql_type.split("(")[0]
    return _FAMILIES.get(base, base) if not sql_type.endswith("]") else sql_type


def reference(column: str, key: str, mysql: bool = False) -> Fit:
    """Tell whether a column of type ``column`` (short form) can be a foreign key to one of type ``key``.

    ``clash``: the database refuses it. ``narrow``: it takes it, but the column cannot hold every key. ``unclear``: an
    enum, a domain or another type that is not known has a part in it. PostgreSQL takes what it can compare, such as
    text with varchar and any integer with a numeric key; MySQL wants integers of one size and sign.
    """
    own, other = family(column), family(key)
    if mysql:
        return _mysql_reference(_mysql_integer(column), _mysql_integer(key))
    if own == other:
        return "narrow" if _SIZES.get(column, 0) < _SIZES.get(key, 0) else "fits"
    if own in _WIDENING and other in _WIDENING:
        return "fits" if _WIDENING[own] <= _WIDENING[other] else "clash"
    if {own, other} <= _MOMENTS or (own, other) == ("citext", "text"):
        return "fits"
    return "clash" if _is_known(own) and _is_known(other) else "unclear"


def _mysql_reference(own: str, other: str) -> Fit:
    if own == other:
        return "fits"
    own_integer, other_integer = (each.removesuffix(" unsigned") in _MYSQL_SIZED for each in (own, other))
    return "clash" if own_integer and other_integer else "unclear" if own_integer == other_integer else "clash"


def _mysql_integer(sql_type: str) -> str:
    base, unsigned, _ = sql_type.partition(" unsigned")
    base = base.split("(")[0]
    return _MYSQL_INTEGERS.get(base, base) + unsigned


def _is_known(sql_type: str) -> bool:
    base = sql_type.split("(")[0].replace("[]", "")
    return base in _KNOWN or base in _MOMENTS or base in ("time", "timetz")


def _normalize_scalar(text: str) -> str:
    match = re.match(_TYPE, text.lower())
    if match is None:
        return text
    base, zone = match["base"], match["zone"]
    args = ",".join(part.strip() for part in (match["args"] or "").split(",") if part.strip())
    if base in ("timestamp", "time", "timestamptz", "timetz"):
        base = base.removesuffix("tz") + ("tz" if zone == "with time zone" or base.endswith("tz") else "")
    elif base == "float":
        return "real" if args and int(args) <= _REAL_DIGITS else "double precision"
    else:
        base = _ALIASES.get(base, base if base in _KNOWN or match["args"] is not None else text)
    return f"{base}({args})" if args else base


_MYSQL_SIZED: Final = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})

_KNOWN: Final = frozenset(_ALIASES.values()) | {
    "bit",
    "box",
    "bytea",
    "cidr",
    "circle",
    "date",
    "inet",
    "interval",
    "json",
    "jsonb",
    "line",
    "lseg",
    "macaddr",
    "money",
    "numeric",
    "path",
    "point",
    "polygon",
    "real",
    "text",
    "tsquery",
    "tsvector",
    "uuid",
    "varchar",
    "xml",
    *"citext datemultirange daterange hstore int4multirange int4range int8multirange int8range jsonpath".split(),
    *"macaddr8 nummultirange numrange oid regclass regconfig tsmultirange tsrange tstzmultirange tstzrange".split(),
}
