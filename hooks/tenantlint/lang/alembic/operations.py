"""``op`` and the operations of a batch: from calls to the operations of the migration model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.answers import Handle
from tenantlint.lang.alembic.bound import Bound
from tenantlint.lang.alembic.connection import CONNECTION, CONTEXT, execute
from tenantlint.lang.alembic.constructs import (
    TableClause,
    column_names,
    named_table,
    row_columns,
    table_name,
)
from tenantlint.lang.alembic.enums import create_enum
from tenantlint.lang.alembic.evaluator import MigrationEvaluator
from tenantlint.lang.alembic.tables import described, index_columns, is_generated, server_default
from tenantlint.lang.sqlmodel.expressions import default_sql
from tenantlint.lang.sqlmodel.schema_items import ColumnValue
from tenantlint.lang.sqlmodel.sql_types import as_type
from tenantlint.lang.values import Arguments, Builtin, Native, Value
from tenantlint.migration import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddPrimaryKey,
    AddUnique,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Other,
    RenameColumn,
    RenameTable,
    WriteRows,
)
from tenantlint.schema import UNKNOWN, ForeignKey, Index, Maybe, UniqueConstraint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.lang.alembic.tables import Description
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.migration import ConstraintKind, Operation
    from tenantlint.source import Location


def _create_table(call: Bound) -> Iterator[Operation]:
    description = _described(call, call.rest)
    table = description.parts()
    for enum in description.enums():
        yield create_enum(call.evaluator, enum, call.call)
    yield CreateTable(
        call.at,
        call.certain,
        call.table,
        table.columns,
        table.primary_key,
        table.unique_constraints,
        table.foreign_keys,
        description.complete and call.complete,
        call.get("if_not_exists") is True,
        table.indexes,
        description.primary_key_name(),
    )


def _described(call: Bound, items: tuple[Value, ...]) -> Description:
    evaluator = call.evaluator
    description = described(items, call.get("table_name"), call.get("schema"), call.call)
    if description.has_unnamed():
        description.convention = evaluator.conventions(evaluator.path)
    return description


def _add_column(call: Bound) -> Iterator[Operation]:
    column = call.get("column")
    if not isinstance(column, ColumnValue):
        call.evaluator.unread("the column is made by code that is not read", call.call, False, True, _tables(call))
        return
    table = _described(call, (column,)).parts()
    if_not_exists = call.get("if_not_exists") is True
    yield AddColumn(call.at, call.certain, call.table, table.columns[0], if_not_exists)
    for constraint in table.unique_constraints:
        yield AddUnique(call.at, call.certain, call.table, constraint)
    for key in table.foreign_keys:
        yield AddForeignKey(call.at, call.certain, call.table, key)
    for index in table.indexes:
        yield CreateIndex(call.at, call.certain, call.table, index)


def _tables(call: Bound) -> tuple[str, ...] | None:
    return None if call.table is UNKNOWN else (call.table,)


def _alter_column(call: Bound) -> Iterator[Operation]:
    given, default = call.get("type_"), call.get("server_default", False)
    nullable = call.get("nullable")
    type_: Maybe[str | None] = None
    if given is not None:
        type_ = as_type(call.evaluator, given, call.at).name(None)
    changed = AlterColumn(
        call.at,
        call.certain,
        call.table,
        call.known("column_name"),
        type_,
        nullable if nullable is None or isinstance(nullable, bool) else UNKNOWN,
        True if is_generated(default) else server_default(default),
        default_sql(default),
    )
    if (changed.type, changed.nullable, changed.server_default) != (None, None, None):
        yield changed
    new_name = call.text("new_column_name")
    if new_name is not None:
        yield RenameColumn(call.at, call.certain, call.table, call.known("column_name"), new_name)
    if call.get("comment", False) is not False:
        yield Other(call.at, call.certain, "COMMENT")


def _create_index(call: Bound) -> Iterator[Operation]:
    columns = call.get("columns")
    values = call.evaluator.language.iterate(columns) if not isinstance(columns, str) else [columns]
    names = UNKNOWN if values is None else index_columns(values)
    where = call.get("postgresql_where")
    partial = UNKNOWN if where is UNKNOWN else where is not None
    name = call.evaluator.named("ix", call.get("index_name"), call.get("table_name"), names)
    using = call.get("postgresql_using")
    method = "btree" if using is None else using.lower() if isinstance(using, str) else UNKNOWN
    extras = [call.get(option) for option in ("postgresql_ops", "postgresql_include")]
    plain = UNKNOWN if UNKNOWN in extras else all(extra is None for extra in extras)
    index = Index(name, names, call.flag("unique"), partial, True, call.at, method, plain)
    concurrently, asks = call.flag("postgresql_concurrently"), call.get("if_not_exists") is True
    yield CreateIndex(call.at, call.certain, call.table, index, concurrently, asks)


def _drop_index(call: Bound) -> Iterator[Operation]:
    table: Maybe[str | None] = call.table if call.get("table_name") is not None else None
    yield DropIndex(
        call.at,
        call.certain,
        table,
        call.name("index_name"),
        call.flag("postgresql_concurrently"),
        call.get("if_exists") is True,
    )


def _create_foreign_key(call: Bound) -> Iterator[Operation]:
    columns, targets = column_names(call.get("local_cols")), column_names(call.get("remote_cols"))
    schema = call.get("source_schema") if "source_schema" in call.values else call.get("schema")
    target = call.get("referent_table")
    name = call.evaluator.named("fk", call.get("constraint_name"), call.get("table_name"), columns, target)
    key = ForeignKey(
        name,
        columns,
        table_name(call.get("referent_schema"), call.get("referent_table")),
        UNKNOWN,
        targets,
        _action(call.text("ondelete")),
        _action(call.text("onupdate")),
        call.at,
    )
    not_valid = call.flag("postgresql_not_valid") is True
    yield AddForeignKey(call.at, call.certain, table_name(schema, call.get("table_name")), key, not_valid)


def _action(value: Maybe[str | None]) -> Maybe[str | None]:
    return value.lower() if isinstance(value, str) else value


def _create_unique(call: Bound) -> Iterator[Operation]:
    columns = column_names(call.get("columns"))
    name = call.evaluator.named("uq", call.get("constraint_name"), call.get("table_name"), columns)
    yield AddUnique(call.at, call.certain, call.table, UniqueConstraint(name, columns, True, call.at))


def _create_primary_key(call: Bound) -> Iterator[Operation]:
    columns = column_names(call.get("columns"))
    name = call.evaluator.named("pk", call.get("constraint_name"), call.get("table_name"), columns)
    yield AddPrimaryKey(call.at, call.certain, call.table, name, columns)


def _create_check(call: Bound) -> Iterator[Operation]:
    not_valid = call.flag("postgresql_not_valid") is True
    yield AddCheck(call.at, call.certain, call.table, call.name("constraint_name"), not_valid)


def _drop_constraint(call: Bound) -> Iterator[Operation]:
    given = call.get("type_")
    kind = _KINDS.get(given) if isinstance(given, str) else None
    asks = call.get("if_exists") is True
    yield DropConstraint(call.at, call.certain, call.table, call.name("constraint_name"), kind, asks)


def _drop_table(call: Bound) -> Iterator[Operation]:
    yield DropTable(call.at, call.certain, call.table, call.get("if_exists") is True)


def _rename_table(call: Bound) -> Iterator[Operation]:
    schema = call.get("schema")
    old, new = (table_name(schema, call.get(name)) for name in ("table_name", "new_table_name"))
    yield RenameTable(call.at, call.certain, old, new)


def _drop_column(call: Bound) -> Iterator[Operation]:
    name = call.known("column_name")
    yield DropColumn(call.at, call.certain, call.table, name, call.get("if_exists") is True)


def _bulk_insert(call: Bound) -> Iterator[Operation]:
    yield WriteRows(call.at, call.certain, named_table(call.get("table_name")), "insert", row_columns(call.get("rows")))


def _comment(call: Bound) -> Iterator[Operation]:
    yield Other(call.at, call.certain, "COMMENT")


def _sync_enum_values(call: Bound) -> Iterator[Operation]:
    """Stand for what alembic-postgresql-enum adds: an enum gets other values."""
    name = call.get("enum_name")
    yield Other(call.at, call.certain, "ALTER TYPE", name if isinstance(name, str) else "")


def _execute(call: Bound) -> Iterator[Operation]:
    execute(call.evaluator, call.get("sqltext"), call.call)
    return iter(())


_KINDS: Final[dict[str, ConstraintKind]] = {
    "foreignkey": "foreign key",
    "primary": "primary key",
    "unique": "unique",
    "check": "check",
}
_NAMED: Final = ("constraint_name", "table_name")
_OPERATIONS: Final[dict[str, tuple[tuple[str, ...], Callable[[Bound], Iterator[Operation]]]]] = {
    "add_column": (("table_name", "column"), _add_column),
    "alter_column": (("table_name", "column_name"), _alter_column),
    "bulk_insert": (("table_name", "rows"), _bulk_insert),
    "create_check_constraint": ((*_NAMED, "condition"), _create_check),
    "create_exclude_constraint": (_NAMED, _create_check),
    "create_foreign_key": ((*_NAMED, "referent_table", "local_cols", "remote_cols"), _create_foreign_key),
    "create_index": (("index_name", "table_name", "columns"), _create_index),
    "create_primary_key": ((*_NAMED, "columns"), _create_primary_key),
    "create_table": (("table_name",), _create_table),
    "create_table_comment": (("table_name",), _comment),
    "create_unique_constraint": ((*_NAMED, "columns"), _create_unique),
    "drop_column": (("table_name", "column_name"), _drop_column),
    "drop_constraint": ((*_NAMED, "type_"), _drop_constraint),
    "drop_index": (("index_name", "table_name"), _drop_index),
    "drop_table": (("table_name",), _drop_table),
    "drop_table_comment": (("table_name",), _comment),
    "execute": (("sqltext",), _execute),
    "sync_enum_values": (("enum_schema", "enum_name"), _sync_enum_values),
    "rename_table": (("table_name", "new_table_name"), _rename_table),
}


class Method(Handle):
    """One operation of ``op`` or of a batch."""

    def __init__(self, name: str, batch: Batch | None = None) -> None:
        self.name = name
        self.batch = batch

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Take the operation down; a batch keeps all but SQL until it ends."""
        assert isinstance(evaluator, MigrationEvaluator)
        names, make = _OPERATIONS[self.name]
        if self.name in ("create_index", "drop_index"):
            args = Arguments(args.positional, _index_names(args), args.complete)
        bound = Bound(evaluator, names, args, at, self.batch)
        for operation in make(bound):
            if self.batch is None:
                evaluator.add(operation)
            else:
                self.batch.waiting.append(evaluator.shaped(operation))
        return TableClause(bound.table) if self.name == "create_table" else None


