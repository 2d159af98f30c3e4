"""The tenant column that fixes add, in databases that have rows: they get theirs, or nothing changes at all."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, statements
from tests.oracle.fixes.test_drizzle_kit import columns_differ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

ONE, OTHER = "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10", "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a11"
MODELS = """
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="projects.id", index=True)
    after_id: int | None = Field(default=None, foreign_key="tasks.id", index=True)


class Comment(SQLModel, table=True):
    __tablename__ = "comments"
    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="tasks.id", index=True)
    label_id: int = Field(foreign_key="labels.id", index=True)


class Project(SQLModel, table=True):
    __tablename__ = "projects"
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: UUID = Field(foreign_key="tenants.id", index=True)


class Label(SQLModel, table=True):
    __tablename__ = "labels"
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: UUID = Field(foreign_key="tenants.id", index=True)


class Note(SQLModel, table=True):
    __tablename__ = "notes"
    id: int | None = Field(default=None, primary_key=True)
    project_id: int | None = Field(default=None, foreign_key="projects.id", index=True)
"""
SCHEMA = """
import { index, integer, pgTable, uuid } from "drizzle-orm/pg-core";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey().defaultRandom() });

export const tasks = pgTable("tasks", {
  id: integer("id").primaryKey(),
  projectId: integer("project_id").notNull().references((): AnyPgColumn => projects.id),
  afterId: integer("after_id").references((): AnyPgColumn => tasks.id),
});

export const comments = pgTable("comments", {
  id: integer("id").primaryKey(),
  taskId: integer("task_id").notNull().references(() => tasks.id),
  labelId: integer("label_id").notNull().references((): AnyPgColumn => labels.id),
});

export const projects = pgTable("projects", {
  id: integer("id").primaryKey(),
  tenantId: uuid("tenant_id").notNull().references(() => tenants.id),
}, (t) => [index().on(t.tenantId)]);

export const labels = pgTable("labels", {
  id: integer("id").primaryKey(),
  tenantId: uuid("tenant_id").notNull().references(() => tenants.id),
}, (t) => [index().on(t.tenantId)]);

