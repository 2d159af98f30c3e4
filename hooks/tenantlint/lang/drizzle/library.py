"""What code imports from drizzle-orm, and the register of what it declares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.drizzle import casing, columns, fresh, policies, sqltext
from tenantlint.lang.drizzle.extras import Extra, ExtraFunction
from tenantlint.lang.drizzle.relations import RelationsValue
from tenantlint.lang.drizzle.tables import EnumValue, SchemaValue, TableFunction, TableValue, make_enum
from tenantlint.lang.drizzle.values import UNDEFINED, Namespace, as_name, as_text, member
from tenantlint.lang.values import Arguments, Builtin, External, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Dialect
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.drizzle.packages import Packages
    from tenantlint.lang.drizzle.relations_v1 import DefinedRelations
    from tenantlint.lang.evaluate import Evaluator

Declarable: TypeAlias = "Extra | policies.PolicyValue"

DIALECTS: Final[dict[str, Dialect]] = {"pg-core": "postgresql", "mysql-core": "mysql", "sqlite-core": "sqlite"}
_PREFIXES: Final[dict[Dialect, str]] = {"postgresql": "pg", "mysql": "mysql", "sqlite": "sqlite"}
_ROOT: Final = frozenset({"drizzle-orm", "drizzle-orm/relations", "drizzle-orm/_relations", "drizzle-orm/sql"})
_NOWHERE: Final = Location("", 0, 0)
_ESCAPE_DEPTH: Final = 3


class Library:
    """The modelled parts of drizzle-orm, and everything that the code of one project made with them, in order.

    ``casings`` are the ``casing`` options of ``drizzle(...)`` calls and drizzle-kit configurations, with the file.
    """

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self.tables: list[TableValue] = []
        self.enums: list[tuple[EnumValue, Location]] = []
        self.declared: list[Declarable] = []
        self.relations: list[RelationsValue | DefinedRelations] = []
        self.casings: list[tuple[str, Value]] = []
        self.escaped: set[int] = set()
        self._modules: dict[str, dict[str, Value]] = {}
        self._builders: dict[Dialect, MapValue] = {}

    def add_table(self, table: TableValue, evaluator: Evaluator) -> None:
        """Register a table; one that only an undecided branch makes is no fact."""
        if evaluator.uncertain:
            evaluator.give_up("table", "whether it is declared depends on what is not known", table.at)
        else:
            self.tables.append(table)

    def declare(self, thing: Declarable, evaluator: Evaluator) -> None:
        """Register an index, constraint or policy, so that it can be told when no table takes it."""
        if not evaluator.uncertain:
            self.declared.append(thing)

    def escape(self, args: Arguments) -> None:
        """Take note of what went into a function that is not known, and so may be used there."""
        for value in args.positional:
            self._escape(value, _ESCAPE_DEPTH)

    def _escape(self, value: Value, depth: int) -> None:
        self.escaped.add(id(value))
        if depth and isinstance(value, (ListValue, MapValue)):
            for item in value.items if isinstance(value, ListValue) else value.entries.values():
                self._escape(item, depth - 1)

    def builders(self, dialect: Dialect) -> MapValue:
        """Return the argument that a function of columns gets: the builders by name."""
        if dialect not in self._builders:
            self._builders[dialect] = MapValue(dict(columns.factories(self, dialect).items()))
        return self._builders[dialect]

    def export(self, module: str, name: str | None) -> Value:
        """Return what ``module`` of a package outside the project exports as ``name`` (None: the module itself)."""
        names = self._names(module)
        if name is None:
            return External(module) if names is None else Module(module, names)
        found = names.get(name) if names is not None else None
        if found is None and module in _ROOT:
            from tenantlint.lang.drizzle.operators import OPERATORS

            found = OPERATORS.get(name)
        return External(module, name) if found is None else found

    def _names(self, module: str) -> dict[str, Value] | None:
        if module not in self._modules:
            names = self._make(module)
            if names is None:
                return None
            self._modules[module] = names
        return self._modules[module]

    def _make(self, module: str) -> dict[str, Value] | None:
        dialect = DIALECTS.get(module.rpartition("/")[2])
        if dialect is not None:
            return self._core_names(dialect)
        if module in _ROOT:
            return self._root_names()
        if module in ("drizzle-orm/neon", "drizzle-orm/supabase"):
            return policies.vendor_modules(self)[module] | self._vendor_tables(module)
        if module == "drizzle-kit":
            return {"defineConfig": Builtin(lambda evaluator, args, at: args.get(0))}
        if module in fresh.MODULES:
            return dict(fresh.MODULES[module])
        return {"drizzle": Drizzle(self)} if module.startswith("drizzle-orm/") else None

    def _root_names(self) -> dict[str, Value]:
        return {
            "sql": sqltext.SQL,
            "relations": Builtin(self._relations),
            "defineRelations": Builtin(self._define_relations),
            "defineRelationsPart": Builtin(self._define_relations),
            "getTableColumns": Builtin(_columns_of),
            "getColumns": Builtin(_columns_of),
            "getTableName": Builtin(_name_of),
        }

    def _relations(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        value = RelationsValue(args.get(0), args.get(1), at)
        if not evaluator.uncertain:
            self.relations.append(value)
        return value

    def _define_relations(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        from tenantlint.lang.drizzle.relations_v1 import DefinedRelations

        value = DefinedRelations(args.get(0), args.get(1, default=UNDEFINED), at)
        if not evaluator.uncertain:
            self.relations.append(value)
        return value

    def _core_names(self, dialect: Dialect) -> dict[str, Value]:
        prefix = _PREFIXES[dialect]
        names: dict[str, Value] = {str(name): value for name, value in self.builders(dialect).entries.items()}
        names[f"{prefix}Table"] = TableFunction(self, dialect, None)
        names[f"{prefix}TableCreator"] = Builtin(self._creator(dialect))
        names[f"{prefix}Schema"] = Builtin(self._schema(dialect, None))
        for style, exported in ((casing.SNAKE, "snakeCase"), (casing.CAMEL, "camelCase")):
            names[exported] = Namespace(
                {
                    "table": TableFunction(self, dialect, None, style=style),
                    "schema": Builtin(self._schema(dialect, style)),
                }
            )
        names.update(
            index=ExtraFunction(self, "index"),
            uniqueIndex=ExtraFunction(self, "index", unique=True),
            unique=ExtraFunction(self, "unique"),
            primaryKey=ExtraFunction(self, "primary_key"),
            foreignKey=ExtraFunction(self, "foreign_key"),
            check=ExtraFunction(self, "check"),
        )
        if dialect == "postgresql":
            names["pgEnum"] = Builtin(lambda evaluator, args, at: make_enum(self, None, evaluator, args, at))
            names["pgPolicy"] = Builtin(policies.make_policy(self))
            names["pgRole"] = Builtin(policies.make_role)
        if dialect == "mysql":
            names["mysqlDatabase"] = names["mysqlSchema"]
        return names

    def _creator(self, dialect: Dialect) -> Callable[[Evaluator, Arguments, Location], Value]:
        def make(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
            return TableFunction(self, dialect, None, args.get(0), as_name(args.get(1, default=UNDEFINED)))

        return make

    def _schema(self, dialect: Dialect, style: str | None) -> Callable[[Evaluator, Arguments, Location], Value]:
        return lambda evaluator, args, at: SchemaValue(self, dialect, as_text(args.get(0)), style)

    def _vendor_tables(self, module: str) -> dict[str, Value]:
        """Return the tables that drizzle-orm itself declares for Neon's and Supabase's own schemas."""
        return {
            exported: _external_table(self, schema, name, keys)
            for exported, (where, schema, name, keys) in _VENDOR_TABLES.items()
            if where == module
        }


class Module(Namespace):
    """``import * as pg from "drizzle-orm/pg-core"``."""

    def __init__(self, module: str, names: dict[str, Value]) -> None:
        super().__init__(names)
        self.module = module

    def get(self, name: str) -> Value:
        """Return what the module exports under ``name``; its default export is itself, as in CommonJS."""
        return self if name == "default" else self.names.get(name, External(self.module, name))


class Drizzle(Native):
    """``drizzle(client, { casing })`` of any driver."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Take note of the casing that the database is used with."""
        options = [value for value in args.positional if isinstance(value, MapValue)]
        casings = [member(value, "casing") for value in options]
        self.library.casings.append((at.path, next((value for value in casings if value is not UNDEFINED), UNDEFINED)))
        return UNKNOWN


_VENDOR_TABLES: Final[dict[str, tuple[str, str, str, tuple[str, ...]]]] = {
    "authUsers": ("drizzle-orm/supabase", "auth", "users", ("id", "email", "phone")),
    "realtimeMessages": ("drizzle-orm/supabase", "realtime", "messages", ("id", "topic", "extension")),
    "usersSync": ("drizzle-orm/neon", "neon_auth", "users_sync", ("id", "name", "email")),
}


def _external_table(library: Library, schema: str, name: str, keys: tuple[str, ...]) -> TableValue:
    table = TableValue("postgresql", name, schema, _NOWHERE)
    built: dict[Value, Value] = {key: columns.ColumnBuilder(library, "postgresql", key, UNKNOWN) for key in keys}
    table.build(MapValue(built), None)
    table.complete, table.external = False, True
    return table


def _columns_of(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    table = args.get(0)
    if not isinstance(table, TableValue):
        return UNKNOWN
    return MapValue(dict(table.columns.items()), table.complete)


def _name_of(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    table = args.get(0)
    return table.name if isinstance(table, TableValue) else UNKNOWN
