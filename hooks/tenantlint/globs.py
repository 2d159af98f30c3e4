"""Path patterns as in a .gitignore file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SPECIAL = {"**/": "(?:[^/]+/)*", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_TOKEN = r"\*\*/|/\*\*$|\*\*|\*|\?|\[[!^]?[^]/]+\]"


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return a test of paths (relative, with forward slashes) against any of ``patterns``.

    A pattern without a slash matches a file or folder of that name at any depth; one with a slash is anchored at the
    root. ``*`` and ``?`` stay within one name and ``**`` crosses folders. What matches a folder matches all below it.
    """
    regexes = [_regex(pattern) for pattern in patterns]
    if not regexes:
        return lambda path: False
    match = re.compile("|".join(regexes)).match
    return lambda path: match(path) is not None


def _regex(pattern: str) -> str:
    body = pattern.removeprefix("./").rstrip("/")
    anchor = "" if "/" in body else "(?:.*/)?"
    body = body.lstrip("/")
    parts: list[str] = []
    end = 0
    for token in re.finditer(_TOKEN, body):
        parts.append(re.escape(body[end : token.start()]))
        parts.append(_SPECIAL.get(token[0]) or token[0].replace("[!", "[^"))
        end = token.end()
    parts.append(re.escape(body[end:]))
    return f"{anchor}{''.join(parts)}(?:/.*)?$"
