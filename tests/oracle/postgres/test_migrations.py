"""What the rules on migrations say of their own tests is true of a server on which these migrations have run."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Literal

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, exc

from rules import test_downgrade_mismatch, test_not_null_without_default
from rules.migrations import alembic
from rules.support import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine
    from tests.postgres import Server

    from rules.support import Snippet

SETUP = "CREATE TABLE orgs (id int PRIMARY KEY, name text);"
"""What the tests take to be there already."""

FUNCTION = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
ROLE = "CREATE TYPE role AS ENUM ('admin');"
"""What some of them do."""

CATALOG = """
SELECT 'column', c.relname, a.attname,
    regexp_replace(format_type(a.atttypid, a.atttypmod), '^character varying$', 'text'),
    a.attnotnull::text, a.atthasdef::text
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'security', relname, (relrowsecurity)::text, (relrowsecurity AND relforcerowsecurity)::text, '', ''
  FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename, policyname, cmd, qual, with_check FROM pg_policies
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'enum', typname, '', '', '', '' FROM pg_type
  WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace
"""

SILENT = {
    "no downgrade, which MIG001 tells",
    "a downgrade that may do anything",
    "a downgrade that may do anything to the table",
    "an upgrade that may do anything",
    "under a condition",
    "a column whose name is not known",
    "a table whose name is not known",
    "if it exists",
    "if it does not exist",
    "a table that is exempt",
    "a table that is exempt from the rule",
    "a column of a table that other code has made",
    "what fails is passed over",
    "rows, enum values, extensions and functions",
    "a column that comes back with its own index",
}
"""Tests in which the rule says nothing because it does not know, or is not asked."""


UNRUNNABLE = {"a constraint comes back for an index of its name", "one of two is unread"}
"""Tests whose upgrade the server refuses."""


def load(_: str) -> None:
    """Stand for the code that the tests leave open."""


def alembic_only(tests: dict[str, Any]) -> Iterator[tuple[str, Snippet]]:
    for name, test in tests.items():
        snippet = test[0] if isinstance(test, tuple) and isinstance(test[1], list) else test
        if all(path.endswith(".py") for path in snippet.files):
            yield name, snippet


def step(connection: Connection, text: str, function: str) -> None:
    """Run one function of a revision."""
    with Operations.context(MigrationContext.configure(connection)):
        scope: dict[str, Any] = {"load": load}
        exec(compile(text, "revision", "exec"), scope)
        scope[function]()


def catalog(connection: Connection) -> set[tuple[str, ...]]:
    return {tuple(row) for row in connection.exec_driver_sql(CATALOG)}


@pytest.fixture
def engine(postgres: Server) -> Iterator[Engine]:
    with postgres.database() as connection:
        connection.execute(SETUP)
        made = create_engine(postgres.url(connection.info.dbname))
        yield made
        made.dispose()


def outcome(connection: Connection, snippet: Snippet) -> Literal["undone", "left", "fails", "refused"]:
    """Run all revisions and take back the last one: is all as it was before it?

    It ``fails`` where the downgrade does, and is ``refused`` where the upgrade does.
    """
    *earlier, last = (snippet.files[path] for path in sorted(snippet.files))
    for text in earlier:
        step(connection, text, "upgrade")
    before = catalog(connection)
    try:
        step(connection, last, "upgrade")
    except exc.SQLAlchemyError:
        return "refused"
    try:
        step(connection, last, "downgrade")
    except exc.SQLAlchemyError:
        return "fails"
    return "undone" if catalog(connection) == before else "left"


def setup_of(snippet: Snippet) -> str:
    """Return what has to be there: the enum and the function, where a revision uses them and none makes them."""
    text = "".join(snippet.files.values())
    role = ROLE if "TYPE role" in text and "CREATE TYPE role AS ENUM ()" not in text else ""
    return role + (FUNCTION if "FUNCTION f()" in text and "CREATE FUNCTION" not in text else "")


UNDONE = {name: test for name, test in alembic_only(test_downgrade_mismatch.NOOP) if name not in SILENT}
NOT_UNDONE = {name: test for name, test in alembic_only(test_downgrade_mismatch.FINDING) if name not in UNRUNNABLE}


@pytest.mark.parametrize("name", UNDONE)
def test_what_the_rule_is_silent_on_is_undone(engine, name):
    with engine.connect() as connection:
        connection.exec_driver_sql(setup_of(UNDONE[name]) or "SELECT 1")
        assert outcome(connection, UNDONE[name]) == "undone"


@pytest.mark.parametrize("name", NOT_UNDONE)
def test_what_the_rule_reports_is_not_undone(engine, name):
    with engine.connect() as connection:
        connection.exec_driver_sql(setup_of(NOT_UNDONE[name]) or "SELECT 1")
        assert outcome(connection, NOT_UNDONE[name]) in ("left", "fails")


STEPS = [
    ('op.add_column("users", sa.Column("mail", sa.Text()))', 'op.drop_column("users", "mail")'),
    ('op.drop_column("users", "age")', 'op.add_column("users", sa.Column("age", sa.Integer(), nullable=False))'),
    ('op.drop_column("users", "nick")', 'op.add_column("users", sa.Column("nick", sa.String(80)))'),
    ('op.drop_column("users", "org_id")', 'op.add_column("users", sa.Column("org_id", sa.Integer()))'),
    ('op.create_index("i", "users", ["org_id"])', 'op.drop_index("i", "users")'),
    ('op.create_index("j", "users", ["mail", "id"])', 'op.drop_index("j", "users")'),
    ('op.drop_index("users_age_idx", "users")', 'op.create_index("users_age_idx", "users", ["age"])'),
    (
        'op.alter_column("users", "age", new_column_name="years")',
        'op.alter_column("users", "years", new_column_name="age")',
    ),
    (
        'op.alter_column("users", "nick", new_column_name="mail")',
        'op.alter_column("users", "mail", new_column_name="nick")',
    ),
    ('op.rename_table("users", "people")', 'op.rename_table("people", "users")'),
    ('op.add_column("people", sa.Column("mail", sa.Text()))', 'op.drop_column("people", "mail")'),
    ('op.create_table("a", sa.Column("id", sa.Integer()), sa.Column("mail", sa.Text()))', 'op.drop_table("a")'),
    ('op.create_index("k", "a", ["mail"])', 'op.drop_index("k", "a")'),
    ('op.drop_column("a", "mail")', 'op.add_column("a", sa.Column("mail", sa.Text()))'),
    (
        'op.drop_table("orgs")',
        'op.create_table("orgs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text()))',
    ),
    ('op.alter_column("users", "age", nullable=True)', 'op.alter_column("users", "age", nullable=False)'),
    ('op.alter_column("users", "nick", type_=sa.Text())', 'op.alter_column("users", "nick", type_=sa.String(80))'),
    (
        'op.alter_column("users", "org_id", server_default="1")',
        'op.alter_column("users", "org_id", server_default=None)',
    ),
    (
        'op.drop_constraint("users_nick_key", "users", type_="unique")',
        'op.create_unique_constraint("users_nick_key", "users", ["nick"])',
    ),
    (
        'op.create_unique_constraint("u", "users", ["org_id", "age"])',
        'op.drop_constraint("u", "users", type_="unique")',
    ),
    ('op.create_check_constraint("c", "users", "age > 0")', 'op.drop_constraint("c", "users", type_="check")'),
    (
        'op.create_foreign_key("f", "users", "orgs", ["org_id"], ["id"])',
        'op.drop_constraint("f", "users", type_="foreignkey")',
    ),
    (
        'op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")',
        'op.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY")',
    ),
    ('op.execute("CREATE POLICY p ON users USING (true)")', 'op.execute("DROP POLICY p ON users")'),
    ("op.execute(\"CREATE TYPE role AS ENUM ('x')\")", 'op.execute("DROP TYPE role")'),
]
"""Operations, each with its inverse."""

ORGS = 'op.create_table("orgs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text()))'
BASE = (f"{ORGS}\n{test_downgrade_mismatch.USERS.strip()}", 'op.drop_table("users")\nop.drop_table("orgs")')


def generated(random: Random) -> Snippet:
    """Return two revisions; the second one's downgrade is the inverse of its upgrade, or nearly."""
    steps = [pair if random.random() < 0.75 else pair[::-1] for pair in random.choices(STEPS, k=random.randint(1, 4))]
    downgrade = [down for _, down in reversed(steps)]
    change = random.choice(("none", "omit", "insert", "shuffle", "omit"))
    if change == "omit":
        downgrade.pop(random.randrange(len(downgrade)))
    elif change == "insert":
        downgrade.insert(random.randint(0, len(downgrade)), random.choice(random.choice(STEPS)))
    elif change == "shuffle":
        random.shuffle(downgrade)
    upgrade = "\n".join(up for up, _ in steps)
    return alembic(BASE, (upgrade, "\n".join(downgrade) or 'op.execute("SELECT 1")'))


