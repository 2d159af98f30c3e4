import pytest

from rules.rls import ENABLE_PY, ENABLE_TS, IS_TENANT, MIGRATION, REVISION, alembic, migrated, notes_py, notes_ts
from rules.support import Found, py, run

CODE = "RLS009"
WHY = (
    "is a policy that does nothing: row level security is not enabled on the table, so that every role that may read "
    "it sees all rows; add `ALTER TABLE … ENABLE ROW LEVEL SECURITY` to a migration"
)
PY_POLICY = f"CREATE POLICY p ON note USING ({IS_TENANT});"
TS_POLICY = f"CREATE POLICY p ON notes USING ({IS_TENANT});"

NOOP = {
    "py enabled": notes_py(f"{PY_POLICY} {ENABLE_PY}"),
    "py no policy": notes_py("CREATE TABLE note (id uuid, tenant_id uuid);"),
    "py dropped": notes_py(f"{PY_POLICY} DROP POLICY p ON note;"),
    "py enabled under a condition": notes_py(
        f"{PY_POLICY} DO $$ BEGIN IF now() > '2020-01-01' THEN {ENABLE_PY} END IF; END $$;"
    ),
    "py enabled in a loop": notes_py(f"""
        {PY_POLICY}
        DO $$ DECLARE t record; BEGIN
          FOR t IN SELECT tablename FROM pg_tables LOOP
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.tablename);
          END LOOP;
        END $$;
    """),
    "ts a pgPolicy enables it": notes_ts('pgPolicy("p", { using: sql`true` })'),
    "ts enableRLS": notes_ts(call=".enableRLS()", migration=TS_POLICY),
    "ts a migration": notes_ts(migration=f"{TS_POLICY} {ENABLE_TS}"),
}

FINDING = {
    "py not enabled": (notes_py(PY_POLICY), [Found(1, 1, f"`note.p` {WHY}", MIGRATION)]),
    "py the table is made there too": (
        notes_py(f"CREATE TABLE note (id uuid, tenant_id uuid);\n{PY_POLICY}"),
        [Found(2, 1, f"`note.p` {WHY}", MIGRATION)],
    ),
    "py in an Alembic revision": (
        alembic(f'op.execute("{PY_POLICY}")'),
        [Found(6, 5, f"`note.p` {WHY}", REVISION)],
    ),
    "py disabled again, the first of two": (
        notes_py(
            f"{ENABLE_PY}\n{PY_POLICY}\nCREATE POLICY q ON note USING (true);\n"
            "ALTER TABLE note DISABLE ROW LEVEL SECURITY;"
        ),
        [Found(2, 1, f"`note.p` {WHY}", MIGRATION)],
    ),
    "py a table of no tenant": (
        migrated(
            py("""
                class Draft(SQLModel, table=True):
                    id: int = Field(primary_key=True)
            """),
            "CREATE POLICY p ON draft USING (false);",
        ),
        [Found(1, 1, f"`draft.p` {WHY}", MIGRATION)],
    ),
    "ts not enabled": (notes_ts(migration=TS_POLICY), [Found(1, 1, f"`notes.p` {WHY}", MIGRATION)]),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
