"""What all tests may ask for."""

from __future__ import annotations

import pytest

from postgres import postgres
from tenantlint.rules import RULES

__all__ = ["postgres"]

FEW = frozenset(
    ("IDX001", "IDX002", "IDX003", "NAM001", "NAM002", "REL001", "REL002", "REL003", "REL004", "TEN001", "TEN002")
)


@pytest.fixture
def few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only a few rules, so that tests of how rules are selected and shown do not change with the rule book."""
    for code in set(RULES) - FEW:
        monkeypatch.delitem(RULES, code)
