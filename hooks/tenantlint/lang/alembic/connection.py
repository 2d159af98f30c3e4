"""What a migration talks to the database with: a connection, a session, an inspector, Alembic's context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.answers import CATALOG, OFFLINE, ROWS, Handle, text_of
from tenantlint.lang.alembic.constructs import Select, TextValue, Write, named_table, row_columns, without_parameters
from tenantlint.lang.alembic.evaluator import MigrationEvaluator
from tenantlint.lang.alembic.sql import asks_catalog, operations_of
from tenantlint.lang.sqlmodel.objects import ClassValue
from tenantlint.lang.values import Arguments, Builtin, Native, Value
from tenantlint.migration import Other, WriteRows
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


def execute(evaluator: Evaluator, statement: Value, at: Location, plain: bool = False) -> Value:
    """Take down what a statement does, and return what it answers. ``plain`` is for text that the driver gets."""
    assert isinstance(evaluator, MigrationEvaluator)
    if isinstance(statement, Write):
        evaluator.add(
            WriteRows(evaluator.place(at), evaluator.certain, statement.table, statement.command, statement.columns)
        )
        return ROWS
    if isinstance(statement, Select):
        return ROWS
    if isinstance(statement, Ddl):
        evaluator.add(Other(evaluator.place(at), evaluator.certain, statement.what, statement.text))
        return ROWS
    text = text_of(statement.value if isinstance(statement, TextValue) else statement)
    if text is None:
        evaluator.unread("the statement is made by code that is not read", at)
        return ROWS
    return _execute_text(evaluator, text if plain else without_parameters(text), at)


def _execute_text(evaluator: MigrationEvaluator, text: str, at: Location) -> Value:
    query = text.lstrip().lower().startswith(("select", "show"))
    if not query:
        for operation in operations_of(text, evaluator.place(at), evaluator.certain):
            evaluator.add(operation)
        return ROWS
    if asks_catalog(text):
        evaluator.asked += 1
        return CATALOG
    return ROWS


class Ddl(Native):
    """``CreateSchema(...)`` and the like: understood, and no part of the schema model."""

    def __init__(self, what: str, name: Value) -> None:
        self.what = what
        self.text = name if isinstance(name, str) else ""

    def get(self, name: str) -> Value:
        """Return a method that gives the same statement."""
        return Builtin(lambda evaluator, args, at: self)


class Dialect(Native):
    """PostgreSQL, whose questions about tables are guards."""

    def get(self, name: str) -> Value:
        """Return the name, or what the database says of its structure."""
        if name in ("name", "dialect_description"):
            return "postgresql"
        return _Asking() if name.startswith(("has_", "get_")) else ROWS


class _Asking(Native):
    """A method that asks the database for its structure."""

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the answer."""
        if isinstance(evaluator, MigrationEvaluator):
            evaluator.asked += 1
        return CATALOG


class Unseen(Native):
    """What code looks up by a name that is known only when it runs: to call it may do anything."""

    def get(self, name: str) -> Value:
        """Return something else that is not seen."""
        return self

    def item(self, key: Value) -> Value:
        """Return something else that is not seen."""
        return self

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Take down that something happens."""
        assert isinstance(evaluator, MigrationEvaluator)
        evaluator.unread("which function it calls is known only when it runs", at)
        return self


class Inspector(Handle):
    """``inspect(connection)``."""

    def get(self, name: str) -> Value:
        """Return a method that asks."""
        if name in ("bind", "engine"):
            return CONNECTION
        return DIALECT if name == "dialect" else _Asking()


class Connection(Handle):
    """A connection, an engine, a transaction or a session: whatever runs statements."""

    def get(self, name: str) -> Value:
        """Return an attribute or a method."""
        if name in _SELF:
            return self
        if name == "dialect":
            return DIALECT
        if name in _SELF_METHODS:
            return Builtin(lambda evaluator, args, at: self)
        if name in _NO_EFFECT:
            return Builtin(lambda evaluator, args, at: None)
        method = _METHODS.get(name)
        if method is not None:
            return Builtin(method)
        return {"name": "postgresql"}.get(name, ROWS)

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the connection: a session maker makes a session."""
        return self


class Query(Native):
    """``session.query(Model)``."""

    def __init__(self, table: Maybe[str]) -> None:
        self.table = table

    def get(self, name: str) -> Value:
        """Return a method: it narrows the query, reads, or writes."""
        if name in ("update", "delete"):
            return Builtin(lambda evaluator, args, at: execute(evaluator, self._write(name, args), at))
        if name in ("all", "first", "one", "one_or_none", "scalar", "count", "exists", "get", "yield_per", "scalars"):
            return Builtin(lambda evaluator, args, at: ROWS)
        return Builtin(lambda evaluator, args, at: self)

    def _write(self, name: str, args: Arguments) -> Write:
        return (
            Write(self.table, "delete") if name == "delete" else Write(self.table, "update", row_columns(args.get(0)))
        )


def _execute(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    statement = args.get(0, "statement")
    rows = args.get(1, "parameters", None)
    if isinstance(statement, Write) and statement.columns == () and rows is not None:
        statement = Write(
            statement.table, statement.command, () if statement.command == "delete" else row_columns(rows)
        )
    return execute(evaluator, statement, at)


def _driver(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return execute(evaluator, args.get(0, "statement"), at, plain=True)


def _query(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return Query(named_table(args.get(0)))


def _save(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(evaluator, MigrationEvaluator)
    evaluator.unread("rows are written through objects", at, security=False, structure=False)
    return None


def _run_sync(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return evaluator.call(args.get(0), Arguments((CONNECTION,)), at)


_SELF: Final = frozenset({"engine", "bind", "connection", "sync_connection", "sync_engine"})
_SELF_METHODS: Final = frozenset(
    {"connect", "begin", "begin_nested", "execution_options", "get_bind", "__enter__", "get_transaction", "detach"}
)
_NO_EFFECT: Final = frozenset(
    {"commit", "rollback", "close", "flush", "__exit__", "expunge_all", "expire_all", "invalidate"}
)
_METHODS: Final[dict[str, Callable[[Evaluator, Arguments, Location], Value]]] = {
    "execute": _execute,
    "exec": _execute,
    "scalar": _execute,
    "scalars": _execute,
    "exec_driver_sql": _driver,
    "query": _query,
    "run_sync": _run_sync,
    **dict.fromkeys(
        ("add", "add_all", "merge", "delete", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"),
        _save,
    ),
}


class Context(Handle):
    """Alembic's migration context."""

    def get(self, name: str) -> Value:
        """Return an attribute or a method."""
        if name in ("bind", "connection"):
            return CONNECTION
        if name == "dialect":
            return DIALECT
        if name in ("autocommit_block", "begin_transaction"):
            return Builtin(lambda evaluator, args, at: self)
        if name == "execute":
            return Builtin(_execute)
        if name in ("as_sql", "is_offline_mode"):
            return OFFLINE
        return Builtin(lambda evaluator, args, at: None) if name == "__exit__" else ROWS


CONNECTION: Final[Connection] = Connection()
DIALECT: Final[Dialect] = Dialect()
CONTEXT: Final = Context()
INSPECTOR: Final = Inspector()


def inspect(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``inspect(...)`` gives: of a connection, the inspector."""
    given = args.get(0)
    return INSPECTOR if isinstance(given, Handle) else (ROWS if isinstance(given, ClassValue) else UNKNOWN)
