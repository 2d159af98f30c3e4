"""After renames in a small project its own tests pass, and mypy finds nothing new."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tenantlint.change import Change, RenameColumn, RenameTable
from tenantlint.discover import walk
from tenantlint.edit import apply, by_path
from tenantlint.lang.lowering import Lowering
from tenantlint.lang.sqlmodel.rename import lower
from tenantlint.link import link
from tenantlint.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tenantlint.change import Patch

SHOP = os.path.join(os.path.dirname(__file__), "../../../fixtures/fixes/sqlmodel_shop")
CUSTOMER, ORDER = "sqlmodel:shop/models.py:Customer", "sqlmodel:shop/models.py:Order"


def context(root: Path) -> Lowering:
    project = Project(str(root), walk(str(root)).files)
    return Lowering(project, link(project).schema)


def make(root: Path, change: Change) -> Patch:
    before = context(root)
    patch = lower(change, before)
    assert patch.refused is None
    for path, edits in by_path(patch.edits).items():
        (root / path).write_bytes(apply(before.project.source(path).data, edits))
    return patch


def run(root: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root), "MYPYPATH": str(root)}
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, env=environment, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        (
            [
                RenameColumn(CUSTOMER, "emailAddress", "email_address", "email_address"),
                RenameColumn(CUSTOMER, "fullName", "full_name", "full_name"),
                RenameColumn(CUSTOMER, "tenantId", "tenant_id", None),
                RenameColumn(ORDER, "orderNumber", "order_number", "order_number"),
                RenameColumn(ORDER, "customerEmail", "customer_email", None),
                RenameColumn(ORDER, "createdAt", "created_at", "created_at"),
                RenameTable(CUSTOMER, "shop_customers"),
                RenameTable("sqlmodel:shop/models.py:Tenant", "tenants"),
            ],
            ["email_address", "full_name", "tenant_id", "order_number", "customer_email", "created_at"],
        ),
        ([RenameColumn(CUSTOMER, "emailAddress", "email_address", None)], ["email_address"]),
    ],
)
def test_a_project_works_after_renames(tmp_path: Path, changes: list[Change], left: list[str]) -> None:
    root = tmp_path / "project"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns("__pycache__"))
    unresolved = [use.what for change in changes for use in make(root, change).unresolved]
    assert unresolved.count("`.emailAddress` of an unknown object") == 1
    services = root / "shop" / "services.py"
    services.write_text(services.read_text().replace("str(customer.emailAddress)", "str(customer.email_address)"))
    assert run(root, "pytest", "-q", "-p", "no:cacheprovider", "checks") == ""
    assert run(root, "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "shop", "checks") == ""
    keys = {column.key for table in context(root).schema for column in table.columns}
    assert set(left) <= keys


def test_what_is_left_to_a_reader(tmp_path: Path) -> None:
    shutil.copytree(SHOP, tmp_path / "project")
    before = context(tmp_path / "project")
    patch = lower(RenameColumn(CUSTOMER, "emailAddress", "email_address", None), before)
    places = [
        (use.at.path, before.project.source(use.at.path).line_of(use.at.start), use.what) for use in patch.unresolved
    ]
    assert places == [
        ("shop/services.py", 15, "`Message.emailAddress`, which may stand for it"),
        ("shop/services.py", 67, "`.emailAddress` of an unknown object"),
    ]


def test_a_column_of_a_base_class_belongs_to_several_tables(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(SHOP, root)
    make(root, RenameColumn(ORDER, "createdAt", "created_at", None))
    schema = context(root).schema
    found = [table.id for table in schema if any(column.key == "created_at" for column in table.columns)]
    assert sorted(found) == [CUSTOMER, ORDER, "sqlmodel:shop/models.py:Tenant"]
