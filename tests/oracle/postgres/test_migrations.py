"""What the rules on migrations say of their own tests is true of a server on which these migrations have run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, exc

from rules import test_downgrade_mismatch, test_not_null_without_default

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


def is_undone(engine: Engine, snippet: Snippet, setup: str = "") -> bool:
    """Run all revisions, take back the last one, and tell whether that works and all is as it was before it."""
    *earlier, last = (snippet.files[path] for path in sorted(snippet.files))
    with engine.connect() as connection:
        connection.exec_driver_sql(setup or "SELECT 1")
        for text in earlier:
            step(connection, text, "upgrade")
        before = catalog(connection)
        step(connection, last, "upgrade")
        try:
            step(connection, last, "downgrade")
        except exc.SQLAlchemyError:
            return False
        return catalog(connection) == before


def setup_of(snippet: Snippet) -> str:
    """Return what has to be there: the enum and the function, where a revision uses them and none makes them."""
    text = "".join(snippet.files.values())
    role = ROLE if "TYPE role" in text and "CREATE TYPE role AS ENUM ()" not in text else ""
    return role + (FUNCTION if "FUNCTION f()" in text and "CREATE FUNCTION" not in text else "")


UNDONE = {name: test for name, test in alembic_only(test_downgrade_mismatch.NOOP) if name not in SILENT}
NOT_UNDONE = {name: test for name, test in alembic_only(test_downgrade_mismatch.FINDING) if name not in UNRUNNABLE}


@pytest.mark.parametrize("name", UNDONE)
def test_what_the_rule_is_silent_on_is_undone(engine, name):
    assert is_undone(engine, UNDONE[name], setup_of(UNDONE[name]))


@pytest.mark.parametrize("name", NOT_UNDONE)
def test_what_the_rule_reports_is_not_undone(engine, name):
    assert not is_undone(engine, NOT_UNDONE[name], setup_of(NOT_UNDONE[name]))


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
