"""How long a text becomes that one operation makes, so that a few characters of a program do not fill the memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint.lang.values import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_WIDE_PERCENT: Final = r"%(?:\([^()]*\))?[-+ #0-9.]*(?:\*|[0-9]{6})"
_WIDE_FORMAT: Final = r"\{[^{}]*:[^{}]*(?:\{|[0-9]{6})"


def formatted(text: str, value: object) -> str:
    """Return ``text % value``. Raises OverflowError where the text asks for a width that is computed or enormous."""
    if "%" in text and re.search(_WIDE_PERCENT, text):
        raise OverflowError
    return text % value


def check_format(text: str) -> None:
    """Raise OverflowError where ``str.format`` would pad to a width that is computed or enormous."""
    if ":" in text and re.search(_WIDE_FORMAT, text):
        raise OverflowError


def method(text: str, name: str) -> Callable[..., object]:
    """Return a method of ``text`` that raises OverflowError where what it makes is longer than MAX_TEXT."""

    def call(*args: Any) -> object:
        if name == "format":
            check_format(text)
        elif name in _LENGTHS and _LENGTHS[name](text, *args) > MAX_TEXT:
            raise OverflowError
        return getattr(text, name)(*args)

    return call


_LENGTHS: Final[dict[str, Callable[..., int]]] = {
    **dict.fromkeys(("ljust", "rjust", "center", "zfill"), lambda text, width, fill=" ": width),
    "expandtabs": lambda text, size=8: text.count("\t") * size,
    "replace": lambda text, old, new, count=-1: text.count(old) * len(new),
    "join": lambda text, items: sum(len(text) + len(item) for item in items),
}
