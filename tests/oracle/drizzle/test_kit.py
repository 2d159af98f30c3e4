"""What drizzle-kit generates for things that are declared outside of a table, and for row level security."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.oracle.drizzle import harness

if TYPE_CHECKING:
    from pathlib import Path

MYSQL_SCHEMA = """
import { index, int, mysqlTable, uniqueIndex } from "drizzle-orm/mysql-core";
export const kept = mysqlTable("kept", { id: int() }, (t) => [index("kept_idx").on(t.id)]);
export const lost = mysqlTable("lost", { id: int() });
export const lostIndex = index("lost_idx").on(lost.id);
uniqueIndex("lost_unique_idx").on(lost.id);
"""
PG_SCHEMA = """
import { index, pgTable, uuid } from "drizzle-orm/pg-core";
export const lost = pgTable("lost", { id: uuid() });
export const lostIndex = index("lost_idx").on(lost.id);
"""


def generate(root: Path, dialect: str) -> subprocess.CompletedProcess[str]:
    command = ("node", "node_modules/drizzle-kit/bin.cjs", "generate", "--dialect", dialect)
    options = ("--schema", "./schema.ts", "--out", "./out")
    return subprocess.run((*command, *options), cwd=root, capture_output=True, text=True, check=False)


def statements(root: Path) -> list[str]:
    (migration,) = (root / "out").glob("*.sql")
    return [" ".join(part.split()).rstrip(";") for part in migration.read_text().split("--> statement-breakpoint")]


def staged(root: Path, schema: str) -> Path:
    case = root / "source"
    case.mkdir()
    (case / "package.json").write_text('{ "dependencies": { "drizzle-orm": "0.45.4" } }')
    (case / "schema.ts").write_text(schema)
    return harness.stage(case, root / "case")


@pytest.fixture
def detached(tmp_path: Path) -> Path:
    return harness.stage(harness.FIXTURES / "detached", tmp_path / "case")


def test_detached_constraints_and_policies_are_never_created(detached: Path) -> None:
    done = generate(detached, "postgresql")
    assert "Policy loose_policy was skipped because it was not linked to any table" in done.stdout
    assert statements(detached) == [
        'CREATE TABLE "attached" ( "id" uuid PRIMARY KEY NOT NULL, "tenant_id" uuid, "name" text,'
        ' CONSTRAINT "attached_key" UNIQUE("tenant_id","name") )',
        'ALTER TABLE "attached" ENABLE ROW LEVEL SECURITY',
        'CREATE TABLE "forgotten" ( "id" uuid PRIMARY KEY NOT NULL )',
        'CREATE TABLE "loose" ( "id" uuid PRIMARY KEY NOT NULL, "tenant_id" uuid, "name" text )',
        'ALTER TABLE "loose" ENABLE ROW LEVEL SECURITY',
        'CREATE TABLE "secured" ( "id" uuid PRIMARY KEY NOT NULL )',
        'ALTER TABLE "secured" ENABLE ROW LEVEL SECURITY',
        'CREATE INDEX "attached_idx" ON "attached" USING btree ("tenant_id")',
        'CREATE UNIQUE INDEX "attached_unique_idx" ON "attached" USING btree ("name")',
        'CREATE POLICY "attached_policy" ON "attached" AS PERMISSIVE FOR ALL TO public'
        ' USING ("attached"."tenant_id" = current_setting(\'app.tenant\')::uuid)',
        'CREATE POLICY "linked_policy" ON "loose" AS PERMISSIVE FOR ALL TO public USING (true)',
    ]


def test_tenantlint_marks_exactly_these_as_detached(detached: Path) -> None:
    document = harness.read(detached)
    loose = {
        (table["name"], member["name"])
        for table in document["tables"]
        for member in (*table["indexes"], *table["unique_constraints"], *table["policies"])
        if not member["attached"]
    }
    assert loose == {
        ("forgotten", "forgotten_idx"),
        ("forgotten", "without_columns_idx"),
        ("loose", "loose_key"),
        ("loose", "loose_statement_key"),
    }
    policies = {policy["name"]: policy["tenant_columns"] for policy in document["detached_policies"]}
    assert policies == {"hidden_policy": [], "loose_policy": ["tenant_id"]}


def test_a_detached_mysql_index_is_never_created(tmp_path: Path) -> None:
    root = staged(tmp_path, MYSQL_SCHEMA)
    assert generate(root, "mysql").returncode == 0
    assert statements(root) == [
        "CREATE TABLE `kept` ( `id` int )",
        "CREATE TABLE `lost` ( `id` int )",
        "CREATE INDEX `kept_idx` ON `kept` (`id`)",
    ]
    found = {index["name"]: index["attached"] for table in harness.read(root)["tables"] for index in table["indexes"]}
    assert found == {"kept_idx": True, "lost_idx": False, "lost_unique_idx": False}


def test_a_detached_pg_index_breaks_drizzle_orm_0_45_itself(tmp_path: Path) -> None:
    root = staged(tmp_path, PG_SCHEMA)
    done = generate(root, "postgresql")
    assert '"undefined" is not valid JSON' in done.stderr
    assert list((root / "out").glob("*.sql")) == []
    (table,) = harness.read(root)["tables"]
    assert [(index["name"], index["attached"]) for index in table["indexes"]] == [("lost_idx", False)]
