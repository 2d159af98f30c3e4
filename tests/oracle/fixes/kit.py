"""A Drizzle project in a folder, whose migrations the real drizzle-kit generates and a database runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tests.oracle.drizzle import harness
from tests.oracle.fixes.environment import apply, linked, project_of

from tenantlint.lang.lowering import Lowering

if TYPE_CHECKING:
    import psycopg

    from tenantlint.change import Patch
    from tenantlint.schema import Schema

Major: TypeAlias = Literal[0, 1]
NODE: Final = Path(__file__).parent / "node"
BREAKPOINT: Final = "--> statement-breakpoint"
_BEGUN: Final[dict[tuple[Major, str], dict[str, bytes]]] = {}


def packages(major: Major) -> Path:
    """Return the installed packages: of drizzle-kit 0.31 or of 1.0, installed first where they are missing."""
    if major == 0:
        return harness.node_modules()
    folder = NODE / "node_modules"
    wanted = json.loads((NODE / "package.json").read_text())["dependencies"]
    if not all((folder / name).exists() for name in wanted):
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(("npm", "install", *options), cwd=NODE, check=True)
    return folder


class KitProject:
    """A project with ``schema.ts`` and the folder ``drizzle``, and the database that it migrates."""

    def __init__(self, root: Path, major: Major, schema: str) -> None:
        self.root = root
        self.major = major
        (root / "node_modules").symlink_to(packages(major))
        version = "1.0.0-rc.5" if major else "0.45.4"
        (root / "package.json").write_text(json.dumps({"dependencies": {"drizzle-orm": version}}))
        self.write(schema)

    def write(self, schema: str) -> None:
        """Write the schema."""
        (self.root / "schema.ts").write_text(schema.lstrip())

    def custom(self, name: str, sql: str) -> Path:
        """Let drizzle-kit make an empty migration, write a statement into it, and return its path."""
        before = self.migrations()
        command = ("node", "node_modules/drizzle-kit/bin.cjs", "generate", "--custom", f"--name={name}")
        options = ("--dialect", "postgresql", "--schema", "./schema.ts", "--out", "./drizzle")
        done = subprocess.run((*command, *options), cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        (path,) = (each for each in self.migrations() if each not in before)
        path.write_text(f"{sql};")
        return path

    def generate(self) -> list[str]:
        """Generate a migration and return its statements: none where drizzle-kit finds no change."""
        before = self.migrations()
        command = ("node", "node_modules/drizzle-kit/bin.cjs", "generate", "--dialect", "postgresql")
        options = ("--schema", "./schema.ts", "--out", "./drizzle")
        done = subprocess.run(
            (*command, *options), cwd=self.root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stdout + done.stderr
        made = [each for each in self.migrations() if each not in before]
        if not made:
            assert "No schema changes" in done.stdout, done.stdout + done.stderr
            return []
        return statements(made[0])

    def begin(self) -> None:
        """Generate the first migration; what drizzle-kit has made of the same schema before is taken again."""
        key = self.major, (self.root / "schema.ts").read_text()
        folder = self.root / "drizzle"
        if key not in _BEGUN:
            assert self.generate() != []
            files = [path for path in folder.rglob("*") if path.is_file()]
            _BEGUN[key] = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
        for path, data in _BEGUN[key].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)

    def migrations(self) -> list[Path]:
        """Return the SQL files in order."""
        return sorted((self.root / "drizzle").glob("*/migration.sql" if self.major else "*.sql"))

    def migrate(self, connection: psycopg.Connection, start: int = 0) -> None:
        """Run the migrations from number ``start`` on."""
        for path in self.migrations()[start:]:
            for statement in statements(path):
                connection.execute(statement.encode())

    def schema(self) -> Schema:
        """Return what tenantlint reads."""
        return linked(self.root)

    def context(self, before: Schema) -> Lowering:
        """Return what a change is lowered with, when the schema has been changed from ``before``."""
        return Lowering(project_of(self.root), before, after=self.schema())

    def apply(self, patch: Patch) -> list[str]:
        """Write what a patch holds and return the paths of its new files."""
        return apply(self.root, patch)


def statements(path: Path) -> list[str]:
    """Return the statements of a migration."""
    return [part.strip() for part in path.read_text().split(BREAKPOINT)]
