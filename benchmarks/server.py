"""Times the language server: from a save to the diagnostics that a client gets, over real pipes.

    pip install -e ".[server]"
    python benchmarks/server.py                              # projects that it writes itself
    python benchmarks/server.py ~/src/shop/app/models.py     # a file of a real project

Some files have 200 lines of models, 14 tables each; the others use them: 3 of 50 files, and 8 of 400, about what real
projects have. Two figures: ``at once`` changes the buffer and saves it in the same moment, so that the whole check lies
between; ``after a pause`` saves what has been in the buffer for half a second, when it is checked already.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

MODEL = """\
class {name}(Base, table=True):
    __tablename__ = "{table}"
    __table_args__ = (Index("{table}_owner_idx", "tenant_id", "owner_id"),)

    owner_id: int = Field(foreign_key="{parent}.id", index=True)
    title: str = Field(max_length=200)
    is_done: bool = False
    closed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def summary(self) -> str:
        words = [self.title, "done" if self.is_done else "open"]
        return ", ".join(words)


"""
TABLE = """\
export const {table} = pgTable("{table}", {{
  ...base,
  ownerId: uuid("owner_id").notNull().references(() => {parent}.id),
  title: varchar("title", {{ length: 200 }}).notNull(),
  isDone: boolean("is_done").notNull().default(false),
  closedAt: timestamp("closed_at", {{ withTimezone: true }}),
}}, (table) => [index("{table}_owner_idx").on(table.tenantId, table.ownerId)]);

export const {table}Relations = relations({table}, ({{ one }}) => ({{
  owner: one({parent}, {{ fields: [{table}.ownerId], references: [{parent}.id] }}),
}}));

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", help="a file of a real project (default: projects that are written)")
    parser.add_argument("--runs", type=int, default=41, help="saves of each kind (default: 41)")
    args = parser.parse_args()
    print("| project | files | lines | at once, median ms | after a pause, median ms |\n|---|---:|---:|---:|---:|")
    if args.file:
        file = Path(args.file).resolve()
        report(file.parent, file, args.runs, file.name)
        return
    with tempfile.TemporaryDirectory() as folder:
        for language, write in (("SQLModel", write_python), ("Drizzle", write_typescript)):
            for count in (50, 400):
                root = Path(folder) / f"{language}-{count}"
                report(root, write(root, count), args.runs, language)


def write_python(root: Path, count: int) -> Path:
    """Write ``count`` files and return one with 200 lines of models."""
    app = root / "app"
    head = "from datetime import datetime\n\nfrom sqlalchemy import DateTime, Index\nfrom sqlmodel import Field\n\n"
    put(app / "__init__.py", "")
    put(
        app / "base.py",
        "from sqlmodel import Field, SQLModel\n\n\nclass Base(SQLModel):\n    id: int = Field(primary_key=True)\n"
        '    tenant_id: int = Field(foreign_key="tenants.id", index=True)\n\n\n'
        'class Tenant(SQLModel, table=True):\n    __tablename__ = "tenants"\n\n'
        "    id: int = Field(primary_key=True)\n",
    )
    models = modules(count)
    for number in range(models):
        text = f"{head}from app.base import Base\n\n\n"
        for each in range(14):
            table = f"things_{number}_{each}"
            parent = f"things_{number}_{each - 1}" if each else "tenants"
            text += MODEL.format(name=f"Thing{number}x{each}", table=table, parent=parent)
        put(app / f"models_{number}.py", text)
    for number in range(count - models):
        model = f"app.models_{number % models}"
        uses = "".join(
            f"\n\ndef list_{each}(session: Session) -> list[str]:\n"
            "    return [one.title for one in session.query(Thing)]\n"
            for each in range(40)
        )
        put(
            app / f"service_{number}.py",
            f"from sqlmodel import Session\n\nfrom {model} import Thing{number % models}x0 as Thing\n{uses}",
        )
    return app / "models_1.py"


def write_typescript(root: Path, count: int) -> Path:
    """Write ``count`` files and return one with 200 lines of tables."""
    source = root / "src"
    put(
        source / "base.ts",
        'import { pgTable, uuid } from "drizzle-orm/pg-core";\n\n'
        'export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });\n'
        'export const base = {\n  id: uuid("id").primaryKey(),\n'
        '  tenantId: uuid("tenant_id").notNull().references(() => tenants.id),\n};\n',
    )
    head = (
        'import { relations } from "drizzle-orm";\n'
        'import { boolean, index, pgTable, timestamp, uuid, varchar } from "drizzle-orm/pg-core";\n'
        'import { base, tenants } from "./base";\n\n'
    )
    models = modules(count)
    for number in range(models):
        text = head
        for each in range(16):
            parent = f"things_{number}_{each - 1}" if each else "tenants"
            text += TABLE.format(table=f"things_{number}_{each}", parent=parent)
        put(source / f"schema_{number}.ts", text)
    for number in range(count - models):
        module = number % models
        uses = "".join(
            f"export async function list{each}(db: Db) {{\n"
            f"  return await db.select().from(things_{module}_{each % 16});\n}}\n"
            for each in range(40)
        )
        put(source / f"service_{number}.ts", f'import * as s from "./schema_{module}";\n{uses}')
    return source / "schema_1.ts"


def modules(count: int) -> int:
    """Return how many of ``count`` files declare models."""
    return 3 if count < 100 else count // 50


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def report(folder: Path, file: Path, runs: int, label: str) -> None:
    if not (folder / ".git").exists() and folder.name.startswith(("SQLModel", "Drizzle")):
        subprocess.run(["git", "init", "-q", folder], check=True)
    listed = subprocess.run(
        ["git", "-C", folder, "ls-files", "--cached", "--others", "--exclude-standard", ":/"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    sources = [each for each in listed if each.endswith((".py", ".ts", ".tsx", ".sql"))]
    lines = len(file.read_text().splitlines())
    at_once = asyncio.run(saves(file, runs, 0.0))
    later = asyncio.run(saves(file, runs, 0.5))
    print(f"| {label} | {len(sources)} | {lines} | {at_once:.1f} | {later:.1f} |", flush=True)


async def saves(file: Path, runs: int, pause: float) -> float:
    """Return the median milliseconds from didSave, or the didChange right before it, to the diagnostics."""
    client, got = LanguageClient("benchmark", "1"), asyncio.Queue[tuple[float, int | None]]()

    def published(params: types.PublishDiagnosticsParams) -> None:
        got.put_nowait((time.perf_counter(), params.version))

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
    tenantlint = shutil.which("tenantlint", path=os.path.dirname(sys.executable)) or "tenantlint"
    await client.start_io(tenantlint, "server")
    await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
    client.initialized(types.InitializedParams())
    uri, text = file.as_uri(), file.read_text()
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "", 1, text)))
    await got.get()
    times = []
    for run in range(2, runs + 4):
        mark = "#" if file.suffix == ".py" else "//"
        change = types.TextDocumentContentChangeWholeDocument(f"{text}{mark} {run}\n")
        await asyncio.sleep(0.1)
        while not got.empty():
            got.get_nowait()
        start = time.perf_counter()
        document = types.VersionedTextDocumentIdentifier(run, uri)
        client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        if pause:
            while (await got.get())[1] != run:
                pass
            await asyncio.sleep(pause)
            start = time.perf_counter()
        client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
        at, version = await got.get()
        while version != run:
            at, version = await got.get()
        if run > 3:
            times.append((at - start) * 1000)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return statistics.median(times)


if __name__ == "__main__":
    main()
