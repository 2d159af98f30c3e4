"""Published packages whose tarballs hold Drizzle schemas, and how their facts compare.

``python -m tests.oracle.drizzle.corpus`` prints the figures of every corpus by kind.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tests.oracle.compare import Report, compare
from tests.oracle.drizzle import harness

if TYPE_CHECKING:
    from collections.abc import Mapping

T3 = "template/extras/src/server/db/schema-drizzle"
CALLERS = {
    "tables-mysql.ts": 'import { defineTables } from "./src/lib/mysql";\nexport const tables = defineTables({});\n',
    "tables-pg.ts": 'import { defineTables } from "./src/lib/pg";\nexport const tables = defineTables();\n',
    "tables-sqlite.ts": 'import { defineTables } from "./src/lib/sqlite";\nexport const tables = defineTables({});\n',
}
"""Modules that call the functions which @auth/drizzle-adapter exports instead of tables."""


class Corpus(NamedTuple):
    """A package. Each group of ``groups`` holds the modules of one schema.

    ``extra`` are modules to add, and ``beside`` packages that it imports, which are read and run like its own files.
    """

    package: str
    version: str
    groups: tuple[tuple[str, ...], ...]
    extra: Mapping[str, str] = MappingProxyType({})
    beside: tuple[str, ...] = ()


CORPORA = (
    Corpus("@aphexcms/postgresql-adapter", "16.0.0", (("dist/schema.js",),)),
    Corpus(
        "@auth/drizzle-adapter",
        "1.11.3",
        tuple((f"src/lib/{dialect}.ts", f"tables-{dialect}.ts") for dialect in ("mysql", "pg", "sqlite")),
        CALLERS,
    ),
    Corpus("@elizaos/plugin-sql", "1.2.0", (("dist/index.js",),), beside=("@elizaos/core@1.2.0",)),
    Corpus(
        "@shopify/shopify-app-session-storage-drizzle",
        "6.0.0",
        tuple((f"src/schemas/{dialect}.schema.ts",) for dialect in ("mysql", "postgres", "sqlite")),
    ),
    Corpus("@usebetterdev/audit-drizzle", "0.8.1", (("dist/index.js",),)),
    Corpus("@usebetterdev/tenant-drizzle", "0.5.4", (("dist/index.js",),)),
    Corpus(
        "create-t3-app",
        "7.40.0",
        tuple(
            (f"{T3}/{kind}-{dialect}.ts",)
            for kind in ("base", "with-auth", "with-better-auth")
            for dialect in ("mysql", "planetscale", "postgres", "sqlite")
        ),
    ),
)


def download(package: str, folder: Path) -> Path:
    """Fetch a package (``name@version``) with npm and return the folder of its content."""
    folder.mkdir(parents=True)
    command = ("npm", "pack", package, "--silent")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def compare_all(corpus: Corpus, folder: Path) -> Report:
    """Return how the facts of all schemas of a package compare."""
    package = download(f"{corpus.package}@{corpus.version}", folder / "download")
    counts: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    differences: list[str] = []
    for number, group in enumerate(corpus.groups):
        case = folder / f"case{number}"
        for path in group:
            text = corpus.extra[path] if path in corpus.extra else (package / path).read_text()
            (case / path).parent.mkdir(parents=True, exist_ok=True)
            (case / path).write_text(text)
        (case / "packages").mkdir()
        for index, name in enumerate(corpus.beside):
            download(name, folder / f"beside{number}-{index}").rename(case / "packages" / str(index))
        manifest = {"name": "case", "type": "module", "dependencies": {"drizzle-orm": "0.45.4"}}
        (case / "package.json").write_text(json.dumps(manifest))
        root = harness.stage(case, folder / f"staged{number}")
        report = compare(harness.read(root), harness.truth(root, list(group)))
        differences += report.differences
        for kind, (equal, total) in report.counts.items():
            counts[kind] += equal
            totals[kind] += total
    return Report({kind: (counts[kind], total) for kind, total in sorted(totals.items())}, sorted(differences))


def main() -> None:
    """Print the figures."""
    for corpus in CORPORA:
        with tempfile.TemporaryDirectory() as folder:
            report = compare_all(corpus, Path(folder))
        print(f"{corpus.package} {corpus.version}: {report.equal}/{report.total}")
        print("  ", report.counts)
        for difference in report.differences:
            print("  ", difference)


if __name__ == "__main__":
    main()
