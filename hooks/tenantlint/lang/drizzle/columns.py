"""Column builders and built columns, as drizzle-orm has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.column_types import TYPES, mysql_enum
from tenantlint.lang.drizzle.values import UNDEFINED, Method, Step, as_text, member, same
from tenantlint.lang.values import Arguments, ListValue, MapValue, Native, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Dialect, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.drizzle.tables import TableValue
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

FACTS: Final = ("not_null", "primary", "unique", "has_default", "server_default", "on_update")


class Reference(Record):
    """A ``.references(() => table.column, actions)``: the function, its options, and where it is written."""

    function: Value
    actions: Value
    at: Location


class ColumnBuilder(Native):
    """A column builder: mutable, and shared where code shares it.

    ``name`` is '' until the first table that uses the builder names it after its key. ``certainty`` is how many
    undecided branches surrounded its creation: what a deeper one does to it is not known. ``default`` is the argument
    of ``.default()``.
    """

    __slots__ = (
        *FACTS,
        "certainty",
        "default",
        "dialect",
        "key_as_name",
        "library",
        "name",
        "references",
        "references_known",
        "type",
    )

    def __init__(self, library: Library, dialect: Dialect, name: Maybe[str], sql_type: Maybe[str]) -> None:
        self.library = library
        self.dialect = dialect
        self.name = name
        self.key_as_name = name == ""
        self.type = sql_type
        self.certainty = 0
        self.not_null: Maybe[bool] = False
        self.primary: Maybe[bool] = False
        self.unique: Maybe[bool] = False
        self.has_default: Maybe[bool] = False
        self.server_default: Maybe[bool] = False
        self.on_update: Maybe[bool] = False
        self.default: Value = UNDEFINED
        self.references: list[Reference] = []
        self.references_known = True

    def get(self, name: str) -> Value:
        """Return a method of the builder."""
        step = _METHODS.get(name)
        return UNKNOWN if step is None else Method(self, step)

    def state(self, evaluator: Evaluator, **facts: Maybe[bool]) -> None:
        """Set facts; inside a branch that may not run they become unknown instead."""
        certain = evaluator.uncertain <= self.certainty
        for name, value in facts.items():
            if certain or getattr(self, name) is not value:
                setattr(self, name, value if certain else UNKNOWN)


class BuiltColumn(Native):
    """A column of a table. ``name`` is as the builder has it, before ``casing``; ``at`` is where it is declared.

    ``builder`` is None where the column was built from something that is not known.
    """

    __slots__ = (
        *FACTS,
        "at",
        "default",
        "key",
        "key_as_name",
        "name",
        "references",
        "references_known",
        "table",
        "type",
    )

    def __init__(self, table: TableValue, key: str, builder: ColumnBuilder | None, at: Location) -> None:
        self.table = table
        self.key = key
        self.at = at
        self.name: Maybe[str] = UNKNOWN if builder is None else builder.name
        self.key_as_name = builder is not None and builder.key_as_name
        self.type: Maybe[str] = UNKNOWN if builder is None else builder.type
        self.not_null: Maybe[bool] = UNKNOWN if builder is None else builder.not_null
        self.primary: Maybe[bool] = UNKNOWN if builder is None else builder.primary
        self.unique: Maybe[bool] = UNKNOWN if builder is None else builder.unique
        self.has_default: Maybe[bool] = UNKNOWN if builder is None else builder.has_default
        self.server_default: Maybe[bool] = UNKNOWN if builder is None else builder.server_default
        self.on_update: Maybe[bool] = UNKNOWN if builder is None else builder.on_update
        self.default: Value = UNKNOWN if builder is None else builder.default
        self.references = () if builder is None else tuple(builder.references)
        self.references_known = builder is not None and builder.references_known

    def get(self, name: str) -> Value:
        """Return what an index or a helper asks of a column."""
        if name in _ORDERINGS:
            return Method(self, same if name == "asc" else _ordered)
        if name == "name":
            return UNKNOWN if self.key_as_name else self.name
        return self.table if name == "table" else UNKNOWN


class OrderedColumn(Native):
    """A column as an index has it: with a sort order or an operator class of its own."""

    def __init__(self, column: BuiltColumn) -> None:
        self.column = column
        self.table = column.table

    def get(self, name: str) -> Value:
        """Return itself for further orders."""
        return Method(self, same) if name in _ORDERINGS else UNKNOWN


def _ordered(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return OrderedColumn(owner) if isinstance(owner, BuiltColumn) else owner


class MissingColumn(Native):
    """A column that a table was asked for and does not have."""

    def __init__(self, table: TableValue, key: str) -> None:
        self.table = table
        self.key = key

    def get(self, name: str) -> Value:
        """Return itself for the methods of an indexed column."""
        return Method(self, same) if name in _ORDERINGS else UNKNOWN


_ORDERINGS: Final = frozenset({"asc", "desc", "nullsFirst", "nullsLast", "op"})


class Factory(Native):
    """A function that makes column builders: ``text``, ``varchar``, ``pgEnum(...)``, ``customType(...)``."""

    def __init__(self, make: Callable[[Evaluator, Arguments, Location], ColumnBuilder]) -> None:
        self.make = make

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return a new builder."""
        builder = self.make(evaluator, args, at)
        builder.certainty = evaluator.uncertain
        return builder


