"""The baseline: what it hides, what it does not, how it is written, and what is said of a wrong one."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tenantlint import baseline, rules
from tenantlint.baseline import Known
from tenantlint.cli import main
from tenantlint.config import ConfigError
from tenantlint.fingerprint import fingerprints, stable_message

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("few_rules")

LABELS = """\
import { pgTable, text, uuid } from "drizzle-orm/pg-core";

export const labels = pgTable("labels", { id: uuid("id").primaryKey(), größe: text("größe") });
"""
OWN = """\
import { pgTable, uuid } from "drizzle-orm/pg-core";

// tenantlint: ignore[TEN001]
export const own = pgTable("own", { tenant_id: uuid("tenant_id").notNull() });
"""
NOTES = LABELS.replace("labels", "notes")
CHECK = ("check", "--select=TEN001", "--output-format=concise")


class Result(NamedTuple):
    status: int
    out: str
    err: str


class Project:
    """A folder in which tenantlint runs, in this process."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.monkeypatch = monkeypatch
        self.capfd = capfd

    def write(self, path: str, content: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content)

    def check(self, *words: str, cwd: str = "", stdin: str = "") -> Result:
        self.monkeypatch.chdir(self.root / cwd)
        self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        return Result(main((*CHECK, *words)), *self.capfd.readouterr())

    def recorded(self, name: str = baseline.DEFAULT_NAME) -> dict[Known, int]:
        return baseline.load(str(self.root / name))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Project:
    made = Project(tmp_path, monkeypatch, capfd)
    made.write("package.json", "{}")
    made.write("db/labels.ts", LABELS)
    made.write("db/notes.ts", NOTES)
    return made


USE = ("--baseline", baseline.DEFAULT_NAME)


def paths(recorded: dict[Known, int]) -> list[tuple[str, str, int]]:
    return [(known.path, known.code, count) for known, count in recorded.items()]


def test_what_is_recorded_is_hidden(project: Project) -> None:
    assert len(project.check().out.splitlines()) == 2
    assert project.check("--write-baseline") == Result(
        0,
        "",
        "tenantlint-baseline.json records 2 findings.\n"
        "It counts with --baseline tenantlint-baseline.json, or with "
        'baseline = "tenantlint-baseline.json" in the configuration beside it.\n',
    )
    assert project.check(*USE) == Result(0, "", "")
    assert len(project.check().out.splitlines()) == 2


def test_the_file_is_sorted_with_an_entry_a_line_and_the_same_each_time(project: Project) -> None:
    project.check("--write-baseline")
    text = (project.root / baseline.DEFAULT_NAME).read_text()
    first, second = (json.loads(line.strip().rstrip(",")) for line in text.splitlines()[3:5])
    assert text.splitlines()[:3] == ["{", '  "version": 1,', '  "findings": [']
    assert text.splitlines()[5:] == ["  ]", "}"]
    assert list(first) == ["path", "code", "message", "count"]
    assert (first["path"], first["code"], first["count"]) == ("db/labels.ts", "TEN001", 1)
    assert first["message"].startswith("`labels` has no `tenant_id`: ")
    assert second["path"] == "db/notes.ts"
    project.check("--write-baseline")
    assert (project.root / baseline.DEFAULT_NAME).read_text() == text


def test_lines_may_move(project: Project) -> None:
    project.check("--write-baseline")
    project.write("db/labels.ts", "\n// so\n\n" + LABELS.replace(", größe", ",\n    größe"))
    assert project.check(*USE) == Result(0, "", "")


def test_what_is_new_is_told(project: Project) -> None:
    project.check("--write-baseline")
    project.write("db/more.ts", LABELS.replace("labels", "more"))
    told = project.check(*USE)
    assert told.status == 1
    assert [line.split(" ")[0] for line in told.out.splitlines()] == ["db/more.ts:3:21:"]
    project.write("db/notes.ts", NOTES.replace("notes", "others"))
    assert [line.split(":")[0] for line in project.check(*USE).out.splitlines()] == ["db/more.ts", "db/notes.ts"]


def test_more_of_a_kind_than_recorded_are_all_told(project: Project) -> None:
    project.check("--write-baseline")
    project.write("db/labels.ts", LABELS + LABELS.splitlines()[2].replace("const labels", "const again") + "\n")
    told = project.check(*USE)
    assert [line.split(" ")[0] for line in told.out.splitlines()] == ["db/labels.ts:3:23:", "db/labels.ts:4:22:"]
    project.check("--write-baseline")
    assert paths(project.recorded())[0] == ("db/labels.ts", "TEN001", 2)
    assert project.check(*USE).status == 0


