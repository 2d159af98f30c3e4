"""What a finding is known by from run to run, though lines move and other tables come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH: Final = 32
_OTHERS: Final = (" (and ", " more table")


def stable_message(message: str) -> str:
    """Return the message on one line, without the number of other tables that have the same defect."""
    before, opening, rest = message.partition(_OTHERS[0])
    number, closing, after = rest.partition(_OTHERS[1])
    if opening and closing and number.isdecimal():
        message = before + after[after.index(")") + 1 :]
    return " ".join(message.split())


def fingerprints(findings: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return a hexadecimal string for each (path, code, message), in order; no two are the same.

    It stays while the path, the rule and the message do. Of findings that are equal in all three each has its own.
    """
    from hashlib import sha256

    seen: dict[str, int] = {}
    found = []
    for path, code, message in findings:
        text = "\0".join((path, code, stable_message(message)))
        seen[text] = seen.get(text, 0) + 1
        data = f"{text}\0{seen[text]}".encode(errors="backslashreplace")
        found.append(sha256(data).hexdigest()[:_LENGTH])
    return found
