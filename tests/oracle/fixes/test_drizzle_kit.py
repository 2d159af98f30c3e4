"""Migrations that fixes write, run on a PostgreSQL database that has rows; drizzle-kit then finds nothing to add.

Each test runs with drizzle-kit 0.31, which keeps a journal, and with 1.0, which keeps a chain of snapshots.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import migration_findings, twins_differ
from tests.oracle.fixes.kit import KitProject, statements

from tenantlint.change import (
    AddIndex,
    AddTimestamp,
    Change,
    EnableSecurity,
    MakeRequired,
    RenameColumn,
    RenameTable,
)
from tenantlint.lang.drizzle import kit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

    from tenantlint.change import Patch
    from tenantlint.schema import Schema

SCHEMA = """
import { sql } from "drizzle-orm";
import { check, index, integer, pgPolicy, pgTable, primaryKey, timestamp } from "drizzle-orm/pg-core";
import { unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey().defaultRandom() });

export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    position: integer("position").generatedAlwaysAsIdentity(),
    tenantId: uuid("tenantId").references(() => tenants.id, { onDelete: "cascade" }),
    emailAddress: varchar("emailAddress", { length: 255 }).notNull().unique(),
    madeAt: timestamp("madeAt", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    index("users_tenant_idx").on(t.tenantId),
    uniqueIndex().on(t.tenantId, t.emailAddress),
    index("users_lower_idx").on(sql`lower(${t.emailAddress})`),
    index("users_recent_idx").on(t.madeAt.desc()).where(sql`${t.emailAddress} is not null`),
    check("users_email_check", sql`${t.emailAddress} <> ''`),
    unique().on(t.tenantId, t.emailAddress),
    pgPolicy("users_tenant", { using: sql`${t.tenantId} = (select current_setting('app.tenant_id', true))::uuid` }),
  ],
);

