"""What the statements of a SQL file do; tests/oracle/sql compares each kind with PostgreSQL's own parser."""

from __future__ import annotations

import pytest

from lang.sql.support import ANYWHERE, one, ops, rls, script, text_at, unread
from tenantlint import migration as m
from tenantlint.lang.sql.parse import operations, operations_of_text
from tenantlint.schema import UNKNOWN, Column, ForeignKey, Index, Policy, UniqueConstraint
from tenantlint.source import Location, Source


def refused(tables: object, security: bool, structure: bool) -> m.Unread:
    return unread("the statement cannot be read", tables, security, structure)


TABLE = """\
-- the accounts
CREATE TABLE app."Users" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  Email varchar(255) NOT NULL UNIQUE,
  org_id int REFERENCES orgs (id) ON DELETE CASCADE
);
"""


def test_a_table_with_all_that_it_says():
    (table,) = script(TABLE).operations
    statement = TABLE[TABLE.index("CREATE") : TABLE.index(";")]
    at = {name: find(TABLE, name) for name in ("NOT NULL UNIQUE", "REFERENCES orgs (id) ON DELETE CASCADE")}
    unique = Location("x.sql", at["NOT NULL UNIQUE"].start + len("NOT NULL "), at["NOT NULL UNIQUE"].end)
    assert table == m.CreateTable(
        at=find(TABLE, statement),
        certain=True,
        table="app.Users",
        columns=(
            Column(
                "id",
                "id",
                "uuid",
                False,
                True,
                False,
                True,
                True,
                False,
                column_at("id uuid"),
                default_sql="gen_random_uuid ( )",
            ),
            Column("email", "email", "varchar(255)", False, False, False, False, False, False, column_at("Email")),
            Column("org_id", "org_id", "integer", True, False, False, False, False, False, column_at("org_id")),
        ),
        primary_key=("id",),
        unique_constraints=(UniqueConstraint("Users_email_key", ("email",), True, unique),),
        foreign_keys=(
            ForeignKey(
                "Users_org_id_fkey",
                ("org_id",),
                "orgs",
                UNKNOWN,
                ("id",),
                "cascade",
                None,
                at["REFERENCES orgs (id) ON DELETE CASCADE"],
            ),
        ),
        primary_key_name="Users_pkey",
    )


def find(text: str, part: str) -> Location:
    start = text.index(part)
    return Location("x.sql", start, start + len(part))


def column_at(name: str) -> Location:
    line = next(each for each in TABLE.splitlines() if each.strip().startswith(name))
    return find(TABLE, line.strip().rstrip(","))


def test_a_policy():
    sql = "CREATE POLICY p ON app.t FOR SELECT TO app USING ( tenant_id  = current_setting('app.t')::uuid )"
    assert one(sql) == m.CreatePolicy(
        ANYWHERE,
        True,
        "app.t",
        Policy(
            name="p",
            command="select",
            roles=("app",),
            permissive=True,
            using="tenant_id  = current_setting('app.t')::uuid",
            with_check=None,
            tenant_columns=("tenant_id",),
            attached=True,
            at=find(sql, sql),
        ),
    )


@pytest.mark.parametrize(
    ("predicate", "columns"),
    [
        ("org_id = auth.uid()", ("org_id",)),
        ("t.org_id IN (SELECT m.org_id FROM members m WHERE m.user_id = auth.uid())", ("org_id",)),
        ("org_id = ANY (SELECT get_orgs())", ("org_id",)),
        ("\"orgId\" = current_setting('x')", ("orgId",)),
        ("true", ()),
        ("owner = current_user", ("owner",)),
        ("current_setting('x') IS NOT NULL", ()),
    ],
)
def test_the_columns_that_a_policy_compares(predicate: str, columns: tuple[str, ...]):
    (policy,) = ops(f"CREATE POLICY p ON t USING ({predicate})")
    assert isinstance(policy, m.CreatePolicy)
    assert (policy.policy.using, policy.policy.tenant_columns) == (predicate, columns)


