"""``defineRelations()`` and ``defineRelationsPart()`` of drizzle-orm 1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.drizzle.columns import BuiltColumn, MissingColumn
from tenantlint.lang.drizzle.relations import Declared, Joined, Kind, alias_of
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.drizzle.values import UNDEFINED, Method, list_of, member
from tenantlint.lang.values import Arguments, Builtin, MapValue, ModuleValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class JoinColumn(Native):
    """``r.users.id``, also with ``.through(r.members.userId)``."""

    def __init__(self, column: BuiltColumn | MissingColumn, through: Value = UNDEFINED) -> None:
        self.column = column
        self.through = through

    def get(self, name: str) -> Value:
        """Return ``through``."""
        return Method(self, _through) if name == "through" else UNKNOWN


def _through(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return JoinColumn(owner.column, args.get(0)) if isinstance(owner, JoinColumn) else UNKNOWN


class JoinTable(Native):
    """``r.users``."""

    def __init__(self, table: TableValue) -> None:
        self.table = table

    def get(self, name: str) -> Value:
        """Return a column to join on."""
        column = self.table.get(name)
        return JoinColumn(column) if isinstance(column, (BuiltColumn, MissingColumn)) else UNKNOWN


class Relate(Native):
    """``r.one`` or ``r.many``: a function for each table of the schema."""

    def __init__(self, kind: Kind, tables: dict[str, TableValue]) -> None:
        self.kind: Kind = kind
        self.tables = tables

    def get(self, name: str) -> Value:
        """Return the function that relates to the table under the key ``name``."""
        table = self.tables.get(name)
        return UNKNOWN if table is None else Builtin(self._maker(table))

    def _maker(self, table: TableValue) -> Callable[[Evaluator, Arguments, Location], Value]:
        def make(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
            return RelationV1(self.kind, table, args.get(0, default=UNDEFINED), at)

        return make


class RelationV1(Native):
    """``r.one.users({...})`` or ``r.many.users({...})``."""

    def __init__(self, kind: Kind, target: TableValue, config: Value, at: Location) -> None:
        self.kind: Kind = kind
        self.target = target
        self.config = config
        self.at = at


class DefinedRelations(Native):
    """``defineRelations(schema, function)``."""

    def __init__(self, schema: Value, function: Value, at: Location) -> None:
        self.schema = schema
        self.function = function
        self.at = at

    def declared(self, evaluator: Evaluator) -> tuple[list[Declared], list[TableValue]]:
        """Return the relations, and the tables that may have more than these."""
        tables, complete = self._tables(evaluator)
        if self.function is UNDEFINED:
            return [], []
        helper = MapValue({key: JoinTable(table) for key, table in tables.items()}, complete)
        helper.entries.update(one=Relate("one", tables), many=Relate("many", tables))
        config = evaluator.call_later(self.function, Arguments((helper,)), self.at)
        if not isinstance(config, MapValue) or not config.complete:
            return [], list(tables.values())
        found: list[Declared] = []
        unsure: list[TableValue] = []
        for key, members in config.entries.items():
            source = tables.get(str(key))
            if source is None:
                continue
            if not isinstance(members, MapValue) or not members.complete or UNKNOWN in members.entries.values():
                unsure.append(source)
            for name, value in members.entries.items() if isinstance(members, MapValue) else ():
                if isinstance(value, RelationV1):
                    found.append(_declared(str(name), source, value, id(self)))
        return found, unsure

    def _tables(self, evaluator: Evaluator) -> tuple[dict[str, TableValue], bool]:
        """Return the tables of the schema by key, and whether these are all."""
        members: dict[str, Value] = {}
        names: list[str] | None = None
        if isinstance(self.schema, ModuleValue):
            names = evaluator.exported_names(self.schema.module)
            members = {name: evaluator.member(self.schema.module, name) for name in names or ()}
        elif isinstance(self.schema, MapValue):
            members = {str(key): value for key, value in self.schema.entries.items()}
            names = list(members) if self.schema.complete else None
        tables = {key: value for key, value in members.items() if isinstance(value, TableValue)}
        return tables, names is not None and UNKNOWN not in members.values()


def _declared(name: str, source: TableValue, value: RelationV1, group: int) -> Declared:
    columns, sources = _side(member(value.config, "from"))
    target_columns, targets = _side(member(value.config, "to"))
    alias = member(value.config, "alias")
    return Declared(
        name,
        value.kind,
        source,
        value.target,
        columns,
        target_columns,
        alias_of(alias),
        _join_table((*sources, *targets)),
        group,
        1,
        value.at,
    )


def _side(value: Value) -> tuple[Joined, tuple[Value, ...]]:
    """Return the columns of ``from`` or ``to``, and what each goes through."""
    if value is UNDEFINED:
        return (), ()
    items = [value] if isinstance(value, JoinColumn) else list_of(value)
    if items is None:
        return UNKNOWN, (UNKNOWN,)
    columns = tuple(item.column if isinstance(item, JoinColumn) else None for item in items)
    through = tuple(item.through if isinstance(item, JoinColumn) else UNKNOWN for item in items)
    return columns, tuple(item for item in through if item is not UNDEFINED)


def _join_table(through: tuple[Value, ...]) -> Maybe[TableValue | None]:
    for item in through:
        return item.column.table if isinstance(item, JoinColumn) else UNKNOWN
    return None
