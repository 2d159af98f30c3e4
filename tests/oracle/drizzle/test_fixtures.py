"""Every fact that tenantlint reads in the fixtures equals what drizzle-orm says when they are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.oracle.compare import compare
from tests.oracle.drizzle import harness

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "basics": (None, 128),
    "casing-camel": ("camelCase", 24),
    "casing-snake": ("snake_case", 65),
    "columns-mysql": (None, 244),
    "columns-pg": (None, 379),
    "columns-sqlite": (None, 107),
    "columns-v1": (None, 156),
    "commonjs": (None, 30),
    "creators": (None, 48),
    "detached": (None, 61),
    "javascript": (None, 293),
    "monorepo": (None, 40),
    "policies": (None, 104),
    "relations-old": (None, 103),
    "relations-v1": (None, 91),
    "sharing": (None, 151),
}


def attached_only(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is declared where no table sees it: it does not exist at run time."""
    for table in document["tables"]:
        for kind in ("indexes", "unique_constraints"):
            table[kind] = [member for member in table[kind] if member["attached"]]
    return document


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_is_read_equals_what_runs(case: str, tmp_path: Path) -> None:
    casing, total = CASES[case]
    root = harness.stage(harness.FIXTURES / case, tmp_path / "case")
    report = compare(attached_only(harness.read(root)), harness.truth(root, harness.modules_of(root), casing))
    assert report.differences == []
    assert (report.equal, report.total) == (total, total)


def test_every_fixture_is_compared() -> None:
    assert sorted(path.name for path in harness.FIXTURES.iterdir()) == sorted(CASES)
