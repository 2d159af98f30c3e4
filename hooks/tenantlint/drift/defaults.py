"""Defaults of columns in a form that compares: literals and plain calls, whatever way they are written."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

_STRING: Final = r"(?s)[eE]?'((?:[^']|'')*)'"
_CAST: Final = r"(?s)(.*?)\s*::\s*[\w\s.\"]+(?:\(\s*[\d\s,]+\))?(?:\s*\[\s*\])*$"
_CALL: Final = r"[a-z_][\w.]*\(\)"
_NOW: Final = frozenset(
    {"current_timestamp", "current_timestamp()", "now()", "transaction_timestamp()", "localtimestamp"}
)
_TRUE: Final = frozenset({"true", "t", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "off", "0"})


def comparable_default(sql: str, sql_type: str) -> str | None:
    """Return the value of a DEFAULT for a column of a type (short form), None where it is more than a literal."""
    text = _bare(sql.strip())
    string = re.fullmatch(_STRING, text)
    if string is not None:
        if "\\" in text and text[0] in "eE":
            return None
        return _value(string[1].replace("''", "'"), sql_type, quoted=True)
    compact = re.sub(r"\s+", "", text).lower()
    if compact in _NOW:
        return "now()"
    if re.fullmatch(_CALL, compact):
        return compact.removeprefix("pg_catalog.").removeprefix("public.")
    if compact in ("true", "false"):
        return compact
    number = _number(compact)
    return None if number is None else _value(number, sql_type, quoted=False)


def _bare(text: str) -> str:
    """Return an expression without the brackets and casts around it."""
    while True:
        cast = re.fullmatch(_CAST, text)
        if cast is not None and _is_whole(cast[1]):
            text = cast[1].strip()
        elif text.startswith("(") and text.endswith(")") and _is_whole(text[1:-1]):
            text = text[1:-1].strip()
        else:
            return text


def _is_whole(text: str) -> bool:
    """Return whether brackets and quotes are closed in a text, and no bracket is closed that it does not open."""
    depth = 0
    for piece in re.findall(r"'(?:[^']|'')*'|[()']", text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth < 0 or piece == "'":
            return False
    return depth == 0


def _value(text: str, sql_type: str, quoted: bool) -> str | None:
    base = sql_type.split("(")[0]
    if base == "boolean":
        lowered = text.strip().lower()
        return "true" if lowered in _TRUE else "false" if lowered in _FALSE else None
    if base in ("json", "jsonb"):
        return _json(text)
    if base in ("integer", "bigint", "smallint", "numeric", "real", "double precision"):
        return _number(text.strip())
    if base in ("text", "varchar", "char", "citext", "uuid"):
        return f"'{text}'"
    if base.startswith(("timestamp", "date", "time", "interval")):
        return None
    return f"'{text}'" if quoted else text


def _json(text: str) -> str | None:
    import json

    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return None


def _number(text: str) -> str | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return format(number.normalize(), "f") if number.is_finite() else None
