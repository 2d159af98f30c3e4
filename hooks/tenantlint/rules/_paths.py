"""What the path of a file says about the tables that it declares."""

from __future__ import annotations

from typing import Final

_FOLDERS: Final = frozenset({"test", "tests", "__tests__", "e2e", "spec", "fixtures", "examples", "docs", "docs_src"})


def is_test(path: str) -> bool:
    """Return whether a file belongs to tests or examples, which may declare a table again, or in part."""
    *folders, name = path.split("/")
    words = name.split(".")
    return not _FOLDERS.isdisjoint(folders) or "test" in words or "spec" in words or name.startswith("test_")
