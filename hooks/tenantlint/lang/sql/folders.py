"""Which SQL files are migrations: the folders of a project that a migration tool runs, in its order.

Tests, seeds, queries and archives are none, nor are the folders of other databases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenantlint.migration import HistoryKind, HistoryProblem
    from tenantlint.project import Project

JOURNAL: Final = "meta/_journal.json"
SNAPSHOT: Final = "snapshot.json"

_OUTSIDE: Final = frozenset(
    "test tests testing __tests__ spec specs e2e fixtures __fixtures__ __snapshots__ __mocks__ mocks testdata "
    "test-data test_data seed seeds seeders seeding queries query dump dumps backup backups archive archived _archive "
    "node_modules vendor third_party site-packages".split()
)
"""Folders whose SQL says nothing of the database that a project runs on."""

_OTHER_DATABASES: Final = frozenset(
    "mysql mariadb sqlite sqlite3 libsql turso d1 clickhouse mssql sqlserver oracle bigquery snowflake duckdb "
    "planetscale singlestore cassandra spanner".split()
)


class Text(Record):
    """SQL: a file, or the bytes from ``start`` to ``end`` of one; ``end`` is None for the whole rest."""

    path: str
    start: int = 0
    end: int | None = None


class Step(Record):
    """One migration. ``listed`` is false where the tool never runs it."""

    id: str
    up: Text
    down: Text | None = None
    listed: bool = True
    parents: tuple[str, ...] | None = None


class Folder(Record):
    """A folder of migrations: its steps in order, and what is wrong with that order."""

    kind: HistoryKind
    path: str
    steps: tuple[Step, ...]
    problems: tuple[HistoryProblem, ...] = ()


class Found(Record):
    """The folders of migrations of a project, and the SQL files that belong to none."""

    folders: tuple[Folder, ...]
    others: tuple[str, ...]


def find(project: Project, paths: Iterable[str]) -> Found:
    """Part the files ``paths`` (SQL files, journals and snapshots) into folders of migrations and other SQL files."""
    from tenantlint.lang.sql import folders_drizzle, folders_plain

    inside = [path for path in sorted(paths) if not is_outside(path)]
    by_folder: dict[str, list[str]] = {}
    for path in inside:
        by_folder.setdefault(path.rpartition("/")[0], []).append(path)
    found: list[Folder] = []
    taken: set[str] = set()
    for reader in (
        folders_drizzle.with_journal,
        folders_drizzle.with_snapshots,
        folders_plain.nested,
        folders_plain.flat,
    ):
        left = {folder: kept for folder, each in by_folder.items() if (kept := _without(each, taken))}
        for result in reader(project, left):
            taken |= result.files
            found += () if result.folder is None else (result.folder,)
    others = tuple(path for path in inside if path.endswith(".sql") and path not in taken)
    return Found(tuple(sorted(found, key=lambda folder: folder.path)), others)


class Claim(Record):
    """Files that one reader knows, and the folder that they make, None where it is another database's."""

    files: frozenset[str]
    folder: Folder | None


def is_outside(path: str) -> bool:
    """Return whether SQL at ``path`` says nothing of the project's PostgreSQL database.

    A numbered migration names no other database: drizzle-kit makes up names, such as ``0001_quick_oracle``.
    """
    parts = path.lower().split("/")
    folders = parts[:-1]
    words = {
        word
        for part in parts
        if not part[:4].isdecimal()
        for word in part.replace("-", "_").replace(".", "_").split("_")
    }
    return (
        not _OUTSIDE.isdisjoint(folders)
        or not _OTHER_DATABASES.isdisjoint(words)
        or any(folder.endswith(("-tests", "_tests", ".tests")) for folder in folders)
        or parts[-1].startswith(("seed.", "seed_", "seed-", "seeds.", "test_", "dump."))
    )


def _without(paths: Sequence[str], taken: set[str]) -> list[str]:
    return [path for path in paths if path not in taken]


def join(folder: str, name: str) -> str:
    """Return the path of a file in a folder; '' is the root."""
    return f"{folder}/{name}" if folder else name


def stem(path: str) -> str:
    """Return the name of a SQL file without its suffix."""
    return path.rpartition("/")[2].removesuffix(".sql")
