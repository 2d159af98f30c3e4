"""A column that several tables have by one declaration becomes NOT NULL in all of them at once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

MODELS = """
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Owned(SQLModel):
    tenant_id: UUID | None = Field(default=None, foreign_key="tenants.id", index=True)


class Note(Owned, table=True):
    __tablename__ = "notes"
    id: int | None = Field(default=None, primary_key=True)


class Task(Owned, table=True):
    __tablename__ = "tasks"
    id: int | None = Field(default=None, primary_key=True)


class Remark(SQLModel, table=True):
    __tablename__ = "remarks"
    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="tasks.id", index=True)
"""
SCHEMA = """
import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey().defaultRandom() });

const owned = { tenantId: uuid("tenant_id").references(() => tenants.id) };

export const remarks = pgTable("remarks", {
  id: integer("id").primaryKey(),
  taskId: integer("task_id").notNull().references(() => tasks.id),
});

export const notes = pgTable("notes", { id: integer("id").primaryKey(), ...owned }, (t) => [index().on(t.tenantId)]);

export const tasks = pgTable("tasks", { id: integer("id").primaryKey(), ...owned }, (t) => [index().on(t.tenantId)]);
"""
TENANT = "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10"
ROWS = f"""
INSERT INTO tenants VALUES ('{TENANT}');
INSERT INTO notes (id, tenant_id) VALUES (1, '{TENANT}');
INSERT INTO tasks (id, tenant_id) VALUES (1, '{TENANT}');
INSERT INTO remarks (id, task_id) VALUES (1, 1);
"""
REQUIRED = """
SELECT table_name::text FROM information_schema.columns
WHERE column_name = 'tenant_id' AND is_nullable = 'NO' ORDER BY 1
"""


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def fix(root: Path) -> None:
    """Fix all that concerns the tenant column; nothing is left."""
    command = (sys.executable, "-B", "-m", "tenantlint", "check", "--no-config", "--output-format", "concise")
    options = ("--select", "TEN001,TEN002,IDX001,MIG", "--fix", "--unsafe-fixes")
    done = subprocess.run((*command, *options), cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_alembic_requires_it_in_all_tables(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    connection.execute(ROWS.encode())
    fix(tmp_path)
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute(REQUIRED.encode()).fetchall() == [("notes",), ("remarks",), ("tasks",)]
    assert connection.execute("SELECT id, tenant_id::text FROM remarks").fetchall() == [(1, TENANT)]


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
def test_drizzle_kit_requires_it_in_all_tables(tmp_path: Path, connection: psycopg.Connection, major: Major) -> None:
    project = KitProject(tmp_path, major, SCHEMA)
    project.begin()
    project.migrate(connection)
    connection.execute(ROWS.encode())
    fix(tmp_path)
    project.migrate(connection, 1)
    assert project.generate() == []
    assert connection.execute(REQUIRED.encode()).fetchall() == [("notes",), ("remarks",), ("tasks",)]
    assert connection.execute("SELECT id, tenant_id::text FROM remarks").fetchall() == [(1, TENANT)]
