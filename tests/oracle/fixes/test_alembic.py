"""Revisions that fixes write, run by the real Alembic on a PostgreSQL database that has rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import AlembicProject, migration_findings

from tenantlint.change import (
    AddIndex,
    AddTimestamp,
    Change,
    EnableSecurity,
    MakeRequired,
    RenameColumn,
    RenameTable,
    WriteDowngrade,
)
from tenantlint.lang.alembic import write
from tenantlint.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.postgres import Server

    from tenantlint.schema import Schema, Table

MODELS = """
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, UniqueConstraint, func
from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Dated(SQLModel):
    madeAt: datetime | None = Field(default=None, index=True)


class User(Dated, table=True):
    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("emailAddress", "note", name="uq_users_emailAddress_note"),
        CheckConstraint("note <> ''", name="ck_note"),
    )
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    emailAddress: str = Field(index=True, unique=True)
    note: str = Field(unique=True)
    tenant_id: UUID | None = Field(default=None, foreign_key="tenants.id", index=True)


class Post(Dated, table=True):
    __tablename__ = "posts"
    id: int | None = Field(default=None, primary_key=True)
    user_note: str = Field(foreign_key="users.note")
"""
TENANT = "0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10"
ROWS = f"""
INSERT INTO tenants VALUES ('{TENANT}');
INSERT INTO users ("madeAt", id, "emailAddress", note, tenant_id)
  VALUES ('2024-01-01', gen_random_uuid(), 'ada@example.com', 'first', '{TENANT}');
INSERT INTO posts (user_note) VALUES ('first');
"""
RENAMED = """\
def upgrade() -> None:
    op.alter_column('users', 'emailAddress', new_column_name='email_address')
    op.execute('ALTER INDEX "ix_users_emailAddress" RENAME TO ix_users_email_address')
    op.execute('ALTER TABLE users RENAME CONSTRAINT "uq_users_emailAddress_note" TO uq_users_email_address_note')


def downgrade() -> None:
    op.execute('ALTER TABLE users RENAME CONSTRAINT uq_users_email_address_note TO "uq_users_emailAddress_note"')
    op.execute('ALTER INDEX ix_users_email_address RENAME TO "ix_users_emailAddress"')
    op.alter_column('users', 'email_address', new_column_name='emailAddress')