def test_what_is_gone_is_told_and_dropped(project: Project) -> None:
    project.check("--write-baseline")
    (project.root / "db/labels.ts").unlink()
    gone = "1 finding of the baseline is no longer found; --write-baseline drops it.\n"
    assert project.check(*USE) == Result(0, "", gone)
    assert project.check(*USE, "--quiet") == Result(0, "", "")
    assert project.check(*USE, "--fail-on-stale-baseline") == Result(1, "", gone)
    project.write("db/notes.ts", "")
    assert project.check(*USE).err == "2 findings of the baseline are no longer found; --write-baseline drops them.\n"
    assert project.check(*USE, "--write-baseline").err == (
        "tenantlint-baseline.json records 0 findings. 2 recorded before went.\n"
    )
    assert project.recorded() == {}


def test_only_files_and_rules_that_were_checked_are_judged(project: Project) -> None:
    project.check("--write-baseline")
    project.write("db/labels.ts", "")
    project.write("db/notes.ts", "")
    assert project.check(*USE, "db/notes.ts").err.startswith("1 finding of")
    assert project.check(*USE, "package.json").err == ""
    assert project.check(*USE, "--only=IDX").err == ""
    assert project.check(*USE, "--write-baseline", "--only=IDX").err == "tenantlint-baseline.json records 2 findings.\n"
    project.check(*USE, "--write-baseline", "db/notes.ts")
    assert paths(project.recorded()) == [("db/labels.ts", "TEN001", 1)]


def test_a_file_that_cannot_be_read_is_never_hidden_and_not_judged(project: Project) -> None:
    project.check("--write-baseline")
    project.write("db/notes.ts", NOTES + "export const {{{ = ;\n")
    told = project.check(*USE)
    assert (told.status, told.err) == (1, "")
    assert [line.split(" ")[1] for line in told.out.splitlines()] == ["ERR003"]
    again = project.check(*USE, "--write-baseline")
    assert (again.status, again.out) == (1, told.out)
    assert len(project.recorded()) == 2


def test_a_crash_writes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[object]:
        raise ZeroDivisionError("by zero")

    project.check("--write-baseline")
    before = (project.root / baseline.DEFAULT_NAME).read_bytes()
    monkeypatch.setattr(rules.load("TEN001"), "check_table", fail)
    failed = project.check(*USE, "--write-baseline")
    assert failed.status == 2
    assert failed.err.startswith("tenantlint: error: the baseline was not written, since findings may be missing\n")
    assert (project.root / baseline.DEFAULT_NAME).read_bytes() == before
    assert "no longer found" not in project.check(*USE).err


def test_the_configuration_names_it(project: Project) -> None:
    project.write("tenantlint.toml", 'baseline = "ci/known.json"\n')
    missing = project.check()
    assert missing.status == 2
    assert missing.err == (
        f"tenantlint: error: {project.root}/ci/known.json: there is no such baseline; --write-baseline writes it\n"
    )
    assert project.check("--write-baseline").err == "ci/known.json records 2 findings.\n"
    assert paths(project.recorded("ci/known.json"))[0][0] == "../db/labels.ts"
    assert project.check() == Result(0, "", "")
    assert project.check("labels.ts", cwd="db") == Result(0, "", "")
    assert len(project.check("--no-baseline").out.splitlines()) == 2
    project.write("other.json", '{"version": 1, "findings": []}')
    assert len(project.check("--baseline=other.json").out.splitlines()) == 2


def test_each_configuration_has_its_own(project: Project) -> None:
    for folder in ("db", "api"):
        project.write(f"{folder}/tenantlint.toml", 'baseline = "known.json"\n')
    project.write("api/notes.ts", NOTES)
    written = project.check("--write-baseline")
    assert written.err == "api/known.json records 1 finding.\ndb/known.json records 2 findings.\n"
    assert [paths(project.recorded(f"{each}/known.json"))[0][0] for each in ("api", "db")] == ["notes.ts", "labels.ts"]
    assert project.check() == Result(0, "", "")
    (project.root / "api/known.json").write_text('{"version": 1, "findings": []}')
    assert [line.split(" ")[0] for line in project.check().out.splitlines()] == ["api/notes.ts:3:22:"]


