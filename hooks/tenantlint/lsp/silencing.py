"""The comment that silences a finding: where it goes, and proof that it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.comments import PYTHON_SUFFIXES, SQL_SUFFIX
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.edit import Edit, apply
from tenantlint.lower import problems
from tenantlint.source import Source
from tenantlint.suppress import FileSuppressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.diagnostic import Diagnostic

_JUDGES_COMMENTS: Final = "UNU001"
_LISTED: Final = re.compile(rb"tenantlint:[ \t]*ignore[ \t]*\[[^\]\r\n]*(?=\])")


def silenced(diagnostic: Diagnostic, source: Source) -> bytes | None:
    """Return the content of a file (without a byte order mark) with a comment that silences a finding in it.

    None where no comment can: it would not hold for the finding, or end up in a string.
    """
    if diagnostic.code in INPUT_PROBLEMS or diagnostic.code == _JUDGES_COMMENTS:
        return None
    wrong = len(problems(source))
    for edit in _candidates(diagnostic, source):
        data = apply(source.data, [edit])
        after = Source(source.path, data)
        start = diagnostic.at.start + (len(data) - len(source.data) if edit.start <= diagnostic.at.start else 0)
        suppressions = FileSuppressions(after)
        if any(each.covers(diagnostic) for each in suppressions.near(start)) and len(problems(after)) <= wrong:
            return data
    return None


def _candidates(diagnostic: Diagnostic, source: Source) -> Iterator[Edit]:
    """Yield edits to try in turn: into the brackets of a comment, behind the line, above the line."""
    line = source.line_of(diagnostic.at.start)
    start = source.line_starts[line - 1]
    text = source.line_text(line).encode("utf-8")
    listed = _LISTED.search(text)
    if listed is not None:
        yield _insertion(source, start + listed.end(), f", {diagnostic.code}")
    comment = f"{_mark(source.path)} tenantlint: ignore[{diagnostic.code}]"
    blanks = "  " if source.path.endswith(PYTHON_SUFFIXES) else " "
    yield _insertion(source, start + len(text.rstrip()), blanks + comment)
    indent = text[: len(text) - len(text.lstrip())].decode("utf-8")
    yield _insertion(source, start, f"{indent}{comment}{_line_end(source.data)}")


def _insertion(source: Source, offset: int, text: str) -> Edit:
    return Edit(source.path, offset, offset, text)


def _mark(path: str) -> str:
    if path.endswith(PYTHON_SUFFIXES):
        return "#"
    return "--" if path.endswith(SQL_SUFFIX) else "//"


def _line_end(data: bytes) -> str:
    return "\r\n" if b"\r\n" in data else "\n"
