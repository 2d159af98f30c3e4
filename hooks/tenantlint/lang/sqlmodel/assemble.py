"""From SQLAlchemy's objects to the tables of the schema model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.expressions import ColumnExpression, SqlExpression, SqlValue, default_sql
from tenantlint.lang.sqlmodel.models import default_schema
from tenantlint.lang.sqlmodel.names import Subject, conventional
from tenantlint.lang.sqlmodel.objects import Made
from tenantlint.lang.sqlmodel.schema_items import (
    ColumnValue,
    ConstraintValue,
    ForeignKeyValue,
    GeneratedValue,
    IndexValue,
)
from tenantlint.lang.values import MISSING, Arguments, External, FuncValue, ListValue, MapValue
from tenantlint.schema import (
    UNKNOWN,
    Column,
    EnumType,
    ForeignKey,
    Index,
    Maybe,
    RowLevelSecurity,
    Table,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.events import Events
    from tenantlint.lang.sqlmodel.models import TableModel
    from tenantlint.lang.sqlmodel.registry import Registry, Target
    from tenantlint.lang.values import Value
    from tenantlint.schema import Relation

_GENERATED_DEFAULTS: Final = frozenset({"Identity", "Computed", "DefaultClause", "FetchedValue"})


def flag(value: Value) -> Maybe[bool]:
    """Return a value as the truth that SQLAlchemy makes of it."""
    if value is None:
        return False
    return value if isinstance(value, bool) else (bool(value) if isinstance(value, (int, str)) else UNKNOWN)


def present(value: Value) -> Maybe[bool]:
    """Return whether an option is given: anything but None."""
    return UNKNOWN if value is UNKNOWN else value is not None


def _access_method(item: IndexValue) -> Maybe[str]:
    method = item.named("postgresql_using", "btree")
    return method.lower() if isinstance(method, str) else UNKNOWN


def _is_plain(item: IndexValue) -> Maybe[bool]:
    """Return whether no column of the index has an order or operator class of its own, and none is only included."""
    expressions = [value.expression() for value in item.expressions if isinstance(value, SqlValue)]
    if any(isinstance(each, ColumnExpression) and each.ordered for each in expressions):
        return False
    options = [item.named("postgresql_ops"), item.named("postgresql_include")]
    if any(isinstance(option, (MapValue, ListValue)) for option in options):
        return False
    return all(option is None for option in options) or UNKNOWN


class Assembler:
    """Makes the schema's tables out of the models of a project."""

    def __init__(self, registry: Registry, evaluator: Evaluator, events: Events) -> None:
        self.registry = registry
        self.events = events
        self.evaluator = evaluator

    def table(self, table: TableModel, relations: tuple[Relation, ...]) -> Table:
        """Return one table."""
        at = table.cls.at
        assert at is not None
        primary = self.primary_key(table)
        return Table(
            id=self.registry.id_of(table),
            name=table.table_name,
            schema=table.schema,
            dialect="postgresql",
            orm="sqlmodel",
            symbol=table.cls.name,
            at=at,
            columns=tuple(self.column(table, column) for column in table.columns.values()),
            primary_key=primary,
            indexes=tuple(self.indexes(table)),
            unique_constraints=tuple(self.unique_constraints(table)),
            foreign_keys=tuple(self.foreign_keys(table)),
            relations=relations,
            policies=(),
            rls=RowLevelSecurity(False, False),
            incomplete=frozenset(table.incomplete),
            mapped=table.mapped,
            has_update_listener=self.events.may_write(table.cls),
        )

    def enums(self) -> tuple[EnumType, ...]:
        """Return the database enums of all columns, once each."""
        found: dict[tuple[Maybe[str | None], Maybe[str]], EnumType] = {}
        for table in self.registry.tables:
            for column in table.columns.values():
                enum = column.type.enum
                if enum is not None:
                    made = EnumType(enum.name, enum.placed(default_schema(table)), "sqlmodel", enum.values, column.at)
                    found.setdefault((made.schema, made.name), made)
        return tuple(found.values())

    # Columns

    def column(self, table: TableModel, column: ColumnValue) -> Column:
        """Return one column."""
        primary = self.is_primary(table, column)
        counts = self.counts_up(table, column, primary)
        on_server, on_update = column.option("server_default"), column.option("onupdate")
        server = _any(present(on_server), _has(column, _GENERATED_DEFAULTS), counts)
        default = _any(present(column.option("default")), present(column.option("insert_default")))
        default = _any(default, _has(column, {"Sequence"}), server)
        update = _any(present(on_update), present(column.option("server_onupdate")), _sets_on_update(on_server))
        given = _default_of(column)
        return Column(
            name=column.database_name(),
            key=column.key,
            type=self.registry.type_of(column),
            nullable=self.nullable(column, primary),
            primary_key=primary,
            unique=flag(column.option("unique")),
            has_default=default,
            has_server_default=server,
            on_update=_any(update, _has(column, {"Computed"})),
            at=column.at,
            default_call=_call_of(given),
            update_call=_call_of(on_update),
            default_function=self.function_of(given, column),
            rejected_options=column.rejected,
            ignored_options=column.ignored,
            shared=column.shared,
            default_sql=default_sql(on_server),
        )

    def function_of(self, value: Value, column: ColumnValue) -> Maybe[str | None]:
        """Return the library's function that ``value`` is, or that a function of the project returns the result of."""
        if isinstance(value, FuncValue):
            return _call_of(self.evaluator.call_later(value, Arguments(), column.at))
        if isinstance(value, External):
            return f"{value.module}.{value.name}"
        return UNKNOWN if value is UNKNOWN else None

    def nullable(self, column: ColumnValue, primary: Maybe[bool]) -> Maybe[bool]:
        """Return whether a column takes NULL."""
        given = column.option("nullable")
        if given is not None or "nullable" in column.options:
            return flag(given)
        if any(isinstance(item, GeneratedValue) and item.kind == "Identity" for item in column.items):
            return False
        return UNKNOWN if primary is UNKNOWN else not primary

    def is_primary(self, table: TableModel, column: ColumnValue) -> Maybe[bool]:
        """Return whether a column belongs to the primary key."""
        for item in table.items:
            if isinstance(item, ConstraintValue) and item.kind == "primary_key":
                names = self.names_of(table, item.args.positional)
                if column.database_name() in names:
                    return True
        declared = flag(column.option("primary_key"))
        return UNKNOWN if declared is False and "primary_key" in table.incomplete else declared

    def primary_key(self, table: TableModel) -> Maybe[tuple[Maybe[str], ...]]:
        """Return the columns of the primary key in order."""
        for item in table.items:
            if isinstance(item, ConstraintValue) and item.kind == "primary_key" and item.args.positional:
                return self.names_of(table, item.args.positional)
        flags = [(column, self.is_primary(table, column)) for column in table.columns.values()]
        if "primary_key" in table.incomplete or any(primary is UNKNOWN for _column, primary in flags):
            return UNKNOWN
        return tuple(column.database_name() for column, primary in flags if primary)

    def counts_up(self, table: TableModel, column: ColumnValue, primary: Maybe[bool]) -> Maybe[bool]:
        """Return whether the database counts a column up on its own: the integer key of a table (SERIAL)."""
        auto = column.option("autoincrement", "auto")
        if primary is False or auto is True:
            return primary
        key = self.primary_key(table)
        single = UNKNOWN if key is UNKNOWN else len(key) == 1
        facts = (primary, single, column.type.integer, _not(_has_default(column)), _is_automatic(column, auto))
        if any(fact is False for fact in facts):
            return False
        return UNKNOWN if any(fact is UNKNOWN for fact in facts) else True

    # Members

    def names_of(self, table: TableModel, values: Iterable[Value]) -> tuple[Maybe[str], ...]:
        """Return the database names of columns that are given as text or as columns."""
        names = (self.name_of(table, value) for value in values)
        return tuple(UNKNOWN if name is None else name for name in names)

    def name_of(self, table: TableModel, value: Value) -> Maybe[str | None]:
        """Return the database name of one column, None for an expression."""
        if isinstance(value, str):
            found = table.by_key(value)
            return value if found is None else found.database_name()
        if isinstance(value, SqlValue):
            expression = value.expression()
            return expression.column.database_name() if isinstance(expression, ColumnExpression) else None
        return UNKNOWN if value is UNKNOWN else None

    def indexes(self, table: TableModel) -> Iterable[Index]:
        """Return the indexes, those of columns first."""
        convention = self.registry.convention_of(table)
        for column in table.columns.values():
            indexed = flag(column.option("index"))
            if indexed is UNKNOWN:
                table.incomplete.add("indexes")
            elif indexed:
                yield self._column_index(table, column, convention)
        for item in table.items:
            if isinstance(item, IndexValue):
                columns = tuple(self.name_of(table, value) for value in item.expressions)
                name = conventional("ix", item.name, convention, Subject(table, list(columns)))
                partial = present(item.named("postgresql_where"))
                complete = columns if item.args.complete else UNKNOWN
                unique, method, plain = flag(item.named("unique")), _access_method(item), _is_plain(item)
                yield Index(name, complete, unique, partial, True, item.at, method, plain)

    def _column_index(self, table: TableModel, column: ColumnValue, convention: Value) -> Index:
        name = column.database_name()
        given = conventional("ix", None, convention, Subject(table, [name]))
        return Index(given, (name,), flag(column.option("unique")), False, True, column.at)

    def unique_constraints(self, table: TableModel) -> Iterable[UniqueConstraint]:
        """Return the unique constraints that are declared on the table."""
        convention = self.registry.convention_of(table)
        for item in table.items:
            if isinstance(item, ConstraintValue) and item.kind == "unique":
                columns = self.names_of(table, item.args.positional)
                name = conventional("uq", item.named("name"), convention, Subject(table, list(columns)))
                yield UniqueConstraint(name, columns if item.args.complete else UNKNOWN, True, item.at)

    def foreign_keys(self, table: TableModel) -> Iterable[ForeignKey]:
        """Return the foreign keys, those of columns first."""
        convention = self.registry.convention_of(table)
        for key in self.registry.keys_of(table):
            target, named = key.target, key.item.named
            names = tuple(found.name for found in key.targets)
            referred = target.table_name.rpartition(".")[2] if isinstance(target.table_name, str) else UNKNOWN
            yield ForeignKey(
                name=conventional("fk", named("name"), convention, Subject(table, list(key.names), referred, names)),
                columns=key.names,
                target_table=target.table_name,
                target_id=self._target_id(target),
                target_columns=names,
                on_delete=_action(named("ondelete")),
                on_update=_action(named("onupdate")),
                at=key.item.at,
            )

    def _target_id(self, target: Target) -> Maybe[str | None]:
        if target.table is not None:
            return self.registry.id_of(target.table)
        return UNKNOWN if self.registry.may_be_unread(target.table_name) else None


