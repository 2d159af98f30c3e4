"""The values of JavaScript's literals."""

from __future__ import annotations

import re
from typing import Final

from tenantlint.lang.surrogates import joined

_ESCAPE: Final = (
    r"(?s)\\(?:u\{(?P<point>[0-9a-fA-F]+)\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<char>.))"
)
_CHARACTERS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_MAX_CODE_POINT: Final = 0x10FFFF


def unescape(text: str) -> str:
    """Return what a string or template literal holds, given the text between its quotes."""
    return joined(re.sub(_ESCAPE, _character, text)) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    if match["line"] is not None:
        return ""
    digits = match["point"] or match["unit"] or match["byte"]
    if digits is not None:
        point = int(digits, 16)
        return chr(point) if point <= _MAX_CODE_POINT else match[0]
    return _CHARACTERS.get(match["char"], match["char"])


def number(text: str) -> int | float | None:
    """Return the value of a numeric literal, None where it is none. Big integers give plain ones."""
    digits = text.replace("_", "").removesuffix("n").lower()
    try:
        if digits[:2] in ("0x", "0o", "0b"):
            return int(digits, 0)
        value = float(digits)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
