"""JavaScript values that the shared evaluator does not have: ``undefined``, and the options of a library call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.values import MISSING, ListValue, MapValue, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.values import Arguments
    from tenantlint.source import Location


class _Undefined:
    """The type of UNDEFINED."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = _Undefined()
"""JavaScript's ``undefined``."""


class Method(Native):
    """A method bound to its object, given as a Python function of the object and the call."""

    def __init__(self, owner: Value, function: Callable[[Value, Evaluator, Arguments, Location], Value]) -> None:
        self.owner = owner
        self.function = function

    def call(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        """Return what the function returns."""
        return self.function(self.owner, evaluator, args, at)


def member(value: Value, name: str) -> Value:
    """Return a property of an object that was passed as options: UNDEFINED where it is absent, UNKNOWN where unsure."""
    if isinstance(value, MapValue):
        return value.entries.get(name, UNDEFINED if value.complete else UNKNOWN)
    if value is UNDEFINED or value is MISSING or value is None or isinstance(value, (str, ListValue)):
        return UNDEFINED
    return UNKNOWN
