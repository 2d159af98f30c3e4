"""Whole fixes, code and migration together: the ORM's own tool finds nothing left to do, and the rows are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.fixes import test_alembic, test_drizzle_kit
from tests.oracle.fixes.environment import AlembicProject, migration_findings, project_of
from tests.oracle.fixes.kit import KitProject

from tenantlint.change import (
    AddIndex,
    AddTimestamp,
    Change,
    EnableSecurity,
    MakeRequired,
    RenameColumn,
    RenameTable,
)
from tenantlint.lang.lowering import Lowering
from tenantlint.lower import lower

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import psycopg
    from tests.oracle.fixes.kit import Major
    from tests.postgres import Server

    from tenantlint.schema import Schema


@pytest.fixture
def connection(postgres: Server) -> Iterator[psycopg.Connection]:
    with postgres.database() as connection:
        yield connection


def id_of(schema: Schema, name: str) -> str:
    (found,) = (each for each in schema.tables if each.name == name)
    return found.id


ALEMBIC: dict[str, Callable[[Schema], Change]] = {
    "column": lambda schema: RenameColumn(id_of(schema, "users"), "emailAddress", "email_address", "email_address"),
    "mixin": lambda schema: RenameColumn(id_of(schema, "users"), "madeAt", "made_at", "made_at"),
    "table": lambda schema: RenameTable(id_of(schema, "users"), "accounts"),
    "index": lambda schema: AddIndex(id_of(schema, "posts"), ("user_note",)),
    "created": lambda schema: AddTimestamp(id_of(schema, "posts"), "created_at", False),
    "updated": lambda schema: AddTimestamp(id_of(schema, "posts"), "updated_at", True),
    "security": lambda schema: EnableSecurity(id_of(schema, "users"), "tenant_id", "app.tenant_id"),
    "required": lambda schema: MakeRequired(id_of(schema, "users"), "tenant_id"),
}


@pytest.mark.parametrize("name", ALEMBIC)
def test_alembic_finds_no_difference(tmp_path: Path, connection: psycopg.Connection, name: str) -> None:
    project = AlembicProject(tmp_path, connection, test_alembic.MODELS)
    project.run("revision first", "upgrade head")
    connection.execute(test_alembic.ROWS.encode())
    (path,) = project.apply(lower(ALEMBIC[name](project.schema()), context(project)))
    assert migration_findings(project.root, path) == []
    project.run("upgrade head", "check", "downgrade -1", "upgrade head", "check")
    assert connection.execute("SELECT count(*) FROM posts").fetchall() == [(1,)]
    assert project.twins_differ() == []


KIT: dict[str, Callable[[Schema], Change]] = {
    "column": lambda schema: RenameColumn(id_of(schema, "users"), "emailAddress", "email", "email"),
    "name": lambda schema: RenameColumn(id_of(schema, "users"), "emailAddress", "emailAddress", "email_address"),
    "table": lambda schema: RenameTable(id_of(schema, "users"), "accounts"),
    "index": lambda schema: AddIndex(id_of(schema, "members"), ("orgId",)),
    "created": lambda schema: AddTimestamp(id_of(schema, "members"), "created_at", False),
    "updated": lambda schema: AddTimestamp(id_of(schema, "members"), "updated_at", True),
    "security": lambda schema: EnableSecurity(id_of(schema, "members"), "orgId", "app.org_id"),
    "required": lambda schema: MakeRequired(id_of(schema, "users"), "tenantId"),
}


@pytest.mark.parametrize("major", [0, 1], ids=["journal", "chain"])
@pytest.mark.parametrize("name", KIT)
def test_drizzle_kit_generates_nothing(tmp_path: Path, connection: psycopg.Connection, name: str, major: Major) -> None:
    project = started(tmp_path, connection, major)
    paths = project.apply(lower(KIT[name](project.schema()), context(project)))
    assert [finding for path in paths for finding in migration_findings(project.root, path)] == []
    project.migrate(connection, 1)
    assert project.generate() == []
    assert connection.execute("SELECT count(*) FROM members").fetchall() == [(1,)]
    assert test_drizzle_kit.columns_differ(project) == []


def started(root: Path, connection: psycopg.Connection, major: Major) -> KitProject:
    project = KitProject(root, major, test_drizzle_kit.SCHEMA)
    project.begin()
    project.migrate(connection)
    connection.execute(test_drizzle_kit.ROWS.encode())
    return project


def context(project: AlembicProject | KitProject) -> Lowering:
    return Lowering(project_of(project.root), project.schema())
