"""Projects with one finding each, which are fixed by the command, and their migrations run on a server with rows.

Alembic runs in forks of one process, and drizzle-kit makes and compares the migrations of all projects in one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from textwrap import indent
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.oracle.drizzle import harness
from tests.oracle.fixes.command import codes, files
from tests.oracle.fixes.environment import ENV, MAKO, STEPS
from tests.oracle.fixes.kit import BREAKPOINT, statements

from tenantlint.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import psycopg

FORKS: Final = """
import json, os, traceback
import alembic.autogenerate, alembic.runtime.migration, psycopg, sqlalchemy.dialects.postgresql, sqlmodel


for line in sys.stdin:
    read, write = os.pipe()
    if not os.fork():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        said = ""
        try:
            run(*json.loads(line))
        except BaseException:
            said = traceback.format_exc()
        os.write(write, said[-4000:].encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        said = file.read()
    os.wait()
    print(json.dumps(said), flush=True)
"""
WORKER: Final = f"{STEPS}{FORKS}"
NODE: Final = """
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const jobs = JSON.parse(readFileSync(0, "utf8"));
const { generateDrizzleJson, generateMigration } = createRequire(`${process.cwd()}/`)("drizzle-kit/api");
const done = [];
for (const [root, last] of jobs) {
  const { default: whole, ...named } = await import(`${root}/schema.ts`);
  const schema = { ...named, ...whole };
  const before = last ? JSON.parse(readFileSync(last, "utf8")) : generateDrizzleJson({});
  const after = generateDrizzleJson(schema, before.id);
  done.push([after, await generateMigration(before, after)]);
}
console.log(JSON.stringify(done));
"""
TABLES: Final = """
SELECT table_name::text FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version' ORDER BY 1
"""
COLUMNS: Final = """
SELECT attname::text, typname::text, (SELECT min(enumlabel) FROM pg_enum WHERE enumtypid = atttypid)::text
FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'
"""
VALUES: Final = {
    "uuid": "'0b1d7f9c-8f2e-4a51-9d3c-3f0e6f1f9a10'",
    "bool": "true",
    "date": "'2024-01-02'",
    "timestamp": "'2024-01-02 03:04:05'",
    "timestamptz": "'2024-01-02 03:04:05+00'",
    **dict.fromkeys(("int2", "int4", "int8", "numeric", "float8"), "1"),
    **dict.fromkeys(("text", "varchar", "bpchar"), "'a'"),
    **dict.fromkeys(("json", "jsonb"), "'{}'"),
}


class Case(NamedTuple):
    """A project with one finding of a rule; ``sql`` is what a second migration does, which a revision writes by hand.

    ``imports`` is false where the code raises until it is fixed, so that no database can have come of it. ``follow``
    are the recommended rules that may find something afterwards. ``generates`` is true where drizzle-kit makes the
    migration of the fix. ``beside`` are rules that are selected, too, and ``preset`` is that which is asked for.
    """

    code: str
    files: dict[str, str]
    sql: tuple[str, ...] = ()
    imports: bool = True
    follow: frozenset[str] = frozenset()
    generates: bool = False
    beside: str = ""
    preset: str = "recommended"

    @property
    def kind(self) -> str:
        """What migrates it: ``alembic``, ``drizzle``, or ``history`` where the migrations are all that there is."""
        return {"models.py": "alembic", "schema.ts": "drizzle"}.get(
            min(self.files, key=lambda path: "/" in path), "history"
        )


class Worker:
    """A process that runs Alembic in a fork for each project."""

    def __init__(self) -> None:
        command = (sys.executable, "-B", "-W", "ignore", "-c", WORKER)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, root: Path, connection: psycopg.Connection, *steps: str) -> None:
        """Run steps: ``revision MESSAGE``, ``upgrade REVISION``, ``downgrade REVISION``, ``check``."""
        info = connection.info
        url = f"postgresql+psycopg://{info.user}@{info.host}:{info.port}/{info.dbname}"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(root), url, steps]) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        assert said == "", said

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def stage(root: Path, case: Case) -> None:
    """Write the files of a case, and what its migrations need to run."""
    for path, text in case.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    if case.kind == "drizzle":
        (root / "node_modules").symlink_to(harness.node_modules())
        (root / "package.json").write_text('{"dependencies": {"drizzle-orm": "0.45.4"}}')
    elif case.kind == "alembic" or (root / "alembic").is_dir():
        (root / "alembic" / "versions").mkdir(parents=True, exist_ok=True)
        (root / "alembic" / "env.py").write_text(ENV)
        (root / "alembic" / "script.py.mako").write_text(MAKO)
        if case.kind == "history":
            (root / "models.py").write_text("import sqlmodel\n")


def generated(jobs: list[tuple[Path, Path | None]]) -> list[tuple[object, list[str]]]:
    """Return what drizzle-kit makes of schemas, given their last snapshots: the new snapshot, and the statements."""
    modules = harness.node_modules()
    given = json.dumps([[str(root), None if last is None else str(last)] for root, last in jobs])
    command = ("node", "--import", (modules / "tsx/dist/loader.mjs").as_uri(), "--input-type=module", "-e", NODE)
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=modules.parent)
    assert done.returncode == 0, done.stderr
    found: list[tuple[object, list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def begin_kit(root: Path, case: Case, snapshot: object, made: list[str]) -> None:
    """Write the migrations of drizzle-kit that are there before the fix."""
    folder = root / "drizzle"
    (folder / "meta").mkdir(parents=True)
    assert any(each.startswith("CREATE TABLE") for each in made)
    entries = []
    for idx, (name, each) in enumerate((("first", made), ("second", [*case.sql]))[: 2 if case.sql else 1]):
        tag = f"{idx:04}_{name}"
        (folder / f"{tag}.sql").write_text(f"{BREAKPOINT}\n".join(each))
        assert isinstance(snapshot, dict)
        own = snapshot | ({"id": "11111111-1111-4111-8111-111111111111", "prevId": snapshot["id"]} if idx else {})
        (folder / "meta" / f"{idx:04}_snapshot.json").write_text(json.dumps(own, indent=2))
        entries.append({"idx": idx, "version": "7", "when": 1700000000000 + idx, "tag": tag, "breakpoints": True})
    journal = {"version": "7", "dialect": "postgresql", "entries": entries}
    (folder / "meta" / "_journal.json").write_text(json.dumps(journal, indent=2))


def begin_alembic(root: Path, case: Case, connection: psycopg.Connection, worker: Worker) -> None:
    """Let Alembic make the first revision, and run it, and one more that is written by hand."""
    worker.run(root, connection, "revision first", "upgrade head")
    if case.sql:
        (first,) = (root / "alembic" / "versions").glob("*.py")
        body = "\n".join(f"op.execute({each!r})" for each in case.sql)
        found = re.search(r"^revision.*= ['\"](\w+)", first.read_text(), re.MULTILINE)
        assert found is not None
        (first.parent / "b_second.py").write_text(
            f"from alembic import op\n\nrevision: str = 'b'\ndown_revision = '{found[1]}'\n\n\ndef upgrade() -> None:\n"
            f"{indent(body, '    ')}\n\n\ndef downgrade() -> None:\n    raise NotImplementedError\n"
        )
        worker.run(root, connection, "upgrade head")


def fill(connection: psycopg.Connection) -> None:
    """Give each table a row, in which each column has a value; all foreign keys lead to such rows."""
    connection.execute("SET session_replication_role = replica")
    for (table,) in connection.execute(TABLES.encode()).fetchall():
        columns = connection.execute(COLUMNS.encode(), [f'"{table}"']).fetchall()
        names = ", ".join(f'"{name}"' for name, _, _ in columns)
        values = ", ".join(VALUES.get(kind, "'{}'") if label is None else f"'{label}'" for _, kind, label in columns)
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({values})'.encode())
    connection.execute("SET session_replication_role = origin")


def rows(connection: psycopg.Connection) -> int:
    """Return how many rows there are."""
    counts = [
        connection.execute(f'SELECT count(*) FROM "{table}"'.encode()).fetchall()[0][0]
        for (table,) in connection.execute(TABLES.encode()).fetchall()
    ]
    return sum(counts)


def check(root: Path, *options: str) -> list[str]:
    """Return what the command says of a project."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with chdir(root), redirect_stdout(out), redirect_stderr(err):
        status = main(["check", "--no-config", "--output-format", "concise", *options])
    said, told = (each.buffer.getvalue().decode() for each in (out, err))  # type: ignore[attr-defined]
    assert status in (0, 1), told
    return [*said.splitlines(), *(line for line in told.splitlines() if "not fixed" in line)]


def fix(root: Path, case: Case) -> None:
    """Fix the finding: it is gone, nothing recommended comes instead, and a second run changes nothing."""
    before = codes(check(root))
    selected = ("--preset", case.preset, "--select", f"{case.code},{case.beside}".strip(","))
    assert len(check(root, *selected)) == 1
    start = files(root)
    options = (*selected, "--fix", "--unsafe-fixes")
    assert check(root, *options) == []
    contents = files(root)
    assert contents != start
    assert check(root, *options) == []
    assert files(root) == contents
    assert codes(check(root)) <= (before - {case.code}) | case.follow


def run_alembic(root: Path, case: Case, connection: psycopg.Connection, worker: Worker) -> None:
    """Fix a project whose models Alembic migrates, and migrate the rows that are there."""
    if not case.imports:
        fix(root, case)
        worker.run(root, connection, "revision first", "upgrade head", "check")
        return
    begin_alembic(root, case, connection, worker)
    fill(connection)
    count, revisions = rows(connection), len(files(root / "alembic" / "versions"))
    fix(root, case)
    worker.run(root, connection, "upgrade head", "check")
    assert rows(connection) == count
    if len(files(root / "alembic" / "versions")) > revisions:
        worker.run(root, connection, "downgrade -1", "upgrade head", "check")
        assert rows(connection) == count


def run_kit(root: Path, case: Case, connection: psycopg.Connection) -> None:
    """Fix a project whose schema drizzle-kit migrates, and migrate the rows that are there."""
    if not case.imports:
        fix(root, case)
        ((snapshot, made),) = generated([(root, None)])
        begin_kit(root, case, snapshot, made)
        migrate(root, connection, ())
        return
    done = migrate(root, connection, ())
    fill(connection)
    count = rows(connection)
    fix(root, case)
    migrate(root, connection, done)
    assert rows(connection) == count


def migrate(root: Path, connection: psycopg.Connection, done: Iterable[Path]) -> list[Path]:
    """Run the migrations of drizzle-kit that have not been run yet, and return them all."""
    found = sorted((root / "drizzle").glob("*.sql"))
    for path in found:
        for statement in statements(path) if path not in done else ():
            connection.execute(statement.encode())
    return found


def run_history(root: Path, case: Case, connection: psycopg.Connection, worker: Worker) -> None:
    """Fix a history of its own when its first migration has run, and run the others."""
    if not (root / "alembic").is_dir():
        first, *others = sorted((root / "drizzle").glob("*.sql"))
        migrate(root, connection, others)
        fill(connection)
        count = rows(connection)
        fix(root, case)
        migrate(root, connection, [first])
        assert rows(connection) == count
        return
    ids = [
        found[1]
        for path in sorted((root / "alembic" / "versions").glob("*.py"))
        if (found := re.search(r"^revision.*= ['\"](\w+)", path.read_text(), re.MULTILINE))
    ]
    worker.run(root, connection, f"upgrade {ids[0]}")
    fill(connection)
    count = rows(connection)
    fix(root, case)
    worker.run(root, connection, "upgrade head")
    assert rows(connection) == count
    worker.run(root, connection, f"downgrade {ids[0]}", "upgrade head")
    assert rows(connection) == count


def last_snapshot(root: Path) -> Path:
    """Return the last snapshot of drizzle-kit."""
    return sorted((root / "drizzle" / "meta").glob("*_snapshot.json"))[-1]


os.environ.setdefault("NODE_NO_WARNINGS", "1")