def test_all_output_formats_leave_it_out_and_some_count_it(project: Project) -> None:
    project.check("--write-baseline")
    project.write("db/more.ts", LABELS.replace("labels", "more"))
    text = project.check(*USE, "--output-format=text").out
    assert text.endswith("\nFound 1 error in 1 file besides 2 in the baseline.\n")
    document = json.loads(project.check(*USE, "--output-format=json").out)
    assert ([each["path"] for each in document["findings"]], document["hidden"]) == (["db/more.ts"], 2)
    for each in ("github", "gitlab", "junit", "rdjson", "sarif"):
        out = project.check(*USE, f"--output-format={each}").out
        assert "db/more.ts" in out
        assert "db/labels.ts" not in out
    assert project.check(*USE, "--statistics").out.startswith("1  TEN001  [ ] missing-tenant-id\n")
    assert project.check("--output-format=text", *USE, "db/notes.ts").out == "No findings besides 1 in the baseline.\n"


def test_standard_input(project: Project) -> None:
    project.check("--write-baseline")
    assert project.check(*USE, "--stdin-filename=db/labels.ts", stdin="\n\n" + LABELS) == Result(0, "", "")
    told = project.check(*USE, "--stdin-filename=db/labels.ts", stdin=LABELS.replace("labels", "marks"))
    assert told.out.startswith("db/labels.ts:3:22: TEN001 `marks` ")


def test_a_fix_leaves_what_is_recorded(project: Project) -> None:
    project.write("db/own.ts", OWN)
    rules.RULES["UNU001"] = rules.Entry("unused-suppression", "recommended")
    words = ("--extend-select=UNU001", "db/own.ts")
    project.check(*words, "--write-baseline")
    assert project.check(*words, *USE, "--fix") == Result(0, "", "")
    assert "tenantlint: ignore" in (project.root / "db/own.ts").read_text()
    assert project.check(*words, "--fix").err == "Fixed 1 finding in 1 file.\n"
    assert project.check(*words, *USE).err.startswith("1 finding of the baseline is no longer found")


def test_fixing_first_records_what_is_left(project: Project) -> None:
    project.write("db/own.ts", OWN)
    rules.RULES["UNU001"] = rules.Entry("unused-suppression", "recommended")
    done = project.check("--extend-select=UNU001", "--fix", "--write-baseline")
    assert (done.status, done.err.splitlines()[-1]) == (0, "Fixed 1 finding in 1 file.")
    assert [code for _, code, _ in paths(project.recorded())] == ["TEN001", "TEN001"]


def test_a_rename_of_all_does_not_look_at_it(project: Project) -> None:
    project.write("tenantlint.toml", 'baseline = "known.json"\nselect = ["NAM"]\n')
    project.write("db/labels.ts", LABELS.replace("größe", "someName"))
    project.monkeypatch.chdir(project.root)
    main(["check", "--write-baseline", "--baseline=known.json"])
    project.capfd.readouterr()
    assert main(["rename", "--all", "--pin-column-name", "--diff"]) == 1
    assert "some_name" in project.capfd.readouterr().out


def test_nothing_to_record_writes_nothing(project: Project) -> None:
    told = project.check("--write-baseline", "package.json")
    assert told == Result(0, "", "There are no findings, so no baseline was written.\n")
    assert not (project.root / baseline.DEFAULT_NAME).exists()
    assert (
        project.check(*USE, "--write-baseline", "package.json").err == "tenantlint-baseline.json records 0 findings.\n"
    )
    assert project.recorded() == {}


def test_a_baseline_that_cannot_be_written(project: Project) -> None:
    project.write("file", "")
    told = project.check("--write-baseline", "--baseline=file/x.json")
    assert told.status == 2
    assert told.err.startswith("tenantlint: error: ")
    assert told.err == ("tenantlint: error: the baseline was not written: file/x.json cannot be written: File exists\n")
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--baseline=x", "--no-baseline"], "--baseline and --no-baseline exclude each other"),
        (["--write-baseline", "--no-baseline"], "--write-baseline and --no-baseline exclude each other"),
        (["--write-baseline", "--diff"], "--write-baseline and --diff exclude each other"),
        (["--write-baseline", "--stdin-filename=a.ts"], "--write-baseline and --stdin-filename exclude each other"),
    ],
)
def test_options_that_do_not_go_together(project: Project, words: list[str], message: str) -> None:
    assert project.check(*words) == Result(2, "", f"tenantlint: error: {message}\n")


GOOD = '    {"path": "a.ts", "code": "TEN001", "message": "m", "count": 1}'
EXPECTED = 'expected "path", "code" and "message", which are strings, and "count", which is at least 1'


