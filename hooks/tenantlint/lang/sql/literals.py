"""The values of string constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sql.nodes import leaves, text
from tenantlint.lang.surrogates import joined
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.schema import Maybe

_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PLAIN: Final = r"'(?:[^']|'')*+'"
_ESCAPED: Final = r"(?s)[eE]'(?:[^'\\]|\\.|'')*+'"
_ESCAPE: Final = r"(?s)\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))"


def string_of(node: Node | None) -> Maybe[str]:
    """Return the value of an ``Sconst`` node."""
    if node is None:
        return UNKNOWN
    return string_value("".join(text(each) for each in leaves(node)))


def string_value(written: str) -> Maybe[str]:
    """Return the value of a string constant in any of its spellings: quoted, ``E'…'``, dollar-quoted."""
    written = written.strip()
    if written[:1] == "$":
        tag = written[: written.index("$", 1) + 1] if "$" in written[1:] else ""
        return written[len(tag) : len(written) - len(tag)] if tag else UNKNOWN
    if re.fullmatch(_PLAIN, written):
        return written[1:-1].replace("''", "'")
    if re.fullmatch(_ESCAPED, written):
        return _unescape(written[2:-1].replace("''", "'"))
    return UNKNOWN


def string_values(written: str) -> list[str]:
    """Return the values of the plain string constants in an expression, in order."""
    return [each[1:-1].replace("''", "'") for each in re.findall(_PLAIN, written)]


def _unescape(written: str) -> Maybe[str]:
    def character(match: re.Match[str]) -> str:
        octal, *hexes, plain = match.groups()
        code = next((int(digits, 16) for digits in hexes if digits), int(octal, 8) & 0xFF if octal else None)
        if code is None:
            return _ESCAPES.get(plain, plain)
        return chr(code) if code < 0x110000 else "\ufffd"

    return joined(re.sub(_ESCAPE, character, written))
