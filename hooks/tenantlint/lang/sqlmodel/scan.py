"""A cheap test for files that may declare SQLModel tables, so that no parser is imported for the others."""

from __future__ import annotations

import re
from typing import Final

_TABLE: Final = re.compile(
    rb"\btable\s*=\s*True\b|['\"]table['\"]\s*:\s*True\b|\bclass\s+\w+\s*(?:\[[^]]*\]\s*)?\([^)]*\btable\s*="
)
_LIBRARY: Final = re.compile(rb"sqlmodel|sqlalchemy|SQLModel")
_EFFECT: Final = re.compile(rb"naming_convention|\bIndex\(|\bTable\(|\bMetaData\(|\blistens?(?:_for)?\(")


def is_candidate(data: bytes) -> bool:
    """Return whether a Python file may declare a table, or change how others declare theirs, by itself.

    Base classes and functions that tables are made of are found by following the imports of the candidates.
    """
    if _TABLE.search(data) is not None:
        return True
    return _EFFECT.search(data) is not None and _LIBRARY.search(data) is not None
