"""SQLModel's model classes and SQLAlchemy's tables: which columns a table has, in the order of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.columns import column_of_field
from tenantlint.lang.sqlmodel.events import Events
from tenantlint.lang.sqlmodel.fields import SQLMODEL, RelationshipCall, model_fields
from tenantlint.lang.sqlmodel.objects import ClassValue, Decorator, Descriptor
from tenantlint.lang.sqlmodel.schema_items import (
    ColumnValue,
    ConstraintValue,
    ForeignKeyValue,
    IndexValue,
    MetaDataValue,
    RegistryValue,
    RelationshipValue,
    SchemaItem,
)
from tenantlint.lang.values import MISSING, Arguments, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe, Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.versions import Versions
    from tenantlint.schema import Part
    from tenantlint.source import Location

ALL_PARTS: Final[frozenset[Part]] = frozenset(
    {"columns", "foreign_keys", "indexes", "relations", "unique_constraints", "primary_key"}
)
_CHANGING: Final[dict[str, frozenset[Part]]] = {
    "append_column": ALL_PARTS,
    "append_constraint": frozenset({"foreign_keys", "unique_constraints", "primary_key"}),
    "constraints": frozenset({"foreign_keys", "unique_constraints", "primary_key"}),
    "indexes": frozenset({"indexes"}),
}
_ARGUMENT_PARTS: Final[frozenset[Part]] = frozenset({"foreign_keys", "indexes", "unique_constraints", "primary_key"})


class ModelClass(ClassValue):
    """A class that derives from SQLModel. ``table`` is set where the class is mapped to a table."""

    is_table: Maybe[bool] = False
    table: TableModel | None = None

    def get(self, name: str) -> Value:
        """Return an attribute; of a table, the columns too."""
        if self.table is not None:
            if name == "__table__":
                return self.table
            if name in self.table.columns:
                return self.table.columns[name]
        return super().get(name)


class TableModel(Native):
    """A table as SQLAlchemy has it: ``columns`` by attribute, in the order of the database.

    ``cls`` is the class that is mapped to it. A table that is made by calling ``Table`` has a class of its own here,
    with no members, which tells its name and place.
    """

    def __init__(self, cls: ClassValue) -> None:
        self.cls = cls
        self.table_name: Maybe[str] = UNKNOWN
        self.schema: Maybe[str | None] = None
        self.metadata: Value = UNKNOWN
        self.columns: dict[str, ColumnValue] = {}
        self.items: list[SchemaItem] = []
        self.relationships: dict[str, RelationshipCall | RelationshipValue] = {}
        self.incomplete: set[Part] = set()
        self.mapped = True

    def add(self, name: str, column: ColumnValue) -> None:
        """Add a column under the attribute ``name``."""
        column.key = name
        column.owner = self
        self.columns[name] = column
        if not (column.complete and column.has_all_keys):
            self.incomplete.add("foreign_keys")

    def get(self, name: str) -> Value:
        """Return the collection of columns."""
        if name in ("c", "columns"):
            return TableColumns(self)
        if name in _CHANGING:
            return TableChange(self, _CHANGING[name])
        return {"name": self.table_name, "schema": self.schema, "metadata": self.metadata}.get(name, UNKNOWN)

    def by_key(self, key: Value) -> ColumnValue | None:
        """Return the column that SQLAlchemy finds under a key: the name in the database, unless ``key=`` says else."""
        return next((column for column in self.columns.values() if column.lookup_key() == key), None)


class TableChange(Native):
    """What may change a table after it is made: ``append_constraint``, or its set of indexes."""

    def __init__(self, table: TableModel, parts: frozenset[Part]) -> None:
        self.table = table
        self.parts = parts

    def get(self, name: str) -> Value:
        """Return a method of the set."""
        return self if name in ("add", "discard", "remove", "update", "clear") else UNKNOWN

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Take note that the table may have more than was read, or less."""
        self.table.incomplete |= self.parts
        return None


class TableColumns(Native):
    """``table.c``."""

    def __init__(self, table: TableModel) -> None:
        self.table = table

    def get(self, name: str) -> Value:
        """Return a column."""
        return self.item(name)

    def item(self, key: Value) -> Value:
        """Return a column."""
        return self.table.by_key(key) or UNKNOWN