def test_altered_policies_say_which_columns_they_compare():
    assert one("ALTER POLICY p ON t WITH CHECK (a = auth.uid())") == m.AlterPolicy(
        ANYWHERE, True, "t", "p", with_check="a = auth.uid()", tenant_columns=("a",)
    )


@pytest.mark.parametrize(
    ("tail", "method", "plain"),
    [
        ("(a)", "btree", True),
        ("(a ASC NULLS LAST, b text_ops)", "btree", True),
        ("USING btree (a uuid_ops)", "btree", True),
        ("(a DESC)", "btree", False),
        ("(a NULLS FIRST)", "btree", False),
        ("(a text_pattern_ops)", "btree", False),
        ('(a COLLATE "C")', "btree", False),
        ("(a) INCLUDE (b)", "btree", False),
        ("USING gin (a)", "gin", True),
        ("USING gin (a gin_trgm_ops)", "gin", False),
    ],
)
def test_what_makes_an_index_plain(tail: str, method: str, plain: bool):
    index = one(f"CREATE INDEX i ON t {tail}")
    assert isinstance(index, m.CreateIndex)
    assert (index.index.method, index.index.plain) == (method, plain)


def test_an_index_has_no_column_where_it_has_an_expression():
    sql = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(a), b) WHERE c"
    index = Index("i", (None, "b"), True, True, True, find(sql, sql), "btree", True, ("a", "c"))
    assert one(sql) == m.CreateIndex(ANYWHERE, True, "t", index, concurrently=True)


def test_a_constraint_takes_over_an_index_of_the_script():
    first, second, third = ops("CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i")
    assert isinstance(first, m.CreateIndex)
    assert second == m.DropIndex(ANYWHERE, True, "t", "i")
    assert isinstance(third, m.AddUnique)
    assert (third.constraint.name, third.constraint.columns) == ("k", ("a",))


def test_a_constraint_takes_over_an_index_of_another_file():
    operation = one("ALTER TABLE t ADD PRIMARY KEY USING INDEX i")
    assert operation == m.AddPrimaryKey(ANYWHERE, True, "t", "i", UNKNOWN)


@pytest.mark.parametrize(
    ("setting", "made", "altered"),
    [
        ("SET search_path = app", "app.t", "app.u"),
        ("SET search_path TO 'app', public", "app.t", UNKNOWN),
        ("SET LOCAL search_path = public, extensions", "t", "u"),
        ('SET search_path = "$user", public', "t", "u"),
        ("SELECT set_config('search_path', '', false)", UNKNOWN, UNKNOWN),
        ("SELECT pg_catalog.set_config('search_path', 'app', false)", "app.t", "app.u"),
        ("SET search_path = app; RESET search_path", "t", "u"),
        ("SET search_path = app; SET search_path TO DEFAULT", "t", "u"),
        ("SET statement_timeout = 0", "t", "u"),
    ],
)
def test_the_search_path(setting: str, made: object, altered: object):
    found = ops(f"{setting}; CREATE TABLE t (); ALTER TABLE u ENABLE ROW LEVEL SECURITY; DROP TABLE s.x, public.y")
    names = [each.table for each in found if not isinstance(each, m.Other)]  # type: ignore[attr-defined]
    assert names == [made, altered, "s.x", "y"]


def test_a_table_that_the_script_made_is_found_on_the_search_path():
    found = ops("CREATE TABLE b.t (); SET search_path = a, b; DROP TABLE t")
    assert found[-1] == m.DropTable(ANYWHERE, True, "b.t")


def test_temporary_tables_are_no_part_of_the_database():
    assert (
        ops("""
        CREATE TEMP TABLE x (a int);
        CREATE INDEX ON x (a);
        INSERT INTO x (a) VALUES (1);
        INSERT INTO x SELECT 1;
        UPDATE x SET a = 1;
        ALTER TABLE x RENAME TO y;
        DROP TABLE y;
        SELECT 1 INTO TEMP z;
        DROP TABLE pg_temp.z;
    """)
        == []
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("create_hypertable('m', 'time')", (("m",), False, True)),
        ("enable_rls('app.users'::regclass)", (("app.users",), True, False)),
        ("create_tenant_policies(x) FROM y", (UNKNOWN, True, False)),
    ],
)
def test_functions_that_may_change_the_structure(call: str, expected: tuple[object, bool, bool]):
    name = call.partition("(")[0]
    assert one(f"SELECT {call}") == unread(f"what the function {name}() does is not known", *expected)


