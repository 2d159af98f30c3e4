"""``tenantlint new table``: the code that it writes is run by its ORM, migrated, and passes the rules."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, packages

from tenantlint.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.postgres import Server

TENANTS = """\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, Relationship, SQLModel


class Stamped(SQLModel):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc), sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(
        default_factory=lambda: datetime.now(timezone.utc),
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"onupdate": lambda: datetime.now(timezone.utc)},
    )


class Organization(Stamped, table=True):
    __tablename__ = "organizations"
    name: str


class User(Stamped, table=True):
    __tablename__ = "users"
    organization_id: UUID = Field(foreign_key="organizations.id", index=True)
    full_name: str
    teams: list["Team"] = Relationship(back_populates="lead")


class Team(Stamped, table=True):
    __tablename__ = "teams"
    organization_id: UUID = Field(foreign_key="organizations.id", index=True)
    lead_id: UUID = Field(foreign_key="users.id", index=True)
    lead: User = Relationship(back_populates="teams")
"""
SCHEMA = """\
import { index, pgTable, timestamp, uuid } from 'drizzle-orm/pg-core'
import { relations, sql } from 'drizzle-orm'

const times = {
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow().$onUpdate(() => new Date()),
}

export const workspaces = pgTable('workspace', { id: uuid('id').primaryKey().defaultRandom(), ...times })

export const members = pgTable(
  'member',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id').notNull().references(() => workspaces.id, { onDelete: 'cascade' }),
    leadId: uuid('lead_id'),
    ...times,
  },
  (t) => [index('member_workspace_idx').on(t.workspaceId)],
).enableRLS()

export const membersRelations = relations(members, ({ one }) => ({
  workspace: one(workspaces, { fields: [members.workspaceId], references: [workspaces.id] }),
}))
"""
CAMEL = 'tenant-column = ["workspace_id"]\n[rules.NAM002]\nkeys = "camel"\n'
COLUMNS = (
    "--column=number:varchar(20)", "--column=total:numeric(10,2)?", "--column=paid:bool", "--column=due:date",
    "--column=seen:timestamptz?", "--column=data:jsonb", "--column=ref_no:bigint", "--column=rate:float",
    "--column=external:uuid?", "--column=note:text?",
)  # fmt: skip


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenantlint.toml").write_text("")
    return tmp_path


def findings(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    """Return the places and codes of what a check finds."""
    main(["check", "--output-format=concise", "--fail-on=warning", *options])
    return [" ".join(line.split(" ")[:2]) for line in capsys.readouterr().out.splitlines() if line[:1] != "F"]


def python(folder: Path, code: str) -> str:
    done = subprocess.run(
        (sys.executable, "-B", "-c", code), cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sqlmodel_in_an_empty_project(here, capsys):
    assert main(["new", "table", "InvoiceLine", "--orm=sqlmodel", "--column=title:text"]) == 1
    shown = capsys.readouterr()
    assert (
        shown.out
        == """\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlmodel import DateTime, Field, SQLModel


class InvoiceLine(SQLModel, table=True):
    __tablename__ = "invoice_lines"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    tenant_id: UUID = Field(index=True)
    title: str
    created_at: datetime = Field(
        default_factory=lambda: datetime.now(timezone.utc),
        sa_type=DateTime(timezone=True),
    )
    updated_at: datetime = Field(
        default_factory=lambda: datetime.now(timezone.utc),
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"onupdate": lambda: datetime.now(timezone.utc)},
    )
