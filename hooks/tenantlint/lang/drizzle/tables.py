"""Tables, schemas and enums, as drizzle-orm has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.columns import BuiltColumn, ColumnBuilder, Factory, MissingColumn, name_and_options
from tenantlint.lang.drizzle.values import UNDEFINED, Method
from tenantlint.lang.values import MISSING, Arguments, Builtin, FuncValue, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Dialect, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class TableValue(Native):
    """A table. ``columns`` are by key; ``extra`` is the third argument; ``complete`` is false where columns may lack."""

    def __init__(self, dialect: Dialect, name: Maybe[str], schema: Maybe[str | None], at: Location) -> None:
        self.dialect = dialect
        self.name = name
        self.schema = schema
        self.at = at
        self.columns: dict[str, BuiltColumn] = {}
        self.complete = True
        self.extra: Value = UNDEFINED
        self.rls: Maybe[bool] = False

    def get(self, name: str) -> Value:
        """Return a column, or a method of the table."""
        column = self.columns.get(name)
        if column is not None:
            return column
        if name == "enableRLS":
            return Method(self, _enable_rls)
        if name.startswith(("_", "$")) or name == "getSQL" or not self.complete:
            return UNKNOWN
        return MissingColumn(self, name)


def _enable_rls(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, TableValue)
    owner.rls = True if not evaluator.uncertain or owner.rls is True else UNKNOWN
    return owner


class TableFunction(Native):
    """``pgTable`` and its kind: also what ``pgTableCreator`` and ``pgSchema().table`` give."""

    def __init__(self, library: Library, dialect: Dialect, schema: Maybe[str | None], rename: Value = MISSING) -> None:
        self.library = library
        self.dialect = dialect
        self.schema = schema
        self.rename = rename
        self.rls = False

    def get(self, name: str) -> Value:
        """Return ``withRLS``, which makes tables with row level security enabled."""
        if name != "withRLS":
            return UNKNOWN
        secured = TableFunction(self.library, self.dialect, self.schema, self.rename)
        secured.rls = True
        return secured

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return a new table."""
        name = args.get(0)
        if self.rename is not MISSING:
            name = evaluator.call(self.rename, Arguments((name,)), at)
        table = TableValue(self.dialect, name if isinstance(name, str) else UNKNOWN, self.schema, at)
        table.rls = self.rls
        table.extra = args.get(2, default=UNDEFINED)
        columns = args.get(1)
        if isinstance(columns, (FuncValue, Native)):
            columns = evaluator.call(columns, Arguments((self.library.builders(self.dialect),)), at)
        build_columns(table, columns)
        self.library.tables.append(table)
        return table


def build_columns(table: TableValue, columns: Value) -> None:
    """Build the columns of ``table`` from the object of builders that it was given."""
    if not isinstance(columns, MapValue):
        table.complete = False
        return
    table.complete = columns.complete
    for key, builder in columns.entries.items():
        if builder is UNDEFINED or not isinstance(key, str):
            continue
        known = builder if isinstance(builder, ColumnBuilder) else None
        if known is not None and known.name == "":
            known.name = key
        table.columns[key] = BuiltColumn(table, key, known, columns.places.get(key, table.at))


class SchemaValue(Native):
    """``pgSchema("name")``."""

    def __init__(self, library: Library, dialect: Dialect, name: Maybe[str]) -> None:
        self.library = library
        self.dialect = dialect
        self.name = name

    def get(self, name: str) -> Value:
        """Return the functions that declare things in this schema."""
        if name == "table":
            return TableFunction(self.library, self.dialect, self.name)
        if name == "enum":
            return Builtin(lambda evaluator, args, at: make_enum(self.library, self.name, args, at))
        return UNKNOWN


class EnumValue(Factory):
    """A database enum, which also makes columns of its type. ``labels`` are in order."""

    def __init__(self, name: Maybe[str], schema: Maybe[str | None], labels: Value, at: Location) -> None:
        super().__init__(self._column)
        self.name = name
        self.schema = schema
        self.labels = labels
        self.at = at

    def _column(self, evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
        name, _ = name_and_options(args)
        return ColumnBuilder("postgresql", name, self.name)

    def get(self, name: str) -> Value:
        """Return what code reads of an enum."""
        if name == "enumValues":
            return self.labels
        return self.name if name == "enumName" else UNKNOWN


def make_enum(library: Library, schema: Maybe[str | None], args: Arguments, at: Location) -> EnumValue:
    """Return the enum that ``pgEnum(name, labels)`` declares; an object of labels counts by its values."""
    name, labels = args.get(0), args.get(1)
    if isinstance(labels, MapValue):
        labels = ListValue(list(labels.entries.values()), complete=labels.complete)
    made = EnumValue(name if isinstance(name, str) else UNKNOWN, schema, labels, at)
    library.enums.append(made)
    return made