@pytest.mark.parametrize(
    "call",
    ["setval('q', 1)", "now()", "cron.schedule('a', '* * * * *', 'x')", "refresh_totals()", "pg_notify('a', 'b')"],
)
def test_functions_that_do_not(call: str):
    assert ops(f"SELECT {call}") == []


def test_a_function_that_the_script_makes_is_run_where_it_is_called():
    sql = """
        CREATE FUNCTION protect(t text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t); END $$;
        SELECT protect('a'), protect('b');
        SELECT protect(x) FROM y x;
    """
    assert ops(sql)[1:] == [rls("a"), rls("b"), unread("a name that is not known", UNKNOWN, True, False)]


def test_a_function_that_calls_itself():
    sql = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t ENABLE ROW LEVEL SECURITY; SELECT f()'"
    found = ops(f"{sql}; SELECT f()")
    doubt = unread("what the function f() does is not known", UNKNOWN, True, True)
    assert found[1:] == [rls("t"), rls("t"), rls("t"), doubt]


@pytest.mark.parametrize(
    ("body", "assigns"),
    [
        ("NEW.a := 1; NEW.b = 2;", ("a", "b")),
        ("IF NEW.a = 1 AND new.b = 2 THEN NEW.c = 3; ELSE NEW.\"D\" := 4; END IF;", ("c", "D")),
        ("-- NEW.a := 1\n RAISE 'NEW.b := 1';", ()),
        ("SELECT x, y INTO NEW.a, NEW.b FROM z;", ("a", "b")),
        ("NEW.a := 1; NEW.a := 2;", ("a",)),
        ("NEW := jsonb_populate_record(NEW, x);", UNKNOWN),
        ("SELECT * INTO NEW FROM x;", UNKNOWN),
        ("INSERT INTO log (a) VALUES (NEW.a); UPDATE x SET a = NEW.b WHERE c = NEW.d;", ()),
    ],
)  # fmt: skip
def test_what_a_trigger_assigns(body: str, assigns: object):
    sql = f"CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN {body} RETURN NEW; END $$ LANGUAGE plpgsql"
    assert one(sql) == m.CreateFunction(ANYWHERE, True, "f", assigns)  # type: ignore[arg-type]


def test_what_a_trigger_in_another_language_assigns():
    sql = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plv8 AS $$ NEW.a = 1; return NEW $$"
    assert one(sql) == m.CreateFunction(ANYWHERE, True, "f", UNKNOWN)


def test_a_trigger_gives_arguments():
    sql = "CREATE TRIGGER t BEFORE UPDATE ON s.x FOR EACH ROW EXECUTE PROCEDURE moddatetime(updated_at, 'b')"
    assert one(sql) == m.CreateTrigger(
        ANYWHERE, True, "s.x", "t", "moddatetime", ("update",), True, True, ("updated_at", "b")
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE s.t FROB", refused(("s.t",), False, True)),
        ("ALTER TABLE IF EXISTS ONLY \"T\" ENABLE ROW LEVEL SECURITY NOW", refused(("T",), True, True)),
        ("CREATE TABLE t (a int,, b int)", refused(("t",), False, True)),
        ("CREATE INDEX i ON public.t (a b c d)", refused(("t",), False, True)),
        ("CREATE POLICY p ON t USING a = b", refused(("t",), True, False)),
        ("ALTER TABLE {{ table }} ADD COLUMN a int", refused(UNKNOWN, False, True)),
        ("GRANT ALL TO TO x", m.Other(ANYWHERE, True, "GRANT")),
        ("CREATE VIEW v AS SELECT (", m.Other(ANYWHERE, True, "VIEW")),
        ("UPDATE t SET SET a = 1", m.WriteRows(ANYWHERE, True, "t", "update", UNKNOWN)),
        ("WITH x AS (SELECT 1) UPDATE t SET SET a = 1", m.WriteRows(ANYWHERE, True, "t", "update", UNKNOWN)),
        ("DELETE FROM t WHERE WHERE", m.WriteRows(ANYWHERE, True, "t", "delete", ())),
        ("INSERT INTO s.\"T\" (a, \"B\") VALUES (1,,2)", m.WriteRows(ANYWHERE, True, "s.T", "insert", ("a", "B"))),
    ],
)  # fmt: skip
def test_what_does_not_parse_says_what_it_may_change(sql: str, expected: m.Operation):
    assert ops(f"{sql}; ALTER TABLE next ENABLE ROW LEVEL SECURITY") == [expected, rls("next")]
    assert script(sql).problems == ()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE t SET a = :a, b = %(b)s WHERE c = %s", m.WriteRows(ANYWHERE, True, "t", "update", ("a", "b"))),
        ("ALTER TABLE :\"name\" ENABLE ROW LEVEL SECURITY", unread("a name that is not known", UNKNOWN, True, False)),
        ("CREATE POLICY p ON :\"name\" USING (a = 1)", unread("a name that is not known", UNKNOWN, True, False)),
        ("DELETE FROM t WHERE a = :'a'", m.WriteRows(ANYWHERE, True, "t", "delete", ())),
        ("DROP TABLE :t", refused(UNKNOWN, False, True)),
    ],
)  # fmt: skip
def test_variables_of_psql_and_drivers(sql: str, expected: m.Operation):
    assert one(sql) == expected


