"""Text edits on the bytes of files: nothing but what an edit names ever changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable


class Edit(Record):
    """Replaces the bytes ``[start, end)`` of a file by ``text`` (UTF-8).

    Offsets count as those of ``Source`` do: without a byte order mark. ``start == end`` inserts.
    """

    path: str
    start: int
    end: int
    text: str


def by_path(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Return the edits of each file in order, equal ones once."""
    found: dict[str, list[Edit]] = {}
    for edit in sorted(dict.fromkeys(edits), key=lambda each: (each.path, each.start, each.end)):
        found.setdefault(edit.path, []).append(edit)
    return found


def overlap(edits: Iterable[Edit]) -> bool:
    """Return whether two different edits touch the same bytes, or insert at the same place."""
    from itertools import pairwise

    return any(
        other.start < one.end or other.start == one.start
        for ordered in by_path(edits).values()
        for one, other in pairwise(ordered)
    )


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return ``data`` with the edits of one file made. Raises ValueError where they overlap or lie outside."""
    ordered = sorted(dict.fromkeys(edits), key=lambda each: (each.start, each.end))
    if overlap(ordered):
        raise ValueError("edits overlap")
    if any(not 0 <= each.start <= each.end <= len(data) for each in ordered):
        raise ValueError("an edit lies outside of its file")
    for each in reversed(ordered):
        data = data[: each.start] + each.text.encode() + data[each.end :]
    return data


def moved(path: str, offset: int, edits: Iterable[Edit]) -> int:
    """Return where an offset of a file lies once edits are made; edits that begin at or after it do not move it."""
    before = (each for each in dict.fromkeys(edits) if each.path == path and each.end <= offset > each.start)
    return offset + sum(len(each.text.encode()) - (each.end - each.start) for each in before)
