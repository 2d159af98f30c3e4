"""Which keys of a table the table itself hides, as drizzle-orm has it when it runs: what COR001 says of Drizzle."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.oracle.drizzle.harness import NODE, node_modules

from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.rules import run
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

KEYS = (
    "enableRLS getSQL shouldOmitSQLParens _ constructor toString valueOf hasOwnProperty then name table id2 json schema"
).split()
SCRIPT = """
import { eq } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as sqlite from "drizzle-orm/sqlite-core";
const keys = JSON.parse(process.argv[1]);
const hidden = (core, make, builder) => keys.filter((key) => {
  const table = make("t", { id: core.integer("id"), [key]: core.text("x") });
  return !builder().select({ id: table.id }).from(table).where(eq(table[key], "a")).toSQL().sql.includes("\\"x\\" =");
});
console.log(JSON.stringify({
  pg: hidden(pg, pg.pgTable, () => new pg.QueryBuilder()),
  sqlite: hidden(sqlite, sqlite.sqliteTable, () => new sqlite.QueryBuilder()),
}));
"""


def found(key: str, dialect: str) -> bool:
    """Return whether the rule finds a table's key."""
    text = (
        f'import {{ text, {dialect}Table }} from "drizzle-orm/{dialect}-core";\n'
        f'export const t = {dialect}Table("t", {{ {key}: text("x") }});\n'
    )
    schema = link(Project("/nonexistent", frozenset(), {"schema.ts": text.encode()})).schema
    return bool(run("COR001", SchemaView(schema, Settings(rules=frozenset({"COR001"})))))


@pytest.mark.parametrize("dialect", ["pg", "sqlite"])
def test_the_keys_that_a_table_hides(dialect: str) -> None:
    node_modules()
    command = ["node", "--input-type=module", "-e", SCRIPT, json.dumps(KEYS)]
    done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, check=True)
    assert [key for key in KEYS if found(key, dialect)] == json.loads(done.stdout)[dialect]
