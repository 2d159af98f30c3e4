"""DO blocks whose effect is not certain, or not known. Those whose effect is certain are run in tests/oracle/sql."""

from __future__ import annotations

import pytest

from lang.sql.support import ANYWHERE, ops, rls, script, text_at, unread
from tenantlint import migration as m
from tenantlint.record import replace
from tenantlint.schema import UNKNOWN

BUILT = "a statement that is built when it runs"
HOLE = "a name that is not known"
ENABLE = "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"


def block(body: str, declare: str = "") -> list[m.Operation]:
    return ops(f"DO $$ {declare} BEGIN {body} END $$")


@pytest.mark.parametrize(
    ("body", "certain"),
    [
        (f"IF random() > 0.5 THEN {ENABLE} END IF;", False),
        (f"IF a THEN NULL; ELSE {ENABLE} END IF;", False),
        (f"IF a THEN NULL; ELSIF b THEN {ENABLE} END IF;", False),
        (f"IF NOT EXISTS (SELECT 1 FROM pg_roles) THEN NULL; ELSE {ENABLE} END IF;", False),
        (f"IF NOT EXISTS (SELECT 1 FROM users) THEN {ENABLE} END IF;", False),
        (f"IF EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 't') THEN {ENABLE} END IF;", True),
        (f"IF EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'u') THEN {ENABLE} END IF;", False),
        (f"IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'x') THEN {ENABLE} END IF;", False),
        (f"IF NOT (EXISTS (SELECT 1 FROM pg_policies)) THEN {ENABLE} END IF;", True),
        (f"IF to_regclass('t') IS NULL THEN {ENABLE} END IF;", True),
        (f"CASE a WHEN 1 THEN {ENABLE} END CASE;", False),
        (f"CASE WHEN a THEN NULL; ELSE {ENABLE} END CASE;", False),
        (f"WHILE a LOOP {ENABLE} END LOOP;", False),
        (f"LOOP {ENABLE} EXIT; END LOOP;", False),
        (f"FOR r IN SELECT * FROM x LOOP {ENABLE} END LOOP;", False),
        (f"FOR r IN EXECUTE 'SELECT 1' LOOP {ENABLE} END LOOP;", False),
        (f"IF a THEN RETURN; END IF; {ENABLE}", False),
        (f"IF EXISTS (SELECT 1 FROM pg_tables) THEN RETURN; END IF; {ENABLE}", False),
        (f"IF a THEN RAISE EXCEPTION 'no'; END IF; {ENABLE}", True),
        (f"BEGIN {ENABLE} EXCEPTION WHEN others THEN NULL; END;", False),
        (f"BEGIN NULL; EXCEPTION WHEN duplicate_table THEN {ENABLE} END;", False),
        (f"BEGIN NULL; EXCEPTION WHEN others THEN NULL; END; {ENABLE}", True),
        (f"BEGIN {ENABLE} EXCEPTION WHEN SQLSTATE '42710' THEN NULL; END;", True),
        (f"FOR i IN 1..1 LOOP {ENABLE} END LOOP;", True),
        (f"FOR i IN 1..3 LOOP IF a THEN CONTINUE; END IF; {ENABLE} END LOOP;", False),
    ],
)
def test_what_is_certain(body: str, certain: bool):
    found = block(body)
    assert found
    assert {replace(each, at=ANYWHERE) for each in found} == {rls("t", certain)}


def test_after_a_loop_that_may_be_left_all_is_certain_again():
    assert block(f"FOR i IN 1..2 LOOP EXIT WHEN a; END LOOP; {ENABLE}") == [rls("t")]


def test_a_drop_that_asks_before_is_if_exists():
    guarded = (
        "IF EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'k') THEN ALTER TABLE t DROP CONSTRAINT k; END IF;"
    )
    assert block(guarded) == [m.DropConstraint(ANYWHERE, True, "t", "k", if_exists=True)]


def test_a_rename_that_asks_before():
    asked = (
        "EXISTS (SELECT 1 FROM information_schema.columns WHERE column_name = 'a')"
        " AND NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE column_name = 'b')"
    )
    renamed = m.RenameColumn(ANYWHERE, True, "t", "a", "b")
    assert block(f"IF {asked} THEN ALTER TABLE t RENAME a TO b; END IF;") == [renamed]


