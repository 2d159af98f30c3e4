"""PostgreSQL type names in one short lower-case form, so that types of different ORMs compare."""

from __future__ import annotations

import re
from typing import Final

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
_TYPE = r"^(?P<base>.*?)\s*(?:\((?P<args>[^()]*)\))?\s*(?P<zone>with(?:out)? time zone)?$"
_REAL_DIGITS: Final = 24


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


def family(sql_type: str) -> str:
    """Return what the short form ``sql_type`` holds, its size aside: types of one family can be compared."""
    base = sql_type.split("(")[0]
    return _FAMILIES.get(base, base) if not sql_type.endswith("]") else sql_type


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
