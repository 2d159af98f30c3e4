"""The columns, keys and indexes that an operation carries, in the schema model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.constructs import ColumnClause, TextValue, shortened, table_name
from tenantlint.lang.sqlmodel.assemble import Assembler, flag, present
from tenantlint.lang.sqlmodel.expressions import default_sql
from tenantlint.lang.sqlmodel.models import TableModel
from tenantlint.lang.sqlmodel.names import Subject, conventional
from tenantlint.lang.sqlmodel.objects import ClassValue
from tenantlint.lang.sqlmodel.registry import NOWHERE, Registry, Target
from tenantlint.lang.sqlmodel.schema_items import (
    DEFAULT_CONVENTION,
    ColumnValue,
    ConstraintValue,
    ForeignKeyValue,
    GeneratedValue,
    IndexValue,
    MetaDataValue,
    SchemaItem,
)
from tenantlint.lang.values import MapValue
from tenantlint.record import Record, replace
from tenantlint.schema import UNKNOWN, Column, Index, Maybe, UniqueConstraint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tenantlint.lang.sqlmodel.sql_types import EnumSpec
    from tenantlint.lang.values import Value
    from tenantlint.schema import ForeignKey
    from tenantlint.source import Location

_ORM_ONLY: Final = ("default", "insert_default", "onupdate", "server_onupdate")
"""Options of a column that no DDL shows."""

_GENERATED: Final = frozenset({"Identity", "Computed", "DefaultClause", "FetchedValue"})

_DIRECTION: Final = r'^\s*"?([A-Za-z_]\w*)"?(\s+(asc|desc))?(\s+nulls\s+(first|last))?\s*$'


class _Targets(Registry):
    """What a foreign key means where only names are known."""

    def __init__(self, convention: Value) -> None:
        self.tables = []
        self.convention = convention
        self._keys = {}

    def id_of(self, table: TableModel) -> str:
        """Return an id that nobody reads."""
        return ""

    def may_be_unread(self, name: Maybe[str]) -> bool:
        """Return true: the table is looked up when the history is replayed."""
        return True

    def convention_of(self, table: TableModel) -> Value:
        """Return the naming convention."""
        return self.convention

    def target_of(self, user: TableModel, target: Value) -> Target:
        """Return the table and column that a target names, or that a column belongs to."""
        if not isinstance(target, str) or "." not in target:
            return NOWHERE
        path, _, key = target.rpartition(".")
        schema, _, name = path.rpartition(".")
        return Target(None, None, table_name(schema or None, name), key)


class _InDatabase(Assembler):
    """Makes columns, keys and indexes of what the database is told, in which the ORM's own defaults have no part."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def name_of(self, table: TableModel, value: Value) -> Maybe[str | None]:
        """Return the database name of one column, None for an expression."""
        return _index_column(value) if isinstance(value, (TextValue, ColumnClause)) else super().name_of(table, value)

    def column(self, table: TableModel, column: ColumnValue) -> Column:
        """Return one column: a primary key takes no NULL, and constraints stand on their own."""
        primary = self.is_primary(table, column)
        kinds = {item.kind for item in column.items if isinstance(item, GeneratedValue)}
        given = present(column.option("server_default"))
        facts = (given, bool(kinds & _GENERATED), self.counts_up(table, column, primary))
        known = True if any(fact is True for fact in facts) else (UNKNOWN if UNKNOWN in facts else False)
        default = UNKNOWN if known is False and not column.complete else known
        return Column(
            name=column.database_name(),
            key=column.key,
            type=self.registry.type_of(column),
            nullable=False if primary is True else self.nullable(column, primary),
            primary_key=primary,
            unique=False,
            has_default=default,
            has_server_default=default,
            on_update="Computed" in kinds,
            at=column.at,
            default_sql=default_sql(column.option("server_default")),
        )


class Described(Record):
    """What a ``CREATE TABLE`` says inside its parentheses."""

    columns: tuple[Column, ...]
    primary_key: Maybe[tuple[Maybe[str], ...]]
    unique_constraints: tuple[UniqueConstraint, ...]
    foreign_keys: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]


