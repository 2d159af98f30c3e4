"""Other recipes of docs/editors.md, as far as the editors' own parts can be run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lsp.support import write
from lsp.test_server import PROJECT

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text()
MATCH = """
const [expression, lines] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = lines.map((line) => new RegExp(expression).exec(line)).filter((match) => match !== null);
console.log(JSON.stringify(found.map((match) => [...match].slice(1))));
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "a project: 1", {**PROJECT, "db/a b:1.ts": PROJECT["db/schema.ts"]})


def check(root: Path, output: str) -> str:
    command = [sys.executable, "-m", "tenantlint", "check", "--output-format", output]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout


def expected(root: Path) -> list[list[str]]:
    findings = json.loads(check(root, "json"))["findings"]
    keys = ("path", "line", "column", "code", "message")
    return [[str(each[key]) for key in keys] for each in findings]


def test_the_problem_matcher_of_vs_code_reads_what_is_printed(root: Path) -> None:
    block = re.search(r"```json\n(\{\n  \"version\": \"2.0.0\".*?)```", PAGE, re.DOTALL)
    assert block is not None
    (task,) = json.loads(block[1])["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    groups = [pattern[name] for name in ("file", "line", "column", "code", "message")]
    assert groups == [1, 2, 3, 4, 5]
    assert task["command"] == "tenantlint check --output-format concise"
    lines = check(root, "concise").splitlines()
    node = subprocess.run(
        ["node", "-e", MATCH], input=json.dumps([pattern["regexp"], lines]), capture_output=True, text=True, check=True
    )
    assert json.loads(node.stdout) == expected(root)


def test_the_quickfix_list_of_vim(root: Path) -> None:
    """The two lines of the page, in the editor that the other tests need anyway: Neovim reads them as Vim does."""
    recipe = re.search(r"```vim\n(.*?)```", PAGE, re.DOTALL)
    assert recipe is not None
    script = root.parent / "recipe.vim"
    script.write_text(recipe[1])
    seen = root.parent / "seen.json"
    steps = [
        f"source {script}",
        "edit models.py",
        "set filetype=python",
        "write",
        f"call writefile([json_encode(map(getqflist(), '[v:val.lnum, v:val.col, v:val.text]'))], '{seen}')",
        "qall!",
    ]
    path = f"{Path(sys.executable).parent}:{Path(shutil.which('git') or '/usr/bin/git').parent}:/usr/bin:/bin"
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", *(f"+{step}" for step in steps)]
    subprocess.run(
        command, cwd=root, env={"PATH": path, "HOME": str(root)}, capture_output=True, check=True, timeout=60
    )
    found = [
        [int(line), int(column), f"{code} {text}"]
        for path_, line, column, code, text in expected(root)
        if path_ == "models.py"
    ]
    assert json.loads(seen.read_text()) == found
