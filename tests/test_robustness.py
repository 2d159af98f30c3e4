"""Bad migrations, and bad files beside them: the run goes on, tells of what it cannot read, and guesses nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rules.migrations import revision
from tenantlint import pipeline
from tenantlint.cli import main
from tenantlint.config import ConfigError, Overrides, defaults, load
from tenantlint.config_tree import ConfigTree
from tenantlint.link import link
from tenantlint.project import MAX_FILE_BYTES, Project
from tenantlint.proposal import document
from tenantlint.report.dump import dump
from tenantlint.report.model import placer, report
from tenantlint.rule import options
from tenantlint.rules import RULES
from tenantlint.rules import load as load_rule
from tenantlint.schema import UNKNOWN
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tenantlint.source import Position

DEEP = 10_000
TABLE = b"CREATE TABLE notes (id uuid PRIMARY KEY);\n"
EVERYTHING = defaults(Overrides(preset="all"))


def found(files: dict[str, bytes]) -> list[tuple[str, int, str]]:
    """Return path, line and code of what all rules say of the files, and expect that nothing fails on them."""
    project = Project("/nonexistent", frozenset(), files)
    linked = link(project)
    assert linked.crashes == ()
    place = placer(project)
    dump(linked.schema, lambda at: place(at).start.line)
    document(linked.schema, frozenset(files))
    configs = ConfigTree(project.root, lambda folder: EVERYTHING, single=True)
    outcome = pipeline.check(project, frozenset(files), configs, ())
    assert outcome.crashes == ()
    shown = report(project, outcome.diagnostics, outcome.unresolved)
    return [(entry.place.path, entry.place.start.line, entry.code) for entry in shown.findings]


def codes(files: dict[str, bytes]) -> set[tuple[str, str]]:
    """Return path and code of what all rules say of the files."""
    return {(path, code) for path, _, code in found(files)}


# Folders of drizzle-kit

ENTRY = b'{"idx": 0, "tag": "0000_m", "when": %s}'
JOURNALS = {
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "nothing": b"",
    "no UTF-8": b'{"entries": [{"idx": 0, "tag": "\xff", "when": 1}]}',
    "deep nesting": b"[" * 100_000,
    "entries that are null": b'{"entries": null}',
    "entries that are an object": b'{"entries": {"idx": 0}}',
    "an entry that is null": b'{"entries": [null]}',
    "a time without an end": b'{"entries": [%s]}' % (ENTRY % b"1e999"),
    "a time that is no number": b'{"entries": [%s]}' % (ENTRY % b"NaN"),
    "a time of too many digits": b'{"entries": [%s]}' % (ENTRY % (b"9" * 5000)),
    "a dialect that is a list": b'{"entries": [], "dialect": ["postgresql"]}',
    "half of a surrogate pair": b'{"entries": [{"idx": 0, "tag": "\\ud800", "when": 1}]}',
}


@pytest.mark.parametrize("kind", JOURNALS)
def test_a_journal_that_is_none(kind: str) -> None:
    files = {"drizzle/meta/_journal.json": JOURNALS[kind], "drizzle/0000_m.sql": TABLE}
    assert codes(files) == {("drizzle/meta/_journal.json", "MIG006")}


def snapshot(**values: object) -> bytes:
    return json.dumps({"dialect": "postgres", "id": "1", "prevIds": [""], "ddl": [], **values}).encode()


SNAPSHOTS = {
    "a list": b"[]",
    "nothing": b"",
    "an id that is a number": snapshot(id=3),
    "previous ids that are null": snapshot(prevIds=None),
    "no entities": snapshot(ddl=None),
    "entities that are none": snapshot(ddl=[1, None, [2], {"name": {"a": 1}}]),
    "half of a surrogate pair": snapshot(ddl=[{"name": "\ud800"}]),
    "an id that is not UTF-8": b'{"id": "\xff", "prevIds": [""]}',
    "a dialect that is not UTF-8": b'{"dialect": "\xff", "id": "1", "prevIds": [""]}',
}


@pytest.mark.parametrize("kind", SNAPSHOTS)
def test_a_snapshot_that_is_none(kind: str) -> None:
    files = {"drizzle/1_first/migration.sql": TABLE, "drizzle/1_first/snapshot.json": SNAPSHOTS[kind]}
    assert codes(files) == set()


def test_a_fork_of_a_snapshot_that_is_too_large_to_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("1_one", "2_two"):
        folder = tmp_path / "drizzle" / name
        folder.mkdir(parents=True)
        (folder / "migration.sql").write_bytes(TABLE.replace(b"notes", name[2:].encode()))
        (folder / "snapshot.json").write_bytes(snapshot(id=name, ddl=[{"name": name}]) + b" " * MAX_FILE_BYTES)
    assert check(tmp_path, capsys, "--select", "MIG006") == (0, [])


def test_each_snapshot_of_many_forks_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from tenantlint.lang.sql import folders_drizzle

    files = {}
    for number in range(30):
        ddl = [{"entityType": "tables", "name": f"t{number}"}]
        files[f"drizzle/{number:02}_m/migration.sql"] = b"SELECT 1;"
        files[f"drizzle/{number:02}_m/snapshot.json"] = snapshot(id=str(number), prevIds=["0"], ddl=ddl)
    read = []
    loads = folders_drizzle.json.loads
    monkeypatch.setattr(folders_drizzle.json, "loads", lambda data: read.append(data) or loads(data))
    (history,) = link(Project("/nonexistent", frozenset(), files)).schema.histories
    assert (len(history.problems), len(read)) == (28, 30)


# On disk


def check(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str]]:
    """Return the exit status of a check of the folder, and the findings as lines."""
    status = main(["check", "--no-config", "--quiet", "--output-format", "concise", *options, str(folder)])
    output = capsys.readouterr()
    assert output.err == ""
    return status, [line.replace(f"{folder}/", "") for line in output.out.splitlines()]


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_first.sql").write_bytes(TABLE)
    return folder


def test_a_migration_that_cannot_be_read(migrations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (migrations / "0002_second.sql").symlink_to("0002_second.sql")
    status, lines = check(migrations.parent, capsys)
    assert status == 1
    assert [line.partition(": ")[0] for line in lines] == ["migrations/0002_second.sql:1:1"]
    assert "ERR001" in lines[0]


def test_the_schema_of_migrations_that_cannot_be_read(migrations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (migrations / "0002_second.sql").symlink_to("0002_second.sql")
    assert main(["dump", "--no-config"]) == 1
    output = capsys.readouterr()
    assert [each["line"] for each in json.loads(output.out)["histories"][0]["revisions"]] == [1, 1]
    assert output.err.startswith("migrations/0002_second.sql:1:1: ERR001")


def test_a_folder_that_is_called_like_a_migration(migrations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (migrations / "0002_second.sql").mkdir()
    (migrations / "0002_second.sql" / "0001_inner.sql").write_bytes(TABLE.replace(b"notes", b"inner_notes"))
    assert check(migrations.parent, capsys, "--select", "MIG") == (0, [])


@pytest.mark.parametrize("again", ["versions/0002.py", "program.py"])
def test_a_file_that_vanishes_between_two_readings(again: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "versions/0001.py": revision("0001", "None").encode(),
        "versions/0002.py": revision("0002", '"0001"').encode(),
        "program.py": b'run("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")\n',
    }
    read, seen = Project.read, []

    def vanishing(project: Project, path: str, limit: int = -1) -> bytes:
        if path == again and path in seen:
            raise FileNotFoundError(2, "No such file or directory", path)
        seen.append(path)
        return read(project, path, limit)

    monkeypatch.setattr(Project, "read", vanishing)
    assert link(Project("/nonexistent", frozenset(), files)).crashes == ()


# Text that no encoding knows, and literals without a value

NAMES = {
    "half of a surrogate pair in Python": (
        "versions/0001.py",
        r'op.create_table("a\ud800", sa.Column("\udfff", sa.Integer()))',
    ),
    "half of a surrogate pair in an f-string": ("versions/0001.py", r'op.create_table(f"a\ud800{x}")'),
    "a name of no character": ("versions/0001.py", r'op.create_table("a\N{DASH}b")'),
    "a name of no character in an f-string": ("versions/0001.py", r'op.create_table("a" f"b{x}" "\N{DASH}")'),
    "a number of too many digits": ("versions/0001.py", f"op.create_table({'9' * 5000})"),
}


def test_a_text_that_ends_where_it_begins() -> None:
    text = revision("0001", "None", 'op.create_table(""t"", **thing)')
    assert codes({"versions/0001.py": text.encode()}) == {("versions/0001.py", "ERR003")}


@pytest.mark.parametrize("kind", NAMES)
def test_names_that_are_none(kind: str) -> None:
    path, body = NAMES[kind]
    found({path: revision("0001", "None", body, body).encode()})


SURROGATES = {
    "migrations/0001_first.sql": rb"""DO $$ BEGIN
