"""Downgrades that fixes write for upgrades which drop and alter: after them the database is what it was."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import AlembicProject, migration_findings
from tests.oracle.fixes.test_security import check

from tenantlint.change import WriteDowngrade
from tenantlint.lang.alembic import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.postgres import Server

MODELS = "from sqlmodel import SQLModel\n"
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{own}"
down_revision = {parent}


def upgrade():
{body}


def downgrade():
    {downgrade}
"""
FIRST = """
op.execute("CREATE TYPE mood AS ENUM ('ok', 'it''s bad')")
op.execute("CREATE TYPE unused AS ENUM ('a', 'b')")
op.create_table(
    "teams",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=50), nullable=False),
    sa.Column("size", sa.Integer(), server_default="7", nullable=False),
    sa.Column("price", sa.Numeric(10, 2), nullable=True),
    sa.Column("state", sa.Enum("ok", "it's bad", name="mood", create_type=False), nullable=True),
    sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("name", name="uq_teams_name"),
)
op.create_table(
    "users",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("team_id", sa.Integer(), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=True),
    sa.Column("note", sa.Text(), nullable=True),
    sa.Column("code", sa.Text(), nullable=True),
    sa.Column("tags", sa.ARRAY(sa.Text()), nullable=True),
    sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_users_team", ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id"),
)
op.create_index("ix_users_team_id", "users", ["team_id"])
op.create_index("ix_users_both", "users", ["team_id", "note"], unique=True)
op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
op.execute("CREATE POLICY own ON users AS RESTRICTIVE FOR UPDATE TO CURRENT_USER USING (true) WITH CHECK (note <> '')")
op.execute("INSERT INTO teams (name) VALUES ('first')")
op.execute("INSERT INTO users (id, team_id, note, code) VALUES (gen_random_uuid(), 1, 'x', '12')")
"""
UPGRADES = {
    "columns": 'op.drop_column("users", "team_id")\nop.drop_column("teams", "price")\nop.drop_column("users", "tags")',
    "column with default": 'op.drop_column("teams", "size")\nop.drop_column("teams", "made_at")',
    "column of an enum": 'op.drop_column("teams", "state")',
    "tables": 'op.drop_table("users")\nop.drop_table("teams")',
    "index": 'op.drop_index("ix_users_both")',
    "constraints": 'op.drop_constraint("fk_users_team", "users")\nop.drop_constraint("uq_teams_name", "teams")',
    "types": 'op.alter_column("teams", "name", type_=sa.Text())\nop.alter_column("teams", "price", type_=sa.Integer())',
    "type that is cast": 'op.execute("ALTER TABLE users ALTER COLUMN code TYPE integer USING code::integer")',
    "defaults": 'op.alter_column("teams", "size", server_default=None)\n'
    'op.alter_column("users", "note", server_default="none")',
    "null": 'op.alter_column("users", "note", nullable=False)\nop.alter_column("teams", "name", nullable=True)',
    "policy": 'op.execute("DROP POLICY own ON users")',
    "security": 'op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")\n'
    'op.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY")',
    "enum": 'op.execute("DROP TYPE unused")',
    "filled": 'op.add_column("users", sa.Column("size", sa.Integer()))\n'
    'op.execute("UPDATE users SET size = 1")\nop.alter_column("users", "size", nullable=False)',
    "function and trigger": 'op.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS '
    '$$BEGIN RETURN NEW; END$$")\n'
    'op.execute("CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()")',
}
MORE = """
SELECT 'default', table_name::text, column_name::text, coalesce(column_default, '') || udt_name
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'length', table_name::text, column_name::text, concat(character_maximum_length, numeric_scale)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'policy', tablename::text, policyname::text, concat(permissive, roles, cmd, qual, with_check)
FROM pg_policies
UNION ALL SELECT 'function', proname::text, '', '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgname::text, '', '' FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2, 3
"""


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def revision(own: str, parent: str | None, body: str, downgrade: str) -> str:
    text = REVISION.format(own=own, parent=repr(parent), body=indent(body.strip(), "    "), downgrade=downgrade)
    return text.lstrip()


def project(root: Path, connection: psycopg.Connection, upgrade: str, downgrade: str = "pass") -> AlembicProject:
    made = AlembicProject(root, connection, MODELS)
    versions = root / "alembic" / "versions"
    (versions / "a_first.py").write_text(revision("a", None, FIRST, "raise NotImplementedError"))
    (versions / "b_more.py").write_text(revision("b", "a", upgrade, downgrade))
    return made


