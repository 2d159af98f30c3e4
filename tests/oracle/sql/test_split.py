"""Statements are split where libpg_query splits them."""

from __future__ import annotations

import postgast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.sql.statements import STATEMENTS

from tenantlint.lang.sql.split import Splitter

PIECES = [
    "select 'a;b'",
    "select E'a\\';b'",
    "select '\\', 1",
    "select $$ ; $$, $a$ ; $$ ; $a$",
    'select 1 as "a;""b"',
    "select 1 -- ; 'x\n, 2",
    "select /* ; /* ; */ ' */ 1",
    "select a$b$c from t",
    "create function f() returns int begin atomic select case when true then 1 end; select 2; end",
    "create function f() returns int language sql as $f$ select 1; select ';' $f$",
    "create or replace procedure p() begin atomic insert into t values (1); end",
    "create rule r as on insert to t do also (select 1; delete from t)",
    "do $$ begin perform 1; end $$",
    "select U&'a;b' , x'1F'",
    'select 1 as ende, 2 as endcase, 3 as "case"',
    "end",
    "begin",
    "select 'it''s; ''; ok'",
]
BETWEEN = st.sampled_from([";", ";\n", "; -- it's; \n", " ; /* ' ; */ ", ";;", "\n;\r\n"])


def mine(text: str) -> list[str]:
    data = text.encode()
    return [data[each.start : each.end].decode() for each in Splitter(data, 0, len(data)).statements()]


def plain(statement: str) -> list[tuple[int, str]]:
    """Return the tokens of a statement, for comments at its edges belong to neither side."""
    scanned = postgast.scan(statement)
    data = statement.encode()
    words = ((token.token, data[token.start : token.end].decode()) for token in scanned.tokens)
    return [word for word in words if word[1][:2] not in ("--", "/*")]


@pytest.mark.parametrize("piece", PIECES)
def test_a_statement_is_one(piece: str) -> None:
    assert mine(piece) == [piece]
    assert len(postgast.split(piece)) == 1


@given(st.lists(st.tuples(st.sampled_from([*PIECES, *STATEMENTS]), BETWEEN), max_size=6))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_statements_are_split_where_postgresql_splits_them(parts: list[tuple[str, str]]) -> None:
    text = "".join(piece + end for piece, end in parts)
    theirs = [plain(each) for each in postgast.split(text)] if text else []
    assert [plain(each) for each in mine(text)] == [each for each in theirs if each]