export const notes = pgTable("notes", {
  id: integer("id").primaryKey(),
  projectId: integer("project_id").references(() => projects.id),
});
"""
ROWS = f"""
INSERT INTO tenants VALUES ('{ONE}'), ('{OTHER}');
INSERT INTO projects (id, tenant_id) VALUES (1, '{ONE}'), (2, '{OTHER}');
INSERT INTO labels (id, tenant_id) VALUES (1, '{ONE}'), (2, '{OTHER}');
INSERT INTO tasks (id, project_id) VALUES (1, 1), (2, 2);
INSERT INTO comments (id, task_id, label_id) VALUES (1, 1, 1), (2, 2, 2);
"""
CROSSED = "INSERT INTO comments (id, task_id, label_id) VALUES (3, 1, 2);"
TENANTS_OF = """
SELECT 'task', id, tenant_id::text FROM tasks
UNION ALL SELECT 'comment', id, tenant_id::text FROM comments ORDER BY 1, 2
"""
EXPECTED = [("comment", 1, ONE), ("comment", 2, OTHER), ("task", 1, ONE), ("task", 2, OTHER)]
COLUMNS = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'"


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def fix(root: Path, *exempt: str) -> str:
    """Fix what TEN001 finds in all but some tables, as a user does, and return the findings that are left."""
    listed = ", ".join(f'"{name}"' for name in exempt)
    config = f'select = ["TEN001", "TEN002", "IDX001", "MIG", "UNU001"]\n[rules.TEN001]\nexempt-tables = [{listed}]\n'
    (root / "tenantlint.toml").write_text(config)
    command = (
        sys.executable,
        "-B",
        "-m",
        "tenantlint",
        "check",
        "--fix",
        "--unsafe-fixes",
        "--output-format",
        "concise",
    )
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture
def python(tmp_path: Path, connection: psycopg.Connection) -> AlembicProject:
    """A project whose models the database has."""
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    return project


@pytest.fixture(params=[0, 1], ids=["journal", "chain"])
def script(tmp_path: Path, connection: psycopg.Connection, request: pytest.FixtureRequest) -> KitProject:
    """A project whose schema the database has."""
    major: Major = request.param
    project = KitProject(tmp_path, major, SCHEMA)
    project.begin()
    project.migrate(connection)
    return project


def newest(project: AlembicProject) -> Path:
    (path,) = [
        each for each in (project.root / "alembic" / "versions").glob("*.py") if not each.name.endswith("_first.py")
    ]
    return path


def test_rows_get_the_tenant_of_what_they_belong_to(python: AlembicProject, connection: psycopg.Connection) -> None:
    connection.execute(ROWS.encode())
    assert fix(python.root, "notes") == ""
    text = newest(python).read_text()
    assert text[text.index("def upgrade") : text.index("def downgrade")] == UPGRADE
    python.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute(TENANTS_OF.encode()).fetchall() == EXPECTED
    assert python.twins_differ() == []


UPGRADE = """\
def upgrade() -> None:
    op.add_column('tasks', sa.Column('tenant_id', sa.Uuid(), nullable=True))
    # Each row gets the tenant of what it references: projects (project_id).
    op.execute(
        'UPDATE tasks AS child SET tenant_id = parent.tenant_id '
        'FROM projects AS parent '
        'WHERE parent.id = child.project_id'
    )
    op.alter_column('tasks', 'tenant_id', nullable=False)
    op.create_foreign_key(op.f('tasks_tenant_id_fkey'), 'tasks', 'tenants', ['tenant_id'], ['id'])
    op.create_index(op.f('ix_tasks_tenant_id'), 'tasks', ['tenant_id'], unique=False)
    op.add_column('comments', sa.Column('tenant_id', sa.Uuid(), nullable=True))
    # Each row gets the tenant of what it references: labels (label_id) and tasks (task_id), where these agree.
    op.execute(
        'UPDATE comments AS child SET tenant_id = parent_1.tenant_id '
        'FROM labels AS parent_1, tasks AS parent_2 '
        'WHERE parent_1.id = child.label_id AND parent_2.id = child.task_id AND parent_2.tenant_id = parent_1.tenant_id'
    )
    op.alter_column('comments', 'tenant_id', nullable=False)
    op.create_foreign_key(op.f('comments_tenant_id_fkey'), 'comments', 'tenants', ['tenant_id'], ['id'])
    op.create_index(op.f('ix_comments_tenant_id'), 'comments', ['tenant_id'], unique=False)


"""


def test_rows_that_belong_to_two_tenants_stop_the_migration(
    python: AlembicProject, connection: psycopg.Connection
) -> None:
    connection.execute(f"{ROWS}{CROSSED}".encode())
    fix(python.root, "notes")
    with pytest.raises(AssertionError, match='column "tenant_id" of relation "comments" contains null values'):
        python.run("upgrade head")
    assert connection.execute(COLUMNS.encode()).fetchall() == [(2,)]
    connection.execute("DELETE FROM comments WHERE id = 3")
    python.run("upgrade head", "check")


def test_rows_whose_tenant_nobody_knows_stop_the_migration(
    python: AlembicProject, connection: psycopg.Connection
) -> None:
    connection.execute(f"{ROWS}INSERT INTO notes VALUES (1, 1)".encode())
    fix(python.root)
    with pytest.raises(AssertionError, match='column "tenant_id" of relation "notes" contains null values'):
        python.run("upgrade head")
    assert connection.execute(COLUMNS.encode()).fetchall() == [(2,)]
    text = newest(python).read_text()
    line = "    # tenantlint: ignore[MIG004] -- it fails instead of guessing\n"
    update = "UPDATE notes SET tenant_id = (SELECT tenant_id FROM projects WHERE id = 1)"
    newest(python).write_text(text.replace(line, f'    op.execute("{update}")\n'))
    python.run("upgrade head", "check", "downgrade -1")
    assert connection.execute("SELECT * FROM notes").fetchall() == [(1, 1)]
    assert fix(python.root) == ""


def test_a_database_without_rows_is_migrated_at_once(python: AlembicProject) -> None:
    fix(python.root)
    python.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert python.twins_differ() == []


def test_drizzle_kit_finds_no_more_to_do(script: KitProject, connection: psycopg.Connection) -> None:
    connection.execute(ROWS.encode())
    assert fix(script.root, "notes") == ""
    made = statements(script.migrations()[-1])
    assert [each for each in made if "CONSTRAINT" not in each and "INDEX" not in each] == STATEMENTS
    script.migrate(connection, 1)
    assert connection.execute(TENANTS_OF.encode()).fetchall() == EXPECTED
    assert (script.generate(), columns_differ(script)) == ([], [])


STATEMENTS = [
    'ALTER TABLE "tasks" ADD COLUMN "tenant_id" uuid;',
    """\
