"""The bytes of one file, and the positions in them.

Offsets are 0-based byte offsets into ``Source.data``, which has no byte order mark. Lines and columns that people
see are 1-based, and columns count code points.
"""

from __future__ import annotations

from tenantlint.record import Record

BOM = b"\xef\xbb\xbf"


class Span(Record):
    """A half-open range ``[start, end)`` of byte offsets."""

    start: int
    end: int


class Location(Record):
    """A span in a file. ``path`` is relative to the project root, with forward slashes."""

    path: str
    start: int
    end: int


class Position(Record):
    """A place as people count it: line and column from 1, columns in code points."""

    line: int
    column: int


class Source:
    r"""The content of one file.

    ``data`` is the content without a byte order mark; ``bom`` tells whether there was one. Lines end at ``\n``,
    ``\r\n`` or a lone ``\r``.
    """

    __slots__ = ("_line_starts", "bom", "data", "path")

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.bom = data.startswith(BOM)
        self.data = data[len(BOM) :] if self.bom else data
        self._line_starts: list[int] | None = None

    def text(self) -> str:
        """Return the content as text. Raises UnicodeDecodeError where it is not UTF-8."""
        return self.data.decode("utf-8")

    @property
    def line_starts(self) -> list[int]:
        """The byte offset at which each line begins; the first is 0."""
        if self._line_starts is None:
            self._line_starts = _line_starts(self.data)
        return self._line_starts

    def line_of(self, offset: int) -> int:
        """Return the 1-based line that holds the byte at ``offset``."""
        from bisect import bisect_right  # a run that finds nothing needs none

        return bisect_right(self.line_starts, offset)

    def position(self, offset: int) -> Position:
        """Return the line and column of the byte at ``offset``. Undecodable bytes count as one code point each."""
        line = self.line_of(offset)
        start = self.line_starts[line - 1]
        return Position(line, len(self.data[start:offset].decode("utf-8", "replace")) + 1)

    def line_text(self, line: int) -> str:
        """Return the text of the 1-based ``line``, without its line end."""
        starts = self.line_starts
        end = starts[line] if line < len(starts) else len(self.data)
        return self.data[starts[line - 1] : end].decode("utf-8", "replace").rstrip("\r\n")


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    if starts[-1] == len(data) and len(starts) > 1 and not data.endswith((b"\n", b"\r")):
        starts.pop()
    return starts