def document(*entries: str, version: str = "1") -> str:
    return f'{{\n  "version": {version},\n  "findings": [\n' + ",\n".join(entries) + "\n  ]\n}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "not valid JSON: Expecting value"),
        ("[]", 1, 'expected an object with a list "findings"'),
        ('{"version": 1, "findings": {}}', 1, 'expected an object with a list "findings"'),
        (document(version="2"), 1, 'expected "version": 1, not 2'),
        (document(version="true"), 1, 'expected "version": 1, not true'),
        ('{"findings": []}', 1, 'expected "version": 1, not null'),
        (document(GOOD, GOOD.replace("1}", "0}")), 5, EXPECTED),
        (document(GOOD, GOOD, GOOD.replace("1}", "true}")), 6, EXPECTED),
        (document(GOOD, GOOD.replace(', "count": 1', "")), 5, EXPECTED),
        (document(GOOD.replace('"a.ts"', "1"), GOOD), 4, EXPECTED),
        (document(GOOD, "7"), 5, EXPECTED),
        (document(GOOD, GOOD.replace("1}", '1, "line": 3}')), 5, EXPECTED),
        (document(GOOD + "\n" + GOOD), 5, "not valid JSON: Expecting ',' delimiter"),
        (document(f"<<<<<<< HEAD\n{GOOD}\n=======\n>>>>>>> x"), 4, "a merge conflict is not resolved"),
        (document(GOOD + ",\n<<<<<<< HEAD"), 5, "a merge conflict is not resolved"),
    ],
)
def test_a_malformed_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        baseline.load(str(path))
    assert str(caught.value) == f"{path}:{line}: {message}; --write-baseline writes the file anew"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"version": 1,\n"\xff"', "2: not UTF-8; --write-baseline writes the file anew"),
        (b"[" * 100_000, " cannot be read: it is nested too deeply"),
    ],
)
def test_other_bytes(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        baseline.load(str(path))
    assert str(caught.value) == f"{path}:{message}"


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r": cannot be read: Is a directory$"):
        baseline.load(str(tmp_path))


def test_a_malformed_one_is_replaced_only_by_a_whole_check(project: Project) -> None:
    project.write(baseline.DEFAULT_NAME, "<<<<<<< HEAD\n")
    assert project.check("--write-baseline", "db/notes.ts").status == 2
    assert project.check("--write-baseline", "--only=TEN").status == 2
    assert project.check(*USE).status == 2
    assert main(["check", "--write-baseline", "-q"]) == 0
    assert paths(project.recorded()) == [("db/labels.ts", "TEN001", 1), ("db/notes.ts", "TEN001", 1)]


def test_duplicates_of_a_merge_count_once(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(document(GOOD, GOOD.replace("1}", "3}"), GOOD))
    assert baseline.load(str(path)) == {Known("a.ts", "TEN001", "m"): 3}


def test_an_empty_one_and_names_beyond_ascii(tmp_path: Path) -> None:
    entries = {Known("é.ts", "TEN001", '`größe` "x" \\ \u2028'): 2}
    for each in ({}, entries):
        path = tmp_path / "b.json"
        path.write_text(baseline.render(each))
        assert baseline.load(str(path)) == each


def test_a_name_that_is_not_utf_8(project: Project) -> None:
    with open(os.fsencode(project.root) + b"/db/\xff.ts", "w") as file:
        file.write(LABELS.replace("labels", "odd"))
    project.check("--write-baseline")
    assert len(project.recorded()) == 3
    assert project.check(*USE) == Result(0, "", "")


@pytest.mark.parametrize(
    ("message", "stable"),
    [
        ("`a` is x", "`a` is x"),
        ("`a` (and 1 more table) is x", "`a` is x"),
        ("`a` (and 12 more tables) is (x)", "`a` is (x)"),
        ("`a` (and b more tables) is x", "`a` (and b more tables) is x"),
        ("`a` (and 3 rows) x", "`a` (and 3 rows) x"),
        ("a\n b", "a b"),
    ],
)
def test_the_number_of_other_tables_does_not_count(message: str, stable: str) -> None:
    assert stable_message(message) == stable


def test_fingerprints_of_equal_findings_differ() -> None:
    one = ("a.ts", "TEN001", "m")
    first, second, other = fingerprints([one, one, ("b.ts", "TEN001", "m")])
    assert len({first, second, other}) == 3
    assert fingerprints([one]) == [first]
