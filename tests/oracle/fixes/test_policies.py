"""Fixes of policies and of row level security, run on a PostgreSQL database that has rows, for both ORMs.

Drizzle's migrations are those of drizzle-kit 0.31, which keeps a journal, and of 1.0, which keeps a chain of snapshots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, statements
from tests.oracle.fixes.test_security import MODELS, REVISION, check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

ONE, OTHER = "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10", "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a11"
SCHEMA = """
import { sql } from "drizzle-orm";
import { index, integer, pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: uuid("id").primaryKey().defaultRandom() });

export const notes = pgTable(
  "notes",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    tenantId: uuid("tenant_id").notNull().references(() => tenants.id),
    size: integer("size").notNull().default(1),
  },
  (t) => [
    index("notes_tenant_id_idx").on(t.tenantId),
    $policies
  ],
)$end;
"""
ASKED = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)"
SAME = "${t.tenantId} = " + ASKED
USING = f"pgPolicy('own', {{ using: sql`{SAME}` }}),"
OPEN = f"pgPolicy('own', {{ to: 'pg_monitor', using: sql`{SAME}`, withCheck: sql`true` }}),"
SIZED = f"pgPolicy('own', {{ using: sql`{SAME}`, withCheck: sql`${{t.size}} > 0` }}),"
INSERT = (
    f"pgPolicy('see', {{ for: 'select', using: sql`{SAME}` }}),"
    "pgPolicy('add', { for: 'insert', withCheck: sql`${t.size} > 0` }),"
)
PER_ROW = "pgPolicy('own', { using: sql`${t.tenantId} = current_setting('app.tenant_id')::uuid` }),"
SQL_SAME = f'"notes"."tenant_id" = {ASKED}'
ALTER = 'ALTER POLICY "{}" ON "notes" TO public'
ENABLE, FORCE = (f'ALTER TABLE "notes" {word} ROW LEVEL SECURITY;' for word in ("ENABLE", "FORCE"))
HAND = f"CREATE POLICY own ON notes USING (tenant_id = {ASKED})"
CASES = {
    "RLS005 open": (
        OPEN,
        "",
        "",
        [f'ALTER POLICY "own" ON "notes" TO "pg_monitor" USING ({SQL_SAME}) WITH CHECK ({SQL_SAME});'],
    ),
    "RLS005 more": (
        SIZED,
        "",
        "",
        [f'{ALTER.format("own")} USING ({SQL_SAME}) WITH CHECK (("notes"."size" > 0) and ({SQL_SAME}));'],
    ),
    "RLS005 insert": (
        INSERT,
        "",
        "",
        [f'{ALTER.format("add")} WITH CHECK (("notes"."size" > 0) and ({SQL_SAME}));'],
    ),
    "RLS005 by hand": (
        "",
        ".enableRLS()",
        f"{HAND} WITH CHECK (size > 0)",
        [f"{ALTER.format('own')} USING (tenant_id = {ASKED}) WITH CHECK ((size > 0) AND (tenant_id = {ASKED}));"],
    ),
    "RLS002": (
        "",
        ".enableRLS()",
        "",
        [
            'CREATE POLICY "notes_tenant_isolation" ON "notes" AS PERMISSIVE FOR ALL TO public '
            f"USING ({SQL_SAME}) WITH CHECK ({SQL_SAME});"
        ],
    ),
    "RLS007": (USING, "", "", [FORCE]),
    "RLS009": ("", "", HAND, [ENABLE]),
    "RLS006": (
        PER_ROW,
        "",
        "",
        [f'{ALTER.format("own")} USING ("notes"."tenant_id" = (select current_setting(\'app.tenant_id\'))::uuid);'],
    ),
    "RLS006 by hand": (
        "",
        ".enableRLS()",
        "CREATE POLICY own ON notes USING (tenant_id = current_setting('app.tenant_id')::uuid)",
        [f"{ALTER.format('own')} USING (tenant_id = (select current_setting('app.tenant_id'))::uuid);"],
    ),
}
ROWS = f"""
INSERT INTO tenants VALUES ('{ONE}'), ('{OTHER}');
INSERT INTO notes (tenant_id) VALUES ('{ONE}'), ('{OTHER}');
"""
SEEN = f"SELECT set_config('app.tenant_id', '{ONE}', false)"


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def may_add(connection: psycopg.Connection, tenant: str, table: str = "notes") -> bool:
    """Return whether a role that owns nothing may write a row of a tenant, in the session of the first."""
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE ROLE stranger IN ROLE pg_monitor")
        connection.execute(f"GRANT SELECT, INSERT ON {table} TO stranger".encode())
        connection.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO stranger")
        connection.execute("SET LOCAL ROLE stranger")
        connection.execute(SEEN.encode())
        try:
            connection.execute(f"INSERT INTO {table} (tenant_id) VALUES ('{tenant}')".encode())
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
@pytest.mark.parametrize("name", CASES)
def test_drizzle(tmp_path: Path, connection: psycopg.Connection, name: str, major: Major) -> None:
    policies, end, by_hand, made = CASES[name]
    code = name.partition(" ")[0]
    project = KitProject(tmp_path, major, SCHEMA.replace("$policies", policies).replace("$end", end))
    project.begin()
    if by_hand:
        path = project.custom("by_hand", by_hand)
        assert path in project.migrations()
    before = len(project.migrations())
    project.migrate(connection)
    connection.execute(ROWS.encode())
    assert check(tmp_path, "--select", code).count(f" {code} ") == 1
    assert check(tmp_path, "--select", code, "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "RLS,MIG", "--ignore", "" if code == "RLS007" else "RLS007") == ""
    assert len(project.migrations()) == before + 1
    assert statements(project.migrations()[-1]) == made
    assert project.generate() == []
    project.migrate(connection, before)
    assert connection.execute("SELECT count(*) FROM notes").fetchall() == [(2,)]
    assert connection.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'notes'").fetchall() == [(True,)]
    assert (may_add(connection, ONE), may_add(connection, OTHER)) == (True, False)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert check(tmp_path, "--select", code, "--fix", "--unsafe-fixes") == ""
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


SECURE = "ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY"
OFF = "DROP POLICY IF EXISTS own ON notes; ALTER TABLE notes NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"
OWN = f"CREATE POLICY own ON notes USING (tenant_id = {ASKED})"
REVISED = {
    "RLS005 open": (
        f"{SECURE}; {OWN.replace('USING', 'TO pg_monitor USING')} WITH CHECK (true)",
        f"""def upgrade() -> None:
    op.execute(
        "ALTER POLICY own ON notes "
        "WITH CHECK (tenant_id = {ASKED})"
    )


