"""The bytes of a file that is to be edited, and the style that they are written in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tenantlint.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenantlint.source import Source


class Text:
    """A file that edits are made for. Offsets are those of ``Source.data``."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path = source.path
        self.data = source.data

    @cached_property
    def newline(self) -> str:
        """The line end of the file: that of its first line."""
        end = self.data.find(b"\n")
        if end < 0:
            return "\r" if b"\r" in self.data else "\n"
        return "\r\n" if self.data[:end].endswith(b"\r") else "\n"

    @cached_property
    def quote(self) -> str:
        """The quote that most strings of the file have."""
        return "'" if self.data.count(b"'") > self.data.count(b'"') else '"'

    def quoted(self, text: str) -> str:
        """Return a string literal for a name, which has no quotes in it."""
        return f"{self.quote}{text}{self.quote}"

    def slice(self, start: int, end: int) -> str:
        """Return a stretch of the file."""
        return self.data[start:end].decode()

    def line_start(self, offset: int) -> int:
        """Return where the line that holds ``offset`` begins."""
        return self.source.line_starts[self.source.line_of(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line that holds ``offset`` ends, before its line end."""
        starts = self.source.line_starts
        line = self.source.line_of(offset)
        end = starts[line] if line < len(starts) else len(self.data)
        while end > offset and self.data[end - 1 : end] in (b"\n", b"\r"):
            end -= 1
        return end

    def indent(self, offset: int) -> str:
        """Return the blanks that the line of ``offset`` begins with."""
        start = end = self.line_start(offset)
        while self.data[end : end + 1] in (b" ", b"\t"):
            end += 1
        return self.slice(start, end)

    def begins_line(self, offset: int) -> bool:
        """Return whether only blanks stand before ``offset`` in its line."""
        return not self.data[self.line_start(offset) : offset].strip(b" \t\f")

    def unit(self, inner: str, outer: str) -> str:
        """Return one step of indentation, as between two lines; four blanks where that is not to be seen."""
        step = inner[len(outer) :] if inner.startswith(outer) else ""
        return step or "    "

    def without(self, spans: Sequence[tuple[int, int]], index: int) -> Edit:
        """Return the edit that takes one item out of a list, with its comma, and with its line where that is its own.

        ``spans`` are where the items start and end.
        """
        start, end = spans[index]
        line_end = self.line_end(end)
        rest = self.data[end:line_end].strip()
        own_line = self.begins_line(start) and (not rest.strip(b",") or rest.lstrip(b", ").startswith((b"#", b"//")))
        if own_line and (rest.startswith(b",") or not self._follows(spans, index)):
            after = self.source.line_starts[self.source.line_of(line_end) :]
            return self.replace(self.line_start(start), after[0] if after else len(self.data), "")
        if index + 1 < len(spans):
            return self.replace(start, spans[index + 1][0], "")
        return self.replace(spans[index - 1][1] if index else start, end, "")

    def _follows(self, spans: Sequence[tuple[int, int]], index: int) -> bool:
        """Return whether nothing but a comma and blanks stands between an item and the one before it."""
        return bool(index) and self.data[spans[index - 1][1] : spans[index][0]].strip() == b","

    def insert(self, offset: int, text: str) -> Edit:
        """Return the edit that inserts ``text``, whose line ends are line feeds."""
        return self.replace(offset, offset, text)

    def replace(self, start: int, end: int, text: str) -> Edit:
        """Return the edit that puts ``text``, whose line ends are line feeds, in the place of a stretch."""
        return Edit(self.path, start, end, text.replace("\n", self.newline))


def merged(edits: list[Edit]) -> tuple[Edit, ...]:
    """Return the edits, with insertions at one place made one, in the order given."""
    found: dict[tuple[str, int, int], Edit] = {}
    for edit in edits:
        key = (edit.path, edit.start, edit.end)
        other = found.get(key)
        if other is not None and edit.start == edit.end:
            edit = Edit(edit.path, edit.start, edit.end, other.text + edit.text)
        found[key] = edit
    return tuple(found.values())
