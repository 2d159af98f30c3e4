"""``tenantlint check --watch``, as a process that real changes of files reach."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tenantlint import pipeline
from tenantlint.arguments import read
from tenantlint.cli import main
from tenantlint.commands.watch import Watcher
from tenantlint.options import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LABELS = """\
import { pgTable, uuid } from "drizzle-orm/pg-core";

export const labels = pgTable("labels", { id: uuid("id").primaryKey() });
"""
OWNED = LABELS.replace('"id").primaryKey()', '"id").primaryKey(), tenant_id: uuid("tenant_id").notNull()')
UNUSED = OWNED.replace("export", "// tenantlint: ignore[TEN001]\nexport")
PATIENCE = 60
"""Seconds after which a round that does not come is a failure."""


def put(path: Path, text: str) -> None:
    """Give a file its content at once, so that nobody sees half of it."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


class Watching:
    """A tenantlint that watches a folder, and what it has told so far, on both streams."""

    def __init__(self, root: Path, *words: str, terminal: bool = False) -> None:
        command = [sys.executable, "-m", "tenantlint", "check", "--watch", "--select=TEN001", *words]
        ours, theirs = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | {"TERM": "xterm"},
        )
        os.close(theirs)
        self._ours = ours
        self._told = b""
        self._read = 0
        self._more = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                part = os.read(self._ours, 65536)
            except OSError:
                part = b""
            with self._more:
                self._told += part
                self._more.notify()
            if not part:
                return

    def round(self) -> str:
        """Return what the next round tells, without the time of day in its last line."""
        deadline = time.monotonic() + PATIENCE
        with self._more:
            while True:
                found = re.search(rb"\[\d\d:\d\d:\d\d\] (.* Watching for changes\.\r?\n)", self._told[self._read :])
                if found:
                    text = self._told[self._read : self._read + found.start()] + found[1]
                    self._read += found.end()
                    return text.decode().replace("\r\n", "\n")
                assert self._more.wait(deadline - time.monotonic()), f"no round; so far: {self._told.decode()}"

    def rest(self) -> str:
        with self._more:
            return self._told[self._read :].decode()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "db").mkdir()
    (tmp_path / "db/labels.ts").write_text(LABELS)
    return tmp_path


@pytest.fixture
def watching(root: Path) -> Iterator[Watching]:
    process = Watching(root, "--output-format=concise")
    yield process
    process.close()


FOUND = "Found 1 error in 1 file. Watching for changes.\n"
NOTHING = "No findings. Watching for changes.\n"


def test_each_change_gives_a_round(root: Path, watching: Watching) -> None:
    first = watching.round()
    assert first.startswith("db/labels.ts:3:23: TEN001 `labels` has no `tenant_id`")
    assert first.endswith(FOUND)
    put(root / "db/labels.ts", OWNED)
    assert watching.round() == NOTHING
    put(root / "db/labels.ts", LABELS)
    assert watching.round() == first


def test_new_files_and_folders_count_and_what_goes_away_too(root: Path, watching: Watching) -> None:
    watching.round()
    put(root / "db/notes.ts", LABELS.replace("labels", "notes"))
    assert watching.round().endswith("Found 2 errors in 2 files. Watching for changes.\n")
    (root / "api/deep/er").mkdir(parents=True)
    put(root / "api/deep/er/more.ts", LABELS.replace("labels", "more"))
    assert watching.round().endswith("Found 3 errors in 3 files. Watching for changes.\n")
    put(root / "api/deep/er/more.ts", LABELS.replace("labels", "others"))
    assert "`others` has no" in watching.round()
    (root / "api").rename(root.parent / "api")
    assert watching.round().endswith("Found 2 errors in 2 files. Watching for changes.\n")
    (root / "db/notes.ts").unlink()
    assert watching.round().endswith(FOUND)


def test_a_file_that_an_editor_puts_in_place_of_another(root: Path, watching: Watching) -> None:
    watching.round()
    put(root / "db/labels.ts~", OWNED)
    (root / "db/labels.ts~").replace(root / "db/labels.ts")
    assert watching.round() == NOTHING


def test_wrong_configuration_is_told_and_outlived(root: Path, watching: Watching) -> None:
    watching.round()
    put(root / "tenantlint.toml", "exempt = []\n")
    assert watching.round() == (
        f"tenantlint: error: {root}/tenantlint.toml: exempt: unknown key; did you mean exempt-tables? "
        "Watching for changes.\n"
    )
    put(root / "tenantlint.toml", 'exempt-tables = ["labels"]\n')
    assert watching.round() == NOTHING


def rounds(
    root: Path, *steps: Callable[[], Path], capfd: pytest.CaptureFixture[str], words: tuple[str, ...] = ()
) -> list[str]:
    """Return what each round tells in this process, where the system tells of one step after the other."""
    left = iter(steps)

    def notify(*folders: str, **_: object) -> Iterator[set[tuple[int, str]]]:
        yield set()
        for step in left:
            yield {(1, str(step()))}
        raise KeyboardInterrupt

    arguments = read(CHECK, ["--watch", "--select=TEN001", "--output-format=concise", *words])
    with pytest.raises(KeyboardInterrupt):
        Watcher(arguments, notify).run()
    return re.findall(r"^\[.*\] (.*) Watching for changes\.$", capfd.readouterr().err, re.MULTILINE)