def downgrade() -> None:
    op.execute("ALTER POLICY own ON notes WITH CHECK (true)")
""",
    ),
    "RLS005 more": (
        f"{SECURE}; {OWN} WITH CHECK (id > 0)",
        f"""def upgrade() -> None:
    op.execute(
        "ALTER POLICY own ON notes "
        "WITH CHECK ((id > 0) AND (tenant_id = {ASKED}))"
    )


def downgrade() -> None:
    op.execute("ALTER POLICY own ON notes WITH CHECK (id > 0)")
""",
    ),
    "RLS005 owner": (
        f"{SECURE}; CREATE POLICY see ON notes FOR SELECT USING (tenant_id = {ASKED}); "
        "CREATE POLICY own ON notes USING (id > 0)",
        f"""def upgrade() -> None:
    op.execute(
        "ALTER POLICY own ON notes "
        "WITH CHECK ((id > 0) AND (tenant_id = {ASKED}))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY own ON notes")
    op.execute("CREATE POLICY own ON notes USING (id > 0)")
""",
    ),
    "RLS006": (
        f"{SECURE}; CREATE POLICY own ON notes USING (tenant_id = current_setting('app.tenant_id')::uuid)",
        """def upgrade() -> None:
    op.execute(
        "ALTER POLICY own ON notes "
        "USING (tenant_id = (select current_setting('app.tenant_id'))::uuid)"
    )


def downgrade() -> None:
    op.execute(
        "ALTER POLICY own ON notes "
        "USING (tenant_id = current_setting('app.tenant_id')::uuid)"
    )