def name_and_options(args: Arguments) -> tuple[Maybe[str], Value]:
    """Return the name ('' where none is given) and the options of a builder's call ``(name?, options?)``."""
    first = args.get(0, default=UNDEFINED)
    if isinstance(first, str):
        return first, args.get(1, default=UNDEFINED)
    if isinstance(first, (MapValue, ListValue)):
        return "", first
    if first is UNDEFINED or first is None:
        return "", args.get(1, default=UNDEFINED)
    return UNKNOWN, UNKNOWN


def factories(library: Library, dialect: Dialect) -> dict[str, Native]:
    """Return the column builders of a dialect by the name that they are imported under."""
    made: dict[str, Native] = {name: Factory(_maker(library, dialect, name)) for name in TYPES[dialect]}
    made["customType"] = CustomType(library, dialect)
    if dialect == "mysql":
        made["mysqlEnum"] = Factory(_mysql_enum_maker(library))
    return made


_SERIALS: Final = frozenset({"serial", "bigserial", "smallserial"})


def _maker(library: Library, dialect: Dialect, name: str) -> Callable[[Evaluator, Arguments, Location], ColumnBuilder]:
    type_of = TYPES[dialect][name]

    def make(evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
        column_name, options = name_and_options(args)
        builder = ColumnBuilder(library, dialect, column_name, type_of(options))
        if name == "geometry" and member(options, "srid") is not UNDEFINED:
            builder.type = _geometry(member(options, "srid"), library.packages.drizzle_major(at.path))
        if name in _SERIALS:
            builder.has_default = builder.server_default = builder.not_null = True
        return builder

    return make


def _geometry(srid: Value, major: int | None) -> Maybe[str]:
    """Return the type of a geometry with a reference system, which drizzle-orm 0.x leaves out."""
    if major == 0:
        return "geometry(point)"
    return f"geometry(point,{srid})" if major == 1 and isinstance(srid, int) else UNKNOWN


def _mysql_enum_maker(library: Library) -> Callable[[Evaluator, Arguments, Location], ColumnBuilder]:
    def make(evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
        name, labels = name_and_options(args)
        return ColumnBuilder(library, "mysql", name, mysql_enum(labels))

    return make


class CustomType(Native):
    """``customType({ dataType() { ... } })``."""

    def __init__(self, library: Library, dialect: Dialect) -> None:
        self.library = library
        self.dialect = dialect

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the factory of the type's columns."""
        data_type = evaluator.attribute(args.get(0), "dataType")

        def make(evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
            name, options = name_and_options(args)
            text = evaluator.call(data_type, Arguments((options,)), at)
            return ColumnBuilder(self.library, self.dialect, name, as_text(text))

        return Factory(make)


# The methods of a builder


def _on_builder(step: Callable[[ColumnBuilder, Evaluator, Arguments, Location], Value]) -> Step:
    def method(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return step(owner, evaluator, args, at) if isinstance(owner, ColumnBuilder) else UNKNOWN

    return method


def _stating(**facts: Maybe[bool]) -> Step:
    def step(builder: ColumnBuilder, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        builder.state(evaluator, **facts)
        return builder

    return _on_builder(step)


def _primary_key(builder: ColumnBuilder, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    builder.state(evaluator, primary=True, not_null=True)
    if builder.dialect == "sqlite" and builder.type == "integer":
        builder.state(evaluator, has_default=True, server_default=True)
    return builder


def _default(builder: ColumnBuilder, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    builder.state(evaluator, has_default=True)
    value = args.get(0, default=UNDEFINED)
    builder.default = value if evaluator.uncertain <= builder.certainty else UNKNOWN
    if builder.dialect == "mysql":
        from tenantlint.lang.drizzle.sqltext import sets_on_update

        if sets_on_update(value):
            builder.state(evaluator, on_update=True)
    if value is not UNDEFINED:
        builder.state(evaluator, server_default=UNKNOWN if value is UNKNOWN and not args.complete else True)
    return builder


def _calling(function: str) -> Step:
    def step(builder: ColumnBuilder, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        from tenantlint.lang.drizzle.sqltext import Raw, SqlValue

        builder.state(evaluator, has_default=True, server_default=True)
        builder.default = SqlValue([Raw(function)]) if evaluator.uncertain <= builder.certainty else UNKNOWN
        return builder

    return _on_builder(step)


def _references(builder: ColumnBuilder, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    if evaluator.uncertain > builder.certainty:
        builder.references_known = False
    else:
        builder.references.append(Reference(args.get(0), args.get(1, default=UNDEFINED), at))
    return builder


def _array(builder: ColumnBuilder, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Make an array of the column: drizzle-orm 0.x starts a new builder without its facts, 1.0 keeps them."""
    size = args.get(0, default=UNDEFINED)
    suffix = size if isinstance(size, str) else "[]"
    text = UNKNOWN if builder.type is UNKNOWN or size is UNKNOWN else builder.type + suffix
    major = builder.library.packages.drizzle_major(at.path)
    if major == 1 and evaluator.uncertain <= builder.certainty:
        builder.type = text
        return builder
    made = ColumnBuilder(builder.library, builder.dialect, builder.name, text)
    made.key_as_name = builder.key_as_name
    made.certainty = evaluator.uncertain
    if major != 0:
        for fact in FACTS:
            setattr(made, fact, False if getattr(builder, fact) is False else UNKNOWN)
        made.references_known = not builder.references
        made.default = UNDEFINED if builder.default is UNDEFINED else UNKNOWN
    return made


_METHODS: Final[Mapping[str, Step]] = {
    "$default": _stating(has_default=True),
    "$defaultFn": _stating(has_default=True),
    "$onUpdate": _stating(has_default=True, on_update=True),
    "$onUpdateFn": _stating(has_default=True, on_update=True),
    "$type": same,
    "array": _on_builder(_array),
    "autoincrement": _stating(has_default=True, server_default=True),
    "default": _on_builder(_default),
    "defaultNow": _calling("now()"),
    "defaultRandom": _calling("gen_random_uuid()"),
    "generatedAlwaysAs": _stating(has_default=True, server_default=True),
    "generatedAlwaysAsIdentity": _stating(has_default=True, server_default=True, not_null=True),
    "generatedByDefaultAsIdentity": _stating(has_default=True, server_default=True, not_null=True),
    "notNull": _stating(not_null=True),
    "onUpdateNow": _stating(has_default=True, on_update=True),
    "primaryKey": _on_builder(_primary_key),
    "references": _on_builder(_references),
    "unique": _stating(unique=True),
}
