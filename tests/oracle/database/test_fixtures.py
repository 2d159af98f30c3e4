"""What is read of the migrations in the fixtures equals the catalog of a PostgreSQL server that has run them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.oracle.database import replayed

from tenantlint.discover import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

    from tenantlint.migration import History, Revision

FIXTURES = Path(__file__).parents[3] / "fixtures" / "migrations"
CASES = {
    "drizzle_kit": 100,
    "drizzle_kit_1": 49,
    "flyway": 20,
    "pairs": 20,
    "prisma": 35,
    "sections": 36,
    "supabase": 167,
}


def history_of(case: str) -> History:
    root = str(FIXTURES / case)
    (history,) = replayed.read(root, walk(root).files).histories
    return history


def texts(case: str, revisions: tuple[Revision, ...]) -> Iterator[tuple[str, str]]:
    """Yield what each migration runs; of a file with sections only the first."""
    for revision in revisions:
        text = (FIXTURES / case / revision.path).read_text()
        yield revision.path, text.split("-- migrate:down")[0]


def test_every_fixture_is_a_case() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == set(CASES)


@pytest.mark.parametrize(("case", "total"), CASES.items())
def test_the_catalog(case: str, total: int, postgres: Server) -> None:
    history = history_of(case)
    with postgres.database() as connection:
        for role in replayed.ROLES:
            postgres.role(role)
        connection.execute(replayed.SUPABASE)
        replayed.apply(postgres, connection, texts(case, history.revisions))
        report = replayed.compare_history(connection, history, replayed.OF_SUPABASE)
    assert report.differences == []
    assert (report.equal, report.total) == (total, total)
