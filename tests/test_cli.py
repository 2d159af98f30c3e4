"""The command line as its users see it: output, and exit status."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import pytest

from tenantlint import __version__, pipeline, rules, running
from tenantlint.arguments import usage
from tenantlint.cli import COMMANDS, main, overview
from tenantlint.config import defaults
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("few_rules")

NOTES = """\
import { pgTable, uuid } from "drizzle-orm/pg-core";

export const notes = pgTable("notes", {
  id: uuid("id").primaryKey(),
  tenant_id: uuid("tenant_id").notNull(),
});
"""
LABELS = """\
import { pgTable, text, uuid } from "drizzle-orm/pg-core";

export const labels = pgTable("labels", { id: uuid("id").primaryKey(), größe: text("größe") });
"""


def messages() -> list[str]:
    """Return the two messages as the rules word them: their wording is tested with the rules."""
    schema = link(Project("/", frozenset(), {"a.ts": LABELS.encode(), "b.ts": NOTES.encode()})).schema
    view = SchemaView(schema, defaults())
    return [diagnostic.message for code in ("TEN001", "IDX001") for diagnostic in rules.run(code, view)]


NO_TENANT, UNINDEXED = messages()
CONCISE = f"db/labels.ts:3:23: TEN001 {NO_TENANT}\ndb/notes.ts:5:3: IDX001 {UNINDEXED}\n"


class Result(NamedTuple):
    status: int
    out: str
    err: str


class Cli:
    """Runs tenantlint in a folder, in this process."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.monkeypatch = monkeypatch
        self.capfd = capfd

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def run(self, *words: str, cwd: str = "", stdin: bytes = b"") -> Result:
        self.monkeypatch.chdir(self.root / cwd)
        self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(words)
        return Result(status, *self.capfd.readouterr())


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    runner = Cli(tmp_path, monkeypatch, capfd)
    runner.write("package.json", "{}")
    runner.write("db/notes.ts", NOTES)
    runner.write("db/labels.ts", LABELS)
    return runner


def test_text(cli: Cli) -> None:
    assert cli.run("check") == Result(
        1,
        f"db/labels.ts:3:23: error TEN001 missing-tenant-id: {NO_TENANT}\n"
        "  |\n"
        '3 | export const labels = pgTable("labels", { id: uuid("id").primaryKey(), größe: text("größe") });\n'
        "  |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "\n"
        f"db/notes.ts:5:3: error IDX001 unindexed-tenant-id: {UNINDEXED}\n"
        "  |\n"
        '5 |   tenant_id: uuid("tenant_id").notNull(),\n'
        "  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "\n"
        "Found 2 errors in 2 files. --fix --unsafe-fixes can mend 1.\n",
        "",
    )


def test_concise(cli: Cli) -> None:
    assert cli.run("check", "--output-format", "concise") == Result(1, CONCISE, "")


def test_paths_are_shown_as_seen_from_the_current_folder(cli: Cli) -> None:
    cli.write("api/x.py", "")
    assert cli.run("check", "--output-format=concise", cwd="db").out == CONCISE.replace("db/", "")
    assert cli.run("check", "--output-format=concise", "../db", cwd="api").out == CONCISE.replace("db/", "../db/")


def test_json_and_github_paths_begin_at_the_root(cli: Cli) -> None:
    findings = json.loads(cli.run("check", "--output-format=json", cwd="db").out)["findings"]
    assert [(each["path"], each["line"], each["code"]) for each in findings] == [
        ("db/labels.ts", 3, "TEN001"),
        ("db/notes.ts", 5, "IDX001"),
    ]
    assert cli.run("check", "--output-format=github", "notes.ts", cwd="db").out == (
        "::error title=IDX001 unindexed-tenant-id,file=db/notes.ts,line=5,col=3,endColumn=41::"
        f"db/notes.ts:5:3: IDX001 {UNINDEXED}\n"
    )


def test_findings_are_for_the_paths_given(cli: Cli) -> None:
    assert cli.run("check", "--output-format=concise", "db/notes.ts") == Result(1, CONCISE.splitlines(True)[1], "")
    assert cli.run("check", "package.json") == Result(0, "No findings.\n", "")


