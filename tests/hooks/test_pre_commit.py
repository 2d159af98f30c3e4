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
    "tenantlint-fields": ("tenantlint (fields)", ["--only", "STD,COR"]),
    "tenantlint-indexes": ("tenantlint (indexes)", ["--only", "IDX"]),
    "tenantlint-relations": ("tenantlint (relations)", ["--only", "REL"]),
    "tenantlint-rls": ("tenantlint (row level security)", ["--only", "RLS"]),
    "tenantlint-migrations": ("tenantlint (migrations)", ["--only", "MIG"]),
}

COLUMNS = """\
import { sql } from "drizzle-orm";
import { pgPolicy, pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

export const base = {
  id: uuid("id").primaryKey(),
  created_at: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  updated_at: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
};
export const tenants = pgTable("tenants", base);
export const owned = { ...base, tenant_id: uuid("tenant_id").notNull().unique().references(() => tenants.id) };
export const isolated = () =>
  pgPolicy("tenant", { using: sql`tenant_id = (select current_setting('app.tenant_id', true))::uuid` });
"""
BOARDS = """\
import { pgTable } from "drizzle-orm/pg-core";
import { isolated, owned } from "./columns";

export const boards = pgTable("boards", { ...owned }, () => [isolated()]);
"""
CARDS = """\
import { relations } from "drizzle-orm";
import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { boards } from "./boards";
import { base, isolated, owned } from "./columns";

export const cards = pgTable("cards", {
  ...base,
  cardTitle: text("cardTitle"),
  board_id: uuid("board_id").references(() => boards.id),
  owner_id: uuid("owner_id").references(() => boards.id).unique(),
});
export const cardRelations = relations(cards, ({ many }) => ({ stickers: many(stickers) }));

export const stickers = pgTable("stickers", { ...owned });
"""
MODELS = """\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class Base(SQLModel):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class Owned(Base):
    tenant_id: UUID = Field(index=True)
"""
ORDERS = """\
from models import Base, Owned, now


class Order(Base, table=True):
    __tablename__ = "orders"
    paid_at: str = now()


class Refund(Owned, table=True):
    __tablename__ = "refunds"
"""
SECURITY = """\
ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
CREATE POLICY refunds_tenant ON refunds USING (tenant_id = (SELECT current_setting('app.tenant_id'))::uuid);
"""
NOTE = "ALTER TABLE refunds ADD COLUMN note text NOT NULL;\n"


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
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_refunds.sql").write_text(SECURITY)
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
    (project / "migrations/0002_note.sql").write_text(NOTE)
    git(project, "add", ".")
    staged = ("cards.ts", "migrations/0002_note.sql", "orders.py")
    expected = {
        "tenantlint-naming": ["NAM001"],
        "tenantlint-tenancy": ["TEN001", "TEN001"],
        "tenantlint-fields": ["COR002"],
        "tenantlint-indexes": ["IDX002"],
        "tenantlint-relations": ["REL003"],
        "tenantlint-rls": ["RLS001"],
        "tenantlint-migrations": ["MIG004"],
    }
    expected["tenantlint"] = sorted(code for found in expected.values() for code in found)
    shown = {hook: check(project, *options, *staged) for hook, (_, options) in HOOKS.items()}
    assert {hook: sorted(code for _, code in codes(output)) for hook, output in shown.items()} == expected
    assert {path for path, _ in codes(shown["tenantlint"])} == set(staged)
    assert pre_commit(project, installed) == Result(1, "".join(report(hook, shown[hook]) for hook in HOOKS))


def test_a_sound_change_passes(project: Path, installed: Installed) -> None:
    (project / "boards.ts").write_text(
        BOARDS + 'export const walls = pgTable("walls", { ...owned }, () => [isolated()]);\n'
    )
    git(project, "add", ".")
    assert pre_commit(project, installed) == Result(0, "".join(line(hook, "Passed") for hook in HOOKS))


def test_what_is_not_staged_is_not_judged(project: Path, installed: Installed) -> None:
    (project / "boards.ts").write_text(BOARDS.replace("...owned", ""))
    (project / "notes.md").write_text("nothing to check\n")
    git(project, "add", "notes.md")
    result = pre_commit(project, installed)
    assert result.status == 0
    assert "".join(line(hook, "(no files to check)Skipped") for hook in HOOKS) in result.output


def test_the_fix_hook_fails_where_it_changed_a_file(project: Path, installed: Installed) -> None:
    config = project / ".pre-commit-config.yaml"
    config.write_text(config.read_text().split("    hooks:\n")[0] + "    hooks:\n      - id: tenantlint-fix\n")
    kept = BOARDS.replace("export const boards", "// tenantlint: ignore[NAM001] -- no more\nexport const boards")
    (project / "boards.ts").write_text(kept)
    git(project, "add", ".")
    result = pre_commit(project, installed)
    assert result.status == 1
    assert "- files were modified by this hook" in result.output
    assert "Fixed 1 finding in 1 file." in result.output
    assert (project / "boards.ts").read_text() == BOARDS
    git(project, "add", ".")
    assert pre_commit(project, installed).status == 0