EXECUTE E'CREATE TABLE "\uD83D\uDE00" ("a\uD800" int)';
END $$;""",
    "schema.ts": rb"""import { pgTable, uuid } from "drizzle-orm/pg-core";
export const smiles = pgTable("\ud83d\ude00", { id: uuid("\ud83d") });
""",
}


def test_surrogate_pairs() -> None:
    schema = link(Project("/nonexistent", frozenset(), SURROGATES)).schema
    made = [(table.name, [column.name for column in table.columns]) for table in schema.histories[0].tables]
    assert made == [("😀", ["a\ufffd"])]
    assert [(table.name, [column.name for column in table.columns]) for table in schema.tables] == [("😀", ["\ufffd"])]
    found(SURROGATES)


# Programs that fill the memory, or that fail

GROWING = {
    "padding": '"a".ljust(10**12)',
    "a number of zeros": '"a".zfill(10**12)',
    "tabs": r'"\t".expandtabs(10**12)',
    "a width in a format": '"{:>999999999999}".format("a")',
    "a computed width in a format": '"{:{}}".format("a", 10**12)',
    "a width after a percent sign": '"%999999999999s" % "a"',
    "a computed width after a percent sign": '"%*s" % (10**12, "a")',
    "replacing": '"a".replace("a", "b" * 10**6).replace("b", "c" * 10**6)',
    "joining": '("a" * 10**6).join("b" * 10**6)',
    "a slice without a step": '"notes"[::0]',
}
LOOPS = {
    "a sum": '"a"; x = x + x',
    "an assignment that adds": '"a"; x += x',
    "an f-string": '"a"; x = f"{x}{x}"',
    "a percent sign": '"a"; x = "%s%s" % (x, x)',
    "a format": '"a"; x = "{0}{0}".format(x)',
    "a text that is known in part": '"a"; x = x + x + f"{op.get_context()}"',
    "a number": "2; x = x * x",
    "a sum of lists": "[1]; x = x + x",
    "a list": "[1]; x = [*x, *x]",
    "a list that is extended by itself": "[1]; x.extend(x)",
}


@pytest.mark.parametrize("kind", GROWING)
def test_a_name_that_is_too_long_to_be_made(kind: str) -> None:
    body = f'op.create_table({GROWING[kind]}, sa.Column("id", sa.Integer(), primary_key=True))'
    model = (
        "from sqlmodel import Field, SQLModel\nclass A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    )
    files = {
        "versions/0001.py": revision("0001", "None", body),
        "models.py": f"{model}    __tablename__ = {GROWING[kind]}\n",
    }
    schema = link(Project("/nonexistent", frozenset(), {path: text.encode() for path, text in files.items()}))
    assert schema.crashes == ()
    assert [table.name for table in schema.schema.tables] == [UNKNOWN]
    assert schema.schema.histories[0].tables == ()


@pytest.mark.parametrize("kind", LOOPS)
def test_a_loop_that_doubles_something(kind: str) -> None:
    first, _, step = LOOPS[kind].partition("; ")
    body = f"x = {first}\nfor i in range(200):\n    {step}\nop.create_table(str(x))"
    program = f"from sqlmodel import Field, SQLModel\n{body.replace('op.create_table', 'print')}\n"
    model = f"{program}class A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    __tablename__ = x\n"
    files = {"versions/0001.py": revision("0001", "None", body).encode(), "models.py": model.encode()}
    schema = link(Project("/nonexistent", frozenset(), files))
    assert schema.crashes == ()
    assert [table.name for table in schema.schema.tables] == [UNKNOWN]
    assert schema.schema.histories[0].tables == ()


# Line ends and byte order marks

PAIR = {
    "versions/0001.py": b"revision = '1'\ndown_revision = None\nfrom alembic import op\n"
    b"def upgrade(): op.drop_table('a')\n",
    "drizzle/1_one/migration.sql": TABLE,
    "drizzle/1_one/snapshot.json": snapshot(id="1"),
    "drizzle/2_two/migration.sql": b"ALTER TABLE notes ADD COLUMN size int NOT NULL;\n",
    "drizzle/2_two/snapshot.json": snapshot(id="2", prevIds=["7"]),
}
SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "lone CR": lambda data: data.replace(b"\n", b"\r"),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "empty lines at the end": lambda data: data + b"\n\n",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_how_a_file_is_written_changes_nothing(spelling: str) -> None:
    assert placed({path: SPELLINGS[spelling](data) for path, data in PAIR.items()}) == placed(PAIR)
    assert len(placed(PAIR)) == 4


def test_the_order_of_files_changes_nothing() -> None:
    assert placed(dict(reversed(PAIR.items()))) == placed(PAIR)


def placed(files: dict[str, bytes]) -> list[tuple[str, str, Position, Position]]:
    """Return path, code, beginning and end of what the rules on migrations say of the files."""
    settings = defaults(Overrides(select=("MIG",)))
    project = Project("/nonexistent", frozenset(), files)
    configs = ConfigTree(project.root, lambda folder: settings, single=True)
    outcome = pipeline.check(project, frozenset(files), configs, ())
    places = [(entry.code, entry.place) for entry in report(project, outcome.diagnostics, None).findings]
    return [(place.path, code, place.start, place.end) for code, place in places]


# SQL that PostgreSQL refuses

REFUSED = {
    "a type without a name": 'ALTER TABLE notes ADD size "";',
    "a table without a name": 'CREATE TABLE "" ("" int); ALTER TABLE "" ADD "" "" DEFAULT "";',
    "a column twice": "CREATE TABLE tasks (id int, id text, PRIMARY KEY (id, id), PRIMARY KEY (other));",
    "a table that is its own parent": "CREATE TABLE a PARTITION OF a DEFAULT; CREATE TABLE b () INHERITS (b);",
    "tables like one another": "CREATE TABLE a (LIKE b); CREATE TABLE b (LIKE a); CREATE TABLE c (LIKE c);",
    "a type of too many characters": f"CREATE TABLE tasks (id varchar({'9' * 5000}));",
    "a format without arguments": "DO $$ BEGIN EXECUTE format('%I'); EXECUTE format('%1000000000s', 'a'); END $$;",
    "a routine that calls itself": "CREATE FUNCTION f() RETURNS void AS 'SELECT f()' LANGUAGE sql; SELECT f();",
    "a null byte": "CREATE TABLE a\0b (id int);",
    "nothing": "",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_sql_that_is_refused(kind: str) -> None:
    found({"migrations/0001_first.sql": TABLE, "migrations/0002_second.sql": REFUSED[kind].encode()})


NESTED = {
    "parentheses": b"SELECT " + b"(" * DEEP + b"1" + b")" * DEEP + b";",
    "a check": b"CREATE TABLE a (id int CHECK (" + b"(" * DEEP + b"id > 0" + b")" * DEEP + b"));",
    "a policy": b"CREATE POLICY p ON notes USING (" + b"NOT " * DEEP + b"true);",
    "comments": b"/*" * DEEP + b"*/" * DEEP,
    "blocks": b"DO $$ " + b"BEGIN " * 1000 + b"END;" * 1000 + b" $$;",
}


@pytest.mark.parametrize("kind", NESTED)
def test_deep_nesting_in_sql(kind: str) -> None:
    found({"migrations/0001_first.sql": TABLE, "migrations/0002_second.sql": NESTED[kind]})


# Configuration

WRONG = ("{}", "1979-05-27", "1.5", "[1]", "[[]]")
"""Values that no option takes."""
OPTIONS = [(code, key) for code in RULES for key in options(load_rule(code))]


@pytest.mark.parametrize(("code", "key"), OPTIONS)
def test_an_option_of_the_wrong_type_is_named(code: str, key: str, tmp_path: Path) -> None:
    for value in WRONG:
        (tmp_path / "tenantlint.toml").write_text(f"[rules.{code}]\n{key} = {value}\n")
        with pytest.raises(ConfigError, match=f"rules.{code}.{key}: expected "):
            load(str(tmp_path))


def test_a_configuration_that_is_nested_too_deeply(migrations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (migrations.parent / "tenantlint.toml").write_text(f"exclude = {'[' * DEEP}")
    assert main(["check"]) == 2
    assert capsys.readouterr().err.endswith("tenantlint.toml: cannot be read: it is nested too deeply\n")


@pytest.mark.parametrize("code", RULES)
def test_each_rule_alone(code: str, migrations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (migrations / "0002_second.sql").write_bytes(b"ALTER TABLE notes ADD COLUMN size int NOT NULL;\n")
    status, lines = check(migrations.parent, capsys, "--select", code)
    assert (status, [line.partition(" `")[0] for line in lines]) == (
        (1, ["migrations/0002_second.sql:1:1: MIG004"]) if code == "MIG004" else (0, [])
    )
    assert main(["rule", code]) == 0
    assert capsys.readouterr().out.startswith(f"# {RULES[code].name} ({code})\n")


def test_findings_on_one_line_share_its_text() -> None:
    text = b"x" * 1000
    place = placer(Project("/nonexistent", frozenset(), {"schema.ts": text}))
    first, second = (place(Location("schema.ts", start, start + 1)).text for start in (1, 2))
    assert first == text.decode()
    assert first is second


def test_a_history_in_the_root_has_a_name() -> None:
    configs = ConfigTree("/nonexistent", lambda folder: defaults(Overrides(select=("MIG006",))), single=True)
    project = Project("/nonexistent", frozenset(), {"b.py": revision("b", '"a"').encode()})
    (found,) = pipeline.check(project, project.files, configs, ()).diagnostics
    assert found.message.startswith("`.` has no revision `a`, which `b` follows: ")
