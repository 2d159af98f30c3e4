"""A cheap test for Alembic revisions, so that no parser is imported for other Python files."""

from __future__ import annotations

import re
from typing import Final

_LINE: Final = rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])"
_REVISION: Final = _LINE + rb"revision\s*[:=]"
_PARENT: Final = _LINE + rb"down_revision\s*[:=]"


def is_candidate(data: bytes) -> bool:
    """Return whether a Python file may be a revision: it assigns both ids at the top level."""
    if b"down_revision" not in data:
        return False
    return all(re.search(pattern, data) is not None for pattern in (_PARENT, _REVISION))
