"""Renames in a real project: its types still hold, its tests still pass, and the way back gives the same bytes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tenantlint.change import RenameColumn, RenameTable
from tenantlint.discover import walk
from tenantlint.edit import apply, by_path
from tenantlint.lang.drizzle import rename
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project

SHOP = Path(__file__).parents[3] / "fixtures" / "fixes" / "drizzle_shop"
COUNTED = {"test/shop.test.ts:34 key `emailAddress`"}
"""What a query counts by this name is its own: the test that compares it cannot tell."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a copy of the shop with its packages, which are installed first where they are missing."""
    wanted = json.loads((SHOP / "package.json").read_text())["dependencies"]
    if not all((SHOP / "node_modules" / name).exists() for name in wanted):
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(("npm", "install", *options), cwd=SHOP, check=True)
    target = tmp_path / "shop"
    shutil.copytree(SHOP, target, ignore=shutil.ignore_patterns("node_modules"))
    (target / "node_modules").symlink_to(SHOP / "node_modules")
    return target


def project_of(root: Path) -> Project:
    """Return the files of a project, without its packages, which are a link."""
    return Project(str(root), frozenset(walk(str(root)).files) - {"node_modules"})


def content(root: Path) -> dict[str, bytes]:
    """Return the files of a project by path."""
    project = project_of(root)
    return {path: project.read(path) for path in sorted(project.files)}


def make(root: Path, change: RenameColumn | RenameTable, project: Project) -> set[str]:
    """Make a change on disk and return what could not be told, as ``path:line what``."""
    patch = rename.lower(change, Lowering(project, link(project).schema))
    assert patch.refused is None
    for path, edits in by_path(patch.edits).items():
        (root / path).write_bytes(apply(project.source(path).data, edits))
    sources = [(use, project.source(use.at.path)) for use in patch.unresolved]
    return {f"{use.at.path}:{source.line_of(use.at.start)} {use.what}" for use, source in sources}


def snake(key: str) -> str:
    """Return a camelCase key in snake_case."""
    return re.sub(r"(?<=[a-z\d])([A-Z])", lambda match: "_" + match[1].lower(), key)


def rename_all(root: Path) -> tuple[list[RenameColumn], set[str]]:
    """Rename every camelCase column, one after the other; return the ways back, and what could not be told."""
    back: list[RenameColumn] = []
    untold: set[str] = set()
    while True:
        project = project_of(root)
        columns = [(table, each) for table in link(project).schema.tables for each in table.columns]
        found = next(((table, each) for table, each in columns if snake(each.key) != each.key), None)
        if found is None:
            return back, untold
        table, column = found
        new = snake(column.key)
        assert isinstance(column.name, str)
        back.append(RenameColumn(table.id, new, column.key, column.name))
        untold |= make(root, RenameColumn(table.id, column.key, new, new), project)


def check(root: Path) -> None:
    """Let the compiler check the project's types, and run its tests on a database."""
    for command in (("node", "node_modules/typescript/lib/tsc.js", "--noEmit"), ("npm", "test")):
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_all_columns_there_and_back(shop: Path) -> None:
    before = content(shop)
    back, untold = rename_all(shop)
    assert (len(back), untold) == (15, COUNTED)
    check(shop)
    for change in reversed(back):
        make(shop, change, project_of(shop))
    assert content(shop) == before


def test_a_table(shop: Path) -> None:
    untold = make(shop, RenameTable("src/schema/orders.ts#orders", "purchases"), project_of(shop))
    assert untold == set()
    assert b"row.purchases.totalCents - row.old.totalCents" in (shop / "src/queries.ts").read_bytes()
    check(shop)


def test_only_the_keys(shop: Path) -> None:
    for key in ("emailAddress", "fullName", "createdAt"):
        make(shop, RenameColumn("src/schema/customers.ts#customers", key, snake(key), None), project_of(shop))
    assert b"email_address: text('emailAddress')" in (shop / "src/schema/customers.ts").read_bytes()
    assert b"full_name: text('fullName')" in (shop / "src/schema/customers.ts").read_bytes()
    check(shop)