export const members = pgTable(
  "members",
  {
    userEmail: varchar("userEmail").notNull().references(() => users.emailAddress),
    orgId: uuid("orgId").notNull(),
    /* more */
  },
  (t) => [primaryKey({ columns: [t.userEmail, t.orgId] }) /* extras */],
);
"""
TENANT = "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10"
ROWS = f"""
INSERT INTO tenants VALUES ('{TENANT}');
INSERT INTO users ("tenantId", "emailAddress") VALUES ('{TENANT}', 'ada@example.com');
INSERT INTO members VALUES ('ada@example.com', '{TENANT}');
"""
MORE, EXTRAS = "/* more */", "/* extras */"


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


@pytest.fixture(params=[0, 1], ids=["journal", "chain"])
def project(tmp_path: Path, connection: psycopg.Connection, request: pytest.FixtureRequest) -> KitProject:
    """A project whose schema the database has, with a row in each table."""
    major: Major = request.param
    made = KitProject(tmp_path, major, SCHEMA)
    made.begin()
    made.migrate(connection)
    connection.execute(ROWS.encode())
    return made


def id_of(schema: Schema, name: str) -> str:
    (found,) = (each for each in schema.tables if each.name == name)
    return found.id


def changed(project: KitProject, connection: psycopg.Connection, before: Schema, *changes: Change) -> list[str]:
    """Write and run the migration for changes of the schema that have been made, and return its statements."""
    paths = project.apply(kit.lower_all(changes, project.context(before)))
    assert [finding for path in paths for finding in migration_findings(project.root, path)] == []
    project.migrate(connection, len(project.migrations()) - 1)
    return statements(project.migrations()[-1])


def test_a_renamed_column_keeps_its_rows(project: KitProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(SCHEMA.replace('varchar("emailAddress"', 'varchar("email_address"'))
    change = RenameColumn(id_of(before, "users"), "emailAddress", "emailAddress", "email_address")
    made = changed(project, connection, before, change)
    names = [
        'ALTER TABLE "members" RENAME CONSTRAINT "members_userEmail_users_emailAddress_fk" TO '
        '"members_userEmail_users_email_address_fk";',
        'ALTER INDEX "users_tenantId_emailAddress_index" RENAME TO "users_tenantId_email_address_index";',
        'ALTER TABLE "users" RENAME CONSTRAINT "users_emailAddress_unique" TO "users_email_address_unique";',
        'ALTER TABLE "users" RENAME CONSTRAINT "users_tenantId_emailAddress_unique" TO '
        '"users_tenantId_email_address_unique";',
    ]
    renamed = 'ALTER TABLE "users" RENAME COLUMN "emailAddress" TO "email_address";'
    assert made == [renamed, *([] if project.major else names)]
    assert project.generate() == []
    assert connection.execute("SELECT email_address FROM users").fetchall() == [("ada@example.com",)]
    assert columns_differ(project) == []


def test_a_renamed_table_keeps_its_rows(project: KitProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(SCHEMA.replace('"users",', '"accounts",'))
    changed(project, connection, before, RenameTable(id_of(before, "users"), "accounts"))
    assert project.generate() == []
    assert connection.execute('SELECT "emailAddress" FROM accounts').fetchall() == [("ada@example.com",)]
    assert columns_differ(project) == []


def test_one_migration_follows_another(project: KitProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    users, members = id_of(before, "users"), id_of(before, "members")
    first = SCHEMA.replace('"users",', '"accounts",').replace('varchar("userEmail"', 'varchar("user_email"')
    project.write(first)
    rename = RenameColumn(members, "userEmail", "userEmail", "user_email")
    changed(project, connection, before, RenameTable(users, "accounts"), rename)
    between = project.schema()
    second = first.replace('varchar("emailAddress"', 'varchar("email_address"').replace('uuid("orgId"', 'uuid("org_id"')
    project.write(second.replace(EXTRAS, ', index("members_org_idx").on(t.orgId)'))
    changed(
        project,
        connection,
        between,
        RenameColumn(users, "emailAddress", "emailAddress", "email_address"),
        RenameColumn(members, "orgId", "orgId", "org_id"),
        AddIndex(members, ("org_id",)),
    )
    assert project.generate() == []
    assert connection.execute("SELECT email_address, user_email FROM accounts, members").fetchall() == [
        ("ada@example.com", "ada@example.com")
    ]
    assert columns_differ(project) == []


TIME = 'createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),'
ADDED: dict[str, tuple[str, str, Change]] = {
    "timestamp": (TIME, EXTRAS, AddTimestamp("members", "created_at", False)),
    "precision": (
        TIME.replace("withTimezone: true", "precision: 3"),
        EXTRAS,
        AddTimestamp("members", "created_at", False),
    ),
    "index": (MORE, ', index("members_org_id_idx").on(t.orgId)', AddIndex("members", ("orgId",))),
    "unnamed index": (MORE, ", index().on(t.orgId)", AddIndex("members", ("orgId",))),
    "security": (
        MORE,
        ", pgPolicy('members_tenant', { using: sql`${t.orgId} = (select current_setting('app.org', true))::uuid` })",
        EnableSecurity("members", "orgId", "app.org"),
    ),
}


@pytest.mark.parametrize("name", ADDED)
def test_what_is_added_is_what_drizzle_kit_itself_would_write(
    project: KitProject, connection: psycopg.Connection, name: str
) -> None:
    more, extras, change = ADDED[name]
    before = project.schema()
    project.write(SCHEMA.replace(MORE, more).replace(EXTRAS, extras))
    object.__setattr__(change, "table_id", id_of(before, "members"))
    patch = kit.lower(change, project.context(before))
    theirs = project.generate()
    generated = json.loads(snapshot_paths(project)[-1].read_text())
    sql, snapshot = ours(patch)
    assert sql == theirs
    for key in ("id", "prevId", "prevIds"):
        snapshot.pop(key, None), generated.pop(key, None)
    assert snapshot == generated


def snapshot_paths(project: KitProject) -> list[Path]:
    folder = project.root / "drizzle"
    return sorted(folder.glob("*/snapshot.json")) if project.major else sorted(folder.glob("meta/*_snapshot.json"))


def ours(patch: Patch) -> tuple[list[str], dict[str, object]]:
    """Return the statements and the snapshot of a patch that has not been written."""
    assert patch.refused is None
    (sql,) = (text for path, text in patch.files if path.endswith(".sql"))
    (snapshot,) = (text for path, text in patch.files if path.endswith(".json"))
    return [part.strip() for part in sql.split("--> statement-breakpoint")], json.loads(snapshot)


@pytest.mark.parametrize("name", ADDED)
def test_after_what_is_added_nothing_is_left_to_generate(
    project: KitProject, connection: psycopg.Connection, name: str
) -> None:
    more, extras, change = ADDED[name]
    before = project.schema()
    project.write(SCHEMA.replace(MORE, more).replace(EXTRAS, extras))
    object.__setattr__(change, "table_id", id_of(before, "members"))
    changed(project, connection, before, change)
    assert project.generate() == []
    assert connection.execute('SELECT "userEmail" FROM members').fetchall() == [("ada@example.com",)]
    assert columns_differ(project) == []


def test_a_column_becomes_required(project: KitProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(SCHEMA.replace('uuid("tenantId")', 'uuid("tenantId").notNull()'))
    made = changed(project, connection, before, MakeRequired(id_of(before, "users"), "tenantId"))
    assert [each.splitlines()[-1] for each in made] == ['ALTER TABLE "users" ALTER COLUMN "tenantId" SET NOT NULL;']
    assert project.generate() == []
    assert columns_differ(project) == []


def test_the_same_change_gives_the_same_bytes(project: KitProject) -> None:
    before = project.schema()
    project.write(SCHEMA.replace('varchar("emailAddress"', 'varchar("email_address"'))
    change = RenameColumn(id_of(before, "users"), "emailAddress", "emailAddress", "email_address")
    context = project.context(before)
    assert kit.lower(change, context) == kit.lower(change, context)


def columns_differ(project: KitProject) -> list[str]:
    """Return in which tables the replayed migrations and the code differ; names of keys are drizzle-kit's own."""
    return [each for each in twins_differ(project.schema()) if "None" not in each]
