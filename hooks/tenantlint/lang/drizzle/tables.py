"""Tables, schemas and enums, as drizzle-orm has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle import casing
from tenantlint.lang.drizzle.columns import BuiltColumn, ColumnBuilder, Factory, MissingColumn, name_and_options
from tenantlint.lang.drizzle.values import UNDEFINED, Method, as_text
from tenantlint.lang.values import MISSING, Arguments, Builtin, FuncValue, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Dialect, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class TableValue(Native):
    """A table. ``columns`` are by key, ``complete`` is false where some may be missing.

    ``extra`` is the third argument. ``external`` is true for a table that a package outside the project declares.
    """

    def __init__(self, dialect: Dialect, name: Maybe[str], schema: Maybe[str | None], at: Location) -> None:
        self.dialect = dialect
        self.name = name
        self.schema = schema
        self.at = at
        self.columns: dict[str, BuiltColumn] = {}
        self.complete = True
        self.extra: Value = UNDEFINED
        self.rls: Maybe[bool] = False
        self.external = False

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

    def item(self, key: Value) -> Value:
        """Return a column by a computed key."""
        return self.get(key) if isinstance(key, str) else UNKNOWN

    def build(self, columns: Value, style: Maybe[str | None]) -> None:
        """Build the columns from the object of builders that the table was given. ``style`` is 1.0's casing."""
        if not isinstance(columns, MapValue):
            self.complete = False
            return
        self.complete = columns.complete
        for key, builder in columns.entries.items():
            if isinstance(key, str) and builder is not UNDEFINED:
                known = builder if isinstance(builder, ColumnBuilder) else None
                if known is not None and known.name == "":
                    known.name = casing.convert(key, style)
                column = BuiltColumn(self, key, known, columns.places.get(key, self.at))
                column.key_as_name = column.key_as_name and style is None
                self.columns[key] = column


def _enable_rls(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    if isinstance(owner, TableValue) and owner.rls is not True:
        owner.rls = UNKNOWN if evaluator.uncertain else True
    return owner


class TableFunction(Native):
    """``pgTable`` and its kind: also what ``pgTableCreator``, ``pgSchema().table`` and ``snakeCase.table`` are.

    ``rename`` is the function that a creator gives each name to, MISSING where there is none. ``style`` is 1.0's
    casing for the columns of its tables.
    """

    def __init__(
        self,
        library: Library,
        dialect: Dialect,
        schema: Maybe[str | None],
        rename: Value = MISSING,
        style: Maybe[str | None] = None,
        rls: bool = False,
    ) -> None:
        self.library = library
        self.dialect = dialect
        self.schema = schema
        self.rename = rename
        self.style = style
        self.rls = rls

    def get(self, name: str) -> Value:
        """Return ``withRLS``, which makes tables with row level security enabled."""
        if name != "withRLS":
            return UNKNOWN
        return TableFunction(self.library, self.dialect, self.schema, self.rename, self.style, rls=True)

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return a new table."""
        name = args.get(0)
        if self.rename is not MISSING:
            name = evaluator.call(self.rename, Arguments((name,)), at)
        table = TableValue(self.dialect, as_text(name), self.schema, at)
        table.rls = self.rls
        table.extra = args.get(2, default=UNDEFINED)
        columns = args.get(1)
        if isinstance(columns, (FuncValue, Native)):
            columns = evaluator.call(columns, Arguments((self.library.builders(self.dialect),)), at)
        table.build(columns, self.style)
        self.library.add_table(table, evaluator)
        return table


class SchemaValue(Native):
    """``pgSchema("name")`` and its kind."""

    def __init__(self, library: Library, dialect: Dialect, name: Maybe[str], style: Maybe[str | None] = None) -> None:
        self.library = library
        self.dialect = dialect
        self.name = name
        self.style = style

    def get(self, name: str) -> Value:
        """Return the functions that declare things in this schema."""
        if name == "table":
            return TableFunction(self.library, self.dialect, self.name, style=self.style)
        if name == "enum":
            return Builtin(lambda evaluator, args, at: make_enum(self.library, self.name, evaluator, args, at))
        if name == "existing":
            return Builtin(lambda evaluator, args, at: self)
        return self.name if name == "schemaName" else UNKNOWN


class EnumValue(Factory):
    """A database enum, which also makes columns of its type. ``labels`` are in order."""

    def __init__(self, library: Library, name: Maybe[str], schema: Maybe[str | None], labels: Value) -> None:
        super().__init__(self._column)
        self.library = library
        self.name = name
        self.schema = schema
        self.labels = labels

    def _column(self, evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
        name, _ = name_and_options(args)
        return ColumnBuilder(self.library, "postgresql", name, self.name)

    def get(self, name: str) -> Value:
        """Return what code reads of an enum."""
        if name == "enumValues":
            return self.labels
        return self.name if name == "enumName" else UNKNOWN


def make_enum(
    library: Library, schema: Maybe[str | None], evaluator: Evaluator, args: Arguments, at: Location
) -> EnumValue:
    """Return the enum that ``pgEnum(name, labels)`` declares; an object of labels counts by its values."""
    labels = args.get(1)
    if isinstance(labels, MapValue):
        labels = ListValue(list(labels.entries.values()), complete=labels.complete)
    made = EnumValue(library, as_text(args.get(0)), schema, labels)
    if not evaluator.uncertain:
        library.enums.append((made, at))
    return made
