import pytest

from rules.rls import ENABLE_PY, IS_TENANT, MIGRATION, notes_py, notes_ts
from rules.support import Found, run

CODE = "RLS005"
OWN = "user_id = (select auth.uid())"
READ = f"CREATE POLICY reading ON note FOR SELECT USING ({IS_TENANT});"


def why(clause="WITH CHECK"):
    return (
        f"is a policy that lets rows be written for another tenant: its {clause} does not compare `tenant_id` with the "
        "session's tenant; add that comparison"
    )


USING = "USING, which checks new rows too,"


def policy(rest, more=READ, **settings):
    """Return a class with a policy on line 3 of the migration."""
    return notes_py(f"{ENABLE_PY}\n{more}\nCREATE POLICY p ON note {rest};", **settings)


NOOP = {
    "py the tenant's": policy(f"USING ({IS_TENANT})"),
    "py the tenant's twice": policy(f"USING ({IS_TENANT}) WITH CHECK ({IS_TENANT})"),
    "py update without WITH CHECK": policy(f"FOR UPDATE USING ({IS_TENANT})"),
    "py insert": policy(f"FOR INSERT WITH CHECK ({IS_TENANT} AND {OWN})"),
    "py insert without WITH CHECK allows nothing": policy("FOR INSERT"),
    "py update, where nothing lets a row be updated": policy("FOR UPDATE WITH CHECK (is_public)"),
    "py update of no row": policy("FOR UPDATE USING (false) WITH CHECK (is_public)"),
    "py limited by one that lets nothing through": policy(
        f"FOR INSERT WITH CHECK ({OWN})", f"{READ} CREATE POLICY q ON note AS RESTRICTIVE USING (false);"
    ),
    "py reading only": policy(f"FOR SELECT USING ({OWN})"),
    "py deleting only": policy(f"FOR DELETE USING ({OWN})"),
    "py a membership": policy("FOR INSERT WITH CHECK (is_member(tenant_id))"),
    "py a guard": policy("FOR INSERT WITH CHECK (is_admin())"),
    "py open to everybody is RLS004's": policy("FOR INSERT WITH CHECK (true)"),
    "py open in USING is RLS004's": policy("FOR UPDATE USING (true)"),
    "py open to a role of its own": policy("FOR INSERT TO importer WITH CHECK (true)"),
    "py a role of the platform": policy(f"FOR INSERT TO service_role WITH CHECK ({OWN})"),
    "py nothing looks at the session is RLS003's": policy("WITH CHECK (is_public)", ""),
    "py restrictive": policy("AS RESTRICTIVE WITH CHECK (is_public)"),
    "py limited by a restrictive one": policy(
        f"FOR INSERT WITH CHECK ({OWN})", f"CREATE POLICY q ON note AS RESTRICTIVE USING ({IS_TENANT});"
    ),
    "py not enabled": notes_py(f"{READ} CREATE POLICY p ON note FOR INSERT WITH CHECK ({OWN});"),
    "py a key holds tenant and owner together": notes_py(
        f"{ENABLE_PY} {READ} CREATE POLICY p ON note FOR INSERT WITH CHECK ({OWN});",
        '__table_args__ = (ForeignKeyConstraint(["tenant_id", "user_id"], ["member.tenant_id", "member.user_id"]),)',
    ),
    "py a migration's key holds them together": policy(
        f"FOR INSERT WITH CHECK ({OWN})",
        f"{READ} ALTER TABLE note ADD FOREIGN KEY (tenant_id, user_id) REFERENCES member (tenant_id, user_id);",
    ),
    "ts the tenant's": notes_ts('pgPolicy("p", { using: sql`${t.tenantId} = app.tenant()` })'),
    "ts a check that cannot be read": notes_ts(
        'pgPolicy("p", { using: sql`${t.tenantId} = app.tenant()`, withCheck: check(t) })'
    ),
    "ts a command that cannot be read": notes_ts(
        'pgPolicy("p", { for: command, using: sql`${t.tenantId} = app.tenant()`, withCheck: sql`${t.open}` })'
    ),
    "ts a role that cannot be read": notes_ts(
        'pgPolicy("p", { to: role, using: sql`${t.tenantId} = app.tenant()`, withCheck: sql`${t.open}` })'
    ),
    "ts extras that cannot be read": notes_ts(
        'pgPolicy("p", { using: sql`${t.tenantId} = app.tenant()`, withCheck: sql`${t.open}` }), ...more(t)'
    ),
}

FINDING = {
    "py all, with a check of its own": (
        policy(f"USING ({IS_TENANT}) WITH CHECK (is_public)"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py insert by the owner": (
        policy(f"FOR INSERT WITH CHECK ({OWN})"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py insert by the owner, where no policy has the tenant": (
        policy(f"FOR INSERT WITH CHECK ({OWN})", f"CREATE POLICY q ON note FOR SELECT USING ({OWN});"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py insert by whoever is signed in": (
        policy("FOR INSERT WITH CHECK (auth.uid() IS NOT NULL)"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py update, where another policy lets rows be updated": (
        policy("FOR UPDATE WITH CHECK (is_public)", f"CREATE POLICY q ON note FOR UPDATE USING ({IS_TENANT});"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py a restrictive one for reading only": (
        policy(f"WITH CHECK ({OWN})", f"CREATE POLICY q ON note AS RESTRICTIVE FOR SELECT USING ({IS_TENANT});"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py update by the owner": (
        policy(f"FOR UPDATE USING ({OWN})"),
        [Found(3, 1, f"`note.p` {why(USING)}", MIGRATION)],
    ),
    "py update with a check of the owner": (
        policy(f"FOR UPDATE USING ({IS_TENANT}) WITH CHECK ({OWN})"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py open, to the role of the tenants": (
        policy(f"TO app_user USING ({IS_TENANT}) WITH CHECK (true)"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "py open, to a role that another policy ties to the tenant": (
        policy("FOR INSERT TO app_user WITH CHECK (true)", f"CREATE POLICY q ON note TO app_user USING ({IS_TENANT});"),
        [Found(3, 1, f"`note.p` {why()}", MIGRATION)],
    ),
    "ts all, with a check of its own": (
        notes_ts('pgPolicy("p", { using: sql`${t.tenantId} = app.tenant()`, withCheck: sql`${t.open}` })'),
        [Found(6, 3, f"`notes.p` {why()}")],
    ),
    "ts insert by the owner": (
        notes_ts(
            'pgPolicy("p", { for: "insert", withCheck: sql`${t.userId} = ${supabase.authUid}` }),\n'
            'pgPolicy("q", { for: "select", using: sql`${t.tenantId} = app.tenant()` }),'
        ),
        [Found(6, 3, f"`notes.p` {why()}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
