"""Splits SQL text into statements as psql does, so that an error in one leaves its neighbours whole.

Offsets are bytes. Quotes, dollar quotes, comments (which nest), ``BEGIN ATOMIC`` bodies, psql's backslash commands and
the data of ``COPY … FROM stdin`` are known; everything else is left to the parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK: Final = rb"[;'\"$\-/\\`]"
_MARK_OF_RULE: Final = rb"[;'\"$\-/\\`()]"
_MARK_OF_ROUTINE: Final = rb"(?i)[;'\"$\-/\\`]|(?<![\w$\x80-\xff])(?:begin[\s\x00]+atomic|case|end)(?![\w$\x80-\xff])"
_DOLLAR: Final = rb"\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$"
_ESCAPED: Final = rb"(?s)'(?:[^'\\]|\\.|'')*+'"
_COMMENT_MARK: Final = rb"/\*|\*/"
_SPACE: Final = rb"[\s\x00]*+"
_COPY: Final = rb"(?is)copy\b.*\bfrom\s+stdin\b"
_COPY_END: Final = rb"(?m)^\\\.\r?$"
_RULE: Final = rb"(?i)create\s+(?:or\s+replace\s+)?rule\b"
_ROUTINE: Final = rb"(?i)create\s+(?:or\s+replace\s+)?(?:function|procedure)\b"
_WORD: Final = rb"[\w$\x80-\xff]"


class Statement(Record):
    """The span of one statement, without its semicolon and the blanks around it.

    ``meta`` is the psql command that it is (``i``) or that ends it (``gexec``), '' for plain SQL. ``unterminated`` is
    what it opens and never closes (``quoted string``), '' where all is well.
    """

    start: int
    end: int
    meta: str = ""
    unterminated: str = ""


class Splitter:
    """Finds the statements of ``data`` between two offsets. ``backtick`` is the first one outside quotes, or -1."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data = data
        self.end = end
        self.backtick = -1
        self._position = start
        self._unterminated = ""

    def statements(self) -> Iterator[Statement]:
        """Yield the statements in order."""
        while (start := self._skip_blank(self._position)) < self.end:
            self._position = start
            if self.data[start : start + 1] == b";":
                self._position += 1
            elif not self._unterminated:
                yield self._statement(start)
            else:
                return

    def _statement(self, start: int) -> Statement:
        pattern = re.compile(self._marks(start))
        depth, position = 0, start
        while (match := pattern.search(self.data, position, self.end)) is not None:
            mark, position = match[0].lower(), match.end()
            if mark == b";" and not depth:
                return self._ended(start, match.start(), position)
            if mark == b"\\":
                word, position = self._command(position)
                if match.start() == start or word.startswith("g"):
                    return self._ended(start, match.start(), position, word)
            elif mark in _DEPTHS:
                depth = max(depth + _DEPTHS[mark], 0)
            elif len(mark) > 1:
                depth = _atomic_depth(depth, mark)
            elif mark != b";":
                position = self._skip_quoted(mark, match.start())
        return self._ended(start, self.end, self.end)

    def _marks(self, start: int) -> bytes:
        """Return the pattern of what matters in the statement at ``start``."""
        if re.compile(_RULE).match(self.data, start, self.end):
            return _MARK_OF_RULE
        return _MARK_OF_ROUTINE if re.compile(_ROUTINE).match(self.data, start, self.end) else _MARK

    def _ended(self, start: int, stop: int, position: int, meta: str = "") -> Statement:
        self._position = position
        if not meta and re.compile(_COPY).match(self.data, start, min(stop, start + _COPY_LIMIT)):
            data_end = re.compile(_COPY_END).search(self.data, position, self.end)
            self._position = data_end.end() if data_end else position
        end = start + len(self.data[start:stop].rstrip(b" \t\r\n\f\v\x00"))
        return Statement(start, max(end, start + 1), meta, self._unterminated)

    def _command(self, position: int) -> tuple[str, int]:
        """Return the word of a backslash command, and where its line ends."""
        match = re.compile(rb"[\r\n]").search(self.data, position, self.end)
        stop = match.start() if match else self.end
        words = self.data[position:stop].split(None, 1)
        return words[0].decode("utf-8", "replace") if words else "", stop

    def _skip_blank(self, position: int) -> int:
        """Return where blanks and comments end."""
        space = re.compile(_SPACE)
        while position < self.end:
            match = space.match(self.data, position, self.end)
            position = match.end() if match else position
            opening = self.data[position : position + 2]
            if opening not in (b"--", b"/*"):
                break
            position = self._skip_quoted(opening[:1], position)
        return position

    def _skip_quoted(self, mark: bytes, position: int) -> int:
        """Return where the quoted thing or comment that may begin at ``position`` ends."""
        if mark == b"`":
            self.backtick = position if self.backtick < 0 else self.backtick
            return position + 1
        if mark == b"'":
            return self._skip_string(position)
        if mark == b'"':
            return self._closing(b'"', position + 1, "quoted identifier")
        if mark == b"$":
            return self._skip_dollar(position)
        return self._skip_comment(position)

    def _skip_string(self, position: int) -> int:
        before = self.data[max(position - 2, 0) : position]
        if before[-1:] not in (b"e", b"E") or re.match(_WORD, before[:-1]):
            return self._closing(b"'", position + 1, "quoted string")
        match = re.compile(_ESCAPED).match(self.data, position, self.end)
        return match.end() if match else self._never_closed("quoted string")

    def _skip_dollar(self, position: int) -> int:
        match = re.compile(_DOLLAR).match(self.data, position, self.end)
        if match is None or (position and re.match(_WORD, self.data[position - 1 : position])):
            return position + 1
        return self._closing(match[0], match.end(), "dollar-quoted string")

    def _skip_comment(self, position: int) -> int:
        opening = self.data[position : position + 2]
        if opening == b"--":
            match = re.compile(rb"[\r\n]").search(self.data, position, self.end)
            return match.end() if match else self.end
        if opening != b"/*":
            return position + 1
        depth = 0
        for match in re.compile(_COMMENT_MARK).finditer(self.data, position, self.end):
            depth += 1 if match[0] == b"/*" else -1
            if not depth:
                return match.end()
        return self._never_closed("comment")

    def _closing(self, mark: bytes, position: int, what: str) -> int:
        found = self.data.find(mark, position, self.end)
        return found + len(mark) if found >= 0 else self._never_closed(what)

    def _never_closed(self, what: str) -> int:
        self._unterminated = what
        return self.end


_COPY_LIMIT: Final = 10_000
_DEPTHS: Final = {b"(": 1, b")": -1}


def _atomic_depth(depth: int, mark: bytes) -> int:
    """Return how many ``BEGIN ATOMIC`` and ``CASE`` are open after ``mark``."""
    if mark.startswith(b"begin"):
        return depth + 1
    if not depth:
        return 0
    return depth + (1 if mark == b"case" else -1)
