import pytest

from rules.rls import ENABLE_PY, ENABLE_TS, IS_TENANT, alembic, drizzle_kit, notes_py, notes_ts
from rules.support import Found, py, run, ts

CODE = "RLS001"
WHY = (
    "has no row level security: nothing in the models or the migrations enables it, so that the first query without a "
    "tenant filter shows every tenant's rows; "
)
IN_SQL = f"{WHY}enable it in a migration (`ALTER TABLE … ENABLE ROW LEVEL SECURITY`), with a policy on `tenant_id`"
IN_DRIZZLE = (
    f"{WHY}add a `pgPolicy` on `tenant_id` to its third argument, which enables it too, or enable it in a migration"
)
POLICY = f'pgPolicy("p", {{ using: sql`{IS_TENANT}` }})'
CREATE_TS = 'CREATE TABLE "notes" ("id" uuid, "tenant_id" uuid);--> statement-breakpoint\nSELECT 1;'

NOOP = {
    "py enabled by a migration": notes_py(ENABLE_PY),
    "py enabled in the schema public, quoted": notes_py('ALTER TABLE "public"."note" ENABLE ROW LEVEL SECURITY;'),
    "py enabled under a condition": notes_py(f"DO $$ BEGIN IF now() > '2020-01-01' THEN {ENABLE_PY} END IF; END $$;"),
    "py enabled in a loop over names": notes_py("""
        DO $$ DECLARE t text; BEGIN
          FOREACH t IN ARRAY ARRAY['note', 'task'] LOOP
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
          END LOOP;
        END $$;
    """),
    "py a loop over tables that the database knows": notes_py("""
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE 'ALTER TABLE ' || t.tablename || ' ENABLE ROW LEVEL SECURITY';
          END LOOP;
        END $$;
    """),
    "py enabled by Alembic": alembic('op.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")'),
    "py enabled by Alembic in a loop": alembic("""
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    """),
    "py enabled by Alembic in a loop over what the database has": alembic("""
        for table in sa.inspect(op.get_bind()).get_table_names():
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    """),
    "py enabled by Alembic under a condition": alembic("""
        if op.get_bind().dialect.name == unreadable():
            op.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
    """),
    "py enabled before the table is renamed": notes_py("""
        CREATE TABLE memo (id uuid, tenant_id uuid);
        ALTER TABLE memo ENABLE ROW LEVEL SECURITY;
        ALTER TABLE memo RENAME TO note;
    """),
    "ts a script's copy of a table that the models secure": ts(
        """
        const columns = { id: uuid("id"), tenant_id: uuid("tenant_id") };
        export const notes = pgTable("notes", { ...columns, body: text("body") }).enableRLS();
        const copy = pgTable("notes", columns);
        """
    ),
    "py no tenant column": py("""
        class Country(SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "py the tenants' own table, though it has a parent": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int | None = Field(default=None, foreign_key="tenant.id")
    """),
    "py exempt": notes_py(exempt_tables=("note",)),
    "py exempt from this rule": notes_py(options={CODE: {"exempt_tables": ("note",)}}),
    "py policies that are not enabled are RLS009's": notes_py(f"CREATE POLICY p ON note USING ({IS_TENANT});"),
    "ts a policy": notes_ts(POLICY),
    "ts a linked policy": notes_ts(after=f"export const p = {POLICY}.link(notes);"),
    "ts enableRLS": notes_ts(call=".enableRLS()"),
    "ts withRLS": ts("""
        export const notes = pgTable.withRLS("notes", { tenantId: uuid("tenant_id") });
    """),
    "ts enabled by a migration": notes_ts(migration=ENABLE_TS),
    "ts enabled by a custom migration of drizzle-kit": drizzle_kit(notes_ts(), CREATE_TS, ENABLE_TS),
    "ts crudPolicy of Neon": ts("""
        import { crudPolicy } from "drizzle-orm/neon";
        export const notes = pgTable("notes", { tenantId: uuid("tenant_id") }, (t) => [
          crudPolicy({ role: "app", read: sql`tenant_id = app.tenant()`, modify: null }),
        ]);
    """),
    "ts extras that cannot be read": notes_ts("...policiesOf(t)"),
    "ts a name that cannot be read": ts("""
        export const notes = pgTable(process.env.NAME, { tenantId: uuid("tenant_id") });
    """),
    "ts MySQL has none": ts("""
        export const notes = mysql.mysqlTable("notes", { tenantId: mysql.int("tenant_id") });
    """),
    "ts enabled by the model of another language": notes_ts()._replace(
        files=py("""
            class Note(SQLModel, table=True):
                __tablename__ = "notes"
                id: int = Field(primary_key=True)
                tenant_id: UUID
        """).files
        | notes_ts(POLICY).files
    ),
}

FINDING = {
    "py nothing": (notes_py(), [Found(2, 7, f"`note` {IN_SQL}")]),
    "py a key that references the tenants": (
        py("""
            class Tenant(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Branding(SQLModel, table=True):
                id: int = Field(primary_key=True, foreign_key="tenant.id")
        """),
        [Found(5, 7, f"`branding` {IN_SQL.replace('tenant_id', 'id')}")],
    ),
    "py another name of the tenant": (
        py(
            """
            class Note(SQLModel, table=True):
                id: int = Field(primary_key=True)
                workspace_id: int
            """,
            tenant_columns=("workspace_id",),
        ),
        [Found(2, 7, f"`note` {IN_SQL.replace('tenant_id', 'workspace_id')}")],
    ),
    "py disabled again": (
        notes_py(f"{ENABLE_PY} ALTER TABLE note DISABLE ROW LEVEL SECURITY;"),
        [Found(2, 7, f"`note` {IN_SQL}", "models.py")],
    ),
    "py enabled in another schema": (
        notes_py("ALTER TABLE audit.note ENABLE ROW LEVEL SECURITY;"),
        [Found(2, 7, f"`note` {IN_SQL}", "models.py")],
    ),
    "py created again": (
        notes_py(f"{ENABLE_PY} DROP TABLE note; CREATE TABLE note (id uuid, tenant_id uuid);"),
        [Found(2, 7, f"`note` {IN_SQL}", "models.py")],
    ),
    "py Alembic enables it for others": (
        alembic("""
            for table in TABLES[1:]:
                op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        """),
        [Found(2, 7, f"`note` {IN_SQL}", "models.py")],
    ),
    "py forced only": (
        notes_py("ALTER TABLE note FORCE ROW LEVEL SECURITY;"),
        [Found(2, 7, f"`note` {IN_SQL}", "models.py")],
    ),
    "ts nothing": (notes_ts(), [Found(3, 22, f"`notes` {IN_DRIZZLE}")]),
    "ts a policy that belongs to no table": (
        notes_ts(after=f"export const p = {POLICY};"),
        [Found(3, 22, f"`notes` {IN_DRIZZLE}")],
    ),
    "ts disabled by the last migration of drizzle-kit": (
        drizzle_kit(notes_ts(), CREATE_TS, ENABLE_TS, ENABLE_TS.replace("ENABLE", "DISABLE")),
        [Found(3, 22, f"`notes` {IN_DRIZZLE}", "schema.ts")],
    ),
    "ts a migration of another table": (
        notes_ts(migration="ALTER TABLE other ENABLE ROW LEVEL SECURITY;"),
        [Found(3, 22, f"`notes` {IN_DRIZZLE}", "schema.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
