"""Halves of surrogate pairs, which escapes in string literals can write and no encoding can."""

from __future__ import annotations


def joined(text: str) -> str:
    """Return ``text`` with each pair of surrogates as the one character that it stands for, a lone half as U+FFFD."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
