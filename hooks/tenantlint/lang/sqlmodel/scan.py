"""A cheap test for files that may declare SQLModel tables, so that no parser is imported for the others."""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile(rb"SQLModel|\btable\s*=\s*True\b|['\"]table['\"]\s*:\s*True\b")


def is_candidate(data: bytes) -> bool:
    """Return whether a Python file may declare a table or change how tables are declared."""
    return _MARK.search(data) is not None
