"""Both sides of the comparison: what tenantlint reads in a folder, and what the same code says when it is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenantlint.lang.sqlmodel.link import link
from tenantlint.lang.sqlmodel.scan import is_candidate
from tenantlint.project import Project
from tenantlint.report.dump import dump
from tenantlint.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang import Linked

HOOKS = Path(__file__).parents[3] / "hooks"
TRUTH = Path(__file__).with_name("truth.py")
Document = dict[str, Any]


def linked(root: Path, folder: str = "") -> Linked:
    """Return what tenantlint reads of the Python files below ``root/folder``."""
    files = frozenset(path.relative_to(root).as_posix() for path in (root / folder).rglob("*") if path.is_file())
    project = Project(str(root), files)
    paths = [path for path in sorted(files) if path.endswith(".py") and is_candidate(project.read(path))]
    return link(project, paths)


def read(root: Path, folder: str = "") -> Document:
    """Return what ``tenantlint dump`` prints of the Python files below ``root/folder``."""
    result = linked(root, folder)
    schema = Schema(result.tables, result.enums, result.detached_policies, result.unresolved)
    document: Document = json.loads(dump(schema, lambda at: at.start))
    return document


def truths(out: Path, roots: Iterable[str], python: str = sys.executable) -> dict[str, Document]:
    """Import projects and return what they say, by the name of their folder. Raises where one cannot be imported.

    ``python`` needs SQLModel and what the projects import, but not tenantlint.
    """
    environment = {**os.environ, "PYTHONPATH": str(HOOKS)}
    subprocess.run([python, str(TRUTH), str(out), *roots], check=True, env=environment)
    return {path.stem: json.loads(path.read_text()) for path in out.glob("*.json")}