CATALOG = "FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP {} END LOOP;"


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        ("format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.tablename)", unread(HOLE, UNKNOWN, True, False, False)),
        ("'CREATE POLICY p ON ' || r.tablename", unread(HOLE, UNKNOWN, True, False, False)),
        ("format('CREATE POLICY %I ON users', r.tablename)", unread(HOLE, ("users",), True, False, False)),
        ("format('ALTER TABLE %I ADD COLUMN a int', r.tablename)", unread(HOLE, UNKNOWN, False, True, False)),
        ("format('ALTER TABLE users ADD COLUMN %I int', r.x)", unread(HOLE, ("users",), False, True, False)),
        ("format('DROP TABLE %I', r.tablename)", unread(HOLE, UNKNOWN, True, True, False)),
        ("format('CREATE TABLE %I PARTITION OF t DEFAULT', r.x)", m.Other(ANYWHERE, False, "CREATE TABLE")),
        ("format('GRANT SELECT ON %I TO app', r.tablename)", m.Other(ANYWHERE, False, "GRANT")),
        ("format('UPDATE %I SET a = 1', r.tablename)", m.WriteRows(ANYWHERE, False, UNKNOWN, "update", ("a",))),
        ("r.command", unread(BUILT, UNKNOWN, True, True, False)),
        ("(SELECT string_agg(x, ';') FROM y)", unread(BUILT, UNKNOWN, True, True, False)),
        ("r.a || r.b", unread(BUILT, UNKNOWN, True, True, False)),
    ],
)
def test_a_loop_over_the_catalog(built: str, expected: m.Operation):
    assert block(CATALOG.format(f"EXECUTE {built};"), "DECLARE r record;") == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "WITH x AS (SELECT 'a' AS t) SELECT t FROM x WHERE t <> 'b'",
        "SELECT unnest(ARRAY['a', 'b']) LIMIT 1",
        "SELECT 'a' EXCEPT SELECT 'b'",
        "SELECT t FROM unnest(ARRAY['a', 'b']) AS t WHERE t <> 'b'",
        "SELECT a.t FROM (VALUES ('a')) AS a (t) JOIN (VALUES ('b')) AS b (t) ON a.t = b.t",
        "SELECT tablename FROM pg_tables WHERE tablename NOT IN ('a')",
        "SELECT tablename FROM pg_tables WHERE tablename = 'a' OR tablename = 'b'",
        "SELECT tablename FROM pg_tables WHERE tablename LIKE 'a%'",
        "SELECT tablename FROM pg_tables WHERE tablename IN ('a') AND tableowner = current_user",
        "SELECT tablename FROM pg_tables WHERE tablename IN ('a', 'b') AND tablename <> 'b'",
        "SELECT tablename FROM pg_tables WHERE tablename <> 'b' AND tablename IN ('a', 'b')",
        "SELECT tablename FROM pg_tables",
    ],
)
def test_a_loop_over_rows_that_are_not_known(query: str):
    body = f"FOR t IN {query} LOOP EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t); END LOOP;"
    assert block(body, "DECLARE t text;") == [unread(HOLE, UNKNOWN, True, False, False)]


def test_a_trigger_on_every_table():
    body = CATALOG.format(
        "EXECUTE format('CREATE TRIGGER x BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION f()', r.tablename);"
    )
    trigger = m.CreateTrigger(ANYWHERE, False, UNKNOWN, "x", "f", ("update",), True, True)
    assert block(body, "DECLARE r record;") == [trigger]


@pytest.mark.parametrize(
    "body",
    [
        "t := 'a'; IF x THEN t := 'b'; END IF; EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);",
        "t := 'a'; SELECT x INTO t FROM y; EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);",
        "t := 'a'; EXECUTE 'SELECT 1' INTO t; EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);",
        "t := f(); EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);",
        "EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);",
    ],
)
def test_a_variable_whose_value_is_not_known(body: str):
    assert block(body, "DECLARE t text;") == [unread(HOLE, UNKNOWN, True, False)]


def test_statements_of_a_block_stand_where_they_are():
    sql = "DO $do$ BEGIN\n  ALTER TABLE a ENABLE ROW LEVEL SECURITY;\n  EXECUTE 'DROP TABLE b';\nEND $do$;"
    assert [text_at(sql, each.at) for each in script(sql).operations] == [
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "EXECUTE 'DROP TABLE b';",
    ]


def test_a_block_in_quotes_stands_as_a_whole():
    sql = "DO 'BEGIN EXECUTE ''DROP TABLE b''; END'"
    (drop,) = script(sql).operations
    assert (text_at(sql, drop.at), replace(drop, at=ANYWHERE)) == (sql, m.DropTable(ANYWHERE, True, "b"))


@pytest.mark.parametrize(
    ("sql", "why", "concerns"),
    [
        ("DO LANGUAGE plv8 $$ x $$", "a DO block in another language", (False, False)),
        (f"DO $$ BEGIN IF; {ENABLE} END $$", "the DO block cannot be read", (True, True)),
        ("DO $$ no block $$", "the DO block cannot be read", (False, False)),
    ],
)
def test_a_block_that_cannot_be_read(sql: str, why: str, concerns: tuple[bool, bool]):
    assert ops(sql) == [unread(why, UNKNOWN, *concerns)]


def test_a_block_that_runs_too_long():
    body = "FOR i IN 1..1000 LOOP FOR j IN 1..1000 LOOP DROP TABLE t; END LOOP; END LOOP;"
    found = block(body)
    assert len(found) < 5001
    assert found[-1] == unread("the DO block is too long to be run", UNKNOWN, False, True)


def test_a_block_that_is_nested_too_deep():
    deep = 200
    found = block("IF a THEN " * deep + ENABLE + " END IF;" * deep)
    assert found[-1] == unread("the DO block is too long to be run", UNKNOWN, True, True)
