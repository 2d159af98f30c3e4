"""SQL text to operations: of a file, a part of one, or a string."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.diagnostic import input_problem
from tenantlint.lang.sql.context import Context, Session
from tenantlint.lang.sql.dialect import dialect_of, dialect_of_backticks, dialect_of_types
from tenantlint.lang.sql.psql import Meta
from tenantlint.lang.sql.scripts import Script
from tenantlint.lang.sql.split import Splitter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lang.sql.split import Statement
    from tenantlint.migration import Operation
    from tenantlint.source import Location, Source

_COMMANDS: Final = frozenset(
    "abort alter analyse analyze begin call checkpoint close cluster comment commit copy create deallocate declare "
    "delete discard do drop end execute explain fetch grant import insert listen load lock merge move notify prepare "
    "reassign refresh reindex release reset revoke rollback savepoint security select set show start table truncate "
    "unlisten update vacuum values with".split()
)
_FIRST_WORD: Final = rb"[A-Za-z_]\w*"


def operations(source: Source, start: int = 0, end: int | None = None, session: Session | None = None) -> Script:
    """Return what the SQL between two byte offsets of ``source`` does. Each operation stands at its statement.

    ``session`` holds what the files before it have left behind.
    """
    splitter = Splitter(source.data, start, len(source.data) if end is None else end)
    session, meta = session or Session(), Meta()
    session.begin()
    found: list[Operation] = []
    problems: list[Diagnostic] = []
    for statement in splitter.statements():
        if splitter.backtick >= 0:
            return Script((), (), dialect_of_backticks(source.data[start:end]))
        data = source.data[statement.start : statement.end]
        context = Context(data, source.path, statement.start, session, meta.certain)
        found += meta.read(context, statement)
        if (context.refused or statement.unterminated) and (dialect := dialect_of(data)) != "postgresql":
            return Script((), (), dialect)
        problems += _problems(context, statement)
    dialect = dialect_of_types(found)
    return Script(tuple(found), tuple(problems[:1])) if dialect == "postgresql" else Script((), (), dialect)


def operations_of_text(text: str, at: Location, certain: bool) -> tuple[Operation, ...]:
    """Return what a SQL string does; every operation stands at ``at``. What does not parse gives one Unread."""
    data = text.encode("utf-8", "replace")
    session = Session()
    found: list[Operation] = []
    for statement in Splitter(data, 0, len(data)).statements():
        context = Context(data[statement.start : statement.end], at.path, 0, session, certain, at)
        found += Meta().read(context, statement)
    return tuple(found)


def _problems(context: Context, statement: Statement) -> Iterator[Diagnostic]:
    """Yield what is wrong with a statement that is no SQL: PostgreSQL knows more than the grammar here does."""
    if statement.unterminated:
        yield input_problem("ERR003", f"the {statement.unterminated} never ends", context.here)
    elif context.refused:
        word = re.match(_FIRST_WORD, context.data)
        if word is not None and word[0].decode().lower() not in _COMMANDS:
            name = word[0].decode()
            yield input_problem("ERR003", f"`{name}` begins no statement of PostgreSQL", context.here)
