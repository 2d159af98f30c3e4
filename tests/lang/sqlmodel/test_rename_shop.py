"""Renames in a small project; tests/oracle/fixes proves that it works afterwards."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from tenantlint.change import RenameColumn
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


def make(root: Path, change: RenameColumn) -> Patch:
    before = context(root)
    patch = lower(change, before)
    assert patch.refused is None
    for path, edits in by_path(patch.edits).items():
        (root / path).write_bytes(apply(before.project.source(path).data, edits))
    return patch


def test_what_is_left_to_a_reader(tmp_path: Path) -> None:
    shutil.copytree(SHOP, tmp_path / "project")
    before = context(tmp_path / "project")
    patch = lower(RenameColumn(CUSTOMER, "emailAddress", "email_address", None), before)
    places = [
        (use.at.path, before.project.source(use.at.path).line_of(use.at.start), use.what) for use in patch.unresolved
    ]
    assert places == [
        ("shop/models.py", 56, "the JSON key `emailAddress` of `CustomerCreate`, which clients may read"),
        ("shop/models.py", 60, "the JSON key `emailAddress` of `CustomerRead`, which clients may read"),
        ("shop/services.py", 15, "`Message.emailAddress`, which may stand for it"),
        ("shop/services.py", 85, "`.emailAddress` of an unknown object"),
    ]


def test_a_column_of_a_base_class_belongs_to_several_tables(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(SHOP, root)
    make(root, RenameColumn(ORDER, "createdAt", "created_at", None))
    schema = context(root).schema
    found = [table.id for table in schema if any(column.key == "created_at" for column in table.columns)]
    assert sorted(found) == [CUSTOMER, ORDER, "sqlmodel:shop/models.py:Tenant"]
