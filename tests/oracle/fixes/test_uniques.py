"""What fixes make unique for each tenant, in databases that have rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.oracle.fixes.command import fix, newest
from tests.oracle.fixes.environment import AlembicProject
from tests.oracle.fixes.kit import KitProject, statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

MODELS = """
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: int | None = Field(default=None, primary_key=True)


class User(SQLModel, table=True):
    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("first", "last", name="whole_name"),
        Index("by_nick", "nick", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    first: str
    last: str
    nick: str
    email: str = Field(unique=True)


class Label(SQLModel, table=True):
    __tablename__ = "labels"
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    title: str = Field(index=True, unique=True)
"""
SCHEMA = """
import { index, integer, pgTable, text, unique, uniqueIndex } from "drizzle-orm/pg-core";

export const tenants = pgTable("tenants", { id: integer("id").primaryKey() });

export const users = pgTable(
  "users",
  {
    id: integer("id").primaryKey(),
    tenantId: integer("tenant_id").notNull().references(() => tenants.id),
    first: text("first").notNull(),
    last: text("last").notNull(),
    nick: text("nick").notNull(),
    email: text("email").notNull().unique(),
  },
  (t) => [
    index().on(t.tenantId),
    unique("whole_name").on(t.first, t.last),
    uniqueIndex("by_nick").on(t.nick),
  ],
);

export const labels = pgTable(
  "labels",
  {
    id: integer("id").primaryKey(),
    tenantId: integer("tenant_id").notNull().references(() => tenants.id),
    title: text("title").notNull(),
  },
  (t) => [index().on(t.tenantId), unique().on(t.title).nullsNotDistinct()],
);
"""
ROWS = """
INSERT INTO tenants VALUES (1), (2);
INSERT INTO users (id, tenant_id, first, last, nick, email)
VALUES (1, 1, 'a', 'b', 'c', 'd'), (2, 1, 'b', 'b', 'd', 'e');
INSERT INTO labels (id, tenant_id, title) VALUES (1, 1, 'a');
"""
OTHER = """
INSERT INTO users (id, tenant_id, first, last, nick, email) VALUES (3, 2, 'a', 'b', 'c', 'd');
INSERT INTO labels (id, tenant_id, title) VALUES (2, 2, 'a');
"""
UNIQUE = """
SELECT relname::text, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace ORDER BY 1
"""


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def uniques(connection: psycopg.Connection) -> dict[str, str]:
    """Return the unique indexes of the database: the columns of each by its name."""
    return {name: text.partition(" btree ")[2] for name, text in connection.execute(UNIQUE.encode()).fetchall()}


def count(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM labels)").fetchone()
    assert row is not None
    return int(row[0])


def test_alembic_scopes_what_is_unique(tmp_path: Path, connection: psycopg.Connection) -> None:
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    first = project.catalog(connection)
    connection.execute(ROWS.encode())
    fix(tmp_path, "TEN005")
    assert newest(tmp_path) == REVISION.lstrip()
    project.run("upgrade head", "check")
    assert uniques(connection) == {
        "whole_name": "(tenant_id, first, last)",
        "by_nick": "(tenant_id, nick)",
        "users_tenant_id_email_key": "(tenant_id, email)",
        "labels_tenant_id_title_key": "(tenant_id, title)",
    }
    assert (count(connection), project.twins_differ()) == (3, [])
    connection.execute(OTHER.encode())
    with pytest.raises(AssertionError, match="could not create unique index"):
        project.run("downgrade -1")
    connection.execute("DELETE FROM users WHERE id = 3; DELETE FROM labels WHERE id = 2")
    project.run("downgrade -1")
    assert project.catalog(connection) == first
    project.run("upgrade head", "check")


REVISION = """
def upgrade() -> None:
    op.drop_constraint(op.f('whole_name'), 'users', type_='unique')
    op.create_unique_constraint(op.f('whole_name'), 'users', ['tenant_id', 'first', 'last'])
    op.drop_index(op.f('by_nick'), table_name='users')
    op.create_index(op.f('by_nick'), 'users', ['tenant_id', 'nick'], unique=True)
    op.drop_constraint(op.f('users_email_key'), 'users', type_='unique')
    op.create_unique_constraint(op.f('users_tenant_id_email_key'), 'users', ['tenant_id', 'email'])
    op.drop_index(op.f('ix_labels_title'), table_name='labels')
    op.create_index(op.f('ix_labels_title'), 'labels', ['title'], unique=False)
    op.create_unique_constraint(op.f('labels_tenant_id_title_key'), 'labels', ['tenant_id', 'title'])


def downgrade() -> None:
    op.drop_constraint(op.f('labels_tenant_id_title_key'), 'labels', type_='unique')
    op.drop_index(op.f('ix_labels_title'), table_name='labels')
    # Fails, and changes nothing, as long as two tenants have the same: mend those rows first.
    op.create_index(op.f('ix_labels_title'), 'labels', ['title'], unique=True)
    op.drop_constraint(op.f('users_tenant_id_email_key'), 'users', type_='unique')
    # Fails, and changes nothing, as long as two tenants have the same: mend those rows first.
    op.create_unique_constraint(op.f('users_email_key'), 'users', ['email'])
    op.drop_index(op.f('by_nick'), table_name='users')
    # Fails, and changes nothing, as long as two tenants have the same: mend those rows first.
    op.create_index(op.f('by_nick'), 'users', ['nick'], unique=True)
    op.drop_constraint(op.f('whole_name'), 'users', type_='unique')
    # Fails, and changes nothing, as long as two tenants have the same: mend those rows first.
    op.create_unique_constraint(op.f('whole_name'), 'users', ['first', 'last'])
"""


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
def test_drizzle_kit_finds_no_more_to_do(tmp_path: Path, connection: psycopg.Connection, major: Major) -> None:
    project = KitProject(tmp_path, major, SCHEMA)
    project.begin()
    project.migrate(connection)
    connection.execute(ROWS.encode())
    with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
        connection.execute(OTHER.encode())
    fix(tmp_path, "TEN005")
    end = "key" if major else "unique"
    btree = "" if major else "USING btree "
    assert statements(project.migrations()[-1]) == [
        f'ALTER TABLE "users" DROP CONSTRAINT "users_email_{end}";',
        'ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_email_unique" UNIQUE("tenant_id","email");',
        'ALTER TABLE "users" DROP CONSTRAINT "whole_name";',
        'ALTER TABLE "users" ADD CONSTRAINT "whole_name" UNIQUE("tenant_id","first","last");',
        'DROP INDEX "by_nick";',
        f'CREATE UNIQUE INDEX "by_nick" ON "users" {btree}("tenant_id","nick");',
        f'ALTER TABLE "labels" DROP CONSTRAINT "labels_title_{end}";',
        'ALTER TABLE "labels" ADD CONSTRAINT "labels_tenant_id_title_unique" UNIQUE NULLS NOT DISTINCT'
        '("tenant_id","title");',
    ]
    project.migrate(connection, 1)
    assert sorted(uniques(connection).values()) == [
        "(tenant_id, email)",
        "(tenant_id, first, last)",
        "(tenant_id, nick)",
        "(tenant_id, title) NULLS NOT DISTINCT",
    ]
    assert count(connection) == 3
    connection.execute(OTHER.encode())
    assert project.generate() == []
