"""Times that get a zone, and times of deletion that are added: rows stay, and stored times are read as UTC."""

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
from datetime import datetime

from sqlalchemy import Column, DateTime, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlmodel import Field, SQLModel


class Timed(SQLModel):
    made_at: datetime = Field(default_factory=datetime.utcnow, sa_type=DateTime)


class Note(Timed, table=True):
    __tablename__ = "notes"
    id: int | None = Field(default=None, primary_key=True)
    order: datetime | None = Field(default=None, sa_type=TIMESTAMP(precision=3))


class Task(Timed, table=True):
    __tablename__ = "tasks"
    id: int | None = Field(default=None, primary_key=True)
    seen_at: datetime = Field(sa_column=Column(DateTime, server_default=func.now(), nullable=False))
    done_at: datetime | None = Field(default=None, sa_type=DateTime)
"""
SCHEMA = """
import { integer, pgTable, timestamp } from "drizzle-orm/pg-core";

const timed = { madeAt: timestamp("made_at").notNull().defaultNow() };

export const notes = pgTable("notes", {
  id: integer("id").primaryKey(),
  order: timestamp("order", { precision: 3, mode: "string" }),
  ...timed,
});

export const tasks = pgTable("tasks", {
  id: integer("id").primaryKey(),
  seenAt: timestamp("seen_at").notNull().defaultNow(),
  doneAt: timestamp("done_at"),
  ...timed,
});
"""
ROWS = """
SET TIME ZONE 'America/New_York';
INSERT INTO notes (id, made_at, "order") VALUES (1, '2024-01-02 03:04:05.6', '2024-07-02 03:04:05.678');
INSERT INTO tasks (id, made_at, seen_at) VALUES (1, '2024-01-02 03:04:05', '2024-07-02 03:04:05');
"""
TIMES = """
SELECT made_at AT TIME ZONE 'UTC', "order" AT TIME ZONE 'UTC' FROM notes
UNION ALL SELECT seen_at AT TIME ZONE 'UTC', done_at AT TIME ZONE 'UTC' FROM tasks
"""
SEEN = [
    ("2024-01-02 03:04:05.6", "2024-07-02 03:04:05.678"),
    ("2024-07-02 03:04:05", None),
]
TYPES = """
SELECT table_name || '.' || column_name, data_type || datetime_precision, is_nullable FROM information_schema.columns
WHERE table_schema = 'public' AND data_type LIKE 'timestamp%' ORDER BY 1
"""
ZONED = "timestamp with time zone"
ALL_TYPES = [
    ("notes.deleted_at", f"{ZONED}6", "YES"),
    ("notes.made_at", f"{ZONED}6", "NO"),
    ("notes.order", f"{ZONED}3", "YES"),
    ("tasks.deleted_at", f"{ZONED}6", "YES"),
    ("tasks.done_at", f"{ZONED}6", "YES"),
    ("tasks.made_at", f"{ZONED}6", "NO"),
    ("tasks.seen_at", f"{ZONED}6", "NO"),
]


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def texts(connection: psycopg.Connection) -> list[tuple[str | None, ...]]:
    rows = connection.execute(TIMES.encode()).fetchall()
    return [tuple(None if each is None else str(each).rstrip("0") for each in row) for row in rows]


def test_alembic_reads_what_is_stored_as_utc(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    first = project.catalog(connection)
    connection.execute(ROWS.encode())
    connection.execute(f"ALTER DATABASE {connection.info.dbname} SET TIME ZONE 'America/New_York'".encode())
    fix(tmp_path, "STD005,STD006")
    assert newest(tmp_path).startswith(REVISION.lstrip())
    project.run("upgrade head", "check")
    assert connection.execute(TYPES.encode()).fetchall() == ALL_TYPES
    assert texts(connection) == [tuple(each) for each in SEEN]
    assert project.twins_differ() == []
    project.run("downgrade -1")
    assert project.catalog(connection) == first
    assert str(connection.execute("SELECT seen_at FROM tasks").fetchall()[0][0]) == SEEN[1][0]
    project.run("upgrade head", "check")


REVISION = """
def upgrade() -> None:
    op.execute(
        'ALTER TABLE notes ALTER COLUMN made_at '
        "TYPE timestamp with time zone USING made_at AT TIME ZONE 'UTC'"
    )
"""


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
def test_drizzle_kit_finds_no_more_to_do(tmp_path: Path, connection: psycopg.Connection, major: Major) -> None:
    project = KitProject(tmp_path, major, SCHEMA)
    project.begin()
    project.migrate(connection)
    connection.execute(ROWS.encode())
    fix(tmp_path, "STD005,STD006")
    project.migrate(connection, 1)
    assert connection.execute(TYPES.encode()).fetchall() == ALL_TYPES
    assert texts(connection) == [tuple(each) for each in SEEN]
    assert project.generate() == []
    made = [each for each in statements(project.migrations()[-1]) if "notes" in each]
    assert made == [
        'ALTER TABLE "notes" ALTER COLUMN "made_at" SET DATA TYPE timestamp with time zone'
        """ USING "made_at" AT TIME ZONE 'UTC';""",
        'ALTER TABLE "notes" ADD COLUMN "deleted_at" timestamp with time zone;',
        'ALTER TABLE "notes" ALTER COLUMN "order" SET DATA TYPE timestamp(3) with time zone'
        """ USING "order" AT TIME ZONE 'UTC';""",
    ]
