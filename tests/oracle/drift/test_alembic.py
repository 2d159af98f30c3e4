"""SQLModel and Alembic: what drift tells is what the catalogs of two real databases and Alembic itself tell.

One database is made by ``metadata.create_all``, the other by the revision. Alembic's ``compare_metadata`` compares the
models with the second one; what it does not look at is told by ``_is_unseen``.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlmodel import SQLModel
from tests.oracle.drift import truth, write
from tests.oracle.drift.spec import change, random_spec

from drift.support import found
from tenantlint.drift.compare import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

    from tenantlint.drift.model import Difference

CHANGES = [0, 1, 1, 1, 2, 4]
CASES = range(60)


@pytest.mark.parametrize("seed", CASES)
def test_drift_is_what_differs(postgres: Server, seed: int):
    random = Random(seed)
    before = random_spec(random)
    after = before
    for _ in range(CHANGES[seed % len(CHANGES)]):
        after = change(random, after)
    files = {"app/models.py": write.models(before), "alembic/versions/0001_first.py": write.revision(after)}
    with postgres.database() as one, postgres.database() as other:
        metadata = _metadata(files["app/models.py"])
        with _engine(postgres, one).begin() as connection:
            metadata.create_all(connection)
        alembic = _upgraded(_engine(postgres, other), files["alembic/versions/0001_first.py"], metadata)
        expected = truth.differences(one, other)
    (drift,) = found(files).drifts
    assert drift.doubts == ()
    assert {(each.kind, each.subject) for each in drift.differences} == expected
    assert alembic <= expected
    seen = {(each.kind, each.subject) for each in drift.differences if not _is_unseen(each)}
    assert {each for each in expected - alembic if each in seen} == set()


def _is_unseen(difference: Difference) -> bool:
    """Return whether Alembic does not look: at primary keys, SERIAL, conditions of indexes, and lengths of one side."""
    values = {str(each.value) for each in difference.statements}
    if difference.kind == "type":
        return "varchar" in values and all(value.startswith("varchar") for value in values)
    if difference.kind == "index":
        return MISSING not in values
    return difference.kind == "primary-key" or (difference.kind == "default" and difference.subject.endswith(".id"))


def _engine(postgres: Server, connection: Any) -> sa.Engine:
    return sa.create_engine(postgres.url(connection.info.dbname), poolclass=sa.pool.NullPool)


def _metadata(text: str) -> sa.MetaData:
    SQLModel.metadata.clear()
    SQLModel._sa_registry.dispose()
    exec(text, {"__name__": "models"})
    return SQLModel.metadata


def _upgraded(engine: sa.Engine, text: str, metadata: sa.MetaData) -> set[tuple[str, str]]:
    """Run the revision, and return what Alembic says differs then from the models."""
    revision: dict[str, Any] = {}
    exec(text, revision)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            revision["upgrade"]()
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        told = compare_metadata(context, metadata)
    return _without_dependents({each for item in told for each in _said(item)})


def _said(item: Any) -> Iterator[tuple[str, str]]:
    """Yield what one of Alembic's differences is about."""
    for each in item if isinstance(item, list) else [item]:
        name = each[0]
        if name in ("add_table", "remove_table"):
            yield "table", each[1].name
        elif name in ("add_column", "remove_column"):
            yield "column", f"{each[2]}.{each[3].name}"
        elif name.startswith("modify_"):
            yield name.removeprefix("modify_"), f"{each[2]}.{each[3]}"
        else:
            yield _member(each[1])


def _member(item: Any) -> tuple[str, str]:
    table, columns = item.table.name, [column.name for column in item.columns]
    if isinstance(item, sa.ForeignKeyConstraint):
        return "foreign-key", f"{table} ({', '.join(columns)})"
    partial = item.dialect_options["postgresql"].get("where") is not None if isinstance(item, sa.Index) else False
    if isinstance(item, sa.UniqueConstraint) or (item.unique and not partial):
        return "unique", f"{table} ({', '.join(sorted(columns))})"
    return "index", f"{table} ({', '.join(columns)})"


def _without_dependents(told: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return what is told, but for what is over columns and in tables that are missing."""
    tables = {subject for kind, subject in told if kind == "table"}
    columns = {subject for kind, subject in told if kind == "column"}
    return {
        (kind, subject)
        for kind, subject in told
        if kind in ("table", "column") or not (subject.partition(" ")[0] in tables or columns & set(_columns(subject)))
    }


def _columns(subject: str) -> list[str]:
    """Return the columns that an index or a constraint is over: ``table.column``."""
    table, _, listed = subject.partition(" (")
    return [f"{table}.{column}" for column in listed.removesuffix(")").split(", ")]
