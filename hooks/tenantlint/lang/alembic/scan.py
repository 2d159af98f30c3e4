"""A cheap test for Alembic revisions, so that no parser is imported for other Python files."""

from __future__ import annotations

import re
from typing import Final

_REVISION: Final = rb"^revision\s*[:=]"
_PARENT: Final = rb"^down_revision\s*[:=]"


def is_candidate(data: bytes) -> bool:
    """Return whether a Python file may be a revision: it assigns both ids at the top level."""
    if b"down_revision" not in data:
        return False
    return all(re.search(pattern, data, re.MULTILINE) is not None for pattern in (_PARENT, _REVISION))
