"""Every fact that tenantlint reads in the fixtures equals what SQLAlchemy says when they are imported."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.oracle.compare import compare
from tests.oracle.sqlmodel import project

FIXTURES = Path(__file__).parents[3] / "fixtures" / "sqlmodel"
CASES = {
    "annotated": 157,
    "bases": 308,
    "basics": 32,
    "branches": 40,
    "core_tables": 64,
    "cycles": 31,
    "dialect_types": 34,
    "enums": 95,
    "fields": 302,
    "future": 59,
    "helpers": 77,
    "indexes": 72,
    "joined": 74,
    "joins": 167,
    "metadata_schema": 96,
    "namespace": 33,
    "naming": 123,
    "packages": 87,
    "python_types": 234,
    "relationships": 152,
    "sa_types": 364,
    "src_layout": 34,
    "table_args": 236,
    "tablenames": 180,
}


@pytest.fixture(scope="module")
def truths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, project.Document]:
    return project.truths(tmp_path_factory.mktemp("truth"), [str(FIXTURES / case) for case in CASES])


@pytest.mark.parametrize("case", CASES)
def test_what_is_read_equals_what_runs(case: str, truths: dict[str, project.Document]) -> None:
    document = project.read(FIXTURES / case)
    report = compare(document, truths[case])
    assert report.differences == []
    assert document["unresolved"] == []
    assert (report.equal, report.total) == (CASES[case], CASES[case])


def test_every_fixture_is_compared() -> None:
    assert sorted(path.name for path in FIXTURES.iterdir()) == sorted(CASES)
