"""What drizzle-kit makes of a schema on a server is what the rules are told of it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.oracle.drizzle import harness

from rules.support import link_files
from tenantlint.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

SCHEMA = """
import { sql } from "drizzle-orm";
import { crudPolicy } from "drizzle-orm/neon";
import { authenticatedRole } from "drizzle-orm/supabase";
import { integer, pgPolicy, pgRole, pgSchema, pgTable, uuid } from "drizzle-orm/pg-core";

const policy = (name: string, config = {}) => pgPolicy(name, { using: sql`tenant_id is not null`, ...config });
export const audit = pgSchema("audit");

export const plain = pgTable("plain", { tenant_id: uuid() });
export const enabled = pgTable("enabled", { tenant_id: uuid() }).enableRLS();
export const inside = pgTable("inside", { tenant_id: uuid() }, () => [policy("in_list")]);
export const object = pgTable("object", { tenant_id: uuid() }, () => ({ one: policy("in_object") }));
export const linked = pgTable("linked", { tenant_id: uuid() });
export const link = policy("linked_policy").link(linked);
export const hidden = pgTable("hidden", { tenant_id: uuid() });
const hiddenLink = policy("hidden_policy").link(hidden);
export const loose = pgTable("loose", { tenant_id: uuid() });
export const loosePolicy = policy("loose_policy");
export const events = audit.table("events", { tenant_id: uuid() }, () => [policy("of_events", { for: "select" })]);
export const both = pgTable("both", { tenant_id: uuid() }, () => [
  policy("restrictive", { as: "restrictive", for: "update", to: [authenticatedRole, "current_user"] }),
  crudPolicy({ role: authenticatedRole, read: true, modify: null }),
]).enableRLS();
"""


def migrations(tmp_path: Path) -> str:
    source = tmp_path / "source"
    source.mkdir()
    (source / "package.json").write_text('{ "dependencies": { "drizzle-orm": "0.45.4" } }')
    (source / "schema.ts").write_text(SCHEMA)
    root = harness.stage(source, tmp_path / "case")
    command = ("node", "node_modules/drizzle-kit/bin.cjs", "generate", "--dialect", "postgresql")
    options = ("--schema", "./schema.ts", "--out", "./out")
    subprocess.run((*command, *options), cwd=root, capture_output=True, text=True, check=True)
    return "".join(path.read_text() for path in sorted((root / "out").glob("*.sql")))


def test_drizzle_kit_secures_the_tables_that_tenantlint_takes_for_secured(postgres: Server, tmp_path: Path) -> None:
    postgres.role("authenticated")
    with postgres.database() as admin:
        admin.execute(migrations(tmp_path).replace("--> statement-breakpoint", ""))
        secured = admin.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity, coalesce(array_agg(polname ORDER BY polname)"
            " FILTER (WHERE polname IS NOT NULL), '{}') FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'audit') GROUP BY 1, 2, 3"
        ).fetchall()
    schema = link_files({"schema.ts": SCHEMA, "package.json": '{ "dependencies": { "drizzle-orm": "0.45.4" } }'})
    database = Database(schema)
    told = []
    for table in schema.tables:
        rls = database.row_level_security(table)
        told.append((table.name, rls.enabled, rls.forced, sorted(policy.name for policy in database.policies(table))))
    assert sorted(told) == sorted(map(tuple, secured))
    assert {table[0]: table[1] for table in told} == {
        "plain": False, "hidden": False, "loose": False, "enabled": True, "inside": True, "object": True,
        "linked": True, "events": True, "both": True,
    }  # fmt: skip
    assert [policy.name for policy in schema.detached_policies] == ["hidden_policy", "loose_policy"]
