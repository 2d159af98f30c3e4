import pytest

from rules.rls import ENABLE_PY, ENABLE_TS, drizzle_kit, migrated, notes_py, notes_ts
from rules.support import Found, py, run

CODE = "RLS007"
WHY = (
    "has row level security that is not forced: its owner, as whom migrations and often the application connect, "
    "bypasses every policy; add `ALTER TABLE … FORCE ROW LEVEL SECURITY` to a migration"
)
POLICY = 'pgPolicy("p", { using: sql`tenant_id = app.tenant()` })'
PROTECT_PY = f"{ENABLE_PY} CREATE POLICY p ON note USING (tenant_id = app.tenant());"
FORCE = "ALTER TABLE note FORCE ROW LEVEL SECURITY;"

NOOP = {
    "py forced": notes_py(f"{PROTECT_PY} {FORCE}"),
    "py forced in one statement": notes_py(PROTECT_PY.replace("SECURITY;", "SECURITY, FORCE ROW LEVEL SECURITY;")),
    "py not enabled": notes_py(),
    "py forced under a condition": notes_py(
        f"{PROTECT_PY} DO $$ BEGIN IF now() > '2020-01-01' THEN {FORCE} END IF; END $$;"
    ),
    "py forced in a loop": notes_py(f"""
        {PROTECT_PY}
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables LOOP
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.tablename);
          END LOOP;
        END $$;
    """),
    "py no tenant column": migrated(
        py("""
            class Draft(SQLModel, table=True):
                id: int = Field(primary_key=True)
        """),
        "ALTER TABLE draft ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON draft USING (true);",
    ),
    "ts forced": notes_ts(POLICY, "ALTER TABLE notes FORCE ROW LEVEL SECURITY;"),
    "ts forced by a custom migration of drizzle-kit": drizzle_kit(
        notes_ts(POLICY),
        f'CREATE TABLE "notes" ("tenant_id" uuid);--> statement-breakpoint\n{ENABLE_TS}',
        "ALTER TABLE notes FORCE ROW LEVEL SECURITY;",
    ),
    "ts not enabled": notes_ts(),
    "ts no policy": notes_ts(call=".enableRLS()"),
    "ts only for roles of a platform": notes_ts(
        'pgPolicy("p", { to: supabase.authenticatedRole, using: sql`true` }),\n'
        'pgPolicy("q", { to: supabase.serviceRole })'
    ),
    "ts roles that cannot be read": notes_ts('pgPolicy("p", { to: roles, using: sql`true` })'),
    "ts extras that cannot be read": notes_ts("...policiesOf(t)"),
}

FINDING = {
    "py a policy": (notes_py(PROTECT_PY), [Found(2, 7, f"`note` {WHY}", "models.py")]),
    "py no longer forced": (
        notes_py(f"{PROTECT_PY} {FORCE} ALTER TABLE note NO FORCE ROW LEVEL SECURITY;"),
        [Found(2, 7, f"`note` {WHY}", "models.py")],
    ),
    "ts a policy": (notes_ts(POLICY), [Found(3, 22, f"`notes` {WHY}")]),
    "ts a policy for a role of its own": (
        notes_ts('pgPolicy("p", { to: [supabase.serviceRole, pgRole("app")], using: sql`false` })'),
        [Found(3, 22, f"`notes` {WHY}")],
    ),
    "ts a migration": (
        notes_ts(migration=f"{ENABLE_TS} CREATE POLICY p ON notes USING (true);"),
        [Found(3, 22, f"`notes` {WHY}", "schema.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
