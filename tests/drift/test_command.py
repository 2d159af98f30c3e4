from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from drift.support import fixture
from tenantlint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = '"nickname" text,', '"nickname" text NOT NULL,'
TOLD = (
    "app/models.py:35:5: DRIFT `users.nickname` is nullable in app/models.py:35 and in web/src/schema.ts:36 and in the "
    "database since alembic/versions/0001_first.py:28, NOT NULL in the database since web/drizzle/0000_first.sql:12\n"
)


@pytest.fixture
def agreeing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in {**fixture(), "tenantlint.toml": ""}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def differing(agreeing: Path) -> Path:
    migration = agreeing / "web/drizzle/0000_first.sql"
    migration.write_text(migration.read_text().replace(OLD, NEW))
    return agreeing


def test_no_differences(agreeing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["drift"]) == 0
    assert capsys.readouterr().out == (
        "Compared the SQLModel models of app/models.py (2 tables), the Drizzle schema of web/src/schema.ts (2 tables), "
        "the database that alembic/versions makes (2 tables) and the database that web/drizzle makes (2 tables).\n"
        "No differences.\n"
    )


def test_differences(differing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["drift", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out == TOLD
    assert main(["drift", "--quiet", "--color", "never"]) == 1
    assert capsys.readouterr().out == (
        TOLD.replace("DRIFT", "error DRIFT nullable:")
        + "   |\n35 |     nickname: str | None = Field(default=None, sa_column=Column(Text))\n   |     ^^^^^^^^\n"
    )
    assert main(["drift", "--exit-zero", "--quiet"]) == 0


def test_only_what_is_asked_for(differing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["drift", "--output-format", "concise", "web/drizzle"]) == 1
    assert capsys.readouterr().out == TOLD
    (differing / "other").mkdir()
    assert main(["drift", "--output-format", "concise", "other"]) == 0
    assert capsys.readouterr().out == ""


def test_json(differing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["drift", "--left", "drizzle", "--right", "web/drizzle", "--output-format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "version": 1,
        "groups": [
            [
                {"maker": "Drizzle", "path": "web/src/schema.ts", "tables": 2},
                {"maker": "drizzle-kit", "path": "web/drizzle", "tables": 2},
            ]
        ],
        "differences": [
            {
                "kind": "nullable",
                "table": "users",
                "subject": "users.nickname",
                "message": "`users.nickname` is nullable in web/src/schema.ts:36, "
                "NOT NULL in the database since web/drizzle/0000_first.sql:12",
                "sides": [
                    {
                        "path": "web/src/schema.ts",
                        "maker": "Drizzle",
                        "value": "nullable",
                        "at": {"path": "web/src/schema.ts", "line": 36},
                    },
                    {
                        "path": "web/drizzle",
                        "maker": "drizzle-kit",
                        "value": "NOT NULL",
                        "at": {"path": "web/drizzle/0000_first.sql", "line": 12},
                    },
                ],
            }
        ],
        "summary": {"differences": 1, "unknown": 0},
    }


def test_what_is_unknown(agreeing: Path, capsys: pytest.CaptureFixture[str]):
    models = agreeing / "app/models.py"
    models.write_text(models.read_text().replace("Numeric(10, 2)", "column_type()"))
    assert main(["drift"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "No differences. 1 fact could not be compared (--explain-unknown lists them)."
    )
    assert main(["drift", "--explain-unknown", "--quiet"]) == 0
    assert capsys.readouterr().out == (
        "app/models.py:36:5: unknown type of `users.credit`: the SQLModel models of app/models.py leave it open\n"
    )


def test_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert main(["drift"]) == 0
    assert capsys.readouterr().out == (
        "Nothing to compare: no two of SQLModel, Drizzle and migrations describe one PostgreSQL database here.\n"
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--left", "app"], "--left and --right go together"),
        (["--left", "app", "--right", "nowhere"], "no tables and no migrations of PostgreSQL are in nowhere"),
        (["--left", "app", "--right", "sqlmodel"], "app and sqlmodel are one side only"),
    ],
)
def test_wrong_command_lines(agreeing: Path, capsys: pytest.CaptureFixture[str], words: list[str], error: str):
    assert main(["drift", *words]) == 2
    assert capsys.readouterr().err == f"tenantlint: error: {error}\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("drift.ignored = []", 'drift.ignored: unknown key; did you mean ignore?'),
        ('drift.groups = [["app"]]', "drift.groups: expected lists of two paths or more"),
        ("drift.groups = [1]", "drift.groups: expected a list of strings, not a number"),
        ("drift.groups = 1", "drift.groups: expected a list, not a number"),
    ],
)  # fmt: skip
def test_wrong_configurations(agreeing: Path, capsys: pytest.CaptureFixture[str], text: str, error: str):
    (agreeing / "tenantlint.toml").write_text(f"{text}\n")
    assert main(["drift"]) == 2
    assert capsys.readouterr().err == f"tenantlint: error: {agreeing}/tenantlint.toml: {error}\n"


def test_the_configuration(differing: Path):
    (differing / "tenantlint.toml").write_text('[drift]\ngroups = [["app", "alembic"], ["web/src", "web/drizzle"]]\n')
    assert main(["drift"]) == 1
    (differing / "tenantlint.toml").write_text('[drift]\nignore = ["users.nick*:nullable"]\n')
    assert main(["drift"]) == 0
