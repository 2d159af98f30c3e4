"""The hooks, run by the real pre-commit on a real repository.

pre-commit installs hooks from a commit. So a repository is made of this work tree as it is, and one environment is
installed from it for the whole session.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).parents[2]
HOOKS = {
    "tenantlint": ("tenantlint", []),
    "tenantlint-naming": ("tenantlint (naming)", ["--only", "NAM"]),
    "tenantlint-tenancy": ("tenantlint (tenancy)", ["--only", "TEN"]),
    "tenantlint-indexes": ("tenantlint (indexes)", ["--only", "IDX"]),
    "tenantlint-relations": ("tenantlint (relations)", ["--only", "REL"]),
}

COLUMNS = """\
import { uuid } from "drizzle-orm/pg-core";

export const base = { id: uuid("id").primaryKey() };
export const owned = { ...base, tenant_id: uuid("tenant_id").notNull().unique() };
"""
BOARDS = """\
import { pgTable } from "drizzle-orm/pg-core";
import { owned } from "./columns";

export const boards = pgTable("boards", { ...owned });
"""
CARDS = """\
import { relations } from "drizzle-orm";
import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { boards } from "./boards";
import { base, owned } from "./columns";

export const cards = pgTable("cards", {
  ...base,
  cardTitle: text("cardTitle"),
  board_id: uuid("board_id").references(() => boards.id),
});

export const stickers = pgTable("stickers", { ...owned });
export const stickerRelations = relations(stickers, ({ one }) => ({
  board: one(boards, { fields: [stickers.tenant_id], references: [boards.tenant_id] }),
}));
"""
MODELS = """\
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


class Base(SQLModel):
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class Owned(Base):
    tenant_id: UUID = Field(index=True)
"""
ORDERS = """\
from models import Base, Owned


class Order(Base, table=True):
    __tablename__ = "orders"


class Refund(Owned, table=True):
    __tablename__ = "refunds"
"""


class Installed(NamedTuple):
    """A commit that pre-commit can install hooks from, and where pre-commit keeps their environment."""

    repository: Path
    revision: str
    home: Path


class Result(NamedTuple):
    status: int
    output: str


def run(*command: str, cwd: Path, **environment: str) -> Result:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    done = subprocess.run(command, cwd=cwd, env=clean | environment, stdout=-1, stderr=subprocess.STDOUT, text=True)
    return Result(done.returncode, done.stdout)


def git(cwd: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    status, output = run("git", *identity, *arguments, cwd=cwd)
    assert status == 0, output
    return output.strip()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    repository = tmp_path_factory.mktemp("tenantlint")
    for path in ("pyproject.toml", "README.md", ".pre-commit-hooks.yaml"):
        shutil.copy(CHECKOUT / path, repository)
    shutil.copytree(CHECKOUT / "hooks", repository / "hooks", ignore=shutil.ignore_patterns("__pycache__"))
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "snapshot")
    return Installed(repository, git(repository, "rev-parse", "HEAD"), tmp_path_factory.mktemp("pre-commit"))


@pytest.fixture
def project(tmp_path: Path, installed: Installed) -> Path:
    """A repository with all hooks and a sound schema, committed."""
    hooks = "".join(f"      - id: {hook}\n" for hook in HOOKS)
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {installed.repository}\n    rev: {installed.revision}\n    hooks:\n{hooks}"
    )
    (tmp_path / "columns.ts").write_text(COLUMNS)
    (tmp_path / "boards.ts").write_text(BOARDS)
    (tmp_path / "models.py").write_text(MODELS)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "sound")
    return tmp_path


def pre_commit(project: Path, installed: Installed) -> Result:
    tool = (sys.executable, "-m", "pre_commit")
    home = str(installed.home)
    assert run(*tool, "install-hooks", cwd=project, PRE_COMMIT_HOME=home).status == 0
    return run(*tool, "run", "--color=never", cwd=project, PRE_COMMIT_HOME=home)


def line(hook: str, verdict: str) -> str:
    name = HOOKS[hook][0]
    return f"{name}{verdict:.>{79 - len(name)}}\n"


def report(hook: str, findings: str) -> str:
    """Return what pre-commit prints of a hook that prints ``findings``."""
    return f"{line(hook, 'Failed')}- hook id: {hook}\n- exit code: 1\n\n{findings}\n"


def check(project: Path, *arguments: str) -> str:
    return run(sys.executable, "-m", "tenantlint", "check", *arguments, cwd=project).output


def codes(output: str) -> list[str]:
    return re.findall(r"^(\S+?):\d+:\d+: \w+ (\w+)", output, re.MULTILINE)


def test_a_staged_file_is_judged_with_what_unchanged_files_say(project: Path, installed: Installed) -> None:
    (project / "cards.ts").write_text(CARDS)
    (project / "orders.py").write_text(ORDERS)
    git(project, "add", ".")
    staged = ("cards.ts", "orders.py")
    expected = {
        "tenantlint": ["IDX002", "NAM001", "REL002", "TEN001", "TEN001"],
        "tenantlint-naming": ["NAM001"],
        "tenantlint-tenancy": ["TEN001", "TEN001"],
        "tenantlint-indexes": ["IDX002"],
        "tenantlint-relations": ["REL002"],
    }
    shown = {hook: check(project, *options, *staged) for hook, (_, options) in HOOKS.items()}
    assert {hook: sorted(code for _, code in codes(output)) for hook, output in shown.items()} == expected
    assert {path for path, _ in codes(shown["tenantlint"])} == set(staged)
    assert pre_commit(project, installed) == Result(1, "".join(report(hook, shown[hook]) for hook in HOOKS))


def test_a_sound_change_passes(project: Path, installed: Installed) -> None:
    (project / "boards.ts").write_text(BOARDS + 'export const walls = pgTable("walls", { ...owned });\n')
    git(project, "add", ".")
    assert pre_commit(project, installed) == Result(0, "".join(line(hook, "Passed") for hook in HOOKS))


def test_what_is_not_staged_is_not_judged(project: Path, installed: Installed) -> None:
    (project / "boards.ts").write_text(BOARDS.replace("...owned", ""))
    (project / "notes.md").write_text("nothing to check\n")
    git(project, "add", "notes.md")
    result = pre_commit(project, installed)
    assert result.status == 0
    assert "".join(line(hook, "(no files to check)Skipped") for hook in HOOKS) in result.output
