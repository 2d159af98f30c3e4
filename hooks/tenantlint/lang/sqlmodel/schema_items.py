"""SQLAlchemy's schema items as values: columns, keys, indexes, constraints and metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.expressions import ColumnExpression, SqlValue
from tenantlint.lang.sqlmodel.sql_types import NULL_TYPE, SqlType, as_type, is_type
from tenantlint.lang.values import MISSING, Arguments, Builtin, External, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.models import TableModel
    from tenantlint.source import Location

DEFAULT_CONVENTION: Final[dict[Value, Value]] = {"ix": "ix_%(column_0_label)s"}


class MetaDataValue(Native):
    """A ``MetaData``: the schema and the naming convention of its tables.

    ``later`` holds the conventions that are assigned to it, and where: they count for the tables that are made after.
    """

    def __init__(self, schema: Value = None, convention: Value = None) -> None:
        self.schema = schema
        self.convention: Value = MapValue(dict(DEFAULT_CONVENTION)) if convention is None else convention
        self.later: list[tuple[Location, Value]] = []

    def get(self, name: str) -> Value:
        """Return the schema or the naming convention."""
        return {"schema": self.schema, "naming_convention": self.convention}.get(name, UNKNOWN)

    def set(self, name: str, value: Value, at: Location) -> None:
        """Assign the schema or the naming convention."""
        if name == "naming_convention":
            self.later.append((at, value))
        elif name == "schema":
            self.schema = value


class SchemaItem(Native):
    """What stands in a table or a column: a key, an index, a constraint, a default."""

    def __init__(self, args: Arguments, at: Location) -> None:
        self.args = args
        self.at = at

    def named(self, name: str, default: Value = None) -> Value:
        """Return a keyword argument."""
        return self.args.get(None, name, default)


class ForeignKeyValue(SchemaItem):
    """``ForeignKey(target)``, on one column: ``column``, once a table has it."""

    column: ColumnValue | None = None

    @property
    def target(self) -> Value:
        """The text ``table.column``, or a column."""
        return self.args.get(0, "column")


class GeneratedValue(SchemaItem):
    """``Identity``, ``Computed``, ``Sequence``, ``DefaultClause``, ``FetchedValue``: ``kind`` is the name."""

    def __init__(self, kind: str, args: Arguments, at: Location) -> None:
        super().__init__(args, at)
        self.kind = kind


class IndexValue(SchemaItem):
    """``Index(name, *expressions)``."""

    @property
    def name(self) -> Value:
        """The name, or None."""
        return self.args.get(0, "name", None)

    @property
    def expressions(self) -> tuple[Value, ...]:
        """The columns and expressions."""
        return self.args.positional[1:]


class ConstraintValue(SchemaItem):
    """A constraint over columns; ``kind`` is ``unique``, ``primary_key``, ``foreign_key`` or ``other``."""

    def __init__(self, kind: str, args: Arguments, at: Location) -> None:
        super().__init__(args, at)
        self.kind = kind


class RelationshipValue(SchemaItem):
    """SQLAlchemy's own ``relationship(argument, secondary)``."""


class RegistryValue(Native):
    """A ``registry``: what its classes share is the metadata."""

    def __init__(self, metadata: Value) -> None:
        self.metadata = metadata

    def get(self, name: str) -> Value:
        """Return the metadata."""
        return self.metadata if name == "metadata" else UNKNOWN


