"""Times one cold run on one file, and the peak memory on many files, against the tools that people run today.

    npm install --prefix benchmarks/node
    pip install -e ".[bench]"
    python benchmarks/cold.py

Every tool starts as its own process, and the tools take turns, so that a slow spell of the machine hits all alike.
ESLint is started as ``node eslint.js`` (npx would add 300 ms), fixit as ``python -m fixit``. Bytecode is compiled by
a first run that does not count. The medians and their ratios go to standard output as a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from generate import write_python, write_typescript

if TYPE_CHECKING:
    from collections.abc import Callable

NODE = Path(__file__).parent / "node"
Command = list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=21, help="runs of each tool (default: 21)")
    parser.add_argument("--files", type=int, default=1000, help="files for the memory figure (default: 1000)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        print("| one cold file | median ms | of the peer |\n|---|---:|---:|")
        one_typescript(root / "typescript", args.runs)
        one_python(root / "python", args.runs)
        print(f"\n| {args.files} files | peak MB | seconds |\n|---|---:|---:|")
        memory("TypeScript", write_typescript, root / "many-typescript", args.files)
        memory("Python", write_python, root / "many-python", args.files)


def one_typescript(root: Path, runs: int) -> None:
    (file,) = write_typescript(root, 1)
    shutil.copy(NODE / "eslint.config.mjs", root)
    (root / "node_modules").symlink_to((NODE / "node_modules").resolve())
    eslint = [shutil.which("node") or "node", "node_modules/eslint/bin/eslint.js", str(file)]
    report(
        f"tenantlint check, {lines(file)} lines of Drizzle", "eslint + eslint-plugin-drizzle", eslint, file, root, runs
    )


def one_python(root: Path, runs: int) -> None:
    (file,) = write_python(root, 1)
    fixit = [sys.executable, "-m", "fixit", "--quiet", "lint", str(file)]
    report(f"tenantlint check, {lines(file)} lines of SQLModel", "fixit", fixit, file, root, runs)


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def report(label: str, peer: str, peer_command: Command, file: Path, root: Path, runs: int) -> None:
    ours = [shutil.which("tenantlint", path=os.path.dirname(sys.executable)) or "tenantlint", "check", str(file)]
    mine, theirs = take_turns([ours, peer_command], root, runs)
    print(f"| {label} | {mine:.1f} | {mine / theirs:.3f} |\n| {peer} | {theirs:.1f} | 1 |")


def take_turns(commands: list[Command], root: Path, runs: int) -> list[float]:
    """Return the median milliseconds of each command, after one run each that does not count."""
    times: list[list[float]] = [[] for _ in commands]
    for turn in range(runs + 1):
        for command, results in zip(commands, times, strict=True):
            start = time.perf_counter()
            done = subprocess.run(command, cwd=root, capture_output=True, check=False)
            elapsed = (time.perf_counter() - start) * 1000
            if done.returncode not in (0, 1):
                raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
            if turn:
                results.append(elapsed)
    return [statistics.median(results) for results in times]


def memory(label: str, write: Callable[[Path, int], list[Path]], root: Path, count: int) -> None:
    write(root, count)
    command = [sys.executable, "-m", "tenantlint", "check", "--output-format", "concise", "."]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
    _pid, _status, usage = os.wait4(process.pid, 0)
    print(f"| {label} | {usage.ru_maxrss / 1024:.0f} | {time.perf_counter() - start:.1f} |")


if __name__ == "__main__":
    main()
