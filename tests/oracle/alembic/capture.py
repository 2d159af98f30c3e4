"""Records what Alembic really does, operation by operation, in the order in which it does it.

What runs is taken at two places: at Alembic's implementation for PostgreSQL, which makes DDL of its operations, and at
SQLAlchemy's connection, through which everything else goes.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import MagicMock

import sqlalchemy as sa
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import dml

from tenantlint import migration as m
from tenantlint.lang.alembic.sql import asks_catalog
from tenantlint.lang.sql.parse import operations_of_text
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location
from tenantlint.types import normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.schema import Column

Line = tuple[Any, ...]

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]
_AT: Final = Location("", 0, 0)
_KINDS: Final = {
    "ForeignKeyConstraint": "foreign key",
    "PrimaryKeyConstraint": "primary key",
    "UniqueConstraint": "unique",
    "CheckConstraint": "check",
}


def name_of(name: Any, schema: Any) -> str:
    """Return the name of a table without ``public``."""
    return f"{schema}.{name}" if schema not in (None, "public") else str(name)


def type_of(type_: Any) -> str:
    """Return the short form of a type."""
    made = type_() if isinstance(type_, type) else type_
    text = normalize(made.compile(dialect=_DIALECT))
    return text.removeprefix("public.")


def _column(column: Any) -> Line:
    generated = column.identity is not None or column.computed is not None
    default = column.server_default is not None or generated
    return str(column.name), type_of(column.type), column.nullable, default


# What Alembic did


class Recorder:
    """Collects the lines of what runs."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.depth = 0

    def add_column(self, table_name: str, column: Any, *, schema: Any = None, **_options: Any) -> None:
        self.lines.append(("AddColumn", name_of(table_name, schema), _column(column)))

    def drop_column(self, table_name: str, column: Any, schema: Any = None, **_options: Any) -> None:
        self.lines.append(("DropColumn", name_of(table_name, schema), str(column.name)))

    def alter_column(self, table_name: str, column_name: str, **options: Any) -> None:
        table, default = name_of(table_name, options.get("schema")), options.get("server_default", False)
        type_ = options.get("type_")
        changed = (
            None if type_ is None else type_of(type_),
            options.get("nullable"),
            None if default is False else default is not None,
        )
        if changed != (None, None, None):
            self.lines.append(("AlterColumn", table, column_name, *changed))
        if options.get("name") is not None:
            self.lines.append(("RenameColumn", table, column_name, str(options["name"])))

    def create_table(self, table: Any, **_options: Any) -> None:
        name = name_of(table.name, table.schema)
        self.lines.append(("CreateTable", name, tuple(_placed(table, column) for column in table.columns)))
        self.lines.append(("PrimaryKey", name, tuple(str(column.name) for column in table.primary_key)))
        members = sorted((_constraint(each) for each in table.constraints if _is_key(each)), key=repr)
        self.lines += [(kind, name, *rest) for kind, _table, *rest in members]
        self.lines += sorted((_index(index) for index in table.indexes), key=repr)

    def drop_table(self, table: Any, **_options: Any) -> None:
        self.lines.append(("DropTable", name_of(table.name, table.schema)))

    def rename_table(self, old: Any, new: Any, schema: Any = None) -> None:
        self.lines.append(("RenameTable", name_of(old, schema), name_of(new, schema)))

    def add_constraint(self, constraint: Any) -> None:
        self.lines.append(_constraint(constraint))

    def drop_constraint(self, constraint: Any, **_options: Any) -> None:
        table = constraint.table
        kind = _KINDS.get(type(constraint).__name__)
        self.lines.append(("DropConstraint", name_of(table.name, table.schema), _text(constraint.name), kind))

    def create_index(self, index: Any, **_options: Any) -> None:
        self.lines.append(_index(index))

    def drop_index(self, index: Any, **_options: Any) -> None:
        name = _DIALECT.identifier_preparer.format_index(index)
        self.lines.append(("DropIndex", name.strip('"')))

    def bulk_insert(self, table: Any, rows: Any, multiinsert: bool = True) -> None:
        columns = tuple(dict.fromkeys(str(key) for row in rows for key in row))
        self.lines.append(("WriteRows", name_of(table.name, table.schema), "insert", columns))

    def statement(self, statement: Any, parameters: Any = None) -> None:
        """Take down what runs on a connection."""
        kind = type(statement).__name__
        if kind == "CreateEnumType":
            enum = statement.element
            self.lines.append(("CreateEnum", name_of(enum.name, enum.schema), tuple(enum.enums)))
        elif kind == "DropEnumType":
            self.lines.append(("DropType", name_of(statement.element.name, statement.element.schema)))
        elif self.depth:
            return
        elif isinstance(statement, (dml.Insert, dml.Update, dml.Delete)):
            self._write(statement)
        elif isinstance(statement, (str, sa.TextClause)):
            text = statement if isinstance(statement, str) else str(statement.compile(dialect=_DIALECT))
            if not text.lstrip().lower().startswith(("select", "show")):
                self.lines += lines(operations_of_text(text, _AT, True))

    def _write(self, statement: Any) -> None:
        table = name_of(statement.table.name, getattr(statement.table, "schema", None))
        command = type(statement).__name__.lower().removeprefix("annotated")
        values = getattr(statement, "_values", None) or {}
        names = tuple(str(getattr(key, "name", key)) for key in values)
        if table != "alembic_version":
            self.lines.append(("WriteRows", table, command, names))

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Keep what an operation runs from being taken down on its own."""
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1


def _text(name: Any) -> str | None:
    return None if name is None or not isinstance(name, str) else str(name)


def _placed(table: Any, column: Any) -> Line:
    name, type_, nullable, default = _column(column)
    counts = table._autoincrement_column is column and column.server_default is None
    return name, type_, nullable and not column.primary_key, default or counts


def _is_key(constraint: Any) -> bool:
    return isinstance(constraint, (sa.UniqueConstraint, sa.ForeignKeyConstraint))


def _constraint(constraint: Any) -> Line:
    table = name_of(constraint.table.name, constraint.table.schema)
    name = _text(_DIALECT.identifier_preparer.format_constraint(constraint)) if constraint.name is not None else None
    name = None if name is None else name.strip('"')
    if isinstance(constraint, sa.ForeignKeyConstraint):
        target, _, _column_name = constraint.elements[0].target_fullname.rpartition(".")
        targets = tuple(each.target_fullname.rpartition(".")[2] for each in constraint.elements)
        actions = tuple(each and each.lower() for each in (constraint.ondelete, constraint.onupdate))
        columns = tuple(map(str, constraint.column_keys))
        return "AddForeignKey", table, name, columns, target.removeprefix("public."), targets, *actions
    if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)) and hasattr(constraint, "columns"):
        kind = "AddUnique" if isinstance(constraint, sa.UniqueConstraint) else "AddPrimaryKey"
        if type(constraint).__name__ != "ExcludeConstraint":
            return kind, table, name, tuple(str(column.name) for column in constraint.columns)
    return "AddCheck", table, name


def _index(index: Any) -> Line:
    table = index.table
    name = _DIALECT.identifier_preparer.format_index(index).strip('"')
    columns = tuple(_indexed(expression) for expression in index.expressions)
    partial = index.dialect_kwargs.get("postgresql_where") is not None
    return "CreateIndex", name_of(table.name, table.schema), name, columns, bool(index.unique), partial


def _indexed(expression: Any) -> str | None:
    if isinstance(expression, sa.Column):
        return str(expression.name)
    first, *rest = str(getattr(expression, "text", expression)).split()
    return first if first.isidentifier() and all(word.lower() in _WORDS for word in rest) else None


_WORDS: Final = frozenset({"asc", "desc", "nulls", "first", "last"})
_METHODS: Final = (
    "add_column drop_column alter_column create_table drop_table rename_table add_constraint drop_constraint "
    "create_index drop_index bulk_insert"
).split()


@contextmanager
def recording(dry: bool = False) -> Iterator[Recorder]:
    """Record what runs meanwhile.

    With ``dry`` nothing is done to the database but for Alembic's own table, and a query of anything but the catalog
    finds no rows: so revisions run whose tables are made elsewhere.
    """
    recorder = Recorder()
    patched: list[tuple[type, str, Any]] = []

    def patch(owner: type, name: str, make: Callable[[Any], Any]) -> None:
        original = getattr(owner, name)
        patched.append((owner, name, owner.__dict__.get(name)))
        setattr(owner, name, functools.wraps(original)(make(original)))

    for name in _METHODS:
        patch(PostgresqlImpl, name, functools.partial(_operation, recorder, name, dry))
    for name in ("execute", "exec_driver_sql", "scalar", "scalars"):
        patch(sa.Connection, name, functools.partial(_statement, recorder, dry))
    try:
        yield recorder
    finally:
        for owner, name, own in reversed(patched):
            if own is None:
                delattr(owner, name)
            else:
                setattr(owner, name, own)


def _operation(recorder: Recorder, name: str, dry: bool, original: Any) -> Any:
    def run(impl: Any, *args: Any, **options: Any) -> Any:
        if name != "create_table" and not recorder.depth:
            getattr(recorder, name)(*args, **options)
        if dry and name == "create_table":
            _dispatch(impl, args[0])
        with recorder.inside():
            result = None if dry else original(impl, *args, **options)
        if name == "create_table":
            recorder.create_table(*args, **options)
        return result

    return run


def _dispatch(impl: Any, table: Any) -> None:
    """Do what creating a table does before: it creates the enums of its columns."""
    table.dispatch.before_create(table, impl.connection, checkfirst=False, _ddl_runner=impl)


def _is_own(statement: Any) -> bool:
    """Return whether a statement asks the catalog, or is about Alembic's own table."""
    text = str(statement if isinstance(statement, str) else statement.compile(dialect=_DIALECT))
    return asks_catalog(text) or "alembic_version" in text


