import pytest

from rules.rls import ENABLE_PY, IS_TENANT, MIGRATION, REVISION, alembic, notes_py, notes_ts
from rules.support import Found, run

CODE = "RLS004"


def why(clauses="USING is", role="public"):
    return (
        f"is a policy that is open to `{role}`: its {clauses} always true, so that every tenant's rows pass; compare "
        "`tenant_id` with the session's tenant"
    )


def policy(rest):
    """Return a class with a policy on line 2 of the migration."""
    return notes_py(f"{ENABLE_PY}\nCREATE POLICY p ON note {rest};")


RESTRICTIVE = f"CREATE POLICY q ON note AS RESTRICTIVE USING ({IS_TENANT});"

NOOP = {
    "py the tenant's": policy(f"USING ({IS_TENANT})"),
    "py an update whose check fails": policy("FOR UPDATE USING (true) WITH CHECK (false)"),
    "ts an update whose check cannot be read": notes_ts(
        'pgPolicy("p", { for: "update", using: sql`true`, withCheck: check(t) })'
    ),
    "py restrictive": policy("AS RESTRICTIVE USING (true)"),
    "py for a role of the platform": policy("TO service_role USING (true)"),
    "py for a role of its own": policy("TO reporting USING (true)"),
    "py limited by a restrictive one": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note USING (true); {RESTRICTIVE}"),
    "py limited by one for the same command and role": notes_py(
        f"{ENABLE_PY} CREATE POLICY p ON note FOR SELECT TO anon, app USING (true);"
        f" CREATE POLICY q ON note AS RESTRICTIVE FOR SELECT TO anon USING ({IS_TENANT});"
    ),
    "ts limited by one whose roles cannot be read": notes_ts(
        'pgPolicy("p", { to: "anon", using: sql`true` }),\n'
        'pgPolicy("q", { as: "restrictive", to: roles, using: sql`${t.tenantId} = app.tenant()` }),'
    ),
    "py dropped": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note USING (true); DROP POLICY p ON note;"),
    "py dropped by what cannot be read": notes_py(f"""
        {ENABLE_PY} CREATE POLICY p ON note USING (true);
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables LOOP
            EXECUTE format('DROP POLICY p ON %I', t.tablename);
          END LOOP;
        END $$;
    """),
    "py not enabled is RLS009's": notes_py("CREATE POLICY p ON note USING (true);"),
    "py not always true": policy("USING (is_public)"),
    "ts the tenant's": notes_ts('pgPolicy("p", { using: sql`${t.tenantId} = app.tenant()` })'),
    "ts restrictive": notes_ts('pgPolicy("p", { as: "restrictive", using: sql`true` })'),
    "ts for a role of its own": notes_ts('pgPolicy("p", { to: pgRole("reporting"), using: sql`true` })'),
    "ts roles that cannot be read": notes_ts('pgPolicy("p", { to: roles, using: sql`true` })'),
    "ts a mode that cannot be read": notes_ts('pgPolicy("p", { as: mode, using: sql`true` })'),
    "ts a command that cannot be read": notes_ts('pgPolicy("p", { for: command, using: sql`true` })'),
    "ts a predicate that cannot be read": notes_ts('pgPolicy("p", { using: open(t) })'),
}

FINDING = {
    "py for all": (policy("USING (true)"), [Found(2, 1, f"`note.p` {why()}", MIGRATION)]),
    "py for reading": (policy("FOR SELECT TO PUBLIC USING ((true))"), [Found(2, 1, f"`note.p` {why()}", MIGRATION)]),
    "py 1 = 1": (policy("USING (1 = 1)"), [Found(2, 1, f"`note.p` {why()}", MIGRATION)]),
    "py or true": (policy(f"USING ({IS_TENANT} OR true)"), [Found(2, 1, f"`note.p` {why()}", MIGRATION)]),
    "py updates": (policy("FOR UPDATE USING (true)"), [Found(2, 1, f"`note.p` {why()}", MIGRATION)]),
    "py updates that take rows over": (
        policy(f"FOR UPDATE USING (true) WITH CHECK ({IS_TENANT})"),
        [Found(2, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py inserts": (
        policy("FOR INSERT TO authenticated WITH CHECK (true)"),
        [Found(2, 1, f"`note.p` {why('WITH CHECK is', 'authenticated')}", MIGRATION)],
    ),
    "py in an Alembic revision": (
        alembic("""
            op.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
            op.execute("CREATE POLICY p ON note USING (true)")
        """),
        [Found(7, 5, f"`note.p` {why()}", REVISION)],
    ),
    "py in a loop of an Alembic revision": (
        alembic("""
            for table in TABLES:
                op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                op.execute(f"CREATE POLICY {table}_p ON {table} USING (true)")
        """),
        [Found(8, 9, f"`note.note_p` {why()}", REVISION)],
    ),
    "py both": (
        policy("TO app, anon USING (true) WITH CHECK (true)"),
        [Found(2, 1, f"`note.p` {why('USING and WITH CHECK are', 'anon')}", MIGRATION)],
    ),
    "py the check alone": (
        policy(f"USING ({IS_TENANT}) WITH CHECK (true)"),
        [Found(2, 1, f"`note.p` {why('WITH CHECK is')}", MIGRATION)],
    ),
    "py a restrictive one that limits nothing": (
        policy("USING (true); CREATE POLICY q ON note AS RESTRICTIVE USING (true)"),
        [Found(2, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py a restrictive one for another command": (
        policy(f"FOR SELECT USING (true); CREATE POLICY q ON note AS RESTRICTIVE FOR INSERT WITH CHECK ({IS_TENANT})"),
        [Found(2, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py a restrictive one for another role": (
        policy(f"TO anon USING (true); CREATE POLICY q ON note AS RESTRICTIVE TO app USING ({IS_TENANT})"),
        [Found(2, 1, f"`note.p` {why(role='anon')}", MIGRATION)],
    ),
    "py opened by ALTER POLICY": (
        notes_py(f"{ENABLE_PY}\nCREATE POLICY p ON note USING ({IS_TENANT});\nALTER POLICY p ON note USING (true);"),
        [Found(2, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "ts beside the tenant's": (
        notes_ts(
            'pgPolicy("p", { using: sql`${t.tenantId} = app.tenant()` }),\n'
            'pgPolicy("q", { for: "select", using: sql`true` }),'
        ),
        [Found(7, 3, f"`notes.q` {why()}")],
    ),
    "ts anonymous": (
        notes_ts('pgPolicy("p", { to: supabase.anonRole, using: sql`true` })'),
        [Found(6, 3, f"`notes.p` {why(role='anon')}")],
    ),
    "ts crudPolicy of Neon": (
        notes_ts("neon.crudPolicy({ role: neon.authenticatedRole, read: true, modify: false })"),
        [Found(6, 3, f"`notes.crud-authenticated-policy-select` {why(role='authenticated')}")],
    ),
    "ts two tables that share a helper": (
        notes_ts(
            "open(),",
            after="""
            function open() {
              return pgPolicy("open", { using: sql`true` });
            }
            export const memos = pgTable("memos", { tenantId: uuid("tenant_id") }, () => [open()]);
            """,
        ),
        [Found(6, 3, f"`notes.open` {why()}"), Found(12, 79, f"`memos.open` {why()}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