def test_of_generated_revisions_those_are_reported_which_leave_something(postgres):
    counts = dict.fromkeys(("undone", "left", "fails", "refused"), 0)
    with postgres.database() as plain:
        engine = create_engine(postgres.url(plain.info.dbname))
        for seed in range(500):
            snippet = generated(Random(seed))
            with engine.connect() as connection:
                found = outcome(connection, snippet)
            counts[found] += 1
            messages = [each.message for each in run("MIG002", snippet)]
            assert found not in ("undone", "left") or (found == "left") == bool(messages), (snippet.files, messages)
        engine.dispose()
    assert min(counts.values()) > 20, counts


FILLED = {
    "alembic nullable",
    "alembic a server default",
    "alembic filled",
    "alembic filled under another name",
    "alembic added with a default, then set",
    "alembic emptied",
    "alembic only the downgrade",
}
REFUSED = set(test_not_null_without_default.FINDING) - {
    "alembic a table that other code has made",
    "sql",
    "drizzle-kit",
}


def accepts_rows(engine: Engine, snippet: Snippet) -> bool:
    """Tell whether the last revision runs on a table that has a row by then."""
    *earlier, last = (snippet.files[path] for path in sorted(snippet.files))
    with engine.connect() as connection:
        for text in earlier:
            step(connection, text, "upgrade")
        connection.exec_driver_sql("INSERT INTO users (id) VALUES (1)")
        try:
            step(connection, last, "upgrade")
        except exc.IntegrityError:
            return False
        return True


@pytest.mark.parametrize("name", sorted(FILLED))
def test_a_column_that_the_rule_is_silent_on_can_be_added_to_rows(engine, name):
    assert accepts_rows(engine, test_not_null_without_default.NOOP[name])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_column_that_the_rule_reports_is_refused_where_there_are_rows(engine, name):
    assert not accepts_rows(engine, test_not_null_without_default.FINDING[name][0])
