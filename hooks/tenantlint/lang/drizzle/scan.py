"""Which files are worth parsing: a byte scan, before any parser is imported."""

from __future__ import annotations

from typing import Final

EXTENSIONS: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_DECLARATIONS: Final = (".d.ts", ".d.mts", ".d.cts")
_LIBRARY: Final = (b"drizzle", b"g-core", b"l-core", b"e-core")
_DECLARES: Final = (
    b"g-core",
    b"l-core",
    b"e-core",
    b"elations",
    b"Policy",
    b"drizzle(",
    b"casing",
    b"drizzle-orm/neon",
    b"drizzle-orm/supabase",
)
"""Of what can declare a part of a schema: ``pg-core`` and its kind, ``relations``, ``defineRelations``, ..."""


def is_candidate(data: bytes) -> bool:
    """Tell whether a file may declare a part of a schema. Files that only query with Drizzle are not candidates."""
    return any(word in data for word in _LIBRARY) and any(word in data for word in _DECLARES)


def is_source(path: str) -> bool:
    """Tell whether a file holds code that runs: declaration files do not."""
    return not path.endswith(_DECLARATIONS)