@pytest.mark.parametrize("name", UPGRADES)
def test_what_an_upgrade_takes_away_comes_back(tmp_path: Path, connection: psycopg.Connection, name: str) -> None:
    made = project(tmp_path, connection, UPGRADES[name])
    made.run("upgrade a")
    before = [*made.catalog(connection), *connection.execute(MORE.encode()).fetchall()]
    schema = made.schema()
    assert made.apply(write.lower(WriteDowngrade("alembic/versions", "b"), made.context(schema))) == []
    assert [each for each in migration_findings(tmp_path, "alembic/versions/b_more.py") if "MIG007" not in each] == []
    made.run("upgrade head", "downgrade -1")
    assert [*made.catalog(connection), *connection.execute(MORE.encode()).fetchall()] == before
    made.run("upgrade head")


COMPLETED = {
    "columns": ('op.execute("ALTER TABLE teams ADD COLUMN price NUMERIC(10, 2)")', 1),
    "tables": ('op.create_table("teams", sa.Column("id", sa.Integer(), primary_key=True))', 0),
    "index": ('op.create_index("ix_users_both", "users", ["note"])', 0),
    "types": ('op.execute("ALTER TABLE teams ALTER COLUMN price TYPE numeric(10,2) USING price::numeric(10,2)")', 1),
    "security": ('op.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")', 1),
}
"""Downgrades that undo their upgrades in part, or wrongly, and how often their text is there afterwards."""


@pytest.mark.parametrize("name", COMPLETED)
def test_a_downgrade_is_completed(tmp_path: Path, connection: psycopg.Connection, name: str) -> None:
    downgrade, count = COMPLETED[name]
    made = project(tmp_path, connection, UPGRADES[name], downgrade)
    made.run("upgrade a")
    before = [*made.catalog(connection), *connection.execute(MORE.encode()).fetchall()]
    path = tmp_path / "alembic" / "versions" / "b_more.py"
    assert " MIG002 " in check(tmp_path, "--select", "MIG002")
    assert check(tmp_path, "--select", "MIG002", "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "MIG", "--ignore", "MIG001,MIG007").count(path.name) == 0
    assert path.read_text().count(downgrade) == count
    made.run("upgrade head", "downgrade -1")
    assert [*made.catalog(connection), *connection.execute(MORE.encode()).fetchall()] == before
    made.run("upgrade head")


def test_a_downgrade_that_only_raises_is_written(tmp_path: Path, connection: psycopg.Connection) -> None:
    made = project(tmp_path, connection, UPGRADES["policy"], "raise NotImplementedError()")
    made.apply(write.lower(WriteDowngrade("alembic/versions", "b"), made.context(made.schema())))
    text = (tmp_path / "alembic" / "versions" / "b_more.py").read_text()
    assert text[text.index("def downgrade") :] == POLICY


POLICY = """def downgrade():
    op.execute(
        "CREATE POLICY own ON users AS RESTRICTIVE FOR UPDATE TO current_user "
        "USING (true) "
        "WITH CHECK (note <> '')"
    )
"""
REFUSED = {
    'op.drop_column("teams", "name")': "`teams.name` was NOT NULL: what its rows hold when it comes back is for you to "
    "say, and to write",
    'op.drop_column("teams", "id")': "`teams.id` takes other things with it: write the downgrade by hand",
    'op.execute("ALTER TABLE teams ADD CHECK (size > 0)")\nop.drop_table("teams")': "`teams` had a check, a trigger or "
    "the like, and what that said is not known here: write the downgrade by hand",
    'op.execute("DROP TABLE teams CASCADE")': "what `teams` was, or what went with it, is not all known: write the "
    "downgrade by hand",
    'op.execute("ALTER TYPE unused ADD VALUE \'c\'")\nop.execute("DROP TYPE unused")': "`add enum value unused` cannot "
    "be undone here, because PostgreSQL takes no value out of an enum again: write the downgrade by hand",
    'op.alter_column("teams", "made_at", type_=sa.DateTime())': "in which time zone `teams.made_at` is to be read is "
    "for you to say: write the downgrade by hand",
    'op.alter_column("teams", "size", type_=sa.BigInteger())': "`teams.size` has a default that goes with its type: "
    "write the downgrade by hand",
    'op.drop_index("other")': "what the index `other` was over is not known from the migrations",
    'op.drop_constraint("other", "teams")': "what the constraint `other` of `teams` said is not known from the "
    "migrations",
    'op.execute("DROP POLICY other ON users")': "the policy `other` of `users` is not known from the migrations",
    'op.execute("UPDATE teams SET size = 1")': "`update teams` cannot be undone here, because what the rows held "
    "before is not known: write the downgrade by hand",
}


@pytest.mark.parametrize("upgrade", REFUSED)
def test_what_is_not_known_is_refused(tmp_path: Path, connection: psycopg.Connection, upgrade: str) -> None:
    made = project(tmp_path, connection, upgrade)
    patch = write.lower(WriteDowngrade("alembic/versions", "b"), made.context(made.schema()))
    assert (patch.refused, patch.edits) == (REFUSED[upgrade], ())
