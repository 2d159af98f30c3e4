"""What stands in a table's third argument: indexes, constraints, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.lang.drizzle.values import UNDEFINED, Method, Step, member, same
from tenantlint.lang.values import Arguments, FuncValue, ListValue, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

Kind: TypeAlias = Literal["index", "unique", "primary_key", "foreign_key", "check"]


class Extra(Native):
    """One index, constraint or key. ``columns`` is UNDEFINED until ``.on(...)`` gives them."""

    __slots__ = (
        "at",
        "columns",
        "foreign_columns",
        "kind",
        "library",
        "method",
        "name",
        "on_delete",
        "on_update",
        "unique",
        "where",
    )

    def __init__(self, library: Library, kind: Kind, name: Value, unique: bool, at: Location) -> None:
        self.library = library
        self.kind = kind
        self.name = name
        self.unique = unique
        self.at = at
        self.method: Value = "btree"
        self.columns: Value = UNDEFINED
        self.foreign_columns: Value = UNDEFINED
        self.where: Value = UNDEFINED
        self.on_delete: Value = UNDEFINED
        self.on_update: Value = UNDEFINED

    def get(self, name: str) -> Value:
        """Return a method of the builder."""
        step = _METHODS.get(name)
        return UNKNOWN if step is None else Method(self, step)


class ExtraFunction(Native):
    """``index``, ``uniqueIndex``, ``unique``, ``primaryKey``, ``foreignKey``, ``check``."""

    def __init__(self, library: Library, kind: Kind, unique: bool = False) -> None:
        self.library = library
        self.kind = kind
        self.unique = unique

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return a new builder."""
        first = args.get(0, default=UNDEFINED)
        if self.kind == "foreign_key" and isinstance(first, FuncValue):
            first = evaluator.call(first, Arguments(), at)
        extra = Extra(self.library, self.kind, first, self.unique, at)
        if self.kind in ("primary_key", "foreign_key"):
            extra.name = member(first, "name")
            extra.columns = member(first, "columns")
            extra.foreign_columns = member(first, "foreignColumns")
        if self.kind == "primary_key" and isinstance(first, Native):
            extra.name = UNDEFINED
            extra.columns = ListValue(list(args.positional), complete=args.complete)
        return extra


def _on_extra(step: Callable[[Extra, Evaluator, Arguments], Value]) -> Step:
    def method(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        return step(owner, evaluator, args) if isinstance(owner, Extra) else UNKNOWN

    return method


def _placed(start: Extra, evaluator: Evaluator, columns: list[Value], complete: bool) -> Extra:
    """Return the builder that ``.on(columns)`` gives, which is a new one."""
    extra = Extra(start.library, start.kind, start.name, start.unique, start.at)
    extra.columns = ListValue(columns, complete=complete)
    start.library.declare(extra, evaluator)
    return extra


def _on(extra: Extra, evaluator: Evaluator, args: Arguments) -> Value:
    return _placed(extra, evaluator, list(args.positional), args.complete)


def _using(extra: Extra, evaluator: Evaluator, args: Arguments) -> Value:
    """Read PostgreSQL's ``.using(method, ...columns)``; MySQL's follows ``.on(...)`` and names only the method."""
    placed = extra
    if extra.columns is UNDEFINED:
        placed = _placed(extra, evaluator, list(args.positional[1:]), args.complete)
    placed.method = UNKNOWN if evaluator.uncertain else args.get(0)
    return placed


def _setting(attribute: str) -> Step:
    def step(extra: Extra, evaluator: Evaluator, args: Arguments) -> Value:
        setattr(extra, attribute, UNKNOWN if evaluator.uncertain else args.get(0, default=UNDEFINED))
        return extra

    return _on_extra(step)


_METHODS: Final[Mapping[str, Step]] = {
    "algorithm": same,
    "concurrently": same,
    "lock": same,
    "nullsNotDistinct": same,
    "on": _on_extra(_on),
    "onDelete": _setting("on_delete"),
    "onOnly": _on_extra(_on),
    "onUpdate": _setting("on_update"),
    "using": _on_extra(_using),
    "where": _setting("where"),
    "with": same,
}
