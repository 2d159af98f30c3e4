"""``relations()`` of drizzle-orm 0.x, and what its relations have in common with those of 1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tenantlint.lang.drizzle.columns import BuiltColumn, MissingColumn
from tenantlint.lang.drizzle.tables import TableValue
from tenantlint.lang.drizzle.values import UNDEFINED, list_of, member
from tenantlint.lang.values import Arguments, Builtin, MapValue, Native, Value
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

Kind: TypeAlias = Literal["one", "many"]
Joined: TypeAlias = "Maybe[tuple[BuiltColumn | MissingColumn | None, ...]]"
"""The columns on one side of a relation, None for one that is not known; () where they are left to the other side."""


class Declared(Record):
    """One relation as declared. ``source`` is the table it belongs to.

    ``alias`` is what both sides are told to be called: ``relationName`` in 0.x, ``alias`` in 1.0. ``group`` tells
    which relations can be each other's inverse.
    """

    name: str
    kind: Kind
    source: TableValue
    target: TableValue | None
    columns: Joined
    target_columns: Joined
    alias: Maybe[str | None]
    through: Maybe[TableValue | None]
    group: int
    version: Literal[0, 1]
    at: Location


class RelationValue(Native):
    """``one(table, config)`` or ``many(table, config)``."""

    def __init__(self, kind: Kind, target: Value, config: Value, at: Location) -> None:
        self.kind: Kind = kind
        self.target = target
        self.config = config
        self.at = at


class RelationsValue(Native):
    """``relations(table, function)``."""

    def __init__(self, table: Value, function: Value, at: Location) -> None:
        self.table = table
        self.function = function
        self.at = at

    def declared(self, evaluator: Evaluator) -> tuple[list[Declared], list[TableValue]]:
        """Return the relations, and the tables that may have more than these."""
        if not isinstance(self.table, TableValue):
            return [], []
        helpers = MapValue({"one": Builtin(_helper("one")), "many": Builtin(_helper("many"))})
        config = evaluator.call_later(self.function, Arguments((helpers,)), self.at)
        if not isinstance(config, MapValue):
            return [], [self.table]
        found = [
            _declared(str(key), self.table, value) for key, value in config.entries.items() if isinstance(value, Native)
        ]
        known = config.complete and UNKNOWN not in config.entries.values() and None not in found
        return [item for item in found if item is not None], [] if known else [self.table]


def _declared(name: str, source: TableValue, value: Value) -> Declared | None:
    if not isinstance(value, RelationValue):
        return None
    alias = member(value.config, "relationName")
    return Declared(
        name,
        value.kind,
        source,
        value.target if isinstance(value.target, TableValue) else None,
        joined(member(value.config, "fields") if value.kind == "one" else UNDEFINED),
        joined(member(value.config, "references") if value.kind == "one" else UNDEFINED),
        alias_of(alias),
        None,
        0,
        0,
        value.at,
    )


def alias_of(value: Value) -> Maybe[str | None]:
    """Return a relation's alias, None where it has none; an empty one counts as none."""
    if value is UNDEFINED or value == "":
        return None
    return value if isinstance(value, str) else UNKNOWN


def joined(value: Value) -> Joined:
    """Return the columns in an array."""
    if value is UNDEFINED:
        return ()
    items = list_of(value)
    if items is None:
        return UNKNOWN
    return tuple(item if isinstance(item, (BuiltColumn, MissingColumn)) else None for item in items)


def _helper(kind: Kind) -> Callable[[Evaluator, Arguments, Location], Value]:
    def call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return RelationValue(kind, args.get(0), args.get(1, default=UNDEFINED), at)

    return call


def inverse(relation: Declared, others: list[Declared]) -> Declared | Maybe[None]:
    """Return the relation on the target that is the other side, None where none or several could be.

    ``others`` are the relations of the target table. The rule is drizzle-orm's: the same alias, or without an alias
    any relation (in 1.0: any without an alias) back to this table. Where both sides name columns, they must agree.
    """
    matches = [_matches(relation, other) for other in others]
    if UNKNOWN in matches or relation.alias is UNKNOWN:
        return UNKNOWN
    found = [other for other, match in zip(others, matches, strict=True) if match is True]
    if len(found) != 1 or found[0] is relation:
        return None
    agree = _agree(relation, found[0])
    return UNKNOWN if agree is UNKNOWN else found[0] if agree else None


def _matches(relation: Declared, other: Declared) -> Maybe[bool]:
    if other.group != relation.group:
        return False
    if relation.alias is not None:
        return UNKNOWN if other.alias is UNKNOWN else other is not relation and other.alias == relation.alias
    if relation.version == 1 and (other is relation or other.alias is not None):
        return UNKNOWN if other.alias is UNKNOWN else False
    return UNKNOWN if other.target is None else other.target is relation.source


def _agree(relation: Declared, other: Declared) -> Maybe[bool]:
    """Tell whether two sides that both name their columns name the same ones."""
    sides = (relation.columns, relation.target_columns, other.columns, other.target_columns)
    if () in sides:
        return True
    if UNKNOWN in sides or any(None in side for side in sides if side is not UNKNOWN):
        return UNKNOWN
    return relation.columns == other.target_columns and relation.target_columns == other.columns