def _no_rows() -> MagicMock:
    result = MagicMock()
    result.rowcount = 0
    for name in ("first", "fetchone", "scalar", "scalar_one_or_none", "one_or_none"):
        getattr(result, name).return_value = None
    for name in ("all", "fetchall"):
        getattr(result, name).return_value = []
    result.scalars.return_value = result.mappings.return_value = result
    result.__iter__.return_value = iter(())
    return result


def _statement(recorder: Recorder, dry: bool, original: Any) -> Any:
    def run(connection: Any, statement: Any, parameters: Any = None, *args: Any, **options: Any) -> Any:
        recorder.statement(statement, parameters)
        if dry and not _is_own(statement):
            return _no_rows()
        with recorder.inside():
            return original(connection, statement, parameters, *args, **options)

    return run


# What tenantlint read


def lines(operations: Iterable[m.Operation]) -> list[Line]:
    """Return operations in the form in which they are recorded; what has no part in the model is left out."""
    return [line for operation in operations for line in _line(operation)]


def _line(operation: m.Operation) -> Iterator[Line]:
    make = _LINES.get(type(operation))
    if make is not None:
        yield from make(operation)
    elif not isinstance(operation, m.Other):
        plain = {field: getattr(operation, field) for field in operation.__fields__ if field not in _NOT_COMPARED}
        yield type(operation).__name__, *plain.values()


