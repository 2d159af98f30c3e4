"""What DO blocks and functions do to policies and row level security, on a running server and as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint import migration as m
from tenantlint.lang.sql.parse import operations
from tenantlint.source import Source

if TYPE_CHECKING:
    from tests.postgres import Server

TABLES = "".join(f"CREATE TABLE {name} (id int, tenant_id text);" for name in ("a", "b", "c", '"D d"'))
BLOCKS = {
    "foreach over a literal": """
        DECLARE t text;
        BEGIN
          FOREACH t IN ARRAY ARRAY['a', 'D d'] LOOP
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
            EXECUTE format('CREATE POLICY %I ON %I USING (tenant_id = %L)', t || '_p', t, 'x''y');
          END LOOP;
        END""",
    "a variable with a literal": """
        DECLARE names CONSTANT text[] := '{a,"D d"}'; more text[] = ARRAY['b']; t text;
        BEGIN
          FOREACH t IN ARRAY names || more LOOP
            EXECUTE 'ALTER TABLE ' || quote_ident(t) || ' FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY';
          END LOOP;
        END""",
    "for over unnest": """
        DECLARE r record;
        BEGIN
          FOR r IN SELECT unnest(ARRAY['a', 'b']) AS name ORDER BY 1 LOOP
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', r.name);
          END LOOP;
        END""",
    "for over a cast": """
        DECLARE t text;
        BEGIN
          FOR t IN (SELECT DISTINCT unnest('{a,b}'::text[])::text AS name) LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t::regclass);
          END LOOP;
          FOR t IN SELECT 'c' UNION ALL SELECT 'D d' LOOP
            EXECUTE format($q$ CREATE POLICY "it's" ON %I USING (tenant_id = 'x') $q$, t);
          END LOOP;
          FOR t IN SELECT name FROM unnest(ARRAY['c']) AS name LOOP
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
          END LOOP;
        END""",
    "for over values": """
        DECLARE t text; p text;
        BEGIN
          FOR t, p IN VALUES ('a', 'one'), ('b', 'two') LOOP
            EXECUTE format('CREATE POLICY %2$s ON %1$I FOR SELECT USING (true)', t, p);
          END LOOP;
        END""",
    "for over a table of values": """
        DECLARE r record;
        BEGIN
          FOR r IN SELECT v.t, upper(v.p) AS up FROM (VALUES ('a', 'one'), ('b', 'two')) AS v (t, p) LOOP
            EXECUTE format('CREATE POLICY %I ON %I', r.up, r.t);
          END LOOP;
        END""",
    "for over a filtered catalog": """
        DECLARE r record;
        BEGIN
          FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('a', 'D d') LOOP
            EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', 'public', r.tablename);
          END LOOP;
          FOR r IN
            SELECT t.schemaname AS s, t.tablename FROM pg_tables t
            WHERE t.schemaname = 'public' AND t.tablename = 'c' AND NOT t.rowsecurity
          LOOP
            EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', r.s, r.tablename);
          END LOOP;
          FOR r IN SELECT table_name FROM information_schema.tables WHERE table_name = ANY (ARRAY['b']) LOOP
            EXECUTE 'ALTER TABLE ' || r.table_name || ' ENABLE ROW LEVEL SECURITY';
          END LOOP;
        END""",
    "nested loops and ranges": """
        DECLARE t text; command text;
        BEGIN
          FOREACH t IN ARRAY string_to_array('a,b', ',') LOOP
            FOREACH command IN ARRAY ARRAY['select', 'delete'] LOOP
              EXECUTE format('CREATE POLICY %s_%s ON %I FOR %s USING (true)', t, command, t, command);
            END LOOP;
          END LOOP;
          FOR n IN 1..2 LOOP
            EXECUTE 'CREATE POLICY p' || n || ' ON c';
          END LOOP;
        END""",
    "static statements": """
        BEGIN
          ALTER TABLE a ENABLE ROW LEVEL SECURITY;
          CREATE POLICY p ON a FOR INSERT WITH CHECK (tenant_id = current_user);
          DROP POLICY p ON a;
        END""",
    "guards": """
        BEGIN
          IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE policyname = 'p') THEN
            CREATE POLICY p ON a;
          END IF;
          IF EXISTS (SELECT 1 FROM pg_policies WHERE policyname = 'p' AND tablename = 'a') THEN
            DROP POLICY p ON a;
          END IF;
          IF (SELECT count(*) FROM pg_policies WHERE policyname = 'q') = 0 THEN
            CREATE POLICY q ON a;
          END IF;
          IF to_regclass('public.b') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_policies WHERE tablename = 'b') THEN
            ALTER TABLE b ENABLE ROW LEVEL SECURITY;
          END IF;
        END""",
    "exceptions": """
        BEGIN
          CREATE POLICY p ON a;
          BEGIN
            CREATE POLICY q ON a;
          EXCEPTION WHEN duplicate_object THEN NULL;
          END;
        EXCEPTION
          WHEN duplicate_object OR undefined_table THEN RAISE NOTICE 'there';
        END""",
    "variables": """
        <<outer>>
        DECLARE t text := 'a'; statement text;
        BEGIN
          statement := 'ALTER TABLE ' || t;
          statement := statement || ' ENABLE ROW LEVEL SECURITY';
          EXECUTE statement;
          DECLARE t text := 'b';
          BEGIN
            EXECUTE concat('ALTER TABLE ', t, ' ENABLE ROW LEVEL SECURITY');
          END;
          EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY; CREATE POLICY x ON %1$I', t);
          RETURN;
          EXECUTE 'ALTER TABLE c ENABLE ROW LEVEL SECURITY';
        END""",
}
FUNCTIONS = {
    "a procedure that is called": """
        CREATE FUNCTION protect(t text, p text) RETURNS void LANGUAGE plpgsql AS $f$
        BEGIN
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
          EXECUTE format('CREATE POLICY %I ON %I USING (true)', p, t);
        END $f$;
        SELECT protect('a', 'one');
        SELECT protect('D d', 'two'), protect('b', 'three');
        DO 'BEGIN PERFORM protect(''c'', ''four''); END';
        DROP FUNCTION protect(text, text);
    """,
    "a procedure in SQL": """
        CREATE PROCEDURE protect() LANGUAGE sql AS 'ALTER TABLE a ENABLE ROW LEVEL SECURITY';
        CALL protect();
    """,
}
SCRIPTS = {name: f"DO $$ {block} $$;" for name, block in BLOCKS.items()} | FUNCTIONS
STATE = "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200"
POLICIES = "SELECT tablename, policyname, lower(cmd) FROM pg_policies ORDER BY 1, 2"


def read(sql: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the tables with their security and the policies that the operations leave; all must be certain."""
    state = {name: [False, False] for name in ("a", "b", "c", "D d")}
    policies: dict[tuple[object, object], object] = {}
    for operation in operations(Source("x.sql", sql.encode())).operations:
        assert operation.certain
        assert not isinstance(operation, m.Unread)
        if isinstance(operation, m.SetRowSecurity):
            changes = (operation.enabled, operation.forced)
            state[str(operation.table)] = [
                old if new is None else new for old, new in zip(state[str(operation.table)], changes, strict=True)
            ]
        elif isinstance(operation, m.CreatePolicy):
            policies[operation.table, operation.policy.name] = operation.policy.command
        elif isinstance(operation, m.DropPolicy):
            del policies[operation.table, operation.name]
    return sorted((name, *flags) for name, flags in state.items()), sorted((*key, cmd) for key, cmd in policies.items())


@pytest.mark.parametrize("sql", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_what_a_block_leaves_is_what_is_read(sql: str, postgres: Server) -> None:
    with postgres.database() as connection:
        connection.execute(TABLES + sql)
        state = sorted(connection.execute(STATE).fetchall())
        policies = sorted(connection.execute(POLICIES).fetchall())
    assert read(sql) == (state, policies)
