"""Comments that silence findings: ``tenantlint: ignore[TEN001]``, ``tenantlint: ignore-file``, and Python's ``noqa``.

A comment behind code holds for its line. One on a line of its own holds for the declaration below it, with decorators
and further comments in between. ``ignore-file`` stands before the first code. A reason may follow ``--``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from tenantlint.comments import PYTHON_SUFFIXES, Comment, comments
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.record import Record
from tenantlint.source import Location, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.diagnostic import Diagnostic

_DIRECTIVE: Final = (
    rb"(?<=[#/*-])[ \t]*(?P<all>tenantlint:[ \t]*(?P<kind>ignore-file|ignore)(?:[ \t]*\[(?P<rules>[^\]\r\n]*)\])?)"
    rb"[ \t]*(?:--[ \t]*(?P<reason>[^\r\n]*?)[ \t]*(?=\*/|[\r\n]|\Z)|(?=#|//|\*/|[\r\n]|\Z))"
)
_NOQA: Final = rb"(?i)(?<=#)[ \t]*(?P<all>noqa(?![\w-])(?:[ \t]*:[ \t]*(?P<rules>[A-Z]+\d+(?:[ \t,]+[A-Z]+\d+)*)?)?)"


class Suppression(Record):
    """One directive. ``rules`` are the codes and names in it, None for every rule. ``at`` covers the directive.

    ``scope`` tells whether it holds for its own line, for the declaration below it, or for the file.
    """

    rules: frozenset[str] | None
    scope: Literal["line", "below", "file"]
    reason: str | None
    at: Location

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Return whether it speaks of the rule of ``diagnostic``."""
        return self.rules is None or diagnostic.code in self.rules or diagnostic.name in self.rules


class Silenced(Record):
    """A finding that is not shown, and every directive that silences it."""

    diagnostic: Diagnostic
    by: tuple[Suppression, ...]


class Suppressed(Record):
    """Findings that are shown and findings that are not, each in the order given."""

    kept: tuple[Diagnostic, ...]
    silenced: tuple[Silenced, ...]


def apply(diagnostics: Iterable[Diagnostic], source_of: Callable[[str], Source]) -> Suppressed:
    """Part ``diagnostics`` by the comments in their files. Problems with the input cannot be silenced.

    ``source_of`` returns the content of a path; it is asked only for files that have findings.
    """
    files: dict[str, FileSuppressions] = {}
    kept: list[Diagnostic] = []
    silenced: list[Silenced] = []
    for diagnostic in diagnostics:
        path = diagnostic.at.path
        if diagnostic.code in INPUT_PROBLEMS:
            kept.append(diagnostic)
            continue
        if path not in files:
            files[path] = FileSuppressions(source_of(path))
        by = tuple(each for each in files[path].near(diagnostic.at.start) if each.covers(diagnostic))
        if by:
            silenced.append(Silenced(diagnostic, by))
        else:
            kept.append(diagnostic)
    return Suppressed(tuple(kept), tuple(silenced))


class FileSuppressions:
    """The directives of one file. ``all`` has them in order; without the words for them the file is not scanned."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.all: list[Suppression] = []
        self._by_line: dict[int, list[Suppression]] = {}
        self._above: dict[int, tuple[int, list[Suppression]]] = {}
        python = source.path.endswith(PYTHON_SUFFIXES)
        if b"tenantlint:" in source.data or (python and b"noqa" in source.data.lower()):
            for comment in comments(source):
                self._add(comment, python)

    def _add(self, comment: Comment, python: bool) -> None:
        """Index what a comment says: by its line, or where it stands alone by its last line, with its first."""
        source = self._source
        found = list(_directives(source, comment, python))
        self.all.extend(found)
        first, last = source.line_of(comment.start), source.line_of(max(comment.start, comment.end - 1))
        if comment.alone:
            top, others = self._above.get(last, (first, []))
            self._above[last] = (min(top, first), others + [each for each in found if each.scope == "below"])
        self._by_line.setdefault(first, []).extend(each for each in found if each.scope == "line")

    def near(self, offset: int) -> Iterator[Suppression]:
        """Return the directives that hold for what begins at the byte ``offset``."""
        line = self._source.line_of(offset)
        yield from self._by_line.get(line, ())
        yield from (each for each in self.all if each.scope == "file")
        indent = self._indent(line)
        line -= 1
        while line > 0:
            if line in self._above:
                line, found = self._above[line]
                yield from found
                line -= 1
            elif self._source.line_text(line).rstrip(" \t\\").endswith("="):
                line -= 1
            else:
                line = self._above_decorator(line, indent)

    def _above_decorator(self, line: int, indent: int) -> int:
        """Return the line above the decorator that ends at ``line``, 0 where none does."""
        text = self._source.line_text(line)
        if text[indent : indent + 1] in (")", "]", "}"):
            line -= 1
            while line > 0 and self._indent(line) > indent:
                line -= 1
            text = self._source.line_text(line) if line else ""
        return line - 1 if self._indent_of(text) == indent and text.startswith("@", indent) else 0

    def _indent(self, line: int) -> int:
        return self._indent_of(self._source.line_text(line))

    @staticmethod
    def _indent_of(text: str) -> int:
        return len(text) - len(text.lstrip())


def _directives(source: Source, comment: Comment, python: bool) -> Iterator[Suppression]:
    text = source.data[comment.start : comment.end]
    for match in re.finditer(_DIRECTIVE, text):
        scope: Literal["line", "below", "file"] = "below" if comment.alone else "line"
        if match["kind"] == b"ignore-file":
            if not comment.leading:
                continue
            scope = "file"
        reason = match["reason"].decode("utf-8", "replace") if match["reason"] else None
        yield Suppression(_rules(match["rules"]), scope, reason, _place(source, comment, match))
    for match in re.finditer(_NOQA, text) if python else ():
        if match["rules"] or b":" not in match["all"]:
            yield Suppression(_rules(match["rules"]), "line", None, _place(source, comment, match))


def _rules(listed: bytes | None) -> frozenset[str] | None:
    if listed is None:
        return None
    words = listed.decode("utf-8", "replace").replace(",", " ").split()
    return frozenset(word.upper() if word.isalnum() else word for word in words)


def _place(source: Source, comment: Comment, match: re.Match[bytes]) -> Location:
    return Location(source.path, comment.start + match.start("all"), comment.start + match.end("all"))