-- Each row gets the tenant of what it references: projects (project_id).
UPDATE "tasks" AS child SET "tenant_id" = parent."tenant_id"
FROM "projects" AS parent
WHERE parent."id" = child."project_id";""",
    'ALTER TABLE "tasks" ALTER COLUMN "tenant_id" SET NOT NULL;',
    'ALTER TABLE "comments" ADD COLUMN "tenant_id" uuid;',
    """\
-- Each row gets the tenant of what it references: tasks (task_id) and labels (label_id), where these agree.
UPDATE "comments" AS child SET "tenant_id" = parent_1."tenant_id"
FROM "tasks" AS parent_1, "labels" AS parent_2
WHERE parent_1."id" = child."task_id" AND parent_2."id" = child."label_id" \
AND parent_2."tenant_id" = parent_1."tenant_id";""",
    'ALTER TABLE "comments" ALTER COLUMN "tenant_id" SET NOT NULL;',
]


def test_rows_whose_tenant_nobody_knows_stop_a_migration_of_drizzle_kit(
    script: KitProject, connection: psycopg.Connection
) -> None:
    connection.execute(f"{ROWS}INSERT INTO notes VALUES (1, 1)".encode())
    fix(script.root)
    with pytest.raises(psycopg.errors.NotNullViolation), connection.transaction():
        script.migrate(connection, 1)
    assert connection.execute(COLUMNS.encode()).fetchall() == [(2,)]
    last = script.migrations()[-1]
    line = "-- tenantlint: ignore[MIG004] -- it fails instead of guessing\n"
    assert last.read_text().count(line) == 1
    last.write_text(
        last.read_text().replace(line, "UPDATE notes SET tenant_id = (SELECT min(id::text)::uuid FROM tenants);\n")
    )
    script.migrate(connection, 1)
    assert connection.execute("SELECT id, tenant_id::text FROM notes").fetchall() == [(1, ONE)]
    assert (script.generate(), columns_differ(script)) == ([], [])
    assert fix(script.root) == ""


COPY = """
import { integer, pgTable } from "drizzle-orm/pg-core";
import { projects } from "./schema";

export const tasks = pgTable("tasks", {
  id: integer("id").primaryKey(),
  projectId: integer("project_id").notNull().references(() => projects.id),
  afterId: integer("after_id"),
});
"""


def test_a_table_that_is_declared_twice_is_migrated_once(script: KitProject, connection: psycopg.Connection) -> None:
    connection.execute(ROWS.encode())
    (script.root / "copy.ts").write_text(COPY)
    assert fix(script.root, "notes") == ""
    assert [
        each for each in statements(script.migrations()[-1]) if "CONSTRAINT" not in each and "INDEX" not in each
    ] == (STATEMENTS)
    script.migrate(connection, 1)
    assert script.generate() == []
