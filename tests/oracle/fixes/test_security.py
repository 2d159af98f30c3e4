"""Row level security that fixes complete in a database that has part of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes.environment import AlembicProject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg
    from tests.postgres import Server

MODELS = """
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    __tablename__ = "tenants"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Note(SQLModel, table=True):
    __tablename__ = "notes"
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: UUID = Field(foreign_key="tenants.id", index=True)
"""
REVISION = '''
from alembic import op

revision = "b"
down_revision = "{parent}"


def upgrade():
    op.execute("""{up}""")


def downgrade():
    op.execute("""{down}""")
'''
POLICY = "CREATE POLICY own ON notes USING (tenant_id = (select current_setting('app.org')::uuid))"
ENABLE, FORCE = (f"ALTER TABLE notes {word} ROW LEVEL SECURITY" for word in ("ENABLE", "FORCE"))
OFF = "DROP POLICY IF EXISTS own ON notes; ALTER TABLE notes NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"
OWN = "tenant_id = ( SELECT (current_setting('app.org'::text))::uuid AS current_setting)"
NEW = "tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS \"nullif\")"
STATE = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'notes'"
CASES = {
    "RLS001": ("SELECT 1", [("notes_tenant", f"({NEW})")]),
    "RLS002": (ENABLE, [("notes_tenant", f"({NEW})")]),
    "RLS007": (f"{ENABLE}; {POLICY}", [("own", f"({OWN})")]),
    "RLS009": (POLICY, [("own", f"({OWN})")]),
}


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def check(root: Path, *options: str) -> str:
    command = (sys.executable, "-B", "-m", "tenantlint", "check", "--no-config", "--output-format", "concise", *options)
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.mark.parametrize("code", CASES)
def test_what_is_missing_is_added(tmp_path: Path, connection: psycopg.Connection, code: str) -> None:
    up, policies = CASES[code]
    project = AlembicProject(tmp_path, connection, MODELS)
    project.run("revision first", "upgrade head")
    ((first,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    path = tmp_path / "alembic" / "versions" / "b_more.py"
    path.write_text(REVISION.format(parent=first, up=up, down=OFF).lstrip())
    assert f" {code} " in check(tmp_path, "--select", code)
    assert check(tmp_path, "--select", code, "--fix", "--unsafe-fixes") == ""
    assert check(tmp_path, "--select", "RLS,MIG") == ""
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute(STATE.encode()).fetchall() == [(True, True)]
    found = connection.execute("SELECT policyname, qual FROM pg_policies").fetchall()
    assert found == policies
