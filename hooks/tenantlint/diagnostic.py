"""What tenantlint tells the user about one place in one file."""

from __future__ import annotations

from tenantlint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal, TypeAlias

    from tenantlint.change import Fix
    from tenantlint.source import Location

    Severity: TypeAlias = Literal["error", "warning"]


class Diagnostic(Record):
    """A finding, or a problem with the input.

    ``code`` is the rule's code (``TEN001``) or one of the input problems (``ERR001``). ``message`` says what is
    wrong, why it matters and what to do, with names in backticks. ``fix`` is a change that would end it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    at: Location
    fix: Fix | None = None


class Crash(Record):
    """A bug in tenantlint itself: what it was doing, the exception in one line, and the traceback."""

    what: str
    error: str
    trace: str


def crash(what: str, error: Exception) -> Crash:
    """Return what there is to tell of an exception that nobody expected."""
    from traceback import format_exception

    summary = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    return Crash(what, summary, "".join(format_exception(error)))


INPUT_PROBLEMS: Final = {
    "ERR001": "unreadable-file",
    "ERR002": "not-utf-8",
    "ERR003": "syntax-error",
    "ERR004": "too-complex",
    "ERR005": "project-not-checked",
}
"""The codes that tell of bad input rather than of a bad schema, with their names."""


def input_problem(code: str, message: str, at: Location) -> Diagnostic:
    """Return the diagnostic for a file that cannot be read as its language wants it."""
    return Diagnostic(code, INPUT_PROBLEMS[code], "error", message, at)
