"""Runs an Alembic environment against PostgreSQL."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

FIXTURES: Final = Path(__file__).parents[3] / "fixtures" / "alembic"
ENV: Final = """
from alembic import context

connection = context.config.attributes["connection"]
applied = context.config.attributes["applied"]


def note(step, **rest):
    applied.append(step.up_revision_id)


context.configure(connection=connection, target_metadata=None, on_version_apply=note)
with context.begin_transaction():
    context.run_migrations()
"""
TEMPLATE: Final = "# the template of new revisions, which nobody makes here\n"


class Environment:
    """A copy of a fixture in ``root``, with an ``env.py`` where it has none of its own.

    ``applied`` are the revisions in the order in which Alembic runs them, up and then down.
    """

    def __init__(self, root: Path, connection: psycopg.Connection) -> None:
        self.root = root
        self.scripts = root / "alembic"
        if not (self.scripts / "env.py").exists():
            (self.scripts / "env.py").write_text(ENV)
        (self.scripts / "script.py.mako").write_text(TEMPLATE)
        info = connection.info
        url = f"postgresql+psycopg://{info.user}@{info.host}:{info.port}/{info.dbname}"
        self.applied: list[str] = []
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def upgrade(self) -> None:
        """Run all revisions."""
        with self.config() as config:
            command.upgrade(config, "heads")

    def downgrade(self) -> None:
        """Undo all revisions."""
        with self.config() as config:
            command.downgrade(config, "base")

    @contextmanager
    def config(self) -> Iterator[Config]:
        """Give the configuration, with a connection."""
        with importable(self.root), self.engine.connect() as connection:
            config = Config()
            config.set_main_option("script_location", str(self.scripts))
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            config.attributes["applied"] = self.applied
            yield config


@contextmanager
def importable(root: Path) -> Iterator[None]:
    """Let the modules of a project be imported, and forget them afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, os.fspath(root))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.path.remove(os.fspath(root))
        sys.dont_write_bytecode = writes
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and file.startswith(os.fspath(root)):
                del sys.modules[name]
