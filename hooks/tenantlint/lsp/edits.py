"""Patches as workspace edits of the protocol."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from lsprotocol import types

from tenantlint.source import BOM, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tenantlint.lsp.documents import Places
    from tenantlint.lsp.positions import Positions

Change = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


def workspace_edit(contents: Mapping[str, bytes], places: Places) -> types.WorkspaceEdit:
    """Return the edit that gives files their new contents, with the versions of those that are open.

    Only the lines that change are replaced. A file that is not there yet is made; one that is stays as it is.
    """
    changes: list[Change] = []
    for path, data in sorted(contents.items()):
        uri = places.opened.uri(path)
        if path in places.project:
            edits = list(_differences(places.project.source(path), data.removeprefix(BOM), places.of(path)))
        else:
            changes.append(types.CreateFile(uri=uri, options=types.CreateFileOptions(ignore_if_exists=False)))
            start = types.Position(0, 0)
            edits = [types.TextEdit(types.Range(start, start), data.decode("utf-8"))]
        if edits:
            document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=places.opened.version(path))
            changes.append(types.TextDocumentEdit(text_document=document, edits=list(edits)))
    return types.WorkspaceEdit(document_changes=changes)


def as_changes(edit: types.WorkspaceEdit) -> types.WorkspaceEdit:
    """Return an edit without versions, for clients that know no others; they make a file when they write to it."""
    changes = {
        each.text_document.uri: [text for text in each.edits if isinstance(text, types.TextEdit)]
        for each in edit.document_changes or ()
        if isinstance(each, types.TextDocumentEdit)
    }
    return types.WorkspaceEdit(changes=changes)


def _differences(source: Source, after: bytes, positions: Positions) -> Iterable[types.TextEdit]:
    """Yield the edits that turn a file into ``after``: whole lines, each cut down to what really changes in it."""
    new = Source(source.path, after)
    old_lines, new_lines = _lines(source), _lines(new)
    for tag, first, last, new_first, new_last in SequenceMatcher(None, old_lines, new_lines, False).get_opcodes():
        if tag == "equal":
            continue
        start = sum(map(len, old_lines[:first]))
        before, text = b"".join(old_lines[first:last]), b"".join(new_lines[new_first:new_last])
        head = _common(before, text)
        tail = _common(before[head:][::-1], text[head:][::-1])
        head, tail = _at_characters(before, head, tail)
        yield types.TextEdit(
            positions.range(start + head, start + len(before) - tail), text[head : len(text) - tail].decode("utf-8")
        )


def _lines(source: Source) -> list[bytes]:
    ends = [*source.line_starts[1:], len(source.data)]
    return [source.data[start:end] for start, end in zip(source.line_starts, ends, strict=True)]


def _common(one: bytes, other: bytes) -> int:
    length = min(len(one), len(other))
    return next((index for index in range(length) if one[index] != other[index]), length)


def _at_characters(data: bytes, head: int, tail: int) -> tuple[int, int]:
    """Return the lengths of what stays before and behind, shortened so that no character or line end is cut apart."""
    while head and (_continues(data, head) or data[head - 1 : head + 1] == b"\r\n"):
        head -= 1
    while tail and (_continues(data, len(data) - tail) or data[len(data) - tail - 1 : len(data) - tail + 1] == b"\r\n"):
        tail -= 1
    return head, tail


def _continues(data: bytes, offset: int) -> bool:
    return offset < len(data) and data[offset] & 0xC0 == 0x80
