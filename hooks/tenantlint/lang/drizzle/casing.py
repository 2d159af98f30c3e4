"""How ``casing`` makes column names out of keys, as drizzle-orm's own ``toSnakeCase`` and ``toCamelCase`` do."""

from __future__ import annotations

import re
from typing import Final

from tenantlint.schema import UNKNOWN, Maybe

SNAKE: Final = "snake_case"
CAMEL: Final = "camelCase"

_WORD: Final = r"[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+"
_APOSTROPHES: Final = "['\u2019]"


def convert(key: str, casing: Maybe[str | None]) -> Maybe[str]:
    """Return the database name of a column that is named after its key.

    The versions of drizzle-orm differ on letters outside ASCII, so that such a name is UNKNOWN.
    """
    if casing is None:
        return key
    if casing not in (SNAKE, CAMEL) or not key.isascii():
        return UNKNOWN
    words = re.findall(_WORD, re.sub(_APOSTROPHES, "", key))
    if casing == SNAKE:
        return "_".join(word.lower() for word in words)
    return "".join(word.lower() if not index else word[0].upper() + word[1:] for index, word in enumerate(words))