class ColumnValue(SqlValue):
    """A ``Column``. ``key`` is the attribute that holds it, once it has one.

    ``complete`` is false where it may have more arguments than are known, and ``has_all_keys`` where it may have a
    foreign key that is not known. ``model_default`` is what a new object of the model gets where nothing is given,
    MISSING where that is the column's own default. For the others see ``schema.Column``.
    """

    def __init__(self, name: Value, type_: SqlType, at: Location) -> None:
        self.name = name
        self.key = ""
        self.type = type_
        self.at = at
        self.options: dict[str, Value] = {}
        self.items: list[SchemaItem] = []
        self.complete = True
        self.has_all_keys = True
        self.owner: TableModel | None = None
        self.original: ColumnValue | None = None
        self.model_default: Value = MISSING
        self.rejected: tuple[str, ...] = ()
        self.ignored: tuple[str, ...] = ()
        self.shared: Maybe[bool] = False

    def option(self, name: str, default: Value = None) -> Value:
        """Return a keyword argument of the column."""
        return self.options.get(name, default if self.complete else UNKNOWN)

    def database_name(self) -> Maybe[str]:
        """Return the name of the column in the database."""
        if self.name is None:
            return self.key
        return self.name if isinstance(self.name, str) else UNKNOWN

    def lookup_key(self) -> Value:
        """Return the key under which the table has the column."""
        return self.options.get("key") or self.database_name()

    def copy(self) -> ColumnValue:
        """Return a column like this one for another table."""
        copy = ColumnValue(self.name, self.type, self.at)
        copy.options, copy.items, copy.complete = dict(self.options), list(self.items), self.complete
        copy.has_all_keys = self.has_all_keys
        copy.model_default, copy.rejected, copy.ignored = self.model_default, self.rejected, self.ignored
        return copy

    def of_another_table(self) -> ColumnValue:
        """Return what stands for this object where a second table is given it: ``original`` is this one."""
        column = self.copy()
        column.original = self
        return column

    def get(self, name: str) -> Value:
        """Return an attribute; methods give expressions."""
        if name == "copy" or name == "_copy":
            return Builtin(lambda evaluator, args, at: self.copy())
        if name in ("name", "key"):
            return self.name if name == "name" else self.options.get("key", self.name)
        return self.expression().get(name)

    def expression(self) -> ColumnExpression:
        """Return the column as an expression."""
        return ColumnExpression(self)

    def set(self, name: str, value: Value, at: Location) -> None:
        """Assign an attribute before the table is made."""
        if name == "name":
            self.name = value
        elif name == "type":
            self.type = value if isinstance(value, SqlType) else SqlType(UNKNOWN)
        else:
            self.options[name] = value


def column(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``Column(...)`` makes."""
    rest = list(args.positional)
    named = dict(args.named)
    name = rest.pop(0) if _starts_with_name(rest) else named.pop("name", None)
    type_ = named.pop("type_", MISSING)
    if rest and (is_type(rest[0]) or rest[0] is UNKNOWN or isinstance(rest[0], External)):
        type_ = rest.pop(0)
    made = ColumnValue(name, NULL_TYPE if type_ is MISSING else as_type(evaluator, type_, at), at)
    made.options, made.complete = named, args.complete
    add_items(made, rest)
    return made


def _starts_with_name(args: list[Value]) -> bool:
    if not args:
        return False
    return isinstance(args[0], str) or args[0] is None or (args[0] is UNKNOWN and len(args) > 1 and is_type(args[1]))


def add_items(made: ColumnValue, items: list[Value]) -> None:
    """Give a column its positional arguments behind the type."""
    for item in items:
        if isinstance(item, SchemaItem):
            made.items.append(item)
        else:
            made.complete = False


def metadata(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Return what ``MetaData(...)`` makes."""
    unknown = None if args.complete else UNKNOWN
    return MetaDataValue(args.named.get("schema", unknown), args.named.get("naming_convention", unknown))


def _registry(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    found = args.get(None, "metadata", None)
    return RegistryValue(MetaDataValue() if found is None else found)


def _made(make: type[SchemaItem]) -> Builtin:
    return Builtin(lambda evaluator, args, at: make(args, at))


def _constraint(kind: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: ConstraintValue(kind, args, at))


def _generated(kind: str) -> Builtin:
    return Builtin(lambda evaluator, args, at: GeneratedValue(kind, args, at))


ITEMS: Final[dict[str, Value]] = {
    "Column": Builtin(column),
    "MetaData": Builtin(metadata),
    "ForeignKey": _made(ForeignKeyValue),
    "registry": Builtin(_registry),
    "relationship": _made(RelationshipValue),
    "RelationshipProperty": _made(RelationshipValue),
    "backref": _made(RelationshipValue),
    "UniqueConstraint": _constraint("unique"),
    "PrimaryKeyConstraint": _constraint("primary_key"),
    "ForeignKeyConstraint": _constraint("foreign_key"),
    "CheckConstraint": _constraint("other"),
    "ExcludeConstraint": _constraint("other"),
    **{name: _generated(name) for name in ("Identity", "Computed", "Sequence", "DefaultClause", "FetchedValue")},
}
