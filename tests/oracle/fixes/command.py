"""Fixes a project by the command, as its users do, and holds what that comes to to what every fix promises."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def check(root: Path, *options: str) -> list[str]:
    """Return the findings of a check as lines; those of the recommended rules where none are selected."""
    command = (sys.executable, "-B", "-m", "tenantlint", "check", "--no-config", "--output-format", "concise")
    done = subprocess.run((*command, *options), cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def codes(lines: list[str]) -> set[str]:
    """Return the codes of findings."""
    return {line.split(": ")[1].split(" ")[0] for line in lines}


def fix(root: Path, select: str, follow: frozenset[str] = frozenset()) -> None:
    """Fix what some rules find: nothing of it is left, no recommended rule finds more, a second run changes nothing.

    ``follow`` are the rules that may find something afterwards, which was hidden by what is fixed.
    """
    before = codes(check(root))
    selected = ("--select", f"{select},MIG,UNU001", "--fix", "--unsafe-fixes")
    assert check(root, *selected) == []
    contents = files(root)
    assert check(root, *selected) == []
    assert files(root) == contents
    assert codes(check(root)) <= before | follow


def files(root: Path) -> dict[Path, bytes]:
    """Return the files of a project."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and "node_modules" not in path.parts}


def newest(root: Path) -> str:
    """Return the upgrade and the downgrade of the one Alembic revision after the first."""
    found = (root / "alembic" / "versions").glob("*.py")
    (path,) = [each for each in found if not each.name.endswith("_first.py")]
    text = path.read_text()
    return text[text.index("def upgrade") :]
