"""Which files of a project are migrations, in which order, and what undoes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tenantlint.link import link
from tenantlint.project import Project

if TYPE_CHECKING:
    from tenantlint.migration import History

TABLE = "CREATE TABLE t (id int);"


def histories(files: dict[str, str]) -> tuple[History, ...]:
    result = link(Project("/nowhere", frozenset(), {path: text.encode() for path, text in files.items()}))
    assert (result.crashes, result.problems) == ((), ())
    return result.schema.histories


def one(files: dict[str, str]) -> History:
    (history,) = histories(files)
    return history


def ids(history: History) -> list[str]:
    return [revision.id for revision in history.revisions]


def problems(history: History) -> list[tuple[str, str, str, int]]:
    return [(each.kind, each.text, each.at.path, each.at.start) for each in history.problems]


def journal(*entries: tuple[int, str], dialect: str = "postgresql") -> str:
    listed = [{"idx": idx, "tag": tag, "when": idx} for idx, tag in entries]
    return json.dumps({"version": "7", "dialect": dialect, "entries": listed})


# Which files


NUMBERED = {
    "supabase/migrations/20240101000000_a.sql": ("sql", "supabase/migrations", "20240101000000_a"),
    "db/migrate/1_a.sql": ("sql", "db/migrate", "1_a"),
    "app/Migrations/001.sql": ("sql", "app/Migrations", "001"),
    "db-migrations/001-a.sql": ("sql", "db-migrations", "001-a"),
    "drizzle/0000_a.sql": ("sql", "drizzle", "0000_a"),
    "sql/V1.2__a.sql": ("sql", "sql", "V1.2__a"),
    "sql/001_a.up.sql": ("sql", "sql", "001_a"),
    "sql/001.do.sql": ("sql", "sql", "001"),
    "prisma/migrations/20240101000000_a/migration.sql": ("sql", "prisma/migrations", "20240101000000_a"),
}


@pytest.mark.parametrize(("path", "expected"), NUMBERED.items(), ids=NUMBERED)
def test_numbered_files(path: str, expected: tuple[str, str, str]) -> None:
    history = one({path: TABLE})
    assert (history.kind, history.path, *ids(history)) == expected
    assert [table.name for table in history.tables] == ["t"]
    assert (history.revisions[0].parents, history.revisions[0].downgrade.state) == ((), "missing")


@pytest.mark.parametrize(
    "path",
    [
        "schema.sql",
        "migrations/readme.sql",
        "migrations/create_t.sql",
        "db/001_a.sql",
        "tests/migrations/001_a.sql",
        "integration-tests/migrations/001_a.sql",
        "fixtures/migrations/001_a.sql",
        "seeds/migrations/001_a.sql",
        "migrations/archive/001_a.sql",
        "migrations/mysql/001_a.sql",
        "db-clickhouse/migrations/001_a.sql",
        "migrations/down/001_a.sql",
        "node_modules/x/migrations/001_a.sql",
    ],
)
def test_other_files(path: str) -> None:
    assert histories({path: TABLE}) == ()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE `t` (`id` text);",
        "CREATE TABLE t (id int) ENGINE=InnoDB;",
        "CREATE TABLE t (id int AUTO_INCREMENT);",
        "PRAGMA foreign_keys=OFF;",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);",
        "CREATE TABLE [dbo].[t] (id int)",
    ],
)
def test_a_folder_of_another_database_is_none(sql: str) -> None:
    assert histories({"migrations/001_a.sql": TABLE, "migrations/002_b.sql": sql}) == ()


def test_several_folders_are_several_histories() -> None:
    files = {"a/migrations/1.sql": TABLE, "b/migrations/1.sql": TABLE, "b/migrations/2.sql": "DROP TABLE t;"}
    assert [(each.path, ids(each), len(each.tables)) for each in histories(files)] == [
        ("a/migrations", ["1"], 1),
        ("b/migrations", ["1", "2"], 0),
    ]


# Order


ORDERS = {
    "by number": (["m/migrations/10_c.sql", "m/migrations/9_b.sql", "m/migrations/1_a.sql"], ["1_a", "9_b", "10_c"]),
    "by the parts of a version": (
        ["sql/V2__c.sql", "sql/V1.10__b.sql", "sql/V1.9__a.sql", "sql/R__z.sql"],
        ["V1.9__a", "V1.10__b", "V2__c", "R__z"],
    ),
    "by name where numbers are equal": (["x/migrations/1_b.sql", "x/migrations/1_a.sql"], ["1_a", "1_b"]),
    "of folders": (["p/migrations/2_b/migration.sql", "p/migrations/1_a/migration.sql"], ["1_a", "2_b"]),
}


@pytest.mark.parametrize(("paths", "expected"), ORDERS.values(), ids=ORDERS)
def test_order(paths: list[str], expected: list[str]) -> None:
    history = one(dict.fromkeys(paths, "SELECT 1;"))
    assert ids(history) == expected
    assert [revision.parents for revision in history.revisions] == [(), *((each,) for each in expected[:-1])]
    assert history.problems == ()


@pytest.mark.parametrize("path", ["supabase/migrations/{}.sql", "migrations/{}.up.sql"])
def test_a_version_that_two_files_have(path: str) -> None:
    history = one({path.format("1_a"): TABLE, path.format("1_b"): "SELECT 1;"})
    first, second = (path.format(name).rpartition("/")[2] for name in ("1_a", "1_b"))
    text = f"has the version 1 twice, in `{first}` and `{second}`"
    assert problems(history) == [("duplicate", text, path.format("1_b"), 0)]


# What undoes


UP = "CREATE TABLE t (id int);\n"
DOWN = "DROP TABLE t;\n"
SECTIONS = {
    "dbmate": f"-- migrate:up\n{UP}\n-- migrate:down\n{DOWN}",
    "goose": f"-- +goose Up\n-- +goose StatementBegin\n{UP}-- +goose StatementEnd\n-- +goose Down\n{DOWN}",
    "sql-migrate": f"-- +migrate Up\n{UP}-- +migrate Down\n{DOWN}",
    "node-pg-migrate": f"-- Up Migration\n{UP}\n-- Down Migration\n{DOWN}",
    "rambler": f"-- rambler up\n{UP}-- rambler down\n{DOWN}",
    "shmig": f"-- ==== UP ====\n{UP}-- ==== DOWN ====\n{DOWN}",
    "tern": f"{UP}---- create above / drop below ----\n{DOWN}",
    "down alone": f"{UP}-- +goose Down\n{DOWN}",
    "down first": f"-- migrate:down\n{DOWN}-- migrate:up\n{UP}",
    "line ends of Windows": f"-- migrate:up\n{UP}-- migrate:down\n{DOWN}".replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", SECTIONS.values(), ids=SECTIONS)
def test_sections(text: str) -> None:
    (revision,) = one({"migrations/1_a.sql": text}).revisions
    assert [type(each).__name__ for each in revision.upgrade] == ["CreateTable"]
    assert (revision.at.path, revision.at.start) == ("migrations/1_a.sql", text.index("CREATE"))
    assert [type(each).__name__ for each in revision.downgrade.operations] == ["DropTable"]
    assert (revision.downgrade.state, revision.downgrade.at.start) == ("present", text.index("DROP"))


def test_a_section_names_its_folder() -> None:
    assert ids(one({"db/1_a.sql": SECTIONS["goose"]})) == ["1_a"]


def test_an_empty_section() -> None:
    text = f"-- migrate:up\n{UP}-- migrate:down\n-- nothing\n"
    downgrade = one({"migrations/1_a.sql": text}).revisions[0].downgrade
    assert (downgrade.state, downgrade.operations, downgrade.at.start) == ("empty", (), text.index("\n-- nothing"))


DOWN_FILES = {
    "beside": ("migrations/1_a.up.sql", "migrations/1_a.down.sql"),
    "beside a plain one": ("migrations/1_a.sql", "migrations/1_a.down.sql"),
    "of postgrator": ("migrations/001.do.a.sql", "migrations/001.undo.a.sql"),
    "in a folder below": ("migrations/1_a.sql", "migrations/down/1_a.sql"),
    "in a folder beside": ("db/migrations/1_a.sql", "db/rollback/1_a.sql"),
    "of Flyway": ("sql/V1__a.sql", "sql/U1__a.sql"),
    "in a folder of its own": ("migrations/1_a/migration.sql", "migrations/1_a/down.sql"),
}


@pytest.mark.parametrize(("up", "down"), DOWN_FILES.values(), ids=DOWN_FILES)
def test_files_that_undo(up: str, down: str) -> None:
    (revision,) = one({up: UP, down: DOWN}).revisions
    assert (revision.path, revision.downgrade.state, revision.downgrade.at.path) == (up, "present", down)


# drizzle-kit with a journal


def test_the_journal_gives_the_order() -> None:
    files = {
        "drizzle/meta/_journal.json": journal((1, "0001_b"), (0, "0002_a")),
        "drizzle/0001_b.sql": "DROP TABLE t;",
        "drizzle/0002_a.sql": TABLE,
        "drizzle/0002_a.down.sql": DOWN,
    }
    history = one(files)
    assert (history.kind, history.path, ids(history)) == ("drizzle-kit", "drizzle", ["0002_a", "0001_b"])
    assert [revision.downgrade.state for revision in history.revisions] == ["present", "missing"]
    assert (history.problems, history.tables) == ((), ())


@pytest.mark.parametrize("dialect", ["mysql", "sqlite", "turso", "singlestore"])
def test_a_journal_of_another_database(dialect: str) -> None:
    files = {"drizzle/meta/_journal.json": journal((0, "0000_a"), dialect=dialect), "drizzle/0000_a.sql": TABLE}
    assert histories(files) == ()


def broken(text: str, *tags: str) -> list[tuple[str, str, str, int]]:
    files = {"d/meta/_journal.json": text, **{f"d/{tag}.sql": "SELECT 1;" for tag in tags}}
    return problems(one(files))


def test_an_entry_without_a_file() -> None:
    text = journal((0, "0000_a"), (1, "0001_b"))
    message = "lists `0001_b` in its journal, and there is no file `0001_b.sql`"
    assert broken(text, "0000_a") == [("journal", message, "d/meta/_journal.json", text.index('"0001_b"'))]


def test_a_file_without_an_entry_may_have_been_run() -> None:
    files = {
        "d/meta/_journal.json": journal((0, "0000_a")),
        "d/0000_a.sql": TABLE,
        "d/0001_b.sql": "ALTER TABLE t ENABLE ROW LEVEL SECURITY;",
    }
    history = one(files)
    message = "has a file `0001_b.sql` that its journal does not list"
    assert problems(history) == [("journal", message, "d/0001_b.sql", 0)]
    assert ids(history) == ["0000_a"]
    assert str(history.tables[0].rls.enabled) == "Unknown.UNKNOWN"


def test_many_files_without_entries_are_one_problem() -> None:
    text = journal((0, "0000_a"))
    message = "has 4 files that its journal does not list (`1_a.sql`, `2_a.sql`, `3_a.sql` and 1 more)"
    found = broken(text, "0000_a", "1_a", "2_a", "3_a", "4_a")
    assert found == [("journal", message, "d/meta/_journal.json", 0)]


def test_entries_that_clash() -> None:
    text = journal((0, "0000_a"), (1, "0000_a"), (1, "0001_b"))
    second = text.index('"0000_a"', text.index('"0000_a"') + 1)
    assert broken(text, "0000_a", "0001_b") == [
        ("journal", "lists `0000_a` twice in its journal", "d/meta/_journal.json", second),
        (
            "journal",
            "has the index 1 twice in its journal, for `0000_a` and `0001_b`",
            "d/meta/_journal.json",
            text.index('"0001_b"'),
        ),
    ]


def test_an_entry_that_is_dated_before_the_one_before() -> None:
    text = '{"entries": [{"idx": 0, "tag": "0_a", "when": 9}, {"idx": 1, "tag": "1_b", "when": 8}]}'
    message = "dates `1_b` before `0_a`, so that no database which has that one ever runs it"
    assert broken(text, "0_a", "1_b") == [("journal", message, "d/meta/_journal.json", text.index('"1_b"'))]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"entries": [{}]}', '{"entries": [1]}', '{"entries": 1}'])
def test_a_journal_that_cannot_be_read(text: str) -> None:
    files = {"d/meta/_journal.json": text, "d/0001_b.sql": "DROP TABLE t;", "d/0000_a.sql": TABLE}
    history = one(files)
    assert problems(history) == [("journal", "has a journal that cannot be read", "d/meta/_journal.json", 0)]
    assert (ids(history), history.tables) == (["0000_a", "0001_b"], ())


# drizzle-kit with snapshots

ORIGIN = "00000000-0000-0000-0000-000000000000"


def chain(**snapshots: tuple[str, tuple[str, ...], list[str]]) -> dict[str, str]:
    """Return migrations by name, with the id, the previous ids and the DDL of their snapshots."""
    files = {}
    for name, (own, previous, ddl) in snapshots.items():
        snapshot = {"version": "8", "dialect": "postgres", "id": own, "prevIds": previous, "ddl": ddl}
        files[f"d/{name[1:]}/migration.sql"] = "SELECT 1;"
        files[f"d/{name[1:]}/snapshot.json"] = json.dumps(snapshot)
    return files


def test_snapshots_give_the_parents() -> None:
    files = chain(_1_a=("a", (ORIGIN,), []), _2_b=("b", ("a",), []), _3_c=("c", ("b", "a"), []))
    files["d/4_d/migration.sql"], files["d/4_d/down.sql"] = UP, DOWN
    history = one(files)
    assert (history.kind, history.path, history.problems) == ("drizzle-kit", "d", ())
    assert [(each.id, each.parents) for each in history.revisions] == [
        ("1_a", ()),
        ("2_b", ("1_a",)),
        ("3_c", ("2_b", "1_a")),
        ("4_d", ("3_c",)),
    ]
    assert [each.downgrade.state for each in history.revisions] == ["missing", "missing", "missing", "present"]


def test_a_name_that_drizzle_kit_makes_up_is_of_no_other_database() -> None:
    files = chain(_20240101120000_quick_oracle=("a", (ORIGIN,), []), _20240102120000_d1_test=("b", ("a",), []))
    assert ids(one(files)) == ["20240101120000_quick_oracle", "20240102120000_d1_test"]


def test_snapshots_of_another_database() -> None:
    files = {path: text.replace("postgres", "sqlite") for path, text in chain(_1_a=("a", (), [])).items()}
    assert histories(files) == ()


def test_a_snapshot_that_follows_none() -> None:
    files = chain(_1_a=("a", ("squashed",), []), _2_b=("b", ("gone",), ["x"]), _3_c=("c", ("b", "a"), ["x"]))
    start = files["d/2_b/snapshot.json"].index('"prevIds"')
    message = "has a snapshot in `2_b` that follows `gone`, which no snapshot is"
    assert problems(one(files)) == [("snapshots", message, "d/2_b/snapshot.json", start)]


def test_an_id_that_two_snapshots_have() -> None:
    files = chain(_1_a=("a", (ORIGIN,), []), _2_b=("a", (ORIGIN,), []))
    start = files["d/2_b/snapshot.json"].index('"prevIds"')
    message = "has one snapshot id twice, in `1_a` and `2_b`"
    assert problems(one(files))[0] == ("snapshots", message, "d/2_b/snapshot.json", start)


def test_a_fork() -> None:
    files = chain(_1_a=("a", (ORIGIN,), ["x"]), _2_b=("b", ("a",), ["x", "y"]), _3_c=("c", ("a",), ["x", "z"]))
    start = files["d/2_b/snapshot.json"].index('"prevIds"')
    message = "has two last snapshots, of `2_b` and of `3_c`"
    assert problems(one(files)) == [("snapshots", message, "d/2_b/snapshot.json", start)]


def test_a_fork_whose_changes_the_last_snapshot_has() -> None:
    files = chain(
        _1_a=("a", (ORIGIN,), ["x"]),
        _2_b=("b", ("a",), ["x", "y"]),
        _3_c=("c", ("a",), ["x", "z"]),
        _4_d=("d", ("c",), ["x", "y", "z"]),
    )
    assert problems(one(files)) == []


# Scripts and programs

ENABLE = "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"


def test_a_script() -> None:
    history = one({"db/policies.sql": f"-- Who sees what.\n{ENABLE}\nCREATE POLICY p ON t;"})
    assert (history.kind, history.path, ids(history)) == ("script", "db/policies.sql", ["policies"])
    (table,) = history.tables
    assert (table.id, table.rls.enabled, table.rls.forced) == ("sql:db/policies.sql:t", True, False)
    assert [policy.name for policy in table.policies] == ["p"]


@pytest.mark.parametrize(
    ("path", "sql"),
    [
        ("db/notes.sql", "-- row level security comes later\nSELECT 1;"),
        ("tests/policies.sql", ENABLE),
        ("seed.sql", ENABLE),
        ("clickhouse/a.sql", "CREATE ROW POLICY p ON t USING 1;"),
        ("db/a.sql", "CREATE TABLE `t` (id int); -- row level security"),
    ],
)
def test_no_script(path: str, sql: str) -> None:
    assert histories({path: sql}) == ()


PROGRAMS = {
    "app/start.py": f'def start(db):\n    db.execute(text("{ENABLE}"))\n',
    "app/names.py": 'for t in names:\n    run(f"alter table {t} force row level security")\n',
    "web/start.ts": "await sql`\n  ALTER TABLE ${t}\n  ENABLE ROW LEVEL SECURITY`;\n",
    "web/policy.js": "run('CREATE POLICY p ON ' + name);\n",
}


@pytest.mark.parametrize(("path", "text"), PROGRAMS.items(), ids=PROGRAMS)
def test_a_program_that_enables_row_level_security(path: str, text: str) -> None:
    result = link(Project("/nowhere", frozenset(), {path: text.encode()}))
    (history,) = result.schema.histories
    (unread,) = history.unread
    assert (history.kind, history.path, history.tables) == ("script", path, ())
    assert (str(unread.tables), unread.security, unread.structure) == ("Unknown.UNKNOWN", True, False)
    start = min(text.find(word) for word in ("ALTER", "alter", "CREATE") if word in text)
    assert (unread.at.path, unread.at.start) == (path, start)
    (unresolved,) = result.schema.unresolved
    assert (unresolved.what, unresolved.why, unresolved.at) == (
        "effect of a statement on the database",
        "a program runs it, and when it does so and on which tables is not known",
        unread.at,
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/a.py", f"# {ENABLE}\nx = 1\n"),
        ("app/a.py", 'x = "row level security"\n'),
        ("app/a.py", 'x = "enable row level security"\n'),
        ("web/a.ts", f"/* {ENABLE} */\nlet x;\n"),
        ("tests/test_a.py", f'run("{ENABLE}")\n'),
        ("app/test_a.py", f'run("{ENABLE}")\n'),
        ("web/a.test.ts", f'run("{ENABLE}");\n'),
        ("web/__tests__/a.ts", f'run("{ENABLE}");\n'),
    ],
)
def test_no_program(path: str, text: str) -> None:
    assert histories({path: text}) == ()


def test_a_helper_that_alembic_runs_is_read_there() -> None:
    files = {
        "alembic/versions/0001_a.py": (
            "from alembic import op\nfrom alembic_helpers import secure\n\nrevision = '1'\ndown_revision = None\n\n\n"
            "def upgrade():\n    op.execute('CREATE TABLE t (id int)')\n    secure('t')\n"
        ),
        "alembic_helpers.py": (
            "from alembic import op\n\n\ndef secure(name):\n"
            "    op.execute(f'ALTER TABLE {name} ENABLE ROW LEVEL SECURITY')\n"
        ),
    }
    history = one(files)
    assert (history.kind, history.unread) == ("alembic", ())
    assert [(table.name, table.rls.enabled) for table in history.tables] == [("t", True)]
