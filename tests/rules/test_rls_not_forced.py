import pytest

from rules.rls import ENABLE_PY, ENABLE_TS, migrated, notes_py, notes_ts
from rules.support import Found, py, run

CODE = "RLS007"
WHY = (
    "has row level security that is not forced: its owner, as whom migrations and often the application connect, "
    "bypasses every policy; add `ALTER TABLE … FORCE ROW LEVEL SECURITY` to a migration"
)
POLICY = 'pgPolicy("p", { using: sql`tenant_id = app.tenant()` })'
FORCE = "ALTER TABLE note FORCE ROW LEVEL SECURITY;"

NOOP = {
    "py forced": notes_py(f"{ENABLE_PY} {FORCE}"),
    "py forced in one statement": notes_py("ALTER TABLE note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"),
    "py not enabled": notes_py(),
    "py forced under a condition": notes_py(
        f"{ENABLE_PY} DO $$ BEGIN IF now() > '2020-01-01' THEN {FORCE} END IF; END $$;"
    ),
    "py forced in a loop": notes_py(f"""
        {ENABLE_PY}
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
        "ALTER TABLE draft ENABLE ROW LEVEL SECURITY;",
    ),
    "ts forced": notes_ts(POLICY, "ALTER TABLE notes FORCE ROW LEVEL SECURITY;"),
    "ts not enabled": notes_ts(),
    "ts extras that cannot be read": notes_ts("...policiesOf(t)"),
}

FINDING = {
    "py enabled": (notes_py(ENABLE_PY), [Found(2, 7, f"`note` {WHY}", "models.py")]),
    "py no longer forced": (
        notes_py(f"{ENABLE_PY} {FORCE} ALTER TABLE note NO FORCE ROW LEVEL SECURITY;"),
        [Found(2, 7, f"`note` {WHY}", "models.py")],
    ),
    "ts a policy": (notes_ts(POLICY), [Found(3, 22, f"`notes` {WHY}")]),
    "ts enableRLS": (notes_ts(call=".enableRLS()"), [Found(3, 22, f"`notes` {WHY}")]),
    "ts a migration": (notes_ts(migration=ENABLE_TS), [Found(3, 22, f"`notes` {WHY}", "schema.ts")]),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
