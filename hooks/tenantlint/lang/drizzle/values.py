"""JavaScript values that the shared evaluator does not have: ``undefined``, methods, and options of a library call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.values import MISSING, Builtin, External, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN, Maybe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Arguments
    from tenantlint.source import Location

Step: TypeAlias = "Callable[[Value, Evaluator, Arguments, Location], Value]"
"""A method: from its object, the evaluator, the arguments and the place of the call to the result."""


MAX_TEXT: Final = 100_000
"""Longer strings are not computed: no name in a schema is that long."""


class _Undefined:
    """The type of UNDEFINED."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = _Undefined()
"""JavaScript's ``undefined``."""


class Method(Native):
    """A method bound to its object."""

    __slots__ = ("owner", "step")

    def __init__(self, owner: Value, step: Step) -> None:
        self.owner = owner
        self.step = step

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return the result of the method."""
        return self.step(self.owner, evaluator, args, at)


def same(owner: Value, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    """Give the object itself: a method that changes nothing of what counts here."""
    return owner


class Namespace(Builtin):
    """A modelled object or module with known members; everything else in it is unknown. It may be a function too."""

    def __init__(
        self, names: Mapping[str, Value], function: Callable[[Evaluator, Arguments, Location], Value] | None = None
    ) -> None:
        super().__init__(function or _unknown_call)
        self.names = names

    def get(self, name: str) -> Value:
        """Return a member."""
        return self.names.get(name, UNKNOWN)

    def item(self, key: Value) -> Value:
        """Return a member."""
        return self.names.get(key, UNKNOWN) if isinstance(key, str) else UNKNOWN


def _unknown_call(evaluator: Evaluator, args: Arguments, at: Location) -> Value:
    return UNKNOWN


def member(value: Value, name: str) -> Value:
    """Return a property of what was passed as options: UNDEFINED where it is absent, UNKNOWN where that is unsure."""
    if isinstance(value, MapValue):
        return value.entries.get(name, UNDEFINED if value.complete else UNKNOWN)
    absent = value is UNDEFINED or value is MISSING or value is None or isinstance(value, (str, ListValue))
    return UNDEFINED if absent else UNKNOWN


def is_known(value: Value) -> bool:
    """Tell whether a value is known: neither UNKNOWN nor something of another package."""
    return value is not UNKNOWN and not isinstance(value, External)


def as_text(value: Value) -> Maybe[str]:
    """Return a string that a library was given, UNKNOWN for everything else."""
    return value if isinstance(value, str) else UNKNOWN


def as_name(value: Value) -> Maybe[str | None]:
    """Return a name that may be left out: None for ``undefined``."""
    return None if value is UNDEFINED else as_text(value)


def list_of(value: Value) -> list[Value] | None:
    """Return the items of an array, or of the values of an object, None where they are not all known."""
    if isinstance(value, ListValue):
        return value.items if value.complete else None
    if isinstance(value, MapValue):
        return list(value.entries.values()) if value.complete else None
    return None
