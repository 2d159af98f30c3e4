"""What is read of each kind of statement equals what libpg_query's tree says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.oracle.sql import own, reference, strategies
from tests.oracle.sql.statements import STATEMENTS


def expected(sql: str) -> list[tuple[object, ...]]:
    """Return the reference's facts; what an index INCLUDEs is not compared."""
    return [fact[:-1] if fact[0] == "create index" else fact for fact in reference.facts(sql)]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_statement_is_read_as_postgresql_parses_it(sql: str) -> None:
    mine = [fact[:1] if fact[0] == "unread" else fact for fact in own.facts(sql)]
    assert mine == expected(sql)


BROKEN = [
    "CREATE TYPE t AS ENUM ('a'\n 'b', 'c''d'  \r\n\t'e')",
    "CREATE TABLE t (a text DEFAULT 'it'\n 's', b int)",
    "SELECT 1 INTO t FROM a JOIN b ON a.x = b.x\n-- one\n--\n-- two\nAND a.y = b.y",
    "CREATE POLICY p ON t USING (a = ANY\n(WITH x AS (SELECT 1) SELECT * FROM x) /* ' */ AND b <> SOME (VALUES (1)))",
]


@pytest.mark.parametrize("sql", BROKEN)
def test_what_the_grammar_refuses_is_read_all_the_same(sql: str) -> None:
    assert own.facts(sql) == expected(sql)


def test_a_file_is_read_as_its_statements() -> None:
    kept = [sql for sql in STATEMENTS if not any(word in sql for word in ("search_path", "TEMP", "USING INDEX"))]
    text = ";\n-- a comment; with 'quotes\n".join(kept)
    mine = [fact[:1] if fact[0] == "unread" else fact for fact in own.facts(text)]
    listed = [fact for fact in expected(text) if fact[0] not in own.DEPENDENT]
    assert [fact for fact in mine if fact[0] not in own.DEPENDENT] == listed


@given(strategies.statements())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_generated_statements(sql: str) -> None:
    assert own.facts(sql) == expected(sql)
