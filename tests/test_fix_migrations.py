"""Fixing when the database changes too: findings that are fixed together share one migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint.asked import Asked
from tenantlint.change import Fix, RenameColumn
from tenantlint.config_tree import ConfigTree
from tenantlint.fix import Fixed, Fixer
from tenantlint.names import snake_case
from tenantlint.project import Project
from tenantlint.rule import Finding, Rule
from tenantlint.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.schema import Table
    from tenantlint.view import SchemaView

MODELS = """\
from sqlmodel import Field, SQLModel


class A(SQLModel, table=True):
    id: int = Field(primary_key=True)
    oneName: str
    twoName: str
    newName: str
"""
FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "a",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("oneName", sa.String(), nullable=False),
        sa.Column("twoName", sa.String(), nullable=False),
    )


def downgrade():
    op.drop_table("a")
"""
SECOND = '''\
"""Rename a.oneName to one_name and 1 more

Revision ID: 0002
Revises: 0001

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column("a", "oneName", new_column_name="one_name")
    op.alter_column("a", "twoName", new_column_name="two_name")


def downgrade():
    op.alter_column("a", "two_name", new_column_name="twoName")
    op.alter_column("a", "one_name", new_column_name="oneName")
'''


class FakeRule(Rule):
    """Finds every column in camel case, and proposes to rename it in the database too."""

    code = "TEN001"
    name = "missing-tenant-id"
    preset = "recommended"

    def check_table(self, table: Table, view: SchemaView) -> Iterator[Finding]:
        for column in table.columns:
            new = snake_case(column.key)
            if column.key != new:
                change = RenameColumn(table.id, column.key, new, new)
                yield Finding(column.at, table, column.key, "is camel case", Fix("Rename", "unsafe", change))


@pytest.fixture(autouse=True)
def rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenantlint.rules.load", lambda code: FakeRule)


def fixed(files: dict[str, str]) -> Fixed:
    project = Project("/nonexistent", frozenset(), {path: text.encode() for path, text in files.items()})
    configs = ConfigTree("/nonexistent", lambda folder: Settings(frozenset({"TEN001"})), single=True)
    return Fixer(Asked(folders=("",)), configs, True).fix(project, ())


def test_renames_share_one_revision_and_one_that_cannot_be_migrated_is_withheld() -> None:
    result = fixed({"models.py": MODELS, "alembic/versions/0001_first.py": FIRST})
    assert {path: data.decode() for path, data in result.contents.items()} == {
        "models.py": MODELS.replace("oneName", "one_name").replace("twoName", "two_name"),
        "alembic/versions/0002_rename_a_onename_to_one_name_and_1_more.py": SECOND,
    }
    assert [(each.diagnostic.message, each.reason) for each in result.withheld] == [
        (
            "`newName` is camel case",
            "no migration gives `a` the column `newName` yet: generate that migration first",
        )
    ]


def test_without_migrations_only_the_code_changes() -> None:
    result = fixed({"models.py": MODELS})
    assert list(result.contents) == ["models.py"]
    assert (result.withheld, result.outcome.diagnostics) == ((), ())
