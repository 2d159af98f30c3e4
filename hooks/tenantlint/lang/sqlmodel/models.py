"""SQLModel's model classes: from fields to columns, in the order of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.columns import column_of_field
from tenantlint.lang.sqlmodel.fields import (
    SQLMODEL,
    ModelField,
    RelationshipCall,
    model_fields,
)
from tenantlint.lang.sqlmodel.objects import ClassValue, Decorator, Descriptor
from tenantlint.lang.sqlmodel.schema_items import (
    ColumnValue,
    ConstraintValue,
    IndexValue,
    MetaDataValue,
    SchemaItem,
)
from tenantlint.lang.values import MISSING, Builtin, ListValue, MapValue, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.schema import Part

DEFAULT_METADATA: Final = "metadata"


class ModelClass(ClassValue):
    """A class that derives from SQLModel. ``table`` is set where the class is mapped to a table."""

    is_table: Maybe[bool] = False
    table: TableModel | None = None

    def get(self, name: str) -> Value:
        """Return an attribute; of a table, the columns too."""
        if name == "__table__":
            return self.table if self.table is not None else UNKNOWN
        if self.table is not None and name in self.table.columns:
            return self.table.columns[name]
        return super().get(name)


class TableModel(ClassValue):
    """A table as SQLAlchemy has it: ``columns`` by attribute, in the order of the database."""

    def __init__(self, cls: ModelClass) -> None:
        super().__init__(cls.name)
        self.cls = cls
        self.name: str = cls.name
        self.table_name: Maybe[str] = UNKNOWN
        self.schema: Maybe[str | None] = None
        self.metadata: Value = UNKNOWN
        self.columns: dict[str, ColumnValue] = {}
        self.items: list[SchemaItem] = []
        self.relationships: dict[str, RelationshipCall] = {}
        self.incomplete: set[Part] = set()

    def add(self, name: str, column: ColumnValue) -> None:
        """Add a column under the attribute ``name``."""
        column.key = name
        column.owner = self
        self.columns[name] = column


class Models:
    """The tables of a project, in the order in which they are made, and SQLModel's own metadata."""

    def __init__(self) -> None:
        self.tables: list[TableModel] = []
        self.metadata = MetaDataValue()

    def create(self, evaluator: Evaluator, cls: ModelClass) -> None:
        """Make a class a table where it is one."""
        cls.is_table = _is_table(cls)
        base_is_table = any(isinstance(base, ModelClass) and base.is_table is True for base in cls.bases)
        if cls.is_table is True and not base_is_table:
            self.tables.append(self._table(evaluator, cls))

    def _table(self, evaluator: Evaluator, cls: ModelClass) -> TableModel:
        table = cls.table = TableModel(cls)
        fields = model_fields(evaluator, cls)
        columns = {name: column_of_field(evaluator, field) for name, field in fields.items()}
        table.relationships = {
            name: value for name, value in cls.namespace.items() if isinstance(value, RelationshipCall)
        }
        order = [name for name in _column_order(cls, list(columns), list(table.relationships)) if name in columns]
        for name in order:
            table.add(name, columns[name])
        for name, value in _mixed_in(evaluator, cls, table):
            if isinstance(value, ColumnValue):
                table.add(name, value)
            elif isinstance(value, RelationshipCall):
                table.relationships[name] = value
        self._name(table)
        if not cls.known:
            table.incomplete |= {"columns", "foreign_keys", "indexes", "relations", "unique_constraints", "primary_key"}
        return table

    def _name(self, table: TableModel) -> None:
        name = table.cls.get("__tablename__")
        table.table_name = name if isinstance(name, str) else UNKNOWN
        found = table.cls.own("metadata")
        table.metadata = self.metadata if found is MISSING else found
        options = self._arguments(table, table.cls.get("__table_args__") if _has(table.cls, "__table_args__") else None)
        schema = options.get("schema")
        if schema is None and isinstance(table.metadata, MetaDataValue):
            schema = table.metadata.schema
        table.schema = schema if schema is None or isinstance(schema, str) else UNKNOWN

    def _arguments(self, table: TableModel, args: Value) -> dict[Value, Value]:
        """Take the items out of ``__table_args__`` and return its keywords."""
        if args is None:
            return {}
        items = args.items if isinstance(args, ListValue) else [args]
        complete = not isinstance(args, ListValue) or args.complete
        keywords: dict[Value, Value] = {}
        for item in items:
            if isinstance(item, MapValue):
                keywords.update(item.entries)
                if not item.complete:
                    keywords.setdefault("schema", UNKNOWN)
            elif isinstance(item, (IndexValue, ConstraintValue)):
                table.items.append(item)
            else:
                complete = False
        if not complete:
            table.incomplete |= {"foreign_keys", "indexes", "unique_constraints"}
            keywords.setdefault("schema", UNKNOWN)
        return keywords


def default_schema(table: TableModel) -> Maybe[str | None]:
    """Return the schema of the table's metadata, which names without a schema take."""
    schema = table.metadata.schema if isinstance(table.metadata, MetaDataValue) else UNKNOWN
    return schema if schema is None or isinstance(schema, str) else UNKNOWN


def _has(cls: ClassValue, name: str) -> bool:
    return cls.own(name) is not MISSING


def _is_table(cls: ModelClass) -> Maybe[bool]:
    for base in cls.mro:
        config = base.namespace.get("model_config")
        if isinstance(config, MapValue) and config.entries.get("table") is True:
            return True
        if base.arguments.get("table") is True:
            return True
    return UNKNOWN if cls.arguments.get("table") is UNKNOWN else False


def _mixed_in(evaluator: Evaluator, cls: ModelClass, table: TableModel) -> Iterable[tuple[str, Value]]:
    """Give the columns and relationships that base classes hold as attributes: copies, then declared attributes."""
    for base in cls.mro[1:]:
        for name, value in base.namespace.items():
            if isinstance(value, ColumnValue) and name not in table.columns:
                yield name, value.copy()
        for name, value in base.namespace.items():
            if isinstance(value, Descriptor) and value.how == "declared" and not name.startswith("__"):
                yield name, value.read(evaluator, cls)


def _column_order(cls: ModelClass, fields: list[str], relationships: list[str]) -> Iterable[str]:
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


def _default_name(cls: ClassValue) -> Value:
    return cls.name.lower()


class _TableName(Descriptor):
    """SQLModel's own ``__tablename__``: the name of the class in lower case."""

    def __init__(self) -> None:
        super().__init__(Builtin(lambda evaluator, args, at: UNKNOWN), "declared")

    def read(self, evaluator: Evaluator, cls: ClassValue) -> Value:
        """Return the default name of a table."""
        return cls.name.lower()


SQLMODEL.namespace["__tablename__"] = _TableName()
DECLARED_ATTR: Final = Decorator("declared")
__all__ = ["DECLARED_ATTR", "ModelClass", "ModelField", "Models", "TableModel"]