def test_what_changes_nothing_gives_no_round(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    put(root / ".gitignore", "ignored*\n")

    def write(path: str, text: str) -> Callable[[], Path]:
        def step() -> Path:
            (root / path).parent.mkdir(exist_ok=True)
            put(root / path, text)
            return root / path

        return step

    def make(path: str) -> Callable[[], Path]:
        def step() -> Path:
            (root / path).mkdir()
            return root / path

        return step

    quiet = (
        write("db/labels.ts", LABELS),
        write("ignored.ts", LABELS),
        write("README.md", "# so"),
        make("node_modules"),
        write("node_modules/x.ts", LABELS),
        make("new"),
        write(".gitignore", "ignored.*\n"),
    )
    assert rounds(root, *quiet, capfd=capfd) == ["Found 1 error in 1 file."]
    loud = (
        write("new/more.ts", LABELS.replace("labels", "more")),
        write("db/labels.ts", OWNED),
        write(".gitignore", "ignored.*\nnew\n"),
    )
    assert rounds(root, *quiet[:1], *loud, capfd=capfd) == [
        "Found 1 error in 1 file.",
        "Found 2 errors in 2 files.",
        "Found 1 error in 1 file.",
        "No findings.",
    ]


def test_quiet_tells_errors_only(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)

    def spoil() -> Path:
        put(root / "tenantlint.toml", "x")
        return root / "tenantlint.toml"

    (told,) = rounds(root, spoil, capfd=capfd, words=("--quiet",))
    assert told.startswith(f"tenantlint: error: {root}/tenantlint.toml: not valid TOML: ")


def test_a_bug_is_told_and_outlived(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    def mend() -> Path:
        monkeypatch.undo()
        monkeypatch.chdir(root)
        put(root / "db/labels.ts", OWNED)
        return root / "db/labels.ts"

    monkeypatch.setattr(pipeline, "check", fail)
    assert rounds(root, mend, capfd=capfd) == ["tenantlint: error: this is a bug in tenantlint.", "No findings."]


def test_a_baseline_counts(root: Path) -> None:
    put(root / "known.json", '{"version": 1, "findings": []}')
    process = Watching(root, "--output-format=concise", "--baseline=known.json")
    try:
        assert process.round().endswith(FOUND)
        words = ("check", "--select=TEN001", "--write-baseline", "--baseline=known.json", "-q")
        subprocess.run([sys.executable, "-m", "tenantlint", *words], cwd=root, check=True)
        assert process.round() == "No findings besides 1 in the baseline. Watching for changes.\n"
        put(root / "known.json", "{")
        assert f"tenantlint: error: {root}/known.json:1: not valid JSON" in process.round()
    finally:
        process.close()


def test_fixes_are_made_and_do_not_start_a_round_of_their_own(root: Path) -> None:
    put(root / "db/labels.ts", UNUSED)
    process = Watching(root, "--fix", "--extend-select=UNU001", "--output-format=concise")
    try:
        assert process.round() == f"Fixed 1 finding in 1 file.\n{NOTHING}"
        assert (root / "db/labels.ts").read_text() == OWNED
        put(root / "db/labels.ts", LABELS)
        assert process.round().endswith(FOUND)
        put(root / "db/labels.ts", UNUSED)
        assert process.round() == f"Fixed 1 finding in 1 file.\n{NOTHING}"
        assert process.rest() == ""
    finally:
        process.close()


def test_a_terminal_is_cleared_before_each_round(root: Path) -> None:
    process = Watching(root, terminal=True)
    clear = "\x1b[H\x1b[2J\x1b[3J"
    try:
        assert process.round().startswith(clear)
        put(root / "db/labels.ts", OWNED)
        assert process.round() == clear + NOTHING
    finally:
        process.close()


def test_a_named_file_may_come_and_go(root: Path) -> None:
    process = Watching(root, "--output-format=concise", "db/labels.ts")
    try:
        assert process.round().endswith(FOUND)
        (root / "db/labels.ts").unlink()
        assert process.round() == ("tenantlint: error: no such file or folder: db/labels.ts. Watching for changes.\n")
        put(root / "db/labels.ts", OWNED)
        assert process.round() == NOTHING
    finally:
        process.close()


def test_an_interrupt_ends_it(watching: Watching) -> None:
    watching.round()
    assert watching.stop() == 130
    assert watching.rest() == ""


@pytest.mark.parametrize("other", ["--diff", "--stdin-filename=a.ts", "--write-baseline"])
def test_what_does_not_go_with_it(other: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", other]) == 2
    name = other.split("=")[0]
    assert capfd.readouterr().err == f"tenantlint: error: --watch and {name} exclude each other\n"


def test_without_watchfiles(root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["check", "--watch"]) == 2
    message = "tenantlint check --watch needs watchfiles: pip install 'tenantlint[watch]'"
    assert capfd.readouterr().err == f"tenantlint: error: {message}\n"