def _own_column(column: Column) -> Line:
    return column.name, column.type, column.nullable, column.has_server_default


def _create_table(operation: m.CreateTable) -> Iterator[Line]:
    yield "CreateTable", operation.table, tuple(map(_own_column, operation.columns))
    yield "PrimaryKey", operation.table, operation.primary_key
    foreign = [_foreign_key(operation.table, key) for key in operation.foreign_keys]
    unique = [("AddUnique", operation.table, each.name, each.columns) for each in operation.unique_constraints]
    yield from sorted([*foreign, *unique], key=repr)
    yield from sorted((_own_index(operation.table, index) for index in operation.indexes), key=repr)


def _foreign_key(table: object, key: Any) -> Line:
    return (
        "AddForeignKey",
        table,
        key.name,
        key.columns,
        key.target_table,
        key.target_columns,
        key.on_delete,
        key.on_update,
    )


def _own_index(table: object, index: Any) -> Line:
    return "CreateIndex", table, index.name, index.columns, index.unique, index.partial


_NOT_COMPARED: Final = frozenset(
    {"at", "certain", "default_sql", "if_exists", "if_not_exists", "cascade", "concurrently", "not_valid"}
)
_LINES: Final[dict[type, Callable[[Any], Iterable[Line]]]] = {
    m.CreateTable: _create_table,
    m.AddColumn: lambda each: [("AddColumn", each.table, _own_column(each.column))],
    m.AddForeignKey: lambda each: [_foreign_key(each.table, each.key)],
    m.AddUnique: lambda each: [("AddUnique", each.table, each.constraint.name, each.constraint.columns)],
    m.CreateIndex: lambda each: [_own_index(each.table, each.index)],
    m.DropIndex: lambda each: [("DropIndex", each.name)],
    m.CreatePolicy: lambda each: [
        ("CreatePolicy", each.table, each.policy.name, each.policy.command, each.policy.using)
    ],
    m.DropConstraint: lambda each: [("DropConstraint", each.table, each.name, each.kind)],
    m.Unread: lambda each: [("Unread", each.why)],
}


def unknown_in(line: object) -> bool:
    """Return whether a line holds something that is not known."""
    return line is UNKNOWN or (isinstance(line, tuple) and any(map(unknown_in, line)))
