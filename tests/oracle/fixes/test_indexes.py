"""Indexes that fixes drop and rename, in databases that have rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.command import fix, newest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

MODELS = """
from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Note(SQLModel, table=True):
    __tablename__ = "notes"
    __table_args__ = (
        Index("by_pair", "a", "b"),
        Index("by_both", "a", "b", unique=True),
        UniqueConstraint("a", "b", name="notes_key"),
    )

    id: int | None = Field(default=None, primary_key=True, index=True)
    a: int = Field(index=True)
    b: int = Field(index=True)
    c: int
"""
NAMED = (
    MODELS.replace('        Index("by_pair", "a", "b"),\n', "")
    .replace("primary_key=True, index=True", "primary_key=True")
    .replace("b: int = Field(index=True)", "b: int")
)
SCHEMA = """
import { index, integer, pgTable, unique, uniqueIndex } from "drizzle-orm/pg-core";

export const notes = pgTable(
  "notes",
  { id: integer("id").primaryKey(), a: integer("a").notNull(), b: integer("b").notNull() },
  (t) => [
    index("by_id").on(t.id),
    index().on(t.a),
    index("by_b").on(t.b),
    index("by_pair").on(t.a, t.b),
    uniqueIndex("by_both").on(t.a, t.b),
    unique("notes_key").on(t.a, t.b),
  ],
);
"""
ROWS = "INSERT INTO notes (id, a, b{}) VALUES (1, 1, 1{}), (2, 1, 2{})"
INDEXES = "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'notes' ORDER BY 1"


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def indexes(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute(INDEXES.encode()).fetchall()]


def count(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM notes").fetchone()
    assert row is not None
    return int(row[0])


def python(root: Path, connection: psycopg.Connection, models: str = MODELS) -> AlembicProject:
    project = AlembicProject(root, connection, models)
    project.run("revision first", "upgrade head")
    connection.execute(ROWS.format(", c", ", 1", ", 1").encode())
    return project


@pytest.fixture(params=[0, 1], ids=["journal", "chain"])
def script(tmp_path: Path, connection: psycopg.Connection, request: pytest.FixtureRequest) -> KitProject:
    major: Major = request.param
    project = KitProject(tmp_path, major, SCHEMA)
    project.begin()
    project.migrate(connection)
    connection.execute(ROWS.format("", "", "").encode())
    return project


def test_alembic_drops_what_is_redundant(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = python(tmp_path, connection)
    first = project.catalog(connection)
    fix(tmp_path, "IDX004")
    assert newest(tmp_path) == DROPPED.lstrip()
    project.run("upgrade head", "check")
    assert indexes(connection) == ["ix_notes_b", "notes_key", "notes_pkey"]
    assert (count(connection), project.twins_differ()) == (2, [])
    project.run("downgrade -1")
    assert project.catalog(connection) == first
    project.run("upgrade head", "check")


DROPPED = """
def upgrade() -> None:
    op.drop_index(op.f('by_pair'), table_name='notes')
    op.drop_index(op.f('by_both'), table_name='notes')
    op.drop_index(op.f('ix_notes_id'), table_name='notes')
    op.drop_index(op.f('ix_notes_a'), table_name='notes')


def downgrade() -> None:
    op.create_index(op.f('ix_notes_a'), 'notes', ['a'], unique=False)
    op.create_index(op.f('ix_notes_id'), 'notes', ['id'], unique=False)
    op.create_index(op.f('by_both'), 'notes', ['a', 'b'], unique=True)
    op.create_index(op.f('by_pair'), 'notes', ['a', 'b'], unique=False)
"""


def test_alembic_renames_indexes(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = python(tmp_path, connection, NAMED)
    first = project.catalog(connection)
    fix(tmp_path, "NAM009")
    assert newest(tmp_path) == RENAMED.lstrip()
    project.run("upgrade head", "check")
    assert indexes(connection) == ["notes_a_b_idx", "notes_a_idx", "notes_key", "notes_pkey"]
    assert (count(connection), project.twins_differ()) == (2, [])
    project.run("downgrade -1")
    assert project.catalog(connection) == first
    project.run("upgrade head", "check")


RENAMED = """
def upgrade() -> None:
    op.execute('ALTER INDEX by_both RENAME TO notes_a_b_idx')
    op.execute('ALTER INDEX ix_notes_a RENAME TO notes_a_idx')


def downgrade() -> None:
    op.execute('ALTER INDEX notes_a_idx RENAME TO ix_notes_a')
    op.execute('ALTER INDEX notes_a_b_idx RENAME TO by_both')
"""


def test_drizzle_kit_drops_what_is_redundant(script: KitProject, connection: psycopg.Connection) -> None:
    fix(script.root, "IDX004")
    assert statements(script.migrations()[-1]) == [
        'DROP INDEX "by_id";',
        'DROP INDEX "notes_a_index";',
        'DROP INDEX "by_pair";',
        'DROP INDEX "by_both";',
    ]
    script.migrate(connection, 1)
    assert indexes(connection) == ["by_b", "notes_key", "notes_pkey"]
    assert count(connection) == 2
    assert script.generate() == []


def test_drizzle_kit_renames_indexes(script: KitProject, connection: psycopg.Connection) -> None:
    before = (script.root / "schema.ts").read_text()
    script.write(before.replace('    index("by_pair").on(t.a, t.b),\n', ""))
    script.generate()
    script.migrate(connection, 1)
    fix(script.root, "NAM009")
    assert statements(script.migrations()[-1]) == [
        'ALTER INDEX "by_id" RENAME TO "notes_id_idx";',
        'ALTER INDEX "by_b" RENAME TO "notes_b_idx";',
        'ALTER INDEX "by_both" RENAME TO "notes_a_b_idx";',
    ]
    script.migrate(connection, 2)
    assert indexes(connection) == [
        "notes_a_b_idx",
        "notes_a_index",
        "notes_b_idx",
        "notes_id_idx",
        "notes_key",
        "notes_pkey",
    ]
    assert count(connection) == 2
    assert script.generate() == []
