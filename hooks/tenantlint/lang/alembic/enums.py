"""Enum types of SQLAlchemy: they are created with the table that uses them, or by a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.alembic.constructs import table_name
from tenantlint.lang.alembic.evaluator import MigrationEvaluator
from tenantlint.lang.sqlmodel.objects import ClassValue
from tenantlint.lang.sqlmodel.sql_types import TYPE_ENGINE, TYPES, UNKNOWN_TYPE, EnumSpec, SqlType
from tenantlint.lang.values import MISSING, Arguments, Builtin, Value
from tenantlint.migration import CreateEnum, DropType
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class EnumValue(SqlType):
    """An enum. ``automatic`` tells whether creating a table creates it too."""

    def __init__(self, made: SqlType, automatic: Maybe[bool]) -> None:
        super().__init__(made.text, made.integer, made.enum)
        self.automatic = automatic

    def get(self, name: str) -> Value:
        """Return ``create`` and ``drop`` besides what every type has."""
        if name == "create":
            return Builtin(self._create)
        if name == "drop":
            return Builtin(self._drop)
        return {"name": self._name(), "enums": UNKNOWN}.get(name, super().get(name))

    def _name(self) -> Maybe[str]:
        if self.enum is None:
            return UNKNOWN
        schema = None if self.enum.schema is MISSING else self.enum.schema
        return table_name(schema, self.enum.name)

    def _create(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        if self.enum is not None and isinstance(evaluator, MigrationEvaluator):
            evaluator.add(create_enum(evaluator, self.enum, at))
        return None

    def _drop(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        if self.enum is not None and isinstance(evaluator, MigrationEvaluator):
            asks = args.get(1, "checkfirst", False) is True
            evaluator.add(DropType(evaluator.place(at), evaluator.certain, self._name(), asks))
        return None


def create_enum(evaluator: MigrationEvaluator, enum: EnumSpec, at: Location) -> CreateEnum:
    """Return the operation that creates an enum."""
    schema = None if enum.schema is MISSING else enum.schema
    return CreateEnum(evaluator.place(at), evaluator.certain, table_name(schema, enum.name), enum.values)


def _make(cls: ClassValue, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    make = TYPES["Enum"].constructor
    assert make is not None
    made = make(TYPES["Enum"], evaluator, args, at)
    if not isinstance(made, SqlType):
        return UNKNOWN_TYPE
    if made.enum is None:
        return made
    spec = replace(made.enum, schema=None) if made.enum.schema == "public" else made.enum
    automatic = args.get(None, "create_type", True)
    return EnumValue(SqlType(made.text, made.integer, spec), automatic if isinstance(automatic, bool) else UNKNOWN)


def _class(name: str) -> ClassValue:
    cls = ClassValue(name, (TYPE_ENGINE,), module="sqlalchemy")
    cls.constructor = _make
    return cls


ENUMS: Final = {"Enum": _class("Enum"), "ENUM": _class("ENUM")}
