"""What is kept of files is what would be read anew, and only files whose bytes change are read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tenantlint import store
from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.store import Kind, Memory

if TYPE_CHECKING:
    from pathlib import Path

    from tenantlint.source import Source

FILES = {
    "models.py": b"from sqlmodel import SQLModel\nfrom base import Base\n\n"
    b"class User(Base, table=True):\n    name: str\n",
    "base.py": b"from sqlmodel import Field, SQLModel\n\n"
    b"class Base(SQLModel):\n    id: int = Field(primary_key=True)\n",
    "schema.ts": b'import { pgTable, text } from "drizzle-orm/pg-core";\n'
    b'export const a = pgTable("a", { b: text() });\n',
    "alembic/versions/1.py": b'from alembic import op\nrevision = "1"\ndown_revision = None\n\n'
    b'def upgrade():\n    op.drop_table("x")\n',
    "migrations/0001_a.sql": b"SET search_path = one, public;\nCREATE TABLE t (id int);\n",
    "migrations/0002_b.sql": b"ALTER TABLE t ADD name text;\n",
    "migrations/0003_c.sql": b"ALTER TABLE t ADD other text;\n",
}


class Spy(Memory):
    """Notes what is put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[str, str]] = []

    def keep(self, name: str, source: Source, found: object, context: bytes = b"") -> None:
        self.made.append((name, source.path))
        super().keep(name, source, found, context)


def project(root: Path, files: dict[str, bytes], kept: store.Store = store.NOTHING_KEPT) -> Project:
    return Project(str(root), frozenset(files), files, kept)


def test_a_second_check_reads_nothing_again(tmp_path: Path) -> None:
    spy = Spy()
    first = link(project(tmp_path, FILES, spy))
    assert sorted(spy.made) == [
        ("alembic", "alembic/versions/1.py"),
        ("drizzle", "schema.ts"),
        ("sql 0", "migrations/0001_a.sql"),
        ("sql 0", "migrations/0002_b.sql"),
        ("sql 0", "migrations/0003_c.sql"),
        ("sqlmodel", "base.py"),
        ("sqlmodel", "models.py"),
    ]
    spy.made.clear()
    second = link(project(tmp_path, FILES, spy))
    assert spy.made == []
    assert first.schema == second.schema == link(project(tmp_path, FILES)).schema


@pytest.mark.parametrize(
    ("path", "old", "new", "read_again"),
    [
        ("models.py", b"name", b"label", [("sqlmodel", "models.py")]),
        ("base.py", b"int", b"str", [("sqlmodel", "base.py")]),
        ("schema.ts", b"text()", b"text().notNull()", [("drizzle", "schema.ts")]),
        ("alembic/versions/1.py", b'"x"', b'"y"', [("alembic", "alembic/versions/1.py")]),
        ("migrations/0003_c.sql", b"other", b"another", [("sql 0", "migrations/0003_c.sql")]),
        (
            "migrations/0001_a.sql",
            b"one, ",
            b"two, ",
            [("sql 0", f"migrations/000{number}") for number in ("1_a.sql", "2_b.sql", "3_c.sql")],
        ),
    ],
)
def test_only_what_changes_is_read_again(
    tmp_path: Path, path: str, old: bytes, new: bytes, read_again: list[tuple[str, str]]
) -> None:
    spy = Spy()
    link(project(tmp_path, FILES, spy))
    spy.made.clear()
    changed = {**FILES, path: FILES[path].replace(old, new)}
    warm, cold = link(project(tmp_path, changed, spy)), link(project(tmp_path, changed))
    assert warm.schema == cold.schema
    assert warm.problems == cold.problems
    assert spy.made == read_again


def test_a_kind_is_loaded_only_where_nothing_is_kept(tmp_path: Path) -> None:
    memory = Memory()
    source = project(tmp_path, FILES).source("models.py")
    memory.keep("missing", source, "kept")
    assert memory.derive(Kind("missing", "tenantlint.no_such_module", "extract"), source) == "kept"
