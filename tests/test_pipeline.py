"""What a check reports, and of which files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint import pipeline, rules
from tenantlint.asked import Asked
from tenantlint.config_tree import ConfigTree
from tenantlint.diagnostic import input_problem
from tenantlint.project import Project
from tenantlint.settings import Settings
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.rule import Rule

EVERYTHING = Asked(folders=("",))
COLUMNS = b"""\
import { uuid } from "drizzle-orm/pg-core";
export const owned = { tenant_id: uuid("tenant_id") };
"""
TENANTS = b"""\
import { pgTable, uuid } from "drizzle-orm/pg-core";
export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
"""
NOTES = b"""\
import { pgTable, uuid } from "drizzle-orm/pg-core";
import { owned } from "./columns";
export const notes = pgTable("notes", { id: uuid("id").primaryKey(), ...owned });
export const labels = pgTable("labels", { id: uuid("id").primaryKey() });
"""
FILES = {"db/columns.ts": COLUMNS, "db/tenants.ts": TENANTS, "db/notes.ts": NOTES}
TENANCY = Settings(frozenset({"TEN001", "TEN002"}))


def check(
    files: dict[str, bytes],
    asked: Asked = EVERYTHING,
    load: Callable[[str], Settings] = lambda folder: TENANCY,
) -> pipeline.Outcome:
    configs = ConfigTree("/p", load)
    configs.add(files)
    return pipeline.check(Project("/p", frozenset(), files), asked, configs, ())


def found(outcome: pipeline.Outcome) -> list[tuple[str, str]]:
    return [(each.at.path, each.code) for each in outcome.diagnostics]


def test_the_whole_project_is_read_and_sorted_by_place() -> None:
    outcome = check(FILES)
    assert found(outcome) == [("db/columns.ts", "TEN002"), ("db/notes.ts", "TEN001")]
    assert outcome.failed


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(frozenset({"db/notes.ts"})), [("db/notes.ts", "TEN001")]),
        (Asked(frozenset({"db/columns.ts"})), [("db/columns.ts", "TEN002")]),
        (Asked(frozenset({"db/tenants.ts"})), []),
        (Asked(folders=("db",)), [("db/columns.ts", "TEN002"), ("db/notes.ts", "TEN001")]),
        (Asked(folders=("d",)), []),
    ],
)
def test_findings_are_for_the_paths_asked_for(asked: Asked, expected: list[tuple[str, str]]) -> None:
    outcome = check(FILES, asked)
    assert found(outcome) == expected
    assert outcome.failed == bool(expected)


def test_what_another_file_says_counts() -> None:
    without = {**FILES, "db/columns.ts": b"export const owned = {};\n"}
    assert found(check(FILES, Asked(frozenset({"db/notes.ts"})))) == [("db/notes.ts", "TEN001")]
    assert found(check(without, Asked(frozenset({"db/notes.ts"})))) == [
        ("db/notes.ts", "TEN001"),
        ("db/notes.ts", "TEN001"),
    ]


def test_each_file_is_checked_with_its_own_settings() -> None:
    def load(folder: str) -> Settings:
        if folder == "/p/web":
            return Settings(frozenset({"TEN001"}), ("org_id",), path="/p/web/tenantlint.toml", root="/p/web")
        return Settings(frozenset({"TEN001"}), path="/p/tenantlint.toml", root="/p")

    table = b'import { pgTable, uuid } from "drizzle-orm/pg-core";\nexport const %s = pgTable("%s", { %s: uuid() });\n'
    files = {
        "web/tenantlint.toml": b"",
        "tenantlint.toml": b"",
        "a.ts": table % (b"a", b"a", b"org_id"),
        "b.ts": table % (b"b", b"b", b"tenant_id"),
        "web/c.ts": table % (b"c", b"c", b"org_id"),
        "web/d.ts": table % (b"d", b"d", b"tenant_id"),
    }
    assert found(check(files, load=load)) == [("a.ts", "TEN001"), ("web/d.ts", "TEN001")]


def test_ignored_by_the_configuration_or_by_a_comment() -> None:
    from tenantlint.settings import FileIgnore

    ignoring = Settings(
        frozenset({"TEN001", "TEN002"}),
        per_file_ignores=(FileIgnore("db/columns.ts", frozenset({"TEN002"})),),
    )
    silenced = NOTES.replace(b"export const labels", b"// tenantlint: ignore[TEN001] -- shared\nexport const labels")
    outcome = check({**FILES, "db/notes.ts": silenced}, load=lambda folder: ignoring)
    assert found(outcome) == []
    assert not outcome.failed


def test_warnings_fail_only_where_the_configuration_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules.load("TEN001"), "severity", "warning")
    only = frozenset({"TEN001"})
    assert not check(FILES, load=lambda folder: Settings(only)).failed
    assert check(FILES, load=lambda folder: Settings(only, fail_on="warning")).failed


def test_problems_with_the_input_do_not_stop_the_others() -> None:
    outcome = check({**FILES, "db/bad.ts": NOTES + b"\xff\n", "db/worse.ts": NOTES + b"export const = (;\n"})
    assert ("db/bad.ts", "ERR002") in found(outcome)
    assert ("db/worse.ts", "ERR003") in found(outcome)
    assert ("db/notes.ts", "TEN001") in found(outcome)


def test_problems_of_discovery_are_shown_where_asked_for() -> None:
    problem = input_problem("ERR001", "it cannot be read", Location("locked", 0, 0))
    project = Project("/p", frozenset(), {})
    configs = ConfigTree("/p", lambda folder: TENANCY)
    assert pipeline.check(project, EVERYTHING, configs, [problem]).diagnostics == (problem,)
    assert pipeline.check(project, Asked(folders=("locked",)), configs, [problem]).diagnostics == (problem,)
    assert pipeline.check(project, Asked(folders=("open",)), configs, [problem]).diagnostics == ()


def test_a_rule_that_fails_is_named_with_the_file_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Rule, table: object, view: object) -> list[object]:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(rules.load("TEN001"), "check_table", fail)
    outcome = check(FILES)
    assert found(outcome) == [("db/columns.ts", "TEN002")]
    (crash,) = outcome.crashes
    assert crash.what == "checking TEN001 missing-tenant-id"
    assert crash.error == "ZeroDivisionError: by zero; TEN001 failed on notes in db/notes.ts"
    assert crash.trace.startswith("Traceback (most recent call last):\n")


def test_what_could_not_be_read_is_told_for_the_paths_asked_for() -> None:
    files = {
        "a.ts": b'import { pgTable } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", nowhere);\n',
        "b.ts": b'import { pgTable } from "drizzle-orm/pg-core";\nexport const b = pgTable("b", nothing);\n',
    }
    outcome = check(files, Asked(frozenset({"b.ts"})))
    assert [(item.at.path, item.what) for item in outcome.unresolved] == [("b.ts", "columns of a table")]
    assert found(outcome) == []


MIGRATIONS = {
    "d/meta/_journal.json": b'{"dialect": "postgresql", "entries": [{"idx": 0, "tag": "0000_a", "when": 1}]}',
    "d/0001_b.sql": b"DROP TABLE a;",
    "migrations/1_a.sql": b"CREATE TABLE a (id int);",
    "migrations/2_b.sql": b"-- tenantlint: ignore[MIG007] -- moved\nDROP TABLE a;\nDROP TABLE b;",
    "query.sql": b"SELECT 1;",
}
HISTORY = Settings(frozenset({"MIG006", "MIG007"}))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            EVERYTHING,
            [("d/0001_b.sql", "MIG006"), ("d/meta/_journal.json", "MIG006"), ("migrations/2_b.sql", "MIG007")],
        ),
        (Asked(frozenset({"d/meta/_journal.json"})), [("d/meta/_journal.json", "MIG006")]),
        (Asked(frozenset({"migrations/2_b.sql"})), [("migrations/2_b.sql", "MIG007")]),
        (Asked(frozenset({"migrations/1_a.sql", "query.sql"})), []),
    ],
)
def test_migrations_are_checked_and_reported_where_they_are_asked_for(
    asked: Asked, expected: list[tuple[str, str]]
) -> None:
    assert found(check(MIGRATIONS, asked, lambda folder: HISTORY)) == expected


def test_statements_that_are_not_read_are_told() -> None:
    files = {
        "migrations/1_a.sql": b"DO $$ BEGIN EXECUTE statement; END $$;",
        "app.py": b"run('CREATE POLICY p ON t')\n",
    }
    outcome = check(files, load=lambda folder: HISTORY)
    assert [(item.at.path, item.what) for item in outcome.unresolved] == [
        ("app.py", "effect of a statement on the database"),
        ("migrations/1_a.sql", "effect of a statement on the database"),
    ]
