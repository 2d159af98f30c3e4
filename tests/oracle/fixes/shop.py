"""What the proofs on both shops share: rows, and commands of the command line that run in a shop's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

SHOPS: Final = Path(__file__).parents[3] / "fixtures" / "fixes"
Rows = dict[str, list[dict[str, object]]]
_TABLES: Final = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
AND relname NOT LIKE '%alembic%' ORDER BY 1
"""


class Done:
    """A command that has run: its exit status, its output and its error output."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err


def execute(root: Path, *command: str, environment: Mapping[str, str] | None = None) -> Done:
    """Run a command in a folder."""
    given = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})}
    done = subprocess.run(
        command, cwd=root, env=given, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return Done(done.returncode, done.stdout, done.stderr)


def succeed(root: Path, *command: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in a folder, which has to succeed, and return its output."""
    done = execute(root, *command, environment=environment)
    assert done.status == 0, done.out + done.err
    return done.out


def tenantlint(root: Path, *arguments: str) -> Done:
    """Run tenantlint in a folder."""
    return execute(root, sys.executable, "-m", "tenantlint", *arguments)


def rows(connection: psycopg.Connection) -> Rows:
    """Return every row of every table, column by column."""
    found: Rows = {}
    for (table,) in connection.execute(_TABLES).fetchall():
        cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2'.encode())
        names = [column.name for column in cursor.description or ()]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def renamed(before: Rows, names: Mapping[str, str]) -> Rows:
    """Return rows whose tables and columns have other names; ``names`` are those, the same everywhere."""
    return {
        names.get(table, table): [{names.get(key, key): value for key, value in row.items()} for row in content]
        for table, content in before.items()
    }


def holds(now: Rows, before: Rows) -> bool:
    """Return whether the rows are there, and no others, whatever columns have been added to them."""
    kept = {
        table: [{key: row[key] for key in old} for row, old in zip(now.get(table, []), content, strict=True)]
        for table, content in before.items()
    }
    return kept == before


def content(root: Path, *folders: str) -> dict[str, bytes]:
    """Return the files in some folders of a project by path."""
    paths = [path for folder in folders for path in sorted((root / folder).rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
