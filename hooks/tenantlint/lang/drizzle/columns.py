"""Column builders and built columns, as drizzle-orm has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle.column_types import TYPES, mysql_enum
from tenantlint.lang.drizzle.values import UNDEFINED, Method, member
from tenantlint.lang.values import Arguments, ListValue, MapValue, Native, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Dialect, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.tables import TableValue
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

_FACTS: Final = ("not_null", "primary", "unique", "has_default", "server_default", "on_update")


class Reference(Record):
    """A ``.references(() => table.column, actions)``: the function, its options, and where it is written."""

    function: Value
    actions: Value
    at: Location


class ColumnBuilder(Native):
    """A column builder: mutable, and shared where code shares it.

    ``name`` is '' until the first table that uses the builder names it after its key. ``certainty`` is how many
    undecided branches surrounded its creation: what a deeper one does to it is not known.
    """

    def __init__(self, dialect: Dialect, name: Maybe[str], sql_type: Maybe[str], certainty: int = 0) -> None:
        self.dialect = dialect
        self.name = name
        self.key_as_name = name == ""
        self.type = sql_type
        self.certainty = certainty
        self.not_null: Maybe[bool] = False
        self.primary: Maybe[bool] = False
        self.unique: Maybe[bool] = False
        self.has_default: Maybe[bool] = False
        self.server_default: Maybe[bool] = False
        self.on_update: Maybe[bool] = False
        self.references: list[Reference] = []
        self.references_known = True

    def get(self, name: str) -> Value:
        """Return a method of the builder."""
        method = _METHODS.get(name)
        return UNKNOWN if method is None else Method(self, method)

    def state(self, evaluator: Evaluator, **facts: bool) -> None:
        """Set facts; inside a branch that may not run they become unknown instead."""
        certain = evaluator.uncertain <= self.certainty
        for name, value in facts.items():
            if certain or getattr(self, name) is not value:
                setattr(self, name, value if certain else UNKNOWN)


class BuiltColumn(Native):
    """A column of a table. ``name`` is as the builder has it, before ``casing``; ``at`` is where it is declared."""

    def __init__(self, table: TableValue, key: str, builder: ColumnBuilder | None, at: Location) -> None:
        self.table = table
        self.key = key
        self.at = at
        self.builder = builder
        self.name: Maybe[str] = UNKNOWN if builder is None else builder.name
        self.key_as_name = builder is not None and builder.key_as_name
        self.type: Maybe[str] = UNKNOWN if builder is None else builder.type
        self.facts: dict[str, Maybe[bool]] = {
            fact: UNKNOWN if builder is None else getattr(builder, fact) for fact in _FACTS
        }
        self.references = [] if builder is None else list(builder.references)
        self.references_known = builder is not None and builder.references_known

    def get(self, name: str) -> Value:
        """Return what an index or a helper asks of a column."""
        if name in _ORDERINGS:
            return Method(self, _same)
        if name == "name":
            return UNKNOWN if self.key_as_name else self.name
        return self.table if name == "table" else UNKNOWN


class MissingColumn(Native):
    """A column that a table was asked for and does not have."""

    def __init__(self, table: TableValue, key: str) -> None:
        self.table = table
        self.key = key

    def get(self, name: str) -> Value:
        """Return itself for the methods of an indexed column."""
        return Method(self, _same) if name in _ORDERINGS else UNKNOWN


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


def factories(dialect: Dialect) -> dict[str, Native]:
    """Return the column builders of a dialect by the name that they are imported under."""
    made: dict[str, Native] = {name: Factory(_maker(dialect, name)) for name in TYPES[dialect]}
    made["customType"] = CustomType(dialect)
    if dialect == "mysql":
        made["mysqlEnum"] = Factory(_make_mysql_enum)
    return made


def _maker(dialect: Dialect, builder: str) -> Callable[[Evaluator, Arguments, Location], ColumnBuilder]:
    type_of = TYPES[dialect][builder]

    def make(evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
        name, options = name_and_options(args)
        column = ColumnBuilder(dialect, name, type_of(options))
        if builder in _SERIALS:
            column.has_default = column.server_default = column.not_null = True
        if builder == "bigserial":
            mode = member(options, "mode")
            column.not_null = UNKNOWN if mode is UNKNOWN else mode == "number"
        if builder == "serial" and dialect == "mysql":
            column.primary = True
        return column

    return make


_SERIALS: Final = frozenset({"serial", "bigserial", "smallserial"})


def _make_mysql_enum(evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
    name, labels = name_and_options(args)
    return ColumnBuilder("mysql", name, mysql_enum(labels))


class CustomType(Native):
    """``customType({ dataType() { ... } })``."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the factory of the type's columns."""
        data_type = evaluator.attribute(args.get(0), "dataType")

        def make(evaluator: Evaluator, args: Arguments, at: Location) -> ColumnBuilder:
            name, options = name_and_options(args)
            text = evaluator.call(data_type, Arguments((options,)), at)
            return ColumnBuilder(self.dialect, name, text if isinstance(text, str) else UNKNOWN)

        return Factory(make)


def _same(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return owner


Step = "Callable[[Value, Evaluator, Arguments, Location], Value]"


def _stating(**facts: bool) -> Callable[[Value, Evaluator, Arguments, Location], Value]:
    def step(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        assert isinstance(owner, ColumnBuilder)
        owner.state(evaluator, **facts)
        return owner

    return step


def _default(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, ColumnBuilder)
    owner.state(evaluator, has_default=True)
    value = args.get(0, default=UNDEFINED)
    if value is UNKNOWN:
        owner.server_default = UNKNOWN if owner.server_default is not True else True
    elif value is not UNDEFINED:
        owner.state(evaluator, server_default=True)
    return owner


def _references(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, ColumnBuilder)
    if evaluator.uncertain > owner.certainty:
        owner.references_known = False
    else:
        owner.references.append(Reference(args.get(0), args.get(1, default=UNDEFINED), at))
    return owner


def _array(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, ColumnBuilder)
    size = args.get(0, default=UNDEFINED)
    suffix = f"[{size}]" if isinstance(size, int) else "[]"
    text = UNKNOWN if owner.type is UNKNOWN or size is UNKNOWN else owner.type + suffix
    return ColumnBuilder(owner.dialect, owner.name, text, evaluator.uncertain)


_METHODS: Final[Mapping[str, Callable[[Value, Evaluator, Arguments, Location], Value]]] = {
    "notNull": _stating(not_null=True),
    "primaryKey": _stating(primary=True, not_null=True),
    "unique": _stating(unique=True),
    "default": _default,
    "defaultNow": _stating(has_default=True, server_default=True),
    "defaultRandom": _stating(has_default=True, server_default=True),
    "$default": _stating(has_default=True),
    "$defaultFn": _stating(has_default=True),
    "$onUpdate": _stating(has_default=True, on_update=True),
    "$onUpdateFn": _stating(has_default=True, on_update=True),
    "onUpdateNow": _stating(has_default=True, on_update=True),
    "autoincrement": _stating(has_default=True, server_default=True),
    "generatedAlwaysAs": _stating(has_default=True, server_default=True),
    "generatedAlwaysAsIdentity": _stating(has_default=True, server_default=True, not_null=True),
    "generatedByDefaultAsIdentity": _stating(has_default=True, server_default=True, not_null=True),
    "references": _references,
    "array": _array,
    "$type": _same,
}
