"""Files as they come: psql's commands, dumps, other dialects, broken bytes, large ones."""

from __future__ import annotations

import pytest

from lang.sql.support import ANYWHERE, ops, rls, script, unread
from tenantlint import migration as m
from tenantlint.schema import UNKNOWN

BUILT = "a statement that is built when it runs"
ENABLE = "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n"


def test_the_data_of_a_dump_is_no_sql():
    dump = "\\restrict abc\nCOPY public.x (a, b) FROM stdin;\n1\tit's; DROP TABLE t; \"\n\\N\t$$ /*\n\\.\n\n" + ENABLE
    assert ops(dump) == [m.WriteRows(ANYWHERE, True, "x", "insert", ("a", "b")), rls("t")]


def test_copy_without_data():
    assert ops(f"COPY x FROM stdin;\n{ENABLE}") == [m.WriteRows(ANYWHERE, True, "x", "insert", UNKNOWN), rls("t")]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("\\set ON_ERROR_STOP on\n", []),
        ("\\echo it's ; done\r\n", []),
        ("\\connect other\n", []),
        ("\\i other.sql\n", [unread("it includes another file", UNKNOWN, True, True)]),
        ("\\ir 'a b.sql'\n", [unread("it includes another file", UNKNOWN, True, True)]),
        ("SELECT 1 \\g\n", []),
        ("SELECT format('DROP TABLE %I', t) FROM x \\gexec\n", [unread(BUILT, UNKNOWN, False, True)]),
    ],
)
def test_commands_of_psql(command: str, expected: list[m.Operation]):
    assert ops(command + ENABLE) == [*expected, rls("t")]


def test_a_condition_of_psql():
    assert ops(f"\\if :x\n{ENABLE}\\else\n{ENABLE}\\endif\n{ENABLE}") == [rls("t", False), rls("t", False), rls("t")]


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("CREATE TABLE `users` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL);", "sqlite"),
        ("CREATE TABLE `users` (`id` text PRIMARY KEY);", "sqlite"),
        ("CREATE TABLE `users` (`id` int AUTO_INCREMENT NOT NULL);", "mysql"),
        ("PRAGMA foreign_keys=OFF; DROP TABLE t;", "sqlite"),
        ('CREATE TABLE "t" ("a" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT)', "sqlite"),
        ('CREATE TABLE "t" ("a" DATETIME NOT NULL)', "sqlite"),
        ("CREATE TABLE t (a int) ENGINE=InnoDB", "mysql"),
        ("ALTER TABLE t ADD COLUMN a longtext", "mysql"),
        ("USE app; DROP TABLE t", "mysql"),
        ("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a", "other"),
        ("ALTER TABLE t ON CLUSTER default DROP COLUMN a", "other"),
        ("CREATE TABLE [dbo].[t] (a int)\nGO\n", "other"),
        ("INSERT INTO t VALUES ('it\\'s') ON DUPLICATE KEY UPDATE a = 1", "mysql"),
        ("SELECT 'a `quoted` word' -- `too`", "postgresql"),
        ("INSERT INTO t VALUES ('ENGINE=InnoDB') WHERE", "postgresql"),
        ("COMMENT ON TABLE t IS 'AUTO_INCREMENT'", "postgresql"),
    ],
)
def test_other_dialects_are_left_out(sql: str, dialect: str):
    found = script(sql)
    assert (found.dialect, found.problems) == (dialect, ())
    assert dialect == "postgresql" or found.operations == ()


@pytest.mark.parametrize(
    ("sql", "message", "start"),
    [
        ("SELECT 1; SELECT 'it", "the quoted string never ends", 10),
        ("SELECT 1 /* it", "the comment never ends", 0),
        ("SELECT $x$ it $y$", "the dollar-quoted string never ends", 0),
        ('DROP TABLE "it', "the quoted identifier never ends", 0),
        ("DROP TABLE a;\nCREAT TABLE t ();", "`CREAT` begins no statement of PostgreSQL", 14),
        ("hello world; and more", "`hello` begins no statement of PostgreSQL", 0),
    ],
)
def test_what_is_no_sql(sql: str, message: str, start: int):
    (problem,) = script(sql).problems
    assert (problem.code, problem.message, problem.at.start) == ("ERR003", message, start)


@pytest.mark.parametrize(
    "sql", ["", ";;", "-- only\n/* comments */", "\ufeff", "\0", "\\\n", "{{ config() }} SELECT 1"]
)
def test_what_does_nothing(sql: str):
    assert [each for each in ops(sql) if not isinstance(each, m.Unread)] == []
    assert script(sql).problems == ()


def test_line_ends_and_a_byte_order_mark():
    sql = "\ufeffALTER TABLE t\r\n-- it's\r\nENABLE ROW LEVEL SECURITY;\r\n\rDROP TABLE b;"
    assert ops(sql) == [rls("t"), m.DropTable(ANYWHERE, True, "b")]


def test_bytes_that_are_no_text():
    (table,) = ops(b'CREATE TABLE "a\xff" (b\xc3\x28 int);\0\0')[:1]
    assert isinstance(table, (m.CreateTable, m.Unread))
    assert ops(b"\xff\xfe\x00;" + ENABLE.encode())[-1] == rls("t")


def test_a_nul_does_not_hide_what_follows():
    assert ops("SELECT '\0'; \0 " + ENABLE)[-1] == rls("t")


LARGE = {
    "rows": "INSERT INTO x (a, b) VALUES " + ",".join(["(1, 'abc ; def')"] * 500_000) + ";",
    "nested": "SELECT " + "(" * 100_000 + "1" + ")" * 100_000 + ";",
    "unclosed": "SELECT " + "(" * 100_000 + ";",
    "semicolons": ";" * 500_000,
    "comments": "/*" * 100_000 + "*/" * 100_000,
    "variables": "UPDATE x SET a = " + ":a + " * 20_000 + "1;",
    "indexes": "CREATE INDEX ON x (a);" * 3000,
    "drops": "".join(f"CREATE TABLE x{n} (a int UNIQUE); DROP TABLE x{n};" for n in range(2000)),
    "policy": "CREATE POLICY p ON x USING (" + " OR ".join(["a = 1"] * 5000) + ");",
    "deep policy": "CREATE POLICY p ON x USING (" + "(" * 5000 + "a = 1" + ")" * 5000 + ");",
    "concatenation": "DO $$ BEGIN EXECUTE 'SELECT 1'" + " || ' + 1'" * 5000 + "; END $$;",
    "columns": "CREATE TABLE x (" + ",".join(f"c{n} int UNIQUE" for n in range(3000)) + ");",
    "garbage": "SELECT " + "( x y z , " * 30_000 + ";",
    "cases": "CREATE FUNCTION f() BEGIN ATOMIC SELECT " + "CASE WHEN 1 THEN " * 5000 + "1" + " END" * 5000 + "; END;",
}  # fmt: skip


@pytest.mark.parametrize("sql", LARGE.values(), ids=LARGE.keys())
def test_large_files_hide_nothing_that_follows(sql: str):
    assert ops(sql + ENABLE)[-1] == rls("t")


def test_what_never_ends_takes_the_rest():
    sql = "".join(f"$a{n}$ " for n in range(50_000))
    assert len(ops("SELECT " + sql)) == 1
