"""What code imports from drizzle-orm, and the register of what it declares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.drizzle import columns, relations
from tenantlint.lang.drizzle.extras import Extra, ExtraFunction
from tenantlint.lang.drizzle.tables import EnumValue, SchemaValue, TableFunction, TableValue, make_enum
from tenantlint.lang.values import Arguments, Builtin, External, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Dialect

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.relations import RelationsValue
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

DIALECTS: Final[dict[str, Dialect]] = {"pg-core": "postgresql", "mysql-core": "mysql", "sqlite-core": "sqlite"}
_PREFIXES: Final[dict[Dialect, str]] = {"postgresql": "pg", "mysql": "mysql", "sqlite": "sqlite"}


class Library:
    """The modelled parts of drizzle-orm, and everything that the code of one project made with them, in order."""

    def __init__(self) -> None:
        self.tables: list[TableValue] = []
        self.enums: list[EnumValue] = []
        self.extras: list[Extra] = []
        self.relations: list[RelationsValue] = []
        self._core: dict[Dialect, dict[str, Value]] = {}
        self._builders: dict[Dialect, MapValue] = {}
        self._root: dict[str, Value] = {"relations": relations.declare(self)}

    def builders(self, dialect: Dialect) -> MapValue:
        """Return the argument that a function of columns gets: the builders by name."""
        if dialect not in self._builders:
            self._builders[dialect] = MapValue(dict(columns.factories(dialect)))
        return self._builders[dialect]

    def export(self, module: str, name: str | None) -> Value:
        """Return what ``module`` of a package outside the project exports as ``name`` (None: the module itself)."""
        names = self._names(module)
        if names is None:
            return External(module, name or "")
        if name is None:
            return Namespace(module, names)
        return names.get(name, External(module, name))

    def _names(self, module: str) -> dict[str, Value] | None:
        dialect = DIALECTS.get(module.rpartition("/")[2])
        if dialect is not None:
            if dialect not in self._core:
                self._core[dialect] = self._core_names(dialect)
            return self._core[dialect]
        return self._root if module in ("drizzle-orm", "drizzle-orm/relations", "drizzle-orm/_relations") else None

    def _core_names(self, dialect: Dialect) -> dict[str, Value]:
        prefix = _PREFIXES[dialect]
        names: dict[str, Value] = dict(self.builders(dialect).entries.items())  # type: ignore[arg-type]
        names[f"{prefix}Table"] = TableFunction(self, dialect, None)
        names[f"{prefix}TableCreator"] = Builtin(
            lambda evaluator, args, at: TableFunction(self, dialect, None, args.get(0))
        )
        names[f"{prefix}Schema"] = Builtin(lambda evaluator, args, at: self._schema(dialect, args))
        names.update(
            index=ExtraFunction(self, "index"),
            uniqueIndex=ExtraFunction(self, "index", unique=True),
            unique=ExtraFunction(self, "unique"),
            primaryKey=ExtraFunction(self, "primary_key"),
            foreignKey=ExtraFunction(self, "foreign_key"),
            check=ExtraFunction(self, "check"),
        )
        if dialect == "postgresql":
            names["pgEnum"] = Builtin(self._enum)
        return names

    def _schema(self, dialect: Dialect, args: Arguments) -> Value:
        name = args.get(0)
        return SchemaValue(self, dialect, name if isinstance(name, str) else UNKNOWN)

    def _enum(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return make_enum(self, None, args, at)


class Namespace(Native):
    """``import * as pg from "drizzle-orm/pg-core"``."""

    def __init__(self, module: str, names: dict[str, Value]) -> None:
        self.module = module
        self.names = names

    def get(self, name: str) -> Value:
        """Return what the module exports under ``name``."""
        return self.names.get(name, External(self.module, name))
