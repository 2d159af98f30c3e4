"""SQL that stands outside any folder of migrations: scripts, and programs of other languages that hold it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from tenantlint.lang.sql.scan import security_statements
from tenantlint.migration import Downgrade, History, Revision, Unread
from tenantlint.replay import replay
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.migration import Operation
    from tenantlint.project import Project


def written_in_code(project: Project, paths: Iterable[str]) -> tuple[History, ...]:
    """Return what programs that hold statements on row level security may do: to any table, and nobody knows what.

    A statement in a comment or a docstring does not count.
    """
    return tuple(history for path in sorted(paths) if (history := _program(project, path)) is not None)


def _program(project: Project, path: str) -> History | None:
    try:
        source = project.source(path)
    except OSError:
        return None
    starts = security_statements(source.data)
    if not starts:
        return None
    from tenantlint.comments import comments

    hidden = [range(comment.start, comment.end) for comment in comments(source)]
    if source.path.endswith(".py"):
        hidden += _docstrings(source.data)
    for start in starts:
        if not any(start in span for span in hidden):
            at = Location(source.path, start, start)
            why = "a program runs it, and when it does so and on which tables is not known"
            return script_of(source.path, (Unread(at, True, why, UNKNOWN, security=True, structure=False),), at)
    return None


def _docstrings(data: bytes) -> list[range]:
    """Return the byte spans of strings in a Python file that are statements of their own, so that nothing uses them."""
    import ast

    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    starts = [0, *accumulate(len(line) for line in data.splitlines(keepends=True))]
    return [
        range(starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if node.end_lineno is not None and node.end_col_offset is not None
    ]


def script_of(path: str, upgrade: tuple[Operation, ...], at: Location) -> History:
    """Return the history of one file that stands for itself. ``at`` is where it begins."""
    revision = Revision(path.rpartition("/")[2].rpartition(".")[0], (), path, at, upgrade, Downgrade("missing", (), at))
    replayed = replay((revision,), "script", path)
    return History("script", path, (revision,), (), replayed.tables, replayed.unread)
