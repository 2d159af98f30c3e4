"""SQL text to operations: of a file, a part of one, or a string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.diagnostic import input_problem
from tenantlint.lang.sql.context import Context, Session
from tenantlint.lang.sql.split import Splitter
from tenantlint.lang.sql.statements import read
from tenantlint.record import Record

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.migration import Operation
    from tenantlint.source import Location, Source

    SqlDialect: TypeAlias = Literal["postgresql", "mysql", "sqlite", "other"]


class Script(Record):
    """What a SQL file does.

    ``problems`` tell of what is no SQL at all. A file of another ``dialect`` has no operations and no problems.
    """

    operations: tuple[Operation, ...]
    problems: tuple[Diagnostic, ...]
    dialect: SqlDialect = "postgresql"


def operations(source: Source, start: int = 0, end: int | None = None) -> Script:
    """Return what the SQL between two byte offsets of ``source`` does. Each operation stands at its statement."""
    stop = len(source.data) if end is None else end
    splitter, session = Splitter(source.data, start, stop), Session()
    found: list[Operation] = []
    problems: list[Diagnostic] = []
    for statement in splitter.statements():
        context = Context(source.data[statement.start : statement.end], source.path, statement.start, session)
        found += read(context)
        if statement.unterminated:
            problems.append(input_problem("ERR003", f"the {statement.unterminated} never ends", context.here))
    return Script(tuple(found), tuple(problems))


def operations_of_text(text: str, at: Location, certain: bool) -> tuple[Operation, ...]:
    """Return what a SQL string does; every operation stands at ``at``. What does not parse gives one Unread."""
    data = text.encode("utf-8", "replace")
    session = Session()
    found: list[Operation] = []
    for statement in Splitter(data, 0, len(data)).statements():
        found += read(Context(data[statement.start : statement.end], at.path, 0, session, certain, at))
    return tuple(found)