"""
    )
    assert shown.err.startswith("invoice_line.py:7:7: RLS001 `invoice_lines` has no row level security")
    assert list(here.iterdir()) == [here / "tenantlint.toml"]


def test_every_type_in_sqlmodel(here, capsys):
    assert main(["new", "table", "invoices", "--orm=sqlmodel", *COLUMNS, "--output=models.py"]) == 1
    capsys.readouterr()
    shown = python(here, "import models; print(*(f'{c.name} {c.type} {c.nullable}' for c in "
                         "models.Invoice.__table__.columns), sep='\\n')")  # fmt: skip
    assert shown.splitlines() == [
        "id CHAR(32) False", "tenant_id CHAR(32) False", "number VARCHAR(20) False", "total NUMERIC(10, 2) True",
        "is_paid BOOLEAN False", "due DATE False", "seen DATETIME True", "data JSONB False",
        "ref_no BIGINT False", "rate FLOAT False", "external CHAR(32) True", "note VARCHAR True",
        "created_at DATETIME False", "updated_at DATETIME False",
    ]  # fmt: skip
    assert findings(capsys) == ["models.py:11:7: RLS001"]


def test_sqlmodel_with_alembic(tmp_path, connection, monkeypatch, capsys):
    project = AlembicProject(tmp_path, connection, TENANTS)
    project.run("revision first", "upgrade head")
    (tmp_path / "tenantlint.toml").write_text('tenant-column = ["organization_id"]\nextend-select = ["REL002"]\n')
    monkeypatch.chdir(tmp_path)
    before = findings(capsys)
    options = ("--column=author:ref=users", "--column=reviewer:ref=User?", *COLUMNS, "--migration")
    assert main(["new", "table", "audit_entry", *options, "--append=models.py"]) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if "versions" not in line] == ["Wrote models.py."]
    text = (tmp_path / "models.py").read_text()
    assert "class AuditEntry(Stamped, table=True):" in text
    assert text.count("audit_entries") >= 2
    assert [each.split(" ")[1] for each in findings(capsys)] == [each.split(" ")[1] for each in before]
    assert [each.split(" ")[1] for each in before] == ["RLS001"] * 2  # of the tables that were there
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert project.twins_differ() == []
    policies = connection.execute("SELECT tablename FROM pg_policies").fetchall()
    assert policies == [("audit_entries",)]
    python(tmp_path, "import models; from sqlalchemy.orm import configure_mappers; configure_mappers()")


def test_drizzle_in_an_empty_project(here, capsys):
    (here / "node_modules").symlink_to(packages(0))
    (here / "package.json").write_text('{"dependencies": {"drizzle-orm": "0.45.4"}}')
    assert main(["new", "table", "invoice", "--orm=drizzle", *COLUMNS, "--output=schema.ts"]) == 0
    assert findings(capsys) == []
    assert findings(capsys, "--preset=strict") == [
        "schema.ts:4:25: RLS007",  # what a Drizzle table cannot say: a migration can
        "schema.ts:11:3: NAM007",  # the name was asked for
    ]
    code = (
        "import { getTableConfig } from 'drizzle-orm/pg-core'; import { invoices } from './schema.ts'; "
        "const t = getTableConfig(invoices); console.log(JSON.stringify([t.name, t.columns.map(c => "
        "[c.name, c.getSQLType(), c.notNull]), t.indexes.map(i => i.config.name), t.policies.map(p => p.name)]))"
    )
    (here / "show.ts").write_text(code)
    shown = subprocess.run(
        ("node", "--import", "tsx", "show.ts"), cwd=here, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip() == (
        '["invoices",[["id","uuid",true],["tenant_id","uuid",true],["number","varchar(20)",true],'
        '["total","numeric(10, 2)",false],["is_paid","boolean",true],["due","date",true],'
        '["seen","timestamp with time zone",false],["data","jsonb",true],["ref_no","bigint",true],'
        '["rate","double precision",true],["external","uuid",false],["note","text",false],'
        '["created_at","timestamp with time zone",true],["updated_at","timestamp with time zone",true]],'
        '["invoices_tenant_id_idx"],["invoices_tenant_isolation"]]'
    )


@pytest.mark.parametrize("migration", [[], ["--migration", *COLUMNS]])
@pytest.mark.parametrize("way", ["--append=schema.ts", "--output=notes.ts"])
def test_drizzle_with_habits(tmp_path, connection, monkeypatch, capsys, way, migration):
    project = KitProject(tmp_path, 0, SCHEMA)
    project.begin()
    project.migrate(connection)
    (tmp_path / "tenantlint.toml").write_text(CAMEL + '[per-file-ignores]\n"drizzle/**" = ["MIG"]\n')
    monkeypatch.chdir(tmp_path)
    before = findings(capsys)
    columns = ["--column=author:ref=members", "--column=bodyText:text"]
    assert main(["new", "table", "TeamNotes", *columns, *migration, way]) == 0
    text = (tmp_path / way.partition("=")[2]).read_text()
    assert "export const teamNote = pgTable('team_note', {" in text
    assert "authorId: uuid('author_id')" in text
    assert "bodyText: text('body_text').notNull()" in text
    assert "createdAt: timestamp('created_at'" in text
    after = findings(capsys)
    assert sorted({each.split(" ")[1] for each in after}) == sorted({each.split(" ")[1] for each in before})
    assert len(after) == len(before)
    if way.startswith("--append"):
        made = project.generate()
        assert [each.split(" (")[0] for each in made[:1]] == ([] if migration else ['CREATE TABLE "team_note"'])
        project.migrate(connection, 1)
        assert connection.execute("SELECT tablename FROM pg_policies").fetchall() == [("team_note",)]


BUILT = """
import { pgTable } from 'drizzle-orm/pg-core'

