import pytest

from rules.rls import ENABLE_PY, IS_TENANT, MIGRATION, notes_py, notes_ts
from rules.support import Found, run

CODE = "RLS003"
WHY = (
    "is a policy that does not compare `tenant_id` with the session's tenant, and no other on the table does: every "
    "tenant's rows pass it; compare `tenant_id` with a setting, a claim or the memberships of the session"
)
NO_OWNER = {"options": {CODE: {"accept_owner": False}}}


def using(*predicates, **settings):
    """Return a class whose policies, from line 2 of the migration on, have these predicates."""
    policies = [f"CREATE POLICY p{number} ON note USING ({each});" for number, each in enumerate(predicates)]
    return notes_py("\n".join((ENABLE_PY, *policies)), **settings)


TIED = [
    IS_TENANT,
    "tenant_id = current_setting('app.tenant_id', true)::uuid",
    "tenant_id::text = nullif(current_setting('app.tenant_id', true), '')",
    "current_setting('app.tenant_id')::uuid = tenant_id",
    '"note"."tenant_id" = app.tenant()',
    "tenant_id = ((auth.jwt() -> 'app_metadata') ->> 'tenant_id')::uuid",
    "tenant_id in (select tenant_id from members where user_id = auth.uid())",
    "tenant_id in (select private.tenants())",
    "tenant_id = any (private.tenants())",
    "is_member(tenant_id)",
    "(select is_member(note.tenant_id))",
    "exists (select 1 from members m where m.tenant_id = note.tenant_id and m.user_id = auth.uid())",
    "exists (select 1 from projects p where p.id = project_id and p.tenant_id = app.tenant())",
    "project_id in (select id from projects)",
    "can_see_project(project_id)",
    "tenant_id = app.tenant() or is_public",
    "tenant_id = app.tenant() or current_setting('app.bypass', true) = 'on'",
    "is_admin()",
    "(auth.jwt() ->> 'role') = 'admin'",
    "user_id = auth.uid()",
    "user_id = auth.uid() or is_public",
    "unreadable +",
    "something_else",
]
UNTIED = [
    "auth.uid() is not null",
    "(select auth.role()) = 'authenticated'",
    "current_setting('app.user_id', true) is not null",
    "is_public",
    "tenant_id is not null",
    "tenant_id = tenant_id",
    "tenant_id = '00000000-0000-0000-0000-000000000000'",
    "is_public and auth.uid() is not null",
    "is_public or is_admin()",
]
NOOP = {
    **{f"py {predicate}": using(predicate) for predicate in TIED if predicate not in ("unreadable +",)},
    "py one of two": using("is_public", IS_TENANT),
    "py a restrictive one": notes_py(
        f"{ENABLE_PY} CREATE POLICY p ON note USING (is_public);"
        f" CREATE POLICY q ON note AS RESTRICTIVE USING ({IS_TENANT});"
    ),
    "py open to everybody is RLS004's": using("true"),
    "py closed": using("false"),
    "py not enabled": notes_py("CREATE POLICY p ON note USING (is_public);"),
    "py for a role of the platform": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note TO service_role USING (true);"),
    "py altered": notes_py(
        f"{ENABLE_PY} CREATE POLICY p ON note USING (is_public); ALTER POLICY p ON note USING ({IS_TENANT});"
    ),
    "py other policies may be there": notes_py(f"""
        {ENABLE_PY} CREATE POLICY p ON note USING (is_public);
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables LOOP
            EXECUTE format('CREATE POLICY tenant ON %I USING (tenant_id = app.tenant())', t.tablename);
          END LOOP;
        END $$;
    """),
    "ts eq with a setting": notes_ts("pgPolicy(\"p\", { using: sql`${t.tenantId} = current_setting('x')::uuid` })"),
    "ts a claim": notes_ts("pgPolicy(\"p\", { using: sql`${t.tenantId} = (select (auth.jwt() ->> 'org')::uuid)` })"),
    "ts the owner": notes_ts('pgPolicy("p", { using: sql`${t.userId} = ${supabase.authUid}` })'),
    "ts a predicate that cannot be read": notes_ts('pgPolicy("p", { using: tenantIs(t.tenantId) })'),
    "ts roles that cannot be read": notes_ts('pgPolicy("p", { to: roles, using: sql`${t.open}` })'),
    "ts a role of the platform": notes_ts('pgPolicy("p", { to: supabase.serviceRole, using: sql`${t.open}` })'),
    "ts extras that cannot be read": notes_ts('pgPolicy("p", { using: sql`${t.open}` }), ...policiesOf(t)'),
}

FINDING = {
    **{f"py {each}": (using(each), [Found(2, 1, f"`note.p0` {WHY}", MIGRATION)]) for each in UNTIED},
    "py the first of two": (using("is_public", "auth.uid() is not null"), [Found(2, 1, f"`note.p0` {WHY}", MIGRATION)]),
    "py the owner is not enough": (
        using("user_id = auth.uid()", **NO_OWNER),
        [Found(2, 1, f"`note.p0` {WHY}", MIGRATION)],
    ),
    "py open to a role of its own": (
        notes_py(f"{ENABLE_PY}\nCREATE POLICY p ON note TO app_user USING (true);"),
        [Found(2, 1, f"`note.p` {WHY}", MIGRATION)],
    ),
    "py altered": (
        notes_py(
            f"{ENABLE_PY}\nCREATE POLICY p ON note USING ({IS_TENANT});\nALTER POLICY p ON note USING (is_public);"
        ),
        [Found(2, 1, f"`note.p` {WHY}", MIGRATION)],
    ),
    "ts signed in": (
        notes_ts('pgPolicy("p", { to: supabase.authenticatedRole, using: sql`${supabase.authUid} is not null` })'),
        [Found(6, 3, f"`notes.p` {WHY}")],
    ),
    "ts a policy of a migration": (
        notes_ts(call=".enableRLS()", migration="CREATE POLICY p ON notes\n  USING (open);"),
        [Found(1, 1, f"`notes.p` {WHY}", MIGRATION)],
    ),
    "ts a name that cannot be read": (
        notes_ts("pgPolicy(name, { using: sql`${t.open}` })"),
        [Found(6, 3, f"`notes` has{WHY.removeprefix('is')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
