"""What stands in a table's third argument: indexes, constraints, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint.lang.drizzle.values import UNDEFINED, Method, member
from tenantlint.lang.values import Arguments, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.drizzle.library import Library
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

Kind = Literal["index", "unique", "primary_key", "foreign_key", "check"]


class Extra(Native):
    """One index, constraint or key. ``columns`` is None until ``.on(...)`` gives them."""

    def __init__(self, kind: Kind, name: Value, unique: bool, at: Location) -> None:
        self.kind = kind
        self.name = name
        self.unique = unique
        self.at = at
        self.columns: Value = UNDEFINED
        self.foreign_columns: Value = UNDEFINED
        self.where: Value = UNDEFINED
        self.on_delete: Value = UNDEFINED
        self.on_update: Value = UNDEFINED

    def get(self, name: str) -> Value:
        """Return a method of the builder."""
        method = _METHODS.get(name)
        return UNKNOWN if method is None else Method(self, method)


class ExtraFunction(Native):
    """``index``, ``uniqueIndex``, ``unique``, ``primaryKey``, ``foreignKey``, ``check``."""

    def __init__(self, library: Library, kind: Kind, unique: bool = False) -> None:
        self.library = library
        self.kind = kind
        self.unique = unique

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return a new builder."""
        first = args.get(0, default=UNDEFINED)
        extra = Extra(self.kind, first, self.unique, at)
        if self.kind in ("primary_key", "foreign_key"):
            extra.name = member(first, "name")
            extra.columns = member(first, "columns")
            extra.foreign_columns = member(first, "foreignColumns")
            if self.kind == "primary_key" and not isinstance(first, MapValue):
                extra.name = UNDEFINED
                extra.columns = ListValue(list(args.positional), complete=args.complete)
        if not evaluator.uncertain:
            self.library.extras.append(extra)
        return extra


def _on(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, Extra)
    owner.columns = ListValue(list(args.positional), complete=args.complete)
    return owner


def _using(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, Extra)
    if len(args.positional) > 1:
        owner.columns = ListValue(list(args.positional[1:]), complete=args.complete)
    return owner


def _where(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    assert isinstance(owner, Extra)
    owner.where = args.get(0, default=UNDEFINED)
    return owner


def _action(attribute: str) -> Callable[[Value, Evaluator, Arguments, Location], Value]:
    def step(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        setattr(owner, attribute, args.get(0, default=UNDEFINED))
        return owner

    return step


def _same(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return owner


_METHODS: Final[Mapping[str, Callable[[Value, Evaluator, Arguments, Location], Value]]] = {
    "on": _on,
    "onOnly": _on,
    "using": _using,
    "where": _where,
    "onDelete": _action("on_delete"),
    "onUpdate": _action("on_update"),
    "concurrently": _same,
    "with": _same,
    "nullsNotDistinct": _same,
    "algorithm": _same,
    "lock": _same,
}
