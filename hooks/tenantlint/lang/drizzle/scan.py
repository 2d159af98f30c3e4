"""Which files are worth parsing: a byte scan, before any parser is imported."""

from __future__ import annotations

import re
from typing import Final

EXTENSIONS: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_DECLARATIONS: Final = (".d.ts", ".d.mts", ".d.cts")

_DECLARES: Final = re.compile(
    rb"(?:pg|mysql|sqlite)-core|\brelations\b|[dD]efineRelations|Policy\b|\bdrizzle\s*\(|\bcasing\b|drizzle-orm/(?:neon|supabase)"
)


def is_candidate(data: bytes) -> bool:
    """Tell whether a file may declare a part of a schema. Files that only query with Drizzle are not candidates."""
    if b"drizzle" not in data and b"-core" not in data:
        return False
    return _DECLARES.search(data) is not None


def is_source(path: str) -> bool:
    """Tell whether a file holds code that runs: declaration files do not."""
    return not path.endswith(_DECLARATIONS)
