"""SQL expressions as values: which columns they compare, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.values import Arguments, Builtin, ListValue, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.schema_items import ColumnValue
    from tenantlint.source import Location


class SqlValue(Native):
    """Anything that operators make SQL of."""

    def expression(self) -> SqlExpression:
        """Return it as an expression."""
        raise NotImplementedError


class SqlExpression(SqlValue):
    """An SQL expression: an operator (``==``, ``and``, ``call``) and what it is applied to."""

    def __init__(self, op: str, parts: tuple[Value, ...] = ()) -> None:
        self.op = op
        self.parts = parts

    def expression(self) -> SqlExpression:
        """Return the expression."""
        return self

    def get(self, name: str) -> Value:
        """Return another expression: attributes and methods of expressions give expressions."""
        return SqlExpression("attribute", (self,))

    def item(self, key: Value) -> Value:
        """Return another expression."""
        return SqlExpression("item", (self,))

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return another expression."""
        return SqlExpression("call", (*self.parts, *args.positional))


class ColumnExpression(SqlExpression):
    """One column, perhaps marked as foreign or remote, or ``ordered`` in a way of its own: it stays that column."""

    def __init__(self, column: ColumnValue, foreign: bool = False, remote: bool = False, ordered: bool = False) -> None:
        super().__init__("column")
        self.column = column
        self.foreign = foreign
        self.remote = remote
        self.ordered = ordered

    def get(self, name: str) -> Value:
        """Return the same column for what only orders it, another expression for the rest."""
        if name not in _ORDERINGS:
            return SqlExpression("attribute", (self,))
        return _Same(ColumnExpression(self.column, self.foreign, self.remote, self.ordered or name != "asc"))


class _Same(Native):
    """A method that gives the column it is called on: ``column.desc()``."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the column."""
        return self.value


class _Functions(Native):
    """``sqlalchemy.func``: every name is a function that makes an expression."""

    def get(self, name: str) -> Value:
        """Return a function, or a package of functions."""
        return _Function(name)


class _Function(SqlExpression):
    """A function of the database, which makes a call of itself."""

    def __init__(self, name: str) -> None:
        super().__init__("function")
        self.name = name

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the call."""
        return SqlExpression(f"{self.name}()" if args.complete else "call", args.positional)


def default_sql(value: Value) -> str | None:
    """Return the SQL of a ``server_default``, None for what is none or not plain."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if not isinstance(value, SqlExpression):
        return None
    if value.op == "text" and len(value.parts) == 1 and isinstance(value.parts[0], str):
        return value.parts[0]
    return value.op if (value.op.endswith("()") or value.op in _CONSTANTS) and not value.parts else None


def combine(op: str, left: Value, right: Value) -> Value:
    """Return the expression that an infix operator makes of two values, one of which is an expression."""
    return SqlExpression(op, (left, right))


def columns_in(value: Value) -> Iterator[ColumnExpression]:
    """Give the columns of an expression in order."""
    if isinstance(value, SqlValue):
        value = value.expression()
    if isinstance(value, ColumnExpression):
        yield value
    elif isinstance(value, (SqlExpression, ListValue)):
        for part in value.parts if isinstance(value, SqlExpression) else value.items:
            yield from columns_in(part)


def _joined(op: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: SqlExpression(op, args.positional if args.complete else (UNKNOWN,)))


def _marked(foreign: bool, remote: bool) -> Builtin:
    def mark(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        column = next(columns_in(args.get(0)), None)
        if column is None:
            return UNKNOWN
        return ColumnExpression(column.column, foreign or column.foreign, remote or column.remote)

    return Builtin(mark)


def _ordered(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return args.get(0)


def _expression(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return SqlExpression("call", args.positional)


_ORDERINGS: Final = frozenset({"desc", "asc", "nulls_first", "nulls_last", "nullsfirst", "nullslast"})

_CONSTANTS: Final = frozenset({"true", "false"})

FUNCTIONS: Final[dict[str, Value]] = {
    "func": _Functions(),
    "and_": _joined("and"),
    "or_": _joined("or"),
    "not_": _joined("not"),
    "foreign": _marked(foreign=True, remote=False),
    "remote": _marked(foreign=False, remote=True),
    **{name: Builtin(_ordered) for name in _ORDERINGS},
    **{
        name: Builtin(_expression)
        for name in (
            "cast type_coerce literal literal_column column case between distinct extract select exists null collate "
            "nullif bindparam"
        ).split()
    },
    **{name: _joined(name) for name in ("text", *_CONSTANTS)},
}
