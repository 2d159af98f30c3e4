"""What psql's backslash commands do to the statements around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint import migration as m
from tenantlint.lang.sql.effects import unread, written
from tenantlint.lang.sql.statements import read
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.lang.sql.context import Context
    from tenantlint.lang.sql.split import Statement

_UNFINISHED: Final = "the statement never ends"
_INCLUDES: Final = frozenset({"i", "ir", "include", "include_relative"})


class Meta:
    r"""Reads statements with their backslash commands. ``certain`` is false between ``\if`` and ``\endif``."""

    def __init__(self) -> None:
        self._conditions = 0

    @property
    def certain(self) -> bool:
        """Whether the next statement surely runs."""
        return not self._conditions

    def read(self, context: Context, statement: Statement) -> list[m.Operation]:
        """Return what a statement does, or the command that it is."""
        if context.data[:1] == b"\\":
            return self._command(context, statement.meta)
        found = unread(context, _UNFINISHED) if statement.unterminated else read(context)
        if statement.meta == "gexec":
            security, structure = written(context.data.decode("utf-8", "replace"))
            why = "a statement that is built when it runs"
            found.append(m.Unread(context.here, context.certain, why, UNKNOWN, security, structure))
        return found

    def _command(self, context: Context, word: str) -> list[m.Operation]:
        if word == "if":
            self._conditions += 1
        elif word == "endif":
            self._conditions = max(self._conditions - 1, 0)
        elif word in _INCLUDES:
            return [m.Unread(context.here, context.certain, "it includes another file", UNKNOWN, True, True)]
        return []