def test_selection(cli: Cli) -> None:
    labels, notes = CONCISE.splitlines(True)
    assert cli.run("check", "--output-format=concise", "--select", "TEN").out == labels
    assert cli.run("check", "--output-format=concise", "--select=NAM,unindexed-tenant-id").out == notes
    assert cli.run("check", "--output-format=concise", "--ignore", "TEN001").out == notes
    assert cli.run("check", "--output-format=concise", "--only", "IDX").out == notes
    assert cli.run("check", "--output-format=concise", "--select=REL", "--extend-select=TEN").out == labels
    assert cli.run("check", "--select", "REL", "--quiet") == Result(0, "", "")


def test_configuration(cli: Cli) -> None:
    cli.write("tenantlint.toml", 'exempt-tables = ["labels"]\n')
    cli.write("other.toml", 'exempt-tables = ["notes"]\n')
    labels, notes = CONCISE.splitlines(True)
    assert cli.run("check", "--output-format=concise").out == notes
    assert cli.run("check", "--output-format=concise", "--config", "other.toml").out == labels
    assert cli.run("check", "--output-format=concise", "--no-config").out == CONCISE


def test_wrong_configuration(cli: Cli) -> None:
    cli.write("tenantlint.toml", "exempt = []\n")
    message = f"tenantlint: error: {cli.root}/tenantlint.toml: exempt: unknown key; did you mean exempt-tables?\n"
    assert cli.run("check") == Result(2, "", message)
    assert cli.run("dump") == Result(2, "", message)


def test_standard_input_is_the_content_of_a_file(cli: Cli) -> None:
    edited = LABELS.replace('größe: text("größe")', 'tenant_id: uuid("tenant_id").notNull()').encode()
    expected = CONCISE.splitlines(True)[1].replace("notes", "labels").replace("5:3", "3:72")
    concise = ("check", "--output-format=concise", "--stdin-filename")
    assert cli.run(*concise, "db/labels.ts", stdin=edited) == Result(1, expected, "")
    assert cli.run(*concise, "labels.ts", stdin=edited, cwd="db").out == expected.replace("db/", "")
    assert cli.run(*concise, "new/labels.ts", stdin=edited).out == expected.replace("db/", "new/")


def test_standard_input_is_linked_with_the_files_on_disk(cli: Cli) -> None:
    mixin = b'import { uuid } from "drizzle-orm/pg-core";\nexport const owned = { tenant_id: uuid("tenant_id") };\n'
    cli.write(
        "db/notes.ts",
        'import { owned } from "./columns";\n'
        + NOTES.replace('  tenant_id: uuid("tenant_id").notNull(),', "  ...owned,"),
    )
    cli.write("db/columns.ts", mixin.replace(b'("tenant_id")', b'("tenant_id").notNull()'))
    assert cli.run("check", "--only=TEN", "db/columns.ts").status == 0
    shown = cli.run("check", "--only=TEN", "--output-format=concise", "--stdin-filename=db/columns.ts", stdin=mixin)
    assert shown.status == 1
    assert shown.out.startswith("db/columns.ts:2:24: TEN002 `notes.tenant_id` may be NULL")


def test_exit_status(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.run("check", "--exit-zero", "-q", "--select=TEN").status == 0
    monkeypatch.setattr(rules.load("TEN001"), "severity", "warning")
    assert cli.run("check", "--select=TEN").status == 0
    assert cli.run("check", "--select=TEN", "--fail-on=warning").status == 1
    cli.write("tenantlint.toml", 'fail-on = "warning"\n')
    assert cli.run("check", "--select=TEN").status == 1
    assert cli.run("check", "--select=TEN", "--fail-on=error").status == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "nowhere"], "no such file or folder: nowhere"),
        (["check", "--select", "FOO"], '--select: unknown rule or family "FOO"'),
        (["check", "--frobnicate"], "unknown option --frobnicate"),
        (["check", "--stdin-filename", "a.ts", "b.ts"], "--stdin-filename goes without paths"),
        (["check", "--config", "a.toml", "--no-config"], "--config and --no-config exclude each other"),
        (
            ["frob"],
            f"no such command: frob (there are {', '.join(COMMANDS)})",
        ),
        (["rule", "XXX001"], "no such rule: XXX001 (tenantlint rule lists them)"),
        (["rule", "TEN001", "TEN002"], "unexpected argument: TEN002"),
    ],
)
def test_wrong_command_lines(cli: Cli, words: list[str], message: str) -> None:
    assert cli.run(*words) == Result(2, "", f"tenantlint: error: {message}\n")


