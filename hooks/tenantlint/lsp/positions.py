"""Byte offsets of a Source as the positions of the Language Server Protocol, and back.

A protocol position is a line and a character, both from 0. A character counts units of the encoding that client and
server agree on: bytes (``utf-8``), UTF-16 code units (``utf-16``, the default) or code points (``utf-32``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol.types import Position, Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.source import Source

_UNITS: Final[dict[str, Callable[[bytes], int]]] = {
    "utf-8": len,
    "utf-16": lambda data: len(data.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass")) // 2,
    "utf-32": lambda data: len(data.decode("utf-8", "replace")),
}
_BOM_UNITS: Final = {"utf-8": 3, "utf-16": 1, "utf-32": 1}


class Positions:
    """Positions in one file. ``bom`` tells that the client's text begins with a byte order mark, and counts it."""

    def __init__(self, source: Source, encoding: str, bom: bool = False) -> None:
        self._source = source
        self._units = _UNITS[encoding]
        self._first = _BOM_UNITS[encoding] if bom else 0

    def position(self, offset: int) -> Position:
        """Return the position of the byte at ``offset``, that of the end where the file is shorter."""
        offset = min(offset, len(self._source.data))
        line = self._source.line_of(offset)
        units = self._units(self._source.data[self._source.line_starts[line - 1] : offset])
        return Position(line - 1, units + (self._first if line == 1 else 0))

    def range(self, start: int, end: int) -> Range:
        """Return the range of the bytes ``[start, end)``."""
        return Range(self.position(start), self.position(max(start, end)))

    def offset(self, position: Position) -> int:
        """Return the byte offset of a position; one behind the end of its line means the end of the line."""
        starts = self._source.line_starts
        if position.line >= len(starts):
            return len(self._source.data)
        start = starts[position.line]
        wanted = position.character - (self._first if position.line == 0 else 0)
        text = self._source.line_text(position.line + 1)
        at = start
        for character in text:
            data = character.encode("utf-8", "surrogatepass")
            wanted -= self._units(data)
            if wanted < 0:
                break
            at += len(data)
        return at