export const organization = pgTable('organization', (t) => ({
  id: t.serial().primaryKey(),
  note: t.text(),
}))
"""


@pytest.mark.parametrize("path", ["schema.ts", "notes.ts"])
def test_drizzle_keys_that_count_and_columns_that_a_function_makes(tmp_path, connection, monkeypatch, capsys, path):
    project = KitProject(tmp_path, 0, BUILT)
    project.begin()
    project.migrate(connection)
    (tmp_path / "tenantlint.toml").write_text(CAMEL.replace("workspace_id", "organization_id"))
    monkeypatch.chdir(tmp_path)
    way = "--append" if path == "schema.ts" else "--output"
    assert main(["new", "table", "visit", way, path, "--migration"]) == 0
    text = (tmp_path / path).read_text()
    assert "export const visit = pgTable('visit', {\n  id: serial().primaryKey(),\n" in text
    assert "organizationId: integer('organization_id')" in text
    if path == "schema.ts":
        assert project.generate() == []
    project.migrate(connection, 1)
    connection.execute("INSERT INTO organization DEFAULT VALUES")
    connection.execute("INSERT INTO visit (organization_id) VALUES (1)")
    assert connection.execute("SELECT id FROM visit").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["table"], "say what is new, as in: tenantlint new table invoices --column number:text"),
        (["view", "x"], "say what is new, as in: tenantlint new table invoices --column number:text"),
        (["table", "user"], "there is a table users already: User in models.py"),
        (["table", "Organization"], "there is a table organizations already: Organization in models.py"),
        (["table", "a b-"], "a b- cannot be the name of a table: letters, digits and _, please"),
        (["table", "x", "--column=a"], "--column: expected NAME:TYPE, as in title:text, not a"),
        (["table", "x", "--column=id:int"], "--column: id comes by itself"),
        (["table", "x", "--column=a:int", "--column=a:text"], "--column: a is given twice"),
        (["table", "x", "--column=a:ref=zoo"], "--column a:ref=zoo: there is no table called zoo"),
        (
            ["table", "x", "--column=a:blob"],
            "--column a:blob: a type is one of text, varchar(N), integer, bigint, boolean, numeric, double, date, "
            "timestamptz, uuid, jsonb, numeric(P,S), or ref=TABLE",
        ),
        (["table", "x", "--migration"], "--migration and --diff go with --output or --append"),
        (["table", "x", "--output=models.py"], "models.py is there already: --append adds a table to it"),
        (["table", "x", "--append=none.py"], "no such file: none.py"),
        (["table", "x", "--output=no/x.py"], "no such folder: no"),
        (["table", "x", "--append=models.py", "--migration"], "--migration: the project has no Alembic migrations"),
    ],
)
def test_what_is_refused(here, capsys, options, message):
    (here / "models.py").write_text(TENANTS)
    assert main(["new", *options]) == 2
    assert capsys.readouterr().err == f"tenantlint: error: {message}\n"
    assert (here / "models.py").read_text() == TENANTS


def test_a_diff_writes_nothing(here, capsys):
    (here / "models.py").write_text(TENANTS)
    (here / "tenantlint.toml").write_text('tenant-column = ["organization_id"]\n')
    main(["new", "table", "notes", "--append=models.py", "--diff"])
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line[:1] in "+-"] == [
        "--- models.py", "+++ models.py", "+", "+", "+class Note(Stamped, table=True):", '+    __tablename__ = "notes"',
        '+    organization_id: UUID = Field(foreign_key="organizations.id", index=True)',
    ]  # fmt: skip
    assert (here / "models.py").read_text() == TENANTS
