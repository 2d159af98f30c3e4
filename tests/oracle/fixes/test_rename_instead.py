"""Columns that revisions drop and add are renamed, and their values are there afterwards."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, statements
from tests.oracle.fixes.test_restore import revision
from tests.oracle.fixes.test_security import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

MODELS = """
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True)
    email_address: str{}
"""
FIRST = """
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("email", sa.String(), nullable=False),
    sa.PrimaryKeyConstraint("id"),
)
"""
UP = 'op.add_column("users", sa.Column("email_address", sa.String(), nullable={}))\nop.drop_column("users", "email")'
DOWN = (
    'op.add_column("users", sa.Column("email", sa.String(), nullable=False))\nop.drop_column("users", "email_address")'
)


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


@pytest.mark.parametrize("nullable", [False, True], ids=["as it was", "takes NULL from then on"])
def test_alembic(tmp_path: Path, connection: psycopg.Connection, nullable: bool) -> None:
    made = AlembicProject(tmp_path, connection, MODELS.format(" | None" if nullable else ""))
    versions = tmp_path / "alembic" / "versions"
    (versions / "a_first.py").write_text(revision("a", None, FIRST, 'op.drop_table("users")'))
    down = indent(DOWN, "    ").strip()
    (versions / "b_more.py").write_text(revision("b", "a", UP.format(nullable), down))
    made.run("upgrade a")
    before = made.catalog(connection)
    connection.execute("INSERT INTO users (email) VALUES ('ada@example.com')")
    assert check(tmp_path, "--select", "MIG003").count(" MIG003 ") == 1
    assert check(tmp_path, "--select", "MIG003", "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "MIG") == ""
    text = (versions / "b_more.py").read_text()
    more, back = (f", nullable={each}" if nullable else "" for each in (True, False))
    assert text[text.index("def upgrade") :] == (
        f'def upgrade():\n    op.alter_column("users", "email", new_column_name="email_address"{more})\n\n\n'
        f'def downgrade():\n    op.alter_column("users", "email_address", new_column_name="email"{back})\n'
    )
    made.run("upgrade head", "check")
    assert connection.execute("SELECT email_address FROM users").fetchall() == [("ada@example.com",)]
    made.run("downgrade -1")
    assert made.catalog(connection) == before
    assert connection.execute("SELECT email FROM users").fetchall() == [("ada@example.com",)]


SCHEMA = """
import { integer, pgTable, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  address: text("email").notNull(),
  size: integer("size"),
});
"""
RENAME = 'ALTER TABLE "users" RENAME COLUMN "email" TO "email_address";'
RELAX = 'ALTER TABLE "users" ALTER COLUMN "email_address" DROP NOT NULL;'


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
@pytest.mark.parametrize("nullable", [False, True], ids=["as it was", "takes NULL from then on"])
def test_drizzle(tmp_path: Path, connection: psycopg.Connection, major: Major, nullable: bool) -> None:
    schema = SCHEMA.replace(".generatedAlwaysAsIdentity()", "")
    project = KitProject(tmp_path, major, schema)
    project.begin()
    project.migrate(connection)
    connection.execute("INSERT INTO users VALUES (1, 'ada@example.com')")
    first, second = (
        schema.replace('address: text("email").notNull(),', ""),
        schema.replace('"email"', '"email_address"'),
    )
    second = second.replace(".notNull(),\n  size", ",\n  size") if nullable else second
    made = _generated(project, first, second)
    assert check(tmp_path, "--select", "MIG003").count(" MIG003 ") == 1
    assert check(tmp_path, "--select", "MIG003", "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "MIG") == ""
    assert statements(made) == ([RENAME, RELAX] if nullable else [RENAME])
    assert project.generate() == []
    project.migrate(connection, 1)
    assert connection.execute("SELECT email_address FROM users").fetchall() == [("ada@example.com",)]


def _generated(project: KitProject, first: str, second: str) -> Path:
    """Let drizzle-kit drop a column, and add another, in one migration, as it does unless it is told of the rename.

    It asks where both are in one step, and nobody can answer here: so it makes two steps, which become one.
    """
    project.write(first)
    assert len(project.generate()) == 1
    project.write(second)
    assert len(project.generate()) == 1
    drop, add = project.migrations()[1:]
    add.write_text(f"{add.read_text()}--> statement-breakpoint\n{drop.read_text()}")
    drop.write_text("SELECT 1;")
    return add
