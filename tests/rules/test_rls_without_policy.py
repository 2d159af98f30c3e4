import pytest

from rules.rls import ENABLE_PY, ENABLE_TS, IS_TENANT, migrated, notes_py, notes_ts
from rules.support import Found, py, run, ts

CODE = "RLS002"
WHY = (
    "has row level security enabled and {}, so that every role but its owner reads an empty table and can write "
    "nothing; add a permissive policy on `tenant_id`"
)
NONE = WHY.format("no policy")
RESTRICTIVE = WHY.format("only restrictive policies")
EMPTY = WHY.format("only policies that give no access (restrictive, or without USING and WITH CHECK)")

NOOP = {
    "py not enabled": notes_py(),
    "py a policy": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note USING ({IS_TENANT});"),
    "py an open policy": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note FOR SELECT USING (true);"),
    "py policies that a loop creates": notes_py(f"""
        {ENABLE_PY}
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables LOOP
            EXECUTE format('CREATE POLICY p ON %I USING (true)', t.tablename);
          END LOOP;
        END $$;
    """),
    "py a policy under a condition": notes_py(
        f"{ENABLE_PY} DO $$ BEGIN IF now() > '2020-01-01' THEN CREATE POLICY p ON note USING (true); END IF; END $$;"
    ),
    "py closed to all but a role of the platform": notes_py(f"{ENABLE_PY} CREATE POLICY p ON note TO service_role;"),
    "ts closed to all but a role of the platform": notes_ts('pgPolicy("p", { for: "all", to: supabase.serviceRole })'),
    "ts roles that cannot be read": notes_ts('pgPolicy("p", { to: roles })'),
    "py no tenant column": migrated(
        py("""
            class Country(SQLModel, table=True):
                id: int = Field(primary_key=True)
        """),
        "ALTER TABLE country ENABLE ROW LEVEL SECURITY;",
    ),
    "py exempt": notes_py(ENABLE_PY, options={CODE: {"exempt_tables": ("note",)}}),
    "ts a policy": notes_ts('pgPolicy("p", { using: sql`tenant_id = app.tenant()` })'),
    "ts a policy of a migration": notes_ts(
        call=".enableRLS()", migration=f"CREATE POLICY p ON notes USING ({IS_TENANT});"
    ),
    "ts extras that cannot be read": notes_ts("...policiesOf(t)", call=".enableRLS()"),
    "ts predicates that cannot be read": notes_ts('pgPolicy("p", { using: tenantIs(t) })'),
    "ts a mode that cannot be read": notes_ts('pgPolicy("p", { as: mode, using: sql`true` })'),
    "ts no tenant column": ts("""
        export const countries = pgTable("countries", { id: uuid("id") }).enableRLS();
    """),
}

FINDING = {
    "py no policy": (notes_py(ENABLE_PY), [Found(2, 7, f"`note` {NONE}", "models.py")]),
    "py forced": (
        notes_py(f"{ENABLE_PY} ALTER TABLE note FORCE ROW LEVEL SECURITY;"),
        [Found(2, 7, f"`note` {NONE.replace(' but its owner', '')}", "models.py")],
    ),
    "py a policy that is dropped": (
        notes_py(f"{ENABLE_PY} CREATE POLICY p ON note USING ({IS_TENANT}); DROP POLICY p ON note;"),
        [Found(2, 7, f"`note` {NONE}", "models.py")],
    ),
    "py only a restrictive policy": (
        notes_py(f"{ENABLE_PY} CREATE POLICY p ON note AS RESTRICTIVE USING ({IS_TENANT});"),
        [Found(2, 7, f"`note` {RESTRICTIVE}", "models.py")],
    ),
    "ts no policy": (notes_ts(call=".enableRLS()"), [Found(3, 22, f"`notes` {NONE}")]),
    "ts enabled by a migration": (
        notes_ts(migration=ENABLE_TS),
        [Found(3, 22, f"`notes` {NONE}", "schema.ts")],
    ),
    "ts only a restrictive policy": (
        notes_ts('pgPolicy("p", { as: "restrictive", using: sql`true` })'),
        [Found(3, 22, f"`notes` {RESTRICTIVE}")],
    ),
    "ts policies without predicates, as drizzle-kit pull writes them": (
        notes_ts('pgPolicy("p", { for: "select" }), pgPolicy("q", { for: "insert" })'),
        [Found(3, 22, f"`notes` {EMPTY}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected


def _closed(closed: int, opened: int, call: str = ".enableRLS()"):
    """Declare so many tables with row level security and no policy, and so many with one."""
    table = 'export const {0} = pgTable("{0}", {{ id: uuid("id"), tenant_id: uuid("tenant_id") }}{1}){2};'
    policy = f', () => [pgPolicy("p", {{ using: sql`{IS_TENANT}` }})]'
    lines = [table.format(f"closed_{number}", "", call) for number in range(closed)]
    lines += [table.format(f"open_{number}", policy, "") for number in range(opened)]
    return ts("\n".join(['import { pgPolicy } from "drizzle-orm/pg-core";', *lines]))


@pytest.mark.parametrize(("closed", "opened", "found"), [(5, 4, 0), (5, 5, 5), (4, 0, 4), (6, 0, 0)])
def test_a_project_that_closes_most_of_its_tables_does_so_on_purpose(closed, opened, found):
    assert len(run(CODE, _closed(closed, opened))) == found
