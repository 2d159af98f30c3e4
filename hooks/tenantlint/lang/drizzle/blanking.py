"""Replaces what the grammar misreads by text of the same length, so that every offset in the file stays as it is.

It takes ``sql<T>`...``` for a comparison, and does not know the type ``import("./x").T``.
"""

from __future__ import annotations

import re
from typing import Final

_SQL: Final = rb"\bsql\s*(<)"
_TAG: Final = rb"[\w$](<)"
_IMPORT_TYPE: Final = rb"(?<=[:<|&,=(])(\s*(?:typeof\s+)?)(import\(\s*(?:'[^']*'|\"[^\"]*\")\s*\))(?=\s*[.>|&,;)\[])"
_MAX_LENGTH: Final = 2_000


def without_sql_types(data: bytes) -> bytes:
    """Return ``data`` with the type arguments of ``sql`` tags blanked."""
    return _without_tag_types(data, _SQL)


def without_unknown_types(data: bytes) -> bytes:
    """Return ``data`` with the type arguments of all tags and NUL bytes blanked, and names for ``import()`` types."""
    data = data.replace(b"\0", b" ")
    if b">`" in data:
        data = _without_tag_types(data, _TAG)
    return re.sub(_IMPORT_TYPE, lambda match: match[1] + b"i" + b"_" * (len(match[2]) - 1), data)


def _without_tag_types(data: bytes, tag: bytes) -> bytes:
    pieces: list[bytes] = []
    done = 0
    for match in re.finditer(tag, data):
        start = match.start(1)
        end = _closing(data, start)
        if start >= done and end is not None and data[end : end + 1] == b"`":
            pieces += (data[done:start], re.sub(rb"[^\r\n]", b" ", data[start:end]))
            done = end
    return b"".join((*pieces, data[done:]))


def _closing(data: bytes, start: int) -> int | None:
    """Return the offset behind the ``>`` that closes the ``<`` at ``start``, None where it is not near."""
    depth = 0
    for match in re.compile(rb"<|=>|>|;\s*\n\s*\n").finditer(data, start, start + _MAX_LENGTH):
        if match[0] == b"<":
            depth += 1
        elif match[0] == b">":
            depth -= 1
            if depth == 0:
                return match.end()
        elif match[0] != b"=>":
            return None
    return None
