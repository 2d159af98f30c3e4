"""Bad files, each in a project with good ones: one diagnostic for the bad file, and the others' findings still show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tenantlint import pipeline
from tenantlint.asked import Opening
from tenantlint.config import defaults
from tenantlint.config_tree import ConfigTree
from tenantlint.project import MAX_FILE_BYTES
from tenantlint.report.model import placer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("few_rules")

GOOD = {
    "good.py": b"from sqlmodel import Field, SQLModel\n"
    b"class A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n",
    "good.ts": b'import { pgTable, uuid } from "drizzle-orm/pg-core";\n'
    b'export const b = pgTable("b", { id: uuid("id").primaryKey() });\n',
}
STILL_FOUND = [("good.py", 2, "TEN001"), ("good.ts", 2, "TEN001")]
PY, TS = GOOD["good.py"], GOOD["good.ts"]
DEEP = 10_000


def found(root: Path) -> list[tuple[str, int, str]]:
    """Return path, line and code of what a check of the folder gives, and expect no crash."""
    configs = ConfigTree(str(root), lambda folder: defaults())
    opened = Opening([], str(root)).finish(configs)
    outcome = pipeline.check(opened.project, opened.asked, configs, opened.problems)
    assert outcome.crashes == ()
    place = placer(opened.project)
    return [(each.at.path, place(each.at).start.line, each.code) for each in outcome.diagnostics]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, data in GOOD.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_the_good_files_alone(project: Path) -> None:
    assert found(project) == STILL_FOUND


BAD: dict[str, tuple[str, bytes, list[tuple[int, str]]]] = {
    "a syntax error in Python": ("bad.py", PY + b"def f(:\n", [(4, "ERR003")]),
    "a syntax error in TypeScript": ("bad.ts", TS + b"export const = ;\n", [(2, "TEN001"), (3, "ERR003")]),
    "Python that is not UTF-8": ("bad.py", PY + b"# \xff\n", [(4, "ERR002")]),
    "TypeScript that is not UTF-8": ("bad.ts", TS + b"// \xff\n", [(3, "ERR002")]),
    "a null byte in Python": ("bad.py", PY + b"\x00", [(4, "ERR003")]),
    "deep nesting in Python": ("bad.py", PY + b"x = " + b"(" * DEEP + b")" * DEEP + b"\n", [(1, "ERR004")]),
    "deep nesting in TypeScript": ("bad.ts", TS + b"let x = " + b"[" * DEEP + b"]" * DEEP + b";\n", [(1, "ERR004")]),
    "a long chain in Python": ("bad.py", PY + b"x = a" + b".b" * DEEP + b"\n", [(1, "ERR004")]),
    "a long chain in TypeScript": ("bad.ts", TS + b"let x = a" + b".b()" * DEEP + b";\n", [(1, "ERR004")]),
    "a huge Python file": ("bad.py", PY + b"#" * MAX_FILE_BYTES, [(1, "ERR004")]),
    "a huge TypeScript file": ("bad.ts", TS + b"//" + b"/" * MAX_FILE_BYTES, [(1, "ERR004")]),
    "an empty Python file": ("bad.py", b"", []),
    "an empty TypeScript file": ("bad.ts", b"", []),
    "only a byte order mark": ("bad.py", b"\xef\xbb\xbf", []),
    "a byte order mark in Python": ("bad.py", b"\xef\xbb\xbf" + PY, [(2, "TEN001")]),
    "a byte order mark in TypeScript": ("bad.ts", b"\xef\xbb\xbf" + TS, [(2, "TEN001")]),
    "CRLF in Python": ("bad.py", PY.replace(b"\n", b"\r\n"), [(2, "TEN001")]),
    "CRLF in TypeScript": ("bad.ts", TS.replace(b"\n", b"\r\n"), [(2, "TEN001")]),
    "lone CR in Python": ("bad.py", PY.replace(b"\n", b"\r"), [(2, "TEN001")]),
    "lone CR in TypeScript": ("bad.ts", TS.replace(b"\n", b"\r"), [(2, "TEN001")]),
}


@pytest.mark.parametrize("case", BAD)
def test_content(case: str, project: Path) -> None:
    name, data, expected = BAD[case]
    data = data.replace(b"class A(", b"class Bad(").replace(b'pgTable("b"', b'pgTable("bad"')
    (project / name).write_bytes(data)
    assert found(project) == [(name, *each) for each in expected] + STILL_FOUND


UNREADABLE: dict[str, Callable[[Path], None]] = {
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a pipe": os.mkfifo,
}


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("name", ["bad.py", "bad.ts"])
def test_unreadable(kind: str, name: str, project: Path) -> None:
    UNREADABLE[kind](project / name)
    assert found(project) == [(name, 1, "ERR001"), *STILL_FOUND]


def test_a_folder_that_is_called_like_a_file_is_a_folder(project: Path) -> None:
    (project / "folder.py").mkdir()
    (project / "link.py").symlink_to("folder.py")
    (project / "folder.py/c.ts").write_bytes(TS)
    assert found(project) == [("folder.py/c.ts", 2, "TEN001"), *STILL_FOUND]


def test_cyclic_imports(project: Path) -> None:
    for name, other in (("x", "y"), ("y", "x")):
        (project / f"{name}.py").write_bytes(
            f"from {other} import {other.upper()}\n".encode() + PY.replace(b"class A", f"class {name.upper()}".encode())
        )
        (project / f"{name}.ts").write_bytes(
            f'import {{ {other} }} from "./{other}";\n'.encode()
            + TS.replace(b"const b", f"const {name}".encode()).replace(b'"b"', f'"{name}"'.encode())
        )
    expected = [(f"{name}.{suffix}", 3, "TEN001") for name in "xy" for suffix in ("py", "ts")]
    assert found(project) == STILL_FOUND + expected


def test_a_value_that_is_made_of_itself(project: Path) -> None:
    (project / "x.ts").write_bytes(
        b'import { pgTable } from "drizzle-orm/pg-core";\nimport { y } from "./y";\n'
        b"export const x = { ...y };\nexport const t = pgTable('t', x);\n"
    )
    (project / "y.ts").write_bytes(b'import { x } from "./x";\nexport const y = { ...x };\n')
    assert found(project) == STILL_FOUND
