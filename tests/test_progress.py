"""What a long check shows on a terminal, and that there is nothing of it anywhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tenantlint import progress
from tenantlint.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

ERASE = "\r\x1b[2K"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_nothing_for_half_a_second_then_a_line_every_tenth(clock: Clock) -> None:
    terminal = io.StringIO()
    shown = Progress(terminal, clock)
    shown.begin("Reading %s files", 2000)
    for _ in range(1200):
        clock.now += 0.0005
        shown.step()
    assert terminal.getvalue() == f"{ERASE}Reading 1,000 of 2,000 files ...{ERASE}Reading 1,200 of 2,000 files ..."
    shown.end()
    assert terminal.getvalue().endswith(f" ...{ERASE}")


def test_a_short_run_writes_nothing(clock: Clock) -> None:
    terminal = io.StringIO()
    shown = Progress(terminal, clock)
    shown.begin("Reading %s files", 3)
    clock.now += 0.4
    shown.step()
    shown.end()
    assert terminal.getvalue() == ""


def test_a_stage_begins_anew_and_counts_no_further_than_its_end(clock: Clock) -> None:
    terminal = io.StringIO()
    shown = Progress(terminal, clock)
    shown.begin("Reading %s files", 1)
    clock.now += 1
    shown.step()
    shown.step()
    clock.now += 1
    shown.begin("Running %s rules", 40)
    clock.now += 1
    shown.step()
    assert terminal.getvalue().split(ERASE)[1:] == [
        "Reading 1 of 1 files ...",
        "Running 0 of 40 rules ...",
        "Running 1 of 40 rules ...",
    ]


def test_a_terminal_that_goes_away_is_no_failure(clock: Clock) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    shown = Progress(Gone(), clock)
    shown.begin("Reading %s files", 2)
    clock.now += 1
    shown.step()
    shown.end()


SLOW = """\
import sys, time
from tenantlint import rules
from tenantlint.cli import main
load = rules.load
def slow(code):
    time.sleep(0.06)
    return load(code)
rules.load = slow
sys.exit(main(sys.argv[1:]))
"""
LABELS = """\
import { pgTable, uuid } from "drizzle-orm/pg-core";
export const labels = pgTable("labels", { id: uuid("id").primaryKey() });
"""


def run(root: Path, *words: str, terminal: bool = True, **environment: str) -> tuple[str, str]:
    """Run a check that takes a while; return what came on standard output and on standard error, a terminal."""
    (root / "package.json").write_text("{}")
    (root / "labels.ts").write_text(LABELS)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "check", "--output-format=concise", *words],
        cwd=root,
        env=os.environ | {"TERM": "xterm"} | environment,
        stdout=subprocess.PIPE,
        stderr=theirs if terminal else subprocess.PIPE,
    )
    os.close(theirs)
    told = b""
    while terminal:
        try:
            part = os.read(ours, 4096)
        except OSError:  # what Linux says at the end
            break
        told += part
        if not part:
            break
    out, err = process.communicate()
    os.close(ours)
    return out.decode(), (told if terminal else err).decode()


def test_a_terminal_sees_it_come_and_go(tmp_path: Path) -> None:
    out, err = run(tmp_path)
    assert "\x1b" not in out
    assert "Running " in err
    assert " rules ..." in err
    assert err.startswith(ERASE)
    assert err.endswith(ERASE)


@pytest.mark.parametrize(
    ("words", "terminal", "environment"),
    [(["--quiet"], True, {}), ([], True, {"TERM": "dumb"}), ([], False, {})],
)
def test_nobody_else_does(tmp_path: Path, words: list[str], terminal: bool, environment: dict[str, str]) -> None:
    out, err = run(tmp_path, *words, terminal=terminal, **environment)
    assert "labels.ts:2:" in out
    assert err == ""


def test_without_a_terminal_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert progress.on_terminal() is None
