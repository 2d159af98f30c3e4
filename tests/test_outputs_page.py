"""docs/outputs.md: its recipes are well-formed, and the formats and options in it are those that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tenantlint import config
from tenantlint.arguments import read
from tenantlint.baseline import DEFAULT_NAME
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.options import CHECK
from tenantlint.report import statistics
from tenantlint.report.model import Entry, Place, Report
from tenantlint.running import refuse_contradictions
from tenantlint.source import Position

PAGE = (Path(__file__).parents[1] / "docs/outputs.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_formats_are_those_that_there_are() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(CHECK.options()["--output-format"].choices)
    assert f"`{min(INPUT_PROBLEMS)}` to `{max(INPUT_PROBLEMS)}`" in PAGE


def test_the_options_are_those_that_there_are() -> None:
    for option in re.findall(r"`(--[a-z-]+|-[a-z])\b", PAGE):
        assert option in CHECK.options()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"tenantlint check ([^`'|#\n]*)", PAGE))))
def test_each_command_is_understood(command: str) -> None:
    arguments = read(CHECK, shlex.split(command))
    refuse_contradictions(arguments)
    assert arguments.operands == ()


def test_recipes_upload_what_they_write() -> None:
    github, gitlab, azure = map(yaml.safe_load, blocks("yaml"))
    *_, check, upload = github["jobs"]["tenantlint"]["steps"]
    assert check["run"].endswith(f" --output-format sarif --output-file {upload['with']['sarif_file']}")
    report = gitlab["tenantlint"]["artifacts"]["reports"]["codequality"]
    assert gitlab["tenantlint"]["script"][0].endswith(f" --output-format gitlab --output-file {report}")
    _, check, publish = azure["steps"]
    assert check["script"].endswith(f" --output-format junit --output-file {publish['inputs']['testResultsFiles']}")


def test_the_configuration_names_the_file_that_is_written(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    (tmp_path / "tenantlint.toml").write_text(block)
    assert config.load(str(tmp_path)).baseline == str(tmp_path / DEFAULT_NAME)


def test_statistics_look_as_they_are_shown() -> None:
    (shown,) = blocks("text")
    place = Place("a", Position(1, 1), Position(1, 1), "")
    counts = re.findall(r"^(\d+)  (\w+)  \[.\] (\S+)$", shown, re.MULTILINE)
    found = [Entry(code, name, "error", "m", place) for number, code, name in counts for _ in range(int(number))]
    told = statistics.render(Report(tuple(found)), summary=True).splitlines()
    assert [line.replace("[+]", "[ ]") for line in shown.splitlines()[: len(counts)]] == told[: len(counts)]
    assert shown.splitlines()[len(counts) :][:2] == ["", f"[+] {statistics.LEGEND['[+]']}"]
