"""What the server finds is what ``tenantlint check`` finds on the same contents, whatever happened before."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tenantlint import pipeline
from tenantlint.asked import Opening
from tenantlint.config import load
from tenantlint.config_tree import ConfigTree
from tenantlint.lsp import live
from tenantlint.lsp.state import State

FIXTURES = Path(__file__).parents[2] / "fixtures"
PROJECTS = ("sample", "fixes/sqlmodel_shop", "fixes/drizzle_shop")
STEPS = 20
WORDS = (b"nullable", b"index=True", b"unique", b"tenant_id", b"id", b"notNull", b"text", b"str", b"int", b"Optional")


def repository(source: Path, root: Path) -> Path:
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def cold(root: Path, overlay: dict[str, bytes]) -> pipeline.Outcome:
    opening = Opening((str(root),), str(root), {str(root / path): data for path, data in overlay.items()})
    configs = ConfigTree(str(root), load)
    opened = opening.finish(configs)
    return pipeline.check(opened.project, opened.asked, configs, opened.problems)


def changed(chance: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return b"x = 1\n"
    number = chance.randrange(len(lines))
    kind = chance.randrange(5)
    if kind == 0:
        del lines[number]
    elif kind == 1:
        lines.insert(number, lines[chance.randrange(len(lines))])
    elif kind == 2:
        lines[number] = lines[number].replace(chance.choice(WORDS), chance.choice(WORDS))
    elif kind == 3:
        lines[number] = lines[number].rstrip(b"\n") + "  # tenantlint: ignore ä𝒳\n".encode()
    else:
        lines.insert(number, b"\n")
    return b"".join(lines)


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_edits_gives_what_a_cold_check_gives(tmp_path: Path, name: str, seed: int) -> None:
    chance = random.Random(seed)
    root = repository(FIXTURES / name, tmp_path / "project")
    state, overlay = State(str(root)), dict[str, bytes]()
    files = sorted(state.check({}).project.files)
    for step in range(STEPS):
        path = chance.choice(files)
        place = root / path
        kind = chance.randrange(8)
        if kind < 4:  # in a buffer
            before = overlay.get(path) or (place.read_bytes() if place.exists() else b"")
            overlay[path] = changed(chance, before)
        elif kind == 4:  # closed
            overlay.pop(path, None)
            state.touch(path)
        elif kind == 5 and place.exists():  # on the disk
            place.write_bytes(changed(chance, place.read_bytes()))
            state.touch(path)
        elif kind == 6 and place.exists():  # behind its back
            place.unlink()
            assert state.look_again()
        else:  # a new file
            new = f"{os.path.splitext(path)[0]}_{step}{os.path.splitext(path)[1]}"
            (root / new).write_bytes(place.read_bytes() if place.exists() else b"")
            state.touch(new)
        overlay = {path: data for path, data in overlay.items() if path.endswith((".py", ".ts", ".sql"))}
        warm, fresh = state.check(overlay).outcome, cold(root, overlay)
        assert warm.diagnostics == fresh.diagnostics
        assert (warm.unresolved, warm.crashes) == (fresh.unresolved, ())


def test_uses_of_tables_are_read_anew(tmp_path: Path) -> None:
    """STD007 asks for the uses of tables in all code, which no part that is kept holds."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "tenantlint.toml").write_text('select = ["STD007"]\n')
    (root / "models.py").write_text(
        "from datetime import datetime\nfrom sqlmodel import Field, SQLModel\n\n\nclass User(SQLModel, table=True):\n"
        "    id: int = Field(primary_key=True)\n    deleted_at: datetime | None = None\n"
    )
    clean = "from sqlmodel import Session\nfrom models import User\n\n\ndef go(session: Session, user: User) -> None:\n"
    (root / "service.py").write_text(f"{clean}    pass\n")
    state = State(str(root))
    assert state.check({}).outcome.diagnostics == ()
    overlay = {"service.py": f"{clean}    session.delete(user)\n".encode()}
    found = state.check(overlay).outcome.diagnostics
    assert found == cold(root, overlay).diagnostics
    assert [(each.code, each.at.path) for each in found] == [("STD007", "service.py")]
    assert state.check({}).outcome.diagnostics == ()


def test_what_has_not_changed_is_neither_read_nor_linked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(FIXTURES / "sample", tmp_path / "project")
    state = State(str(root))
    state.check({})
    read: list[str] = []
    monkeypatch.setattr(live, "read_regular_file", lambda path, limit=-1: read.append(path) or b"")
    linked: list[str] = []
    real = live._Log.__init__
    monkeypatch.setattr(live._Log, "__init__", lambda self: (linked.append("part"), real(self))[1])
    path = "api/app/models/billing.py"
    state.check({path: (root / path).read_bytes() + b"\n# more\n"})
    assert read == []
    assert len(linked) == 1


def test_a_configuration_that_changes_counts(tmp_path: Path) -> None:
    root = repository(FIXTURES / "sample", tmp_path / "project")
    state = State(str(root))
    assert state.check({}).outcome.diagnostics == cold(root, {}).diagnostics
    (root / "web" / "tenantlint.toml").unlink()
    (root / "tenantlint.toml").write_text('select = ["NAM001"]\n')
    assert state.look_again()
    found = state.check({}).outcome.diagnostics
    assert {each.code for each in found} == {"NAM001"}
    assert found == cold(root, {}).diagnostics
    (root / "web" / "tenantlint.toml").write_text('select = ["IDX003"]\n')
    state.touch("web/tenantlint.toml")
    found = state.check({}).outcome.diagnostics
    assert {each.code for each in found} == {"NAM001", "IDX003"}
    assert found == cold(root, {}).diagnostics


def test_an_open_file_that_git_ignores_is_none_of_the_project(tmp_path: Path) -> None:
    root = repository(FIXTURES / "sample", tmp_path / "project")
    (root / ".gitignore").write_text("generated.py\n")
    model = (
        b"from sqlmodel import Field, SQLModel\n\n"
        b"class A(SQLModel, table=True):\n    a: int = Field(primary_key=True)\n"
    )
    (root / "generated.py").write_bytes(model)
    overlay = {"generated.py": model, "node_modules/a/b.ts": b"", "new.py": model}
    state = State(str(root))
    found = {each.at.path for each in state.check(overlay).outcome.diagnostics}
    assert "new.py" in found
    assert "generated.py" not in found