def test_missing_configuration_file(cli: Cli) -> None:
    message = f"tenantlint: error: {cli.root}/none.toml: no such file\n"
    assert cli.run("check", "--config", "none.toml") == Result(2, "", message)


def test_help_and_version(cli: Cli) -> None:
    assert cli.run() == Result(2, "", overview())
    assert cli.run("--help") == cli.run("-h") == Result(0, overview(), "")
    assert cli.run("--version") == Result(0, f"tenantlint {__version__}\n", "")
    for name, command in COMMANDS.items():
        assert cli.run(name, "nowhere", "--help") == Result(0, usage(command), "")


def test_explain_unknown(cli: Cli) -> None:
    cli.write("db/labels.ts", LABELS.replace("{ id", "{ ...nowhere, id"))
    result = cli.run("check", "--output-format=concise", "--explain-unknown", "db/labels.ts")
    assert result.status == 0
    assert result.out == "db/labels.ts:3:23: unknown columns of a table: they are not all known\n"
    assert cli.run("check", "--output-format=concise", "db/labels.ts").out == ""


def test_rule_prints_the_page_or_lists_the_rules(cli: Cli) -> None:
    page = cli.run("rule", "TEN001")
    assert page.out.startswith("# missing-tenant-id (TEN001)\n\n")
    assert page == cli.run("rule", "missing-tenant-id") == cli.run("rule", "ten001")
    listed = cli.run("rule").out.splitlines()
    assert [line.split()[:2] for line in listed] == [[code, entry.name] for code, entry in rules.RULES.items()]
    assert "TEN001  missing-tenant-id         recommended  error" in listed


def test_rule_prints_all_pages(cli: Cli) -> None:
    pages = cli.run("rule", "--all").out
    titles = re.findall(r"^# (\S+) \((\w+)\)$", pages, re.MULTILINE)
    assert titles == [(entry.name, code) for code, entry in rules.RULES.items()]
    assert cli.run("rule", "TEN001").out in pages


def test_rule_as_json(cli: Cli) -> None:
    (rule,) = json.loads(cli.run("rule", "TEN001", "--output-format=json").out)
    page = cli.run("rule", "TEN001").out
    assert rule == {
        "code": "TEN001",
        "name": "missing-tenant-id",
        "preset": "recommended",
        "severity": "error",
        "page": page,
    }
    assert [each["code"] for each in json.loads(cli.run("rule", "--output-format=json").out)] == list(rules.RULES)


def test_dump_prints_what_the_paths_declare(cli: Cli) -> None:
    result = cli.run("dump", "db/notes.ts")
    assert (result.status, result.err) == (0, "")
    document = json.loads(result.out)
    assert list(document) == ["tables", "enums", "detached_policies", "histories", "unresolved"]
    assert [(table["name"], table["path"], table["line"]) for table in document["tables"]] == [
        ("notes", "db/notes.ts", 3)
    ]
    assert [table["name"] for table in json.loads(cli.run("dump").out)["tables"]] == ["labels", "notes"]
    assert cli.run("dump") == cli.run("dump", "--output-format=json", "db")


def test_dump_tells_what_it_cannot_read(cli: Cli) -> None:
    cli.write("db/labels.ts", LABELS.encode() + b"// \xff\n")
    result = cli.run("dump", cwd="db")
    assert result.status == 1
    assert [table["name"] for table in json.loads(result.out)["tables"]] == ["notes"]
    assert result.err.startswith("labels.ts:4:4: ERR002 ")


