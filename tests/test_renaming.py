"""``tenantlint rename`` on the sample project: what it changes, and what it says where it does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tenantlint import cli

SAMPLE = Path(__file__).parents[1] / "fixtures/sample"
MODELS = "api/app/models/billing.py"
REVISION = "api/migrations/versions/0003_rename_customers_displayname_to_display.py"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    return tmp_path / "sample"


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def changed(project: Path) -> dict[str, str]:
    before, after = texts(SAMPLE), texts(project)
    assert set(before) <= set(after)
    return {path: text for path, text in after.items() if before.get(path) != text}


@pytest.mark.parametrize("name", ["Customer.displayName", "customers.displayName"])
def test_a_column_is_renamed_in_code_and_in_the_database(project, capfd, name):
    assert cli.main(["rename", name, "display_name"]) == 0
    result = changed(project)
    assert set(result) == {MODELS, REVISION}
    assert result[MODELS] == texts(SAMPLE)[MODELS].replace("displayName", "display_name")
    assert result[REVISION].splitlines()[-6:] == [
        "def upgrade() -> None:",
        '    op.alter_column("customers", "displayName", new_column_name="display_name")',
        "",
        "",
        "def downgrade() -> None:",
        '    op.alter_column("customers", "display_name", new_column_name="displayName")',
    ]
    assert capfd.readouterr().err == f"Renamed {name} in 2 files.\n"
    assert cli.main(["check", "--select", "NAM001,MIG", "--ignore", "MIG001,MIG004", "api"]) == 0


def test_a_name_can_stay_in_the_database(project):
    assert cli.main(["rename", "Customer.displayName", "display_name", "--pin-column-name"]) == 0
    result = changed(project)
    assert set(result) == {MODELS}
    assert '    display_name: str = Field(sa_column_kwargs={"name": "displayName"})\n' in result[MODELS]


def test_a_diff_changes_nothing(project, capfd):
    assert cli.main(["rename", "Customer.displayName", "display_name", "--diff"]) == 1
    assert changed(project) == {}
    out = capfd.readouterr().out
    assert out.startswith(f"--- {MODELS}\n+++ {MODELS}\n")
    assert "-    displayName: str\n+    display_name: str\n" in out


def test_uses_that_cannot_be_resolved_stop_it(project, capfd):
    (project / "api/app/other.py").write_text("def show(thing):\n    return thing.displayName\n")
    assert cli.main(["rename", "Customer.displayName", "display_name"]) == 1
    assert set(changed(project)) == {"api/app/other.py"}
    told = capfd.readouterr().err.splitlines()
    assert told[0].startswith("  api/app/other.py:2:")
    assert told[1:] == ["Nothing was renamed: 1 use cannot be resolved; --unsafe-fixes renames the others."]
    assert cli.main(["rename", "Customer.displayName", "display_name", "--unsafe-fixes"]) == 0
    assert set(changed(project)) == {"api/app/other.py", MODELS, REVISION}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Customer.nothing", "x"], "Customer has no column nothing here"),
        (["Nobody.name", "x"], "there is no table Nobody here"),
        (["name", "x"], "name names no table: write table.column"),
        (
            ["Customer.displayName"],
            "name a column and what it is to be called, as in: tenantlint rename users.emailAddress email",
        ),
        (["--all", "Customer.displayName"], "--all goes without a column"),
    ],
)  # fmt: skip
def test_wrong_words(project, capfd, words, message):
    assert cli.main(["rename", *words]) == 2
    assert capfd.readouterr().err == f"tenantlint: error: {message}\n"
    assert changed(project) == {}


def test_a_name_that_is_taken_is_refused(project, capfd):
    assert cli.main(["rename", "Customer.displayName", "plan_id"]) == 2
    assert capfd.readouterr().err.startswith("tenantlint: error: nothing was renamed: ")
    assert changed(project) == {}


def test_all_that_the_naming_rules_find(project):
    shutil.rmtree(project / "web")
    assert cli.main(["rename", "--all"]) == 0
    assert set(texts(project)) - set(texts(SAMPLE)) == {REVISION}
    assert "displayName" not in (project / MODELS).read_text()


INHERITED = """\
from sqlmodel import Field, SQLModel


class Named(SQLModel):
    fullName: str


class User(Named, table=True):
    __tablename__ = "users"
    id: int = Field(primary_key=True)


class Guest(Named, table=True):
    __tablename__ = "guests"
    id: int = Field(primary_key=True)
    fullName: str = Field(max_length=80)
"""
FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    for table in ("users", "guests"):
        op.create_table(table, sa.Column("id", sa.Integer(), primary_key=True), sa.Column("fullName", sa.String()))


def downgrade():
    op.drop_table("guests")
    op.drop_table("users")
"""


def test_a_table_that_declares_an_inherited_column_again_is_renamed_in_the_database_too(tmp_path, monkeypatch):
    (tmp_path / "versions").mkdir()
    (tmp_path / "models.py").write_text(INHERITED)
    (tmp_path / "versions/0001_first.py").write_text(FIRST)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["rename", "User.fullName", "full_name"]) == 0
    assert (tmp_path / "models.py").read_text() == INHERITED.replace("fullName", "full_name")
    (revision,) = (path for path in (tmp_path / "versions").iterdir() if path.name != "0001_first.py")
    renames = [line.strip() for line in revision.read_text().splitlines() if "new_column_name" in line]
    assert sorted(renames[:2]) == [
        'op.alter_column("guests", "fullName", new_column_name="full_name")',
        'op.alter_column("users", "fullName", new_column_name="full_name")',
    ]
    assert len(renames) == 4
