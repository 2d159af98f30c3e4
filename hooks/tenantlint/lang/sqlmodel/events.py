"""SQLAlchemy's events: which tables have code that runs when their rows change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.objects import ClassValue
from tenantlint.lang.values import Arguments, Builtin, Native, Value
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.source import Location

_BEFORE_WRITE: Final = frozenset({"before_commit", "before_flush", "before_update", "do_orm_execute"})
"""The events in which code may still change what an update writes."""


class Events(Native):
    """``sqlalchemy.event``, and what was registered with it."""

    def __init__(self) -> None:
        self.targets: list[Value] = []
        self.members: dict[str, Value] = {"listen": Builtin(self._listen), "listens_for": Builtin(self._listens_for)}

    def get(self, name: str) -> Value:
        """Return a function of the module."""
        return self.members.get(name, UNKNOWN)

    def may_write(self, cls: ClassValue) -> bool:
        """Return whether a listener may set columns in an update of the rows of ``cls``."""
        return any(not isinstance(target, ClassValue) or target in cls.mro for target in self.targets)

    def _listen(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        identifier = args.get(1, "identifier")
        if not isinstance(identifier, str) or identifier in _BEFORE_WRITE:
            target = args.get(0, "target")
            of_project = isinstance(target, ClassValue) and target.at is not None
            self.targets.append(target if of_project else UNKNOWN)
        return None

    def _listens_for(self, evaluator: Evaluator, args: Arguments, at: Location) -> Value:
        self._listen(evaluator, args, at)
        return Builtin(lambda evaluator, args, at: args.get(0))
