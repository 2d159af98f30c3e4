import pytest

from rules.rls import ENABLE_PY, IS_TENANT, MIGRATION, migrated, notes_py, notes_ts
from rules.support import Found, py, run

CODE = "RLS006"


def why(names, first):
    return (
        f"is a policy that calls {names} once for every row that a query reads, though no row decides what it gives; "
        f"wrap it, as `(select {first}(…))`, so that it runs once a query"
    )


def using(predicate):
    return notes_py(f"{ENABLE_PY}\nCREATE POLICY p ON note USING ({predicate});")


NOOP = {
    "py wrapped": using(IS_TENANT),
    "py in a subquery": using("tenant_id in (select tenant_id from members where user_id = auth.uid())"),
    "py a function of a column": using("is_member(tenant_id)"),
    "py cheap functions": using("tenant_id = app_id and created_at < now() and lower(name) = 'x'"),
    "py the user": using("user_name = current_user"),
    "py a check is made for a written row only": notes_py(
        f"{ENABLE_PY} CREATE POLICY p ON note FOR INSERT WITH CHECK (tenant_id = current_setting('x')::uuid);"
    ),
    "py what cannot be read": using("extract(year from f()) = 2020"),
    "py dropped by what cannot be read": notes_py("""
        CREATE POLICY p ON note USING (is_admin());
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables LOOP
            EXECUTE format('DROP POLICY p ON %I', t.tablename);
          END LOOP;
        END $$;
    """),
    "ts wrapped": notes_ts('pgPolicy("p", { using: sql`${t.userId} = ${supabase.authUid}` })'),
    "ts what cannot be read": notes_ts('pgPolicy("p", { using: tenantIs(t) })'),
    "ts in a subquery": notes_ts('pgPolicy("p", { using: sql`${t.tenantId} in (select private.tenants())` })'),
}

FINDING = {
    "py a setting": (
        using("tenant_id = current_setting('app.tenant_id')::uuid"),
        [Found(2, 1, f"`note.p` {why('`current_setting()`', 'current_setting')}", MIGRATION)],
    ),
    "py two functions": (
        using("user_id = auth.uid() or is_admin() and auth.uid() is not null"),
        [Found(2, 1, f"`note.p` {why('`auth.uid()` and `is_admin()`', 'auth.uid')}", MIGRATION)],
    ),
    "py beside a column": (
        using("is_member(tenant_id, auth.uid())"),
        [Found(2, 1, f"`note.p` {why('`auth.uid()`', 'auth.uid')}", MIGRATION)],
    ),
    "py a table of no tenant": (
        migrated(
            py("""
                class Draft(SQLModel, table=True):
                    id: int = Field(primary_key=True)
                    user_id: int
            """),
            "CREATE POLICY p ON draft USING (user_id = auth.uid());",
        ),
        [Found(1, 1, f"`draft.p` {why('`auth.uid()`', 'auth.uid')}", MIGRATION)],
    ),
    "ts a setting": (
        notes_ts("pgPolicy(\"p\", { using: sql`${t.tenantId} = current_setting('x')::uuid` })"),
        [Found(6, 3, f"`notes.p` {why('`current_setting()`', 'current_setting')}")],
    ),
    "ts a claim": (
        notes_ts("pgPolicy(\"p\", { using: sql`${t.tenantId} = (auth.jwt() ->> 'org')::uuid` })"),
        [Found(6, 3, f"`notes.p` {why('`auth.jwt()`', 'auth.jwt')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
