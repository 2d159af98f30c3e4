from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tenantlint.link import link
from tenantlint.project import MAX_FILE_BYTES, Project

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tenantlint.source import Source

DRIZZLE = b'import { pgTable, text } from "drizzle-orm/pg-core";\nexport const a = pgTable("a", { b: text() });\n'
SQLMODEL = (
    b"from sqlmodel import Field, SQLModel\nclass A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
)

LOADED = """\
import sys
from tenantlint.link import link
from tenantlint.project import Project
link(Project(sys.argv[1], frozenset(sys.argv[2:])))
print(*sorted(name for name in sys.modules if name in ("libcst", "libcst.native", "tree_sitter")
      or name.startswith("tenantlint.lang.")), sep="\\n")
"""


def loaded(root: Path, *files: str) -> set[str]:
    command = [sys.executable, "-c", LOADED, str(root), *files]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def test_one_schema_out_of_both_languages() -> None:
    schema = link(Project("/nowhere", frozenset(), {"a.ts": DRIZZLE, "a.py": SQLMODEL, "b.py": b"x = 1"})).schema
    assert [(table.orm, table.name) for table in schema.tables] == [("sqlmodel", "a"), ("drizzle", "a")]


def test_a_language_that_a_project_does_not_use_is_never_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_bytes(DRIZZLE)
    (tmp_path / "b.py").write_text("import os\n")
    names = loaded(tmp_path, "a.ts", "b.py")
    assert "tenantlint.lang.drizzle.link" in names
    assert "tree_sitter" in names
    assert {name for name in names if "sqlmodel" in name or "libcst" in name} == {
        "tenantlint.lang.sqlmodel",
        "tenantlint.lang.sqlmodel.scan",
    }


def test_a_python_project_loads_no_typescript_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(SQLMODEL)
    (tmp_path / "b.ts").write_text("export {}\n")
    names = loaded(tmp_path, "a.py", "b.ts")
    assert "tenantlint.lang.sqlmodel.link" in names
    assert {name for name in names if "drizzle" in name or "tree_sitter" in name} == {
        "tenantlint.lang.drizzle",
        "tenantlint.lang.drizzle.scan",
    }


def test_files_without_a_magic_word_load_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    (tmp_path / "b.ts").write_text("export {}\n")
    assert not {name for name in loaded(tmp_path, "a.py", "b.ts") if name.endswith((".link", "libcst", "tree_sitter"))}


def test_migrations_load_no_parser_of_another_language(tmp_path: Path) -> None:
    (tmp_path / "1_a.sql").write_text("CREATE TABLE a (id int);\n")
    (tmp_path / "b.py").write_text("import os\n")
    (tmp_path / "c.ts").write_text("export {}\n")
    names = loaded(tmp_path, "1_a.sql", "b.py", "c.ts")
    assert "tenantlint.lang.sql.link" in names
    assert not {name for name in names if name.endswith((".sqlmodel.link", ".drizzle.link", "libcst"))}
    assert "tenantlint.lang.alembic" not in names


def test_without_migrations_nothing_of_them_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_bytes(DRIZZLE)
    (tmp_path / "a.py").write_bytes(SQLMODEL)
    (tmp_path / "snapshot.json").write_text("{}")
    names = loaded(tmp_path, "a.ts", "a.py", "snapshot.json")
    assert not {name for name in names if name.startswith(("tenantlint.lang.sql.", "tenantlint.lang.alembic"))}


def test_histories_of_sql_and_of_alembic() -> None:
    files = {
        "migrations/1_a.sql": b"CREATE TABLE a (id int);",
        "alembic/versions/1.py": b"from alembic import op\nrevision = '1'\ndown_revision = None\n\n"
        b"def upgrade():\n    op.drop_table('b')\n",
    }
    histories = link(Project("/nowhere", frozenset(), files)).schema.histories
    assert [(each.kind, each.path) for each in histories] == [("sql", "migrations"), ("alembic", "alembic/versions")]


def test_migrations_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_a.sql").write_text("CREATE TABLE a (id int);")
    (tmp_path / "migrations/2_b.sql").symlink_to("2_b.sql")
    (tmp_path / "migrations/3_c.sql").write_text("SELECT 'a")
    (tmp_path / "dump.sql").symlink_to("dump.sql")
    names = frozenset({"migrations/1_a.sql", "migrations/2_b.sql", "migrations/3_c.sql", "dump.sql"})
    result = link(Project(str(tmp_path), names))
    assert [(each.code, each.at.path, each.message) for each in result.problems] == [
        ("ERR001", "migrations/2_b.sql", "it cannot be read: Too many levels of symbolic links"),
        ("ERR003", "migrations/3_c.sql", "the quoted string never ends"),
    ]
    (history,) = result.schema.histories
    assert [each.why for each in history.unread][:1] == ["the file cannot be read"]
    assert [table.name for table in history.tables] == ["a"]


def test_a_bug_in_reading_sql_is_told_and_stops_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Source, start: int, end: int | None, session: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("tenantlint.lang.sql.parse.operations", fail)
    result = link(Project("/nowhere", frozenset(), {"migrations/1_a.sql": b"SELECT 1;", "a.py": SQLMODEL}))
    assert [table.orm for table in result.schema.tables] == ["sqlmodel"]
    assert [(each.what, each.error) for each in result.crashes] == [
        ("reading SQL", "ZeroDivisionError: by zero; in migrations/1_a.sql")
    ]


def test_what_cannot_be_read_is_one_problem_each(tmp_path: Path) -> None:
    (tmp_path / "good.ts").write_bytes(DRIZZLE)
    (tmp_path / "dangling.ts").symlink_to("nowhere")
    (tmp_path / "submodule.js").mkdir()
    (tmp_path / "huge.ts").write_bytes(DRIZZLE + b" " * MAX_FILE_BYTES)
    (tmp_path / "loop.py").symlink_to("loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    names = {"good.ts", "dangling.ts", "deleted.ts", "submodule.js", "huge.ts", "loop.py", "pipe.py"}
    result = link(Project(str(tmp_path), frozenset(names)))
    assert [(problem.code, problem.at.path, problem.message) for problem in result.problems] == [
        ("ERR001", "loop.py", "it cannot be read: Too many levels of symbolic links"),
        ("ERR001", "pipe.py", "it cannot be read: Not a regular file"),
        ("ERR001", "dangling.ts", "it cannot be read: No such file or directory"),
        ("ERR004", "huge.ts", "the file is larger than 4 MiB, so it was not read"),
    ]
    assert [table.name for table in result.schema.tables] == ["a"]


def test_a_bug_in_a_language_is_told_with_the_file_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Source) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("tenantlint.lang.drizzle.extract.extract", fail)
    result = link(Project("/nowhere", frozenset(), {"a.ts": DRIZZLE, "a.py": SQLMODEL}))
    assert [table.orm for table in result.schema.tables] == ["sqlmodel"]
    assert [(crash.what, crash.error) for crash in result.crashes] == [
        ("reading Drizzle", "ZeroDivisionError: by zero; in a.ts")
    ]
