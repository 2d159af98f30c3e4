"""Python and SQL text for a revision: literals, calls of ``op``, quoted names, types of SQLAlchemy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.lowering import RefusedError
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Maybe

_WIDTH: Final = 84
"""How long a call in a function may be, so that its line is no longer than most projects have theirs."""
_RESERVED: Final = frozenset(
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation "
    "column concurrently constraint create cross current_catalog current_date current_role current_schema "
    "current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for "
    "foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral "
    "leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps "
    "placing primary references returning right select session_user similar some symmetric system_user table "
    "tablesample then to trailing true union unique user using variadic verbose when where window with".split()
)
_TYPES: Final = {
    "uuid": "sa.Uuid()",
    "bigint": "sa.BigInteger()",
    "smallint": "sa.SmallInteger()",
    "integer": "sa.Integer()",
    "text": "sa.Text()",
    "varchar": "sa.String()",
    "boolean": "sa.Boolean()",
    "date": "sa.Date()",
    "timestamptz": "sa.DateTime(timezone=True)",
    "timestamp": "sa.DateTime()",
}


class Code(Record):
    """How a revision is written: its quotes."""

    quote: str = '"'

    def text(self, value: str) -> str:
        """Return a text as a literal, in the other quotes where that needs no escapes."""
        other = "'" if self.quote == '"' else '"'
        mark = other if self.quote in value and other not in value else self.quote
        escaped = value.replace("\\", "\\\\").replace(mark, f"\\{mark}").replace("\n", "\\n").replace("\r", "\\r")
        return f"{mark}{escaped}{mark}"

    def texts(self, values: Iterable[str]) -> str:
        """Return a list of texts."""
        return f"[{', '.join(map(self.text, values))}]"

    def final(self, name: str) -> str:
        """Return a name that no naming convention changes any more."""
        return f"op.f({self.text(name)})"

    def call(self, function: str, *arguments: str, **named: str | None) -> str:
        """Return a call of ``op``. ``named`` are written expressions; those that are None are left out."""
        given = (*arguments, *(f"{name}={value}" for name, value in named.items() if value is not None))
        return f"op.{function}({', '.join(given)})"

    def execute(self, *clauses: str) -> str:
        """Return ``op.execute`` of a statement, a line for each of its clauses where one would be too long.

        A colon before a letter would be a parameter: SQLAlchemy wants it escaped.
        """
        parts = [re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", each) for each in clauses]
        line = self.call("execute", self.text(" ".join(parts)))
        if len(parts) == 1 or len(line) <= _WIDTH:
            return line
        lines = [self.text(f"{part} ") for part in parts[:-1]] + [self.text(parts[-1])]
        return "\n".join(["op.execute(", *(f"    {each}" for each in lines), ")"])

    def schema(self, table: str, keyword: str = "schema") -> dict[str, str | None]:
        """Return the argument that names the schema of a qualified table, where it has one."""
        schema = split(table)[0]
        return {keyword: None if schema is None else self.text(schema)}


def split(table: str) -> tuple[str | None, str]:
    """Return the schema and the name of a qualified table."""
    schema, _, name = table.rpartition(".")
    return schema or None, name


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(table: str, name: str | None = None) -> str:
    """Return a table, or what else has the name ``name`` in its schema, as SQL writes it."""
    schema, own = split(table)
    written = identifier(own if name is None else name)
    return written if schema is None else f"{identifier(schema)}.{written}"


def type_code(name: Maybe[str]) -> str:
    """Return the type of SQLAlchemy for a type of PostgreSQL. Raises RefusedError where it is none of the common."""
    found = None if name is UNKNOWN else _TYPES.get(name)
    length = None if name is UNKNOWN else re.fullmatch(r"varchar\((\d+)\)", name)
    if length is not None:
        found = f"sa.String(length={length[1]})"
    if found is None:
        shown = "its type" if name is UNKNOWN else f"the type `{name}`"
        raise RefusedError(
            f"the migration has to be written by hand, because {shown} of the column is not a common one"
        )
    return found
