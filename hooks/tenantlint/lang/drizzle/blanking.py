"""Replaces what the grammar misreads by text of the same length, so that every offset in the file stays as it is.

It takes ``sql<T>`...``` for comparisons, and does not know the type ``import("./x").T``.
"""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = rb"\bsql\s*(<)"
_IMPORT_TYPE: Final = rb"(?<=[:<|&,=(])(\s*(?:typeof\s+)?)(import\(\s*(?:'[^']*'|\"[^\"]*\")\s*\))(?=\s*[.>|&,;)\[])"
_MAX_LENGTH: Final = 5_000


def without_tag_types(data: bytes) -> bytes:
    """Return ``data`` with the type arguments of ``sql`` tags blanked."""
    pieces: list[bytes] = []
    done = 0
    for match in re.finditer(_TAG, data):
        start = match.start(1)
        end = _closing(data, start)
        if start >= done and end is not None and data[end:].lstrip()[:1] == b"`":
            pieces += (data[done:start], re.sub(rb"[^\r\n]", b" ", data[start:end]))
            done = end
    return b"".join((*pieces, data[done:]))


def without_import_types(data: bytes) -> bytes:
    """Return ``data`` with ``import("./x")`` replaced by a name wherever it may stand for a type."""
    return re.sub(_IMPORT_TYPE, lambda match: match[1] + b"i" + b"_" * (len(match[2]) - 1), data)


def _closing(data: bytes, start: int) -> int | None:
    """Return the offset behind the ``>`` that closes the ``<`` at ``start``, None where it is not near."""
    depth = 0
    for offset in range(start, min(len(data), start + _MAX_LENGTH)):
        char = data[offset]
        if char == ord("<"):
            depth += 1
        elif char == ord(">") and data[offset - 1] != ord("="):
            depth -= 1
            if depth == 0:
                return offset + 1
    return None
