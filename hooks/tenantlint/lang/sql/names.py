"""Identifiers as PostgreSQL reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenantlint.lang.made_names import clip
from tenantlint.lang.sql.nodes import leaves, text
from tenantlint.lang.surrogates import joined

if TYPE_CHECKING:
    from tree_sitter import Node


def identifier(written: str) -> str:
    """Return the name that ``written`` stands for: unquoted, or folded to lower case; cut off after 63 bytes."""
    if written[:1] == '"':
        return clip(written[1:-1].replace('""', '"'))
    if written[:3] in ('U&"', 'u&"'):
        return clip(_unescape(written[3:-1].replace('""', '"')))
    return clip(fold(written))


def fold(written: str) -> str:
    """Return ``written`` with ASCII letters in lower case, as PostgreSQL folds names in a UTF-8 database."""
    return written.lower() if written.isascii() else written.encode("utf-8").lower().decode("utf-8")


def name_of(node: Node) -> str:
    """Return the name that a node with a single identifier stands for."""
    while node.child_count == 1:
        node = node.children[0]
    return identifier(text(next(leaves(node), node)))


def parts_of(node: Node) -> list[str]:
    """Return the identifiers of a dotted name, in order."""
    return [identifier(text(each)) for each in leaves(node) if each.type != "."]


def _unescape(written: str) -> str:
    r"""Return the text of a ``U&"…"`` identifier: ``\XXXX`` and ``\+XXXXXX`` are code points."""
    import re

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code < 0x110000 else "\ufffd"

    unescaped = re.sub(r"\\(?:\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4}))", character, written)
    return joined(unescaped).replace("\\\\", "\\")
