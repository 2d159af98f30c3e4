"""What the README says is true: its examples are read by the code that they are meant for."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tenantlint import cli, config
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.discover import ROOT_MARKERS

if TYPE_CHECKING:
    import pytest

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text()
MODELS = """\
from sqlmodel import Field, SQLModel


class A(SQLModel, table=True):
    id: int = Field(primary_key=True)
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_demo_prints_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    demo = (CHECKOUT / ".ci/demo").read_text()
    (source,) = re.findall(r"^cp -r (\S+)/\. ", demo, re.MULTILINE)
    (command,) = re.findall(r'^"\$tenantlint" (.*)$', demo, re.MULTILINE)
    shutil.copytree(CHECKOUT / source, tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    assert cli.main(shlex.split(command)) == 0
    (shown,) = blocks("text")
    assert capfd.readouterr().out.endswith(shown)


def test_the_configuration_holds_every_key_with_its_default(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    path = tmp_path / "tenantlint.toml"
    path.write_text(block)
    settings = config.load(str(tmp_path))
    assert settings.options == {"NAM002": {"keys": "camel"}, "TEN001": {"exempt_tables": ("countries",)}}
    assert [entry.pattern for entry in settings.per_file_ignores] == ["legacy/**"]
    defaults = config.defaults()
    for field in (
        "rules",
        "fail_on",
        "tenant_columns",
        "tenant_tables",
        "exempt_tables",
        "exclude",
        "extend_exclude",
        "drift",
    ):
        assert getattr(settings, field) == getattr(defaults, field)
    keys = set(re.findall(r"^(?:# )?([a-z-]+) = ", block.split("[rules", 1)[0], re.MULTILINE))
    assert keys | {"per-file-ignores", "rules", "drift"} == set(config._HINTS)
    path.write_text(re.sub(r"^# (\S+ = )", r"\1", block, flags=re.MULTILINE))
    assert config.load(str(tmp_path)).exclude == ("/legacy",)


def test_the_hooks_are_those_that_there_are() -> None:
    hooks = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
    only = {hook["id"]: hook["entry"].split("--only ")[-1] if "--only" in hook["entry"] else "all" for hook in hooks}
    assert dict(re.findall(r"^\| `(tenantlint\S*)` \| ([A-Zal,]+)\b.*\|$", README, re.MULTILINE)) == only
    for hook in hooks:
        assert hook["require_serial"] is True
        words = shlex.split(hook["entry"])
        assert words[:3] == ["tenantlint", "check", "--force-exclude"]
    (block,) = blocks("yaml")
    (repository,) = yaml.safe_load(block)["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == ["tenantlint"]


def test_the_editor_command_checks_standard_input(tmp_path: Path) -> None:
    (command,) = [block for block in blocks("sh") if "--stdin-filename" in block]
    (tmp_path / "app").mkdir()
    (tmp_path / "app/models.py").write_text(MODELS)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, "")
    shown = [line.split(maxsplit=2)[:2] for line in done.stdout.splitlines()]
    assert shown[-1] == ["app/models.py:4:7:", "TEN001"]


def test_the_json_document_has_the_keys_that_it_is_said_to_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    cli.main(["check", "--select", "TEN001", "--output-format", "json"])
    printed = json.loads(capfd.readouterr().out)
    (documented,) = map(json.loads, blocks("json"))
    assert list(documented) == list(printed)
    assert list(documented["findings"][0]) == list(printed["findings"][0])
    assert documented["summary"] == printed["summary"]
    assert documented["version"] == printed["version"]


def test_what_is_named_in_passing() -> None:
    *files, project = sorted(INPUT_PROBLEMS)
    assert f"`{files[0]}` to `{files[-1]}`" in README
    assert f"`{project}`" in README
    for name in (".git", *ROOT_MARKERS):
        assert f"`{name}`" in README
    for option in re.findall(r"`(--[a-z-]+)", README):
        assert option == "--all-files" or any(option in command.options() for command in cli.COMMANDS.values())
    for link, heading in re.findall(r"\]\((?!http)([^)#]+)(?:#([^)]+))?\)", README):
        assert (CHECKOUT / link).exists()
        assert not heading or f"\n## {heading.replace('-', ' ')}\n" in (CHECKOUT / link).read_text().lower()
    for script in re.findall(r"bash (\.ci/\w+)", README):
        assert os.access(CHECKOUT / script, os.X_OK)
