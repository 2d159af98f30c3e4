"""What all tests may ask for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from postgres import postgres
from tenantlint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.rules import Entry

__all__ = ["postgres"]

os.environ["TENANTLINT_CACHE_DIR"] = os.devnull
"""No test sees what another one has left in a cache; those of the cache name a folder of their own."""

FEW = frozenset(
    ("IDX001", "IDX002", "IDX003", "NAM001", "NAM002", "REL001", "REL002", "REL003", "REL004", "TEN001", "TEN002")
)


@pytest.fixture
def rule_book() -> Iterator[dict[str, Entry]]:
    """The list of rules, to change at will: it is as it was, and in order, after the test."""
    kept = dict(RULES)
    yield RULES
    RULES.clear()
    RULES.update(kept)


@pytest.fixture
def few_rules(rule_book: dict[str, Entry]) -> None:
    """Leave only a few rules, so that tests of how rules are selected and shown do not change with the rule book."""
    for code in set(rule_book) - FEW:
        del rule_book[code]