def _index_names(args: Arguments) -> dict[str, Value]:
    return {"index_name" if name == "name" else name: value for name, value in args.named.items()}


_PLUGIN: Final = "is no operation of Alembic's own"


class UnknownMethod(Handle):
    """An operation that a plugin adds to Alembic."""

    def __init__(self, name: str) -> None:
        self.name = name

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Take down that it may do anything."""
        assert isinstance(evaluator, MigrationEvaluator)
        own = self.name in ("invoke", "run_async")
        evaluator.unread(f"`op.{self.name}` {'runs what is not read' if own else _PLUGIN}", at)
        return UNKNOWN


class Operations(Handle):
    """``alembic.op``."""

    def get(self, name: str) -> Value:
        """Return an operation, or what serves them."""
        if name in _OPERATIONS:
            return Method(name)
        return _SERVICES.get(name) or UnknownMethod(name)


class Batch(Handle):
    """What ``batch_alter_table`` gives."""

    def __init__(self, table: Value, schema: Value) -> None:
        self.table = table
        self.schema = schema
        self.waiting: list[Operation] = []

    def get(self, name: str) -> Value:
        """Return an operation on the table, or what serves them."""
        if name == "__exit__":
            return Builtin(self._leave)
        if name in _OPERATIONS:
            return Method(name, self)
        return _SERVICES.get(name) or UnknownMethod(name)

    def _leave(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        assert isinstance(evaluator, MigrationEvaluator)
        evaluator.operations += self.waiting
        self.waiting = []
        return None


def _batch(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return Batch(args.get(0, "table_name"), args.get(1, "schema", None))


def _name(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return args.get(0, "name")


def _literal(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return args.get(0, "value")


def _always(value: Value) -> Builtin:
    return Builtin(lambda evaluator, args, at: value)


_SERVICES: Final[dict[str, Native]] = {
    "batch_alter_table": Builtin(_batch),
    "f": Builtin(_name),
    "get_bind": _always(CONNECTION),
    "get_context": _always(CONTEXT),
    "inline_literal": Builtin(_literal),
}
OP: Final = Operations()