class Description:
    """A table as ``create_table`` or ``add_column`` describes it."""

    def __init__(self, name: Value, schema: Value, at: Location) -> None:
        cls = ClassValue("", module=at.path)
        cls.at = at
        self.model = TableModel(cls)
        self.model.table_name = name if isinstance(name, str) else UNKNOWN
        self.model.schema = schema if schema is None or isinstance(schema, str) else UNKNOWN
        self.model.metadata = MetaDataValue()
        self.complete = True
        self.convention: Value = MapValue(dict(DEFAULT_CONVENTION))

    def add(self, item: Value) -> None:
        """Add a column or constraint; what is neither makes the table incomplete."""
        if isinstance(item, ColumnValue):
            column = item.copy()
            for option in _ORM_ONLY:
                column.options.pop(option, None)
            unknown = f"<unknown {len(self.model.columns)}>"
            self.model.add(column.name if isinstance(column.name, str) else unknown, column)
            self.complete = self.complete and column.complete and isinstance(column.name, str)
        elif isinstance(item, (ConstraintValue, IndexValue)):
            self.model.items.append(item)
            self.complete = self.complete and item.args.complete
        elif not isinstance(item, SchemaItem):
            self.complete = False

    def has_unnamed(self) -> bool:
        """Return whether a constraint or an index has no name of its own."""
        items: list[SchemaItem] = list(self.model.items)
        for column in self.model.columns.values():
            if column.option("index") not in (None, False) or column.option("unique") not in (None, False):
                return True
            items += column.items
        named = (ForeignKeyValue, ConstraintValue, IndexValue)
        return any(isinstance(item, named) and item.named("name") is None for item in items)

    def parts(self) -> Described:
        """Return what the table is made of."""
        assembler, model = _InDatabase(_Targets(self.convention)), self.model
        return Described(
            columns=tuple(assembler.column(model, column) for column in model.columns.values()),
            primary_key=assembler.primary_key(model),
            unique_constraints=tuple(
                replace(each, name=shortened(each.name))
                for each in (*self._column_constraints(), *assembler.unique_constraints(model))
            ),
            foreign_keys=tuple(
                replace(key, name=shortened(key.name), target_id=UNKNOWN) for key in assembler.foreign_keys(model)
            ),
            indexes=tuple(replace(index, name=shortened(index.name)) for index in assembler.indexes(model)),
        )

    def primary_key_name(self) -> Maybe[str | None]:
        """Return the name of the primary key, None where PostgreSQL makes it up."""
        for item in self.model.items:
            if isinstance(item, ConstraintValue) and item.kind == "primary_key":
                given = item.named("name")
                if given is not None:
                    return shortened(given) if isinstance(given, str) else UNKNOWN
        return conventional("pk", None, self.convention, Subject(self.model, []))

    def _column_constraints(self) -> Iterator[UniqueConstraint]:
        """Give the constraints of columns that are unique and not indexed: an index is unique itself."""
        for column in self.model.columns.values():
            unique, name = flag(column.option("unique")), column.database_name()
            if unique is True and column.option("index") in (None, False):
                given = conventional("uq", None, self.convention, Subject(self.model, [name]))
                yield UniqueConstraint(given, (name,), True, column.at)
            elif unique is UNKNOWN:
                self.complete = False

    def enums(self) -> Iterator[EnumSpec]:
        """Give the enums that creating the table creates."""
        from tenantlint.lang.alembic.enums import EnumValue

        for column in self.model.columns.values():
            if isinstance(column.type, EnumValue) and column.type.automatic is True and column.type.enum is not None:
                yield column.type.enum


def described(items: Iterable[Value], name: Value, schema: Value, at: Location) -> Description:
    """Return the description that the arguments of a call make."""
    description = Description(name, schema, at)
    for item in items:
        description.add(item)
    return description


def index_columns(values: Iterable[Value]) -> tuple[Maybe[str | None], ...]:
    """Return the columns of an index, None for an expression."""
    return tuple(map(_index_column, values))


def _index_column(value: Value) -> Maybe[str | None]:
    if isinstance(value, str):
        return value
    if isinstance(value, ColumnClause):
        return value.name if isinstance(value.name, str) else UNKNOWN
    if isinstance(value, ColumnValue):
        return value.database_name()
    if isinstance(value, TextValue):
        if not isinstance(value.value, str):
            return UNKNOWN
        found = re.match(_DIRECTION, value.value, re.IGNORECASE)
        return found[1] if found is not None else None
    return UNKNOWN if value is UNKNOWN else None


def server_default(value: Value) -> Maybe[bool | None]:
    """Return whether ``alter_column(server_default=...)`` leaves a default: False says nothing, None drops it."""
    if value is False:
        return None
    if value is None:
        return False
    return UNKNOWN if value is UNKNOWN else True


def is_generated(value: Value) -> bool:
    """Return whether a value stands for an identity or a computed column."""
    return isinstance(value, GeneratedValue)
