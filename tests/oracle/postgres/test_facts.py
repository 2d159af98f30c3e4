"""The facts of PostgreSQL that the rules on row level security and tenancy rest on, each shown on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

DENIED = psycopg.errors.InsufficientPrivilege
SETUP = """
CREATE TABLE notes (id int PRIMARY KEY, tenant_id uuid, title text);
INSERT INTO notes VALUES (1, '00000000-0000-0000-0000-00000000000a', 'of a'),
  (2, '00000000-0000-0000-0000-00000000000b', 'of b');
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
"""
A, B = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"
IS_TENANT = "tenant_id = (SELECT current_setting('app.tenant_id')::uuid)"


class Database:
    """A database with a table ``notes`` of two tenants, one row each, and a plain role ``app`` that may use it."""

    def __init__(self, server: Server, admin: psycopg.Connection) -> None:
        self.server = server
        self.admin = admin

    def do(self, *statements: str) -> None:
        """Run statements as a superuser."""
        for statement in statements:
            self.admin.execute(statement)

    def ids(self, query: str = "SELECT id FROM notes", tenant: str | None = A, user: str = "app") -> list[int]:
        """Return the first column of what a query gives to a session of ``tenant``, sorted."""
        with self.session(tenant, user) as session:
            return sorted(row[0] for row in session.execute(query).fetchall())

    def write(self, statement: str, tenant: str | None = A, user: str = "app") -> int:
        """Return how many rows a session of ``tenant`` writes."""
        with self.session(tenant, user) as session:
            return session.execute(statement).rowcount

    def session(self, tenant: str | None = A, user: str = "app") -> psycopg.Connection:
        """Return a connection in which the tenant is set."""
        session = self.server.connect(self.admin.info.dbname, user)
        if tenant is not None:
            session.execute("SELECT set_config('app.tenant_id', %s, false)", [tenant])
        return session

    def plan(self, query: str) -> str:
        """Return the plan of a query as a session of the first tenant has it."""
        with self.session() as session:
            return "\n".join(row[0] for row in session.execute(f"EXPLAIN (COSTS OFF) {query}").fetchall())


@pytest.fixture
def db(postgres: Server) -> Iterator[Database]:
    for role in ("app", "app_owner"):
        postgres.role(role)
    with postgres.database() as admin:
        admin.execute(SETUP)
        yield Database(postgres, admin)


ENABLE = "ALTER TABLE notes ENABLE ROW LEVEL SECURITY"
FORCE = "ALTER TABLE notes FORCE ROW LEVEL SECURITY"


def policy(rest: str, name: str = "p") -> str:
    return f"CREATE POLICY {name} ON notes {rest}"


# RLS001, RLS002, RLS009


def test_without_row_level_security_every_tenant_s_rows_are_seen(db: Database) -> None:
    assert db.ids() == [1, 2]


def test_policies_do_nothing_until_row_level_security_is_enabled(db: Database) -> None:
    db.do(policy(f"USING ({IS_TENANT})"))
    assert db.ids() == [1, 2]
    db.do(ENABLE)
    assert db.ids() == [1]


@pytest.mark.parametrize(
    "policies",
    {
        "none": [],
        "restrictive only": ["AS RESTRICTIVE USING (true) WITH CHECK (true)"],
        "without predicates": ["FOR ALL", "FOR INSERT"],
    }.items(),
    ids=lambda item: item[0],
)
def test_without_a_policy_that_gives_access_nothing_is_seen_or_written(db: Database, policies) -> None:
    db.do(ENABLE, *(policy(each, f"p{number}") for number, each in enumerate(policies[1])))
    assert db.ids() == []
    assert db.write("UPDATE notes SET title = ''") == 0
    assert db.write("DELETE FROM notes") == 0
    with pytest.raises(DENIED):
        db.write(f"INSERT INTO notes VALUES (3, '{A}', '')")


# RLS007


def test_the_owner_bypasses_row_level_security_that_is_not_forced(db: Database) -> None:
    db.do("ALTER TABLE notes OWNER TO app_owner", ENABLE, policy(f"USING ({IS_TENANT})"))
    assert db.ids(user="app_owner") == [1, 2]
    db.do(FORCE)
    assert db.ids(user="app_owner") == [1]


def test_superusers_and_roles_with_bypassrls_bypass_it_even_so(db: Database) -> None:
    db.do(ENABLE, FORCE, policy("USING (false)"))
    assert db.ids(user="postgres") == [1, 2]
    assert db.ids() == []
    db.do("ALTER ROLE app BYPASSRLS")
    try:
        assert db.ids() == [1, 2]
    finally:
        db.do("ALTER ROLE app NOBYPASSRLS")


def test_forcing_without_enabling_does_nothing(db: Database) -> None:
    db.do("ALTER TABLE notes OWNER TO app_owner", FORCE, policy("USING (false)"))
    assert db.ids(user="app_owner") == [1, 2]


# RLS003, RLS004


def test_permissive_policies_are_combined_with_or_and_restrictive_ones_with_and(db: Database) -> None:
    db.do(ENABLE, policy(f"USING ({IS_TENANT})", "tenant"), policy("FOR SELECT USING (true)", "opened"))
    assert db.ids() == [1, 2]
    db.do(policy(f"AS RESTRICTIVE USING ({IS_TENANT})", "narrow"))
    assert db.ids() == [1]


@pytest.mark.parametrize("test", ["current_setting('app.tenant_id', true) IS NOT NULL", "tenant_id IS NOT NULL",
                                  "tenant_id = tenant_id", "title LIKE 'of %'"])  # fmt: skip
def test_a_policy_that_does_not_compare_the_tenant_lets_every_tenant_s_rows_through(db: Database, test: str) -> None:
    db.do(ENABLE, policy(f"USING ({test})"))
    assert db.ids() == [1, 2]


# RLS005

MOVE = f"UPDATE notes SET tenant_id = '{B}'"
ADD = f"INSERT INTO notes VALUES (3, '{B}', '')"


@pytest.mark.parametrize("clauses", [f"USING ({IS_TENANT})", f"USING ({IS_TENANT}) WITH CHECK ({IS_TENANT})"])
def test_using_checks_new_rows_too_where_there_is_no_with_check(db: Database, clauses: str) -> None:
    db.do(ENABLE, policy(clauses))
    for statement in (MOVE, ADD):
        with pytest.raises(DENIED):
            db.write(statement)


def test_an_insert_policy_without_with_check_allows_nothing(db: Database) -> None:
    db.do(ENABLE, policy("FOR INSERT"), policy(f"FOR SELECT USING ({IS_TENANT})", "q"))
    with pytest.raises(DENIED):
        db.write(f"INSERT INTO notes VALUES (3, '{A}', '')")


@pytest.mark.parametrize("check", ["true", "title IS NOT NULL"])
def test_a_check_that_leaves_the_tenant_out_lets_rows_be_added_for_another_tenant(db: Database, check: str) -> None:
    db.do(ENABLE, policy(f"USING ({IS_TENANT}) WITH CHECK ({check})"))
    assert db.write(ADD) == 1
    assert db.ids(tenant=B) == [2, 3]


def test_an_update_policy_that_leaves_the_tenant_out_lets_rows_be_moved_to_another_tenant(db: Database) -> None:
    db.do(ENABLE, policy(f"FOR SELECT USING ({IS_TENANT})", "q"))
    db.do(policy(f"FOR UPDATE USING ({IS_TENANT}) WITH CHECK (true)"))
    assert db.write(MOVE) == 1
    assert (db.ids(), db.ids(tenant=B)) == ([], [1, 2])


def test_only_an_update_that_reads_columns_is_kept_by_the_policy_for_reading(db: Database) -> None:
    db.do(ENABLE, policy(f"FOR SELECT USING ({IS_TENANT})", "q"))
    db.do(policy(f"FOR UPDATE USING ({IS_TENANT}) WITH CHECK (true)"))
    with pytest.raises(DENIED):
        db.write(f"{MOVE} WHERE id = 1")


# RLS006


@pytest.fixture
def counted(db: Database) -> Database:
    db.do(
        "CREATE SEQUENCE calls",
        "GRANT USAGE ON calls TO app",
        "CREATE FUNCTION tenant() RETURNS uuid STABLE LANGUAGE plpgsql AS "
        "$$BEGIN PERFORM nextval('calls'); RETURN current_setting('app.tenant_id')::uuid; END$$",
        f"INSERT INTO notes SELECT n, '{B}', '' FROM generate_series(3, 100) n",
        ENABLE,
    )
    return db


def calls(db: Database) -> int:
    """Return how often one query called the function."""
    db.do("ALTER SEQUENCE calls RESTART")
    assert db.ids() == [1]
    ((last,),) = db.admin.execute("SELECT last_value FROM calls").fetchall()
    return int(last)


def test_a_function_that_is_not_wrapped_is_called_once_a_row(counted: Database) -> None:
    counted.do(policy("USING (tenant_id = tenant())"))
    assert calls(counted) == 101  # for each of the hundred rows, and once when the planner guesses how many fit
    counted.do("ALTER POLICY p ON notes USING (tenant_id = (SELECT tenant()))")
    assert calls(counted) == 1


def test_a_setting_that_is_not_wrapped_stays_in_the_filter_of_the_scan(db: Database) -> None:
    db.do(ENABLE, policy("USING (tenant_id = current_setting('app.tenant_id')::uuid)"))
    plan = db.plan("SELECT * FROM notes")
    assert "Filter: (tenant_id = (current_setting('app.tenant_id'::text))::uuid)" in plan
    assert "InitPlan" not in plan
    db.do(f"ALTER POLICY p ON notes USING ({IS_TENANT})")
    plan = db.plan("SELECT * FROM notes")
    assert "Filter: (tenant_id = $0)" in plan
    assert "InitPlan 1 (returns $0)" in plan


def test_a_scan_of_an_index_on_the_column_evaluates_the_setting_once(db: Database) -> None:
    db.do(ENABLE, policy("USING (tenant_id = current_setting('app.tenant_id')::uuid)"))
    db.do("CREATE INDEX ON notes (tenant_id)", "ALTER ROLE app SET enable_seqscan = off")
    try:
        plan = db.plan("SELECT * FROM notes")
    finally:
        db.do("ALTER ROLE app RESET enable_seqscan")
    assert "Index Cond: (tenant_id = (current_setting('app.tenant_id'::text))::uuid)" in plan
    assert "Filter" not in plan


def test_a_function_of_a_column_cannot_be_wrapped(db: Database) -> None:
    db.do("CREATE FUNCTION sees(uuid) RETURNS bool STABLE LANGUAGE plpgsql AS $$BEGIN RETURN true; END$$")
    db.do(ENABLE, policy("USING ((SELECT sees(tenant_id)))"))
    assert "SubPlan 1" in db.plan("SELECT * FROM notes")
    assert "InitPlan" not in db.plan("SELECT * FROM notes")


# What a session without a tenant sees


def test_a_setting_that_was_never_set_raises_unless_it_may_be_missing(db: Database) -> None:
    db.do(ENABLE, policy("USING (tenant_id = current_setting('app.tenant_id')::uuid)"))
    with pytest.raises(psycopg.errors.UndefinedObject):
        db.ids(tenant=None)
    db.do("ALTER POLICY p ON notes USING (tenant_id = current_setting('app.tenant_id', true)::uuid)")
    assert db.ids(tenant=None) == []


def test_a_setting_that_was_reset_is_empty_which_is_no_uuid(db: Database) -> None:
    db.do(ENABLE, policy("USING (tenant_id = current_setting('app.tenant_id', true)::uuid)"))
    with db.session() as session:
        assert session.execute("SELECT id FROM notes").fetchall() == [(1,)]
        session.execute("RESET app.tenant_id")
        assert session.execute("SELECT current_setting('app.tenant_id', true)").fetchall() == [("",)]
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            session.execute("SELECT id FROM notes")
        db.do("ALTER POLICY p ON notes USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)")
        assert session.execute("SELECT id FROM notes").fetchall() == []


# TEN005, TEN006


def test_a_global_unique_key_tells_one_tenant_of_another_s_value_and_blocks_its_own(db: Database) -> None:
    db.do("ALTER TABLE notes ADD CONSTRAINT notes_title_key UNIQUE (title)", ENABLE, policy(f"USING ({IS_TENANT})"))
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.write(f"INSERT INTO notes VALUES (3, '{A}', 'of b')")
    db.do("ALTER TABLE notes DROP CONSTRAINT notes_title_key, ADD UNIQUE (tenant_id, title)")
    assert db.write(f"INSERT INTO notes VALUES (3, '{A}', 'of b')") == 1


def test_a_foreign_key_without_the_tenant_can_point_at_another_tenant_s_row(db: Database) -> None:
    db.do(
        "ALTER TABLE notes ADD UNIQUE (tenant_id, id)",
        "CREATE TABLE links (tenant_id uuid, note_id int REFERENCES notes)",
        "GRANT INSERT ON links TO app",
        ENABLE,
        FORCE,
        policy(f"USING ({IS_TENANT})"),
    )
    assert db.ids() == [1]
    assert db.write(f"INSERT INTO links VALUES ('{A}', 2)") == 1
    db.do("TRUNCATE links", "ALTER TABLE links DROP CONSTRAINT links_note_id_fkey")
    db.do("ALTER TABLE links ADD FOREIGN KEY (tenant_id, note_id) REFERENCES notes (tenant_id, id)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        db.write(f"INSERT INTO links VALUES ('{A}', 2)")
    assert db.write(f"INSERT INTO links VALUES ('{A}', 1)") == 1


def test_a_foreign_key_of_the_tenant_and_the_owner_keeps_rows_of_another_tenant_out(db: Database) -> None:
    """An INSERT policy on the owner alone is enough where a foreign key holds owner and tenant together (RLS005)."""
    db.do(
        "CREATE TABLE members (tenant_id uuid, user_id text, PRIMARY KEY (tenant_id, user_id))",
        f"INSERT INTO members VALUES ('{A}', 'me')",
        "CREATE TABLE drafts (tenant_id uuid, user_id text)",
        "GRANT INSERT ON drafts TO app",
        "ALTER TABLE drafts ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON drafts FOR INSERT WITH CHECK (user_id = 'me')",
    )
    assert db.write(f"INSERT INTO drafts VALUES ('{B}', 'me')") == 1
    db.do("TRUNCATE drafts", "ALTER TABLE drafts ADD FOREIGN KEY (tenant_id, user_id) REFERENCES members")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        db.write(f"INSERT INTO drafts VALUES ('{B}', 'me')")
    assert db.write(f"INSERT INTO drafts VALUES ('{A}', 'me')") == 1


# Views


def test_a_view_reads_as_its_owner_unless_it_is_a_security_invoker(db: Database) -> None:
    db.do(ENABLE, policy(f"USING ({IS_TENANT})"), "CREATE VIEW listed AS SELECT * FROM notes")
    db.do("GRANT SELECT ON listed TO app")
    assert db.ids("SELECT id FROM listed") == [1, 2]
    db.do("ALTER VIEW listed SET (security_invoker = true)")
    assert db.ids("SELECT id FROM listed") == [1]
