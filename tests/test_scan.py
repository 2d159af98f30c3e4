"""Many projects at once: which there are, and that each is checked as it is alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tenantlint import scan
from tenantlint.arguments import UsageError
from tenantlint.cli import main
from tenantlint.scan import projects

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """from sqlmodel import Field, SQLModel


class {0}(SQLModel, table=True):
    id: int = Field(primary_key=True)
"""
TABLE = 'import {{ pgTable, text }} from "drizzle-orm/pg-core";\nexport const t = pgTable("{0}", {{ id: text() }});\n'


def write(root: Path, *paths: str, **texts: str) -> None:
    for path, text in {**dict.fromkeys(paths, ""), **texts}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


@pytest.fixture
def org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three projects: one of git (its marker is that of a repository inside it too), one by a marker, and the rest."""
    write(
        tmp_path,
        "shop/package.json",
        "pay/tenantlint.toml",
        **{
            "shop/web/schema.ts": TABLE.format("Orders"),
            "pay/models.py": MODEL.format("Payment"),
            "loose/models.py": MODEL.format("Loose"),
        },
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestProjects:
    def found(self, *paths: Path) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.root, each.paths) for each in projects(map(str, paths))]

    def test_below_a_folder_that_is_in_none(self, org: Path):
        roots = [org, org / "pay", org / "shop"]
        assert self.found(org) == [(str(root), (str(root),)) for root in roots]
        assert projects([str(org)])[0].inner == (str(org / "pay"), str(org / "shop"))

    def test_a_part_of_one(self, org: Path):
        assert self.found(org / "shop/web") == [(str(org / "shop"), (str(org / "shop/web"),))]
        place = org / "pay/models.py"
        assert self.found(place, org / "pay") == [(str(org / "pay"), (str(place), str(org / "pay")))]

    def test_a_repository_inside_of_another(self, org: Path):
        write(
            org,
            "shop/.git/HEAD",
            "shop/libs/a/.git",
            "shop/libs/b/package.json",
            "shop/libs/b/x.ts",
            "shop/libs/a/x.ts",
        )
        roots = [root for root, _ in self.found(org / "shop")]
        assert roots == [str(org / "shop"), str(org / "shop/libs/a")]

    def test_nothing_there(self, org: Path):
        with pytest.raises(UsageError, match="no such file or folder: /nowhere"):
            projects(["/nowhere"])

    def test_folders_that_hold_no_code(self, org: Path):
        write(org, "shop/node_modules/x/package.json", "shop/node_modules/x/schema.ts", "empty/readme.md")
        assert [root for root, _ in self.found(org)] == [str(org), str(org / "pay"), str(org / "shop")]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["scan", "--no-cache", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_each_has_its_own_configuration(org: Path, capsys: pytest.CaptureFixture[str]):
    (org / "pay/tenantlint.toml").write_text('select = ["TEN001"]\n')
    (org / "shop/tenantlint.toml").write_text('select = ["NAM"]\n')
    status, out, err = run(capsys, "--output-format", "concise")
    lines = [" ".join(line.split()[:2]) for line in out.splitlines() if "TEN001" in line or "NAM" in line]
    assert (status, err) == (1, "")
    assert lines == ["loose/models.py:4:7: TEN001", "pay/models.py:4:7: TEN001", "shop/web/schema.ts:2:18: NAM003"]


def test_one_that_cannot_be_checked_is_told_and_the_others_go_on(org: Path, capsys: pytest.CaptureFixture[str]):
    (org / "pay/tenantlint.toml").write_text("selects = 1\n")
    status, out, err = run(capsys, "--select", "TEN001", "--color", "never")
    assert (status, err) == (2, "")
    assert [line for line in out.splitlines() if line.startswith(("pay", "loose"))] == [
        out.splitlines()[0],
        f"pay:1:1: error ERR005 project-not-checked: the project was not checked: {org}/pay/tenantlint.toml: "
        "selects: unknown key; did you mean select?",
    ]
    assert out.splitlines()[0].startswith("loose/models.py:4:7: error TEN001")
    assert out.splitlines()[-1] == "Looked through 3 projects, 1 of which could not be checked."


def test_paths_start_at_the_common_folder_for_programs(org: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.chdir(org / "pay")
    status, out, _ = run(capsys, "--select", "TEN001", "--output-format", "json", "..")
    assert [each["path"] for each in json.loads(out)["findings"]] == [
        "loose/models.py",
        "pay/models.py",
        "shop/web/schema.ts",
    ]
    _, out, _ = run(capsys, "--select", "TEN001", "--output-format", "concise", "..")
    assert [line.partition(":")[0] for line in out.splitlines()] == [
        "../loose/models.py",
        "models.py",
        "../shop/web/schema.ts",
    ]
    assert status == 1


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert run(capsys) == (0, "No findings.\nLooked through 0 projects.\n", "")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--select", "NOPE1"], '--select: unknown rule or family "NOPE1"'),
        (["nowhere"], "no such file or folder: {org}/nowhere"),
        (["--executor", "serial:2"], "--executor: expected serial, threads[:N], processes[:N] or dask"),
        (["--executor", "serial", "--jobs", "2"], "--jobs and --executor exclude each other"),
        (["--config", "none.toml"], "{org}/none.toml: no such file"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_told_once(org: Path, capsys: pytest.CaptureFixture[str], words: list[str], error: str):
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith(f"tenantlint: error: {error.format(org=org)}")


def test_a_bug_hides_one_project_only(org: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    real = scan._check

    def check(project: scan.Found, *rest: object) -> scan.Checked:
        if os.path.basename(project.root) == "pay":
            raise ZeroDivisionError("no")
        return real(project, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(scan, "_check", check)
    status, out, err = run(capsys, "--select", "TEN001", "--output-format", "concise", "--executor", "serial")
    assert status == 2
    assert [line.partition(":")[0] for line in out.splitlines()] == ["loose/models.py", "shop/web/schema.ts"]
    assert f"tenantlint: error: checking {org}/pay failed: ZeroDivisionError: no" in err


def test_what_is_unknown_of_all(org: Path, capsys: pytest.CaptureFixture[str]):
    (org / "pay/models.py").write_text(MODEL.format("Payment") + "    x: int = make()\n")
    _, out, _ = run(capsys, "--select", "TEN001", "--explain-unknown", "--output-format", "concise", "--exit-zero")
    assert {line.partition(":")[0] for line in out.splitlines() if " unknown " in line} == {"pay/models.py"}
