"""Runs real modules under Node and gives what drizzle-orm says of them, and what tenantlint reads in the same files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tenantlint import types
from tenantlint.lang.drizzle.scan import EXTENSIONS, is_source
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.report.dump import dump

NODE = Path(__file__).parent / "node"
FIXTURES = Path(__file__).parents[3] / "fixtures" / "drizzle"
Document = dict[str, Any]

_NAMED = ("drizzle-kit", "tsx")


def node_modules() -> Path:
    """Return the folder of installed packages, installed first where it is missing."""
    folder = NODE / "node_modules"
    wanted = json.loads((NODE / "package.json").read_text())["dependencies"]
    if not all((folder / name).exists() for name in wanted):
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(("npm", "install", *options), cwd=NODE, check=True)
    return folder


def stage(case: Path, target: Path) -> Path:
    """Copy a case to ``target``, with the drizzle-orm that its manifest asks for, and its own packages, linked in."""
    shutil.copytree(case, target, ignore=shutil.ignore_patterns("node_modules"))
    modules = target / "node_modules"
    modules.mkdir()
    major = _drizzle_major(target)
    _link(modules / "drizzle-orm", node_modules() / ("drizzle-orm-v1" if major == 1 else "drizzle-orm"))
    for name in _NAMED:
        _link(modules / name, node_modules() / name)
    for manifest in target.glob("packages/*/package.json"):
        _link(modules / json.loads(manifest.read_text())["name"], manifest.parent)
    return target


def _drizzle_major(root: Path) -> int:
    text = "".join(path.read_text() for path in sorted(root.rglob("package.json")) if "node_modules" not in path.parts)
    found = re.search(r'"drizzle-orm": "[~^]?(\d+)\.', text)
    assert found is not None, "no package.json of the case asks for a version of drizzle-orm"
    return int(found[1])


def _link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def modules_of(root: Path) -> list[str]:
    """Return the files of a case that can be imported, in order."""
    paths = (path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file())
    return [
        path
        for path in paths
        if path.endswith(EXTENSIONS) and is_source(path) and ".config." not in path and "node_modules" not in path
    ]


def truth(root: Path, files: list[str], casing: str | None = None) -> Document:
    """Return what drizzle-orm says of ``files`` when they are imported in a staged case."""
    node_modules()
    request = json.dumps({"root": str(root), "files": files, "casing": casing})
    command = ("node", "--import", (NODE / "node_modules/tsx/dist/loader.mjs").as_uri(), str(NODE / "truth.mjs"))
    done = subprocess.run(command, input=request, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document: Document = json.loads(done.stdout)
    for table in document["tables"]:
        if table.get("symbol") is None:
            table.pop("symbol", None)
        for column in table["columns"]:
            column["type"] = _type(column["type"], table["dialect"])
    return document


def _type(text: str, dialect: str) -> str:
    if dialect == "postgresql":
        return types.normalize(text)
    return " ".join(text.split()) if "'" in text else " ".join(text.lower().split())


def read(root: Path) -> Document:
    """Return what tenantlint reads in a folder, as ``tenantlint dump`` prints it."""
    files = {
        Path(folder, name).relative_to(root).as_posix()
        for folder, folders, names in os.walk(root)
        if "node_modules" not in Path(folder).parts
        for name in names
    }
    project = Project(str(root), frozenset(files))
    result = link(project)
    assert result.problems == ()
    document: Document = json.loads(dump(result.schema, lambda at: project.source(at.path).line_of(at.start)))
    return document
