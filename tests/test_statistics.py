"""``--statistics``, and ``--output-file``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tenantlint.change import Fix, RemoveText
from tenantlint.cli import main
from tenantlint.report import statistics
from tenantlint.report.model import Entry, Place, Report
from tenantlint.source import Location, Position

if TYPE_CHECKING:
    from pathlib import Path

    from tenantlint.change import Applicability

LABELS = """\
import { pgTable, text, uuid } from "drizzle-orm/pg-core";

export const labels = pgTable("labels", { id: uuid("id").primaryKey(), größe: text("größe") });
"""
SARIF = ("check", "--select=TEN001", "--output-format=sarif")


def entries(code: str, *fixes: Applicability | None) -> list[Entry]:
    place = Place("a.py", Position(1, 1), Position(1, 2), "x")
    change = RemoveText(Location("a.py", 0, 1))
    return [
        Entry(code, f"name-{code}", "error", "m", place, None if fix is None else Fix("t", fix, change))
        for fix in fixes
    ]


FOUND = Report(
    (
        *entries("B1", "safe", "safe", None),
        *entries("A1", "safe"),
        *entries("C1", *[None] * 12),
        *entries("A2", "unsafe", None),
    )
)


def test_the_most_frequent_rule_comes_first_and_signs_tell_what_can_be_fixed() -> None:
    assert statistics.render(FOUND, summary=False) == (
        "12  C1  [ ] name-C1\n"
        " 3  B1  [-] name-B1\n"
        " 2  A2  [+] name-A2\n"
        " 1  A1  [*] name-A1\n"
        "\n"
        "[*] --fix mends all\n"
        "[-] --fix mends some\n"
        "[+] --fix --unsafe-fixes mends all or some\n"
    )


def test_signs_that_do_not_occur_are_not_explained() -> None:
    assert statistics.render(Report(tuple(entries("C1", None))), summary=False) == "1  C1  [ ] name-C1\n"
    assert statistics.render(Report(()), summary=False) == ""


def test_as_json() -> None:
    first, second, *_ = json.loads(statistics.render_json(FOUND))
    assert first == {
        "code": "C1",
        "name": "name-C1",
        "severity": "error",
        "count": 12,
        "fixable": {"safe": 0, "unsafe": 0},
    }
    assert second["fixable"] == {"safe": 2, "unsafe": 0}
    assert statistics.render_json(Report(())) == "[]\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "labels.ts").write_text(LABELS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_on_the_command_line(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ("check", "--select=TEN001", "--statistics")
    assert main(words) == 1
    assert capfd.readouterr().out == "1  TEN001  [ ] missing-tenant-id\n\nFound 1 error in 1 file.\n"
    main((*words, "-q"))
    assert capfd.readouterr().out == "1  TEN001  [ ] missing-tenant-id\n"
    main((*words, "--output-format=concise"))
    assert capfd.readouterr().out == "1  TEN001  [ ] missing-tenant-id\n"
    main((*words, "--output-format=json"))
    assert [each["count"] for each in json.loads(capfd.readouterr().out)] == [1]
    assert main(("check", "--select=IDX", "--statistics")) == 0
    assert capfd.readouterr().out == "No findings.\n"


@pytest.mark.parametrize("output_format", ["github", "gitlab", "junit", "rdjson", "sarif"])
def test_formats_that_have_no_place_for_counts(output_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(("check", "--statistics", f"--output-format={output_format}")) == 2
    message = "tenantlint: error: --statistics goes with the output formats text, concise and json\n"
    assert capfd.readouterr().err == message


# --output-file


def test_the_file_holds_what_would_be_printed_and_the_summary_is_printed(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    main(SARIF)
    printed = capfd.readouterr().out
    assert main((*SARIF, "--output-file", "out/of/here.sarif")) == 1
    assert capfd.readouterr().out == "Found 1 error in 1 file.\n"
    assert (root / "out/of/here.sarif").read_bytes() == printed.encode()
    assert main((*SARIF, "-o", "q.sarif", "-q", "--exit-zero")) == 0
    assert capfd.readouterr() == ("", "")
    assert (root / "q.sarif").read_bytes() == printed.encode()


def test_a_text_file_has_no_colour_unless_it_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(("check", "-o", "plain.txt"))
    main(("check", "-o", "colour.txt", "--color=always"))
    assert "\x1b" not in (root / "plain.txt").read_text()
    assert "\x1b" in (root / "colour.txt").read_text()


def test_a_file_that_cannot_be_written_is_left_as_it_was(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "plain").write_text("kept")
    assert main((*SARIF, "-o", "plain/x.sarif")) == 2
    assert capfd.readouterr().err.startswith("tenantlint: error: --output-file: plain/x.sarif cannot be written: ")
    assert main((*SARIF, "-o", ".")) == 2
    assert (root / "plain").read_text() == "kept"
    assert sorted(os.listdir(root)) == ["labels.ts", "package.json", "plain"]


def test_a_pipe_is_written_to_and_not_replaced(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(SARIF)
    printed = capfd.readouterr().out
    os.mkfifo(root / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((root / "pipe").read_bytes()))
    reader.start()
    main((*SARIF, "-o", "pipe"))
    reader.join(30)
    assert got == [printed.encode()]
    assert not (root / "pipe").is_file()


def test_dev_stdout_is_standard_output(root: Path) -> None:
    command = [sys.executable, "-m", "tenantlint", *SARIF, "-q", "-o", "/dev/stdout"]
    done = subprocess.run(command, cwd=root, capture_output=True)
    assert json.loads(done.stdout)["version"] == "2.1.0"
