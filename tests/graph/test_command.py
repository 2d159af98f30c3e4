"""The command line of ``tenantlint graph``, and which findings mark what."""

from __future__ import annotations

import pytest
from tests.rules.support import link_files

from tenantlint import rules
from tenantlint.cli import main
from tenantlint.marks import marks
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

MIXIN = """\
from uuid import UUID
from sqlmodel import Field, SQLModel


class Own(SQLModel):
    id: UUID = Field(primary_key=True)
    tenant_id: UUID | None = Field(default=None)


class One(Own, table=True):
    pass


class Two(Own, table=True):
    other: UUID = Field(foreign_key="one.id")
"""


def test_a_finding_of_a_mixin_marks_every_table_that_has_it():
    schema = link_files({"models.py": MIXIN})
    view = SchemaView(schema, Settings(rules=frozenset()))
    found = marks(schema, [*rules.run("TEN002", view), *rules.run("IDX002", view)])
    named = {table.id: table.name for table in schema}
    assert {
        named[table]: [(mark.diagnostic.code, mark.columns) for mark in given]
        for table, given in found.by_table.items()
    } == {"one": [("TEN002", ("tenant_id",))], "two": [("TEN002", ("tenant_id",)), ("IDX002", ("other",))]}
    assert found.elsewhere == ()


def test_a_finding_on_a_migration_marks_the_table_that_it_creates():
    sql = "CREATE TABLE note (id uuid PRIMARY KEY, tenant_id uuid NOT NULL);\n"
    schema = link_files({"migrations/0001_first.sql": sql})
    (table,) = schema.histories[0].tables
    given = rules.run("MIG005", SchemaView(schema, Settings(rules=frozenset())))
    assert [each.at.path for each in given] == ["migrations/0001_first.sql"]
    found = marks(schema, given)
    assert {owner: [mark.columns for mark in each] for owner, each in found.by_table.items()} == {table.id: [()]}
    elsewhere = marks(link_files({"models.py": MIXIN}), given)
    assert (elsewhere.by_table, elsewhere.elsewhere) == ({}, tuple(given))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--depth=2"], "--depth goes with --table"),
        (["--table=one", "--depth=x"], "--depth: expected a number, not x"),
        (["--table=ones"], "no such table: ones; did you mean one?"),
        (["--table=zzz"], "no such table: zzz"),
        (["--output=."], "--output: . is a folder"),
        (["--output=none/x.html"], None),
        (["nowhere"], "no such file or folder: nowhere"),
        (["--output-format=svg"], "--output-format: expected mermaid or html, not svg"),
    ],
)
def test_wrong_command_lines(tmp_path, monkeypatch, capsys, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models.py").write_text(MIXIN)
    if message is None:
        assert main(["graph", *options]) == 0
        assert (tmp_path / "none/x.html").exists()
        return
    assert main(["graph", *options]) == 2
    assert capsys.readouterr().err == f"tenantlint: error: {message}\n"


def test_migrations_alone_have_a_diagram_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_first.sql").write_text(
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a (id));\n"
        "ALTER TABLE b ENABLE ROW LEVEL SECURITY;\n"
    )
    assert main(["graph", "--no-findings"]) == 0
    assert capsys.readouterr().out == (
        'erDiagram\n    "a" {\n        integer id PK\n    }\n    "b" {\n        integer id PK\n'
        '        integer a_id FK "NULL"\n    }\n    "b" }o--o| "a" : "a_id"\n'
    )