@pytest.mark.parametrize(
    ("sql", "what", "text"),
    [
        ('CREATE OR REPLACE VIEW app."V w" AS SELECT 1', "CREATE VIEW", "V w"),
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1", "CREATE MATERIALIZED VIEW", "v"),
        ("DROP VIEW IF EXISTS public.v CASCADE", "DROP VIEW", "v"),
        ("CREATE EXTENSION IF NOT EXISTS Citext", "CREATE EXTENSION", "citext"),
        ("ALTER FOREIGN TABLE t ADD COLUMN a int", "ALTER FOREIGN TABLE", "t"),
        ("GRANT SELECT ON t TO app", "GRANT", ""),
        ("COMMENT ON TABLE t IS 'x'", "COMMENT", ""),
        ("BEGIN", "BEGIN", ""),
        ("ALTER TABLE t OWNER TO me", "ALTER TABLE", ""),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", "VALIDATE CONSTRAINT", ""),
    ],
)
def test_statements_that_have_no_part_in_the_schema(sql: str, what: str, text: str):
    assert one(sql) == m.Other(ANYWHERE, True, what, text)


def test_drop_schema_cascade_drops_anything():
    why = "DROP SCHEMA … CASCADE drops what is in it"
    assert one("DROP SCHEMA app CASCADE") == unread(why, UNKNOWN, True, True)


def test_statements_stand_where_they_are():
    sql = "SELECT 1;\n/* é */ ALTER TABLE a ENABLE ROW LEVEL SECURITY ; -- x\nDROP TABLE b -- y\n"
    found = script(sql).operations
    assert [text_at(sql, each.at) for each in found] == ["ALTER TABLE a ENABLE ROW LEVEL SECURITY", "DROP TABLE b -- y"]


def test_a_part_of_a_file():
    data = b"DROP TABLE a; DROP TABLE b; DROP TABLE c"
    found = operations(Source("x.sql", data), 14, 27).operations
    assert found == (m.DropTable(Location("x.sql", 14, 26), True, "b"),)


def test_a_string_in_a_program():
    at = Location("v.py", 5, 9)
    found = operations_of_text("CREATE TABLE t (a int);\n ALTER TABLE t ENABLE ROW LEVEL SECURITY", at, False)
    assert [(type(each), each.at, each.certain) for each in found] == [
        (m.CreateTable, at, False),
        (m.SetRowSecurity, at, False),
    ]
    assert isinstance(found[0], m.CreateTable)
    assert found[0].columns[0].at == at


def test_a_string_that_is_no_sql():
    at = Location("v.py", 5, 9)
    assert operations_of_text("frobnicate 'all", at, True) == (
        m.Unread(at, True, "the statement never ends", UNKNOWN, False, False),
    )