def test_a_bug_in_a_rule(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[object]:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(rules.load("TEN001"), "check_table", fail)
    result = cli.run("check", "--output-format=concise", "--exit-zero")
    assert result.status == 2
    assert result.out == CONCISE.splitlines(True)[1]
    assert result.err.endswith(
        "TEN001 failed on labels in db/labels.ts\n"
        "tenantlint: error: checking TEN001 missing-tenant-id failed: "
        "ZeroDivisionError: by zero; TEN001 failed on labels in db/labels.ts\n"
        "This is a bug in tenantlint. What it found besides is shown, and may be incomplete.\n"
    )


def test_a_bug_anywhere_else(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(pipeline, "check", fail)
    result = cli.run("check")
    assert (result.status, result.out) == (2, "")
    assert result.err.endswith("ZeroDivisionError: by zero\ntenantlint: error: this is a bug in tenantlint\n")


def test_interrupted(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "check", interrupt)
    assert cli.run("check") == Result(130, "", "")


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "expected"),
    [
        ("auto", {}, False, False),
        ("auto", {"TERM": "xterm"}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_use_color(
    choice: str, environment: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    assert running.use_color(choice) is expected


def test_colour_on_request(cli: Cli) -> None:
    plain = cli.run("check").out
    colored = cli.run("check", "--color", "always").out
    assert colored.startswith("\x1b[1mdb/labels.ts:3:23\x1b[0m: \x1b[1;31merror TEN001\x1b[0m missing-tenant-id: ")
    assert "\x1b" not in plain


def spawn(cwd: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tenantlint", *words]
    return subprocess.Popen(
        command, cwd=cwd, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_output_is_utf_8_whatever_the_locale(cli: Cli) -> None:
    words = ("check", "--select", "TEN001,IDX001")
    out, err = spawn(cli.root, *words, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii").communicate()
    assert err == b""
    assert out.decode() == cli.run(*words).out


def test_a_reader_that_goes_away_is_no_bug(cli: Cli) -> None:
    process = spawn(cli.root, "check")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait() == 2


@pytest.mark.parametrize(("command", "status"), [("dump", 1), ("drift", 1), ("graph", 0), ("checklist", 0)])
def test_a_file_that_cannot_be_read_is_told_once(cli: Cli, command: str, status: int) -> None:
    cli.write("db/broken.ts", b"import { pgTable } from 'drizzle-orm/pg-core';\n// \xff\n")
    told = cli.run(command)
    assert told.status == status
    assert told.err == "db/broken.ts:2:4: ERR002 it is not UTF-8: invalid start byte at byte 50\n"


def test_a_configuration_that_cannot_be_written_is_told(cli: Cli) -> None:
    (cli.root / "tenantlint.toml").mkdir()
    process = spawn(cli.root, "init", "--force")
    _, err = process.communicate()
    assert (process.returncode, err) == (2, b"tenantlint: error: tenantlint.toml cannot be written: Is a directory\n")


def test_code_that_cannot_be_written_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(prefix: str, **place: str) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device", f"{prefix}0a1b")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    told = cli.run("check", "--fix", "--unsafe-fixes", "db/notes.ts")
    assert (told.status, told.err) == (
        2,
        "tenantlint: error: nothing was changed: db/notes.ts cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize("words", [["check"], ["graph"], ["rule"], ["drift"], ["--help"]], ids=" ".join)
def test_a_full_disk_is_no_bug(cli: Cli, words: list[str]) -> None:
    command = [sys.executable, "-m", "tenantlint", *words]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=cli.root, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        b"tenantlint: error: the output cannot be written: No space left on device\n",
    )


def test_without_standard_output_the_status_stays(cli: Cli) -> None:
    command = ["sh", "-c", '"$0" -m tenantlint check >&-', sys.executable]
    done = subprocess.run(command, cwd=cli.root, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(("words", "status"), [(["check", "-q"], 1), (["check", "--select=REL"], 0), (["frob"], 2)])
def test_the_process_ends_with_the_status(cli: Cli, words: list[str], status: int) -> None:
    process = spawn(cli.root, *words)
    process.communicate()
    assert process.returncode == status
