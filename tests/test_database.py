"""What the migrations of a project make of its models, as rules ask for it."""

from __future__ import annotations

import pytest

from rules.rls import notes_ts
from rules.support import PRELUDES, link_files
from tenantlint.database import Database
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN, RowLevelSecurity

MODEL = f"""{PRELUDES["models.py"]}
class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    tenant_id: int
"""
LOOP = """
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT tablename FROM pg_tables LOOP EXECUTE format('{}', t.tablename); END LOOP;
END $$;
"""
ENABLE = "ALTER TABLE note ENABLE ROW LEVEL SECURITY;"
FORCE = "ALTER TABLE note FORCE ROW LEVEL SECURITY;"
CREATE = "CREATE TABLE note (id int PRIMARY KEY, tenant_id int);"
POLICY = "CREATE POLICY {} ON note USING ({});"
IF = "DO $$ BEGIN IF now() > '2020-01-01' THEN {} END IF; END $$;"


def read(*migrations: str, model: str = MODEL, **more: str) -> Database:
    """Return the database of a model ``note`` and a folder of migrations."""
    files = {f"migrations/{number:04}.sql": text for number, text in enumerate(migrations)}
    schema = link_files({"models.py": model} | files | {path.replace("__", "."): text for path, text in more.items()})
    database = Database(schema)
    database.note = schema.tables[0]  # type: ignore[attr-defined]
    return database


def security(*migrations: str) -> tuple[object, object]:
    database = read(*migrations)
    rls = database.row_level_security(database.note)
    return rls.enabled, rls.forced


SECURITY = {
    "no migrations": ([], (False, False)),
    "another table": ([ENABLE.replace("note", "notes")], (False, False)),
    "enabled": ([ENABLE], (True, False)),
    "enabled and forced": ([ENABLE, FORCE], (True, True)),
    "forced only": ([FORCE], (False, True)),
    "quoted, in the schema public": (['ALTER TABLE "public"."note" ENABLE ROW LEVEL SECURITY;'], (True, False)),
    "upper case": ([ENABLE.upper()], (True, False)),
    "quoted upper case is another table": (['ALTER TABLE "NOTE" ENABLE ROW LEVEL SECURITY;'], (False, False)),
    "another schema": (["ALTER TABLE audit.note ENABLE ROW LEVEL SECURITY;"], (False, False)),
    "disabled later": ([ENABLE, "ALTER TABLE note DISABLE ROW LEVEL SECURITY;"], (False, False)),
    "no longer forced": ([ENABLE, FORCE, "ALTER TABLE note NO FORCE ROW LEVEL SECURITY;"], (True, False)),
    "enabled again": ([ENABLE, "ALTER TABLE note DISABLE ROW LEVEL SECURITY;", ENABLE], (True, False)),
    "created, then enabled": ([CREATE, ENABLE], (True, False)),
    "created only": ([CREATE], (False, False)),
    "enabled, dropped and created": ([CREATE, ENABLE, "DROP TABLE note;", CREATE], (False, False)),
    "renamed": (["CREATE TABLE memo (id int);", ENABLE.replace("note", "memo"), "ALTER TABLE memo RENAME TO note;"],
                (True, False)),
    "renamed away": ([CREATE, ENABLE, "ALTER TABLE note RENAME TO memo;"], (False, False)),
    "renamed from a table that is made elsewhere": (["ALTER TABLE memo RENAME TO note;"], (UNKNOWN, UNKNOWN)),
    "under a condition": ([CREATE, IF.format(ENABLE)], (UNKNOWN, False)),
    "under a condition, on a table that is made elsewhere": ([IF.format(ENABLE)], (UNKNOWN, UNKNOWN)),
    "disabled under a condition": ([CREATE, ENABLE, IF.format("ALTER TABLE note DISABLE ROW LEVEL SECURITY;")],
                                   (UNKNOWN, False)),
    "by a loop that cannot be read": ([LOOP.format("ALTER TABLE %I ENABLE ROW LEVEL SECURITY")], (UNKNOWN, UNKNOWN)),
    "enabled before a loop that cannot be read": (
        [CREATE, ENABLE, LOOP.format("ALTER TABLE %I FORCE ROW LEVEL SECURITY")], (UNKNOWN, UNKNOWN)
    ),
}  # fmt: skip


@pytest.mark.parametrize(("migrations", "expected"), SECURITY.values(), ids=SECURITY)
def test_row_level_security(migrations, expected):
    assert security(*migrations) == expected


