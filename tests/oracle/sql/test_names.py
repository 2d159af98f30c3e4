"""The names that PostgreSQL makes up for keys and indexes, asked of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint import migration as m
from tenantlint.lang.sql.parse import operations
from tenantlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

LONG = "a_table_with_a_name_that_is_as_long_as_a_name_may_be_in_the_end"
SCRIPTS = {
    "keys": "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int, UNIQUE (a, b), FOREIGN KEY (b) REFERENCES t)",
    "several": "CREATE TABLE t (a int UNIQUE UNIQUE, b int, UNIQUE (b), UNIQUE (b, a), CHECK (a > 0), CHECK (a > b))",
    "checks": """
        CREATE TABLE t (a int, b int);
        ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (a > 1), ADD CHECK (a > b), ADD CHECK (1 > 0);
        ALTER TABLE t ADD CHECK (t.a < 9);
    """,
    "foreign keys": """
        CREATE TABLE o (x int, y int, PRIMARY KEY (x, y), UNIQUE (x));
        CREATE TABLE t (a int REFERENCES o (x), b int, c int REFERENCES o (x) REFERENCES o (x));
        ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES o, ADD FOREIGN KEY (a) REFERENCES o (x);
        ALTER TABLE t ADD COLUMN d int REFERENCES o (x) UNIQUE;
    """,
    "long table": f"""
        CREATE TABLE {LONG} (id int PRIMARY KEY, a_column_with_a_long_name_too int UNIQUE REFERENCES {LONG} (id));
        CREATE INDEX ON {LONG} (a_column_with_a_long_name_too, id);
        CREATE INDEX ON {LONG} (a_column_with_a_long_name_too, id);
    """,
    "long columns": f"""
        CREATE TABLE t ({"c" * 40} int, {"d" * 40} int, {"é" * 25} int);
        ALTER TABLE t ADD UNIQUE ({"c" * 40}, {"d" * 40}), ADD UNIQUE ({"é" * 25}, {"c" * 40});
        CREATE INDEX ON t ({"é" * 25}, {"d" * 40});
    """,
    "indexes": """
        CREATE TABLE t (a int, b text, "C" text);
        CREATE INDEX ON t (a);
        CREATE INDEX ON t (a);
        CREATE UNIQUE INDEX ON t (a, b);
        CREATE INDEX ON t (lower(b), a);
        CREATE INDEX ON t ((a + 1));
        CREATE INDEX ON t ((a + 1), (a + 2));
        CREATE INDEX ON t ("C" DESC, (a));
        CREATE INDEX ON t (upper("C"), upper(b));
        CREATE INDEX ON t (coalesce(b, 'x'), (b::text));
        CREATE INDEX ON t ((CASE WHEN a = 1 THEN 2 END), (a::bigint), (b || 'x'));
        CREATE INDEX ON t (a) INCLUDE (b);
        ALTER TABLE t ADD UNIQUE (a) INCLUDE (b), ADD PRIMARY KEY (a) INCLUDE (b);
    """,
    "dropped names are free": """
        CREATE TABLE t (a int UNIQUE);
        DROP TABLE t;
        CREATE TABLE t (a int UNIQUE);
        CREATE INDEX ON t (a);
        DROP INDEX t_a_idx;
        CREATE INDEX ON t (a);
        ALTER TABLE t DROP CONSTRAINT t_a_key, ADD UNIQUE (a);
    """,
    "other schemas": """
        CREATE SCHEMA app;
        CREATE TABLE t (a int PRIMARY KEY);
        CREATE TABLE app.t (a int PRIMARY KEY, b int REFERENCES t);
        SET search_path = app;
        CREATE TABLE u (a int UNIQUE);
        CREATE INDEX ON u (a);
    """,
    "using an index": """
        CREATE TABLE t (a int NOT NULL, b int);
        CREATE UNIQUE INDEX i ON t (a);
        CREATE UNIQUE INDEX j ON t (b);
        ALTER TABLE t ADD PRIMARY KEY USING INDEX i, ADD CONSTRAINT k UNIQUE USING INDEX j;
    """,
    "exclusion": "CREATE TABLE t (a int4range, b int, EXCLUDE USING gist (a WITH &&), CONSTRAINT c CHECK (b > 0))",
}
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype::text FROM pg_constraint
    WHERE conrelid <> 0 AND connamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'app'))
    AND contype IN ('p', 'u', 'f')
"""
INDEXES = """
    SELECT indrelid::regclass::text, relname, 'i' FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'app'))
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""


def named(operation: m.Operation) -> Iterator[tuple[object, object, str]]:
    """Yield the table, name and kind of each key and index that an operation adds."""
    if isinstance(operation, m.CreateTable):
        if operation.primary_key:
            yield operation.table, operation.primary_key_name, "p"
        yield from ((operation.table, each.name, "u") for each in operation.unique_constraints)
        yield from ((operation.table, each.name, "f") for each in operation.foreign_keys)
    elif isinstance(operation, m.AddPrimaryKey):
        yield operation.table, operation.name, "p"
    elif isinstance(operation, m.AddUnique):
        yield operation.table, operation.constraint.name, "u"
    elif isinstance(operation, m.AddForeignKey):
        yield operation.table, operation.key.name, "f"
    elif isinstance(operation, m.CreateIndex):
        yield operation.table, operation.index.name, "i"


def remaining(sql: str) -> list[tuple[object, ...]]:
    """Return what the operations leave, in order of names."""
    kept: dict[tuple[object, object], str] = {}
    for operation in operations(Source("x.sql", sql.encode())).operations:
        kept |= {(table, name): kind for table, name, kind in named(operation)}
        if isinstance(operation, m.DropTable):
            kept = {key: kind for key, kind in kept.items() if key[0] != operation.table}
        elif isinstance(operation, (m.DropIndex, m.DropConstraint)):
            kept = {key: kind for key, kind in kept.items() if key[1] != operation.name}
    return sorted((*key, kind) for key, kind in kept.items())


@pytest.mark.parametrize("sql", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_names_are_those_that_postgresql_makes(sql: str, postgres: Server) -> None:
    with postgres.database() as connection:
        connection.execute(sql)
        connection.execute("SET search_path = public")
        truth = connection.execute(CONSTRAINTS).fetchall() + connection.execute(INDEXES).fetchall()
    theirs = [(table.strip('"'), name.strip('"'), kind) for table, name, kind in truth]
    assert remaining(sql) == sorted(theirs)
