"""Finds the comments of a file without parsing it: strings, templates and regular expressions are stepped over.

Only files that have findings and mention a directive are scanned, so that no parser need be imported for them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenantlint.source import Source

PYTHON_SUFFIXES: Final = (".py", ".pyi")
SQL_SUFFIX: Final = ".sql"

_QUOTED: Final = rb'"(?:\\.|[^"\\\r\n])*"|' + rb"'(?:\\.|[^'\\\r\n])*'"
_TRIPLE: Final = rb'"""(?:\\.|[^\\])*?"""|' + rb"'''(?:\\.|[^\\])*?'''"
_PYTHON: Final = rb"(?s)#[^\r\n]*|[rRbBuUfF]{0,2}(?:" + _TRIPLE + rb"|" + _QUOTED + rb")"
_TYPESCRIPT: Final = rb"(?s)//[^\r\n]*|/\*.*?(?:\*/|\Z)|`|/|[{}]|" + _QUOTED
_TEMPLATE_TEXT: Final = rb"(?s)(?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{|\Z|\\\Z)"
_REGEX_LITERAL: Final = rb"/(?:\\.|\[(?:\\.|[^\]\\\r\n])*\]|[^/\\\[\r\n])+/"
_BEFORE_REGEX: Final = rb"(?:^|[(,=:\[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|do|else))\s*$"
_LOOK_BACK: Final = 80
_SQL: Final = (
    rb"(?s)--[^\r\n]*|/\*|(?<![\w$\x80-\xff])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|'(?:[^']|'')*(?:'|\Z)"
    rb"|\"(?:[^\"]|\"\")*(?:\"|\Z)|(?<![\w$\x80-\xff])\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$"
)
_SQL_COMMENT_MARK: Final = rb"/\*|\*/"
_BEFORE_CODE: Final = rb"(?i)\b(?:do|as|language\s+\w+)\s*$"


class Comment(Record):
    """A comment. ``start`` and ``end`` are byte offsets and cover its marks.

    ``alone`` tells that nothing but comments stands on its lines, and ``leading`` that no code stands before it in
    the file; a docstring and a directive such as ``"use client"`` are not code here.
    """

    start: int
    end: int
    alone: bool
    leading: bool


def comments(source: Source) -> list[Comment]:
    """Return the comments of a Python, TypeScript or SQL file in order."""
    data = source.data
    tokens, marks = _lexer(source.path)
    found: list[Comment] = []
    code_end = end = 0
    leading = True
    for start, stop in tokens(data):
        gap = data[end:start].rstrip()
        code_end = end + len(gap) if gap else code_end
        leading = leading and not gap.strip(b"; \t\r\n\f")
        end = stop
        if data.startswith(marks, start):
            line_start = source.line_starts[source.line_of(start) - 1]
            alone = not (code_end > line_start) and not _code_follows(source, stop, marks)
            found.append(Comment(start, stop, alone, leading))
        else:
            code_end = stop
    return found


def _lexer(path: str) -> tuple[Callable[[bytes], Iterator[tuple[int, int]]], tuple[bytes, ...]]:
    """Return what finds the tokens of a file, and what its comments begin with."""
    if path.endswith(PYTHON_SUFFIXES):
        return _python_tokens, (b"#",)
    if path.endswith(SQL_SUFFIX):
        return _sql_tokens, (b"--", b"/*")
    return _typescript_tokens, (b"//", b"/*")


def _code_follows(source: Source, offset: int, marks: tuple[bytes, ...]) -> bool:
    line = source.line_of(offset)
    starts = source.line_starts
    rest = source.data[offset : starts[line] if line < len(starts) else len(source.data)].strip()
    return bool(rest) and not rest.startswith(marks)


def _python_tokens(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each comment and string."""
    for match in _compiled(_PYTHON).finditer(data):
        yield match.span()


def _typescript_tokens(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each comment, string, stretch of template text and regular expression."""
    braces: list[int] = []  # for each template around: how many braces are open in its current ${}
    position = 0
    comment_start = comment_end = 0  # of the last run of comments
    while match := _compiled(_TYPESCRIPT).search(data, position):
        start, position = match.span()
        token = data[start:position]
        if token == b"{" and braces:
            braces[-1] += 1
        elif token == b"}" and braces and braces[-1]:
            braces[-1] -= 1
        elif token == b"`" or (token == b"}" and braces):
            if token == b"}":
                braces.pop()
            position = _template_end(data, position, braces)
            yield start, position
        elif token == b"/":
            before = start if data[comment_end:start].strip() else comment_start
            position = _regex_end(data, start, before)
            yield start, position
        elif token not in (b"{", b"}"):
            if token.startswith(b"/"):
                comment_start = start if data[comment_end:start].strip() else comment_start
                comment_end = position
            yield start, position


def _template_end(data: bytes, position: int, braces: list[int]) -> int:
    match = _compiled(_TEMPLATE_TEXT).match(data, position)
    end = match.end() if match else len(data)
    if data.startswith(b"${", end - 2):
        braces.append(0)
    return end


def _regex_end(data: bytes, start: int, code_end: int) -> int:
    """Return the end of the regular expression at ``start``, or of a division; other code ends at ``code_end``."""
    before = data[max(0, code_end - _LOOK_BACK) : code_end]
    literal = _compiled(_REGEX_LITERAL).match(data, start) if _compiled(_BEFORE_REGEX).search(before) else None
    return literal.end() if literal else start + 1


def _sql_tokens(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each comment and string. The text of a routine, between dollar quotes, is code too."""
    position = 0
    routine = b""
    while match := _compiled(_SQL).search(data, position):
        start, position = match.span()
        token = match[0]
        if token == b"/*":
            position = _nested_end(data, position)
        elif token == routine:
            routine = b""
            continue
        elif token.startswith(b"$"):
            if not routine and _compiled(_BEFORE_CODE).search(data[max(0, start - _LOOK_BACK) : start]):
                routine = token
                continue
            end = data.find(token, position)
            position = len(data) if end < 0 else end + len(token)
        yield start, position


def _nested_end(data: bytes, position: int) -> int:
    """Return the end of a block comment, which may hold others, where its text begins at ``position``."""
    depth = 1
    while depth and (mark := _compiled(_SQL_COMMENT_MARK).search(data, position)):
        depth += 1 if mark[0] == b"/*" else -1
        position = mark.end()
    return position if not depth else len(data)


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)
