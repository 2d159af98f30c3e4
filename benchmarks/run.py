"""Measures tenantlint against the tools that people run today, and writes the table and plot of docs/performance.md.

    npm install --prefix benchmarks/node
    pip install -e ".[bench]"
    python benchmarks/run.py

It takes five to nine minutes on a quiet machine with two cores. Every run is a process of its own, and tools that are
compared take turns. ``--quick`` runs everything once, on smaller projects, and writes nothing: to see that it works.
``--once`` runs everything once and writes the result.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import peers
from generate import TABLES_PER_FILE, write_prisma, write_python, write_typescript
from measure import Timed, number, take_turns
from plot import draw

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
EVERY = 5
"""In projects as they are, one file in so many declares tables."""
WRITERS = {"TypeScript": (write_typescript, "ts"), "Python": (write_python, "py")}
SETTLED = 2.1
"""Seconds after which a file is so old that a cache may trust its time."""

Row = dict[str, Any]
Found = dict[str, Any]


class Bench:
    """A folder for the projects, a cache, and the results so far."""

    def __init__(self, root: Path, once: bool, quick: bool) -> None:
        self.root = root
        self.once = once or quick
        self.quick = quick
        self.rows: list[Row] = []
        self.lines: dict[str, dict[str, list[tuple[float, float]]]] = {}
        self.cache = root / "cache"
        os.environ["TENANTLINT_CACHE_DIR"] = str(self.cache)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.pop("NO_COLOR", None)

    def project(self, language: str, count: int, every: int) -> tuple[Path, Path]:
        """Write a project as a git repository; return its root and one of the files that declare tables."""
        write, _ = WRITERS[language]
        root = self.root / f"{language.lower()}-{count}-{every}"
        schema, *_ = write(root, count, every)
        rules = peers.AST_GREP_TYPESCRIPT if language == "TypeScript" else peers.AST_GREP_PYTHON
        (root / "rules.yml").write_text(rules)
        (root / ".gitignore").write_text("node_modules\n")
        peers.prepare_node(root)
        for words in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", *words], cwd=root, check=True)
        time.sleep(SETTLED)
        return root, schema

    def runs(self, count: int) -> int:
        return 1 if self.once else count

    def size(self, count: int) -> int:
        return max(1, count // 20) if self.quick else count

    def cold(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)

    def compare(
        self, title: str, commands: list[Timed], runs: int, asked: float | None = None, warm_up: bool = False
    ) -> None:
        """Time the commands, the first of which is tenantlint and the second the peer that it is measured by."""
        take_turns(commands, self.runs(runs), warm_up or not self.once)
        for each in commands:
            ratio = each.median / commands[1].median if len(commands) > 1 else None
            self.add(title, each, ratio, asked if each is commands[0] else None)

    def add(self, title: str, timed: Timed, ratio: float | None = None, asked: float | None = None) -> None:
        row = {"what": title, "tool": timed.label, "ms": timed.median, "spread": timed.spread, "peak": timed.peak}
        self.rows.append(row | {"ratio": ratio, "asked": asked})
        print(f"{title} | {timed.label} | {number(timed.median)} | {timed.spread} | {timed.peak:.0f} MB | {ratio}")

    def point(self, language: str, line: str, files: int, milliseconds: float) -> None:
        self.lines.setdefault(language, {}).setdefault(line, []).append((files, milliseconds))


def appending(file: Path, text: str = "\n") -> Callable[[], None]:
    """Return what makes a file a line longer."""

    def append() -> None:
        with open(file, "a") as stream:
            stream.write(text)

    return append


def one_file(bench: Bench) -> None:
    for language, peer in (("TypeScript", "eslint"), ("Python", "fixit")):
        root, schema = bench.project(language, 1, 1)
        name = str(schema.relative_to(root))
        other = peers.eslint(name) if peer == "eslint" else peers.fixit(name)
        ours = Timed("tenantlint", peers.tenantlint(name), root, bench.cold)
        bench.compare(f"1 {language} file, cold", [ours, Timed(peer, other, root)], 11)


def two_hundred(bench: Bench) -> None:
    count = bench.size(200)
    for every, kind in ((EVERY, "one in five declares tables"), (1, "all declare tables")):
        root, _ = bench.project("TypeScript", count, every)
        commands = [
            Timed("tenantlint", peers.tenantlint(), root, bench.cold),
            Timed("eslint", peers.eslint("."), root),
            Timed("ast-grep", peers.ast_grep(), root),
        ]
        bench.compare(f"{count} TypeScript files, cold; {kind}", commands, 5, 0.09)
    for every, kind in ((EVERY, "one in five declares tables"), (1, "all declare tables")):
        root, _ = bench.project("Python", count, every)
        commands = [
            Timed("tenantlint", peers.tenantlint(), root, bench.cold),
            Timed("fixit", peers.fixit("app"), root),
            Timed("ruff", peers.ruff("."), root),
            Timed("ast-grep", peers.ast_grep(), root),
        ]
        bench.compare(f"{count} Python files, cold; {kind}", commands, 3, 0.12)


def prisma(bench: Bench) -> None:
    tables = bench.size(40) * TABLES_PER_FILE
    write_prisma(bench.root / "prisma", tables)
    peers.prepare_node(bench.root / "prisma")
    root, _ = bench.project("TypeScript", tables // TABLES_PER_FILE, 1)
    commands = [
        Timed("tenantlint", peers.tenantlint(), root, bench.cold),
        Timed("prisma-lint", peers.prisma_lint(), bench.root / "prisma"),
    ]
    bench.compare(f"{tables} tables, cold: in Drizzle, and in Prisma", commands, 7)


def warm(bench: Bench) -> None:
    count = bench.size(400)
    for every, kind in ((EVERY, "one in five declares tables"), (1, "all declare tables")):
        root, schema = bench.project("TypeScript", count, every)
        bench.cold()
        commands = [
            Timed("tenantlint", peers.tenantlint(), root),
            Timed("eslint --cache", peers.eslint("--cache", "."), root),
        ]
        bench.compare(f"{count} TypeScript files, warm; {kind}", commands, 9, 0.07, warm_up=True)
        changed = [Timed(each.label, each.command, root, appending(schema)) for each in commands]
        bench.compare(f"the same, one of them changed; {kind}", changed, 5)


def growth(bench: Bench) -> None:
    for language in WRITERS:
        for count in (100, 1_000, 10_000):
            root, schema = bench.project(language, bench.size(count), EVERY)
            runs = {100: 5, 1_000: 3, 10_000: 1}[count]
            first = Timed("tenantlint", peers.tenantlint(), root, bench.cold)
            again = Timed("tenantlint", peers.tenantlint(), root)
            changed = Timed("tenantlint", peers.tenantlint(), root, appending(schema))
            take_turns([first], bench.runs(runs), warm_up=False)
            take_turns([again], bench.runs(5), warm_up=False)
            take_turns([changed], bench.runs(runs), warm_up=False)
            for state, timed in (("cold", first), ("one changed", changed), ("warm", again)):
                bench.add(f"{bench.size(count):,} {language} files, {state}", timed)
                bench.point(language, state, bench.size(count), timed.median)
            if language == "TypeScript" and count <= 1_000:
                peer = Timed("eslint", peers.eslint("."), root)
                take_turns([peer], bench.runs(1), warm_up=False)
                bench.add(f"{bench.size(count):,} TypeScript files, cold", peer)
                bench.point(language, "eslint, cold", bench.size(count), peer.median)
            shutil.rmtree(root)


def memory(bench: Bench) -> None:
    for language in WRITERS:
        root, _ = bench.project(language, bench.size(1_000), 1)
        timed = Timed("tenantlint", peers.tenantlint(), root, bench.cold)
        take_turns([timed], 1, warm_up=False)
        bench.add(f"{bench.size(1_000):,} {language} files, all declare tables, cold", timed)
        shutil.rmtree(root)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="run once, on small projects, and write nothing")
    parser.add_argument("--once", action="store_true", help="run everything once")
    parser.add_argument("--table-only", action="store_true", help="write the table and plot of benchmarks/results.json")
    args = parser.parse_args()
    results = HERE / "results.json"
    if not args.table_only:
        found = measure(args.once, args.quick)
        if args.quick:
            return
        results.write_text(json.dumps(found, indent=1) + "\n")
    write(json.loads(results.read_text()))


def measure(once: bool, quick: bool) -> Found:
    compileall.compile_dir(HERE.parent / "hooks", quiet=1)
    started = time.time()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), once, quick)
        for part in (one_file, two_hundred, prisma, warm, growth, memory):
            part(bench)
    print(f"{time.time() - started:.0f} s", file=sys.stderr)
    machine = f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.release().split('-')[0]}"
    return {"machine": machine, "versions": peers.versions(), "rows": bench.rows, "lines": bench.lines}


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return named[0] if named else platform.machine()


HEAD = """\
| what | tool | median ms | fastest to slowest | of the peer | asked | peak MB |
|---|---|---:|---:|---:|---:|---:|"""
BEGIN, END = "<!-- table, written by benchmarks/run.py -->", "<!-- end of the table -->"


def write(found: Found) -> None:
    """Write the table and the plot."""
    page = DOCS / "performance.md"
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    machine = f"On {found['machine']}, with {', '.join(found['versions'])}."
    table = "\n".join([HEAD, *map(cells, found["rows"])])
    page.write_text(f"{before}{BEGIN}\n\n{machine}\n\n{table}\n\n{END}{after}")
    (DOCS / "performance.svg").write_text(draw("Time of a check by the number of files", found["lines"]))


def cells(row: Row) -> str:
    """Return a line of the table. Peaks are told where there is no peer: below 20 MB they are those of this process."""
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.3f}"
    asked = "" if row["asked"] is None else f"{row['asked']} at most"
    peak = f"{row['peak']:.0f}" if row["ratio"] is None else ""
    return f"| {row['what']} | {row['tool']} | {number(row['ms'])} | {row['spread']} | {ratio} | {asked} | {peak} |"


if __name__ == "__main__":
    main()
