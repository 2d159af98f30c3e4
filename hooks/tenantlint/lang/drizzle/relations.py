"""``relations()`` of drizzle-orm 0.x."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tenantlint.lang.drizzle.values import UNDEFINED
from tenantlint.lang.values import Arguments, Builtin, MapValue, Native, Value

if TYPE_CHECKING:
    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location


class RelationValue(Native):
    """``one(table, config)`` or ``many(table, config)``."""

    def __init__(self, kind: Literal["one", "many"], target: Value, config: Value, at: Location) -> None:
        self.kind = kind
        self.target = target
        self.config = config
        self.at = at


class RelationsValue(Native):
    """``relations(table, function)``."""

    def __init__(self, table: Value, function: Value, at: Location) -> None:
        self.table = table
        self.function = function
        self.at = at


def declare(library: Library) -> Builtin:
    """Return ``relations``."""

    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        value = RelationsValue(args.get(0), args.get(1), at)
        if not evaluator.uncertain:
            library.relations.append(value)
        return value

    return Builtin(call)


def helpers() -> MapValue:
    """Return the argument that the function of ``relations`` gets."""
    return MapValue({"one": Builtin(_one), "many": Builtin(_many)})


def _one(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return RelationValue("one", args.get(0), args.get(1, default=UNDEFINED), at)


def _many(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return RelationValue("many", args.get(0), args.get(1, default=UNDEFINED), at)