class Models:
    """The tables of a project, in the order in which they are made, and its SQLModel with the metadata."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.tables: list[TableModel] = []
        self.core_tables: list[TableModel] = []
        self.indexes: list[IndexValue] = []
        self.undecided: list[Unresolved] = []
        self.other_names: set[str] = set()
        self.events = Events()
        self.metadata = MetaDataValue()
        self.sqlmodel = ClassValue("SQLModel", (SQLMODEL,), {"metadata": self.metadata}, "sqlmodel")

    def create(self, evaluator: Evaluator, cls: ModelClass) -> None:
        """Make a class a table where it is one."""
        registry = cls.arguments.get("registry", MISSING)
        if registry is not MISSING:
            cls.namespace["metadata"] = registry.metadata if isinstance(registry, RegistryValue) else UNKNOWN
        cls.is_table = _is_table(cls)
        if cls.is_table is UNKNOWN and cls.at is not None:
            why = "whether it is a table is decided by code that is not read, or only when that runs"
            self.undecided.append(Unresolved(f"class `{cls.name}`", why, cls.at))
        base_is_table = any(_is_table(base) is True for base in cls.bases)
        if cls.is_table is True and not base_is_table:
            table = _mapped_table(evaluator, cls, self.versions)
            if cls.certain:
                self.tables.append(table)
            else:
                self._note_uncertain(table)
                cls.table = None

    def _note_uncertain(self, table: TableModel) -> None:
        """Take a table that may not be declared for none, though one of its name may exist."""
        assert table.cls.at is not None
        why = "whether it is declared is decided by code that is not read, or only when that runs"
        self.undecided.append(Unresolved(f"table `{table.cls.name}`", why, table.cls.at))
        if isinstance(table.table_name, str):
            self.other_names.add(table.table_name)

    def note_other(self, cls: ClassValue) -> None:
        """Remember the name of a table whose class is no SQLModel, as far as is known: it exists, though not read."""
        if cls.arguments.get("table") is True and not cls.known and cls.at is not None:
            self.undecided.append(Unresolved(f"class `{cls.name}`", "it has a base class that is not read", cls.at))
        name = cls.namespace.get("__tablename__")
        if isinstance(name, str):
            self.other_names.add(name)

    def index(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return what ``Index(...)`` makes, and remember it: wherever it stands, the table of its columns has it."""
        made = IndexValue(args, at)
        self.indexes.append(made)
        return made

    def core_table(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return what ``Table(name, metadata, *items)`` makes."""
        name = args.get(0, "name")
        cls = ClassValue(name if isinstance(name, str) else "Table", module=at.path)
        cls.at = at
        table = TableModel(cls)
        table.mapped = False
        table.table_name = name if isinstance(name, str) else UNKNOWN
        table.metadata = args.get(1, "metadata")
        for item in args.positional[2:]:
            if isinstance(item, ColumnValue):
                table.add(str(item.name), item)
            else:
                _take_item(table, item)
        if not args.complete:
            table.incomplete |= ALL_PARTS
        _place(table, args.get(None, "schema", None))
        self.core_tables.append(table)
        return table

    def finished(self) -> list[TableModel]:
        """Return all tables that the project's SQLModel metadata hold."""
        used = {id(table.metadata) for table in self.tables} | {id(self.metadata)}
        for table in self.core_tables:
            if id(table.metadata) not in used and isinstance(table.table_name, str):
                self.other_names.add(table.table_name)
        return [*self.tables, *(table for table in self.core_tables if id(table.metadata) in used)]


def _mapped_table(evaluator: Evaluator, cls: ModelClass, versions: Versions) -> TableModel:
    table = cls.table = TableModel(cls)
    fields = model_fields(evaluator, cls)
    columns = {name: column_of_field(evaluator, field, versions) for name, field in fields.items()}
    own = {name: value for name, value in cls.namespace.items() if isinstance(value, RelationshipCall)}
    table.relationships.update(own)
    for name in _scan_order(cls, list(columns), list(own)):
        if name in columns:
            _mark_shared(cls, columns[name])
            table.add(name, columns[name])
    for name, value in _mixed_in(evaluator, cls, table):
        if isinstance(value, ColumnValue):
            table.add(name, value)
        elif isinstance(value, RelationshipValue):
            table.relationships[name] = value
    _name(table)
    if not cls.known or any(base.unsure for base in cls.mro):
        table.incomplete |= ALL_PARTS
    return table


def _mark_shared(cls: ClassValue, column: ColumnValue) -> None:
    """Mark the column of a table, and the other table's, where they or their foreign keys are one object."""
    keys = [item for item in column.items if isinstance(item, ForeignKeyValue)]
    taken = column.original or next((key.column for key in keys if key.column is not None), None)
    if taken is not None and taken.owner is not None and taken.owner.cls is not cls:
        hooked = any(not base.is_of_library() and base.own(hook) is not MISSING for base in cls.mro for hook in _HOOKS)
        column.shared = taken.shared = UNKNOWN if hooked or not cls.known else True
    for key in keys:
        key.column = column


_HOOKS: Final = ("__init_subclass__", "__pydantic_init_subclass__")
"""Methods in which a base class may give each table columns of its own."""


def _name(table: TableModel) -> None:
    name = table.cls.get("__tablename__")
    table.table_name = name if isinstance(name, str) else UNKNOWN
    table.metadata = table.cls.own("metadata")
    given = table.cls.own("__table_args__")
    args = None if given is MISSING else table.cls.get("__table_args__")
    _place(table, _take_arguments(table, args))


def _place(table: TableModel, schema: Value) -> None:
    """Decide on the schema of a table: its own, or that of the metadata."""
    if schema is None:
        table.schema = default_schema(table)
    else:
        table.schema = schema if isinstance(schema, str) else UNKNOWN


def default_schema(table: TableModel) -> Maybe[str | None]:
    """Return the schema of the table's metadata, which names without a schema take."""
    schema = table.metadata.schema if isinstance(table.metadata, MetaDataValue) else UNKNOWN
    return schema if schema is None or isinstance(schema, str) else UNKNOWN


def _take_arguments(table: TableModel, args: Value) -> Value:
    """Take the items out of ``__table_args__`` and return the schema that it names."""
    if args is None:
        return None
    schema: Value = None
    items = args.items if isinstance(args, ListValue) else [args]
    for item in items:
        if isinstance(item, MapValue):
            schema = item.entries.get("schema", None if item.complete else UNKNOWN)
        elif not _take_item(table, item):
            schema = UNKNOWN
    if isinstance(args, ListValue) and not args.complete:
        table.incomplete |= _ARGUMENT_PARTS
        schema = UNKNOWN
    return schema


def _take_item(table: TableModel, item: Value) -> bool:
    """Add an index or constraint to a table; return False where the item is not known."""
    if isinstance(item, SchemaItem):
        if isinstance(item, (IndexValue, ConstraintValue)):
            table.items.append(item)
        return True
    table.incomplete |= _ARGUMENT_PARTS
    return False


def _is_table(cls: ClassValue) -> Maybe[bool]:
    """Return whether the class or a base says ``table=True``, in its statement or its configuration."""
    told: list[Value] = []
    for base in cls.mro:
        config = base.namespace.get("model_config")
        told += [base.arguments.get("table"), config.entries.get("table") if isinstance(config, MapValue) else None]
    if any(value is True for value in told):
        return True
    return False if all(value is None or value is False for value in told) else UNKNOWN


def _mixed_in(evaluator: Evaluator, cls: ModelClass, table: TableModel) -> Iterable[tuple[str, Value]]:
    """Give the columns and relationships that base classes hold as attributes: copies, then declared attributes."""
    for base in cls.mro[1:]:
        for name, value in base.namespace.items():
            if isinstance(value, ColumnValue) and name not in table.columns:
                yield name, value.copy()
        for name, value in base.namespace.items():
            if isinstance(value, Descriptor) and value.how == "declared" and not name.startswith("__"):
                yield name, value.read(evaluator, cls)


def _scan_order(cls: ModelClass, fields: list[str], relationships: list[str]) -> Iterable[str]:
    """Return the names in the order in which SQLAlchemy scans them.

    It walks the attributes of the class and its annotations at once, changing from one to the other wherever it meets
    a name that both have. Columns and relationships are set on the class after everything else.
    """
    attributes = [name for name in cls.namespace if name not in fields and name not in relationships]
    own = [name for name in cls.annotations if name not in relationships]
    return _interleaved([*attributes, *fields, *relationships], [*relationships, *own])


def _interleaved(attributes: list[str], annotations: list[str]) -> list[str]:
    shared = set(attributes) & set(annotations)
    result: list[str] = []
    current, other = iter(attributes), iter(annotations)
    while True:
        name = next(current, None)
        if name is None:
            return [*result, *other]
        if name in shared:
            shared.discard(name)
            current, other = other, current
        else:
            result.append(name)


class _TableName(Descriptor):
    """SQLModel's own ``__tablename__``: the name of the class in lower case."""

    def __init__(self) -> None:
        super().__init__(None, "declared")

    def read(self, evaluator: Evaluator, cls: ClassValue) -> Value:
        """Return the default name of a table."""
        return cls.name.lower()


SQLMODEL.namespace["__tablename__"] = _TableName()
DECLARED_ATTR: Final = Decorator("declared")
