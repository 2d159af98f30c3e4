"""Foreign keys that fixes declare, in databases that have rows: these stay, and orphans stop the migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.oracle.fixes.command import fix, newest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

TENANT, NOBODY = "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10", "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a11"
MODELS = """
from uuid import UUID, uuid4

from sqlalchemy import Column, Uuid
from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Owned(SQLModel):
    tenant_id: UUID = Field(index=True)


class Project(SQLModel, table=True):
    __tablename__ = "projects"
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: UUID = Field(sa_column=Column(Uuid, nullable=False, index=True))


class Task(Owned, table=True):
    __tablename__ = "tasks"
    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(index=True)


class Note(Owned, table=True):
    __tablename__ = "notes"
    id: int | None = Field(default=None, primary_key=True)
"""
SCHEMA = """
import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey().defaultRandom() });

const owned = { tenantId: uuid("tenant_id").notNull() };

export const projects = pgTable(
  "projects",
  { id: integer("id").primaryKey(), tenantId: uuid("tenant_id").notNull() },
  (t) => [index().on(t.tenantId)],
);

export const tasks = pgTable(
  "tasks",
  { id: integer("id").primaryKey(), projectId: integer("project_id").notNull(), ...owned },
  (t) => [index().on(t.tenantId), index().on(t.projectId)],
);

export const notes = pgTable("notes", { id: integer("id").primaryKey(), ...owned }, (t) => [index().on(t.tenantId)]);
"""
ROWS = f"""
INSERT INTO tenants VALUES ('{TENANT}');
INSERT INTO projects (id, tenant_id) VALUES (1, '{TENANT}');
INSERT INTO tasks (id, tenant_id, project_id) VALUES (1, '{TENANT}', 1);
INSERT INTO notes (id, tenant_id) VALUES (1, '{TENANT}');
"""
ORPHAN = f"INSERT INTO notes (id, tenant_id) VALUES (2, '{NOBODY}')"
KEYS = """
SELECT conrelid::regclass::text, confrelid::regclass::text, convalidated FROM pg_constraint
WHERE contype = 'f' ORDER BY 1, 2
"""
ALL_KEYS = [
    ("notes", "tenants", True),
    ("projects", "tenants", True),
    ("tasks", "projects", True),
    ("tasks", "tenants", True),
]
COUNT = "SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM tasks), (SELECT count(*) FROM notes)"


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def test_alembic_adds_the_keys_and_keeps_the_rows(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    first = project.catalog(connection)
    connection.execute(ROWS.encode())
    fix(tmp_path, "TEN003,REL001")
    assert newest(tmp_path) == REVISION.lstrip()
    project.run("upgrade head", "check")
    assert connection.execute(KEYS.encode()).fetchall() == ALL_KEYS
    assert connection.execute(COUNT.encode()).fetchall() == [(1, 1, 1)]
    assert project.twins_differ() == []
    project.run("downgrade -1")
    assert project.catalog(connection) == first
    project.run("upgrade head", "check")


REVISION = """
def upgrade() -> None:
    # Fails, and changes nothing, as long as a row points at nothing: mend those rows first.
    op.create_foreign_key(op.f('tasks_tenant_id_fkey'), 'tasks', 'tenants', ['tenant_id'], ['id'])
    # Fails, and changes nothing, as long as a row points at nothing: mend those rows first.
    op.create_foreign_key(op.f('tasks_project_id_fkey'), 'tasks', 'projects', ['project_id'], ['id'])
    # Fails, and changes nothing, as long as a row points at nothing: mend those rows first.
    op.create_foreign_key(op.f('notes_tenant_id_fkey'), 'notes', 'tenants', ['tenant_id'], ['id'])
    # Fails, and changes nothing, as long as a row points at nothing: mend those rows first.
    op.create_foreign_key(op.f('projects_tenant_id_fkey'), 'projects', 'tenants', ['tenant_id'], ['id'])


def downgrade() -> None:
    op.drop_constraint(op.f('projects_tenant_id_fkey'), 'projects', type_='foreignkey')
    op.drop_constraint(op.f('notes_tenant_id_fkey'), 'notes', type_='foreignkey')
    op.drop_constraint(op.f('tasks_project_id_fkey'), 'tasks', type_='foreignkey')
    op.drop_constraint(op.f('tasks_tenant_id_fkey'), 'tasks', type_='foreignkey')
"""


def test_an_orphan_stops_the_revision_and_nothing_is_changed(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    connection.execute(f"{ROWS}{ORPHAN}".encode())
    fix(tmp_path, "TEN003,REL001")
    with pytest.raises(AssertionError, match='violates foreign key constraint "notes_tenant_id_fkey"'):
        project.run("upgrade head")
    assert connection.execute(KEYS.encode()).fetchall() == []
    connection.execute("DELETE FROM notes WHERE id = 2")
    project.run("upgrade head", "check")


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
def test_drizzle_kit_finds_no_more_to_do(tmp_path: Path, connection: psycopg.Connection, major: Major) -> None:
    project = KitProject(tmp_path, major, SCHEMA)
    project.begin()
    project.migrate(connection)
    connection.execute(f"{ROWS}{ORPHAN}".encode())
    fix(tmp_path, "TEN003,REL001")
    assert [each.partition("ADD CONSTRAINT")[0] for each in statements(project.migrations()[-1])] == [
        "-- Fails, and changes nothing, as long as a row points at nothing: mend those rows first.\n"
        f'ALTER TABLE "{name}" '
        for name in ("tasks", "tasks", "notes", "projects")
    ]
    with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
        project.migrate(connection, 1)
    connection.execute("DELETE FROM notes WHERE id = 2")
    project.migrate(connection, 1)
    assert connection.execute(KEYS.encode()).fetchall() == ALL_KEYS
    assert connection.execute(COUNT.encode()).fetchall() == [(1, 1, 1)]
    assert project.generate() == []