""",
    ),
}


@pytest.mark.parametrize("name", REVISED)
def test_alembic(tmp_path: Path, connection: psycopg.Connection, name: str) -> None:
    up, body = REVISED[name]
    code = name.partition(" ")[0]
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    ((first,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    down = OFF.replace("ALTER", "DROP POLICY IF EXISTS see ON notes; ALTER", 1)
    path = tmp_path / "alembic" / "versions" / "b_more.py"
    path.write_text(REVISION.format(parent=first, up=up, down=down).lstrip())
    project.run("upgrade head")
    connection.execute(ROWS.encode())
    before = connection.execute("SELECT * FROM pg_policies ORDER BY policyname").fetchall()
    assert check(tmp_path, "--select", code).count(f" {code} ") == 1
    assert check(tmp_path, "--select", code, "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "RLS,MIG") == ""
    (made,) = set((tmp_path / "alembic" / "versions").glob("*.py")) - {path, *path.parent.glob(f"{first}*")}
    text = made.read_text()
    assert text[text.index("def upgrade") :] == body
    project.run("upgrade head", "check")
    assert (may_add(connection, ONE), may_add(connection, OTHER)) == (True, False)
    project.run("downgrade -1")
    assert connection.execute("SELECT * FROM pg_policies ORDER BY policyname").fetchall() == before
    project.run("upgrade head", "check")
    assert connection.execute("SELECT count(*) FROM notes").fetchall() == [(2,)]
    assert check(tmp_path, "--select", code, "--fix", "--unsafe-fixes") == ""


# Tables that only migrations make

ORDERS = (
    "CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL REFERENCES tenants)"
)
MORE_ROWS = f"INSERT INTO orders (tenant_id) VALUES ('{ONE}'), ('{OTHER}')"


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
def test_a_table_of_custom_migrations(tmp_path: Path, connection: psycopg.Connection, major: Major) -> None:
    project = KitProject(tmp_path, major, SCHEMA.replace("$policies", USING).replace("$end", ""))
    project.begin()
    project.custom("orders", ORDERS)
    project.migrate(connection)
    connection.execute((ROWS + MORE_ROWS).encode())
    assert check(tmp_path, "--select", "MIG005").count(" MIG005 ") == 1
    assert check(tmp_path, "--select", "MIG005", "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "RLS,MIG", "--ignore", "RLS007") == ""
    assert statements(project.migrations()[-1]) == [
        'ALTER TABLE "orders" ENABLE ROW LEVEL SECURITY;',
        'ALTER TABLE "orders" FORCE ROW LEVEL SECURITY;',
        'CREATE POLICY "orders_tenant" ON "orders" AS PERMISSIVE FOR ALL TO public '
        f'USING ("orders"."tenant_id" = {ASKED});',
    ]
    assert project.generate() == []
    project.migrate(connection, 2)
    assert connection.execute("SELECT count(*) FROM orders").fetchall() == [(2,)]
    assert (may_add(connection, ONE, "orders"), may_add(connection, OTHER, "orders")) == (True, False)


ORDERS_BODY = f"""def upgrade() -> None:
    op.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE orders FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY orders_tenant ON orders "
        "USING (tenant_id = {ASKED})"
    )


def downgrade() -> None:
    op.execute("DROP POLICY orders_tenant ON orders")
    op.execute("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE orders DISABLE ROW LEVEL SECURITY")
"""


def test_a_table_of_revisions(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    ((first,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    path = tmp_path / "alembic" / "versions" / "b_more.py"
    path.write_text(
        REVISION.format(parent=first, up=f"{ORDERS}; {SECURE}; {OWN}", down=f"{OFF}; DROP TABLE orders").lstrip()
    )
    project.run("upgrade head")
    connection.execute((ROWS + MORE_ROWS).encode())
    before = project.catalog(connection)
    assert check(tmp_path, "--select", "MIG005").count(" MIG005 ") == 1
    assert check(tmp_path, "--select", "MIG005", "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "RLS,MIG") == ""
    (made,) = set(path.parent.glob("*.py")) - {path, *path.parent.glob(f"{first}*")}
    assert made.read_text()[made.read_text().index("def upgrade") :] == ORDERS_BODY
    project.run("upgrade head")
    assert (may_add(connection, ONE, "orders"), may_add(connection, OTHER, "orders")) == (True, False)
    project.run("downgrade -1")
    assert project.catalog(connection) == before
    assert connection.execute("SELECT count(*) FROM orders").fetchall() == [(2,)]
    assert check(tmp_path, "--select", "MIG005", "--fix", "--unsafe-fixes") == ""


def test_plain_sql_and_models_that_say_it_have_no_fix(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_orders.sql").write_text(f"{ORDERS.replace(' REFERENCES tenants', '')};\n")
    found = check(tmp_path, "--select", "MIG005", "--fix", "--unsafe-fixes")
    assert found.count(" MIG005 ") == 1
    assert [path.name for path in tmp_path.rglob("*.sql")] == ["0001_orders.sql"]