def _default_of(column: ColumnValue) -> Value:
    """Return what a new object of the model gets, or else what the column gives an insert that omits it."""
    given = column.model_default
    return column.option("default") if given is MISSING or given is None else given


def _call_of(value: Value) -> Maybe[str | None]:
    """Return the function whose result ``value`` is, where that is another one on every call."""
    if value is UNKNOWN:
        return UNKNOWN
    return value.function if isinstance(value, Made) else None


def _sets_on_update(default: Value) -> bool:
    """Return whether a default is MySQL's ``CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP``."""
    texts = default.parts if isinstance(default, SqlExpression) else ()
    return any(isinstance(text, str) and "on update" in text.lower() for text in texts)


def _has_default(column: ColumnValue) -> Maybe[bool]:
    given = _any(present(column.option("default")), present(column.option("server_default")))
    return _any(given, _has(column, {"Computed", "DefaultClause", "FetchedValue"}))


def _is_automatic(column: ColumnValue, auto: Value) -> Maybe[bool]:
    """Return whether ``autoincrement`` lets the column count up: a foreign key does not, unless it is told to."""
    if auto is UNKNOWN:
        return UNKNOWN
    refers = any(isinstance(item, ForeignKeyValue) for item in column.items)
    return auto == "ignore_fk" or (auto == "auto" and not refers)


def _not(value: Maybe[bool]) -> Maybe[bool]:
    return UNKNOWN if value is UNKNOWN else not value


def _action(value: Value) -> Maybe[str | None]:
    if value is None:
        return None
    return value.lower() if isinstance(value, str) else UNKNOWN


def _has(column: ColumnValue, kinds: Iterable[str]) -> Maybe[bool]:
    for item in column.items:
        if isinstance(item, GeneratedValue) and item.kind in kinds:
            return True
    return False if column.complete else UNKNOWN


def _any(*flags: Maybe[bool]) -> Maybe[bool]:
    if True in flags:
        return True
    return UNKNOWN if UNKNOWN in flags else False