def policies(*migrations: str) -> tuple[list[object], bool]:
    """Return name and USING of each policy, and whether there may be more."""
    database = read(*migrations)
    found = [(policy.name, policy.using) for policy in database.policies(database.note)]
    return found, database.may_have_more_policies(database.note)


A, B = POLICY.format("a", "true"), POLICY.format("b", "false")
POLICIES = {
    "none": ([], ([], False)),
    "two": ([A, B], ([("a", "true"), ("b", "false")], False)),
    "of another table": ([A.replace("note", "memo")], ([], False)),
    "quoted": (['CREATE POLICY "a b" ON "public"."note" USING (true);'], ([("a b", "true")], False)),
    "dropped": ([A, B, "DROP POLICY a ON note;"], ([("b", "false")], False)),
    "dropped, if it is there": (["DROP POLICY IF EXISTS a ON note;", A], ([("a", "true")], False)),
    "dropped, though not made here": ([A, "DROP POLICY c ON note;"], ([("a", "true")], True)),
    "dropped with its table": ([CREATE, A, "DROP TABLE note;", CREATE], ([], False)),
    "altered": ([A, "ALTER POLICY a ON note USING (false);"], ([("a", "false")], False)),
    "renamed": ([A, "ALTER POLICY a ON note RENAME TO c;"], ([("c", "true")], False)),
    "made again": ([A, "DROP POLICY a ON note;", A.replace("true", "false")], ([("a", "false")], False)),
    "under a condition": ([A, IF.format(B)], ([("a", "true")], True)),
    "dropped under a condition": ([CREATE, A, IF.format("DROP POLICY a ON note;")], ([], True)),
    "altered under a condition": ([CREATE, A, IF.format("ALTER POLICY a ON note USING (false);")],
                                  ([("a", UNKNOWN)], False)),
    "by a loop that cannot be read": ([A, LOOP.format("CREATE POLICY b ON %I USING (true)")], ([("a", "true")], True)),
    "of a table that is made elsewhere and renamed": (["ALTER TABLE memo RENAME TO note;", A], ([("a", "true")], True)),
}  # fmt: skip


@pytest.mark.parametrize(("migrations", "expected"), POLICIES.values(), ids=POLICIES)
def test_policies(migrations, expected):
    assert policies(*migrations) == expected


def test_a_table_without_a_known_name_may_be_any():
    database = read(A, ENABLE)
    unnamed = replace(database.note, name=UNKNOWN)
    assert database.twins(unnamed) == ()
    assert database.row_level_security(unnamed) == RowLevelSecurity(UNKNOWN, UNKNOWN)
    assert database.policies(unnamed) == ()
    assert database.may_have_more_policies(unnamed)


def test_what_one_of_several_histories_gives_counts():
    database = read(CREATE, **{"other/migrations/0001.sql": f"{CREATE} {ENABLE} {A}"})
    assert len(database.twins(database.note)) == 2
    assert database.row_level_security(database.note) == RowLevelSecurity(True, False)
    assert [policy.name for policy in database.policies(database.note)] == ["a"]


def test_the_model_comes_first_and_a_policy_of_its_name_is_the_same():
    snippet = notes_ts(
        'pgPolicy("a", { using: sql`open` })',
        "CREATE POLICY a ON notes USING (true); CREATE POLICY b ON notes USING (false);",
    )
    schema = link_files(snippet.files)
    found = Database(schema).policies(schema.tables[0])
    assert [(policy.name, policy.using, policy.at.path) for policy in found] == [
        ("a", "open", "schema.ts"),
        ("b", "false", "migrations/0001_first.sql"),
    ]


def test_what_a_model_in_another_language_says_of_the_table_counts():
    snippet = notes_ts('pgPolicy("a", { using: sql`open` })')
    model = MODEL.replace("    id:", '    __tablename__ = "notes"\n    id:')
    schema = link_files({"models.py": model} | snippet.files)
    database = Database(schema)
    for table in schema.tables:
        assert database.row_level_security(table).enabled is True
        assert [policy.name for policy in database.policies(table)] == ["a"]
        assert not database.may_have_more_policies(table)


def test_a_table_that_no_model_declares_stays_as_unknown_as_it_is():
    schema = link_files({"migrations/0001.sql": A})
    (ghost,) = schema.histories[0].tables
    (twin,) = Database(schema).twins(ghost)
    assert (twin.rls.enabled, "policies" in twin.incomplete) == (UNKNOWN, True)
