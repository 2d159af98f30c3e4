"""The names that PostgreSQL makes up for constraints and indexes, and where it cuts names off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES: Final = 63


def clip(name: str, limit: int = MAX_BYTES) -> str:
    """Return ``name`` cut off after ``limit`` bytes of UTF-8, at a character."""
    if len(name) <= limit // 4:
        return name
    return name.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore")


def made_name(table: str, columns: Iterable[str], label: str) -> str:
    """Return the name that PostgreSQL gives a constraint or index: ``users_email_key``.

    The longer of the table's and the columns' part is cut until all fits (``makeObjectName`` in PostgreSQL).
    """
    joined = clip("_".join(columns), MAX_BYTES)
    room = MAX_BYTES - len(label) - 1 - (1 if joined else 0)
    first, second = len(table.encode("utf-8")), len(joined.encode("utf-8"))
    while first + second > room:
        if first > second:
            first -= 1
        else:
            second -= 1
    return "_".join(part for part in (clip(table, first), clip(joined, second), label) if part)
