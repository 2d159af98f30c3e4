"""SQLAlchemy's statements as values: text, and what writes rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from tenantlint.lang.alembic.answers import ROWS, PartialText, text_of
from tenantlint.lang.sqlmodel.expressions import SqlExpression
from tenantlint.lang.sqlmodel.models import TableModel
from tenantlint.lang.sqlmodel.objects import ClassValue
from tenantlint.lang.sqlmodel.schema_items import ColumnValue
from tenantlint.lang.values import MISSING, Arguments, Builtin, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe, qualified

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

    Command: TypeAlias = Literal["insert", "update", "delete"]

_PARAMETER: Final = r"(?<![:\w\\]):(\w+)(?!:)"
MAX_NAME: Final = 63
"""Characters of the longest name in PostgreSQL."""
_SCHEMA: Final = "public"


def table_name(schema: Value, name: Value) -> Maybe[str]:
    """Return the qualified name of a table, without the schema ``public``."""
    if not isinstance(name, str) or not (schema is None or isinstance(schema, str)):
        return UNKNOWN
    return qualified(None if schema == _SCHEMA else schema, name)


def shortened(name: Maybe[str | None]) -> Maybe[str | None]:
    """Return the name of a constraint or index as SQLAlchemy sends it: one that is too long ends in a checksum."""
    if name is None or name is UNKNOWN or len(name) <= MAX_NAME:
        return name
    from hashlib import md5

    return f"{name[: MAX_NAME - 8]}_{md5(name.encode(), usedforsecurity=False).hexdigest()[-4:]}"


class TextValue(SqlExpression):
    """``text(...)``: ``value`` is the text that it is given."""

    def __init__(self, value: Value) -> None:
        super().__init__("text", (value,))
        self.value = value

    def get(self, name: str) -> Value:
        """Return a method that gives the same text: ``bindparams``, ``columns``."""
        if name in ("bindparams", "columns", "execution_options"):
            return Builtin(lambda evaluator, args, at: self)
        return super().get(name)


def without_parameters(text: str) -> str:
    """Return SQL as SQLAlchemy's ``text`` sends it: parameters are ``$1``, and an escaped colon is one."""
    return re.sub(r"\\(?=:)", "", re.sub(_PARAMETER, "$1", text))


class ColumnClause(SqlExpression):
    """``column("x")``, which may have a direction."""

    def __init__(self, name: Value) -> None:
        super().__init__("column clause")
        self.name = name

    def get(self, name: str) -> Value:
        """Return the same column for what only orders it."""
        if name in ("desc", "asc", "nulls_first", "nulls_last", "nullsfirst", "nullslast"):
            return Builtin(lambda evaluator, args, at: self)
        return {"name": self.name, "key": self.name}.get(name, super().get(name))


class TableClause(Native):
    """``table("users", column("id"))``, or a ``Table`` that a migration names to write rows."""

    def __init__(self, name: Maybe[str]) -> None:
        self.name = name

    def get(self, name: str) -> Value:
        """Return the columns, or a method that makes a statement."""
        if name in ("c", "columns"):
            return Columns()
        if name in ("insert", "update", "delete"):
            return Builtin(lambda evaluator, args, at: Write(self.name, name, _given(args)))  # type: ignore[arg-type]
        if name == "select":
            return Builtin(lambda evaluator, args, at: Select())
        return {"name": self.name}.get(name, SqlExpression("attribute"))


class Columns(Native):
    """``table.c``: every name is a column."""

    def get(self, name: str) -> Value:
        """Return a column."""
        return ColumnClause(name)

    def item(self, key: Value) -> Value:
        """Return a column."""
        return ColumnClause(key)


class Select(SqlExpression):
    """A query: it changes nothing."""

    def __init__(self) -> None:
        super().__init__("select")

    def get(self, name: str) -> Value:
        """Return a method that makes another query."""
        return Builtin(lambda evaluator, args, at: self)


