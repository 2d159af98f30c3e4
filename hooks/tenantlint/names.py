"""Identifier styles, and English plurals as far as table names need them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD_BREAKS: Final = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\x00-/:-@\[-^`{-\x7f]+"
"""Camel case, and ASCII that is no letter, digit or underscore. (The same as a negated set compiles in 1.7 ms.)"""

IRREGULAR: Final = {
    "alias": "aliases",
    "analysis": "analyses",
    "basis": "bases",
    "child": "children",
    "criterion": "criteria",
    "crisis": "crises",
    "curriculum": "curricula",
    "datum": "data",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "hero": "heroes",
    "hypothesis": "hypotheses",
    "index": "indices",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "man": "men",
    "matrix": "matrices",
    "medium": "media",
    "mouse": "mice",
    "person": "people",
    "phenomenon": "phenomena",
    "quiz": "quizzes",
    "shelf": "shelves",
    "thesis": "theses",
    "tooth": "teeth",
    "vertex": "vertices",
    "wife": "wives",
    "woman": "women",
}
_SIBILANTS: Final = ("s", "x", "z", "ch", "sh")

_SINGULAR_ENDINGS: Final = ("ss", "us", "sis", "xis")
_UNCOUNTABLE: Final = frozenset(
    "aircraft allowlist analytics audio backlog billing blacklist blocklist cache content data denylist equipment "
    "evidence feedback history inbox information inventory knowledge lineage mail maintenance media metadata money "
    "music news outbox pricing provenance quarantine queue series software staff stock storage telemetry traffic usage "
    "waitlist whitelist".split()
)
"""Words that name many things as they are: those without a plural, and those for a collection."""

_PREPOSITIONS: Final = frozenset({"by", "for", "in", "of", "on", "to", "with"})
_PLURALS_IN_US: Final = frozenset("cpus emus gpus gurus menus skus tpus".split())
_SINGULARS_IN_S: Final = frozenset("atlas bias canvas gas lens iris tennis".split())


def is_snake_case(name: str) -> bool:
    """Tell whether ``name`` has only lower-case letters, digits and underscores."""
    return name.replace("_", "a").isalnum() and name == name.lower()


def is_camel_case(name: str) -> bool:
    """Tell whether ``name`` is lower camel case; underscores around it, which mean something else, do not count."""
    core = name.strip("_")
    return core.isalnum() and not core[0].isupper()


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """Return ``name`` in lower snake case: ``createdAt`` and ``created-at`` give ``created_at``."""
    return re.sub(_WORD_BREAKS, "_", name).lower()


def camel_case(name: str) -> str:
    """Return ``name`` in lower camel case: ``created_at`` gives ``createdAt``. Underscores around it stay."""
    core = snake_case(name).strip("_")
    if not core:
        return name
    first, *rest = (word for word in core.split("_") if word)
    lead = name[: len(name) - len(name.lstrip("_"))]
    return lead + first + "".join(word.capitalize() for word in rest) + name[len(name.rstrip("_")) :]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an s in the plural: ``1 file``, ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def plurals(noun: str) -> tuple[str, ...]:
    """Return the plurals that a table of ``noun`` may be named with; only the last word of ``noun`` changes."""
    head, separator, last = noun.rpartition("_")
    return tuple(head + separator + form for form in _plurals(last))


def is_plural(name: str) -> bool:
    """Tell whether ``name`` (snake case) is a plural, or may be: it has none, or is no English word.

    That is so of its last word, or of the one before a preposition: ``users_on_team`` is a plural. Digits at the end
    do not count: ``users_2`` is one too.
    """
    first, *words = name.rstrip("0123456789_").split("_")
    heads = [before for before, word in zip([first, *words], words, strict=False) if word in _PREPOSITIONS]
    return any(_is_plural(word) for word in (*heads, words[-1] if words else first))


def _is_plural(word: str) -> bool:
    if not (word.isascii() and word.isalpha()) or word in _UNCOUNTABLE or word in _PLURALS_IN_US:
        return True
    if word in IRREGULAR or word in _SINGULARS_IN_S or word.endswith(_SINGULAR_ENDINGS):
        return False
    return word.endswith("s") or word in IRREGULAR.values()


def _plurals(noun: str) -> tuple[str, ...]:
    regular = f"{noun}s"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        regular = f"{noun[:-1]}ies"
    elif noun.endswith(_SIBILANTS):
        regular = f"{noun}es"
    irregular = IRREGULAR.get(noun)
    return (regular,) if irregular is None else (irregular, regular)