"""


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


@pytest.fixture
def project(tmp_path: Path, connection: psycopg.Connection) -> AlembicProject:
    """A project whose models the database has, with a row in each table."""
    made = AlembicProject(tmp_path, connection, MODELS)
    made.run("revision first", "upgrade head")
    connection.execute(ROWS.encode())
    return made


def table(schema: Schema, name: str) -> Table:
    (found,) = (each for each in schema.tables if each.name == name)
    return found


def written(project: AlembicProject, before: Schema, *changes: Change) -> str:
    """Write the revision for changes of the models that have been made, and return its text."""
    (path,) = project.apply(write.lower_all(changes, project.context(before)))
    assert migration_findings(project.root, path) == []
    return (project.root / path).read_text()


def test_a_renamed_column_keeps_its_rows_and_its_index(project: AlembicProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(MODELS.replace("emailAddress", "email_address"))
    change = RenameColumn(table(before, "users").id, "emailAddress", "email_address", "email_address")
    text = written(project, before, change)
    assert text.partition("\n\n\n")[2] == RENAMED
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute("SELECT email_address FROM users").fetchall() == [("ada@example.com",)]
    assert project.twins_differ() == []


def test_the_same_change_gives_the_same_bytes(project: AlembicProject) -> None:
    before = project.schema()
    project.write(MODELS.replace("emailAddress", "email_address"))
    change = RenameColumn(table(before, "users").id, "emailAddress", "email_address", "email_address")
    context = project.context(before)
    assert write.lower(change, context) == write.lower(change, context)


def test_a_column_of_a_mixin_is_renamed_in_every_table(project: AlembicProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(MODELS.replace("madeAt", "made_at"))
    written(project, before, RenameColumn(table(before, "users").id, "madeAt", "made_at", "made_at"))
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute("SELECT u.made_at::date::text, p.made_at FROM users u, posts p").fetchall() == [
        ("2024-01-01", None)
    ]
    assert project.twins_differ() == []


def test_a_renamed_table_keeps_its_rows(project: AlembicProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(MODELS.replace('"users', '"accounts'))
    written(project, before, RenameTable(table(before, "users").id, "accounts"))
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute("SELECT note FROM accounts").fetchall() == [("first",)]
    assert project.twins_differ() == []


def test_several_changes_are_one_revision(project: AlembicProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    models = MODELS.replace('"users', '"accounts').replace("emailAddress", "email_address").replace("madeAt", "made_at")
    project.write(models)
    users = table(before, "users").id
    written(
        project,
        before,
        RenameTable(users, "accounts"),
        RenameColumn(users, "emailAddress", "email_address", "email_address"),
        RenameColumn(users, "madeAt", "made_at", "made_at"),
    )
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute("SELECT email_address FROM accounts").fetchall() == [("ada@example.com",)]
    assert project.twins_differ() == []


CONVENTION = """
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Tenant(SQLModel"""


def test_names_that_follow_a_convention_follow_the_rename(tmp_path: Path, connection: psycopg.Connection) -> None:
    models = MODELS.replace("\nclass Tenant(SQLModel", CONVENTION)
    project = AlembicProject(tmp_path, connection, models)
    project.run("revision first", "upgrade head")
    connection.execute(ROWS.encode())
    before = project.schema()
    changed = models.replace('"note"', '"remark"').replace("    note: str", "    remark: str")
    project.write(changed.replace("users.note", "people.remark").replace('"users"', '"people"'))
    users = table(before, "users").id
    text = written(project, before, RenameColumn(users, "note", "remark", "remark"), RenameTable(users, "people"))
    assert "RENAME CONSTRAINT uq_users_note TO uq_people_remark" in text
    assert "ALTER TABLE posts RENAME CONSTRAINT fk_posts_user_note_users TO fk_posts_user_note_people" in text
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute("SELECT remark FROM people").fetchall() == [("first",)]
    assert project.twins_differ() == []


@pytest.mark.parametrize(
    "column",
    [
        "created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), server_default=func.now(), "
        "nullable=False))",
        "created_at: datetime = Field(default_factory=datetime.now)",
        "created_at: datetime | None = Field(default_factory=datetime.now)",
    ],
)
def test_a_new_timestamp_has_a_value_for_the_rows_that_are_there(
    project: AlembicProject, connection: psycopg.Connection, column: str
) -> None:
    before = project.schema()
    project.write(f"{MODELS}    {column}\n")
    written(project, before, AddTimestamp(table(before, "posts").id, "created_at", False))
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    ((value,),) = connection.execute("SELECT created_at IS NULL FROM posts").fetchall()
    assert value == ("None" in column)
    assert project.twins_differ() == []


def test_a_new_index(project: AlembicProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(MODELS.replace('foreign_key="users.note"', 'foreign_key="users.note", index=True'))
    change = AddIndex(table(before, "posts").id, ("user_note",))
    text = written(project, before, change)
    assert "    op.create_index(op.f('ix_posts_user_note'), 'posts', ['user_note'], unique=False)\n" in text
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert project.twins_differ() == []
    assert write.lower(change, replace(project.context(before), schema=project.schema())).files == ()


def test_a_column_becomes_required(project: AlembicProject, connection: psycopg.Connection) -> None:
    before = project.schema()
    project.write(MODELS.replace("UUID | None = Field(default=None, ", "UUID = Field("))
    written(project, before, MakeRequired(table(before, "users").id, "tenant_id"))
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert project.twins_differ() == []


def test_row_level_security_lets_each_tenant_see_its_own(
    project: AlembicProject, connection: psycopg.Connection, postgres: Server
) -> None:
    before = project.schema()
    written(project, before, EnableSecurity(table(before, "users").id, "tenant_id", "app.tenant_id"))
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    role = postgres.role("fixes_app")
    connection.execute(f"GRANT SELECT ON users TO {role}")
    with postgres.connect(connection.info.dbname, role) as app:
        assert app.execute("SELECT note FROM users").fetchall() == []
        app.execute("SELECT set_config('app.tenant_id', %s, false)", [TENANT])
        assert app.execute("SELECT note FROM users").fetchall() == [("first",)]
    with postgres.connect(connection.info.dbname, role) as app:
        with app.transaction():
            app.execute("SELECT set_config('app.tenant_id', %s, true)", [TENANT])
            assert app.execute("SELECT note FROM users").fetchall() == [("first",)]
        assert app.execute("SELECT current_setting('app.tenant_id', true)").fetchall() == [("",)]
        assert app.execute("SELECT note FROM users").fetchall() == []
    (twin,) = (each for each in project.schema().histories[0].tables if each.name == "users")
    assert (twin.rls.enabled, twin.rls.forced) == (True, True)
    assert [(each.name, each.using) for each in twin.policies] == [
        ("users_tenant", "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)")
    ]


UPGRADE = """
\"\"\"More.\"\"\"
import sqlalchemy as sa
from alembic import op

revision = "aaaaaaaaaaaa"
down_revision = "{parent}"


def upgrade():
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("state", sa.Enum("on", "off", name="team_state")),
    )
    op.create_index("ix_teams_state", "teams", ["state"])
    op.add_column("users", sa.Column("team", sa.Integer(), sa.ForeignKey("teams.id")))
    op.create_index("ix_users_team", "users", ["team"])
    op.create_unique_constraint(None, "posts", ["user_note", "madeAt"])
    op.alter_column("users", "note", new_column_name="remark")
    op.rename_table("posts", "articles")
    op.alter_column("users", "tenant_id", nullable=False)
    op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY own ON users USING (tenant_id = (SELECT current_setting('app.t'))::uuid)")
    op.execute("ALTER INDEX ix_users_team RENAME TO users_team_idx")


{downgrade}"""


@pytest.mark.parametrize(
    "downgrade", ["", "def downgrade():\n    pass\n", "def downgrade(): pass\n", 'def downgrade():\n    """Undo."""\n']
)
def test_a_downgrade_is_the_inverse_of_the_upgrade(
    project: AlembicProject, connection: psycopg.Connection, downgrade: str
) -> None:
    (history,) = project.schema().histories
    (first,) = history.revisions
    path = project.root / "alembic" / "versions" / "aaaaaaaaaaaa_more.py"
    path.write_text(UPGRADE.lstrip().format(parent=first.id, downgrade=downgrade))
    before = project.catalog(connection)
    patch = write.lower(WriteDowngrade(history.path, "aaaaaaaaaaaa"), project.context(project.schema()))
    assert project.apply(patch) == []
    assert migration_findings(project.root, "alembic/versions/aaaaaaaaaaaa_more.py") == []
    project.run("upgrade head", "downgrade -1")
    assert project.catalog(connection) == before
    project.run("upgrade head")
    assert connection.execute("SELECT remark FROM users").fetchall() == [("first",)]