class Write(Native):
    """``insert``, ``update`` or ``delete`` with the columns that it sets."""

    def __init__(self, table: Maybe[str], command: Command, columns: Maybe[tuple[Maybe[str], ...]] = ()) -> None:
        self.table = table
        self.command = command
        self.columns = columns

    def get(self, name: str) -> Value:
        """Return a method that goes on with the statement."""
        return Builtin(_MORE.get(name, _same)(self))


def _same(write: Write) -> Callable[[Evaluator, Arguments, Location], Value]:
    return lambda evaluator, args, at: write


def _values(write: Write) -> Callable[[Evaluator, Arguments, Location], Value]:
    return lambda evaluator, args, at: Write(write.table, write.command, _added(write.columns, _given(args)))


def _from_select(write: Write) -> Callable[[Evaluator, Arguments, Location], Value]:
    return lambda evaluator, args, at: Write(write.table, write.command, column_names(args.get(0, "names")))


_MORE: Final = {"values": _values, "ordered_values": _values, "from_select": _from_select}


def _added(left: Maybe[tuple[Maybe[str], ...]], right: Maybe[tuple[Maybe[str], ...]]) -> Maybe[tuple[Maybe[str], ...]]:
    return UNKNOWN if left is UNKNOWN or right is UNKNOWN else tuple(dict.fromkeys((*left, *right)))


def _given(args: Arguments) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the columns that ``values(...)`` sets."""
    if not args.complete:
        return UNKNOWN
    names: Maybe[tuple[Maybe[str], ...]] = tuple(args.named)
    for value in args.positional:
        names = _added(names, row_columns(value))
    return names


def row_columns(value: Value) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the columns that one row, or a list of rows, sets."""
    if isinstance(value, MapValue) and value.complete:
        return tuple(column_name(key) for key in value.entries)
    if isinstance(value, ListValue) and value.complete:
        names: Maybe[tuple[Maybe[str], ...]] = ()
        for row in value.items:
            names = _added(names, row_columns(row))
        return names
    return UNKNOWN


def column_name(value: Value) -> Maybe[str]:
    """Return the name of a column that is given as text or as a column."""
    if isinstance(value, ColumnClause):
        value = value.name
    if isinstance(value, ColumnValue):
        return value.database_name()
    return value if isinstance(value, str) else UNKNOWN


def column_names(value: Value) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the names in a list of columns, UNKNOWN where they are not all known to be there."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, ListValue) or not value.complete:
        return UNKNOWN
    return tuple(column_name(item) for item in value.items)


def named_table(value: Value) -> Maybe[str]:
    """Return the table that a clause, a ``Table`` or a mapped class stands for."""
    if isinstance(value, TableClause):
        return value.name
    if isinstance(value, TableModel):
        return table_name(value.schema, value.table_name)
    if isinstance(value, ClassValue):
        found, args = value.get("__tablename__"), value.own("__table_args__")
        return table_name(None, found) if args is MISSING else _with_arguments(found, args)
    return UNKNOWN


def _with_arguments(name: Value, args: Value) -> Maybe[str]:
    parts = args.items if isinstance(args, ListValue) else [args]
    maps = [part for part in parts if isinstance(part, MapValue)]
    if any(not part.complete for part in maps):
        return UNKNOWN
    return table_name(next((part.entries["schema"] for part in maps if "schema" in part.entries), None), name)


def make_table(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``table(name, *columns)`` or ``Table(name, metadata, *columns)`` makes."""
    return TableClause(table_name(args.get(None, "schema", None), args.get(0, "name")))


def make_write(command: Command) -> Builtin:
    """Return ``insert``, ``update`` or ``delete``."""
    return Builtin(lambda evaluator, args, at: Write(named_table(args.get(0, "table")), command))


def make_text(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``text(...)`` makes."""
    return TextValue(args.get(0, "text"))


def dedent(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``textwrap.dedent`` makes: white space has no meaning in SQL."""
    given = args.get(0, "text")
    text = text_of(given)
    if text is None:
        return ROWS
    if isinstance(given, PartialText):
        return given
    from textwrap import dedent as dedented

    return dedented(text)
