"""An Alembic project in a folder, whose revisions the real Alembic makes, runs, undoes and compares.

Each ``Project.run`` is one process, because SQLModel keeps one metadata for all models that a process imports.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Final

from tenantlint.discover import walk
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.rules import run as run_rule
from tenantlint.settings import Settings
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    import psycopg

    from tenantlint.change import Patch
    from tenantlint.schema import Schema, Table

ROOT: Final = Path(__file__).parents[3]
MIGRATION_RULES: Final = tuple(f"MIG00{number}" for number in range(1, 8))
ENV: Final = """
from alembic import context
from sqlalchemy import create_engine, pool
from sqlmodel import SQLModel

import models

target_metadata = SQLModel.metadata


def include_object(thing, name, kind, reflected, compare_to):
    return True


engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
"""
MAKO: Final = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
import sqlmodel
${imports if imports else ""}

# revision identifiers, used by Alembic.
revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade() -> None:
    """Upgrade schema."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Downgrade schema."""
    ${downgrades if downgrades else "pass"}
'''
STEPS: Final = """
import sys
from alembic import command
from alembic.config import Config


def run(root, url, steps):
    config = Config()
    config.set_main_option("script_location", f"{root}/alembic")
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url)
    sys.path.insert(0, root)
    for step in steps:
        name, _, argument = step.partition(" ")
        if name == "revision":
            command.revision(config, message=argument, autogenerate=True)
        elif name == "check":
            command.check(config)
        else:
            getattr(command, name)(config, argument)
"""
DRIVER: Final = f"{STEPS}\n\nrun(sys.argv[1], sys.argv[2], sys.argv[3:])\n"


CATALOG: Final = """
SELECT 'column', table_name::text, column_name::text, data_type::text || is_nullable::text
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'type', typname, '', '' FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
UNION ALL SELECT 'policy', tablename, policyname, qual FROM pg_policies
UNION ALL SELECT 'security', relname, relrowsecurity::text, relforcerowsecurity::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
ORDER BY 1, 2, 3, 4
"""


class AlembicProject:
    """A project with ``models.py`` and an Alembic environment, and the database that it migrates."""

    def __init__(self, root: Path, connection: psycopg.Connection, models: str) -> None:
        self.root = root
        info = connection.info
        self.url = f"postgresql+psycopg://{info.user}@{info.host}:{info.port}/{info.dbname}"
        (root / "alembic" / "versions").mkdir(parents=True)
        (root / "alembic" / "env.py").write_text(ENV)
        (root / "alembic" / "script.py.mako").write_text(MAKO)
        self.write(models)

    def write(self, models: str) -> None:
        """Write the models."""
        (self.root / "models.py").write_text(dedent(models).lstrip())

    def run(self, *steps: str) -> None:
        """Run steps in one process: ``revision MESSAGE``, ``upgrade REVISION``, ``downgrade REVISION``, ``check``."""
        command = (sys.executable, "-B", "-c", DRIVER, str(self.root), self.url, *steps)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def schema(self) -> Schema:
        """Return what tenantlint reads."""
        return linked(self.root)

    def context(self, before: Schema) -> Lowering:
        """Return what a change is lowered with, when the models have been changed from ``before``."""
        return Lowering(project_of(self.root), before, after=self.schema())

    def twins_differ(self) -> list[str]:
        """Return what the replayed migrations make otherwise than the models say: columns, keys and indexes."""
        return twins_differ(self.schema())

    def catalog(self, connection: psycopg.Connection) -> list[tuple[object, ...]]:
        """Return the columns, constraints, indexes, types and policies that the database has."""
        return connection.execute(CATALOG.encode()).fetchall()

    def apply(self, patch: Patch) -> list[str]:
        """Write the new files of a patch and return their paths."""
        return apply(self.root, patch)


def project_of(root: Path) -> Project:
    """Return the project in a folder."""
    return Project(str(root), walk(str(root)).files)


def linked(root: Path) -> Schema:
    """Return the schema of the project in a folder."""
    result = link(project_of(root))
    assert (result.crashes, result.problems) == ((), ())
    return result.schema


def apply(root: Path, patch: Patch) -> list[str]:
    """Write what a patch holds and return the paths of its new files."""
    from tenantlint.edit import apply as edited
    from tenantlint.edit import by_path

    assert (patch.refused, patch.unresolved) == (None, ()), patch
    for path, edits in by_path(patch.edits).items():
        (root / path).write_bytes(edited((root / path).read_bytes(), edits))
    for path, text in patch.files:
        assert not (root / path).exists()
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return [path for path, _ in patch.files]


def twins_differ(schema: Schema) -> list[str]:
    """Return what the replayed migrations make otherwise than the code says: columns, foreign keys and indexes."""
    found: list[str] = []
    for table in schema.tables:
        (twin,) = (each for history in schema.histories for each in history.tables if each.name == table.name)
        for part in (_columns, _keys, _indexes):
            if part(table) != part(twin):
                found.append(f"{table.name}: {part(table)} is {part(twin)}")
    return found


def _columns(table: Table) -> list[object]:
    return sorted((str(each.name), str(each.type), each.nullable) for each in table.columns)


def _keys(table: Table) -> list[object]:
    return sorted((str(each.columns), str(each.target_table), str(each.target_columns)) for each in table.foreign_keys)


def _indexes(table: Table) -> list[object]:
    return sorted((str(each.name), str(each.columns), each.unique) for each in table.indexes)


def migration_findings(root: Path, path: str) -> list[str]:
    """Return what the rules on migrations find in a file."""
    view = SchemaView(linked(root), Settings(rules=frozenset(MIGRATION_RULES)))
    found = [each for code in MIGRATION_RULES for each in run_rule(code, view)]
    return [f"{each.code} {each.message}" for each in found if each.at.path == path]
