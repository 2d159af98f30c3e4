"""Finds the comments of a file without parsing it: strings, templates and regular expressions are stepped over.

Only files that have findings and mention a directive are scanned, so that no parser need be imported for them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.source import Source

PYTHON_SUFFIXES: Final = (".py", ".pyi")

_QUOTED: Final = rb'"(?:\\.|[^"\\\r\n])*"|' + rb"'(?:\\.|[^'\\\r\n])*'"
_TRIPLE: Final = rb'"""(?:\\.|[^\\])*?"""|' + rb"'''(?:\\.|[^\\])*?'''"
_PYTHON: Final = rb"(?s)#[^\r\n]*|[rRbBuUfF]{0,2}(?:" + _TRIPLE + rb"|" + _QUOTED + rb")"
_TYPESCRIPT: Final = rb"(?s)//[^\r\n]*|/\*.*?(?:\*/|\Z)|`|/|[{}]|" + _QUOTED
_TEMPLATE_TEXT: Final = rb"(?s)(?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{|\Z|\\\Z)"
_REGEX_LITERAL: Final = rb"/(?:\\.|\[(?:\\.|[^\]\\\r\n])*\]|[^/\\\[\r\n])+/"
_BEFORE_REGEX: Final = rb"(?:^|[(,=:\[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|do|else))\s*$"
_LOOK_BACK: Final = 80


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
    """Return the comments of a Python or TypeScript file in order."""
    data = source.data
    tokens = _python_tokens(data) if source.path.endswith(PYTHON_SUFFIXES) else _typescript_tokens(data)
    found: list[Comment] = []
    code_end = end = 0
    leading = True
    for start, stop in tokens:
        gap = data[end:start].rstrip()
        code_end = end + len(gap) if gap else code_end
        leading = leading and not gap.strip(b"; \t\r\n\f")
        end = stop
        if data.startswith((b"#", b"//", b"/*"), start):
            line_start = source.line_starts[source.line_of(start) - 1]
            alone = not (code_end > line_start) and not _code_follows(source, stop)
            found.append(Comment(start, stop, alone, leading))
        else:
            code_end = stop
    return found


def _code_follows(source: Source, offset: int) -> bool:
    line = source.line_of(offset)
    starts = source.line_starts
    rest = source.data[offset : starts[line] if line < len(starts) else len(source.data)].strip()
    return bool(rest) and not rest.startswith((b"//", b"/*", b"#"))


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


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)
