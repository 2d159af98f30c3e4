"""Times commands against each other: each run is a process of its own, and the commands take turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass
class Timed:
    """A command, what is done before each of its runs, and what they took: milliseconds, and MB at the peak."""

    label: str
    command: Sequence[str]
    folder: Path
    before: Callable[[], None] | None = None
    times: list[float] = field(default_factory=list)
    peak: float = 0.0

    def run(self) -> float:
        """Run once and return the milliseconds. Exits where the command cannot do its work."""
        if self.before is not None:
            self.before()
        log = self.folder.parent / "stderr.txt"
        with open(log, "wb") as errors:
            start = time.perf_counter()
            process = subprocess.Popen(self.command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=errors)
            _pid, status, usage = os.wait4(process.pid, 0)
            elapsed = (time.perf_counter() - start) * 1000
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise SystemExit(f"{' '.join(self.command)} failed:\n{log.read_text()}")
        self.peak = max(self.peak, usage.ru_maxrss / 1024)
        return elapsed

    @property
    def median(self) -> float:
        """The median of the runs in milliseconds."""
        return statistics.median(self.times)

    @property
    def spread(self) -> str:
        """The fastest and the slowest run."""
        return f"{number(min(self.times))} to {number(max(self.times))}"


def take_turns(commands: Sequence[Timed], runs: int, warm_up: bool = True) -> None:
    """Run the commands in turns, so that a slow spell of the machine hits all alike; the first turn may not count."""
    for turn in range(runs + warm_up):
        for command in commands:
            elapsed = command.run()
            if turn or not warm_up:
                command.times.append(elapsed)


def number(milliseconds: float) -> str:
    """Return a time as tables show it: three digits that mean something."""
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}"
