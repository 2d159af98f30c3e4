"""What is read of the fixtures equals what Alembic does to a PostgreSQL server when it runs them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from oracle.alembic.capture import lines, recording
from oracle.alembic.catalog import of_database, of_tables
from oracle.alembic.environment import FIXTURES, Environment
from tenantlint.discover import walk
from tenantlint.lang.alembic.link import histories
from tenantlint.lang.alembic.scan import is_candidate
from tenantlint.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from postgres import Server
    from tenantlint.migration import History

NAMES = sorted(path.name for path in FIXTURES.iterdir())

DOUBTFUL = {"basics": "papers"}
"""The tables that lose a column and have an index over an expression, which may be over that column."""


def read(root: Path) -> History:
    project = Project(str(root), walk(str(root)).files)
    paths = [path for path in sorted(project.files) if path.endswith(".py") and is_candidate(project.read(path))]
    linked = histories(project, paths)
    assert linked.problems == ()
    assert linked.unresolved == ()
    (history,) = linked.histories
    return history


def test_there_are_fixtures() -> None:
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", NAMES)
def test_catalog(name: str, tmp_path: Path, postgres: Server) -> None:
    root = shutil.copytree(FIXTURES / name, tmp_path / name)
    with postgres.database() as connection:
        Environment(root, connection).upgrade()
        truth = of_database(connection)
    history = read(root)
    assert history.path == "alembic/versions"
    assert (history.problems, history.unread) == ((), ())
    found = of_tables(history.tables)
    doubts = {fact for fact in found if fact[0] == "incomplete"}
    assert doubts == {("incomplete", DOUBTFUL[name], "indexes")} if name in DOUBTFUL else doubts == set()
    hidden = {fact for fact in truth - found if name in DOUBTFUL and fact[:2] == ("index", DOUBTFUL[name])}
    assert sorted(found - doubts, key=repr) == sorted(truth - hidden, key=repr)


@pytest.mark.parametrize("name", NAMES)
def test_operations(name: str, tmp_path: Path, postgres: Server) -> None:
    root = shutil.copytree(FIXTURES / name, tmp_path / name)
    with postgres.database() as connection:
        environment = Environment(root, connection)
        with recording() as up:
            environment.upgrade()
        with recording() as down:
            environment.downgrade()
        assert of_database(connection) == set()
    revisions = {revision.id: revision for revision in read(root).revisions}
    order = environment.applied
    assert len(order) == 2 * len(revisions)
    upgrades = [revisions[name] for name in order[: len(revisions)]]
    downgrades = [revisions[name] for name in order[len(revisions) :]]
    assert [line for revision in upgrades for line in lines(revision.upgrade)] == up.lines
    assert [line for revision in downgrades for line in lines(revision.downgrade.operations)] == down.lines


def test_order() -> None:
    """Parents and dependencies come first."""
    assert [revision.id for revision in read(FIXTURES / "branches").revisions] == [
        "root",
        "left",
        "right",
        "merge",
        "side",
    ]
