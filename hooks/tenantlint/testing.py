"""Which files are tests, by their names: tables that they declare hold nobody's rows."""

from __future__ import annotations

from typing import Final

FOLDERS: Final = frozenset(
    {
        "__fixtures__", "__mocks__", "__tests__", "e2e", "fixtures", "mock", "mocks", "spec", "specs", "test",
        "testing", "tests",
    }
)  # fmt: skip
"""Folders of tests and what they need, in lower case."""

_EXAMPLES: Final = frozenset({"examples", "docs", "docs_src"})
_PREFIXES: Final = ("test_", "conftest.")
_MARKS: Final = (".test.", ".spec.", "_test.")


def is_test(path: str) -> bool:
    """Return whether a file (its path with forward slashes) is a test, or stands among tests."""
    *folders, name = path.lower().split("/")
    return not FOLDERS.isdisjoint(folders) or name.startswith(_PREFIXES) or any(mark in name for mark in _MARKS)


def is_aside(path: str) -> bool:
    """Return whether a file belongs to tests or examples, which may declare a table again, or in part."""
    return is_test(path) or not _EXAMPLES.isdisjoint(path.split("/")[:-1])
